// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/stream_call.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/support/client_callback.h"
#include "libs/rpc/grpc_status.h"

namespace shareway::rpc {
namespace {

using Written = std::function<void(bool)>;
using ReadDone = std::function<void(absl::StatusOr<std::optional<std::string>>)>;

std::string BytesOf(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  bytes.reserve(buffer.Length());
  if (buffer.Dump(&slices).ok()) {
    for (const grpc::Slice& slice : slices) {
      bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
    }
  }
  return bytes;
}

// Lives until gRPC is done with it, which its owner need not await. What is begun from outside
// gRPC's callbacks needs a hold: it is released when there is nothing more to be begun.
class Call final : public grpc::ClientBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer> {
 public:
  static std::shared_ptr<Call> Begin(grpc::GenericStub* stub, const std::string& path,
                                     const std::function<void(grpc::ClientContext*)>& prepare) {
    std::shared_ptr<Call> call(new Call(path));
    call->self_ = call;
    prepare(&call->context_);
    stub->PrepareBidiStreamingCall(&call->context_, call->path_, {}, call.get());
    call->AddHold();
    call->StartCall();
    return call;
  }

  void Write(std::string bytes, bool last, Written written) {
    {
      absl::MutexLock lock(&mutex_);
      if (Hold()) written_ = std::exchange(written, nullptr);
    }
    if (written) return written(false);
    grpc::Slice slice(bytes);
    out_ = grpc::ByteBuffer(&slice, 1);
    if (last) {
      StartWriteLast(&out_, grpc::WriteOptions());
    } else {
      StartWrite(&out_);
    }
    RemoveHold();
  }

  void WritesDone() {
    {
      absl::MutexLock lock(&mutex_);
      if (!Hold()) return;
    }
    StartWritesDone();
    RemoveHold();
  }

  void Read(ReadDone read) {
    absl::StatusOr<std::optional<std::string>> end = std::optional<std::string>();
    bool begin = false;
    {
      absl::MutexLock lock(&mutex_);
      begin = Hold();
      if (!done_) {
        read_ = std::move(read);
        if (!begin) return;  // OnDone answers
      } else if (!status_.ok()) {
        end = status_;
      }
    }
    if (!begin) return read(std::move(end));
    StartRead(&in_);
    RemoveHold();
  }

  void Cancel() { context_.TryCancel(); }

  // The owner is gone.
  void Abandon() {
    Written written;
    ReadDone read;
    {
      absl::MutexLock lock(&mutex_);
      written.swap(written_);
      read.swap(read_);
    }
    context_.TryCancel();
    Release();
  }

  void OnWriteDone(bool ok) override {
    Written written;
    {
      absl::MutexLock lock(&mutex_);
      written.swap(written_);
    }
    if (written) written(ok);
  }

  void OnReadDone(bool ok) override {
    if (!ok) return Release();  // and OnDone follows, which tells the end
    ReadDone read;
    std::string bytes = BytesOf(in_);
    in_.Clear();
    {
      absl::MutexLock lock(&mutex_);
      read.swap(read_);
    }
    if (read) read(std::optional<std::string>(std::move(bytes)));
  }

  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<Call> last = std::move(self_);
    ReadDone read;
    absl::StatusOr<std::optional<std::string>> end = std::optional<std::string>();
    {
      absl::MutexLock lock(&mutex_);
      done_ = true;
      status_ = FromGrpc(status);
      if (!status_.ok()) end = status_;
      read.swap(read_);
    }
    if (read) read(std::move(end));
  }

 private:
  explicit Call(std::string path) : path_(std::move(path)) {}

  // False: nothing may be begun any more. Else the call outlives the operation that is begun next,
  // whoever releases it meanwhile: RemoveHold follows it.
  bool Hold() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!released_) AddHold();
    return !released_;
  }
  void Release() {
    {
      absl::MutexLock lock(&mutex_);
      if (std::exchange(released_, true)) return;
    }
    RemoveHold();
  }

  const std::string path_;
  grpc::ClientContext context_;
  std::shared_ptr<Call> self_;  // until OnDone
  grpc::ByteBuffer out_, in_;   // of the write and the read that wait
  absl::Mutex mutex_;
  bool released_ ABSL_GUARDED_BY(mutex_) = false;  // nothing may be begun any more
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status status_ ABSL_GUARDED_BY(mutex_);
  Written written_ ABSL_GUARDED_BY(mutex_);
  ReadDone read_ ABSL_GUARDED_BY(mutex_);
};

class Stream final : public RawStream {
 public:
  explicit Stream(std::shared_ptr<Call> call) : call_(std::move(call)) {}
  ~Stream() override { call_->Abandon(); }
  void Write(std::string bytes, bool last, Written written) override {
    call_->Write(std::move(bytes), last, std::move(written));
  }
  void WritesDone() override { call_->WritesDone(); }
  void Read(ReadDone read) override { call_->Read(std::move(read)); }
  void Cancel() override { call_->Cancel(); }

 private:
  const std::shared_ptr<Call> call_;
};

}  // namespace

std::unique_ptr<RawStream> BeginStream(grpc::GenericStub* stub, const std::string& path,
                                       const std::function<void(grpc::ClientContext*)>& prepare) {
  return std::make_unique<Stream>(Call::Begin(stub, path, prepare));
}

}  // namespace shareway::rpc
