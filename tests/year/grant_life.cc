// SPDX-License-Identifier: Apache-2.0
// The year of what follows a grant: notices, disposals, use records, inspections, deliveries.
#include <algorithm>
#include <string>

#include "services/sharing/grants/disposals.h"
#include "services/sharing/grants/notices.h"
#include "services/sharing/store/record_codec.h"
#include "services/sharing/grants/uses.h"
#include "tests/year/fold.h"
#include "tests/year/kind.h"

namespace shareway::sharing {
namespace {

const std::string kDigest(32, 'd');

YearCall OnNotice(YearWorld& w, const YearAct& act) {
  Notices notices(&w.desk);
  const Errand by = w.By(act.actor);
  const std::string etag = w.Etag(act.version);
  if (act.method == "AnswerNotice") {
    return Called(notices.Answer(by, act.name, etag, w.Text("已停止超范围使用")));
  }
  if (act.method == "AcceptRectification") return Called(notices.Accept(by, act.name, etag));
  if (act.method == "RejectRectification") {
    return Called(notices.Reject(by, act.name, etag, w.Text("措施不完整")));
  }
  if (act.method == "ReportNotice") {
    return Called(notices.Report(by, act.name, etag, w.Text("逾期未整改")));
  }
  return std::nullopt;
}

YearCall OnDisposal(YearWorld& w, const YearAct& act) {
  Disposals disposals(&w.desk);
  const Errand by = w.By(act.actor);
  const std::string etag = w.Etag(act.version);
  if (act.method == "ReportDisposal") {
    return Called(disposals.Report(by, act.name, etag,
                                   {.method = DisposalMethod::kErased,
                                    .day = w.today(),
                                    .person = act.actor.name,
                                    .manifest_digest = kDigest,
                                    .note = w.Text("已删除")}));
  }
  if (act.method == "AcceptDisposal") return Called(disposals.Accept(by, act.name, etag));
  if (act.method == "RejectDisposal") {
    return Called(disposals.Reject(by, act.name, etag, w.Text("清单不全")));
  }
  return std::nullopt;
}

std::string GrantOf(const YearWorld&, absl::string_view bytes) {
  Notice notice;
  (void)Decode(bytes, &notice);
  return notice.grant;
}

// Some active grant; null if there is none.
const YearObject* ActiveGrant(YearWorld& w) {
  return w.fold->Some(w, "grants", [](const YearObject& grant) {
    return grant.facts.states[0] == static_cast<int>(Grant::State::kActive);
  });
}

YearCall UseOne(YearWorld& w) {
  const YearObject* grant = ActiveGrant(w);
  if (grant == nullptr) return std::nullopt;
  const UseRecord facts{.scenario = w.Text("办理税务登记"),
                        .process = "窗口查询",
                        .effect = "减少材料一份",
                        .storage = "未留存",
                        .destruction = "即用即销",
                        .start = w.today(),
                        .end = w.today()};
  const Actor& applicant = w.Someone(grant->facts.consumer, Post::kApplicant);
  return Called(Uses(&w.desk).Report(w.By(applicant), grant->name, facts));
}

YearCall InspectOne(YearWorld& w) {
  const YearObject* grant = ActiveGrant(w);
  if (grant == nullptr) return std::nullopt;
  const Actor& reviewer = w.Someone(grant->facts.provider, Post::kReviewer);
  return Called(
      Uses(&w.desk).Inspect(w.By(reviewer), grant->name, w.Text("季度检查"), w.now()));
}

YearCall DeliverOne(YearWorld& w) {
  const YearObject* grant = ActiveGrant(w);
  if (grant == nullptr) return std::nullopt;
  const Grant::Fields f = DecodeGrant(grant->bytes, 0).value().fields();
  if (w.now() < f.start_time || w.now() >= f.end_time) return std::nullopt;
  const Actor& giver = w.Someone(f.provider, Post::kReviewer);
  const OfflineDelivery facts{.medium = OfflineDelivery::Medium::kOpticalDisc,
                              .label = w.Text("光盘 2025-1"),
                              .digest = kDigest,
                              .records = 1000,
                              .giver = giver.name,
                              .receiver = w.Someone(f.consumer, Post::kApplicant).name,
                              .day = w.today()};
  return Called(Uses(&w.desk).RecordDelivery(w.By(giver), grant->name, facts));
}

}  // namespace

void AddGrantLifeKinds(std::vector<YearKind>* kinds) {
  kinds->push_back({.collection = Notice::kCollection,
                    .tables = {&NoticeTable()},
                    .read = FactsOfCase<Notice>,
                    .call = OnNotice,
                    .mover = GrantOf});
  kinds->push_back({.collection = Disposal::kCollection,
                    .tables = {&DisposalTable()},
                    .read = FactsOfCase<Disposal>,
                    .call = OnDisposal});
  kinds->push_back(PlainKind<UseRecord>({{"ReportUse", 0.5, UseOne}}));
  kinds->push_back(PlainKind<UseInspection>({{"InspectUse", 0.1, InspectOne}}));
  kinds->push_back(PlainKind<OfflineDelivery>({{"RecordOfflineDelivery", 0.1, DeliverOne}}));
}

}  // namespace shareway::sharing
