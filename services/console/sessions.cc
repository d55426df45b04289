// SPDX-License-Identifier: Apache-2.0
// Sessions: used, stepped up, ended.
#include "services/console/sessions.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"

namespace shareway::console {

using evidence::RecordKind;

namespace {

constexpr size_t kTokenBytes = 32;
constexpr size_t kMaxChallenges = 4096;
constexpr int kMaxTries = 8;  // to end a session that is being used

absl::Status SessionOver() {
  return Error(Reason::kSessionOver, absl::StatusCode::kUnauthenticated,
               "the session is over, or there is none; sign in again");
}

bool MayEndOthers(const Person& actor, const Account& account) {
  return actor.has(Role::kSystemAdministrator) || actor.has(Role::kSecurityAdministrator) ||
         (actor.has(Role::kAccountAdministrator) && actor.agency == account.agency);
}

bool HasAuthenticator(const People& people, const std::string& person, const std::string& key) {
  const std::vector<crypto::PublicKey> keys = people.authenticators(person);
  return std::any_of(keys.begin(), keys.end(),
                     [&key](const crypto::PublicKey& own) { return own.id().view() == key; });
}

}  // namespace

absl::StatusOr<std::optional<Sessions::Usable>> Sessions::FindUsable(
    absl::string_view person_name) const {
  const std::string name = AccountOf(person_name);
  absl::StatusOr<Stored<Account>> account = desk_->store().LoadAccount(name);
  SHAREWAY_ASSIGN_OR_RETURN(Stored<Secrets> secrets, desk_->store().LoadSecrets(name));
  const std::optional<Person> person = desk_->people().find(person_name);
  if (!account.ok() && !absl::IsNotFound(account.status())) return account.status();
  const bool usable =
      account.ok() && person && person->stands && account->value.state == Account::State::kActive &&
      account->value.person == person_name && !SuspendByRule(account->value, desk_->Now()) &&
      CountOfTheThree(person->roles) <= 1;
  if (!usable) return std::optional<Usable>();
  return std::optional<Usable>(Usable{*std::move(account), std::move(secrets), *person});
}

absl::Status Sessions::Close(const Stored<Session>& before, absl::string_view agency,
                             RecordKind kind, absl::string_view reason) const {
  absl::StatusOr<Stored<Session>> session = before;
  for (int tries = 0; session.ok() && tries < kMaxTries; ++tries) {
    Change change;
    change.batch.Expect(session->value.name, session->version);
    ConsoleStore::Delete(session->value, &change);
    change.events.push_back(Desk::SessionEvent(kind, session->value.name, agency, reason));
    const absl::Status done =
        desk_->store().Commit(nullptr, "", std::move(change), desk_->Now()).status();
    if (!absl::IsAborted(done)) return done;
    session = desk_->store().LoadSession(before.value.name);  // used meanwhile, or ended
  }
  if (absl::IsNotFound(session.status())) return absl::OkStatus();
  if (!session.ok()) return session.status();
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               "the session is in use all the time; try again");
}

absl::StatusOr<Stored<Session>> Sessions::Load(absl::string_view token) const {
  std::string raw;
  if (absl::WebSafeBase64Unescape(token, &raw) && raw.size() == kTokenBytes) {
    const Hash32 digest = crypto::Sha256(raw);
    absl::StatusOr<Stored<Session>> session = desk_->store().LoadSession(
        absl::StrCat("sessions/", IdFromRandom(digest.view().substr(0, 15))));
    if (!session.ok() && !absl::IsNotFound(session.status())) return session.status();
    if (session.ok() && crypto::SameBytes(session->value.token_digest, digest.view())) {
      return session;
    }
  }
  return SessionOver();
}

absl::StatusOr<Stored<Session>> Sessions::Find(absl::string_view token) const {
  absl::StatusOr<Stored<Session>> session = Load(token);
  if (absl::IsUnauthenticated(session.status())) desk_->Tally(ReasonName(Reason::kSessionOver));
  return session;
}

absl::string_view Sessions::WhyOver(const Session& session,
                                    const std::optional<Usable>& usable) const {
  const absl::string_view over = Over(session, desk_->Now());
  if (!over.empty()) return over;
  if (!usable) return "ACCOUNT_CLOSED";
  // The certificate, or the authenticator, may have been revoked since.
  const bool revoked = (!session.certificate.empty() &&
                        !desk_->people().has_certificate(session.person, session.certificate)) ||
                       (!session.authenticator.empty() &&
                        !HasAuthenticator(desk_->people(), session.person, session.authenticator));
  return revoked ? ReasonName(Reason::kKeyRevoked) : "";
}

