// SPDX-License-Identifier: Apache-2.0
// The answer of a streaming method on its way from a service to a browser.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/rpc/stream.h"
#include "services/console/gateway/message.h"

namespace shareway::console {

// Reads a message of the service only when the one before was taken by the browser: who reads
// slowly holds back the service, and nothing piles up here. The last piece is Connect's end of the
// stream with its error, if any. Whoever stops taking ends the call at the service. Thread-safe.
class DownStream : public HttpPieces, public std::enable_shared_from_this<DownStream> {
 public:
  struct Parts {
    std::unique_ptr<rpc::RawStream> call;
    std::string request;
    // A message of the service as the browser wants it.
    std::function<absl::StatusOr<std::string>(std::string)> encode;
    // The JSON of the end, for OK or an error.
    std::function<std::string(const absl::Status&)> ending;
    // Runs what takes a moment, on another thread or at once.
    std::function<void(std::function<void()>)> run;
    // Released with the end, and not while any of the above runs.
    std::shared_ptr<void> held;
  };
  explicit DownStream(Parts parts);

  void Next(Give give) override;
  void Stop() override;
  // The browser is told `why` in the place of what would come, and the service is cancelled.
  void End(const absl::Status& why);

 private:
  using Message = absl::StatusOr<std::optional<std::string>>;
  void Read();
  void OnRead(Message message);
  void Finish(const absl::Status& status);

  const std::function<absl::StatusOr<std::string>(std::string)> encode_;
  const std::function<std::string(const absl::Status&)> ending_;
  const std::function<void(std::function<void()>)> run_;
  absl::Mutex mutex_;
  // All three until the end.
  std::shared_ptr<rpc::RawStream> call_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<void> held_ ABSL_GUARDED_BY(mutex_);
  Give give_ ABSL_GUARDED_BY(mutex_);  // while a piece is asked for
  std::string request_ ABSL_GUARDED_BY(mutex_);
  bool asked_ ABSL_GUARDED_BY(mutex_) = false;  // the request was sent
  absl::Status over_ ABSL_GUARDED_BY(mutex_);   // why it was ended from here
};

}  // namespace shareway::console
