// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/server.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "google/protobuf/descriptor.h"
#include "grpcpp/ext/proto_server_reflection_plugin.h"
#include "grpcpp/grpcpp.h"
#include "grpcpp/health_check_service_interface.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "libs/rpc/credentials.h"
#include "libs/rpc/reactor.h"

namespace shareway::rpc {
namespace {

constexpr int kMaxMessageBytes = 4 << 20;

class GenericService final : public grpc::CallbackGenericService {
 public:
  explicit GenericService(Shared* shared) : shared_(shared) {}
  grpc::ServerGenericBidiReactor* CreateReactor(
      grpc::GenericCallbackServerContext* context) override {
    return MakeReactor(shared_, context);
  }

 private:
  Shared* const shared_;
};

// /package.Service/Method -> its descriptor; null if there is none.
const google::protobuf::MethodDescriptor* FindMethod(const std::string& path) {
  const std::string dotted = absl::StrJoin(absl::StrSplit(path, '/', absl::SkipEmpty()), ".");
  return google::protobuf::DescriptorPool::generated_pool()->FindMethodByName(dotted);
}

}  // namespace

struct Server::State {
  Shared shared;
  std::unique_ptr<Gate> gate;
  std::unique_ptr<CallerLimits> limits;
  std::unique_ptr<Pool> pool;
  std::unique_ptr<GenericService> service;
  std::shared_ptr<TlsSource> tls;  // what the server's credentials read
  std::unique_ptr<grpc::Server> server;
  std::vector<std::string> faults;  // found while methods were added
  const DirectoryHolder* directory = nullptr;
  int port = 0;
};

Server::Server(Options options, const DirectoryHolder* directory)
    : state_(std::make_unique<State>()) {
  state_->shared.options = std::move(options);
  state_->directory = directory;
}

Server::~Server() {
  if (state_->server) Drain(absl::Seconds(5));
}

absl::Status Server::Unparsable() {
  return Error(Reason::kFieldInvalid, absl::StatusCode::kInvalidArgument,
               "the request does not parse as its message");
}

namespace {

// True for what a supervisor may be let do: methods of these names change nothing.
bool OnlyReads(const google::protobuf::MethodDescriptor& method) {
  if (method.client_streaming() || method.options().GetExtension(policy).signed_act()) return false;
  for (const char* verb : {"Get", "List", "Search", "Diff", "Export", "Download"}) {
    if (absl::StartsWith(method.name(), verb)) return true;
  }
  return false;
}

// Fills what the method's descriptor says. Returns what is wrong, or nothing.
std::string Describe(Method* method) {
  const google::protobuf::MethodDescriptor* descriptor = FindMethod(method->path);
  if (descriptor == nullptr) return absl::StrCat(method->path, " is in no proto");
  if (descriptor->input_type() != method->request ||
      descriptor->output_type() != method->response) {
    return absl::StrCat(method->path, " is registered with other messages than its proto has");
  }
  if (!descriptor->options().HasExtension(policy)) {
    return absl::StrCat(method->path, " has no policy");
  }
  method->policy = descriptor->options().GetExtension(policy);
  if (method->policy.callers_size() == 0 ||
      method->policy.relation() == Relation::RELATION_UNSPECIFIED) {
    return absl::StrCat(method->path, " has a policy without callers or relation");
  }
  if (method->policy.delegable() && method->policy.roles_size() == 0) {
    return absl::StrCat(method->path, " has a policy that lends posts and names none");
  }
  if (method->policy.under_mandate() && !OnlyReads(*descriptor)) {
    return absl::StrCat(method->path, " has a policy that lets a supervisor do more than read");
  }
  // What others need to become ready themselves; not what people and systems watch.
  const auto& callers = method->policy.callers();
  const bool feeds = std::any_of(callers.begin(), callers.end(), [](int kind) {
    return kind == CallerKind::NODE || kind == CallerKind::SERVICE;
  });
  method->serve_before_ready =
      (absl::StartsWith(descriptor->name(), "Watch") && feeds) || descriptor->name() == "RenewLease";
  return "";
}

}  // namespace

void Server::AddUnary(const std::string& path, Type request, Type response, RawUnary handler,
                      Begin begin) {
  Method method;
  method.path = path;
  method.request = request;
  method.response = response;
  method.unary = std::move(handler);
  method.begin = begin;
  if (std::string fault = Describe(&method); !fault.empty()) state_->faults.push_back(fault);
  state_->shared.methods[path] = std::move(method);
}

void Server::AddServerStream(const std::string& path, Type request, Type response,
                             RawServerStream handler) {
  Method method;
  method.path = path;
  method.request = request;
  method.response = response;
  method.server_stream = std::move(handler);
  if (std::string fault = Describe(&method); !fault.empty()) state_->faults.push_back(fault);
  state_->shared.methods[path] = std::move(method);
}

void Server::AddClientStream(const std::string& path, Type request, Type response,
                             RawClientStream handler) {
  Method method;
  method.path = path;
  method.request = request;
  method.response = response;
  method.client_stream = std::move(handler);
  if (std::string fault = Describe(&method); !fault.empty()) state_->faults.push_back(fault);
  state_->shared.methods[path] = std::move(method);
}

void Server::ServiceBytes(const google::protobuf::ServiceDescriptor& service,
                          BytesHandler handler) {
  for (int i = 0; i < service.method_count(); ++i) {
    const google::protobuf::MethodDescriptor& method = *service.method(i);
    const std::string path = absl::StrCat("/", service.full_name(), "/", method.name());
    if (method.client_streaming()) {
      AddClientStream(path, method.input_type(), method.output_type(),
                      [handler](const Call& call, RawReader* raw) -> absl::StatusOr<std::string> {
                        for (;;) {
                          SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> message,
                                                    raw->Read());
                          if (!message) return handler(call, "");
                        }
                      });
    } else if (method.server_streaming()) {
      AddServerStream(path, method.input_type(), method.output_type(),
                      [handler](const Call& call, std::string bytes,
                                RawWriter* raw) -> absl::Status {
                        absl::StatusOr<std::string> answer = handler(call, bytes);
                        return answer.ok() ? raw->Write(*std::move(answer)) : answer.status();
                      });
    } else {
      AddUnary(path, method.input_type(), method.output_type(),
               [handler](std::shared_ptr<Call> call, std::string bytes, ReplyBytes reply) {
                 reply(handler(*call, bytes));
               });
    }
  }
}

