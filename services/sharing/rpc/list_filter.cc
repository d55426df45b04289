// SPDX-License-Identifier: Apache-2.0
#include "services/sharing/rpc/list_filter.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"

namespace shareway::sharing {

absl::Status CheckFilter(const std::string& resource, v1::Side side) {
  if (!resource.empty() && !HasForm("resources/{r}", resource)) {
    return Error::Field("resource", "want resources/{r}");
  }
  if (!v1::Side_IsValid(side)) {
    return Error::Field("side", absl::StrCat("is ", static_cast<int>(side), ", which is no side"));
  }
  return absl::OkStatus();
}

bool OnSide(v1::Side side, const Actor& actor, absl::string_view consumer,
            absl::string_view provider) {
  switch (side) {
    case v1::AS_CONSUMER: return consumer == actor.agency;
    case v1::AS_PROVIDER: return provider == actor.agency;
    default: return true;
  }
}

}  // namespace shareway::sharing
