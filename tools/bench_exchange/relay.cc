// SPDX-License-Identifier: Apache-2.0
// The bare relay that exchanges are measured against: gRPC with mTLS that
// forwards bytes, or answers 1 KiB at the end of the chain. No grant, no
// signature, no evidence.
#include <chrono>
#include <csignal>
#include <cstdio>
#include <memory>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "libs/rpc/credentials.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:0", "host:port");
ABSL_FLAG(std::string, tls, "", "Folder with tls.crt, tls.key, ca.crt.");
ABSL_FLAG(std::string, upstream, "", "Where to forward; empty: answer 1 KiB.");
ABSL_FLAG(std::string, upstream_uri, "", "The identity of upstream.");

namespace {

class Relay final : public grpc::CallbackGenericService {
 public:
  explicit Relay(std::shared_ptr<grpc::Channel> upstream)
      : stub_(upstream ? std::make_unique<grpc::GenericStub>(upstream) : nullptr) {
    const std::string kilobyte(1024, 'x');
    grpc::Slice slice(kilobyte);
    answer_ = grpc::ByteBuffer(&slice, 1);
  }

  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new Reactor(this, context->method());
  }

 private:
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    Reactor(Relay* relay, std::string method) : relay_(relay), method_(std::move(method)) {
      StartRead(&request_);
    }
    void OnReadDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::CANCELLED);
      if (relay_->stub_ == nullptr) {
        return StartWriteAndFinish(&relay_->answer_, {}, grpc::Status::OK);
      }
      relay_->stub_->UnaryCall(&context_, method_, {}, &request_, &response_,
                               [this](grpc::Status status) {
                                 if (!status.ok()) return Finish(status);
                                 StartWriteAndFinish(&response_, {}, grpc::Status::OK);
                               });
    }
    void OnDone() override { delete this; }

   private:
    Relay* relay_;
    const std::string method_;
    grpc::ClientContext context_;
    grpc::ByteBuffer request_, response_;
  };

  std::unique_ptr<grpc::GenericStub> stub_;
  grpc::ByteBuffer answer_;
};

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as the services do
  const auto tls = shareway::rpc::TlsSource::Of(
      shareway::crypto::TlsFiles::In(absl::GetFlag(FLAGS_tls)));
  if (!tls.ok()) return 1;
  std::shared_ptr<grpc::Channel> upstream;
  if (!absl::GetFlag(FLAGS_upstream).empty()) {
    upstream = grpc::CreateChannel(
        absl::GetFlag(FLAGS_upstream),
        shareway::rpc::ClientTls(**tls, absl::GetFlag(FLAGS_upstream_uri)));
  }
  Relay relay(upstream);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(absl::GetFlag(FLAGS_listen), shareway::rpc::ServerTls(**tls), &port);
  builder.RegisterCallbackGenericService(&relay);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1024);
  auto server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  server->Wait();
  return 0;
}
