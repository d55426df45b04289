// SPDX-License-Identifier: Apache-2.0
// Keeps accounts, their secrets and sessions, proposals of roles and permission files.
#include "services/console/store/console_store.h"

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/console/store/codec.h"

namespace shareway::console {
namespace {

constexpr char kLatestKey[] = "meta/latest";
constexpr char kSlotsKey[] = "meta/slots";
constexpr char kCodes[] = "code/";
constexpr char kSessions[] = "sessions/";
constexpr char kAccounts[] = "accounts/";
constexpr uint64_t kUnknownSlots = 1024;
constexpr uint64_t kSourceSlots = 4096;

std::string SecretsKey(absl::string_view account) { return absl::StrCat("secrets/", account); }
std::string CodeKey(absl::string_view digest) { return absl::StrCat(kCodes, digest); }
std::string AgencyPrefix(absl::string_view agency) {
  return absl::StrCat("by-agency/", agency, "|");
}
std::string SessionPrefix(absl::string_view person) {
  return absl::StrCat("session-of/", person, "|");
}
std::string ProposalPrefix(absl::string_view agency) {
  return absl::StrCat("proposal/", agency, "|");
}
std::string FilePrefix(absl::string_view person) { return absl::StrCat("file/", person, "|"); }
std::string ShownKey(absl::string_view person) { return absl::StrCat("shown/", person); }
std::string TimeBytes(absl::Time time) {
  return BigEndian64(static_cast<uint64_t>(absl::ToUnixNanos(time)));
}
// Sorts the newest first.
std::string ProposalPlace(const RoleProposal& proposal) {
  return absl::StrCat(BigEndian64(~static_cast<uint64_t>(absl::ToUnixNanos(proposal.propose_time))),
                      proposal.name);
}

template <typename T>
absl::StatusOr<Stored<T>> Load(const kv::Store& kv, absl::string_view key) {
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, kv.Get(key));
  Stored<T> stored{.version = entry.version};
  SHAREWAY_RETURN_IF_ERROR(Decode(entry.value, &stored.value));
  return stored;
}

void Expect(absl::string_view key, uint64_t version, kv::Batch* batch) {
  if (version == 0) {
    batch->ExpectAbsent(key);
  } else {
    batch->Expect(key, version);
  }
}

// The rests of up to `limit` keys under `prefix` from `cursor` on, and where the next one begins.
struct Keys {
  std::vector<std::string> rests = {};
  std::string next = {};
};
absl::StatusOr<Keys> ListKeys(const kv::Store& kv, const std::string& prefix,
                              const std::string& cursor, int limit) {
  Keys keys;
  SHAREWAY_RETURN_IF_ERROR(kv.Scan(absl::StrCat(prefix, cursor), PrefixEnd(prefix),
                                   [&](absl::string_view key, absl::string_view, uint64_t) {
                                     if (static_cast<int>(keys.rests.size()) == limit) {
                                       keys.next = std::string(key.substr(prefix.size()));
                                       return false;
                                     }
                                     keys.rests.emplace_back(key.substr(prefix.size()));
                                     return true;
                                   }));
  return keys;
}

}  // namespace

absl::StatusOr<ConsoleStore> ConsoleStore::Open(kv::Store* kv, const outbox::Outbox* outbox) {
  ConsoleStore store(kv, outbox);
  const absl::StatusOr<kv::Entry> latest = kv->Get(kLatestKey);
  if (latest.ok()) {
    store.latest_ = absl::FromUnixNanos(static_cast<int64_t>(ReadBigEndian64(latest->value)));
  } else if (!absl::IsNotFound(latest.status())) {
    return latest.status();
  }
  absl::StatusOr<kv::Entry> slots = kv->Get(kSlotsKey);
  if (absl::IsNotFound(slots.status())) {
    kv::Batch batch;
    batch.ExpectAbsent(kSlotsKey);
    batch.Put(kSlotsKey, crypto::RandomBytes(32));
    SHAREWAY_RETURN_IF_ERROR(kv->Commit(std::move(batch)).status());
    slots = kv->Get(kSlotsKey);
  }
  if (!slots.ok()) return slots.status();
  store.slots_ = slots->value;
  return store;
}

absl::StatusOr<Stored<Account>> ConsoleStore::LoadAccount(absl::string_view name) const {
  return Load<Account>(*kv_, name);
}

absl::StatusOr<Stored<Secrets>> ConsoleStore::LoadSecrets(absl::string_view account) const {
  absl::StatusOr<Stored<Secrets>> stored = Load<Secrets>(*kv_, SecretsKey(account));
  if (absl::IsNotFound(stored.status())) return Stored<Secrets>();
  return stored;
}

