// SPDX-License-Identifier: Apache-2.0
// The two halves of an exchange: each node says for itself how it ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "services/audit/domain/facts.h"

namespace shareway::audit {

enum class Side : uint8_t { kConsumer = 0, kProvider = 1 };

// One half, and the one that must match it.
struct Half {
  Side side = Side::kConsumer;
  std::string node = {};   // that wrote it
  std::string other = {};  // whose half must match
  // The exchange among all of these nodes: its id; where the consumer is hosted by another
  // agency's node also that agency, since each agency at a node chooses ids of its own.
  std::string exchange = {};
  uint32_t attempt = 0;

  Side other_side() const { return side == Side::kConsumer ? Side::kProvider : Side::kConsumer; }
};

// The id in Half::exchange, as records have it.
absl::string_view ExchangeIdOf(absl::string_view exchange);

// The longest exchange id that is matched; longer ones are not ids of ours.
inline constexpr size_t kMaxExchangeId = 63;
// And the longest consumer's name.
inline constexpr size_t kMaxConsumer = 127;

// The half that a record is. Nothing for a record that ends no exchange, for a
// transfer's intent and progress, and for a record whose producer is not the
// node that it names: no node can speak for another. Nor for a record whose exchange id has a
// line feed.
//
// Provider's halves are DELIVERED and REFUSED, the consumer's is RECEIVED, and
// NOT_RECEIVED is either's: the consumer got no answer, or the provider's node
// learned from audit of a request that never reached it.
std::optional<Half> HalfOf(const Facts& facts);

}  // namespace shareway::audit
