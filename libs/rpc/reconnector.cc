// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/reconnector.h"

#include <chrono>
#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/completion_queue.h"

namespace shareway::rpc {
namespace {

constexpr auto kPollFor = std::chrono::seconds(10);

// One channel that is being polled. Deletes itself at the end.
struct Poll {
  std::shared_ptr<grpc::Channel> channel;
  std::chrono::system_clock::time_point end;
};

class Poller {
 public:
  Poller() {
    std::thread([this] { Run(); }).detach();
  }

  void Add(const std::shared_ptr<grpc::Channel>& channel) {
    {
      absl::MutexLock lock(&mutex_);
      if (!polled_.insert(channel.get()).second) return;
    }
    Watch(new Poll{channel, std::chrono::system_clock::now() + kPollFor});
  }

 private:
  void Watch(Poll* poll) {
    const grpc_connectivity_state state = poll->channel->GetState(/*try_to_connect=*/true);
    if (state == GRPC_CHANNEL_READY || state == GRPC_CHANNEL_SHUTDOWN ||
        std::chrono::system_clock::now() >= poll->end) {
      {
        absl::MutexLock lock(&mutex_);
        polled_.erase(poll->channel.get());
      }
      delete poll;
      return;
    }
    poll->channel->NotifyOnStateChange(state, poll->end, &queue_, poll);
  }

  void Run() {
    void* tag = nullptr;
    bool changed = false;
    while (queue_.Next(&tag, &changed)) Watch(static_cast<Poll*>(tag));
  }

  grpc::CompletionQueue queue_;
  absl::Mutex mutex_;
  absl::flat_hash_set<grpc::Channel*> polled_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

void PollUntilConnected(const std::shared_ptr<grpc::Channel>& channel) {
  static Poller* const poller = new Poller;  // lives as long as the process
  poller->Add(channel);
}

}  // namespace shareway::rpc
