// SPDX-License-Identifier: Apache-2.0
// Signing in: the password first, then the second factor.
#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/console/domain/password.h"
#include "services/console/sessions.h"

namespace shareway::console {

using evidence::RecordKind;

namespace {

constexpr size_t kMaxWaiting = 4096;
constexpr size_t kTokenBytes = 32;
constexpr size_t kMaxPasswordBytes = 1024;

}  // namespace

absl::StatusOr<Sessions::Started> Sessions::Start(const Client& client, absl::string_view person,
                                                  absl::string_view password) {
  if (!HasForm("people/{p}", person)) {
    return Error::Field("person", "has not the form people/{p}");
  }
  if (password.size() > kMaxPasswordBytes) {
    return Error::Field("password", absl::StrCat("has more than ", kMaxPasswordBytes, " bytes"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Attempt attempt, lockouts_->AttemptOn(person, client));
  SHAREWAY_RETURN_IF_ERROR(lockouts_->Check(attempt));
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Usable> usable, FindUsable(person));
  bool right = false;
  {
    SHAREWAY_ASSIGN_OR_RETURN(const Passwords::Permit permit, desk_->passwords().Enter());
    SHAREWAY_ASSIGN_OR_RETURN(
        right, permit.Verify(password, usable ? usable->secrets.value.password : ""));
  }
  const Lockouts::Turn turn(lockouts_, attempt);
  // Others may have failed while this password was being checked.
  SHAREWAY_RETURN_IF_ERROR(lockouts_->Check(attempt));
  if (!right) return lockouts_->Fail(attempt, SignInRefused());
  return Wait(client, *usable, /*by_provider=*/false);
}

absl::StatusOr<Sessions::Started> Sessions::Wait(const Client& client, const Usable& usable,
                                                 bool by_provider) {
  const absl::Time now = desk_->Now();
  Started out{.person = usable.person.name,
              .sign_in = crypto::RandomBytes(32),
              .factors = factors_.Possible(usable.person, client, usable.secrets.value),
              .challenge = crypto::RandomBytes(32),
              .password_expired = !by_provider && PasswordExpired(usable.account.value, now)};
  absl::MutexLock lock(&mutex_);
  for (auto it = waiting_.begin(); it != waiting_.end();) {
    it = now >= it->second.end ? waiting_.erase(it) : std::next(it);
  }
  // Each cost its caller a right password, or a sign-in at the provider.
  if (waiting_.size() >= kMaxWaiting) {
    return Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted,
                 absl::StrCat(kMaxWaiting, " sign-ins wait for their second factor"));
  }
  waiting_[out.sign_in] = {.person = usable.person.name,
                           .client = client,
                           .challenge = out.challenge,
                           .end = now + kChallengeLife,
                           .by_provider = by_provider};
  return out;
}

absl::StatusOr<Sessions::Waiting> Sessions::TakeWaiting(const Client& client,
                                                        const std::string& sign_in) {
  const absl::Time now = desk_->Now();
  Waiting waiting;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = waiting_.find(sign_in);
    if (found != waiting_.end()) {
      waiting = std::move(found->second);
      waiting_.erase(found);
    }
  }
  if (waiting.person.empty() || now >= waiting.end || waiting.client != client) {
    desk_->Tally(ReasonName(Reason::kSignInRefused));
    return SignInRefused();
  }
  return waiting;
}

