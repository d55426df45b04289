// SPDX-License-Identifier: Apache-2.0
// The year of changes of service and of return flow.
#include <string>

#include "services/sharing/grants/return_flows.h"
#include "services/sharing/grants/service_changes.h"
#include "tests/year/fold.h"
#include "tests/year/kind.h"

namespace shareway::sharing {
namespace {

YearCall OnServiceChange(YearWorld& w, const YearAct& act) {
  ServiceChanges changes(&w.desk);
  const Errand by = w.By(act.actor);
  const std::string etag = w.Etag(act.version);
  if (act.method == "AnswerServiceChange") {
    const bool agrees = w.Chance(70);
    return Called(changes.Answer(by, act.name, etag, agrees, w.Text("请保留旧接口")));
  }
  if (act.method == "FileServiceChange") {
    return Called(changes.File(by, act.name, etag, w.Text("备案〔2025〕3号"), "旧接口保留三个月"));
  }
  if (act.method == "WithdrawServiceChange") return Called(changes.Withdraw(by, act.name, etag));
  return std::nullopt;
}

Parties SidesOfChange(const YearWorld& w, absl::string_view bytes, const Actor& actor) {
  ServiceChange change;
  (void)Decode(bytes, &change);
  return ServiceChanges(&w.desk).PartiesFor(change, actor);
}

YearCall Propose(YearWorld& w) {
  const Resource resource = w.AnyResource();
  const ServiceChange facts{
      .resource = resource.name,
      .kind = w.Chance(40) ? ServiceChange::Kind::kEnd : ServiceChange::Kind::kChange,
      .reason = w.Text("系统升级"),
      .effect = w.today() + 24 + w.Pick(30)};
  const Actor& head = w.Someone(resource.provider, Post::kHead);
  return Called(ServiceChanges(&w.desk).Propose(w.By(head), facts));
}

YearCall Declare(YearWorld& w) {
  const Resource resource = w.AnyResource();
  if (resource.items.front().share_class == ShareClass::kNotShared) return std::nullopt;
  const Actor& head = w.Someone(resource.provider, Post::kHead);
  return Called(
      ReturnFlows(&w.desk).Declare(w.By(head), resource.name, resource.items.front().id));
}

YearCall AskBack(YearWorld& w) {
  const YearObject* flow =
      w.fold->Some(w, ReturnFlow::kCollection, [](const YearObject&) { return true; });
  if (flow == nullptr) return std::nullopt;
  const Actor& head = w.Someone(w.Any(w.providers), Post::kHead);
  return Called(ReturnFlows(&w.desk).Request(w.By(head), flow->name, "",
                                             {Purpose::kAdministrativeBasis}));
}

YearCall OnReturnRequest(YearWorld& w, const YearAct& act) {
  return Called(
      ReturnFlows(&w.desk).Activate(w.By(act.actor), act.name, w.Etag(act.version)));
}

}  // namespace

void AddServiceKinds(std::vector<YearKind>* kinds) {
  kinds->push_back({.collection = ServiceChange::kCollection,
                    .tables = {&ServiceChangeTable()},
                    .read = FactsOfCase<ServiceChange>,
                    .call = OnServiceChange,
                    .openings = {{"ProposeServiceChange", 0.15, Propose}},
                    .parties = SidesOfChange});
  kinds->push_back(PlainKind<ReturnFlow>({{"DeclareReturnFlow", 0.2, Declare}}));
  kinds->push_back({.collection = ReturnRequest::kCollection,
                    .tables = {&ReturnRequestTable()},
                    .read = FactsOfCase<ReturnRequest>,
                    .call = OnReturnRequest,
                    .openings = {{"RequestReturnFlow", 0.3, AskBack}}});
}

}  // namespace shareway::sharing
