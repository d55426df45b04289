// SPDX-License-Identifier: Apache-2.0
// The writes of security incidents and drills: load, decide, store.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "services/sharing/cases.h"
#include "services/sharing/store/supervision_codec.h"

namespace shareway::sharing {

// Incidents and drills (R25 35). Thread-safe. Errors: as Cases.
class Incidents {
 public:
  // `desk` must outlive it.
  explicit Incidents(const Desk* desk) : desk_(desk), incidents_(desk), drills_(desk) {}

  // `facts`: severity, title, text, happen_time, grants. NOT_VISIBLE for a grant that the actor's
  // agency has no part in. An event for each grant says that its evidence is held for the case;
  // Close says that it is released: meanwhile the log deletes none of its records
  // (services/audit). Nothing that this service keeps of a grant is ever deleted. It suspends no
  // grant: GrantService.SuspendGrant does.
  absl::StatusOr<Stored<Incident>> Report(const Errand& errand, const Incident& facts) const;
  absl::StatusOr<Stored<Incident>> AddMeasure(const Errand& errand, absl::string_view name,
                                              absl::string_view etag,
                                              absl::string_view text) const;
  absl::StatusOr<Stored<Incident>> NotifyBody(const Errand& errand, absl::string_view name,
                                              absl::string_view etag, absl::string_view body,
                                              absl::string_view document_number) const;
  absl::StatusOr<Stored<Incident>> Close(const Errand& errand, absl::string_view name,
                                         absl::string_view etag,
                                         absl::string_view conclusion) const;
  absl::StatusOr<Stored<Incident>> Get(const Actor& actor, absl::string_view name) const {
    return incidents_.Get(actor, name);
  }
  absl::StatusOr<Page<Incident>> List(const Actor& actor, absl::string_view cursor, int limit,
                                      absl::FunctionRef<bool(const Incident&)> want) const;

  // `facts`: title, date, scenario, result.
  absl::StatusOr<Stored<Drill>> RecordDrill(const Errand& errand, const Drill& facts) const;
  absl::StatusOr<Page<Drill>> ListDrills(const Actor& actor, absl::string_view cursor,
                                         int limit) const;

 private:
  const Desk* const desk_;
  const Cases<Incident> incidents_;
  const Cases<Drill> drills_;
};

}  // namespace shareway::sharing
