// SPDX-License-Identifier: Apache-2.0
// Between the messages of sharing.v1 and the values of the domain.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "services/sharing/desk.h"
#include "services/sharing/rpc/convert_request.h"
#include "services/sharing/rpc/convert_scope.h"
#include "services/sharing/store/sharing_store.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "shareway/sharing/v1/grant.pb.h"
#include "shareway/sharing/v1/request.pb.h"
#include "shareway/sharing/v1/supervision.pb.h"

namespace shareway::sharing {

// INVALID_ARGUMENT naming what does not read.
absl::StatusOr<Grant::Claim> FromProto(const v1::ClaimGrantRequest& request);

// A revision that the catalogue published, suspended or withdrew.
Resource FromProto(const catalog::v1::CatalogChange& change);

v1::Grant ToProto(const Grant& grant, uint64_t epoch);
v1::StandingConsent ToProto(const Consent& consent);
v1::Notice ToProto(const Notice& notice);
v1::Clock ToProto(const ClockRow& row, const Desk& desk);

}  // namespace shareway::sharing
