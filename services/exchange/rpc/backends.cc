// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/backends.h"

#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "services/exchange/rpc/grpc_backend.h"
#include "services/exchange/source/backend_targets.h"
#include "services/exchange/source/http_backend.h"

namespace shareway::exchange {
namespace {

absl::StatusOr<std::unique_ptr<Backend>> Open(BackendTarget target) {
  if (!target.grpc.address.empty()) return GrpcBackend::Open(target.grpc);
  if (!target.http.authorization.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::string text, crypto::ReadFile(target.http.authorization));
    target.http.authorization = std::string(absl::StripAsciiWhitespace(text));
  }
  return HttpBackend::Open(std::move(target.http));
}

}  // namespace

absl::StatusOr<Backends> OpenBackends(absl::string_view file) {
  Backends backends;
  if (file.empty()) return backends;
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<BackendTarget> targets, ReadBackendTargets(file));
  for (BackendTarget& target : targets) {
    const std::string operation = target.operation;
    absl::StatusOr<std::unique_ptr<Backend>> backend = Open(std::move(target));
    if (!backend.ok()) {
      return absl::Status(backend.status().code(), absl::StrCat("the backend of ", operation, ": ",
                                                                backend.status().message()));
    }
    backends.emplace(operation, *std::move(backend));
  }
  return backends;
}

}  // namespace shareway::exchange
