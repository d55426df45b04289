// SPDX-License-Identifier: Apache-2.0
// The gRPC server that does nothing, over the services' mTLS: the limit of what one
// call can cost. /bench/{N} answers N bytes, /bench/echo the request.
#include <cstdlib>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/generic/async_generic_service.h"
#include "grpcpp/grpcpp.h"
#include "libs/rpc/credentials.h"

ABSL_FLAG(std::string, listen, "127.0.0.1:0", "host:port");
ABSL_FLAG(std::string, tls, "", "Folder with tls.crt, tls.key, ca.crt.");

namespace {

class Echo final : public grpc::CallbackGenericService {
 public:
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return new Reactor(context->method());
  }

 private:
  class Reactor final : public grpc::ServerGenericBidiReactor {
   public:
    explicit Reactor(const std::string& method) {
      if (const std::string last = method.substr(method.rfind('/') + 1); last != "echo") {
        const grpc::Slice slice(std::string(static_cast<size_t>(std::atoi(last.c_str())), 'x'));
        answer_ = grpc::ByteBuffer(&slice, 1);
        fixed_ = true;
      }
      StartRead(&request_);
    }
    void OnReadDone(bool ok) override {
      if (!ok) return Finish(grpc::Status::CANCELLED);
      StartWriteAndFinish(fixed_ ? &answer_ : &request_, {}, grpc::Status::OK);
    }
    void OnDone() override { delete this; }

   private:
    bool fixed_ = false;
    grpc::ByteBuffer request_, answer_;
  };
};

}  // namespace

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as the services do
  const auto tls = shareway::rpc::TlsSource::Of(
      shareway::crypto::TlsFiles::In(absl::GetFlag(FLAGS_tls)));
  if (!tls.ok()) return 1;
  Echo echo;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(absl::GetFlag(FLAGS_listen), shareway::rpc::ServerTls(**tls), &port);
  builder.RegisterCallbackGenericService(&echo);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1024);
  const auto server = builder.BuildAndStart();
  if (server == nullptr) return 1;
  server->Wait();
  return 0;
}