absl::Status Sessions::Stands(const Client& client, absl::string_view token) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Session> session, Load(token));
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Usable> usable, FindUsable(session.value.person));
  if (!WhyOver(session.value, usable).empty() || !BoundTo(session.value, client) ||
      !factors_.StrongEnough(usable->person, session.value.factor)) {
    return SessionOver();
  }
  return absl::OkStatus();
}

absl::StatusOr<LiveSession> Sessions::Use(const Client& client, absl::string_view token) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Session> session, Find(token));
  return UseNow(session, &client);
}

absl::StatusOr<LiveSession> Sessions::Continue(absl::string_view name) {
  const absl::StatusOr<Stored<Session>> session = desk_->store().LoadSession(name);
  if (absl::IsNotFound(session.status())) return SessionOver();
  if (!session.ok()) return session.status();
  return UseNow(*session, nullptr);
}

absl::StatusOr<LiveSession> Sessions::UseNow(const Stored<Session>& session, const Client* from) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Usable> usable, FindUsable(session.value.person));
  const std::string agency = usable ? usable->person.agency : "";
  const absl::string_view over = WhyOver(session.value, usable);
  if (!over.empty()) {
    SHAREWAY_RETURN_IF_ERROR(Close(session, agency, RecordKind::SESSION_ENDED, over));
    return SessionOver();
  }
  if (from != nullptr && !BoundTo(session.value, *from)) {
    // Somebody else has the token: nobody uses it any more.
    SHAREWAY_RETURN_IF_ERROR(
        Close(session, agency, RecordKind::SESSION_REFUSED, ReasonName(Reason::kSessionElsewhere)));
    return Error(Reason::kSessionElsewhere, absl::StatusCode::kUnauthenticated,
                 "the session is bound to another certificate or network, and has ended");
  }
  if (!factors_.StrongEnough(usable->person, session.value.factor)) {
    SHAREWAY_RETURN_IF_ERROR(
        Close(session, agency, RecordKind::SESSION_ENDED, ReasonName(Reason::kFactorTooWeak)));
    return FactorTooWeak(session.value.factor);
  }
  LiveSession live{.session = session, .person = usable->person};
  const absl::Time now = desk_->Now();
  const std::optional<Session> seen = Seen(session.value, now);
  if (!seen) return live;
  Change change;
  ConsoleStore::Put(session, *seen, &change);
  const absl::StatusOr<uint64_t> version =
      desk_->store().Commit(nullptr, "", std::move(change), now);
  if (version.ok()) {
    live.session = {*seen, *version};
  } else if (!absl::IsAborted(version.status())) {
    return version.status();
  }
  return live;
}

absl::StatusOr<Sessions::Challenge> Sessions::StartStepUp(const Client& client,
                                                          absl::string_view token) {
  SHAREWAY_ASSIGN_OR_RETURN(const LiveSession live, Use(client, token));
  const Challenge challenge{.bytes = crypto::RandomBytes(32), .end = desk_->Now() + kChallengeLife};
  absl::MutexLock lock(&mutex_);
  // Full of challenges that nobody answered: those begin anew.
  if (challenges_.size() >= kMaxChallenges) challenges_.clear();
  challenges_[live.session.value.name] = challenge;
  return challenge;
}

absl::StatusOr<LiveSession> Sessions::StepUp(const Client& client, absl::string_view token,
                                             const ShownFactor& shown) {
  SHAREWAY_ASSIGN_OR_RETURN(LiveSession live, Use(client, token));
  const Session& session = live.session.value;
  std::string challenge;
  {
    absl::MutexLock lock(&mutex_);
    const auto found = challenges_.find(session.name);
    if (found != challenges_.end()) {
      if (desk_->time().Now() < found->second.end) challenge = found->second.bytes;
      challenges_.erase(found);
    }
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Attempt attempt, lockouts_->AttemptOn(session.person, client));
  const Lockouts::Turn turn(lockouts_, attempt);
  SHAREWAY_RETURN_IF_ERROR(lockouts_->Check(attempt));
  if (Cryptographic(session.factor) && !Cryptographic(shown.kind())) {
    return FactorTooWeak(shown.kind());
  }
  const std::string account = AccountOf(session.person);
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Secrets> before, desk_->store().LoadSecrets(account));
  const absl::StatusOr<SecondFactors::Taken> after =
      factors_.Take(live.person, client, shown, challenge, before.value);
  if (absl::IsUnauthenticated(after.status())) return lockouts_->Fail(attempt, after.status());
  if (!after.ok()) return after.status();

  const absl::Time now = desk_->Now();
  Session next = session;
  next.stepped_up = now;
  next.seen = now;
  Change change;
  ConsoleStore::Put(live.session, next, &change);
  ConsoleStore::Put(account, before, after->secrets, &change);
  Lockouts::Clear(attempt, &change);
  change.events.push_back(Desk::SessionEvent(RecordKind::SESSION_STARTED, next.name,
                                             live.person.agency,
                                             absl::StrCat("STEP_UP_", FactorName(shown.kind()))));
  SHAREWAY_ASSIGN_OR_RETURN(live.session.version,
                            desk_->store().Commit(nullptr, "", std::move(change), now));
  live.session.value = std::move(next);
  return live;
}

