// SPDX-License-Identifier: Apache-2.0
// The year of delegations, comments, attachments and calendars.
#include <string>

#include "services/sharing/requests/attachments.h"
#include "services/sharing/requests/comments.h"
#include "services/sharing/requests/delegations.h"
#include "tests/year/fold.h"
#include "tests/year/kind.h"

namespace shareway::sharing {
namespace {

Delegations DelegationsOf(YearWorld& w) {
  return Delegations(&w.desk, [&w](absl::string_view name) { return w.Person(name); });
}

YearCall Delegate(YearWorld& w) {
  const std::string& agency = w.Any(w.providers);
  const Actor& giver = w.Someone(agency, Post::kHead);
  const Delegation asked{.delegate = w.Someone(agency, Post::kReviewer).name,
                         .post = Delegation::Post::kHead,
                         .start = w.today(),
                         .end = w.today() + w.Pick(10),
                         .reason = w.Text("出差")};
  return Called(DelegationsOf(w).Give(w.By(giver), asked, false));
}

YearCall EndOne(YearWorld& w) {
  const YearObject* given =
      w.fold->Some(w, Delegation::kCollection, [](const YearObject&) { return true; });
  if (given == nullptr) return std::nullopt;
  Delegation delegation;
  (void)Decode(given->bytes, &delegation);
  const uint64_t version = w.kv->Get(given->name).value().version;
  return Called(DelegationsOf(w).End(w.By(*w.Person(delegation.giver)), given->name,
                                     w.Etag(version)));
}

YearCall CommentOne(YearWorld& w) {
  const YearObject* request =
      w.fold->Some(w, "requests", [](const YearObject&) { return true; });
  if (request == nullptr) return std::nullopt;
  Comment asked;
  asked.request = request->name;
  asked.text = w.Text("请尽快处理");
  asked.internal = w.Chance(50);
  const Actor& applicant = w.Someone(request->facts.consumer, Post::kApplicant);
  return Called(Comments(&w.desk, &w.sharing).Add(w.By(applicant), asked));
}

YearCall AttachOne(YearWorld& w) {
  const YearObject* request =
      w.fold->Some(w, "requests", [](const YearObject&) { return true; });
  if (request == nullptr) return std::nullopt;
  const Subjects subjects(&w.desk);
  Attachments attachments(&w.desk, &subjects, std::string(32, 'k'));
  const Actor& applicant = w.Someone(request->facts.consumer, Post::kApplicant);
  absl::StatusOr<Attachments::Upload> upload = attachments.Begin(
      w.By(applicant), {.subject = request->name, .file_name = w.Text("情况说明.txt")});
  if (!upload.ok()) return upload.status();
  if (const absl::Status added = upload->Add("登记信息核对说明\n"); !added.ok()) return added;
  return Called(upload->Finish());
}

absl::StatusOr<YearFacts> ReadCalendar(absl::string_view bytes) {
  LoadedCalendar calendar;
  SHAREWAY_RETURN_IF_ERROR(Decode(bytes, &calendar));
  return YearFacts{};
}

}  // namespace

void AddDeskKinds(std::vector<YearKind>* kinds) {
  kinds->push_back(PlainKind<Delegation>(
      {{"GiveDelegation", 0.2, Delegate}, {"EndDelegation", 0.05, EndOne}}));
  kinds->push_back(PlainKind<Comment>({{"AddComment", 0.5, CommentOne}}));
  kinds->push_back(PlainKind<Attachment>({{"UploadAttachment", 0.2, AttachOne}}));
  kinds->push_back({.collection = "calendars", .read = ReadCalendar});
}

}  // namespace shareway::sharing
