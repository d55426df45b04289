// SPDX-License-Identifier: Apache-2.0
// Follows the corrections that are open on the node's resources.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "libs/rpc/channel.h"
#include "services/exchange/domain/correction_table.h"
#include "shareway/sharing/v1/correction.pb.h"

namespace shareway::exchange {

// One thread; stops on destruction. Notes are advice and no condition of an answer: what is known
// is kept in memory only, goes on being told while sharing is away, and begins with a snapshot at
// each connection. One on a record that no node has named yet is noted with no answer. A sharing that does not keep corrections yet is asked again every minute.
class CorrectionFeed {
 public:
  // `table` must outlive it. `take` gets each correction as it comes, on the feed's thread.
  using Take = std::function<void(const sharing::v1::NodeCorrection& correction)>;
  CorrectionFeed(std::shared_ptr<rpc::Channel> sharing, CorrectionTable* table, Take take = {});
  ~CorrectionFeed();

 private:
  void Run();
  absl::Status Follow();
  absl::Status Apply(sharing::v1::CorrectionChange change);

  const std::shared_ptr<rpc::Channel> sharing_;
  CorrectionTable* const table_;
  const Take take_;
  bool staging_ = false;  // a snapshot comes; thread_'s own, as staged_
  std::vector<Correction> staged_;
  absl::Mutex mutex_;
  rpc::RawReadStream* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace shareway::exchange
