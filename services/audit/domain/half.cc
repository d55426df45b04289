// SPDX-License-Identifier: Apache-2.0
// Which half of an exchange a record is.
#include "services/audit/domain/half.h"

namespace shareway::audit {
namespace {

std::optional<Side> SideOf(const Facts& facts) {
  const bool consumer = facts.producer == facts.nodes[0];
  const bool provider = facts.producer == facts.nodes[1];
  switch (facts.ending) {
    case Ending::kNone:
      return std::nullopt;
    case Ending::kDelivered:
    case Ending::kRefused:
      if (provider) return Side::kProvider;
      return std::nullopt;
    case Ending::kReceived:
      if (consumer) return Side::kConsumer;
      return std::nullopt;
    case Ending::kNotReceived:
      if (consumer) return Side::kConsumer;
      if (provider) return Side::kProvider;
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Half> HalfOf(const Facts& facts) {
  if (facts.nodes.size() != 2 || facts.exchange.empty()) return std::nullopt;
  if (facts.exchange.size() > kMaxExchangeId) return std::nullopt;
  const std::optional<Side> side = SideOf(facts);
  if (!side) return std::nullopt;
  const bool provider = *side == Side::kProvider;
  return Half{.side = *side,
              .node = facts.nodes[provider ? 1 : 0],
              .other = facts.nodes[provider ? 0 : 1],
              .exchange = facts.exchange,
              .attempt = facts.attempt};
}

}  // namespace shareway::audit
