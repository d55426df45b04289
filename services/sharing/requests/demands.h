// SPDX-License-Identifier: Apache-2.0
// The writes of demands: load, decide, store.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/sharing/cases.h"
#include "services/sharing/domain/demand.h"
#include "services/sharing/store/correction_codec.h"

namespace shareway::sharing {

// Demands for data that are not in the catalogue (M16 5(2); R25 20). Thread-safe. Errors: as Cases,
// and those of the transition (domain/demand.h).
class Demands {
 public:
  // `desk` must outlive it.
  explicit Demands(const Desk* desk) : desk_(desk), cases_(desk) {}

  // Reads the whole catalogue, as followed, for an entry that answers already: demands are rare.
  // With `validate_only` nothing is stored and the version is 0.
  absl::StatusOr<Stored<Demand>> Create(const Errand& errand, const DemandAsked& asked,
                                        bool validate_only) const;
  absl::StatusOr<Stored<Demand>> Route(const Errand& errand, absl::string_view name,
                                       absl::string_view etag, absl::string_view provider) const;
  absl::StatusOr<Stored<Demand>> Accept(const Errand& errand, absl::string_view name,
                                        absl::string_view etag, absl::string_view answer) const;
  absl::StatusOr<Stored<Demand>> Decline(const Errand& errand, absl::string_view name,
                                         absl::string_view etag, DeclineGround ground,
                                         absl::string_view reason,
                                         absl::string_view citation) const;
  absl::StatusOr<Stored<Demand>> Link(const Errand& errand, absl::string_view name,
                                      absl::string_view etag, absl::string_view resource) const;
  absl::StatusOr<Stored<Demand>> Withdraw(const Errand& errand, absl::string_view name,
                                          absl::string_view etag) const;

  absl::StatusOr<Stored<Demand>> Get(const Actor& actor, absl::string_view name) const {
    return cases_.Get(actor, name);
  }
  const Cases<Demand>& cases() const { return cases_; }

 private:
  absl::StatusOr<Stored<Demand>> Write(const Errand& errand, absl::string_view name,
                                       absl::string_view etag, Cases<Demand>::Step step) const;
  absl::Status CheckNotCatalogued(const DemandAsked& asked, const StatuteText& text) const;

  const Desk* const desk_;
  const Cases<Demand> cases_;
};

}  // namespace shareway::sharing
