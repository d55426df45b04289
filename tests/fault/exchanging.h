// SPDX-License-Identifier: Apache-2.0
// Two nodes that exchange under load, and what their clients were told.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "libs/evidence/note.h"
#include "libs/evidence/record.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "tests/scenario/story.h"

namespace shareway::testing {

// What clients were told, kept outside the system. Thread-safe.
class Acknowledged {
 public:
  void Add(const std::string& id) {
    absl::MutexLock lock(&mutex_);
    ids_.push_back(id);
  }
  std::vector<std::string> all() const {
    absl::MutexLock lock(&mutex_);
    return ids_;
  }
  // Waits until so many more are there; the number then, also when `limit` has passed.
  size_t AwaitMore(size_t more, absl::Duration limit = absl::Seconds(20)) const;

 private:
  mutable absl::Mutex mutex_;
  std::vector<std::string> ids_ ABSL_GUARDED_BY(mutex_);
};

// Statistics and tax with a dataset of some rows and a grant. If statistics is the first of
// the replicas, its second node has the dataset, too.
struct Exchanging {
  explicit Exchanging(Cluster::Options options = {}, int rows = 1);
  // One exchange; its id if it was answered.
  std::optional<std::string> Ask();
  // Another grant of the same, as soon as both nodes exchange under it.
  std::string AnotherGrant();

  Cluster cluster;
  std::string resource;
  std::string grant;
  std::shared_ptr<rpc::Channel> channel;
};

// Threads that do `work` again and again until the object goes.
class UnderLoad {
 public:
  // `work(thread, turn)` returns what was acknowledged, or nothing.
  UnderLoad(int threads, std::function<std::optional<std::string>(int, int)> work,
            Acknowledged* acknowledged);
  ~UnderLoad();

 private:
  std::atomic<bool> stop_ = false;
  std::vector<std::thread> threads_;
};

// Shows `visit` all records that are found, newest first. False if audit did not answer to the end.
bool VisitRecords(Cluster& cluster, audit::v1::SearchEntriesRequest search,
                  const std::function<void(const evidence::AuditRecord&)>& visit);

using RecordKey = std::function<std::string(const evidence::AuditRecord&)>;
inline std::string ExchangeOf(const evidence::AuditRecord& record) { return record.exchange(); }

// Waits until every id has a record of the kind, which reaches audit in its own
// time; returns how many each has. Each entry is counted once.
std::map<std::string, int> AwaitRecords(Cluster& cluster, const std::vector<std::string>& ids,
                                        evidence::v1::RecordKind kind, const std::string& agency,
                                        const RecordKey& key,
                                        absl::Duration limit = absl::Seconds(30));
// Every id has exactly one record of the kind.
void CheckRecorded(Cluster& cluster, const std::vector<std::string>& ids,
                   evidence::v1::RecordKind kind, const std::string& agency, const RecordKey& key);

// The newest head; the test fails without one.
evidence::TreeHead HeadOf(Cluster& cluster, bool signed_only = true);
// The newest witnessed head, once it has at least so many entries; the test fails if
// it has not after 30 seconds.
evidence::TreeHead AwaitWitnessed(Cluster& cluster, uint64_t size);
// The audit log's tree now begins with `old`; the test fails if that cannot be shown.
void CheckBeginsWith(Cluster& cluster, const evidence::TreeHead& old);

}  // namespace shareway::testing
