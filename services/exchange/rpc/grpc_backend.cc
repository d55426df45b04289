// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/grpc_backend.h"

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "grpcpp/generic/generic_stub.h"
#include "grpcpp/grpcpp.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "services/exchange/rpc/method_messages.h"

namespace shareway::exchange {
namespace {

absl::Status CheckAddress(const GrpcTarget& target) {
  const absl::string_view address = target.address;
  const size_t colon = address.rfind(':');
  const absl::string_view host = address.substr(0, colon);
  const bool named = !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '-';
  });
  const bool six = host.size() > 2 && host.front() == '[' && host.back() == ']';
  int port = 0;
  if (colon == absl::string_view::npos || !absl::SimpleAtoi(address.substr(colon + 1), &port) ||
      port < 1 || port > 65535 || !(named || six)) {
    return absl::InvalidArgumentError(absl::StrCat(address, " is no host:port"));
  }
  if (!target.ca.empty() || host == "127.0.0.1" || host == "[::1]" || host == "localhost") {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat(address, " is another machine, which needs TLS: name a ca"));
}

absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> CredentialsOf(const GrpcTarget& target) {
  if (target.certificate.empty() != target.key.empty()) {
    return absl::InvalidArgumentError("a certificate and its key are given together or not at all");
  }
  if (target.ca.empty()) return grpc::InsecureChannelCredentials();
  grpc::SslCredentialsOptions options;
  SHAREWAY_ASSIGN_OR_RETURN(options.pem_root_certs, crypto::ReadFile(target.ca));
  if (!target.certificate.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(options.pem_cert_chain, crypto::ReadFile(target.certificate));
    SHAREWAY_ASSIGN_OR_RETURN(options.pem_private_key, crypto::ReadFile(target.key));
  }
  return grpc::SslCredentials(options);
}

// gRPC ends the process over metadata that is not legal, and a consumer chose some of it.
void Describe(const Request& request, grpc::ClientContext* context) {
  const std::pair<const char*, std::string> values[] = {
      {"shareway-consumer", request.consumer},
      {"shareway-exchange", request.exchange},
      {"shareway-attempt", absl::StrCat(request.attempt)},
      {"shareway-grant", request.grant},
      {"traceparent", request.traceparent}};
  for (const auto& [name, value] : values) {
    if (!value.empty() && FitsHeader(value)) context->AddMetadata(name, value);
  }
}

std::string ToBytes(const grpc::ByteBuffer& buffer) {
  std::vector<grpc::Slice> slices;
  std::string bytes;
  if (!buffer.Dump(&slices).ok()) return bytes;
  for (const grpc::Slice& slice : slices) {
    bytes.append(reinterpret_cast<const char*>(slice.begin()), slice.size());
  }
  return bytes;
}

}  // namespace

struct GrpcBackend::State {
  explicit State(std::shared_ptr<grpc::Channel> channel) : stub(std::move(channel)) {}

  // The messages of the entry as it is published now.
  absl::StatusOr<std::shared_ptr<const MethodMessages>> MessagesOf(const Operation& operation) {
    absl::MutexLock lock(&mutex);
    if (messages != nullptr && of == operation) return messages;
    SHAREWAY_ASSIGN_OR_RETURN(messages, MethodMessages::Make(operation));
    of = operation;
    return messages;
  }

  grpc::GenericStub stub;
  std::atomic<int> running = 0;
  absl::Mutex mutex;
  Operation of ABSL_GUARDED_BY(mutex);
  std::shared_ptr<const MethodMessages> messages ABSL_GUARDED_BY(mutex);  // shared with calls
};

GrpcBackend::GrpcBackend(std::unique_ptr<State> state) : state_(std::move(state)) {}
GrpcBackend::~GrpcBackend() = default;

absl::StatusOr<std::unique_ptr<GrpcBackend>> GrpcBackend::Open(const GrpcTarget& target) {
  SHAREWAY_RETURN_IF_ERROR(CheckAddress(target));
  SHAREWAY_ASSIGN_OR_RETURN(const auto credentials, CredentialsOf(target));
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(static_cast<int>(kMaxCallAnswer));
  // The system that was named and no other, asked once: neither proxies nor what a name server
  // says of services and retries.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return std::unique_ptr<GrpcBackend>(new GrpcBackend(std::make_unique<State>(
      grpc::CreateCustomChannel(target.address, credentials, arguments))));
}

absl::StatusOr<BackendAnswer> GrpcBackend::Call(const BackendCall& call) const {
  if (call.operation.form != Operation::Form::kProtobuf) {
    return BackendFailed("its operation is not one of protobuf messages");
  }
  const auto leave = absl::MakeCleanup([this] { --state_->running; });
  if (++state_->running > kMostBackendCalls) return BackendBusy();
  SHAREWAY_ASSIGN_OR_RETURN(const std::shared_ptr<const MethodMessages> messages,
                            state_->MessagesOf(call.operation));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string request, messages->EncodeRequest(call.invocation));
  grpc::ClientContext context;
  context.set_deadline(absl::ToChronoTime(absl::Now() + call.timeout));
  Describe(call.request, &context);
  const grpc::Slice slice(request);
  const grpc::ByteBuffer sent(&slice, 1);
  grpc::ByteBuffer received;
  grpc::Status status;
  absl::Notification answered;
  state_->stub.UnaryCall(&context, messages->path(), grpc::StubOptions(), &sent, &received,
                         [&](grpc::Status result) {
                           status = std::move(result);
                           answered.Notify();
                         });
  answered.WaitForNotification();
  if (!status.ok()) {
    return BackendFailed(absl::StrCat("it answered gRPC status ", status.error_code()));
  }
  BackendAnswer answer;
  SHAREWAY_ASSIGN_OR_RETURN(answer.rows, messages->ReadRows(ToBytes(received), call.items));
  return answer;
}

}  // namespace shareway::exchange
