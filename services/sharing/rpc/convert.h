// SPDX-License-Identifier: Apache-2.0
// Between the messages of sharing.v1 and the values of the domain.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/sharing/desk.h"
#include "services/sharing/store/sharing_store.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "shareway/sharing/v1/dispute.pb.h"
#include "shareway/sharing/v1/grant.pb.h"
#include "shareway/sharing/v1/request.pb.h"
#include "shareway/sharing/v1/supervision.pb.h"

namespace shareway::sharing {

// INVALID_ARGUMENT naming `field` unless `text` is CCYY-MM-DD and such a day exists.
absl::StatusOr<absl::CivilDay> DayFromProto(const std::string& text, absl::string_view field);
std::string DayToProto(absl::CivilDay day);

// Each of these answers INVALID_ARGUMENT naming what does not read under `field`.
absl::StatusOr<Scope> FromProto(const v1::Scope& scope, absl::string_view field);
absl::StatusOr<Decision> FromProto(const v1::Decision& decision);
absl::StatusOr<Grant::Claim> FromProto(const v1::ClaimGrantRequest& request);

// A revision that the catalogue published, suspended or withdrew.
Resource FromProto(const catalog::v1::CatalogChange& change);

// Who reads: the answer holds what this person may see, and may do next.
v1::SharingRequest ToProto(const Stored<Request>& request, const Actor& actor, const Desk& desk);
v1::Grant ToProto(const Grant& grant, uint64_t epoch);
v1::StandingConsent ToProto(const Consent& consent);
v1::Dispute ToProto(const Stored<Dispute>& dispute);
v1::Notice ToProto(const Notice& notice);
v1::Clock ToProto(const ClockRow& row, const Desk& desk);

}  // namespace shareway::sharing
