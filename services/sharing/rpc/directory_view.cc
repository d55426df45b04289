// SPDX-License-Identifier: Apache-2.0
// The directory and the caller in the words of this service.
#include "services/sharing/rpc/directory_view.h"

#include <algorithm>

namespace shareway::sharing {

static_assert(static_cast<int>(Level::kTownship) == catalog::v1::TOWNSHIP);

namespace {

Authority FromProto(const catalog::v1::Authority& authority) {
  return {.name = authority.name(),
          .agency = authority.agency(),
          .government = authority.own_government(),
          .profile = authority.profile(),
          .level = static_cast<Level>(authority.level()),
          .division = authority.division(),
          .superior = authority.superior()};
}

}  // namespace

FindAgency AgenciesOf(const rpc::DirectoryHolder* directory) {
  return [directory](absl::string_view name) -> std::optional<Agency> {
    const std::shared_ptr<const rpc::Directory> now = directory->Get();
    const catalog::v1::Agency* agency = now->agency(name);
    if (agency == nullptr) return std::nullopt;
    Agency found{.name = agency->name(),
                 .level = static_cast<Level>(agency->level()),
                 .vertical = agency->vertical(),
                 .active = agency->standing() == catalog::v1::ACTIVE,
                 .authority = {},
                 .division = agency->division(),
                 .clearance = std::max<int>(1, static_cast<int>(agency->clearance()))};
    if (const catalog::v1::Authority* authority = now->authority(agency->authority())) {
      found.authority = FromProto(*authority);
    }
    return found;
  };
}

FindAuthority AuthoritiesOf(const rpc::DirectoryHolder* directory) {
  return [directory](absl::string_view name) -> std::optional<Authority> {
    const std::shared_ptr<const rpc::Directory> now = directory->Get();
    const catalog::v1::Authority* authority = now->authority(name);
    if (authority == nullptr) return std::nullopt;
    return FromProto(*authority);
  };
}

std::function<std::string(absl::string_view agency)> TitlesOf(
    const rpc::DirectoryHolder* directory) {
  return [directory](absl::string_view name) -> std::string {
    const std::shared_ptr<const rpc::Directory> now = directory->Get();
    const catalog::v1::Agency* agency = now->agency(name);
    return agency == nullptr ? "" : agency->display_name();
  };
}

Actor ActorOf(const rpc::Caller& caller) {
  return Actor{.name = caller.name(),
               .agency = caller.agency,
               .applicant = caller.has(APPLICANT),
               .head = caller.has(SHARING_HEAD),
               .reviewer = caller.has(PROVIDER_REVIEWER),
               .officer = caller.has(SHARING_AUTHORITY),
               .recorder = caller.has(RECORDING_OFFICER),
               .clerk = caller.has(CLERK),
               .steward = caller.has(DATA_STEWARD)};
}

Errand ErrandOf(const rpc::Call& call, const std::string& request_id) {
  Errand errand{.actor = ActorOf(call),
                .once = {.caller = call.caller().name(),
                         .method = call.method(),
                         .request_id = request_id,
                         .body = call.request_bytes()},
                .act = {},
                .traceparent = call.traceparent()};
  if (call.act() != nullptr) errand.act = *call.act();
  return errand;
}

}  // namespace shareway::sharing
