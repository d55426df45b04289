// SPDX-License-Identifier: Apache-2.0
// The adapter of the desk work of RequestService.
#include "services/sharing/rpc/inbox_rpc.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/rpc/convert_request.h"
#include "services/sharing/rpc/directory_view.h"

namespace shareway::sharing {
namespace {

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.RequestService/", method);
}

absl::string_view MarkName(statute::Warning mark) {
  switch (mark) {
    case statute::Warning::kNone: break;
    case statute::Warning::kReviewer: return "REVIEWER";
    case statute::Warning::kHead: return "HEAD";
    case statute::Warning::kAuthority: return "AUTHORITY";
  }
  return "";
}

void ToProto(const Inbox::Count& count, v1::Inbox::Count* out) {
  out->set_requests(count.requests);
  out->set_more(count.more);
}

v1::Comment ToProto(const Comment& comment) {
  v1::Comment out;
  out.set_name(comment.name);
  out.set_request(comment.request);
  out.set_text(comment.text);
  out.set_internal(comment.internal);
  out.set_author(comment.author);
  out.set_agency(comment.agency);
  *out.mutable_create_time() = evidence::ToTimestamp(comment.create_time);
  return out;
}

}  // namespace

void InboxRpc::Register(rpc::Server* server) {
  server->Unary<v1::GetInboxRequest, v1::Inbox>(
      Path("GetInbox"),
      [this](const rpc::Call& call, const v1::GetInboxRequest&) { return GetInbox(call); });
  server->Unary<v1::BatchDecideRequest, v1::BatchDecideResponse>(
      Path("BatchDecide"), [this](const rpc::Call& call, const v1::BatchDecideRequest& r) {
        return BatchDecide(call, r);
      });
  server->Unary<v1::AddCommentRequest, v1::Comment>(
      Path("AddComment"), [this](const rpc::Call& call, const v1::AddCommentRequest& r) {
        return AddComment(call, r);
      });
  server->Unary<v1::ListCommentsRequest, v1::ListCommentsResponse>(
      Path("ListComments"), [this](const rpc::Call& call, const v1::ListCommentsRequest& r) {
        return ListComments(call, r);
      });
}

absl::StatusOr<v1::Inbox> InboxRpc::GetInbox(const rpc::Call& call) const {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Delegation> holding,
                            delegations_->Holding(ActorOf(call)));
  SHAREWAY_ASSIGN_OR_RETURN(const Actor actor, delegations_->InPosts(ActorOf(call)));
  SHAREWAY_ASSIGN_OR_RETURN(const Inbox::Summary summary, inbox_.Summarize(actor));
  v1::Inbox out;
  ToProto(summary.mine, out.mutable_mine());
  ToProto(summary.due, out.mutable_due());
  ToProto(summary.overdue, out.mutable_overdue());
  ToProto(summary.waiting, out.mutable_waiting());
  for (const WarnedClock& clock : summary.warnings) {
    v1::Inbox::Warning* warning = out.add_warnings();
    warning->set_subject(clock.subject);
    warning->set_clock(clock.kind);
    warning->set_due_date(clock.due);
    warning->set_mark(std::string(MarkName(clock.mark)));
  }
  for (const Delegation& delegation : holding) out.add_delegations(delegation.name);
  return out;
}

absl::StatusOr<v1::BatchDecideResponse> InboxRpc::BatchDecide(
    const rpc::Call& call, const v1::BatchDecideRequest& request) {
  Errand errand = ErrandOf(call, request.request_id());
  SHAREWAY_ASSIGN_OR_RETURN(errand.actor, delegations_->InPosts(errand.actor));
  SHAREWAY_ASSIGN_OR_RETURN(const Decision decision, FromProto(request.decision()));
  std::vector<Sharing::Seen> seen;
  for (const v1::BatchDecideRequest::Item& item : request.items()) {
    seen.push_back({item.name(), item.etag()});
  }
  SHAREWAY_ASSIGN_OR_RETURN(
      const Sharing::Outcomes outcomes,
      sharing_->DecideAll(errand, seen, decision, request.validate_only()));
  v1::BatchDecideResponse response;
  for (size_t i = 0; i < outcomes.size(); ++i) {
    v1::BatchDecideResponse::Result* result = response.add_results();
    result->set_name(seen[i].name);
    if (outcomes[i].ok()) {
      response.set_decided(response.decided() + 1);
      *result->mutable_request() = ToProto(*outcomes[i], errand.actor, *desk_);
      if (outcomes[i]->version != 0) transitions_->Add("request", "DECIDED");
    } else {
      const std::optional<ErrorDetails> details = DetailsOf(outcomes[i].status());
      result->set_reason(std::string(ReasonName(details ? details->reason : Reason::kUnspecified)));
      result->set_message(std::string(outcomes[i].status().message()));
    }
  }
  return response;
}

absl::StatusOr<v1::Comment> InboxRpc::AddComment(const rpc::Call& call,
                                                 const v1::AddCommentRequest& request) {
  const v1::Comment& asked = request.comment();
  SHAREWAY_ASSIGN_OR_RETURN(
      const Stored<Comment> comment,
      comments_->Add(ErrandOf(call, request.request_id()), {.request = asked.request(),
                                                            .text = asked.text(),
                                                            .internal = asked.internal()}));
  return ToProto(comment.value);
}

absl::StatusOr<v1::ListCommentsResponse> InboxRpc::ListComments(
    const rpc::Call& call, const v1::ListCommentsRequest& request) const {
  v1::ListCommentsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return comments_->List(ActorOf(call), request.request(), cursor, size);
      },
      [&](const Stored<Comment>& comment) { *response.add_comments() = ToProto(comment.value); },
      &response));
  return response;
}

}  // namespace shareway::sharing
