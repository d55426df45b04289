// SPDX-License-Identifier: Apache-2.0
// What a seat does besides answering: open when it may serve, count, forget, recover.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/outbox/outbox.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/call.h"
#include "libs/rpc/watch.h"
#include "services/exchange/datasets.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/domain/rejected_calls.h"
#include "services/exchange/domain/replay_set.h"
#include "services/exchange/figures.h"
#include "services/exchange/provider.h"
#include "services/exchange/store/exchange_store.h"
#include "services/exchange/store/tally_store.h"

namespace shareway::exchange {

// One thread; stops on destruction.
//
// The seat is opened once the node knows directory and grants up to a head that was
// read after the start, and audit said that it has seen no more of this store
// than the store holds. While audit is away after a start, the seat waits.
class Upkeep {
 public:
  struct Parts {  // all must outlive it
    // Told at each look whether the seat may serve, and why not.
    std::function<void(bool ready, absl::string_view why)> set_ready = {};
    std::function<bool()> caught_up = {};  // both feeds
    std::function<std::optional<bool>()> rolled_back = {};
    const rpc::Lease* grant_lease = nullptr;
    const rpc::Lease* directory_lease = nullptr;
    const outbox::Outbox* outbox = nullptr;
    EvidenceRoom* room = nullptr;
    std::function<bool()> disk_accepts = {};  // empty: always
    const GrantTable* grants = nullptr;
    ReplaySet* replays = nullptr;
    RejectionCount* rejected = nullptr;  // null: recorded by another seat
    ExchangeStore* store = nullptr;
    TallyStore* tallies = nullptr;  // null: nothing is counted
    Datasets* datasets = nullptr;
    Provider* provider = nullptr;
    std::shared_ptr<rpc::Channel> audit = {};  // null: no recovery
    // Keeps the half that is missing beside `other`, which audit has; with `audit`.
    std::function<absl::Status(const evidence::AuditRecord& other)> record_lost = {};
    const Clock* clock = nullptr;
    Figures figures = {};
    std::string node = {};  // agencies/{a}/nodes/{n}
  };
  explicit Upkeep(Parts parts);
  // Records what was rejected in the minute that runs, too. The server must be drained.
  ~Upkeep();

  // Writes this node's half of the next exchanges, up to a hundred, that audit knows of and this
  // node does not (architecture section 2 step 6): few enough that the thread goes on guarding the
  // disk. Returns how many were listed; after the last of all it begins anew. What can never be
  // this node's to record is told once and not tried again before a restart. Not thread-safe.
  absl::StatusOr<int> Recover();
  // False while the last Recover left exchanges to be listed.
  bool recovered() const { return page_token_.empty(); }

 private:
  void Run();
  void Open();
  void Measure();
  void WriteTallies();
  void EachMinute(int64_t minute, bool current);
  bool Current() const;
  absl::Status Record(std::vector<RejectedCalls> calls);

  Parts parts_;
  int64_t minute_;  // that was last begun; this and the next two are the thread's own once it runs
  std::string page_token_;
  std::set<uint64_t> rejected_;  // indexes in the log
  absl::Notification stopped_;
  std::thread thread_;
};

// Counts a call that the server refused or that failed, if nothing else tells of it: for
// want of room (OVERLOADED, RATE_LIMITED), because it was answered before (EXCHANGE_SETTLED), or
// because it named what is another agency's, or nothing (NOT_VISIBLE). Persons are counted by their agency: evidence names none of them.
void CountRejected(const rpc::Caller& caller, const absl::Status& status, absl::Time now,
                   RejectionCount* rejected);

}  // namespace shareway::exchange