absl::StatusOr<Page<Account>> ConsoleStore::ListAccounts(absl::string_view agency,
                                                         const std::string& cursor,
                                                         int limit) const {
  const bool all = agency.empty();
  SHAREWAY_ASSIGN_OR_RETURN(const Keys keys,
                            ListKeys(*kv_, all ? kAccounts : AgencyPrefix(agency), cursor, limit));
  Page<Account> page{.next = keys.next};
  for (const std::string& rest : keys.rests) {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Account> account,
                              LoadAccount(all ? absl::StrCat(kAccounts, rest) : rest));
    page.values.push_back(std::move(account));
  }
  return page;
}

absl::StatusOr<bool> ConsoleStore::HasAccounts() const {
  SHAREWAY_ASSIGN_OR_RETURN(const Keys keys, ListKeys(*kv_, kAccounts, "", 1));
  return !keys.rests.empty();
}

absl::StatusOr<Stored<OpenCode>> ConsoleStore::LoadCode(absl::string_view digest) const {
  return Load<OpenCode>(*kv_, CodeKey(digest));
}

absl::StatusOr<std::vector<std::string>> ConsoleStore::CodesOver(absl::Time now) const {
  std::vector<std::string> over;
  absl::Status read;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(kCodes, PrefixEnd(kCodes),
                                     [&](absl::string_view key, absl::string_view value, uint64_t) {
                                       OpenCode code;
                                       read = Decode(value, &code);
                                       if (now >= code.end)
                                         over.emplace_back(key.substr(sizeof(kCodes) - 1));
                                       return read.ok();
                                     }));
  if (!read.ok()) return read;
  return over;
}

absl::StatusOr<Stored<Session>> ConsoleStore::LoadSession(absl::string_view name) const {
  return Load<Session>(*kv_, name);
}

absl::StatusOr<std::vector<Stored<Session>>> ConsoleStore::SessionsOf(
    absl::string_view person) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Keys keys, ListKeys(*kv_, SessionPrefix(person), "", 1000));
  std::vector<Stored<Session>> sessions;
  for (const std::string& name : keys.rests) {
    absl::StatusOr<Stored<Session>> session = LoadSession(name);
    // It may have ended between the two reads.
    if (absl::IsNotFound(session.status())) continue;
    if (!session.ok()) return session.status();
    sessions.push_back(*std::move(session));
  }
  return sessions;
}

absl::StatusOr<std::vector<Stored<Session>>> ConsoleStore::SessionsOver(absl::Time now) const {
  std::vector<Stored<Session>> over;
  absl::Status read;
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan(kSessions, PrefixEnd(kSessions),
                [&](absl::string_view, absl::string_view value, uint64_t version) {
                  Stored<Session> session{.version = version};
                  read = Decode(value, &session.value);
                  if (read.ok() && !Over(session.value, now).empty()) over.push_back(session);
                  return read.ok();
                }));
  if (!read.ok()) return read;
  return over;
}

absl::StatusOr<Stored<RoleProposal>> ConsoleStore::LoadProposal(absl::string_view name) const {
  return Load<RoleProposal>(*kv_, name);
}

absl::StatusOr<Page<RoleProposal>> ConsoleStore::ListProposals(absl::string_view agency,
                                                               const std::string& cursor,
                                                               int limit) const {
  SHAREWAY_ASSIGN_OR_RETURN(
      const Keys keys,
      ListKeys(*kv_, ProposalPrefix(agency.empty() ? "*" : agency), cursor, limit));
  Page<RoleProposal> page{.next = keys.next};
  for (const std::string& place : keys.rests) {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<RoleProposal> proposal, LoadProposal(place.substr(8)));
    page.values.push_back(std::move(proposal));
  }
  return page;
}

absl::StatusOr<Page<PermissionEntry>> ConsoleStore::ReadFile(absl::string_view person,
                                                             const std::string& cursor,
                                                             int limit) const {
  const std::string prefix = FilePrefix(person);
  SHAREWAY_ASSIGN_OR_RETURN(const Keys keys, ListKeys(*kv_, prefix, cursor, limit));
  Page<PermissionEntry> page{.next = keys.next};
  for (const std::string& place : keys.rests) {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<PermissionEntry> entry,
                              Load<PermissionEntry>(*kv_, absl::StrCat(prefix, place)));
    page.values.push_back(std::move(entry));
  }
  return page;
}

absl::StatusOr<Roles> ConsoleStore::ShownRoles(absl::string_view person) const {
  const absl::StatusOr<Stored<Roles>> shown = Load<Roles>(*kv_, ShownKey(person));
  if (absl::IsNotFound(shown.status())) return Roles();
  if (!shown.ok()) return shown.status();
  return shown->value;
}

std::string ConsoleStore::AccountFailures(absl::string_view account) const {
  return absl::StrCat("failures/a/", account);
}
std::string ConsoleStore::UnknownFailures(absl::string_view name) const {
  const uint64_t digest =
      ReadBigEndian64(crypto::HmacSha256(slots_, absl::StrCat("n", name)).view());
  return absl::StrCat("failures/n/", digest % kUnknownSlots);
}
std::string ConsoleStore::SourceFailures(absl::string_view source) const {
  const uint64_t digest =
      ReadBigEndian64(crypto::HmacSha256(slots_, absl::StrCat("s", source)).view());
  return absl::StrCat("failures/s/", digest % kSourceSlots);
}