absl::Status Sessions::SignOut(const Client& client, absl::string_view token) {
  const absl::StatusOr<LiveSession> live = Use(client, token);
  if (!live.ok()) {
    const auto details = DetailsOf(live.status());
    const bool over = details && details->reason == Reason::kSessionOver;
    return over ? absl::OkStatus() : live.status();
  }
  return Close(live->session, live->person.agency, RecordKind::SESSION_ENDED, "SIGNED_OUT");
}

absl::StatusOr<std::vector<LiveSession>> Sessions::List(const Person& actor,
                                                        absl::string_view person_name) {
  const std::string whose = person_name.empty() ? actor.name : std::string(person_name);
  const std::optional<Person> person = desk_->people().find(whose);
  const absl::StatusOr<Stored<Account>> account = desk_->store().LoadAccount(AccountOf(whose));
  if (!account.ok() && !absl::IsNotFound(account.status())) return account.status();
  const bool visible =
      person && account.ok() && (whose == actor.name || MayEndOthers(actor, account->value));
  if (!visible) return Error::NotVisible(whose);
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Stored<Session>> sessions,
                            desk_->store().SessionsOf(whose));
  const absl::Time now = desk_->Now();
  std::vector<LiveSession> live;
  for (const Stored<Session>& session : sessions) {
    if (Over(session.value, now).empty()) live.push_back({session, *person});
  }
  std::sort(live.begin(), live.end(), [](const LiveSession& a, const LiveSession& b) {
    return a.session.value.start > b.session.value.start;
  });
  if (live.size() > 100) live.resize(100);
  return live;
}

absl::Status Sessions::End(const Person& actor, absl::string_view name, absl::string_view person) {
  const absl::StatusOr<std::vector<LiveSession>> sessions = List(actor, person);
  if (!sessions.ok()) {
    return absl::IsNotFound(sessions.status()) ? Error::NotVisible(name) : sessions.status();
  }
  for (const LiveSession& live : *sessions) {
    if (live.session.value.name != name) continue;
    const bool own = live.person.name == actor.name;
    return Close(live.session, live.person.agency, RecordKind::SESSION_ENDED,
                 own ? "ENDED_BY_OWNER" : "ENDED_BY_ADMINISTRATOR");
  }
  return Error::NotVisible(name);
}

absl::StatusOr<int> SessionsDue(const Desk& desk) {
  const absl::Time now = desk.Now();
  SHAREWAY_RETURN_IF_ERROR(desk.TellTally());
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Stored<Session>> over,
                            desk.store().SessionsOver(now));
  int ended = 0;
  for (const Stored<Session>& session : over) {
    Change change;
    change.batch.Expect(session.value.name, session.version);
    ConsoleStore::Delete(session.value, &change);
    const std::optional<Person> person = desk.people().find(session.value.person);
    change.events.push_back(Desk::SessionEvent(RecordKind::SESSION_ENDED, session.value.name,
                                               person ? person->agency : "",
                                               Over(session.value, now)));
    const absl::Status done = desk.store().Commit(nullptr, "", std::move(change), now).status();
    if (absl::IsAborted(done)) continue;  // it was used or ended meanwhile
    SHAREWAY_RETURN_IF_ERROR(done);
    ++ended;
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> codes, desk.store().CodesOver(now));
  Change change;
  for (const std::string& digest : codes) ConsoleStore::DeleteCode(digest, &change);
  // Always: so the latest time seen is kept, too.
  SHAREWAY_RETURN_IF_ERROR(desk.store().Commit(nullptr, "", std::move(change), now).status());
  return ended;
}

}  // namespace shareway::console
