// SPDX-License-Identifier: Apache-2.0
// Remarks on requests.
#include "services/sharing/requests/comments.h"

#include "libs/base/status.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {

absl::StatusOr<Stored<Comment>> Comments::Add(const Errand& errand, const Comment& asked) {
  const Desk& desk = cases_.desk();
  const auto load = [&](absl::string_view seen) { return cases_.Get(errand.actor, seen); };
  return desk.Once<Stored<Comment>>(errand, load, [&]() -> absl::StatusOr<Stored<Comment>> {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> request,
                              sharing_->Get(errand.actor, asked.request));
    const Request::Fields& f = request.value.fields();
    Comment comment = asked;
    comment.name = Desk::NewName(Comment::kCollection);
    comment.consumer = f.consumer;
    comment.provider = f.provider;
    comment.author = errand.actor.name;
    comment.agency = errand.actor.agency;
    comment.profile = f.profile;
    comment.create_time = desk.Now();
    SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"comment.text", comment.text}}, f.profile));
    SHAREWAY_RETURN_IF_ERROR(Check(comment));
    evidence::AuditRecord event =
        desk.Event(evidence::RecordKind::COMMENT_ADDED, errand,
                   desk.PartiesOf(f.consumer, f.provider), comment.name);
    // Nobody learns from evidence what he may not read.
    if (comment.internal) {
      event.clear_agencies();
      event.add_agencies(comment.agency);
    } else {
      Desk::TellOnly(request.value, &event);
    }
    event.set_request(f.name);
    event.set_resource(f.resource);
    event.set_rule(f.profile);
    Change change{.events = {std::move(event)}, .once = errand.once, .result = comment.name};
    change.cases.push_back(RowOf(comment, 0));
    SHAREWAY_ASSIGN_OR_RETURN(const Written written, desk.store().Commit(change, desk.Now()));
    return Stored<Comment>{std::move(comment), written.version};
  });
}

absl::StatusOr<Page<Comment>> Comments::List(const Actor& actor, absl::string_view request,
                                             absl::string_view cursor, int limit) const {
  SHAREWAY_RETURN_IF_ERROR(sharing_->Get(actor, request).status());
  return cases_.List(actor, {std::string(request)}, cursor, limit,
                     [](const Comment&) { return true; });
}

}  // namespace shareway::sharing