absl::StatusOr<Failures> ConsoleStore::LoadFailures(absl::string_view row) const {
  const absl::StatusOr<Stored<Failures>> failures = Load<Failures>(*kv_, row);
  if (absl::IsNotFound(failures.status())) return Failures();
  if (!failures.ok()) return failures.status();
  return failures->value;
}

void ConsoleStore::Put(const Stored<Account>& before, const Account& after, Change* change) {
  Expect(after.name, before.version, &change->batch);
  change->batch.Put(after.name, Encode(after));
  if (before.version != 0 && before.value.agency == after.agency) return;
  if (before.version != 0) {
    change->batch.Delete(absl::StrCat(AgencyPrefix(before.value.agency), after.name));
  }
  change->batch.Put(absl::StrCat(AgencyPrefix(after.agency), after.name), "");
}

void ConsoleStore::Put(absl::string_view account, const Stored<Secrets>& before,
                       const Secrets& after, Change* change) {
  const std::string key = SecretsKey(account);
  Expect(key, before.version, &change->batch);
  change->batch.Put(key, Encode(after));
}

void ConsoleStore::DeleteSecrets(absl::string_view account, Change* change) {
  change->batch.Delete(SecretsKey(account));
}

void ConsoleStore::Put(const Stored<Session>& before, const Session& after, Change* change) {
  Expect(after.name, before.version, &change->batch);
  change->batch.Put(after.name, Encode(after));
  if (before.version == 0) {
    change->batch.Put(absl::StrCat(SessionPrefix(after.person), after.name), "");
  }
}

void ConsoleStore::Delete(const Session& session, Change* change) {
  change->batch.Delete(session.name);
  change->batch.Delete(absl::StrCat(SessionPrefix(session.person), session.name));
}

void ConsoleStore::Put(const Stored<RoleProposal>& before, const RoleProposal& after,
                       Change* change) {
  Expect(after.name, before.version, &change->batch);
  change->batch.Put(after.name, Encode(after));
  if (before.version != 0) return;
  for (const absl::string_view list : {absl::string_view("*"), absl::string_view(after.agency)}) {
    change->batch.Put(absl::StrCat(ProposalPrefix(list), ProposalPlace(after)), "");
  }
}

void ConsoleStore::PutCode(absl::string_view digest, const OpenCode& code, Change* change) {
  change->batch.Put(CodeKey(digest), Encode(code));
}
void ConsoleStore::TakeCode(absl::string_view digest, uint64_t version, Change* change) {
  change->batch.Expect(CodeKey(digest), version);
  change->batch.Delete(CodeKey(digest));
}
void ConsoleStore::DeleteCode(absl::string_view digest, Change* change) {
  if (!digest.empty()) change->batch.Delete(CodeKey(digest));
}

void ConsoleStore::PutFailures(absl::string_view row, const Failures& failures, Change* change) {
  change->batch.Put(row, Encode(failures));
}
void ConsoleStore::DeleteFailures(absl::string_view row, Change* change) {
  change->batch.Delete(row);
}

void ConsoleStore::Append(absl::string_view person, const PermissionEntry& entry,
                          absl::string_view random8, Change* change) {
  change->batch.Put(absl::StrCat(FilePrefix(person), TimeBytes(entry.time), random8),
                    Encode(entry));
}

void ConsoleStore::PutShown(absl::string_view person, const Roles& roles, Change* change) {
  change->batch.Put(ShownKey(person), Encode(roles));
}

absl::StatusOr<uint64_t> ConsoleStore::Commit(const Errand* errand, absl::string_view result,
                                              Change change, absl::Time now) const {
  const bool acted = errand != nullptr && errand->act.has_value();
  bool act_told = false;
  for (evidence::AuditRecord& event : change.events) {
    *event.mutable_time() = evidence::ToTimestamp(now);
    if (errand != nullptr) event.set_traceparent(errand->traceparent);
    // An act is taken once, so one event has it.
    if (acted && !act_told) *event.mutable_act() = *errand->act;
    act_told = act_told || acted;
    outbox_->Add(std::move(event), &change.batch);
  }
  if (errand != nullptr) errand->once.Record(*kv_, result, now, &change.batch);
  change.batch.Put(kLatestKey, TimeBytes(now));
  const absl::StatusOr<kv::Committed> committed = kv_->Commit(std::move(change.batch));
  if (committed.ok()) return committed->version;
  if (!absl::IsAborted(committed.status())) return committed.status();
  if (acted && outbox_->Taken(*errand->act)) {
    return Error(Reason::kActReplayed, absl::StatusCode::kAborted,
                 "this signed act was used before; sign a new one");
  }
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               "the object changed meanwhile; read it again and retry");
}

}  // namespace shareway::console
