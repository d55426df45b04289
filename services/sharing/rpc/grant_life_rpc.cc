// SPDX-License-Identifier: Apache-2.0
// The adapter of disposal, use records and notices.
#include "services/sharing/rpc/grant_life_rpc.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/evidence/record.h"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/rpc/convert_grant_life.h"
#include "services/sharing/rpc/directory_view.h"
#include "shareway/sharing/v1/notice.pb.h"

namespace shareway::sharing {
namespace {

std::string OfGrants(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.GrantService/", method);
}
std::string OfNotices(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.NoticeService/", method);
}

// Numbers that this version does not know become kUnspecified, which no rule accepts.
template <typename E>
E Known(int number, E last) {
  return number >= 0 && number <= static_cast<int>(last) ? static_cast<E>(number) : E::kUnspecified;
}

v1::Notice Shown(const Stored<Notice>& notice, const Actor& actor, const Desk& desk) {
  const Notice& n = notice.value;
  v1::Notice out = ToProto(n);
  out.set_working_days_left(DaysLeftOf(n.clock, desk));
  out.set_etag(Desk::EtagOf(notice.version));
  if (const absl::StatusOr<StatuteText> text = desk.TextCited(n.profile); text.ok()) {
    out.set_article(text->profile->articles.misuse);
  }
  for (std::string& action : Allowed(NoticeTable(), static_cast<int>(n.state), actor,
                                     desk.PartiesOf(n.consumer, n.provider))) {
    out.add_available_actions(std::move(action));
  }
  return out;
}

}  // namespace

void GrantLifeRpc::Register(rpc::Server* server) {
  RegisterDisposals(server);
  RegisterNotices(server);
  RegisterUses(server);
  RegisterChanges(server);
  RegisterUse(server);
  RegisterFlows(server);
}

void GrantLifeRpc::RegisterDisposals(rpc::Server* server) {
  const auto written = [this](const rpc::Call& call, absl::StatusOr<Stored<Disposal>> result)
      -> absl::StatusOr<v1::Disposal> {
    SHAREWAY_RETURN_IF_ERROR(result.status());
    transitions_->Add("disposal", Disposal::StateName(result->value.state));
    return ToProto(*result, ActorOf(call), *desk_);
  };
  server->Unary<v1::ReportDisposalRequest, v1::Disposal>(
      OfGrants("ReportDisposal"),
      [this, written](const rpc::Call& call,
                      const v1::ReportDisposalRequest& r) -> absl::StatusOr<v1::Disposal> {
        DisposalReport report{.method = Known(r.method(), DisposalMethod::kNothingHeld),
                              .day = {},
                              .person = r.person(),
                              .manifest_digest = r.manifest_digest(),
                              .note = r.note()};
        SHAREWAY_ASSIGN_OR_RETURN(report.day, DayFromProto(r.disposed_date(), "disposed_date"));
        return written(call, disposals_.Report(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                               report));
      });
  server->Unary<v1::AcceptDisposalRequest, v1::Disposal>(
      OfGrants("AcceptDisposal"),
      [this, written](const rpc::Call& call, const v1::AcceptDisposalRequest& r) {
        return written(call,
                       disposals_.Accept(ErrandOf(call, r.request_id()), r.name(), r.etag()));
      });
  server->Unary<v1::RejectDisposalRequest, v1::Disposal>(
      OfGrants("RejectDisposal"),
      [this, written](const rpc::Call& call, const v1::RejectDisposalRequest& r) {
        return written(call, disposals_.Reject(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                               r.reason()));
      });
  server->Unary<v1::GetDisposalRequest, v1::Disposal>(
      OfGrants("GetDisposal"),
      [this](const rpc::Call& call,
             const v1::GetDisposalRequest& r) -> absl::StatusOr<v1::Disposal> {
        const Actor actor = ActorOf(call);
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<Disposal> disposal,
                                  disposals_.cases().Get(actor, r.name()));
        return ToProto(disposal, actor, *desk_);
      });
  server->Unary<v1::ListDisposalsRequest, v1::ListDisposalsResponse>(
      OfGrants("ListDisposals"),
      [this](const rpc::Call& call,
             const v1::ListDisposalsRequest& r) -> absl::StatusOr<v1::ListDisposalsResponse> {
        const Actor actor = ActorOf(call);
        const auto want = [&](const Disposal& disposal) {
          return r.state() == v1::Disposal::STATE_UNSPECIFIED ||
                 static_cast<int>(disposal.state) == r.state();
        };
        v1::ListDisposalsResponse response;
        SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
            tokens_, call, r,
            [&](const std::string& cursor, int size) {
              return disposals_.cases().List(actor, desk_->OwnersFor(actor), cursor, size, want);
            },
            [&](const Stored<Disposal>& disposal) {
              *response.add_disposals() = ToProto(disposal, actor, *desk_);
            },
            &response));
        return response;
      });
}

