// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/down_stream.h"

#include <optional>
#include <utility>

#include "services/console/gateway/envelope.h"

namespace shareway::console {

DownStream::DownStream(Parts parts)
    : encode_(std::move(parts.encode)),
      ending_(std::move(parts.ending)),
      run_(std::move(parts.run)),
      call_(std::move(parts.call)),
      held_(std::move(parts.held)),
      request_(std::move(parts.request)) {}

void DownStream::Next(Give give) {
  std::shared_ptr<rpc::RawStream> call;
  std::string request;
  absl::Status over;
  bool first = false, ended = false;
  {
    absl::MutexLock lock(&mutex_);
    ended = call_ == nullptr;
    if (!ended) {
      give_ = std::move(give);
      call = call_;
      over = over_;
      first = !std::exchange(asked_, true);
      if (first) request = std::move(request_);
    }
  }
  if (ended) return give(std::optional<std::string>());
  if (!over.ok()) return Finish(over);
  if (!first) return Read();
  // What the service says of a request that it did not take, Read tells.
  call->Write(std::move(request), true, [self = shared_from_this()](bool) { self->Read(); });
}

void DownStream::Read() {
  std::shared_ptr<rpc::RawStream> call;
  {
    absl::MutexLock lock(&mutex_);
    call = call_;
  }
  if (call == nullptr) return;
  call->Read([self = shared_from_this()](Message message) { self->OnRead(std::move(message)); });
}

void DownStream::OnRead(Message message) {
  std::shared_ptr<void> held;
  absl::Status over;
  {
    absl::MutexLock lock(&mutex_);
    if (call_ == nullptr) return;
    held = held_;
    over = over_;
  }
  if (over.ok() && !message.ok()) over = message.status();
  if (!over.ok() || !message->has_value()) return Finish(over);
  auto bytes = std::make_shared<std::string>(*std::move(*message));
  run_([self = shared_from_this(), held, bytes] {
    const absl::StatusOr<std::string> encoded = self->encode_(std::move(*bytes));
    if (!encoded.ok()) return self->Finish(encoded.status());
    Give give;
    {
      absl::MutexLock lock(&self->mutex_);
      give.swap(self->give_);
    }
    if (give) give(std::optional<std::string>(Enveloped(kPlain, *encoded)));
  });
}

void DownStream::Finish(const absl::Status& status) {
  std::shared_ptr<rpc::RawStream> call;
  std::shared_ptr<void> held;
  Give give;
  {
    absl::MutexLock lock(&mutex_);
    if (call_ == nullptr) return;
    call.swap(call_);
    held.swap(held_);
    give.swap(give_);
  }
  call->Cancel();  // nothing, if the service ended it
  if (give) give(std::optional<std::string>(Enveloped(kEndOfStream, ending_(status))));
}

void DownStream::Stop() {
  std::shared_ptr<rpc::RawStream> call;
  std::shared_ptr<void> held;
  Give give;
  {
    absl::MutexLock lock(&mutex_);
    call.swap(call_);
    held.swap(held_);
    give.swap(give_);
  }
  if (call != nullptr) call->Cancel();
}

void DownStream::End(const absl::Status& why) {
  std::shared_ptr<rpc::RawStream> call;
  {
    absl::MutexLock lock(&mutex_);
    if (call_ == nullptr || !over_.ok()) return;
    over_ = why;
    call = call_;
  }
  call->Cancel();
}

}  // namespace shareway::console
