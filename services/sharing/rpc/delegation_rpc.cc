// SPDX-License-Identifier: Apache-2.0
// The adapter of DelegationService.
#include "services/sharing/rpc/delegation_rpc.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "services/sharing/rpc/convert_scope.h"
#include "services/sharing/rpc/directory_view.h"

namespace shareway::sharing {
namespace {

static_assert(static_cast<int>(Delegation::Post::kReviewer) == v1::Delegation::REVIEWER);
static_assert(static_cast<int>(Delegation::State::kOver) == v1::Delegation::OVER);

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.DelegationService/", method);
}

v1::Delegation ToProto(const Stored<Delegation>& stored, absl::Time now) {
  const Delegation& d = stored.value;
  v1::Delegation out;
  out.set_name(d.name);
  out.set_agency(d.consumer);
  out.set_giver(d.giver);
  out.set_delegate(d.delegate);
  out.set_post(static_cast<v1::Delegation::Post>(d.post));
  out.set_start_date(DayToProto(d.start));
  out.set_end_date(DayToProto(d.end));
  out.set_reason(d.reason);
  out.set_state(static_cast<v1::Delegation::State>(d.At(now)));
  *out.mutable_create_time() = evidence::ToTimestamp(d.create_time);
  if (d.end_time) *out.mutable_end_time() = evidence::ToTimestamp(*d.end_time);
  out.set_ended_by(d.ended_by);
  if (stored.version != 0) out.set_etag(Desk::EtagOf(stored.version));
  return out;
}

}  // namespace

FindPerson PersonsOf(const rpc::DirectoryHolder* directory) {
  return [directory](absl::string_view name) -> std::optional<Actor> {
    const std::shared_ptr<const rpc::Directory> now = directory->Get();
    const std::string key(name);
    const catalog::v1::Person* person = now->person(key);
    if (person == nullptr || !now->Stands(key)) return std::nullopt;
    const auto has = [&](Role role) {
      return std::find(person->roles().begin(), person->roles().end(), static_cast<int>(role)) !=
             person->roles().end();
    };
    return Actor{.name = key,
                 .agency = person->agency(),
                 .applicant = has(APPLICANT),
                 .head = has(SHARING_HEAD),
                 .reviewer = has(PROVIDER_REVIEWER)};
  };
}

void DelegationRpc::Register(rpc::Server* server) {
  server->Unary<v1::GiveDelegationRequest, v1::Delegation>(
      Path("GiveDelegation"), [this](const rpc::Call& call, const v1::GiveDelegationRequest& r) {
        return Give(call, r);
      });
  server->Unary<v1::EndDelegationRequest, v1::Delegation>(
      Path("EndDelegation"), [this](const rpc::Call& call, const v1::EndDelegationRequest& r) {
        return End(call, r);
      });
  server->Unary<v1::ListDelegationsRequest, v1::ListDelegationsResponse>(
      Path("ListDelegations"), [this](const rpc::Call& call, const v1::ListDelegationsRequest& r) {
        return List(call, r);
      });
}

absl::StatusOr<v1::Delegation> DelegationRpc::Give(const rpc::Call& call,
                                                   const v1::GiveDelegationRequest& request) {
  const v1::Delegation& asked = request.delegation();
  Delegation delegation{.delegate = asked.delegate(), .reason = asked.reason()};
  if (asked.post() == v1::Delegation::HEAD) delegation.post = Delegation::Post::kHead;
  if (asked.post() == v1::Delegation::REVIEWER) delegation.post = Delegation::Post::kReviewer;
  SHAREWAY_ASSIGN_OR_RETURN(delegation.start,
                            DayFromProto(asked.start_date(), "delegation.start_date"));
  SHAREWAY_ASSIGN_OR_RETURN(delegation.end,
                            DayFromProto(asked.end_date(), "delegation.end_date"));
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Delegation> given,
                            delegations_->Give(ErrandOf(call, request.request_id()), delegation,
                                               request.validate_only()));
  return ToProto(given, desk_->Now());
}

absl::StatusOr<v1::Delegation> DelegationRpc::End(const rpc::Call& call,
                                                  const v1::EndDelegationRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Delegation> ended,
                            delegations_->End(ErrandOf(call, request.request_id()),
                                              request.name(), request.etag()));
  return ToProto(ended, desk_->Now());
}

absl::StatusOr<v1::ListDelegationsResponse> DelegationRpc::List(
    const rpc::Call& call, const v1::ListDelegationsRequest& request) const {
  v1::ListDelegationsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return delegations_->List(ActorOf(call), request.holding(), cursor, size);
      },
      [&](const Stored<Delegation>& delegation) {
        *response.add_delegations() = ToProto(delegation, desk_->Now());
      },
      &response));
  return response;
}

}  // namespace shareway::sharing
