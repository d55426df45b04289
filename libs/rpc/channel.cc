// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/channel.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/impl/codegen/client_unary_call.h"
#include "grpcpp/support/sync_stream.h"
#include "grpcpp/grpcpp.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "libs/rpc/actor.h"
#include "libs/rpc/pass.h"
#include "libs/rpc/credentials.h"
#include "libs/rpc/grpc_status.h"
#include "libs/rpc/reconnector.h"
#include "libs/rpc/stream_call.h"

namespace shareway::rpc {
namespace {

using grpc::internal::RpcMethod;

// gRPC ends an attempt to connect after this, the TLS handshake included, unless its backoff is
// longer. A handshake on a machine at many times its load takes more than a second, and one that
// is cut begins again, for ever. What is refused at once is tried again after the backoff alone.
constexpr int kConnectMs = 3000;

grpc::ByteBuffer ToBuffer(const std::string& bytes) {
  grpc::Slice slice(bytes);
  return grpc::ByteBuffer(&slice, 1);
}

std::string ToBytes(const grpc::ByteBuffer& buffer) {
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

// gRPC ends the process over any other byte in metadata: a call that has one is cancelled before it
// begins.
void AddText(const char* key, const std::string& value, grpc::ClientContext* context) {
  if (value.empty()) return;
  const bool sendable =
      std::all_of(value.begin(), value.end(), [](char c) { return c >= 0x20 && c <= 0x7E; });
  if (sendable) return context->AddMetadata(key, value);
  log::Error("call-with-unsendable-text", {{"key", key}});
  context->TryCancel();
}

void Prepare(const CallOptions& options, grpc::ClientContext* context) {
  if (options.timeout < absl::InfiniteDuration()) {
    context->set_deadline(absl::ToChronoTime(absl::Now() + options.timeout));
  }
  AddText("traceparent", options.traceparent, context);
  AddText("accept-language", options.accept_language, context);
  AddText(kActorKey, options.actor, context);
  AddText(kInspectedKey, options.inspected, context);
  if (!options.pass.empty()) context->AddMetadata(kPassKey, options.pass);
}

// A call that holds no thread, and what it needs until it is answered.
struct Pending {
  grpc::ClientContext context;
  grpc::ByteBuffer request, answer;
};

// gRPC 1.51 ends the threads of its callbacks with the last channel that used them. A call holds
// its channel until its callback is over, so that channel may end on such a thread: which then waits
// for itself, goes on in a queue that is freed, and aborts the process. This channel, to nobody and
// never freed, is used first and ends last.
void KeepCallbackThreads() {
  static const auto* const kept = [] {
    auto* nobody = new std::shared_ptr<grpc::Channel>(grpc::CreateChannel("", nullptr));
    auto pending = std::make_shared<Pending>();
    pending->request = ToBuffer("");
    grpc::GenericStub(*nobody).UnaryCall(&pending->context, "/nothing", {}, &pending->request,
                                         &pending->answer, [pending](const grpc::Status&) {});
    return nobody;
  }();
  (void)kept;
}

class ReadStreamOverGrpc final : public RawReadStream {
 public:
  ReadStreamOverGrpc(grpc::ChannelInterface* channel, const std::string& path,
                     const std::string& request, const CallOptions& options)
      : path_(path) {
    Prepare(options, &context_);
    reader_.reset(grpc::internal::ClientReaderFactory<grpc::ByteBuffer>::Create(
        channel, RpcMethod(path_.c_str(), RpcMethod::SERVER_STREAMING), &context_,
        ToBuffer(request)));
  }
  ~ReadStreamOverGrpc() override {
    if (!finished_) {
      context_.TryCancel();
      grpc::ByteBuffer rest;
      while (reader_->Read(&rest)) {
      }
      (void)reader_->Finish();
    }
  }

  absl::StatusOr<std::optional<std::string>> Read() override {
    grpc::ByteBuffer buffer;
    if (!finished_ && reader_->Read(&buffer)) return std::optional<std::string>(ToBytes(buffer));
    if (!finished_) {
      finished_ = true;
      status_ = FromGrpc(reader_->Finish());
    }
    if (!status_.ok()) return status_;
    return std::optional<std::string>();
  }
  void Cancel() override { context_.TryCancel(); }

 private:
  const std::string path_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<grpc::ByteBuffer>> reader_;
  bool finished_ = false;
  absl::Status status_;
};

class WriteStreamOverGrpc final : public RawWriteStream {
 public:
  WriteStreamOverGrpc(grpc::ChannelInterface* channel, const std::string& path,
                      const CallOptions& options)
      : path_(path) {
    Prepare(options, &context_);
    writer_.reset(grpc::internal::ClientWriterFactory<grpc::ByteBuffer>::Create(
        channel, RpcMethod(path_.c_str(), RpcMethod::CLIENT_STREAMING), &context_, &answer_));
  }
  ~WriteStreamOverGrpc() override {
    if (!finished_) {
      context_.TryCancel();
      (void)writer_->Finish();
    }
  }

  bool Write(std::string bytes) override { return writer_->Write(ToBuffer(bytes)); }
  absl::StatusOr<std::string> Finish() override {
    finished_ = true;
    writer_->WritesDone();
    const grpc::Status status = writer_->Finish();
    if (!status.ok()) return FromGrpc(status);
    return ToBytes(answer_);
  }

 private:
  const std::string path_;
  grpc::ClientContext context_;
  grpc::ByteBuffer answer_;
  std::unique_ptr<grpc::ClientWriter<grpc::ByteBuffer>> writer_;
  bool finished_ = false;
};

class ChannelOverGrpc final : public Channel {
 public:
  ChannelOverGrpc(std::shared_ptr<TlsSource> tls, std::shared_ptr<grpc::Channel> channel)
      : tls_(std::move(tls)), channel_(channel), stub_(channel) {}

  absl::StatusOr<std::string> RawUnary(const std::string& path, std::string request,
                                       const CallOptions& options) override {
    grpc::ClientContext context;
    Prepare(options, &context);
    grpc::ByteBuffer answer;
    const grpc::Status status = grpc::internal::BlockingUnaryCall(
        channel_.get(), RpcMethod(path.c_str(), RpcMethod::NORMAL_RPC), &context,
        ToBuffer(request), &answer);
    if (!status.ok()) return Failed(channel_, status);
    return ToBytes(answer);
  }

  void RawUnaryAsync(const std::string& path, std::string request, const CallOptions& options,
                     std::function<void(absl::StatusOr<std::string>)> done) override {
    KeepCallbackThreads();
    auto pending = std::make_shared<Pending>();
    Prepare(options, &pending->context);
    pending->request = ToBuffer(request);
    stub_.UnaryCall(&pending->context, path, {}, &pending->request, &pending->answer,
                    [channel = channel_, pending, done = std::move(done)](grpc::Status status) {
                      if (!status.ok()) return done(Failed(channel, status));
                      done(ToBytes(pending->answer));
                    });
  }

  std::unique_ptr<RawReadStream> RawServerStream(const std::string& path, std::string request,
                                                 const CallOptions& options) override {
    if (channel_->GetState(false) != GRPC_CHANNEL_READY) PollUntilConnected(channel_);
    return std::make_unique<ReadStreamOverGrpc>(channel_.get(), path, request, options);
  }

  std::unique_ptr<RawWriteStream> RawClientStream(const std::string& path,
                                                  const CallOptions& options) override {
    if (channel_->GetState(false) != GRPC_CHANNEL_READY) PollUntilConnected(channel_);
    return std::make_unique<WriteStreamOverGrpc>(channel_.get(), path, options);
  }

  std::unique_ptr<RawStream> Stream(const std::string& path, const CallOptions& options) override {
    KeepCallbackThreads();
    if (channel_->GetState(false) != GRPC_CHANNEL_READY) PollUntilConnected(channel_);
    return BeginStream(&stub_, path,
                       [&](grpc::ClientContext* context) { Prepare(options, context); });
  }

 private:
  static absl::Status Failed(const std::shared_ptr<grpc::Channel>& channel,
                             const grpc::Status& status) {
    if (status.error_code() == grpc::StatusCode::UNAVAILABLE) PollUntilConnected(channel);
    return FromGrpc(status);
  }

  const std::shared_ptr<TlsSource> tls_;  // what the channel's credentials read
  const std::shared_ptr<grpc::Channel> channel_;
  grpc::GenericStub stub_;
};

}  // namespace

absl::StatusOr<std::shared_ptr<Channel>> Channel::Open(Options options) {
  SHAREWAY_ASSIGN_OR_RETURN(std::shared_ptr<TlsSource> tls, TlsSource::Of(options.tls));
  if (options.address.empty()) return absl::InvalidArgumentError("the address is empty");
  SHAREWAY_RETURN_IF_ERROR(crypto::Identity::Parse(options.peer_uri).status());
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, 100);  // gRPC's least
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kConnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 200);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);  // a retry of an exchange is an attempt of its own
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetMaxReceiveMessageSize(8 << 20);
  auto channel =
      grpc::CreateCustomChannel(options.address, ClientTls(*tls, options.peer_uri), arguments);
  return std::make_shared<ChannelOverGrpc>(std::move(tls), std::move(channel));
}

}  // namespace shareway::rpc
