// SPDX-License-Identifier: Apache-2.0
// A gRPC server: mTLS, one policy gate for every method, a handler pool, health,
// drain. Methods are registered by path; no generated adapters.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "libs/base/clock.h"
#include "libs/crypto/identity.h"
#include "libs/crypto/relying_party.h"
#include "libs/metrics/registry.h"
#include "libs/rpc/call.h"
#include "libs/rpc/caller_limits.h"
#include "libs/rpc/directory.h"

namespace shareway::rpc {

// Answers one asynchronous call, exactly once.
template <typename Resp>
using Reply = std::function<void(absl::StatusOr<Resp>)>;

// Writes a stream's messages. For the handler's thread only.
class RawWriter {
 public:
  virtual ~RawWriter() = default;
  // Blocks until there is room. CANCELLED once nobody reads.
  virtual absl::Status Write(std::string bytes) = 0;
};
template <typename Resp>
class Writer {
 public:
  explicit Writer(RawWriter* raw) : raw_(raw) {}
  absl::Status Write(const Resp& message) { return raw_->Write(message.SerializeAsString()); }

 private:
  RawWriter* raw_;
};

// Reads a stream's messages. For the handler's thread only.
class RawReader {
 public:
  virtual ~RawReader() = default;
  // The next message; nothing at the end. CANCELLED if the caller went away.
  virtual absl::StatusOr<std::optional<std::string>> Read() = 0;
};
template <typename Req>
class Reader {
 public:
  explicit Reader(RawReader* raw) : raw_(raw) {}
  // INVALID_ARGUMENT if the message does not parse.
  absl::StatusOr<std::optional<Req>> Read() {
    absl::StatusOr<std::optional<std::string>> bytes = raw_->Read();
    if (!bytes.ok()) return bytes.status();
    if (!*bytes) return std::optional<Req>();
    std::optional<Req> message(std::in_place);
    if (!message->ParseFromString(**bytes)) {
      return absl::InvalidArgumentError("a stream message does not parse");
    }
    return message;
  }

 private:
  RawReader* raw_;
};

// Serves methods under the policies in their protos. Configure, Start, ServeUntilSignal
// or Drain. Every method of the services named must be handled and carry a
// policy, or Start fails. Not thread-safe while it is being configured.
class Server {
 public:
  struct Options {
    std::string listen = "127.0.0.1:0";  // host:port; port 0: the system chooses
    crypto::TlsFiles tls = {};
    int pool_threads = 64;
    int pool_queue = 1024;  // beyond it: RESOURCE_EXHAUSTED with RetryInfo
    int max_streams = 512;  // streams run on threads of their own
    int max_streams_of_one = 32;  // of one caller, so that nobody takes them all
    Limits limits = {};           // of each caller; beyond: RESOURCE_EXHAUSTED, RATE_LIMITED
    size_t memory = 512u << 20;   // bytes that gRPC may take for all connections together
    absl::Duration idle = absl::Minutes(5);  // a connection without calls is closed
    bool reflection = false;
    // On whose pages authenticators may sign acts; none: such acts are refused.
    std::optional<crypto::RelyingParty> party = {};
    // Takes passes of people of the agencies that this node serves (pass.h); for nodes alone.
    bool passes = false;
    const Clock* clock = &SystemClock();
    metrics::Registry* metrics = nullptr;  // must outlive the server
  };

  // `directory` must outlive the server: callers are looked up in it at every call.
  Server(Options options, const DirectoryHolder* directory);
  ~Server();

  using ReplyBytes = std::function<void(absl::StatusOr<std::string>)>;

  // `handler` runs on the pool and may block.
  template <typename Req, typename Resp>
  void Unary(const std::string& path,
             std::function<absl::StatusOr<Resp>(const Call&, const Req&)> handler) {
    AddUnary(path, Req::descriptor(), Resp::descriptor(),
             [handler](std::shared_ptr<Call> call, std::string bytes, ReplyBytes reply) {
               Req request;
               if (!request.ParseFromString(bytes)) return reply(Unparsable());
               absl::StatusOr<Resp> response = handler(*call, request);
               if (!response.ok()) return reply(response.status());
               reply(response->SerializeAsString());
             });
  }

  // Where a handler that returns early begins.
  enum class Begin {
    kPool,  // it may block
    kSoon,  // on the pool as well, but a thread is not woken for each call: Pool::RunSoon
    kHere,  // on the thread that read the request: it must not block; see Call::Continue
  };
  // `handler` returns early and replies later from any thread.
  template <typename Req, typename Resp>
  void UnaryAsync(const std::string& path,
                  std::function<void(std::shared_ptr<Call>, Req, Reply<Resp>)> handler,
                  Begin begin = Begin::kPool) {
    UnaryBytes<Req, Resp>(
        path,
        [handler](std::shared_ptr<Call> call, Req request, ReplyBytes reply) {
          handler(std::move(call), std::move(request), [reply](absl::StatusOr<Resp> response) {
            if (!response.ok()) return reply(response.status());
            reply(response->SerializeAsString());
          });
        },
        begin);
  }