absl::Status Server::Start() {
  State& s = *state_;
  Options& options = s.shared.options;
  // A service that is named is served whole: a forgotten method is a fault of ours.
  std::set<const google::protobuf::ServiceDescriptor*> services;
  for (const auto& [path, method] : s.shared.methods) {
    if (const auto* descriptor = FindMethod(path)) services.insert(descriptor->service());
  }
  for (const auto* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      const std::string path =
          absl::StrCat("/", service->full_name(), "/", service->method(i)->name());
      if (!s.shared.methods.contains(path)) s.faults.push_back(path + " has no handler");
    }
  }
  if (!s.faults.empty()) return absl::FailedPreconditionError(absl::StrJoin(s.faults, "; "));

  SHAREWAY_ASSIGN_OR_RETURN(s.tls, TlsSource::Of(options.tls));
  const crypto::CertificateFacts own = s.tls->facts();
  if (options.passes && own.identity.kind != crypto::Identity::Kind::kNode) {
    return absl::InvalidArgumentError(
        absl::StrCat("passes are for nodes, and this is ", own.identity.uri()));
  }
  s.gate = std::make_unique<Gate>(own.identity.domain, s.directory,
                                  options.passes ? own.identity.name : "");
  s.pool = std::make_unique<Pool>(options.pool_threads, options.pool_queue);
  s.limits = std::make_unique<CallerLimits>(options.limits, options.clock);
  s.shared.gate = s.gate.get();
  s.shared.limits = s.limits.get();
  s.shared.pool = s.pool.get();
  if (options.metrics != nullptr) {
    s.shared.calls = std::make_unique<metrics::Family<metrics::Counter, 2>>(
        options.metrics->AddCounters("shareway_rpc_calls_total", "Calls answered.",
                                     {"method", "code"}));
    s.shared.seconds = std::make_unique<metrics::Family<metrics::Histogram, 1>>(
        options.metrics->AddHistograms("shareway_rpc_seconds",
                                       "Seconds from a call's arrival to its answer.", {"method"},
                                       metrics::LatencyBounds()));
    for (auto& [path, method] : s.shared.methods) {
      method.answered = s.shared.calls->With(path, absl::StatusCodeToString(absl::StatusCode::kOk));
      method.seconds = s.shared.seconds->With(path);
    }
  }

  grpc::EnableDefaultHealthCheckService(true);
  if (options.reflection) grpc::reflection::InitProtoReflectionServerBuilderPlugin();
  s.service = std::make_unique<GenericService>(&s.shared);
  grpc::ServerBuilder builder;
  builder.AddListeningPort(options.listen, ServerTls(*s.tls), &s.port);
  builder.RegisterCallbackGenericService(s.service.get());
  builder.SetMaxReceiveMessageSize(kMaxMessageBytes);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 << 10);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1024);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PING_STRIKES, 2);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 5'000);
  // Dead peers are noticed: their streams hold threads.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS,
                             static_cast<int>(absl::ToInt64Milliseconds(options.idle)));
  builder.SetResourceQuota(grpc::ResourceQuota("shareway").Resize(options.memory));
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || s.port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen on ", options.listen));
  }
  {
    absl::MutexLock lock(&s.shared.mutex);
    server->GetHealthCheckService()->SetServingStatus(s.shared.ready);
    s.server = std::move(server);
  }
  log::Info("listening", {{"port", s.port}, {"identity", own.identity.uri()}});
  return absl::OkStatus();
}

