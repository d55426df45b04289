// SPDX-License-Identifier: Apache-2.0
// A client: mTLS to one named peer, typed calls by path, errors with their reasons.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/message_lite.h"
#include "libs/crypto/identity.h"
#include "libs/rpc/stream.h"

namespace shareway::rpc {

struct CallOptions {
  absl::Duration timeout = absl::Seconds(10);
  std::string traceparent = {};
  std::string accept_language = {};  // zh-Hans, zh-Hant, en
  // Whom the console calls for (ToMetadata in actor.h); refused from everybody else.
  std::string actor = {};
  // The pass of the person whom a system calls for (pass.h): any bytes.
  std::string pass = {};
  // The agency that a supervisor reads for under his mandate (kInspectedKey in actor.h).
  std::string inspected = {};
};

// The answers of a stream. Not thread-safe, but for Cancel.
class RawReadStream {
 public:
  virtual ~RawReadStream() = default;
  // The next message; nothing at the end. The stream's error otherwise.
  virtual absl::StatusOr<std::optional<std::string>> Read() = 0;
  // Ends the stream; a blocked Read returns CANCELLED.
  virtual void Cancel() = 0;
};
template <typename Resp>
class ReadStream {
 public:
  explicit ReadStream(std::unique_ptr<RawReadStream> raw) : raw_(std::move(raw)) {}
  absl::StatusOr<std::optional<Resp>> Read() {
    absl::StatusOr<std::optional<std::string>> bytes = raw_->Read();
    if (!bytes.ok()) return bytes.status();
    if (!*bytes) return std::optional<Resp>();
    std::optional<Resp> message(std::in_place);
    if (!message->ParseFromString(**bytes)) return absl::DataLossError("an answer does not parse");
    return message;
  }
  void Cancel() { raw_->Cancel(); }

 private:
  std::unique_ptr<RawReadStream> raw_;
};

// The messages of a client's stream. Not thread-safe.
class RawWriteStream {
 public:
  virtual ~RawWriteStream() = default;
  // False once the server does not want more; Finish tells why.
  virtual bool Write(std::string bytes) = 0;
  virtual absl::StatusOr<std::string> Finish() = 0;
};
template <typename Req, typename Resp>
class WriteStream {
 public:
  explicit WriteStream(std::unique_ptr<RawWriteStream> raw) : raw_(std::move(raw)) {}
  bool Write(const Req& message) { return raw_->Write(message.SerializeAsString()); }
  absl::StatusOr<Resp> Finish() {
    absl::StatusOr<std::string> bytes = raw_->Finish();
    if (!bytes.ok()) return bytes.status();
    Resp response;
    if (!response.ParseFromString(*bytes)) return absl::DataLossError("the answer does not parse");
    return response;
  }

 private:
  std::unique_ptr<RawWriteStream> raw_;
};

// A connection to one peer. Reconnects by itself, 100 to 200 ms after an attempt that was refused;
// one that nobody answers, or whose handshake stands still, is given up after 3 s. Thread-safe.
//
// Errors are the server's absl::Status with its reason, metadata and fields
// (DetailsOf reads them); UNAVAILABLE when the peer cannot be reached or is not
// the one expected; DEADLINE_EXCEEDED.
class Channel {
 public:
  struct Options {
    std::string address = {};  // host:port
    crypto::TlsFiles tls = {};
    // The URI that the peer's certificate must carry. Required.
    std::string peer_uri = {};
  };
  static absl::StatusOr<std::shared_ptr<Channel>> Open(Options options);
  virtual ~Channel() = default;

  template <typename Resp, typename Req>
  absl::StatusOr<Resp> Unary(const std::string& path, const Req& request,
                             const CallOptions& options = {}) {
    absl::StatusOr<std::string> bytes = RawUnary(path, request.SerializeAsString(), options);
    if (!bytes.ok()) return bytes.status();
    Resp response;
    if (!response.ParseFromString(*bytes)) return absl::DataLossError("the answer does not parse");
    return response;
  }
  // `done` runs on gRPC's thread and must not block.
  template <typename Resp, typename Req>
  void UnaryAsync(const std::string& path, const Req& request, const CallOptions& options,
                  std::function<void(absl::StatusOr<Resp>)> done) {
    RawUnaryAsync(path, request.SerializeAsString(), options,
                  [done](absl::StatusOr<std::string> bytes) {
                    if (!bytes.ok()) return done(bytes.status());
                    Resp response;
                    if (!response.ParseFromString(*bytes)) {
                      return done(absl::DataLossError("the answer does not parse"));
                    }
                    done(std::move(response));
                  });
  }
  template <typename Resp, typename Req>
  ReadStream<Resp> ServerStream(const std::string& path, const Req& request,
                                const CallOptions& options) {
    return ReadStream<Resp>(RawServerStream(path, request.SerializeAsString(), options));
  }
  template <typename Req, typename Resp>
  WriteStream<Req, Resp> ClientStream(const std::string& path, const CallOptions& options) {
    return WriteStream<Req, Resp>(RawClientStream(path, options));
  }

  virtual absl::StatusOr<std::string> RawUnary(const std::string& path, std::string request,
                                               const CallOptions& options) = 0;
  virtual void RawUnaryAsync(const std::string& path, std::string request,
                             const CallOptions& options,
                             std::function<void(absl::StatusOr<std::string>)> done) = 0;
  virtual std::unique_ptr<RawReadStream> RawServerStream(const std::string& path,
                                                         std::string request,
                                                         const CallOptions& options) = 0;
  virtual std::unique_ptr<RawWriteStream> RawClientStream(const std::string& path,
                                                          const CallOptions& options) = 0;
  // A call of any kind that holds no thread. Null from a channel that is not gRPC's and has none.
  virtual std::unique_ptr<RawStream> Stream(const std::string&, const CallOptions&) {
    return nullptr;
  }
};

}  // namespace shareway::rpc
