// SPDX-License-Identifier: Apache-2.0
// Evidence that is held for a security incident (R25 35): what a record says of it.
//
// services/sharing says so for each grant of an incident, in a record of the kind
// INCIDENT_CHANGED whose object and grant are the grant's name: when the incident is reported,
// with the reason "EVIDENCE_HELD: incidents/{i}"; when it is closed, with
// "EVIDENCE_RELEASED: incidents/{i}". Who else says it holds and releases nothing.
#pragma once

#include <optional>
#include <string>

#include "services/audit/domain/facts.h"

namespace shareway::audit {

// The number of evidence.v1.RecordKind.
inline constexpr int kIncidentChanged = 146;

// That an incident holds the evidence of a grant, or does so no more.
struct Hold {
  std::string grant = {};     // grants/{g}
  std::string incident = {};  // incidents/{i}
  bool released = false;

  friend bool operator==(const Hold&, const Hold&) = default;
};

// What the record says of it; nothing for all other records.
std::optional<Hold> HoldOf(const Facts& facts);

}  // namespace shareway::audit
