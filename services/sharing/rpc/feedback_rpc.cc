// SPDX-License-Identifier: Apache-2.0
// The adapter of FeedbackService.
#include "services/sharing/rpc/feedback_rpc.h"

#include "absl/strings/str_cat.h"
#include "services/sharing/rpc/convert_supervision.h"
#include "services/sharing/rpc/directory_view.h"

namespace shareway::sharing {
namespace {

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.FeedbackService/", method);
}

}  // namespace

void FeedbackRpc::Register(rpc::Server* server) {
  RegisterInquiries(server);
  RegisterComplaints(server);
  RegisterRatings(server);
}

void FeedbackRpc::RegisterInquiries(rpc::Server* server) {
  server->Unary<v1::OpenInquiryRequest, v1::Inquiry>(
      Path("OpenInquiry"), [this](const rpc::Call& call, const v1::OpenInquiryRequest& r) {
        return Written(call, feedback_.OpenInquiry(ErrandOf(call, r.request_id()), r.resource(),
                                                    r.question()));
      });
  server->Unary<v1::ExtendInquiryRequest, v1::Inquiry>(
      Path("ExtendInquiry"), [this](const rpc::Call& call, const v1::ExtendInquiryRequest& r) {
        return Written(call, feedback_.ExtendInquiry(ErrandOf(call, r.request_id()), r.name(),
                                                      r.etag(), r.reason()));
      });
  server->Unary<v1::AnswerInquiryRequest, v1::Inquiry>(
      Path("AnswerInquiry"), [this](const rpc::Call& call, const v1::AnswerInquiryRequest& r) {
        return Written(call, feedback_.AnswerInquiry(ErrandOf(call, r.request_id()), r.name(),
                                                      r.etag(), r.answer()));
      });
  server->Unary<v1::CloseInquiryRequest, v1::Inquiry>(
      Path("CloseInquiry"), [this](const rpc::Call& call, const v1::CloseInquiryRequest& r) {
        return Written(call, feedback_.CloseInquiry(ErrandOf(call, r.request_id()), r.name(),
                                                     r.etag()));
      });
  server->Unary<v1::GetInquiryRequest, v1::Inquiry>(
      Path("GetInquiry"),
      [this](const rpc::Call& call, const v1::GetInquiryRequest& r) -> absl::StatusOr<v1::Inquiry> {
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<Inquiry> inquiry,
                                  feedback_.GetInquiry(ActorOf(call), r.name()));
        return ToProto(inquiry, ActorOf(call), *desk_);
      });
  server->Unary<v1::ListInquiriesRequest, v1::ListInquiriesResponse>(
      Path("ListInquiries"),
      [this](const rpc::Call& call, const v1::ListInquiriesRequest& r) { return List(call, r); });
}

void FeedbackRpc::RegisterComplaints(rpc::Server* server) {
  server->Unary<v1::OpenComplaintRequest, v1::Complaint>(
      Path("OpenComplaint"), [this](const rpc::Call& call, const v1::OpenComplaintRequest& r) {
        const Complaint entered{.kind = static_cast<Complaint::Kind>(r.kind()),
                                .about = r.about(),
                                .file_number = r.file_number(),
                                .text = r.text(),
                                .collection_check = r.collection_check()};
        return Written(call, feedback_.OpenComplaint(ErrandOf(call, r.request_id()), entered));
      });
  server->Unary<v1::AssignComplaintRequest, v1::Complaint>(
      Path("AssignComplaint"), [this](const rpc::Call& call, const v1::AssignComplaintRequest& r) {
        return Written(call, feedback_.AssignComplaint(ErrandOf(call, r.request_id()), r.name(),
                                                        r.etag(), r.agency()));
      });
  server->Unary<v1::CloseComplaintRequest, v1::Complaint>(
      Path("CloseComplaint"), [this](const rpc::Call& call, const v1::CloseComplaintRequest& r) {
        return Written(call, feedback_.CloseComplaint(
                                 ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                 static_cast<Complaint::Outcome>(r.outcome()), r.answer()));
      });
  server->Unary<v1::GetComplaintRequest, v1::Complaint>(
      Path("GetComplaint"),
      [this](const rpc::Call& call,
             const v1::GetComplaintRequest& r) -> absl::StatusOr<v1::Complaint> {
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<Complaint> complaint,
                                  feedback_.GetComplaint(ActorOf(call), r.name()));
        return ToProto(complaint, ActorOf(call), *desk_);
      });
  server->Unary<v1::ListComplaintsRequest, v1::ListComplaintsResponse>(
      Path("ListComplaints"),
      [this](const rpc::Call& call, const v1::ListComplaintsRequest& r) { return List(call, r); });
}