absl::StatusOr<Sessions::SignedIn> Sessions::Finish(const Client& client,
                                                    const std::string& sign_in,
                                                    const ShownFactor& shown,
                                                    absl::string_view new_password) {
  SHAREWAY_ASSIGN_OR_RETURN(const Waiting waiting, TakeWaiting(client, sign_in));
  if (waiting.by_provider && !new_password.empty()) {
    return Error::Field("new_password", "is set by who shows the old one, not by the provider");
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Attempt attempt, lockouts_->AttemptOn(waiting.person, client));
  std::optional<Passwords::Permit> permit;
  if (!new_password.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(Passwords::Permit entered, desk_->passwords().Enter());
    permit.emplace(std::move(entered));
  }
  const Lockouts::Turn turn(lockouts_, attempt);
  SHAREWAY_RETURN_IF_ERROR(lockouts_->Check(attempt));
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Usable> usable, FindUsable(waiting.person));
  if (!usable) return lockouts_->Fail(attempt, SignInRefused());
  if (!factors_.StrongEnough(usable->person, shown.kind())) {
    return lockouts_->Fail(attempt, FactorTooWeak(shown.kind()));
  }
  absl::StatusOr<SecondFactors::Taken> taken =
      factors_.Take(usable->person, client, shown, waiting.challenge, usable->secrets.value);
  if (absl::IsUnauthenticated(taken.status())) return lockouts_->Fail(attempt, taken.status());
  if (!taken.ok()) return taken.status();

  Usable signing = *usable;
  if (permit) {
    SHAREWAY_ASSIGN_OR_RETURN(taken->secrets,
                              permit->Renew(taken->secrets, new_password, usable->person));
    signing.account.value.password_time = desk_->Now();
  } else if (!waiting.by_provider && PasswordExpired(usable->account.value, desk_->Now())) {
    return Error(Reason::kPasswordExpired, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat("the password is older than ", absl::ToInt64Hours(kPasswordLife) / 24,
                              " days: sign in with a new one"));
  }
  return Begin(client, shown.kind(), signing, *taken, attempt);
}

absl::StatusOr<Sessions::SignedIn> Sessions::Begin(const Client& client, Factor factor,
                                                   const Usable& usable,
                                                   const SecondFactors::Taken& taken,
                                                   const Attempt& attempt) {
  const absl::Time now = desk_->Now();
  const std::string raw = crypto::RandomBytes(kTokenBytes);
  const Hash32 digest = crypto::Sha256(raw);
  SignedIn out;
  out.live.person = usable.person;
  Session& session = out.live.session.value;
  // Bound to whatever certificate the connection came with, also where another factor was shown.
  session = {
      .name = absl::StrCat("sessions/", IdFromRandom(digest.view().substr(0, 15))),
      .person = usable.person.name,
      .token_digest = digest.str(),
      .factor = factor,
      .network = client.network,
      .certificate = factor == Factor::kCertificate ||
                             desk_->people().has_certificate(usable.person.name, client.certificate)
                         ? client.certificate
                         : "",
      .authenticator = taken.authenticator,
      .start = now,
      .seen = now,
      .stepped_up = now};
  Change change;
  change.events.push_back(Desk::SessionEvent(RecordKind::SESSION_STARTED, session.name,
                                             usable.person.agency, FactorName(factor)));
  Account after = usable.account.value;
  after.last_sign_in = now;
  if (taken.secrets.password != usable.secrets.value.password) {
    change.events.push_back(Desk::AccountEvent(after));
    Desk::File(after, PermissionKind::kPasswordSet, after.person, "at signing in", now, &change);
  }
  if (IsAdministrator(usable.person.roles)) {
    SHAREWAY_RETURN_IF_ERROR(
        desk_->EndSessions(session.person, usable.person.agency, "ANOTHER_BEGAN", &change));
  }
  ConsoleStore::Put({}, session, &change);
  // Whoever takes the same TOTP step, or signs in at the same time, loses: the versions tell.
  ConsoleStore::Put(usable.account, after, &change);
  ConsoleStore::Put(after.name, usable.secrets, taken.secrets, &change);
  Lockouts::Clear(attempt, &change);
  SHAREWAY_ASSIGN_OR_RETURN(out.live.session.version,
                            desk_->store().Commit(nullptr, "", std::move(change), now));
  absl::WebSafeBase64Escape(raw, &out.token);
  return out;
}

}  // namespace shareway::console
