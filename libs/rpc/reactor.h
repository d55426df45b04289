// SPDX-License-Identifier: Apache-2.0
// The gRPC side of a call: reads exact bytes, passes the gate, runs the handler
// on the pool or on a thread of its own, writes the answer.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "grpcpp/generic/async_generic_service.h"
#include "libs/metrics/registry.h"
#include "libs/rpc/caller_limits.h"
#include "libs/rpc/gate.h"
#include "libs/rpc/pool.h"
#include "libs/rpc/server.h"

namespace shareway::rpc {

// One registered method.
struct Method {
  std::string path;
  const google::protobuf::Descriptor* request = nullptr;
  const google::protobuf::Descriptor* response = nullptr;
  Policy policy;
  bool serve_before_ready = false;  // leases and watches
  Server::Begin begin = Server::Begin::kPool;
  metrics::Counter answered = {};  // with OK
  metrics::Histogram seconds = {};

  // Exactly one is set.
  std::function<void(std::shared_ptr<Call>, std::string,
                     std::function<void(absl::StatusOr<std::string>)>)>
      unary;
  std::function<absl::Status(const Call&, std::string, RawWriter*)> server_stream;
  std::function<absl::StatusOr<std::string>(const Call&, RawReader*)> client_stream;
};

// What all calls of a server share.
struct Shared {
  Server::Options options;
  Gate* gate = nullptr;
  Pool* pool = nullptr;
  Server::OnFailed failed = {};  // may be empty
  Server::Lent lent = {};        // may be empty
  Server::OnMandateRead mandate_read = {};  // may be empty
  absl::flat_hash_map<std::string, Method> methods;
  std::atomic<bool> draining = false;

  absl::Mutex mutex;
  bool ready ABSL_GUARDED_BY(mutex) = false;
  std::string why ABSL_GUARDED_BY(mutex) = "starting";
  int streams ABSL_GUARDED_BY(mutex) = 0;  // threads that run a stream
  absl::flat_hash_map<std::string, int> streams_of ABSL_GUARDED_BY(mutex);  // by caller

  CallerLimits* limits = nullptr;  // null: none

  // UNAVAILABLE while the server is not ready or drains.
  // Whether calls are taken now, those of methods that are served before the service is ready, or others.
  absl::Status Available(bool before_ready);
  void Count(const Method& method, absl::StatusCode code, absl::Duration took);

  std::unique_ptr<metrics::Family<metrics::Counter, 2>> calls;
  std::unique_ptr<metrics::Family<metrics::Histogram, 1>> seconds;
};

// Makes the reactor of one call; it deletes itself.
grpc::ServerGenericBidiReactor* MakeReactor(Shared* shared,
                                            grpc::GenericCallbackServerContext* context);

}  // namespace shareway::rpc
