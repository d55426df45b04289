// SPDX-License-Identifier: Apache-2.0
// What a provider's node does for one way of sharing between its two checks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/domain/demand.h"
#include "services/exchange/domain/grant.h"
#include "services/exchange/domain/permission.h"
#include "services/exchange/domain/resource_table.h"

namespace shareway::exchange {

// One request that was permitted. Borrows all.
struct Permitted {
  const Request& request;
  const Demand& demand;
  const Grant& grant;
  const Resource& resource;
  const Permission& permission;
};

// What may leave, and what evidence and counters say of it. Never payload but `body`.
struct Served {
  std::string body = {};  // exact bytes of ExchangeResponse.body: projected and masked
  uint64_t records = 0;
  std::vector<std::string> items = {};  // let through, in order
  std::string dataset_version = {};
  std::string recall = {};  // keyed digests of the records, kRecallBytes each
  // The same of a record that was asked for by its key and is not there: aggregation rules count it.
  std::string absent = {};
  std::string operation = {};
  bool opaque = false;
  uint32_t mismatches = 0;  // of a VERIFY
};
inline constexpr size_t kRecallBytes = 16;

// One way of sharing. Thread-safe.
class Serving {
 public:
  virtual ~Serving() = default;
  // The demand in the exact signed bytes. INVALID_ARGUMENT naming every field that breaks a rule.
  virtual absl::StatusOr<Demand> Parse(absl::string_view bytes) const = 0;
  // Items and conditions that the grant must allow. `resource` is the entry as it is published now.
  // PERMISSION_DENIED, OPERATION_UNKNOWN or ITEM_NOT_GRANTED, for what no grant could allow.
  virtual absl::StatusOr<Wanted> WantedBy(const Demand& demand, const Resource& resource) const = 0;
  // Reads and projects; may block. Errors with a Reason are refusals, others a fault of the source.
  virtual absl::StatusOr<Served> Serve(const Permitted& permitted) const = 0;
};

}  // namespace shareway::exchange
