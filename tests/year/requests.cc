// SPDX-License-Identifier: Apache-2.0
// The year of sharing requests.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/sharing/domain/examples.h"
#include "services/sharing/grants/nodes.h"
#include "services/sharing/store/record_codec.h"
#include "tests/year/fold.h"
#include "tests/year/kind.h"

namespace shareway::sharing {
namespace {

absl::StatusOr<YearFacts> Read(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(const Request request, DecodeRequest(bytes));
  const Request::Fields& f = request.fields();
  YearFacts facts{.consumer = f.consumer,
                  .provider = f.provider,
                  .states = {static_cast<int>(f.state), static_cast<int>(f.supply.state)}};
  for (const Request::Owed& owed : request.Clocks()) facts.clocks.push_back(*owed.clock);
  return facts;
}

Decision Reduced(YearWorld& w, const Request::Fields& f) {
  Decision decision{.verdict = Decision::Verdict::kApproveReduced, .scope = f.scope};
  Scope& scope = *decision.scope;
  const std::string why = w.Text("与用途不相称");
  if (scope.items.size() > 1) {
    decision.cuts.push_back({scope.items.back(), why});
    scope.items.pop_back();
  } else {
    decision.cuts.push_back({"period", why});
    scope.end = std::max(scope.start, w.today());
  }
  return decision;
}

Decision AnyDecision(YearWorld& w, const Request::Fields& f) {
  using Verdict = Decision::Verdict;
  const bool over = f.scope.end <= w.today() + 1;
  const bool third = f.change.kind == ScopeChange::Kind::kThirdParty;
  const bool changes = f.change.kind != ScopeChange::Kind::kUnspecified;
  const int which = w.Pick(100);
  if (over || which < 28) {
    Decision refusal{.verdict = Verdict::kRefuse, .reason = w.Text("不符合共享条件")};
    if (which % 3 == 0) refusal.citation = "《演示法》第九条";
    return refusal;
  }
  if (which < 60 && !third && !changes) return Reduced(w, f);
  return {.verdict = Verdict::kApprove, .case_required = !third && w.Chance(30)};
}

std::vector<SupplementItem> Answers(YearWorld& w, const Request::Fields& f) {
  std::vector<SupplementItem> answers;
  for (const SupplementItem& item : f.supplement->items) {
    answers.push_back({item.subject, "", w.Text("已补充说明")});
  }
  return answers;
}

Request::Revision AnyRevision(YearWorld& w, const Request::Fields& f) {
  Request::Revision revision{.scenario = w.Text("核对登记信息，已修订")};
  const bool changes = f.change.kind != ScopeChange::Kind::kUnspecified;
  if (f.change.kind == ScopeChange::Kind::kThirdParty) return revision;
  const bool stale = f.scope.start < w.today();
  if (!stale && (changes || w.Chance(70))) return revision;
  Scope scope = f.scope;
  const int days = 20 + w.Pick(80);
  scope.start = w.today();
  if (!changes || scope.end < scope.start) scope.end = std::max(scope.end, scope.start + days);
  revision.scope = scope;
  return revision;
}

YearCall OnTerm(YearWorld& w, const YearAct& act, const Request::Fields& f) {
  Sharing& sharing = w.sharing;
  const Errand by = w.By(act.actor);
  const std::string etag = w.Etag(act.version);
  if (act.method == "ForwardRequest") return Called(sharing.Forward(by, act.name, etag));
  if (act.method == "ReturnRequest") {
    return Called(sharing.Return(by, act.name, etag, w.Text("依据不明，退回")));
  }
  if (act.method == "AskSupplement") {
    return Called(sharing.AskSupplement(
        by, act.name, etag, {{"legal_basis", w.Text("条文号"), ""}, {"scenario", "范围", ""}}));
  }
  if (act.method == "SupplementRequest") {
    if (!f.supplement) return std::nullopt;
    return Called(sharing.AnswerSupplement(by, act.name, etag, Answers(w, f)));
  }
  if (act.method == "AskExtension") {
    return Called(
        sharing.AskExtension(by, act.name, etag, 1 + w.Pick(10), w.Text("数据量大")));
  }
  if (act.method == "ConsentExtension") {
    return Called(sharing.ConsentExtension(by, act.name, etag, w.Text("演示函〔2025〕7号")));
  }
  if (act.method == "RefuseExtension") {
    return Called(sharing.RefuseExtension(by, act.name, etag, w.Text("理由不足")));
  }
  if (act.method == "ReportProvisioned") {
    return Called(sharing.ReportSupply(by, act.name, etag, w.Text("接口已开通")));
  }
  if (act.method == "ConfirmProvisioned") return Called(sharing.ConfirmSupply(by, act.name, etag));
  if (act.method == "DisputeProvisioned") {
    return Called(sharing.DisputeSupply(by, act.name, etag, w.Text("未收到数据")));
  }
  return std::nullopt;
}

YearCall OnRequest(YearWorld& w, const YearAct& act) {
  const absl::StatusOr<Request> request = DecodeRequest(act.bytes);
  if (!request.ok()) return request.status();
  const Request::Fields& f = request->fields();
  Sharing& sharing = w.sharing;
  if (act.method == "UpdateRequest") {
    const Request::Revision revision = AnyRevision(w, f);
    return Called(sharing.Update(w.By(act.actor), act.name, w.Etag(act.version), revision));
  }
  if (act.method == "SignOffRequest") {
    return Called(sharing.SignOff(w.By(act.actor), act.name, w.Etag(act.version)));
  }
  if (act.method == "SubmitRequest") {
    return Called(sharing.Submit(w.By(act.actor), act.name, w.Etag(act.version)));
  }
  if (act.method == "DecideRequest") {
    const Decision decision = AnyDecision(w, f);
    return Called(sharing.Decide(w.By(act.actor), act.name, w.Etag(act.version), decision));
  }
  if (act.method == "ConfirmDecision") {
    return Called(sharing.Confirm(w.By(act.actor), act.name, w.Etag(act.version)));
  }
  if (act.method == "SignOffDecision") {
    return Called(sharing.SignOffDecision(w.By(act.actor), act.name, w.Etag(act.version)));
  }
  if (act.method == "WithdrawRequest") {
    return Called(sharing.Withdraw(w.By(act.actor), act.name, w.Etag(act.version)));
  }
  return OnTerm(w, act, f);
}

bool Offers(const YearWorld& w, const YearAct& act) {
  const absl::StatusOr<Request> request = DecodeRequest(act.bytes);
  if (!request.ok()) return false;
  const Request::Fields& f = request->fields();
  const std::vector<std::string> actions =
      request->AvailableActions(act.actor, w.desk.PartiesOf(f.consumer, f.provider));
  return std::find(actions.begin(), actions.end(), act.method) != actions.end();
}

std::string DisputeOver(const YearWorld& w, absl::string_view bytes) {
  const Request request = DecodeRequest(bytes).value();
  return w.store.OpenDispute(request.fields().name, request.fields().consumer).value_or("");
}

YearCall Ask(YearWorld& w) {
  const Actor& applicant = w.Someone(w.Any(w.providers), Post::kApplicant);
  const Resource resource = w.AnyResource(applicant.agency);
  const Request::Fields asked{.resource = resource.name,
                              .legal_basis = w.Text("《演示市税务征管办法》第三条"),
                              .scenario = w.Text("核定税种时核对登记信息"),
                              .scope = w.AnyScope(resource)};
  return Called(w.sharing.Create(w.By(applicant), asked, false));
}

YearCall AskChange(YearWorld& w) {
  const YearObject* object = w.fold->Some(w, "grants", [](const YearObject& grant) {
    return grant.facts.states[0] == static_cast<int>(Grant::State::kActive);
  });
  if (object == nullptr) return std::nullopt;
  const absl::StatusOr<Grant> grant = DecodeGrant(object->bytes, 0);
  if (!grant.ok()) return grant.status();
  const Grant::Fields& f = grant->fields();
  ChangeAsked asked{.change = {.grant = f.name},
                    .legal_basis = w.Text("《演示办法》第五条"),
                    .scenario = w.Text("扩大核对范围")};
  if (w.Chance(40)) {
    asked.change.kind = ScopeChange::Kind::kThirdParty;
    asked.change.third_party = w.Any(w.providers);
    const std::string& third = asked.change.third_party;
    const bool has = std::find(f.third_parties.begin(), f.third_parties.end(), third) !=
                     f.third_parties.end();
    if (has || third == f.consumer || third == f.provider) return std::nullopt;
  } else {
    Scope scope = ScopeOf(*grant, w.today());
    if (scope.start > w.today()) return std::nullopt;
    const bool wider = scope.purposes.back() == Purpose::kBusinessCollaboration || w.Chance(50);
    asked.change.kind =
        wider ? ScopeChange::Kind::kWiderScope : ScopeChange::Kind::kNewPurpose;
    if (wider) {
      if (scope.end > w.today() + 1000) return std::nullopt;
      scope.end = std::max(scope.end, w.today()) + 10;
    } else {
      scope.purposes.push_back(Purpose::kBusinessCollaboration);
    }
    asked.scope = scope;
  }
  return Called(w.sharing.ChangeScope(w.By(w.Someone(f.consumer, Post::kApplicant)), asked, false));
}

// A node of the consumer received data under the grant of a request whose supply is open.
YearCall Exchange(YearWorld& w) {
  const auto open = [](const YearObject& request) {
    const int supply = request.facts.states[1];
    return supply != 0 && supply != static_cast<int>(Supply::State::kConfirmed);
  };
  const YearObject* object = w.fold->Some(w, "requests", open);
  if (object == nullptr) return std::nullopt;
  const absl::StatusOr<Request> request = DecodeRequest(object->bytes);
  if (!request.ok()) return request.status();
  NodeStore store(w.kv, w.outbox.get());
  Nodes nodes(
      &w.desk, &store,
      [](absl::string_view node, absl::string_view agency) {
        return absl::StartsWith(node, absl::StrCat(agency, "/"));
      },
      [](const FiledHold&) { return absl::OkStatus(); });
  return Called(nodes.ReportFirstExchange(absl::StrCat(object->facts.consumer, "/nodes/n1"),
                                          request->fields().grant,
                                          {.exchange = "x1", .attempt = 1, .time = w.now()}, ""));
}

}  // namespace

void AddRequestKinds(std::vector<YearKind>* kinds) {
  kinds->push_back({.collection = "requests",
                    .tables = {&RequestTable(), &SupplyTable()},
                    .read = Read,
                    .call = OnRequest,
                    .openings = {{"CreateRequest", 2.6, Ask},
                                 {"ChangeScope", 0.25, AskChange},
                                 {"ReportFirstExchange", 0.3, Exchange}},
                    .mover = DisputeOver,
                    .offers = Offers});
}

}  // namespace shareway::sharing
