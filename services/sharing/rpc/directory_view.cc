// SPDX-License-Identifier: Apache-2.0
// The directory and the caller in the words of this service.
#include "services/sharing/rpc/directory_view.h"

namespace shareway::sharing {

static_assert(static_cast<int>(Level::kTownship) == catalog::v1::TOWNSHIP);

FindAgency AgenciesOf(const rpc::DirectoryHolder* directory) {
  return [directory](absl::string_view name) -> std::optional<Agency> {
    const std::shared_ptr<const rpc::Directory> now = directory->Get();
    const catalog::v1::Agency* agency = now->agency(name);
    if (agency == nullptr) return std::nullopt;
    Agency found{.name = agency->name(),
                 .level = static_cast<Level>(agency->level()),
                 .vertical = agency->vertical(),
                 .active = agency->standing() == catalog::v1::ACTIVE,
                 .authority = {}};
    if (const catalog::v1::Authority* authority = now->authority(agency->authority())) {
      found.authority = {.name = authority->name(),
                         .agency = authority->agency(),
                         .government = authority->own_government(),
                         .profile = authority->profile(),
                         .level = static_cast<Level>(authority->level())};
    }
    return found;
  };
}

Actor ActorOf(const rpc::Call& call) {
  const rpc::Caller& caller = call.caller();
  return Actor{.name = caller.name(),
               .agency = caller.agency,
               .applicant = caller.has(APPLICANT),
               .head = caller.has(SHARING_HEAD),
               .reviewer = caller.has(PROVIDER_REVIEWER),
               .officer = caller.has(SHARING_AUTHORITY),
               .recorder = caller.has(RECORDING_OFFICER)};
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
