// SPDX-License-Identifier: Apache-2.0
// The provider's own systems behind its node: what an operation is asked and what it answers.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/exchange/domain/demand.h"
#include "services/exchange/domain/operation.h"
#include "services/exchange/domain/request.h"
#include "services/exchange/domain/schema.h"
#include "services/exchange/source/dataset_source.h"

namespace shareway::exchange {

// One call. Borrows all.
struct BackendCall {
  const Operation& operation;
  const Invocation& invocation;
  const Request& request;               // who asks, and under which id
  const std::vector<SchemaItem>& items;  // of a typed answer: nothing else is decoded
  absl::Duration timeout = {};
};

// What a system answered, unprojected: it never leaves the node as it is.
struct BackendAnswer {
  std::vector<Row> rows = {};      // typed: cells in the order of BackendCall.items
  std::string content_type = {};   // opaque
  std::string content = {};        // opaque: up to kMaxCallAnswer bytes
};

inline constexpr int kMostBackendCalls = 8;  // at once, of one operation
inline constexpr int kMostCalls = 32;        // of all: queries need threads, too
// Of one consumer's node, which has 16 threads (libs/rpc/pool.h): for its queries, too.
inline constexpr int kMostCallsOfNode = 12;
// Under the 10 s that a consumer's node waits, so that a slow system is told as such.
inline constexpr absl::Duration kBackendTimeout = absl::Seconds(8);

// One operation's way to its system. Thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;
  // Blocks for up to `call.timeout`. UNAVAILABLE, BACKEND_FAILED, if the system did not answer as its
  // catalogue entry says (whether it acted is not known then), with a message that has nothing of
  // the answer; OVERLOADED if kMostBackendCalls run: nothing was sent.
  virtual absl::StatusOr<BackendAnswer> Call(const BackendCall& call) const = 0;
};

// By OperationName.
using Backends = std::map<std::string, std::unique_ptr<Backend>, std::less<>>;

// True if a value of a request may stand in a header of a call: printable ASCII.
bool FitsHeader(absl::string_view value);

// UNAVAILABLE, BACKEND_FAILED. `why` is told to the consumer.
absl::Status BackendFailed(absl::string_view why);
// UNAVAILABLE, OVERLOADED: `most` calls run, and nothing was sent.
absl::Status BackendBusy(int most = kMostBackendCalls);

}  // namespace shareway::exchange
