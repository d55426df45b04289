// SPDX-License-Identifier: Apache-2.0
// For tests: a service behind the gateway that notes what it is asked and answers what it is told.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "libs/rpc/channel.h"

namespace shareway::console {

class TestChannel : public rpc::Channel {
 public:
  struct Asked {
    std::string path = {};
    std::string request = {};
    rpc::CallOptions options = {};
  };
  std::function<absl::StatusOr<std::string>(const Asked&)> answer =
      [](const Asked&) -> absl::StatusOr<std::string> { return ""; };

  std::vector<Asked> asked() {
    absl::MutexLock lock(&mutex_);
    return asked_;
  }

  absl::StatusOr<std::string> RawUnary(const std::string& path, std::string request,
                                       const rpc::CallOptions& options) override {
    const Asked now{path, std::move(request), options};
    {
      absl::MutexLock lock(&mutex_);
      asked_.push_back(now);
    }
    return answer(now);
  }
  void RawUnaryAsync(const std::string& path, std::string request, const rpc::CallOptions& options,
                     std::function<void(absl::StatusOr<std::string>)> done) override {
    done(RawUnary(path, std::move(request), options));
  }
  std::unique_ptr<rpc::RawReadStream> RawServerStream(const std::string&, std::string,
                                                      const rpc::CallOptions&) override {
    return nullptr;
  }
  std::unique_ptr<rpc::RawWriteStream> RawClientStream(const std::string&,
                                                       const rpc::CallOptions&) override {
    return nullptr;
  }

 private:
  absl::Mutex mutex_;
  std::vector<Asked> asked_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::console
