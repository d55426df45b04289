// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/upload.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace shareway::console {

Upload::Turn Upload::Begun() {
  absl::MutexLock lock(&mutex_);
  if (over_) return {};
  return {parts_.held, call_};
}

void Upload::Pull() {
  parts_.body->Next([self = shared_from_this()](Piece piece) { self->OnPiece(std::move(piece)); });
}

void Upload::OnPiece(Piece piece) {
  // The thread is the connection's, which serves others, too.
  const Turn turn = Begun();
  if (turn.call == nullptr) return;
  auto shared = std::make_shared<Piece>(std::move(piece));
  parts_.run([self = shared_from_this(), shared, held = turn.held] {
    if (!shared->ok()) return self->Finish(shared->status());
    if (!(*shared)->has_value()) {
      if (self->reader_.empty()) return self->Close();
      return self->Finish(Error::Field("body", "ends within a message"));
    }
    self->reader_.Feed(***shared);
    self->Step();
  });
}

void Upload::Step() {
  const Turn turn = Begun();
  if (turn.call == nullptr) return;
  absl::StatusOr<std::optional<std::string>> message = reader_.Next();
  if (!message.ok()) return Finish(message.status());
  if (!message->has_value()) return Pull();
  if (++messages_ > kMaxMessages) {
    return Finish(absl::ResourceExhaustedError(
        absl::StrCat("a stream has at most ", kMaxMessages, " messages")));
  }
  absl::StatusOr<std::string> bytes = parts_.decode(**std::move(message));
  if (!bytes.ok()) return Finish(bytes.status());
  turn.call->Write(*std::move(bytes), false, [self = shared_from_this()](bool taken) {
    if (!taken) return self->Close();  // the service wants no more, and says why
    const Turn next = self->Begun();
    if (next.call != nullptr) self->parts_.run([self, held = next.held] { self->Step(); });
  });
}

void Upload::Close() {
  const Turn turn = Begun();
  if (turn.call == nullptr) return;
  turn.call->WritesDone();
  turn.call->Read([self = shared_from_this()](Piece answer) {
    if (!answer.ok()) return self->Finish(answer.status());
    if (!answer->has_value()) {
      return self->Finish(absl::InternalError("the service ended without an answer"));
    }
    self->Finish(**std::move(answer));
  });
}

void Upload::Finish(absl::StatusOr<std::string> answer) {
  std::shared_ptr<rpc::RawStream> ended;
  std::function<void(absl::StatusOr<std::string>)> tell;
  std::shared_ptr<void> held;
  {
    absl::MutexLock lock(&mutex_);
    if (std::exchange(over_, true)) return;
    ended.swap(call_);
    tell.swap(parts_.answer);
    held.swap(parts_.held);
  }
  if (ended != nullptr && !answer.ok()) ended->Cancel();
  parts_.body->Stop();
  held = nullptr;  // who has the answer may begin the next upload
  tell(std::move(answer));
}

}  // namespace shareway::console