void GrantLifeRpc::RegisterNotices(rpc::Server* server) {
  const auto written = [this](const rpc::Call& call,
                              absl::StatusOr<Stored<Notice>> result) -> absl::StatusOr<v1::Notice> {
    SHAREWAY_RETURN_IF_ERROR(result.status());
    transitions_->Add("notice", Notice::StateName(result->value.state));
    return Shown(*result, ActorOf(call), *desk_);
  };
  server->Unary<v1::GetNoticeRequest, v1::Notice>(
      OfNotices("GetNotice"),
      [this](const rpc::Call& call, const v1::GetNoticeRequest& r) -> absl::StatusOr<v1::Notice> {
        const Actor actor = ActorOf(call);
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<Notice> notice,
                                  notices_.cases().Get(actor, r.name()));
        return Shown(notice, actor, *desk_);
      });
  server->Unary<v1::AnswerNoticeRequest, v1::Notice>(
      OfNotices("AnswerNotice"),
      [this, written](const rpc::Call& call, const v1::AnswerNoticeRequest& r) {
        return written(call, notices_.Answer(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                             r.measures()));
      });
  server->Unary<v1::AcceptRectificationRequest, v1::Notice>(
      OfNotices("AcceptRectification"),
      [this, written](const rpc::Call& call, const v1::AcceptRectificationRequest& r) {
        return written(call, notices_.Accept(ErrandOf(call, r.request_id()), r.name(), r.etag()));
      });
  server->Unary<v1::RejectRectificationRequest, v1::Notice>(
      OfNotices("RejectRectification"),
      [this, written](const rpc::Call& call, const v1::RejectRectificationRequest& r) {
        return written(call, notices_.Reject(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                             r.reason()));
      });
  server->Unary<v1::ReportNoticeRequest, v1::Notice>(
      OfNotices("ReportNotice"),
      [this, written](const rpc::Call& call, const v1::ReportNoticeRequest& r) {
        return written(call, notices_.Report(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                             r.report()));
      });
}

