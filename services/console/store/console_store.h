// SPDX-License-Identifier: Apache-2.0
// Keeps accounts, their secrets and sessions, proposals of roles and permission files.
//
// Keys ({p} is a person's id, names are whole resource names):
//   accounts/{p}                      -> AccountRecord; its version is the etag
//   by-agency/{agency}|{account}      -> empty
//   secrets/{account}                 -> SecretsRecord
//   code/{digest}                     -> CodeRecord; one-time codes that are open
//   failures/a/{account}              -> FailuresRecord of an account
//   failures/n/{slot}, failures/s/{slot} -> the same of names without account, and of sources:
//       1,024 and 4,096 slots, by a keyed digest, so that nobody fills the store or aims at a slot
//   sessions/{s}                      -> SessionRecord
//   session-of/{person}|{session}     -> empty
//   roleProposals/{r}                 -> RoleProposalRecord; its version is the etag
//   proposal/{agency or *}|{~time}{proposal} -> empty; newest first
//   file/{person}|{time}{8 random}    -> PermissionRecord
//   shown/{person}                    -> RolesRecord: what the directory showed last
//   meta/latest                       -> the latest time seen, nanoseconds, 8 bytes big-endian
//   meta/slots                        -> 32 random bytes, the key of the slots
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/evidence/record.h"
#include "libs/kv/store.h"
#include "libs/outbox/once.h"
#include "libs/outbox/outbox.h"
#include "services/console/domain/account.h"
#include "services/console/domain/lockout.h"
#include "services/console/domain/role_proposal.h"
#include "services/console/domain/session.h"
#include "services/console/store/secrets.h"

namespace shareway::console {

// A value and the version of its record; 0: it is not stored.
template <typename T>
struct Stored {
  T value = {};
  uint64_t version = 0;
};
template <typename T>
struct Page {
  std::vector<Stored<T>> values = {};
  std::string next = {};  // where the next page begins; empty on the last one
};

// One write that a person asks for.
struct Errand {
  Person actor = {};
  outbox::Once once = {};
  std::optional<evidence::SignedAct> act = {};
  std::string traceparent = {};
};

// What is written together, with the events that tell of it.
struct Change {
  kv::Batch batch = {};
  std::vector<evidence::AuditRecord> events = {};
};

// Thread-safe. What is given to it must outlive it. Reads answer NOT_FOUND for what is not there,
// and DATA_LOSS for what does not read.
class ConsoleStore {
 public:
  static absl::StatusOr<ConsoleStore> Open(kv::Store* kv, const outbox::Outbox* outbox);

  // The latest time that a commit was made at; InfinitePast for a new store.
  absl::Time latest() const { return latest_; }
  // For stores beside this one, which read there and commit here.
  const kv::Store& engine() const { return *kv_; }

  absl::StatusOr<Stored<Account>> LoadAccount(absl::string_view name) const;
  // Version 0, and none, if the account has no secrets.
  absl::StatusOr<Stored<Secrets>> LoadSecrets(absl::string_view account) const;
  // From `cursor` on, at most `limit`; an empty agency: all.
  absl::StatusOr<Page<Account>> ListAccounts(absl::string_view agency, const std::string& cursor,
                                             int limit) const;
  absl::StatusOr<bool> HasAccounts() const;
  absl::StatusOr<Stored<OpenCode>> LoadCode(absl::string_view digest) const;
  absl::StatusOr<std::vector<std::string>> CodesOver(absl::Time now) const;
  absl::StatusOr<Stored<Session>> LoadSession(absl::string_view name) const;
  absl::StatusOr<std::vector<Stored<Session>>> SessionsOf(absl::string_view person) const;
  // All sessions that are over.
  absl::StatusOr<std::vector<Stored<Session>>> SessionsOver(absl::Time now) const;
  absl::StatusOr<Stored<RoleProposal>> LoadProposal(absl::string_view name) const;
  absl::StatusOr<Page<RoleProposal>> ListProposals(absl::string_view agency,
                                                   const std::string& cursor, int limit) const;
  absl::StatusOr<Page<PermissionEntry>> ReadFile(absl::string_view person,
                                                 const std::string& cursor, int limit) const;
  absl::StatusOr<Roles> ShownRoles(absl::string_view person) const;

  // Whose failures a row counts.
  std::string AccountFailures(absl::string_view account) const;
  std::string UnknownFailures(absl::string_view name) const;
  std::string SourceFailures(absl::string_view source) const;
  // None for a row that is not there.
  absl::StatusOr<Failures> LoadFailures(absl::string_view row) const;

  // Each expects what it replaces as it was loaded.
  static void Put(const Stored<Account>& before, const Account& after, Change* change);
  static void Put(absl::string_view account, const Stored<Secrets>& before, const Secrets& after,
                  Change* change);
  static void DeleteSecrets(absl::string_view account, Change* change);
  static void Put(const Stored<Session>& before, const Session& after, Change* change);
  static void Delete(const Session& session, Change* change);
  static void Put(const Stored<RoleProposal>& before, const RoleProposal& after, Change* change);
  static void PutCode(absl::string_view digest, const OpenCode& code, Change* change);
  // Expects that it is there.
  static void TakeCode(absl::string_view digest, uint64_t version, Change* change);
  static void DeleteCode(absl::string_view digest, Change* change);
  static void PutFailures(absl::string_view row, const Failures& failures, Change* change);
  static void DeleteFailures(absl::string_view row, Change* change);
  static void Append(absl::string_view person, const PermissionEntry& entry,
                     absl::string_view random8, Change* change);
  static void PutShown(absl::string_view person, const Roles& roles, Change* change);

  // What a repeated request id gets.
  absl::StatusOr<std::optional<std::string>> Seen(const outbox::Once& once, absl::Time now) const {
    return once.Find(*kv_, now);
  }
  // Writes all of it, or nothing. `errand` may be null: then nobody asked. `result` answers a
  // repeated request id. ABORTED, ACT_REPLAYED or CHANGED_MEANWHILE; after other errors but
  // RESOURCE_EXHAUSTED the outcome is unknown. Returns the version of what was written.
  absl::StatusOr<uint64_t> Commit(const Errand* errand, absl::string_view result, Change change,
                                  absl::Time now) const;

 private:
  ConsoleStore(kv::Store* kv, const outbox::Outbox* outbox) : kv_(kv), outbox_(outbox) {}

  kv::Store* kv_;
  const outbox::Outbox* outbox_;
  absl::Time latest_ = absl::InfinitePast();
  std::string slots_;
};

}  // namespace shareway::console
