// SPDX-License-Identifier: Apache-2.0
// The consumer's own check of an answer: what should not have come goes no further.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/evidence/record.h"
#include "services/exchange/domain/demand.h"
#include "services/exchange/domain/grant.h"
#include "services/exchange/domain/permission.h"

namespace shareway::exchange {

struct CheckedAnswer {
  uint64_t records = 0;
  bool opaque = false;
  std::vector<std::string> items = {};  // that came, in order
};

// Checks the body of a delivered response, unparsed: items and their order, each row against the
// call's and the grant's conditions as far as their items came, the limit, masks, the claims'
// items, an opaque answer's item. DATA_LOSS, QUARANTINED, naming the place and never a value.
absl::StatusOr<CheckedAnswer> CheckAnswer(Method method, absl::string_view body,
                                          const Demand& demand, const Grant& grant,
                                          const Permission& permission);

// The batch in the bytes of a transfer's chunk, checked alike.
absl::StatusOr<evidence::v1::RecordBatch> CheckChunk(absl::string_view bytes, const Grant& grant,
                                                     const Permission& permission);

}  // namespace shareway::exchange
