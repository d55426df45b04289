// SPDX-License-Identifier: Apache-2.0
// Telling the holds of services/sharing from all that looks like one.
#include "services/audit/domain/hold.h"

#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace shareway::audit {
namespace {

constexpr absl::string_view kProducer = "services/sharing";

}  // namespace

std::optional<Hold> HoldOf(const Facts& facts) {
  if (facts.kind != kIncidentChanged || facts.producer != kProducer) return std::nullopt;
  if (facts.grant.empty() || facts.object != facts.grant) return std::nullopt;
  absl::string_view reason = facts.reason;
  const bool released = absl::ConsumePrefix(&reason, "EVIDENCE_RELEASED: ");
  if (!released && !absl::ConsumePrefix(&reason, "EVIDENCE_HELD: ")) return std::nullopt;
  if (reason.empty()) return std::nullopt;
  return Hold{.grant = facts.grant, .incident = std::string(reason), .released = released};
}

}  // namespace shareway::audit
