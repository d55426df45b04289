// SPDX-License-Identifier: Apache-2.0
// The adapter of GrantService.
#include "services/sharing/rpc/grant_rpc.h"

#include <algorithm>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/evidence/record.h"
#include "libs/statute/calendar.h"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/rpc/convert_scope.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/rpc/grant_stream.h"
#include "services/sharing/rpc/list_filter.h"

namespace shareway::sharing {
namespace {

constexpr uint32_t kMaxWaitMs = 10000;
constexpr size_t kMaxNonce = 16;

static_assert(static_cast<int>(SuspendGround::kDataFault) == v1::DATA_FAULT);
static_assert(static_cast<int>(RevokeGround::kConsumerEnded) == v1::CONSUMER_ENDED);
static_assert(static_cast<int>(EndGround::kNoLongerNeeded) == v1::NO_LONGER_NEEDED);

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.GrantService/", method);
}

template <typename E>
E Ground(int number, E last) {
  const bool known = number >= 0 && number <= static_cast<int>(last);
  return known ? static_cast<E>(number) : E::kUnspecified;
}

}  // namespace

void GrantRpc::Register(rpc::Server* server) {
  RegisterLife(server);
  server->Unary<v1::ClaimGrantRequest, v1::Grant>(
      Path("ClaimGrant"),
      [this](const rpc::Call& call, const v1::ClaimGrantRequest& r) { return Claim(call, r); });
  server->Unary<v1::GiveStandingConsentRequest, v1::StandingConsent>(
      Path("GiveStandingConsent"),
      [this](const rpc::Call& call,
             const v1::GiveStandingConsentRequest& r) -> absl::StatusOr<v1::StandingConsent> {
        SHAREWAY_ASSIGN_OR_RETURN(
            Stored<Consent> consent,
            grants_->GiveConsent(ErrandOf(call, r.request_id()), r.resource()));
        transitions_->Add("consent", "GIVEN");
        return ToProto(consent.value);
      });
  server->Unary<v1::WithdrawStandingConsentRequest, v1::StandingConsent>(
      Path("WithdrawStandingConsent"),
      [this](const rpc::Call& call,
             const v1::WithdrawStandingConsentRequest& r) -> absl::StatusOr<v1::StandingConsent> {
        SHAREWAY_ASSIGN_OR_RETURN(
            Stored<Consent> consent,
            grants_->WithdrawConsent(ErrandOf(call, r.request_id()), r.name()));
        transitions_->Add("consent", "WITHDRAWN");
        return ToProto(consent.value);
      });
  server->Unary<v1::GetGrantRequest, v1::Grant>(
      Path("GetGrant"),
      [this](const rpc::Call& call, const v1::GetGrantRequest& r) -> absl::StatusOr<v1::Grant> {
        SHAREWAY_ASSIGN_OR_RETURN(Stored<Grant> grant, grants_->Get(ActorOf(call), r.name()));
        return Shown(call, grant.value);
      });
  server->Unary<v1::ListGrantsRequest, v1::ListGrantsResponse>(
      Path("ListGrants"),
      [this](const rpc::Call& call, const v1::ListGrantsRequest& r) { return List(call, r); });
  server->Unary<v1::SuspendGrantRequest, v1::Grant>(
      Path("SuspendGrant"), [this](const rpc::Call& call, const v1::SuspendGrantRequest& r) {
        return Written(call, grants_->Suspend(ErrandOf(call, r.request_id()), r.name(),
                                              Ground(r.ground(), SuspendGround::kDataFault),
                                              r.reason()));
      });
  server->Unary<v1::ResumeGrantRequest, v1::Grant>(
      Path("ResumeGrant"), [this](const rpc::Call& call, const v1::ResumeGrantRequest& r) {
        return Written(call,
                       grants_->Resume(ErrandOf(call, r.request_id()), r.name(), r.reason()));
      });
  server->Unary<v1::RevokeGrantRequest, v1::RevokeGrantResponse>(
      Path("RevokeGrant"),
      [this](const rpc::Call& call, const v1::RevokeGrantRequest& r) { return Revoke(call, r); });
  server->ServerStream<v1::WatchGrantsRequest, v1::GrantChange>(
      Path("WatchGrants"), [this](const rpc::Call& call, const v1::WatchGrantsRequest& r,
                                  rpc::Writer<v1::GrantChange>& writer) {
        return Watch(call, r, writer);
      });
  server->Unary<catalog::v1::RenewLeaseRequest, catalog::v1::RenewLeaseResponse>(
      Path("RenewLease"), [this](const rpc::Call& call, const catalog::v1::RenewLeaseRequest& r) {
        return Renew(call, r);
      });
}

