// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/codes.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::catalog {

absl::StatusOr<Categories::Space> Codes::SpaceFor(absl::string_view agency,
                                                  absl::string_view category) const {
  if (parts_.categories->empty()) {
    return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                 "the installation has no tree of categories, so it gives no codes out");
  }
  const std::shared_ptr<const Register> all = parts_.directory();
  const Agency* known = all->Find<Agency>(agency);
  if (known == nullptr) return Error::NotVisible(agency);
  return parts_.categories->SpaceFor(category, *known);
}

absl::StatusOr<v1::GeneratedCode> Codes::Generate(const Cause& cause, absl::string_view category) {
  SHAREWAY_ASSIGN_OR_RETURN(const Categories::Space space,
                            SpaceFor(cause.caller.agency, category));
  std::vector<std::string> agencies = {cause.caller.agency};
  const std::shared_ptr<const Register> all = parts_.directory();
  const Agency* agency = all->Find<Agency>(cause.caller.agency);
  const Authority* authority =
      agency == nullptr ? nullptr : all->Find<Authority>(agency->authority);
  if (authority != nullptr && !authority->agency.empty() && authority->agency != agency->name) {
    agencies.push_back(authority->agency);
  }
  return parts_.store->Take(space, category, agencies, cause, parts_.clock->Now());
}

absl::StatusOr<std::string> Codes::Peek(absl::string_view agency,
                                        absl::string_view category) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Categories::Space space, SpaceFor(agency, category));
  return parts_.store->Peek(space);
}

}  // namespace shareway::catalog