  // The same for a handler that replies with the exact bytes of a Resp.
  template <typename Req, typename Resp>
  void UnaryBytes(const std::string& path,
                  std::function<void(std::shared_ptr<Call>, Req, ReplyBytes)> handler,
                  Begin begin = Begin::kPool) {
    AddUnary(
        path, Req::descriptor(), Resp::descriptor(),
        [handler](std::shared_ptr<Call> call, std::string bytes, ReplyBytes reply) {
          Req request;
          if (!request.ParseFromString(bytes)) return reply(Unparsable());
          handler(std::move(call), std::move(request), std::move(reply));
        },
        begin);
  }

  // `handler` runs on a thread of its own until it returns.
  template <typename Req, typename Resp>
  void ServerStream(const std::string& path,
                    std::function<absl::Status(const Call&, const Req&, Writer<Resp>&)> handler) {
    AddServerStream(path, Req::descriptor(), Resp::descriptor(),
                    [handler](const Call& call, std::string bytes, RawWriter* raw) {
                      Req request;
                      if (!request.ParseFromString(bytes)) return Unparsable();
                      Writer<Resp> writer(raw);
                      return handler(call, request, writer);
                    });
  }

  // `handler` runs on a thread of its own until it returns.
  template <typename Req, typename Resp>
  void ClientStream(const std::string& path,
                    std::function<absl::StatusOr<Resp>(const Call&, Reader<Req>&)> handler) {
    AddClientStream(path, Req::descriptor(), Resp::descriptor(),
                    [handler](const Call& call, RawReader* raw) -> absl::StatusOr<std::string> {
                      Reader<Req> reader(raw);
                      absl::StatusOr<Resp> response = handler(call, reader);
                      if (!response.ok()) return response.status();
                      return response->SerializeAsString();
                    });
  }

  // Serves every method of `service` by one handler on the exact bytes of its messages, whatever
  // they are. What a client streams is dropped; a server's stream holds the one answer.
  using BytesHandler =
      std::function<absl::StatusOr<std::string>(const Call&, const std::string& request)>;
  void ServiceBytes(const google::protobuf::ServiceDescriptor& service, BytesHandler handler);

  // Tells of each call that ends with an error after its caller is known, on the thread
  // that ends it: must not block. Before Start; what `failed` uses must outlive the drain.
  using OnFailed = std::function<void(const Caller& caller, const absl::Status& why)>;
  void SetOnFailed(OnFailed failed);
  // Tells the roles that others lend a person now; asked where a policy is `delegable` and the
  // person's own roles do not do, on gRPC's threads too: a short look-up. Before Start; what `lent`
  // uses must outlive the drain. Without it nobody is lent anything.
  using Lent = std::function<std::vector<Role>(const Caller& person)>;
  void SetLent(Lent lent);

  // Records that a supervisor (Call::caller().mandate) is shown so many objects: `object`, or a
  // list of what belongs to it; it is what the request names, empty if nothing. Asked before the
  // answer leaves, and its error is the answer. On the thread that answers, may block. Before
  // Start; what `read` uses must outlive the drain. Without it nobody reads under a mandate here.
  using OnMandateRead = std::function<absl::Status(const Call& call, const std::string& object,
                                                   uint64_t shown)>;
  void SetOnMandateRead(OnMandateRead read);

  // Starts to listen. FAILED_PRECONDITION naming each method without policy or
  // handler; INVALID_ARGUMENT if the TLS files do not fit; UNAVAILABLE if the
  // address cannot be had.
  absl::Status Start();
  // The port that it listens on.
  int port() const;
  // While false (the start), health says NOT_SERVING and calls get UNAVAILABLE,
  // NOT_READY. `why` is told to callers. Leases and watches are served all the same.
  void SetReady(bool ready, absl::string_view why = "");
  // OK while calls are taken; else why they are refused, as a caller is told it.
  absl::Status Ready() const;
  // Stops taking calls, lets those that run finish for up to `grace`, then cancels.
  void Drain(absl::Duration grace = absl::Seconds(10));
  // Blocks until SIGTERM or SIGINT (app::Main blocked them), then drains.
  absl::Status ServeUntilSignal();

 private:
  using RawUnary = std::function<void(std::shared_ptr<Call>, std::string, ReplyBytes)>;
  using RawServerStream = std::function<absl::Status(const Call&, std::string, RawWriter*)>;
  using RawClientStream = std::function<absl::StatusOr<std::string>(const Call&, RawReader*)>;
  using Type = const google::protobuf::Descriptor*;

  static absl::Status Unparsable();
  void AddUnary(const std::string& path, Type request, Type response, RawUnary handler,
                Begin begin = Begin::kPool);
  void AddServerStream(const std::string& path, Type request, Type response,
                       RawServerStream handler);
  void AddClientStream(const std::string& path, Type request, Type response,
                       RawClientStream handler);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shareway::rpc
