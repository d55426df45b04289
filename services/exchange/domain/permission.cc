// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/permission.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::exchange {
namespace {

template <typename T>
bool Has(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

Error Refused(Reason reason, const Grant& grant, absl::string_view message) {
  return Error(reason, absl::StatusCode::kPermissionDenied, absl::StrCat(grant.name, ": ", message))
      .With("grant", grant.name);
}

absl::Status CheckInForce(const Grant& grant, absl::Time now) {
  if (grant.state == Grant::State::kSuspended) {
    return Refused(Reason::kGrantSuspended, grant, "is suspended");
  }
  if (grant.state != Grant::State::kActive) {  // a state of a later version allows nothing
    return Refused(Reason::kGrantRevoked, grant, "is revoked");
  }
  if (now < grant.start_time || now >= grant.end_time) {
    return Refused(
        Reason::kGrantExpired, grant,
        absl::StrCat("holds from ", absl::FormatTime(grant.start_time), " to ",
                     absl::FormatTime(grant.end_time), ", it is ", absl::FormatTime(now)));
  }
  if (grant.limited) {
    return Refused(Reason::kNotSupported, grant,
                   "sets a quota or masks, which this node cannot enforce");
  }
  if (!grant.pinned_decision) {
    return Refused(Reason::kHeld, grant, "its decision is by no key that this node pinned");
  }
  return absl::OkStatus();
}

absl::Status ItemRefused(const Grant& grant, absl::string_view item) {
  return Refused(Reason::kItemNotGranted, grant, absl::StrCat("item ", item, " is not granted"))
      .With("item", item);
}

}  // namespace

absl::Status GrantUnknown(absl::string_view grant) {
  return Error(Reason::kGrantUnknown, absl::StatusCode::kPermissionDenied,
               absl::StrCat(grant, " is no grant of the caller at this node"))
      .With("grant", grant);
}

Purpose StatedPurpose(const Grant& grant, Purpose stated) {
  return stated == 0 && grant.purposes.size() == 1 ? grant.purposes[0] : stated;
}

absl::StatusOr<Permission> Permit(const Grant& grant, const Wanted& wanted, absl::Time now) {
  if (grant.consumer != wanted.consumer) return GrantUnknown(grant.name);
  SHAREWAY_RETURN_IF_ERROR(CheckInForce(grant, now));
  if (!Has(grant.methods, wanted.method)) {
    return Refused(Reason::kMethodNotGranted, grant, "does not allow this way of sharing");
  }
  if (wanted.purpose == 0 || !Has(grant.purposes, wanted.purpose)) {
    return Refused(Reason::kPurposeNotGranted, grant,
                   wanted.purpose == 0 ? "has several purposes and none was stated"
                                       : "does not allow the purpose");
  }
  if (grant.case_required && !wanted.names_case) {
    return Refused(Reason::kCaseRequired, grant, "asks for a case number");
  }
  for (const std::string& item : wanted.items) {
    if (!Has(grant.items, item)) return ItemRefused(grant, item);
  }
  // A condition on a withheld item would tell its value, one guess a call.
  for (const filter::Condition& condition : wanted.where.conditions) {
    if (!Has(grant.items, condition.item)) return ItemRefused(grant, condition.item);
  }
  Permission permission;
  permission.items = wanted.items.empty() ? grant.items : wanted.items;
  permission.where = filter::And(wanted.where, grant.rows);
  if (filter::Contradicts(permission.where)) {
    return Refused(Reason::kRowNotGranted, grant,
                   absl::StrCat("allows ", filter::ToString(grant.rows)));
  }
  return permission;
}

absl::StatusCode CodeOf(Reason reason) {
  switch (reason) {
    case Reason::kLeaseStale:
    case Reason::kEvidenceUnavailable:
    case Reason::kPeerUnreachable:
    case Reason::kNotReady:
    case Reason::kDraining:
    case Reason::kOverloaded:
    case Reason::kRolledBack:
    case Reason::kGrantOutdated:
    case Reason::kUnspecified:  // a fault, not a rule
      return absl::StatusCode::kUnavailable;
    case Reason::kFieldInvalid:
      return absl::StatusCode::kInvalidArgument;
    case Reason::kDatasetMissing:
    case Reason::kAttemptsExhausted:
      return absl::StatusCode::kFailedPrecondition;
    case Reason::kQueryChanged:
      return absl::StatusCode::kInvalidArgument;
    default:
      return absl::StatusCode::kPermissionDenied;
  }
}

}  // namespace shareway::exchange
