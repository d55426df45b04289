// SPDX-License-Identifier: Apache-2.0
// Which half of an exchange a record is.
#include "services/audit/domain/half.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

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

// Half::exchange.
std::string NameOf(const Facts& facts) {
  const std::string& node = facts.nodes[0];
  const absl::string_view consumer =
      facts.agencies.empty() ? absl::string_view() : absl::string_view(facts.agencies[0]);
  const bool hosted = !consumer.empty() && node.substr(0, node.find("/nodes/")) != consumer;
  return hosted ? absl::StrCat(facts.exchange, "\n", consumer) : facts.exchange;
}

}  // namespace

absl::string_view ExchangeIdOf(absl::string_view exchange) {
  return exchange.substr(0, exchange.find('\n'));
}

std::optional<Half> HalfOf(const Facts& facts) {
  if (facts.nodes.size() != 2 || facts.exchange.empty()) return std::nullopt;
  if (facts.exchange.size() > kMaxExchangeId || absl::StrContains(facts.exchange, '\n')) {
    return std::nullopt;
  }
  if (!facts.agencies.empty() && facts.agencies[0].size() > kMaxConsumer) return std::nullopt;
  const std::optional<Side> side = SideOf(facts);
  if (!side) return std::nullopt;
  const bool provider = *side == Side::kProvider;
  return Half{.side = *side,
              .node = facts.nodes[provider ? 1 : 0],
              .other = facts.nodes[provider ? 0 : 1],
              .exchange = NameOf(facts),
              .attempt = facts.attempt};
}

}  // namespace shareway::audit
