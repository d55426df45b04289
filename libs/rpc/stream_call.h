// SPDX-License-Identifier: Apache-2.0
// RawStream over gRPC. For this folder alone.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "grpcpp/client_context.h"
#include "grpcpp/generic/generic_stub.h"
#include "libs/rpc/stream.h"

namespace shareway::rpc {

// Begins the call of `path`. `prepare` sets its deadline and metadata.
std::unique_ptr<RawStream> BeginStream(grpc::GenericStub* stub, const std::string& path,
                                       const std::function<void(grpc::ClientContext*)>& prepare);

}  // namespace shareway::rpc