void GrantLifeRpc::RegisterUses(rpc::Server* server) {
  server->Unary<v1::ReportUseRequest, v1::UseRecord>(
      OfGrants("ReportUse"),
      [this](const rpc::Call& call,
             const v1::ReportUseRequest& r) -> absl::StatusOr<v1::UseRecord> {
        UseRecord facts{.scenario = r.scenario(),
                        .process = r.process(),
                        .effect = r.effect(),
                        .storage = r.storage(),
                        .destruction = r.destruction()};
        SHAREWAY_ASSIGN_OR_RETURN(facts.start, DayFromProto(r.start_date(), "start_date"));
        SHAREWAY_ASSIGN_OR_RETURN(facts.end, DayFromProto(r.end_date(), "end_date"));
        SHAREWAY_ASSIGN_OR_RETURN(
            const Stored<UseRecord> use,
            uses_.Report(ErrandOf(call, r.request_id()), r.grant(), facts, r.validate_only()));
        if (!r.validate_only()) transitions_->Add("use", "REPORTED");
        return ToProto(use.value);
      });
  server->Unary<v1::ListUsesRequest, v1::ListUsesResponse>(
      OfGrants("ListUses"),
      [this](const rpc::Call& call,
             const v1::ListUsesRequest& r) -> absl::StatusOr<v1::ListUsesResponse> {
        v1::ListUsesResponse response;
        SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
            tokens_, call, r,
            [&](const std::string& cursor, int size) {
              return uses_.ListUses(ActorOf(call), r.grant(), cursor, size);
            },
            [&](const Stored<UseRecord>& use) { *response.add_uses() = ToProto(use.value); },
            &response));
        return response;
      });
  server->Unary<v1::InspectUseRequest, v1::InspectUseResponse>(
      OfGrants("InspectUse"),
      [this](const rpc::Call& call,
             const v1::InspectUseRequest& r) -> absl::StatusOr<v1::InspectUseResponse> {
        const absl::Time before = r.has_before_time() ? evidence::FromTimestamp(r.before_time())
                                                      : absl::InfiniteFuture();
        SHAREWAY_ASSIGN_OR_RETURN(
            const Inspected inspected,
            uses_.Inspect(ErrandOf(call, r.request_id()), r.grant(), r.reason(), before));
        transitions_->Add("use", "INSPECTED");
        v1::InspectUseResponse response;
        *response.mutable_inspection() = ToProto(inspected.inspection);
        for (const UseRecord& use : inspected.uses) *response.add_uses() = ToProto(use);
        return response;
      });
  server->Unary<v1::ListInspectionsRequest, v1::ListInspectionsResponse>(
      OfGrants("ListInspections"),
      [this](const rpc::Call& call,
             const v1::ListInspectionsRequest& r) -> absl::StatusOr<v1::ListInspectionsResponse> {
        v1::ListInspectionsResponse response;
        SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
            tokens_, call, r,
            [&](const std::string& cursor, int size) {
              return uses_.ListInspections(ActorOf(call), r.grant(), cursor, size);
            },
            [&](const Stored<UseInspection>& inspection) {
              *response.add_inspections() = ToProto(inspection.value);
            },
            &response));
        return response;
      });
  server->Unary<v1::RecordOfflineDeliveryRequest, v1::OfflineDelivery>(
      OfGrants("RecordOfflineDelivery"),
      [this](const rpc::Call& call,
             const v1::RecordOfflineDeliveryRequest& r) -> absl::StatusOr<v1::OfflineDelivery> {
        OfflineDelivery facts{.medium = Known(r.medium(), OfflineDelivery::Medium::kPaper),
                              .label = r.label(),
                              .digest = r.digest(),
                              .records = r.record_count(),
                              .giver = r.giver(),
                              .receiver = r.receiver()};
        SHAREWAY_ASSIGN_OR_RETURN(facts.day, DayFromProto(r.delivery_date(), "delivery_date"));
        SHAREWAY_ASSIGN_OR_RETURN(
            const Stored<OfflineDelivery> delivery,
            uses_.RecordDelivery(ErrandOf(call, r.request_id()), r.grant(), facts,
                                 r.validate_only()));
        if (!r.validate_only()) transitions_->Add("offline_delivery", "RECORDED");
        return ToProto(delivery.value);
      });
  server->Unary<v1::ListOfflineDeliveriesRequest, v1::ListOfflineDeliveriesResponse>(
      OfGrants("ListOfflineDeliveries"),
      [this](const rpc::Call& call, const v1::ListOfflineDeliveriesRequest& r)
          -> absl::StatusOr<v1::ListOfflineDeliveriesResponse> {
        v1::ListOfflineDeliveriesResponse response;
        SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
            tokens_, call, r,
            [&](const std::string& cursor, int size) {
              return uses_.ListDeliveries(ActorOf(call), r.grant(), cursor, size);
            },
            [&](const Stored<OfflineDelivery>& delivery) {
              *response.add_offline_deliveries() = ToProto(delivery.value);
            },
            &response));
        return response;
      });
}

}  // namespace shareway::sharing
