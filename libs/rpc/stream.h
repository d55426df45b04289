// SPDX-License-Identifier: Apache-2.0
// One call with a stream on either side, whose messages go and come when they are asked for and
// which holds no thread.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace shareway::rpc {

// Nothing here blocks. One Write or one Read waits at a time, and what is not read is not taken
// from the peer: gRPC's flow control holds it back. Destroyed before its end, the call is
// cancelled, and what waits is not answered any more. A callback runs once, on gRPC's thread, must
// not block, and may use or destroy the call. Not thread-safe, but for Cancel.
class RawStream {
 public:
  virtual ~RawStream() = default;
  // `last`: nothing is written after it. `written` gets false once the server takes no more; Read
  // tells why. The bytes are held until then.
  virtual void Write(std::string bytes, bool last, std::function<void(bool)> written) = 0;
  // Nothing is written any more; not after a last Write, and not while one waits.
  virtual void WritesDone() = 0;
  // The next message; nothing at the end. The call's error otherwise, whenever it is asked again.
  virtual void Read(std::function<void(absl::StatusOr<std::optional<std::string>>)> read) = 0;
  // Ends the call: what waits is told CANCELLED.
  virtual void Cancel() = 0;
};

}  // namespace shareway::rpc
