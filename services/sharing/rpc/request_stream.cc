// SPDX-License-Identifier: Apache-2.0
// WatchRequests: what a caller gets of the log of requests.
#include "services/sharing/rpc/request_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/crypto/hash.h"
#include "services/sharing/rpc/convert_request.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/store/keys.h"

namespace shareway::sharing {

RequestStream::RequestStream(const Desk* desk, const Delegations* delegations,
                             const rpc::DirectoryHolder* directory, rpc::Caller caller,
                             Write write)
    : LogStream(&desk->store(), kRequestLog, std::move(write)),
      desk_(desk),
      delegations_(delegations),
      directory_(directory),
      caller_(std::move(caller)) {}

absl::StatusOr<bool> RequestStream::SeesOthers() {
  if (std::shared_ptr<const rpc::Directory> now = directory_->Get(); now != seen_) {
    const std::string& name = caller_.name();
    if (!now->Stands(name)) {
      return absl::Status(Error(Reason::kKeyRevoked, absl::StatusCode::kPermissionDenied,
                                absl::StrCat(name, " does not stand any more"))
                              .With("name", name));
    }
    seen_ = std::move(now);
    if (const catalog::v1::Person* person = seen_->person(name)) {
      caller_.agency = person->agency();
      caller_.roles.clear();
      for (const int role : person->roles()) caller_.roles.push_back(static_cast<Role>(role));
    }
  }
  // By the directory, and by delegations, which begin and end by the day.
  SHAREWAY_ASSIGN_OR_RETURN(Actor actor, delegations_->InPosts(ActorOf(caller_)));
  std::vector<std::string> lists;
  for (const std::string& owner : desk_->OwnersFor(actor)) lists.push_back(OpenList(owner));
  if (actor == actor_ && lists == lists_) return false;
  actor_ = std::move(actor);
  lists_ = std::move(lists);
  return true;
}

std::string RequestStream::Digest() const {
  const Actor& a = actor_;
  std::string lines =
      absl::StrCat(a.name, "\n", a.agency, "\n", a.applicant, a.head, a.reviewer, a.officer,
                   a.recorder, a.clerk, a.steward, "\n", a.head_for, "\n", a.reviewer_for, "\n");
  for (const std::string& list : lists_) absl::StrAppend(&lines, list, "\n");
  return crypto::Sha256(lines).str();
}

bool RequestStream::IsVisible(const Request& request) const {
  const Request::Fields& f = request.fields();
  return request.VisibleTo(actor_, desk_->PartiesOf(f.consumer, f.provider));
}

v1::RequestChange RequestStream::ChangeOf(const Stored<Request>& request) const {
  v1::RequestChange change;
  *change.mutable_request() = ToProto(request, actor_, *desk_);
  return change;
}

absl::StatusOr<std::string> RequestStream::SendPage(absl::string_view cursor, int limit,
                                                    Send send) const {
  SHAREWAY_ASSIGN_OR_RETURN(Page<Request> page,
                            store().ListRequests(lists_, cursor, limit, [&](const Request& r) {
                              return IsVisible(r);
                            }));
  for (const Stored<Request>& request : page.values) {
    SHAREWAY_RETURN_IF_ERROR(send(ChangeOf(request)));
  }
  return std::move(page.next);
}

absl::StatusOr<std::optional<v1::RequestChange>> RequestStream::Delta(
    uint64_t /*number*/, absl::string_view name) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> request, store().LoadRequest(name));
  std::optional<v1::RequestChange> change;
  if (IsVisible(request.value)) change = ChangeOf(request);
  return change;
}

}  // namespace shareway::sharing
