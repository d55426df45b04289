// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/permission.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::exchange {
namespace {

constexpr int kPendingTerms = 8;  // shareway.sharing.v1.Grant.PENDING_TERMS

template <typename One, typename T>
bool Has(const std::vector<T>& all, const One& one) {
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
  if (static_cast<int>(grant.state) == kPendingTerms) {
    return Refused(Reason::kTermsNotAccepted, grant, "waits for the consumer's head");
  }
  if (grant.state != Grant::State::kActive) {  // any other state, those of later versions too
    const bool over = grant.state != Grant::State::kRevoked && now >= grant.end_time;
    if (over) return Refused(Reason::kGrantExpired, grant, "is over");
    return Refused(Reason::kGrantRevoked, grant,
                   grant.state == Grant::State::kRevoked ? "is revoked" : "is not in force");
  }
  if (now < grant.start_time || now >= grant.end_time) {
    return Refused(
        Reason::kGrantExpired, grant,
        absl::StrCat("holds from ", absl::FormatTime(grant.start_time), " to ",
                     absl::FormatTime(grant.end_time), ", it is ", absl::FormatTime(now)));
  }
  if (grant.limited) {
    return Refused(Reason::kNotSupported, grant, "has conditions that this node does not know");
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

// Comparing a masked value would tell it, one guess a call; so would one that is withheld.
absl::Status CheckCompared(const Grant& grant, absl::string_view item) {
  if (!Has(grant.items, item)) return ItemRefused(grant, item);
  if (!Has(grant.masked_items, item)) return absl::OkStatus();
  return Refused(Reason::kItemNotGranted, grant,
                 absl::StrCat("item ", item, " is granted masked, and is not compared"))
      .With("item", item);
}

}  // namespace

std::vector<std::string> ComparedBy(const Wanted& wanted) {
  std::vector<std::string> items = wanted.compared;
  items.reserve(items.size() + wanted.where.conditions.size());
  for (const filter::Condition& condition : wanted.where.conditions) {
    items.push_back(condition.item);
  }
  return items;
}

Wanted WantedOf(const Demand& demand) {
  Wanted wanted;
  if (const Query* query = std::get_if<Query>(&demand)) {
    wanted.items = query->items;
    wanted.where = query->where;
  } else if (const Verification* verification = std::get_if<Verification>(&demand)) {
    for (const Verification::Claim& claim : verification->claims) {
      wanted.items.push_back(claim.item);
    }
    wanted.where.conditions = verification->key;
  } else {
    wanted.items = std::get<Invocation>(demand).items;
  }
  return wanted;
}

void SetMasks(const Resource& resource, Permission* permission) {
  for (size_t i = 0; i < permission->items.size(); ++i) {
    if (permission->masks[i] == MaskKind::kNone) continue;
    for (const Resource::Item& item : resource.items) {
      if (item.id == permission->items[i]) permission->masks[i] = item.mask;
    }
  }
}

absl::Status GrantUnknown(absl::string_view grant) {
  return Error(Reason::kGrantUnknown, absl::StatusCode::kPermissionDenied,
               absl::StrCat(grant, " is no grant of the caller at this node"))
      .With("grant", grant);
}

Purpose StatedPurpose(const Grant& grant, Purpose stated) {
  return stated == 0 && grant.purposes.size() == 1 ? grant.purposes[0] : stated;
}

absl::Status Decide(const Grant& grant, const Wanted& wanted, absl::Time now) {
  if (grant.terms.Permit(wanted, now)) return absl::OkStatus();
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
    if (wanted.method == Method::kVerify) {
      SHAREWAY_RETURN_IF_ERROR(CheckCompared(grant, item));
    }
  }
  for (const filter::Condition& condition : wanted.where.conditions) {
    SHAREWAY_RETURN_IF_ERROR(CheckCompared(grant, condition.item));
  }
  for (const std::string& item : wanted.compared) {
    SHAREWAY_RETURN_IF_ERROR(CheckCompared(grant, item));
  }
  if (filter::Contradict(wanted.where, grant.rows)) {
    return Refused(Reason::kRowNotGranted, grant,
                   absl::StrCat("allows ", filter::ToString(grant.rows)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Permission> Permit(const Grant& grant, const Wanted& wanted, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Decide(grant, wanted, now));
  Permission permission;
  permission.items = wanted.items.empty() ? grant.items : wanted.items;
  permission.masks.reserve(permission.items.size());
  for (const std::string& item : permission.items) {
    permission.masks.push_back(Has(grant.masked_items, item) ? MaskKind::kAll : MaskKind::kNone);
  }
  permission.where = filter::And(wanted.where, grant.rows);
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
    case Reason::kBackendFailed:
    case Reason::kReceiptPending:
    case Reason::kUnspecified:  // a fault, not a rule
      return absl::StatusCode::kUnavailable;
    case Reason::kQuotaExhausted:
    case Reason::kMismatchesExhausted:
    case Reason::kRateLimited:
      return absl::StatusCode::kResourceExhausted;
    case Reason::kQuarantined:
      return absl::StatusCode::kDataLoss;
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
