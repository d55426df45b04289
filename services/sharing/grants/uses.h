// SPDX-License-Identifier: Apache-2.0
// The writes of use records, their inspections, and offline deliveries.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/sharing/cases.h"
#include "services/sharing/desk.h"
#include "services/sharing/domain/use_record.h"
#include "services/sharing/store/grant_life_codec.h"

namespace shareway::sharing {

inline constexpr int kInspectAtOnce = 200;

// An inspection, and what it showed.
struct Inspected {
  UseInspection inspection = {};
  std::vector<UseRecord> uses = {};  // newest first
};

// What is entered about the use of a grant (R25 22, 29). Each entry is written once; with
// `validate_only` none is, and its version is 0. Thread-safe.
// Errors: as Cases; those of the rules are in domain/use_record.h.
class Uses {
 public:
  // `desk` must outlive it.
  explicit Uses(const Desk* desk)
      : desk_(desk), uses_(desk), inspections_(desk), deliveries_(desk) {}

  // `facts` without name, parties and times.
  absl::StatusOr<Stored<UseRecord>> Report(const Errand& errand, absl::string_view grant,
                                           const UseRecord& facts, bool validate_only = false);
  // The newest kInspectAtOnce records of the grant that were made before `before`. The inspection
  // is durable before anybody sees them. A repeated request id answers the inspection with the
  // records as they were then.
  absl::StatusOr<Inspected> Inspect(const Errand& errand, absl::string_view grant,
                                    absl::string_view reason, absl::Time before);
  absl::StatusOr<Stored<OfflineDelivery>> RecordDelivery(const Errand& errand,
                                                         absl::string_view grant,
                                                         const OfflineDelivery& facts,
                                                         bool validate_only = false);

  // Of one grant, or of all (`grant` empty) in the actor's lists, newest first.
  absl::StatusOr<Page<UseRecord>> ListUses(const Actor& actor, absl::string_view grant,
                                           absl::string_view cursor, int limit) const;
  absl::StatusOr<Page<UseInspection>> ListInspections(const Actor& actor, absl::string_view grant,
                                                      absl::string_view cursor, int limit) const;
  absl::StatusOr<Page<OfflineDelivery>> ListDeliveries(const Actor& actor, absl::string_view grant,
                                                       absl::string_view cursor, int limit) const;

 private:
  // The grant, if the actor may see it, and what its rules need.
  struct Case {
    Stored<Grant> grant;
    Parties parties = {};
    StatuteText text = {};
  };
  absl::StatusOr<Case> Load(const Actor& actor, absl::string_view grant) const;
  absl::StatusOr<std::vector<UseRecord>> Records(absl::string_view grant, absl::Time before) const;
  template <typename T>
  absl::StatusOr<Page<T>> List(const Cases<T>& cases, const Actor& actor, absl::string_view grant,
                               absl::string_view cursor, int limit) const;

  const Desk* const desk_;
  const Cases<UseRecord> uses_;
  const Cases<UseInspection> inspections_;
  const Cases<OfflineDelivery> deliveries_;
};

}  // namespace shareway::sharing