v1::Grant GrantRpc::Shown(const rpc::Call& call, const Grant& grant) const {
  const Grant::Fields& f = grant.fields();
  v1::Grant out = ToProto(grant, desk_->store().epoch());
  for (std::string& action : Allowed(GrantTable(), static_cast<int>(f.state), ActorOf(call),
                                     desk_->PartiesOf(f.consumer, f.provider))) {
    out.add_available_actions(std::move(action));
  }
  return out;
}

absl::StatusOr<v1::Grant> GrantRpc::Written(const rpc::Call& call,
                                            absl::StatusOr<Stored<Grant>> result) const {
  SHAREWAY_RETURN_IF_ERROR(result.status());
  transitions_->Add("grant", Grant::StateName(result->value.fields().state));
  return Shown(call, result->value);
}

void GrantRpc::RegisterLife(rpc::Server* server) {
  server->Unary<v1::SuspendConsumerRequest, v1::SuspendConsumerResponse>(
      Path("SuspendConsumer"),
      [this](const rpc::Call& call, const v1::SuspendConsumerRequest& r)
          -> absl::StatusOr<v1::SuspendConsumerResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(
            const int suspended,
            grants_->SuspendConsumer(ErrandOf(call, r.request_id()), r.consumer(),
                                     Ground(r.ground(), SuspendGround::kDataFault), r.reason()));
        transitions_->Add("consumer", "SUSPENDED");
        v1::SuspendConsumerResponse response;
        response.set_suspended(static_cast<uint32_t>(suspended));
        return response;
      });
  server->Unary<v1::AcceptTermsRequest, v1::Grant>(
      Path("AcceptTerms"), [this](const rpc::Call& call, const v1::AcceptTermsRequest& r) {
        return Written(call, grants_->AcceptTerms(ErrandOf(call, r.request_id()), r.name()));
      });
  server->Unary<v1::AskRenewalRequest, v1::Grant>(
      Path("AskRenewal"),
      [this](const rpc::Call& call, const v1::AskRenewalRequest& r) -> absl::StatusOr<v1::Grant> {
        SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay end,
                                  DayFromProto(r.end_date(), "end_date"));
        return Written(call, grants_->AskRenewal(ErrandOf(call, r.request_id()), r.name(), end,
                                                 r.reason()));
      });
  server->Unary<v1::RenewGrantRequest, v1::Grant>(
      Path("RenewGrant"),
      [this](const rpc::Call& call, const v1::RenewGrantRequest& r) -> absl::StatusOr<v1::Grant> {
        SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay end,
                                  DayFromProto(r.end_date(), "end_date"));
        return Written(call, grants_->Renew(ErrandOf(call, r.request_id()), r.name(), end));
      });
  server->Unary<v1::DeclineRenewalRequest, v1::Grant>(
      Path("DeclineRenewal"), [this](const rpc::Call& call, const v1::DeclineRenewalRequest& r) {
        return Written(call, grants_->DeclineRenewal(ErrandOf(call, r.request_id()), r.name(),
                                                     r.reason()));
      });
  server->Unary<v1::EndGrantRequest, v1::Grant>(
      Path("EndGrant"), [this](const rpc::Call& call, const v1::EndGrantRequest& r) {
        return Written(call, grants_->End(ErrandOf(call, r.request_id()), r.name(),
                                          Ground(r.ground(), EndGround::kNoLongerNeeded),
                                          r.reason()));
      });
}

absl::StatusOr<v1::Grant> GrantRpc::Claim(const rpc::Call& call,
                                          const v1::ClaimGrantRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(Grant::Claim claim, FromProto(request));
  return Written(call,
                 grants_->Claim(ErrandOf(call, request.request_id()), request.resource(), claim));
}

