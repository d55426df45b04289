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
//   {collection}/{id}                     -> the record of any further kind of case (case_row.h)
//   by/{kind}|{owner}|{~create time}{name}-> empty; lists, newest first. Owners: both
//       parties, the authorities in charge at the time, for grants the resource, for cases
//       what their row names besides
//   held/{key}                            -> name of the case that holds it alone (case_row.h)
//   wake/{collection}|{time}{name}        -> empty; cases and live grants that a rule looks at then
//   clock-of/{subject}|{kind}             -> CaseClockRecord, of cases
//   clock/{owner}|{due}|{subject}|{kind}  -> empty; lists of clocks that run, soonest first; those
//       that are paused have "paused" in place of {due}
//   ended/{owner}|{day}|{subject}|{kind}  -> empty; lists of clocks that were stopped on that day
//   by/requests|{agency}/{post}/to-do|... -> empty; requests that wait for this post (tray.h)
//   by/requests|{owner}/open|...          -> empty; requests that wait for anybody, of the agencies
//       that may read them, and of the authorities once they were submitted
//   running/{due}|{subject}|{kind}        -> empty; clocks of all that run, soonest due first
//   provisional/{subject}                 -> empty; its running clock needs a calendar that is
//       not published
//   received/{resource}                   -> of those with items that were received under a grant:
//       what upkeep saw when it looked last; empty if it has yet to look
//   meta/epoch -> 8 bytes; meta/catalog -> epoch and number of the catalogue, 16 bytes
// Log "grants": GrantRecord, one a change; its number is the grant's revision.
// Log "corrections": CorrectionRecord, one a change. Logs of cases: as their row says.
// Log "requests": the name of a request, one a write of it.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/status.h"
#include "libs/kv/store.h"
#include "libs/outbox/once.h"
#include "libs/outbox/outbox.h"
#include "services/sharing/domain/consent.h"
#include "services/sharing/domain/dispute.h"
#include "services/sharing/domain/grant.h"
#include "services/sharing/domain/notice.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/store/case_row.h"

namespace shareway::sharing {

// Of a store with a million requests (kv::RocksOptions): its filters, and what inboxes show, stay in
// the cache; what waits for audit is deleted within seconds and never leaves a memtable.
inline constexpr size_t kCacheBytes = 64 << 20;
inline constexpr size_t kMemtableBytes = 32 << 20;

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
  std::vector<CaseRow> cases = {};
  // What the decision rested on and may not have changed meanwhile.
  std::vector<Stored<Resource>> rests_on = {};
  std::vector<Stored<Consent>> rests_on_consents = {};
  std::vector<RestsOn> rests_on_cases = {};
  std::vector<RestsOn> rests_on_grants = {};
  // Keys (CaseRow::takes) that one case holds after another: `result` has them from now on. ABORTED
  // unless the last holder took them at this version; 0: nobody has held them yet. So of two writers
  // who looked at the same time one looks again.
  std::vector<RestsOn> takes_over = {};
  // Parties and authorities in charge: in whose lists the objects stand.
  std::vector<std::string> owners = {};
  // Told to audit; `state` is filled with the bytes of the object that it names. Of a case that not
  // all of an event's agencies may read whole (CaseRow::told) two are told: first what those may
  // read, with the act, then the record, to its insiders: the last one is what is stored.
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
  std::string subject = {};  // requests/{r}, disputes/{d} or a case
  std::string debtor = {};   // who owes the act
  statute::Clock clock = {};
};