void FeedbackRpc::RegisterRatings(rpc::Server* server) {
  server->Unary<v1::RateGrantRequest, v1::Rating>(
      Path("RateGrant"),
      [this](const rpc::Call& call, const v1::RateGrantRequest& r) -> absl::StatusOr<v1::Rating> {
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<Rating> rating,
                                  feedback_.RateGrant(ErrandOf(call, r.request_id()), r.grant(),
                                                       r.stars(), r.text()));
        return ToProto(rating.value);
      });
  server->Unary<v1::ListRatingsRequest, v1::ListRatingsResponse>(
      Path("ListRatings"),
      [this](const rpc::Call& call, const v1::ListRatingsRequest& r) { return List(call, r); });
}

absl::StatusOr<v1::Inquiry> FeedbackRpc::Written(
    const rpc::Call& call, const absl::StatusOr<Stored<Inquiry>>& result) const {
  SHAREWAY_RETURN_IF_ERROR(result.status());
  transitions_->Add("inquiry", Inquiry::StateName(result->value.state));
  return ToProto(*result, ActorOf(call), *desk_);
}

absl::StatusOr<v1::Complaint> FeedbackRpc::Written(
    const rpc::Call& call, const absl::StatusOr<Stored<Complaint>>& result) const {
  SHAREWAY_RETURN_IF_ERROR(result.status());
  transitions_->Add("complaint", Complaint::StateName(result->value.state));
  return ToProto(*result, ActorOf(call), *desk_);
}

absl::StatusOr<v1::ListInquiriesResponse> FeedbackRpc::List(
    const rpc::Call& call, const v1::ListInquiriesRequest& request) const {
  const Actor actor = ActorOf(call);
  const auto want = [&](const Inquiry& inquiry) {
    return request.state() == 0 || static_cast<int>(inquiry.state) == request.state();
  };
  v1::ListInquiriesResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return feedback_.ListInquiries(actor, cursor, size, want);
      },
      [&](const Stored<Inquiry>& i) { *response.add_inquiries() = ToProto(i, actor, *desk_); },
      &response));
  return response;
}

absl::StatusOr<v1::ListComplaintsResponse> FeedbackRpc::List(
    const rpc::Call& call, const v1::ListComplaintsRequest& request) const {
  const Actor actor = ActorOf(call);
  const auto want = [&](const Complaint& complaint) {
    return request.state() == 0 || static_cast<int>(complaint.state) == request.state();
  };
  v1::ListComplaintsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return feedback_.ListComplaints(actor, cursor, size, want);
      },
      [&](const Stored<Complaint>& c) { *response.add_complaints() = ToProto(c, actor, *desk_); },
      &response));
  return response;
}

absl::StatusOr<v1::ListRatingsResponse> FeedbackRpc::List(
    const rpc::Call& call, const v1::ListRatingsRequest& request) const {
  v1::ListRatingsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return feedback_.ListRatings(ActorOf(call), request.grant(), cursor, size);
      },
      [&](const Stored<Rating>& r) { *response.add_ratings() = ToProto(r.value); }, &response));
  return response;
}

}  // namespace shareway::sharing
