// SPDX-License-Identifier: Apache-2.0
// What a system of the agency asks of its own node, before anything is signed.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/exchange/domain/demand.h"

namespace shareway::exchange {

// One call of the agency's system.
struct Ask {
  std::string agency = {};  // agencies/{a} that asks
  std::string grant = {};
  Method method = Method::kUnspecified;
  Purpose purpose = 0;
  std::string case_number = {};
  std::string operator_id = {};
  // A clerk asks, who looks up one record for the case on his desk: a case number, conditions of
  // whole values, one row, no next page.
  bool one_record = false;
  std::string exchange = {};     // the caller's idempotency key
  bool exchange_is_new = false;  // the node made it just now: nothing is known of it
  Demand demand = {};            // by `method`
  std::string query_bytes = {};  // exact bytes of `demand`, as they are signed
  std::string traceparent = {};
};

// What a call of this method names its demand: query, verification or invocation.
absl::string_view DemandField(Method method);
// The most bytes that it may have as it is signed.
size_t MostDemandBytes(Method method);

// True for 1 to 63 of A-Z a-z 0-9 and '-'.
bool IsExchangeId(absl::string_view id);

// INVALID_ARGUMENT naming every field of a query, under `query`, that breaks a rule.
absl::Status CheckQuery(const Query& query, Method method);

// INVALID_ARGUMENT naming every field that breaks a rule, with value and limit. Needs
// `exchange` and `query_bytes` to be filled. Of a demand it looks at a Query only, and at
// its length: who takes in the others checks them before.
absl::Status CheckAsk(const Ask& ask);

}  // namespace shareway::exchange
