// SPDX-License-Identifier: Apache-2.0
// The file that says which of the provider's systems serves which operation.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/source/http_backend.h"

namespace shareway::exchange {

// A system behind gRPC.
struct GrpcTarget {
  std::string address = {};  // host:port; in the clear to this machine alone
  std::string ca = {};       // PEM file; empty: no TLS
  std::string certificate = {};
  std::string key = {};
};

// One operation's system; `http.url` or `grpc.address` is given.
struct BackendTarget {
  std::string operation = {};  // OperationName
  HttpTarget http = {};
  GrpcTarget grpc = {};
};

// Reads the text of --backends:
//   {"backends": [{"operation": "resources/{r}/operations/{o}",
//                  "url": "https://host/path", "method": "GET" or "POST", "authorization": "FILE",
//                  or "grpc": "host:port",
//                  "ca": "FILE", "certificate": "FILE", "key": "FILE"}]}
// INVALID_ARGUMENT naming the place of what is missing, unknown or given twice.
absl::StatusOr<std::vector<BackendTarget>> ReadBackendTargets(absl::string_view json);

}  // namespace shareway::exchange
