// SPDX-License-Identifier: Apache-2.0
// Polls channels while they reconnect. gRPC 1.51 moves a handshake on only while
// somebody polls the channel: with calls that fail at once nobody does, and a
// peer that came back would be found by the back-up poller after 5 seconds.
#pragma once

#include <memory>

#include "grpcpp/channel.h"

namespace shareway::rpc {

// Polls `channel` from a thread of the process until it is connected, at most
// for some seconds. Cheap when it is being polled already. Thread-safe.
void PollUntilConnected(const std::shared_ptr<grpc::Channel>& channel);

}  // namespace shareway::rpc