void Server::SetOnFailed(OnFailed failed) { state_->shared.failed = std::move(failed); }

void Server::SetOnMandateRead(OnMandateRead read) {
  state_->shared.mandate_read = std::move(read);
}

void Server::SetLent(Lent lent) { state_->shared.lent = std::move(lent); }

int Server::port() const { return state_->port; }

absl::Status Server::Ready() const { return state_->shared.Available(false); }

void Server::SetReady(bool ready, absl::string_view why) {
  {
    absl::MutexLock lock(&state_->shared.mutex);
    if (state_->shared.ready == ready && state_->shared.why == why) return;
    state_->shared.ready = ready;
    state_->shared.why = std::string(why);
    if (state_->server != nullptr && !state_->shared.draining) {
      state_->server->GetHealthCheckService()->SetServingStatus(ready);
    }
  }
  log::Info("ready", {{"ready", ready}, {"why", why}});
}

void Server::Drain(absl::Duration grace) {
  State& s = *state_;
  if (!s.server) return;
  {
    absl::MutexLock lock(&s.shared.mutex);
    s.shared.draining = true;
    s.server->GetHealthCheckService()->SetServingStatus(false);
  }
  s.server->Shutdown(absl::ToChronoTime(absl::Now() + grace));
  // Stream threads look at cancelled() at least every 200 ms, and every write is cut by then.
  for (;;) {
    {
      absl::MutexLock lock(&s.shared.mutex);
      auto none = [&s]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(s.shared.mutex) {
        return s.shared.streams == 0;
      };
      if (s.shared.mutex.AwaitWithTimeout(absl::Condition(&none), absl::Seconds(30))) break;
    }
    log::Warn("drain-waits-for-streams");
  }
  s.pool.reset();
  absl::MutexLock lock(&s.shared.mutex);
  s.server.reset();
}

absl::Status Server::ServeUntilSignal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  int got = 0;
  sigwait(&signals, &got);
  log::Info("draining", {{"signal", got}});
  Drain();
  return absl::OkStatus();
}

}  // namespace shareway::rpc