absl::StatusOr<v1::RevokeGrantResponse> GrantRpc::Revoke(const rpc::Call& call,
                                                         const v1::RevokeGrantRequest& request) {
  if (request.wait_ms() > kMaxWaitMs) {
    return Error::Field("wait_ms",
                        absl::StrCat("is ", request.wait_ms(), ", want at most ", kMaxWaitMs));
  }
  SHAREWAY_ASSIGN_OR_RETURN(
      v1::Grant revoked,
      Written(call, grants_->Revoke(ErrandOf(call, request.request_id()), request.name(),
                                    Ground(request.ground(), RevokeGround::kConsumerEnded),
                                    request.document())));
  // The change is durable: from here on it counts.
  const absl::Time dead = desk_->Now() + kDeadAfter;
  v1::RevokeGrantResponse response;
  *response.mutable_dead_time() = evidence::ToTimestamp(dead);
  const std::shared_ptr<const rpc::Directory> directory = directory_->Get();
  for (std::string& node : watchers_.AwaitApplied(
           revoked.revision().number(), absl::Milliseconds(request.wait_ms()),
           [&](absl::string_view node) {
             return directory->Serves(node, revoked.consumer()) ||
                    directory->Serves(node, revoked.provider());
           })) {
    response.add_confirmed_nodes(std::move(node));
  }
  *response.mutable_grant() = std::move(revoked);
  return response;
}

absl::StatusOr<v1::ListGrantsResponse> GrantRpc::List(const rpc::Call& call,
                                                      const v1::ListGrantsRequest& request) const {
  const Actor actor = ActorOf(call);
  SHAREWAY_RETURN_IF_ERROR(CheckFilter(request.resource(), request.side()));
  absl::Time before = absl::InfiniteFuture();
  if (!request.before_date().empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay day,
                              DayFromProto(request.before_date(), "before_date"));
    before = statute::StartOfDay(day);
  }
  const auto want = [&](const Grant& grant) {
    const Grant::Fields& f = grant.fields();
    if (request.state() != v1::Grant::STATE_UNSPECIFIED &&
        static_cast<int>(f.state) != request.state()) {
      return false;
    }
    // The last day is before that day if the first instant outside is not after its beginning.
    return f.end_time <= before && OnSide(request.side(), actor, f.consumer, f.provider) &&
           desk_->PartiesOf(f.consumer, f.provider).Knows(actor);
  };
  // A resource has a list of its own, shorter than an agency's.
  const std::vector<std::string> owners = request.resource().empty()
                                              ? desk_->OwnersFor(actor)
                                              : std::vector<std::string>{request.resource()};
  v1::ListGrantsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return desk_->store().ListGrants(owners, cursor, size, want);
      },
      [&](const Stored<Grant>& grant) {
        *response.add_grants() = Shown(call, grant.value);
      },
      &response));
  return response;
}

absl::Status GrantRpc::Watch(const rpc::Call& call, const v1::WatchGrantsRequest& request,
                             rpc::Writer<v1::GrantChange>& writer) {
  const std::string& node = call.caller().name();
  const Watchers::Presence presence(&watchers_, node);
  transitions_->AddStream(1);
  const absl::Cleanup gone = [this] { transitions_->AddStream(-1); };
  GrantStream stream(&desk_->store(), directory_, node,
                     [&](const v1::GrantChange& change) { return writer.Write(change); });
  return stream.Serve(call, request.from_revision(), request.served_digest());
}

absl::StatusOr<catalog::v1::RenewLeaseResponse> GrantRpc::Renew(
    const rpc::Call& call, const catalog::v1::RenewLeaseRequest& request) {
  if (request.nonce().size() > kMaxNonce) {
    return Error::Field("nonce", absl::StrCat("has ", request.nonce().size(),
                                              " bytes, want at most ", kMaxNonce));
  }
  const SharingStore& store = desk_->store();
  const uint64_t head = store.GrantHead();
  if (request.applied().epoch() == store.epoch()) {
    if (request.applied().number() > head) {
      return absl::Status(Error(Reason::kRolledBack, absl::StatusCode::kFailedPrecondition,
                                absl::StrCat("the node has applied ", request.applied().number(),
                                             ", the log ends at ", head)));
    }
    watchers_.Applied(call.caller().name(), request.applied().number());
  }
  catalog::v1::RenewLeaseResponse response;
  response.set_nonce(request.nonce());
  response.mutable_head()->set_epoch(store.epoch());
  response.mutable_head()->set_number(head);
  return response;
}

}  // namespace shareway::sharing
