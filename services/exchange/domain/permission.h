// SPDX-License-Identifier: Apache-2.0
// The one rule of what may leave: a grant, a call, and an instant.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/reason.h"
#include "libs/filter/row_filter.h"
#include "services/exchange/domain/demand.h"
#include "services/exchange/domain/grant.h"
#include "services/exchange/domain/mask.h"
#include "services/exchange/domain/resource_table.h"

namespace shareway::exchange {

// What a call wants of a grant.
struct Wanted {
  std::string consumer = {};  // agencies/{a} that asks
  Method method = Method::kUnspecified;
  Purpose purpose = 0;
  bool names_case = false;
  std::vector<std::string> items = {};  // empty: all that the grant has
  filter::RowFilter where = {};
  std::vector<std::string> compared = {};  // with values besides `where`: arguments of an operation
};

// The items whose values a call compares with its own: by conditions or arguments.
std::vector<std::string> ComparedBy(const Wanted& wanted);

// The items and conditions that `demand` wants, as far as it says them itself.
Wanted WantedOf(const Demand& demand);

// What may be read and sent.
struct Permission {
  std::vector<std::string> items = {};  // in the order asked for
  filter::RowFilter where = {};         // the call's conditions and the grant's
  std::vector<MaskKind> masks = {};     // one for each of `items`

  friend bool operator==(const Permission&, const Permission&) = default;
};

// Whether `grant` permits `wanted` at `now`: OK, or as Permit. Allocates nothing where it says OK.
absl::Status Decide(const Grant& grant, const Wanted& wanted, absl::Time now);

// What `grant` permits of `wanted` at `now`. PERMISSION_DENIED otherwise, with
//   GRANT_UNKNOWN         it is another consumer's (alike for what is not there)
//   GRANT_REVOKED, GRANT_SUSPENDED, GRANT_EXPIRED
//   NOT_SUPPORTED         it has conditions that this version does not know
//   HELD                  its decision is by none of the keys that this node pinned
//   PURPOSE_NOT_GRANTED, METHOD_NOT_GRANTED, CASE_REQUIRED
//   ITEM_NOT_GRANTED      an item, or one that is compared with a value, is not in the grant; or
//                         it is compared and is masked
//   ROW_NOT_GRANTED       no row can meet the call's conditions and the grant's
absl::StatusOr<Permission> Permit(const Grant& grant, const Wanted& wanted, absl::Time now);

// Gives masked items the masks of their entry, instead of kAll.
void SetMasks(const Resource& resource, Permission* permission);

// The purpose that a call states: its own, or the only one of the grant.
Purpose StatedPurpose(const Grant& grant, Purpose stated);

// The one answer about a grant that is not there or not the caller's.
absl::Status GrantUnknown(absl::string_view grant);

// The code under which a refusal is told to the caller of the consumer's node:
// UNAVAILABLE where trying again can help, INVALID_ARGUMENT for a query that no
// grant would allow, PERMISSION_DENIED otherwise.
absl::StatusCode CodeOf(Reason reason);

}  // namespace shareway::exchange
