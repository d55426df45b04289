// SPDX-License-Identifier: Apache-2.0
// What every use case of the console needs.
#include "services/console/desk.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/identity.h"
#include "libs/crypto/seal.h"
#include "libs/log/log.h"
#include "services/console/store/codec.h"

namespace shareway::console {

using evidence::RecordKind;

absl::Time Desk::Now() const {
  const absl::Time now = time().Now();
  const std::optional<absl::Duration> back = time().TakeStepBack();
  if (!back) return now;
  log::Error("clock-set-back", {{"seconds", absl::ToInt64Seconds(*back)}});
  Change change;
  evidence::AuditRecord event =
      SessionEvent(RecordKind::SESSION_REFUSED, "", "", ReasonName(Reason::kClockMovedBack));
  event.set_record_count(static_cast<uint64_t>(absl::ToInt64Seconds(*back)));
  change.events.push_back(std::move(event));
  const absl::StatusOr<uint64_t> told = store().Commit(nullptr, "", std::move(change), now);
  if (!told.ok()) log::Error("clock-not-told", {{"status", told.status()}});
  return now;
}

std::string Desk::NewName(absl::string_view collection) {
  return absl::StrCat(collection, "/", IdFromRandom(crypto::RandomBytes(15)));
}

std::string Desk::EtagOf(uint64_t version) { return absl::StrCat("v", version); }

absl::Status Desk::CheckEtag(absl::string_view etag, absl::string_view name, uint64_t version) {
  if (etag.empty()) return Error::Field("etag", "is empty, want the etag of what was seen");
  if (etag == EtagOf(version)) return absl::OkStatus();
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               absl::StrCat(name, " changed meanwhile; read it again and retry"))
      .With("name", name);
}

void Desk::SealTotp(absl::string_view account, absl::string_view secret, Secrets* secrets) const {
  secrets->totp_nonce = crypto::RandomBytes(crypto::kSealNonceBytes);
  secrets->totp_sealed = crypto::Seal(parts_.factor_key, secrets->totp_nonce, account, secret);
  secrets->totp_step = -1;
}

absl::StatusOr<std::string> Desk::OpenTotp(absl::string_view account,
                                           const Secrets& secrets) const {
  return crypto::Unseal(parts_.factor_key, secrets.totp_nonce, account, secrets.totp_sealed);
}

evidence::AuditRecord Desk::AccountEvent(const Account& account) {
  evidence::AuditRecord event;
  event.set_kind(RecordKind::ACCOUNT_CHANGED);
  event.set_object(account.name);
  event.add_agencies(account.agency);
  event.set_state(Encode(account));
  return event;
}

evidence::AuditRecord Desk::SessionEvent(RecordKind kind, absl::string_view object,
                                         absl::string_view agency, absl::string_view reason) {
  evidence::AuditRecord event;
  event.set_kind(kind);
  event.set_object(std::string(object));
  if (!agency.empty()) event.add_agencies(std::string(agency));
  event.set_reason(std::string(reason));
  return event;
}

void Desk::File(const Account& account, PermissionKind kind, absl::string_view by,
                absl::string_view note, absl::Time now, Change* change) {
  ConsoleStore::Append(account.person,
                       {.time = now,
                        .kind = kind,
                        .by = std::string(by),
                        .note = std::string(note),
                        .object = account.name},
                       crypto::RandomBytes(8), change);
}

absl::Status Desk::EndSessions(absl::string_view person, absl::string_view agency,
                               absl::string_view reason, Change* change) const {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Stored<Session>> sessions,
                            store().SessionsOf(person));
  for (const Stored<Session>& session : sessions) {
    ConsoleStore::Delete(session.value, change);
    change->events.push_back(
        SessionEvent(RecordKind::SESSION_ENDED, session.value.name, agency, reason));
  }
  return absl::OkStatus();
}

void Desk::Tally(absl::string_view reason) const {
  absl::MutexLock lock(&mutex_);
  ++tally_[std::string(reason)];
}

absl::Status Desk::TellTally() const {
  std::map<std::string, uint64_t> tally;
  {
    absl::MutexLock lock(&mutex_);
    tally.swap(tally_);
  }
  if (tally.empty()) return absl::OkStatus();
  Change change;
  for (const auto& [reason, count] : tally) {
    evidence::AuditRecord event = SessionEvent(RecordKind::SESSION_REFUSED, "", "", reason);
    event.set_record_count(count);
    change.events.push_back(std::move(event));
  }
  return store().Commit(nullptr, "", std::move(change), time().Now()).status();
}

absl::StatusOr<std::string> ReadFactorKey(const std::string& path) {
  if (path.empty()) return absl::InvalidArgumentError("--factor_key is empty");
  SHAREWAY_ASSIGN_OR_RETURN(std::string key, crypto::ReadFile(path));
  if (key.size() == crypto::kSealKeyBytes) return key;
  const std::string hex(absl::StripAsciiWhitespace(key));
  const bool digits =
      std::all_of(hex.begin(), hex.end(), [](unsigned char c) { return absl::ascii_isxdigit(c); });
  if (hex.size() == 2 * crypto::kSealKeyBytes && digits) return absl::HexStringToBytes(hex);
  return absl::InvalidArgumentError(
      absl::StrCat(path, " has ", key.size(), " bytes, want 32 bytes or 64 hexadecimal digits"));
}

}  // namespace shareway::console