// A resource with items that its provider received under a grant.
struct ReceivedRow {
  std::string resource = {};
  std::string seen = {};  // what PutReceivedSeen left since the resource changed; empty: nothing
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
  // For the further stores beside this one (inbox_store.h) and the contents of attachments.
  kv::Store* engine() const { return kv_; }
  const outbox::Outbox* outbox_out() const { return outbox_; }

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
  // A case of type T, and a page of them; see case_row.h for what T brings.
  template <typename T>
  absl::StatusOr<Stored<T>> LoadCase(absl::string_view name) const {
    SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, LoadBytes(name));
    Stored<T> stored{{}, entry.version};
    SHAREWAY_RETURN_IF_ERROR(Decode(entry.value, &stored.value));
    return stored;
  }
  template <typename T>
  absl::StatusOr<Page<T>> ListCases(const std::vector<std::string>& owners,
                                    absl::string_view cursor, int limit, Want<T> want) const {
    Page<T> page;
    absl::Status broken;
    const auto take = [&](absl::string_view bytes, uint64_t version, bool keep) {
      Stored<T> stored{{}, version};
      broken = Decode(bytes, &stored.value);
      if (!broken.ok() || !want(stored.value)) return false;
      if (keep) page.values.push_back(std::move(stored));
      return true;
    };
    SHAREWAY_ASSIGN_OR_RETURN(page.next,
                              WalkCases(T::kCollection, owners, cursor, limit, take));
    SHAREWAY_RETURN_IF_ERROR(broken);
    return page;
  }
  // Up to `limit` names in a collection of cases, or of grants, that a rule has to look at by `now`,
  // soonest first. A name stays until its object is written with another time, or none.
  absl::StatusOr<std::vector<std::string>> Woken(absl::string_view collection, absl::Time now,
                                                 int limit) const;
  // The name of the case that holds `key`; empty if none does.
  absl::StatusOr<std::string> HolderOf(absl::string_view key) const;
  // The same with the version at which it took the key, 0 if none does (Change::takes_over).
  absl::StatusOr<RestsOn> LastHolder(absl::string_view key) const;
  // Clocks, soonest due first. `want` gets the subject's request or dispute, too, null for others.
  using WantClock =
      absl::FunctionRef<bool(const ClockRow&, const Request*, const Dispute*)>;
  absl::StatusOr<Page<ClockRow>> ListClocks(const std::vector<std::string>& owners,
                                            absl::string_view cursor, int limit,
                                            WantClock want) const;

  // The same for those that run and are due on `from` or later, and before the day `to`.
  absl::StatusOr<Page<ClockRow>> ListClocksDue(const std::vector<std::string>& owners,
                                               absl::CivilDay from, absl::CivilDay to,
                                               absl::string_view cursor, int limit,
                                               WantClock want) const;
  // Clocks that were stopped on `from` or later, and before the day `to`, by that day. For a past
  // period: `late` of statute::ReadClock tells which were too late.
  absl::StatusOr<Page<ClockRow>> ListEndedClocks(const std::vector<std::string>& owners,
                                                 absl::CivilDay from, absl::CivilDay to,
                                                 absl::string_view cursor, int limit) const;
  // Clocks that run, of everybody, soonest due first.
  absl::StatusOr<Page<ClockRow>> RunningClocks(absl::string_view cursor, int limit) const;
  // The subject's clock of this kind that runs or is paused. NOT_FOUND if there is none.
  absl::StatusOr<ClockRow> LoadRunning(absl::string_view subject, statute::ClockKind kind) const;
  // The subject's newest clock of this kind. NOT_FOUND if it has none.
  absl::StatusOr<ClockRow> LoadClock(absl::string_view subject, statute::ClockKind kind) const;

  // agencies/{a} in whose lists clocks, findings, ratings, incidents or drills stand, by name. Takes a
  // read for each owner of such a list, however long the lists are.
  absl::StatusOr<std::vector<std::string>> PartyNames() const;

  // Requests, disputes and cases whose running clock is provisional, by name.
  absl::StatusOr<std::vector<std::string>> Provisional() const;

  // The grant log: its head, its first entry kept, entries from a number on.
  uint64_t GrantHead() const;
  absl::StatusOr<uint64_t> GrantTail() const;
  absl::Status ReadGrants(uint64_t from, absl::FunctionRef<bool(const Grant&)> visit) const;
  // Drops log entries beyond the newest `keep`.
  absl::Status TrimGrants(uint64_t keep);

  // Any log, as kv::Store: its head, its first entry kept, entries from a number on, and whether
  // its head is above `number` within `timeout`.
  uint64_t LogHead(absl::string_view log) const;
  absl::StatusOr<uint64_t> LogTail(absl::string_view log) const;
  absl::Status ReadLog(absl::string_view log, uint64_t from,
                       absl::FunctionRef<bool(uint64_t number, absl::string_view bytes)> visit)
      const;
  bool WaitLog(absl::string_view log, uint64_t number, absl::Duration timeout) const;
  // Drops log entries beyond the newest `keep`.
  absl::Status TrimLog(absl::string_view log, uint64_t keep);

  // Offers the catalogue's resources, as followed, to `visit` until it answers false. Reads all.
  absl::Status VisitResources(absl::FunctionRef<bool(const Resource&)> visit) const;

  // The catalogue, as followed.
  absl::StatusOr<LogPosition> CatalogPosition() const;
  absl::Status PutCatalogPosition(LogPosition position);
  absl::Status PutResource(const Resource& resource);
  // All resources with received items, by name.
  absl::StatusOr<std::vector<ReceivedRow>> ReceivedRows() const;
  // Remembers what was seen of such a resource; nothing: its row goes.
  absl::Status PutReceivedSeen(absl::string_view resource, std::optional<std::string> seen);
  // Deletes the resources that `keep` does not hold.
  absl::Status KeepResources(const std::vector<std::string>& keep);

 private:
  // `moved` becomes true for an ABORTED that may be for rows that upkeep moved alone.
  absl::StatusOr<Written> CommitOnce(const Change& change, absl::Time now, bool* moved);
  absl::StatusOr<kv::Entry> LoadBytes(absl::string_view name) const;
  // Offers cases to `take` until it took `limit`, and on until it would take one more, which it does
  // not `keep`: a next page, whose cursor this answers, has something. Empty if there is none.
  using TakeCase = absl::FunctionRef<bool(absl::string_view bytes, uint64_t version, bool keep)>;
  absl::StatusOr<std::string> WalkCases(absl::string_view collection,
                                        const std::vector<std::string>& owners,
                                        absl::string_view cursor, int limit, TakeCase take) const;

  kv::Store* const kv_;
  const outbox::Outbox* const outbox_;
  uint64_t epoch_ = 0;
};

}  // namespace shareway::sharing
