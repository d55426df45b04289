// SPDX-License-Identifier: Apache-2.0
// The messages of a client's stream on their way from a browser to a service.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/rpc/stream.h"
#include "services/console/gateway/envelope.h"
#include "services/console/gateway/message.h"

namespace shareway::console {

// Takes a body piece by piece and writes each message to the service as soon as it is whole; the
// next piece is asked for when the service has taken what came before. A body that breaks off, or
// is no stream of messages, cancels the call: a service never takes half of one for the whole.
// Thread-safe.
class Upload : public std::enable_shared_from_this<Upload> {
 public:
  // More messages than this are refused: each costs the service a turn.
  static constexpr size_t kMaxMessages = 1u << 16;

  struct Parts {
    std::shared_ptr<HttpPieces> body;
    std::unique_ptr<rpc::RawStream> call;
    size_t max_message = 0;  // bytes, as sent
    // A message as the service wants it.
    std::function<absl::StatusOr<std::string>(std::string)> decode;
    // The service's answer, or why there is none. Runs once.
    std::function<void(absl::StatusOr<std::string>)> answer;
    // Runs what takes a moment, on another thread or at once.
    std::function<void(std::function<void()>)> run;
    std::shared_ptr<void> held;  // released with the answer, and not while a message is decoded
  };
  explicit Upload(Parts parts) : parts_(std::move(parts)), reader_(parts_.max_message) {}

  void Begin() { Pull(); }
  // Answers `why` at once and cancels the call.
  void End(const absl::Status& why) { Finish(why); }

 private:
  using Piece = absl::StatusOr<std::optional<std::string>>;
  // What a step needs until it is done; no call once the upload is over.
  struct Turn {
    std::shared_ptr<void> held;
    std::shared_ptr<rpc::RawStream> call;
  };
  Turn Begun();
  void Pull();
  void OnPiece(Piece piece);
  void Step();
  // What the service says.
  void Close();
  void Finish(absl::StatusOr<std::string> answer);

  Parts parts_;  // body, decode, run: constant; the rest guarded by mutex_
  EnvelopeReader reader_;  // of the one step that runs
  size_t messages_ = 0;
  absl::Mutex mutex_;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  std::shared_ptr<rpc::RawStream> call_ ABSL_GUARDED_BY(mutex_) = std::move(parts_.call);
};

}  // namespace shareway::console
