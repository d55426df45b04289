// SPDX-License-Identifier: Apache-2.0
// Answers what sharing asks of corrections: which record one is on, and who received what is
// recalled.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "libs/rpc/channel.h"
#include "services/exchange/deliveries.h"
#include "shareway/sharing/v1/correction.pb.h"

namespace shareway::exchange {

// Answers one correction from the store of its provider at this node, by PlaceCorrection or
// ReportRecall. OK: answered, or there is nothing to say, such as for a record that this node did
// not deliver: another node of the provider may know it.
absl::Status AnswerCorrection(rpc::Channel* sharing, kv::Store* store,
                              const sharing::v1::NodeCorrection& correction);

// One thread; stops on destruction. What fails is tried again, at first at once, then less often,
// up to a minute apart; what is lost with the process comes with the next snapshot of the
// corrections.
class RecallAnswers {
 public:
  // `stores`: of the agencies that the node serves, by name; all must outlive it.
  RecallAnswers(std::shared_ptr<rpc::Channel> sharing, std::map<std::string, kv::Store*> stores);
  ~RecallAnswers();

  // Takes note of a correction as it is now. Does not block.
  void Take(const sharing::v1::NodeCorrection& correction);

 private:
  void Run();

  const std::shared_ptr<rpc::Channel> sharing_;
  const std::map<std::string, kv::Store*> stores_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  std::map<std::string, sharing::v1::NodeCorrection> open_ ABSL_GUARDED_BY(mutex_);  // by name
  std::thread thread_;
};

}  // namespace shareway::exchange
