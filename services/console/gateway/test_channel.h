// SPDX-License-Identifier: Apache-2.0
// For tests: a service behind the gateway that notes what it is asked and answers what it is told.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "catch2/catch.hpp"
#include "libs/rpc/channel.h"

namespace shareway::console {

// The service's side of a stream, for a test to play. Thread-safe; outlives the call.
class TestStream : public std::enable_shared_from_this<TestStream> {
 public:
  using Next = absl::StatusOr<std::optional<std::string>>;

  std::string path = {};
  rpc::CallOptions options = {};

  // What the service says, in this order: messages, and then nothing or an error, which stays.
  void Say(Next next) {
    std::function<void(Next)> read;
    {
      absl::MutexLock lock(&mutex_);
      if (!next.ok() || !next->has_value()) ended_ = true;
      said_.push_back(std::move(next));
      if (read_ == nullptr) return;
      next = Take();
      read.swap(read_);
    }
    read(std::move(next));
  }
  // From now on the service takes nothing.
  void TakeNoMore() {
    absl::MutexLock lock(&mutex_);
    takes_ = false;
  }
  std::vector<std::string> written() {
    absl::MutexLock lock(&mutex_);
    return written_;
  }
  // Waits, up to 10 s; false if that many were not written, or the client's end did not come.
  bool AwaitWritten(size_t many) {
    const auto enough = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return written_.size() >= many;
    };
    return Await(absl::Condition(&enough));
  }
  bool AwaitDone() { return Await(absl::Condition(&done_)); }
  bool AwaitCancelled() { return Await(absl::Condition(&cancelled_)); }
  bool done() {
    absl::MutexLock lock(&mutex_);
    return done_;
  }
  bool cancelled() {
    absl::MutexLock lock(&mutex_);
    return cancelled_;
  }
  int reads() {
    absl::MutexLock lock(&mutex_);
    return reads_;
  }
  std::unique_ptr<rpc::RawStream> Open() { return std::make_unique<Side>(shared_from_this()); }

 private:
  class Side final : public rpc::RawStream {
   public:
    explicit Side(std::shared_ptr<TestStream> of) : of_(std::move(of)) {}
    ~Side() override { of_->Cut(false); }
    void Write(std::string bytes, bool last, std::function<void(bool)> written) override {
      written(of_->Take(std::move(bytes), last));
    }
    void WritesDone() override { of_->TakeEnd(); }
    void Read(std::function<void(Next)> read) override { of_->Ask(std::move(read)); }
    void Cancel() override { of_->Cut(true); }

   private:
    const std::shared_ptr<TestStream> of_;
  };
  bool Await(const absl::Condition& condition) {
    absl::MutexLock lock(&mutex_);
    return mutex_.AwaitWithTimeout(condition, absl::Seconds(10));
  }
  Next Take() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    Next next = said_.front();
    if (next.ok() && next->has_value()) said_.pop_front();  // the end stays
    return next;
  }
  bool Take(std::string bytes, bool last) {
    absl::MutexLock lock(&mutex_);
    if (!takes_ || cancelled_) return false;
    written_.push_back(std::move(bytes));
    done_ = done_ || last;
    return true;
  }
  void TakeEnd() {
    absl::MutexLock lock(&mutex_);
    done_ = true;
  }
  void Ask(std::function<void(Next)> read) {
    Next next = std::optional<std::string>();
    {
      absl::MutexLock lock(&mutex_);
      ++reads_;
      if (said_.empty()) {
        read_ = std::move(read);
        return;
      }
      next = Take();
    }
    read(std::move(next));
  }
  // A call that its owner ends or leaves before the service does.
  void Cut(bool tell) {
    std::function<void(Next)> read;
    {
      absl::MutexLock lock(&mutex_);
      if (!ended_) {
        cancelled_ = ended_ = true;
        said_.clear();
        said_.push_back(absl::CancelledError("cancelled"));
      }
      read.swap(read_);
    }
    if (tell && read != nullptr) read(absl::CancelledError("cancelled"));
  }

  absl::Mutex mutex_;
  std::deque<Next> said_ ABSL_GUARDED_BY(mutex_);
  std::function<void(Next)> read_ ABSL_GUARDED_BY(mutex_);  // waits
  std::vector<std::string> written_ ABSL_GUARDED_BY(mutex_);
  int reads_ ABSL_GUARDED_BY(mutex_) = 0;
  bool takes_ ABSL_GUARDED_BY(mutex_) = true;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;       // the client's messages
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;      // the call
  bool cancelled_ ABSL_GUARDED_BY(mutex_) = false;  // from the client's side
};

class TestChannel : public rpc::Channel {
 public:
  struct Asked {
    std::string path = {};
    std::string request = {};
    rpc::CallOptions options = {};
  };
  std::function<absl::StatusOr<std::string>(const Asked&)> answer =
      [](const Asked&) -> absl::StatusOr<std::string> { return ""; };

  // False: streams that begin take no message.
  std::atomic<bool> takes = true;

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
  std::unique_ptr<rpc::RawStream> Stream(const std::string& path,
                                         const rpc::CallOptions& options) override {
    const auto stream = std::make_shared<TestStream>();
    stream->path = path;
    stream->options = options;
    if (!takes) stream->TakeNoMore();
    absl::MutexLock lock(&mutex_);
    streams_.push_back(stream);
    return stream->Open();
  }
  // The stream that was begun after so many others; waits for it, up to 10 s, and fails the test if
  // it does not come.
  std::shared_ptr<TestStream> StreamAt(size_t index) {
    absl::MutexLock lock(&mutex_);
    const auto there = [&]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
      return streams_.size() > index;
    };
    REQUIRE(mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(10)));
    return streams_[index];
  }
  size_t streams() {
    absl::MutexLock lock(&mutex_);
    return streams_.size();
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
  std::vector<std::shared_ptr<TestStream>> streams_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::console
