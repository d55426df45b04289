// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/rpc/sharing_use.h"

#include <string>

#include "absl/time/time.h"
#include "libs/base/status.h"
#include "shareway/sharing/v1/resource_use.pb.h"

namespace shareway::catalog {
namespace {

constexpr char kMethod[] = "/shareway.sharing.v1.GrantService/GetResourceUse";
constexpr absl::Duration kPatience = absl::Seconds(5);

absl::StatusOr<ResourceUse::Change> ChangeFrom(const sharing::v1::ResourceUse::Change& change) {
  ResourceUse::Change out = {.name = change.name(),
                             .kind = static_cast<ResourceUse::Change::Kind>(change.kind()),
                             .state = static_cast<ResourceUse::Change::State>(change.state()),
                             .consulted = {change.consulted().begin(), change.consulted().end()}};
  if (!absl::ParseCivilTime(change.effect_date(), &out.effect)) {
    return absl::DataLossError("sharing told a change of service without a day");
  }
  return out;
}

}  // namespace

absl::StatusOr<ResourceUse> SharingUse::Of(absl::string_view resource,
                                           absl::string_view service_change) const {
  sharing::v1::GetResourceUseRequest request;
  request.set_resource(std::string(resource));
  request.set_service_change(std::string(service_change));
  SHAREWAY_ASSIGN_OR_RETURN(
      const sharing::v1::ResourceUse told,
      sharing_->Unary<sharing::v1::ResourceUse>(kMethod, request, {.timeout = kPatience}));
  if (told.resource() != resource) return absl::DataLossError("sharing told of another entry");
  ResourceUse use = {.consumers = {told.consumers().begin(), told.consumers().end()},
                     .consumer_count = told.consumer_count()};
  for (const sharing::v1::ResourceUse::Change& change : told.changes()) {
    SHAREWAY_ASSIGN_OR_RETURN(ResourceUse::Change known, ChangeFrom(change));
    use.changes.push_back(std::move(known));
  }
  if (told.has_asked()) {
    SHAREWAY_ASSIGN_OR_RETURN(use.asked, ChangeFrom(told.asked()));
  }
  return use;
}

}  // namespace shareway::catalog
