// SPDX-License-Identifier: Apache-2.0
// 使用记录: what a consumer does with shared data, who looked at the records, and what went by hand.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "services/sharing/domain/grant.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/statute_text.h"

namespace shareway::sharing {

// One record of use (R25 26, 29). Written once: nothing changes or deletes it.
struct UseRecord {
  static constexpr char kCollection[] = "uses";
  std::string name = {};  // uses/{u}
  std::string consumer = {};
  std::string provider = {};
  std::string profile = {};  // profile@version
  std::string grant = {};
  std::string scenario = {};     // 场景, 1 to 1000 characters
  std::string process = {};      // 过程, 1 to 2000
  std::string effect = {};       // 成效, 1 to 1000
  std::string storage = {};      // 存储, 1 to 1000
  std::string destruction = {};  // 销毁, 1 to 1000
  absl::CivilDay start = {};     // the days that it is about
  absl::CivilDay end = {};
  std::string recorder = {};  // people/{p}
  absl::Time create_time = {};
  std::optional<absl::CivilDay> keep = {};  // kept until its end at least; none: the text has no time
};

// One reading of them by the provider or an authority. Written once.
struct UseInspection {
  static constexpr char kCollection[] = "inspections";
  std::string name = {};  // inspections/{i}
  std::string consumer = {};
  std::string provider = {};
  std::string profile = {};  // profile@version
  std::string grant = {};
  std::string inspector = {};  // agencies/{a}
  std::string person = {};     // people/{p}
  std::string reason = {};     // 1 to 500 characters
  uint32_t records = 0;        // shown
  absl::Time create_time = {};
};

// Data that were handed over on a medium. Written once.
struct OfflineDelivery {
  static constexpr char kCollection[] = "offline-deliveries";
  enum class Medium { kUnspecified = 0, kOpticalDisc, kPortableDrive, kTape, kPaper };
  std::string name = {};  // offline-deliveries/{d}
  std::string consumer = {};
  std::string provider = {};
  std::string profile = {};  // profile@version
  std::string grant = {};
  Medium medium = Medium::kUnspecified;
  std::string label = {};   // 1 to 100 characters
  std::string digest = {};  // SHA-256 of what is on it, 32 bytes
  uint64_t records = 0;     // 0: not counted
  std::string giver = {};   // people/{p}
  std::string receiver = {};
  absl::CivilDay day = {};
  std::string recorder = {};
  absl::Time create_time = {};
};

// By an applicant of the grant's consumer, of a grant in any state but PENDING_TERMS: `facts` has name,
// the five texts and the days. INVALID_ARGUMENT naming each that is missing or too long, and days out
// of order, before the grant or in the future.
absl::StatusOr<UseRecord> ReportUse(UseRecord facts, const Grant& grant, const Actor& actor,
                                    const Parties& parties, const StatuteText& text,
                                    absl::Time now);

// By a reviewer or the head of the provider, or an officer of the authority in charge, who say why.
absl::StatusOr<UseInspection> InspectUse(const Grant& grant, const Actor& actor,
                                         const Parties& parties, absl::string_view reason,
                                         uint32_t records, const StatuteText& text,
                                         std::string name, absl::Time now);

// By a reviewer or the head of the provider: `facts` has name and what was handed over. The grant is
// ACTIVE, for DOWNLOAD, and valid on the day (FAILED_PRECONDITION); INVALID_ARGUMENT for a medium,
// label, digest, day or person.
absl::StatusOr<OfflineDelivery> RecordOfflineDelivery(OfflineDelivery facts, const Grant& grant,
                                                      const Actor& actor, const Parties& parties,
                                                      const StatuteText& text, absl::Time now);

}  // namespace shareway::sharing
