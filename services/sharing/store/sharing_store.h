// SPDX-License-Identifier: Apache-2.0
// Keeps requests, grants, consents, disputes and notices, and what sharing follows of
// the catalogue.
//
// Keys ({name} is a whole resource name):
//   requests/{r}, consents/{c}, disputes/{d}, notices/{n}  -> *Record
//   grants/{g}/r -> GrantRecord           grants/{g}/n -> its number in log "grants"
//   resources/{r} -> ResourceRecord, the newest published revision
//   live-consent/{resource}               -> name of the consent that is not withdrawn
//   open-dispute/{subject}|{consumer}     -> name of the dispute that is not closed
//   by/{kind}|{owner}|{~create time}{name}-> empty; lists, newest first. Owners: both
//       parties, the authorities in charge at the time, and for grants the resource
//   clock/{owner}|{due}|{subject}|{kind}  -> empty; lists of clocks, soonest first
//   provisional/{subject}                 -> empty; its running clock needs a calendar that is
//       not published
//   meta/epoch -> 8 bytes; meta/catalog -> epoch and number of the catalogue, 16 bytes
// Log "grants": GrantRecord, one a change; its number is the grant's revision.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "libs/outbox/once.h"
#include "libs/outbox/outbox.h"
#include "services/sharing/domain/consent.h"
#include "services/sharing/domain/dispute.h"
#include "services/sharing/domain/grant.h"
#include "services/sharing/domain/notice.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/domain/resource.h"

namespace shareway::sharing {

// An object and the commit that wrote it; 0 if it is not stored yet.
template <typename T>
struct Stored {
  T value;
  uint64_t version = 0;
};

// A position in another service's change log.
struct LogPosition {
  uint64_t epoch = 0;
  uint64_t number = 0;
};

// What happens together or not at all. An object's version is that of what it replaces.
struct Change {
  std::vector<Stored<Request>> requests = {};
  std::vector<Stored<Grant>> grants = {};
  std::vector<Stored<Consent>> consents = {};
  std::vector<Stored<Dispute>> disputes = {};
  std::vector<Stored<Notice>> notices = {};
  // What the decision rested on and may not have changed meanwhile.
  std::vector<Stored<Resource>> rests_on = {};
  std::vector<Stored<Consent>> rests_on_consents = {};
  // Parties and authorities in charge: in whose lists the objects stand.
  std::vector<std::string> owners = {};
  // Told to audit; `state` is filled with the bytes of the object that it names.
  std::vector<evidence::AuditRecord> events = {};
  outbox::Once once = {};
  std::string result = {};  // what `once` remembers
};

// What a commit gave.
struct Written {
  uint64_t version = 0;
  std::vector<uint64_t> grant_numbers = {};  // of the change's grants, in order
};

template <typename T>
struct Page {
  std::vector<Stored<T>> values = {};
  std::string next = {};  // cursor; empty at the end
};

// One row of a list of clocks.
struct ClockRow {
  std::string subject = {};  // requests/{r} or disputes/{d}
  std::string debtor = {};   // who owes the act
  statute::Clock clock = {};
};

// The store. Thread-safe. Loads answer NOT_FOUND for what is not there and DATA_LOSS
// for what cannot be read.
class SharingStore {
 public:
  // Both must outlive it.
  SharingStore(kv::Store* kv, const outbox::Outbox* outbox) : kv_(kv), outbox_(outbox) {}

  // Gives the store its first epoch. Call once, before anything else.
  absl::Status Prepare();
  uint64_t epoch() const { return epoch_; }

  absl::StatusOr<Stored<Request>> LoadRequest(absl::string_view name) const;
  absl::StatusOr<Stored<Grant>> LoadGrant(absl::string_view name) const;
  absl::StatusOr<Stored<Consent>> LoadConsent(absl::string_view name) const;
  absl::StatusOr<Stored<Dispute>> LoadDispute(absl::string_view name) const;
  absl::StatusOr<Stored<Notice>> LoadNotice(absl::string_view name) const;
  absl::StatusOr<Stored<Resource>> LoadResource(absl::string_view name) const;
  // Nothing if the resource has no live consent.
  absl::StatusOr<std::optional<Stored<Consent>>> LiveConsent(absl::string_view resource) const;
  // Empty if the consumer has no open dispute over the subject.
  absl::StatusOr<std::string> OpenDispute(absl::string_view subject,
                                          absl::string_view consumer) const;

  // The result of an earlier call with the same request id; nothing if there is none.
  absl::StatusOr<std::optional<std::string>> Seen(const outbox::Once& once, absl::Time now) const;

  // Durable once OK. ABORTED: CHANGED_MEANWHILE or ACT_REPLAYED, nothing was written;
  // RESOURCE_EXHAUSTED: the disk is full, or an event would be too large for the log, nothing
  // was written; any other error: the outcome is unknown.
  absl::StatusOr<Written> Commit(const Change& change, absl::Time now);

  // Up to `limit` objects in the lists of any of `owners` that `want` takes, newest first,
  // after `cursor`.
  template <typename T>
  using Want = absl::FunctionRef<bool(const T&)>;
  absl::StatusOr<Page<Request>> ListRequests(const std::vector<std::string>& owners,
                                             absl::string_view cursor, int limit,
                                             Want<Request> want) const;
  absl::StatusOr<Page<Grant>> ListGrants(const std::vector<std::string>& owners,
                                         absl::string_view cursor, int limit,
                                         Want<Grant> want) const;
  absl::StatusOr<Page<Dispute>> ListDisputes(const std::vector<std::string>& owners,
                                             absl::string_view cursor, int limit,
                                             Want<Dispute> want) const;
  absl::StatusOr<Page<Notice>> ListNotices(const std::vector<std::string>& owners,
                                           absl::string_view cursor, int limit,
                                           Want<Notice> want) const;
  // Clocks, soonest due first. `want` gets the subject's request or dispute, too; one is null.
  using WantClock =
      absl::FunctionRef<bool(const ClockRow&, const Request*, const Dispute*)>;
  absl::StatusOr<Page<ClockRow>> ListClocks(const std::vector<std::string>& owners,
                                            absl::string_view cursor, int limit,
                                            WantClock want) const;

  // Requests and disputes whose running clock is provisional, by name.
  absl::StatusOr<std::vector<std::string>> Provisional() const;

  // The grant log: its head, its first entry kept, entries from a number on.
  uint64_t GrantHead() const;
  absl::StatusOr<uint64_t> GrantTail() const;
  absl::Status ReadGrants(uint64_t from, absl::FunctionRef<bool(const Grant&)> visit) const;
  bool WaitGrants(uint64_t number, absl::Duration timeout) const;
  // Drops log entries beyond the newest `keep`.
  absl::Status TrimGrants(uint64_t keep);

  // The catalogue, as followed.
  absl::StatusOr<LogPosition> CatalogPosition() const;
  absl::Status PutCatalogPosition(LogPosition position);
  absl::Status PutResource(const Resource& resource);
  // Deletes the resources that `keep` does not hold.
  absl::Status KeepResources(const std::vector<std::string>& keep);

 private:
  kv::Store* const kv_;
  const outbox::Outbox* const outbox_;
  uint64_t epoch_ = 0;
};

}  // namespace shareway::sharing
