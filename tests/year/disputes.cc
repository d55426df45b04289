// SPDX-License-Identifier: Apache-2.0
// The year of disputes.
#include <algorithm>
#include <string>

#include "services/sharing/store/correction_codec.h"
#include "services/sharing/store/dispute_codec.h"
#include "services/sharing/store/record_codec.h"
#include "tests/year/fold.h"
#include "tests/year/kind.h"

namespace shareway::sharing {
namespace {

absl::StatusOr<YearFacts> Read(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(const Dispute dispute, DecodeDispute(bytes));
  const Dispute::Fields& f = dispute.fields();
  return YearFacts{.consumer = f.consumer,
                   .provider = f.provider,
                   .states = {static_cast<int>(f.stage)},
                   .clocks = f.clocks};
}

// As the table sees them: the authority is the coordinator.
Parties Sides(const YearWorld& w, absl::string_view bytes, const Actor&) {
  const Dispute::Fields f = DecodeDispute(bytes).value().fields();
  Parties parties = w.desk.PartiesOf(f.consumer, f.provider);
  parties.consumer.authority.agency = f.coordinator_agency;
  parties.provider.authority.agency = f.coordinator_agency;
  return parties;
}

// True if what was asked for is over, so that nothing can be granted of it.
bool IsOver(YearWorld& w, const Dispute::Fields& f) {
  const YearObject* request = w.fold->Find(f.subject);
  if (f.settlement && f.settlement->terms.scope &&
      f.settlement->terms.scope->end < w.today()) {
    return true;
  }
  if (request == nullptr) return false;
  const absl::StatusOr<Request> asked = DecodeRequest(request->bytes);
  return asked.ok() &&
         std::min(asked->fields().scope.end, asked->granted_scope().end) < w.today();
}

// An outcome that a body can give over the matter.
Outcome AnyOutcome(YearWorld& w, const Dispute::Fields& f) {
  const bool over = IsOver(w, f);
  for (int i = 0; i < 8; ++i) {
    const auto outcome = static_cast<Outcome>(1 + w.Pick(4));
    if (over && outcome == Outcome::kGrant) continue;
    if (CheckOutcome(outcome, f.matter, "outcome").ok()) return outcome;
  }
  return Outcome::kUpheld;
}

// What is granted: what was asked, moved to days that are not over; not shared data, whole.
std::optional<Scope> ScopeFor(YearWorld& w, const Dispute::Fields& f, Outcome outcome) {
  if (outcome != Outcome::kGrant || f.matter != Matter::kClassification) return std::nullopt;
  return w.AnyScope(w.store.LoadResource(f.resource).value().value);
}

Terms AnyTerms(YearWorld& w, const Dispute::Fields& f) {
  const Outcome outcome = AnyOutcome(w, f);
  return {.outcome = outcome, .text = w.Text("双方商定"), .scope = ScopeFor(w, f, outcome)};
}

YearCall Settle(YearWorld& w, const YearAct& act, const Dispute::Fields& f) {
  const Errand by = w.By(act.actor);
  const std::string etag = w.Etag(act.version);
  if (act.method == "ProposeSettlement") {
    return Called(w.disputes.Propose(by, act.name, etag, AnyTerms(w, f)));
  }
  if (act.method == "AcceptSettlement") {
    const Outcome outcome = f.settlement ? f.settlement->terms.outcome : Outcome::kUpheld;
    if (outcome == Outcome::kGrant && IsOver(w, f)) return std::nullopt;
    return Called(w.disputes.Accept(by, act.name, etag, outcome));
  }
  if (act.method == "RecordMediation") {
    Mediation mediation{.minutes = w.Text("双方各执一词")};
    if (w.Chance(50)) mediation.proposal = AnyTerms(w, f);
    mediation.failed = !mediation.proposal && w.Chance(40);
    return Called(w.disputes.RecordMediation(by, act.name, etag, mediation));
  }
  const Outcome outcome = AnyOutcome(w, f);
  const Ruling ruling{.body = "演示市人民政府",
                      .number = "演示政函〔2025〕12号",
                      .date = w.today(),
                      .reasons = w.Text("依据充分"),
                      .document = {.name = "", .sha256 = std::string(32, 'r')}};
  return Called(
      w.disputes.Record(by, act.name, etag, outcome, ruling, ScopeFor(w, f, outcome)));
}

YearCall OnDispute(YearWorld& w, const YearAct& act) {
  const absl::StatusOr<Dispute> dispute = DecodeDispute(act.bytes);
  if (!dispute.ok()) return dispute.status();
  if (act.method == "RespondDispute") {
    return Called(w.disputes.Respond(w.By(act.actor), act.name, w.Etag(act.version),
                                     w.Text("依法不予提供"), {}));
  }
  if (act.method == "DeclareDeadlock") {
    return Called(w.disputes.DeclareDeadlock(w.By(act.actor), act.name, w.Etag(act.version),
                                             w.Text("分歧较大")));
  }
  if (act.method == "EscalateDispute") {
    return Called(w.disputes.Escalate(w.By(act.actor), act.name, w.Etag(act.version),
                                      w.Text("协商未成")));
  }
  if (act.method == "WithdrawDispute") {
    return Called(w.disputes.Withdraw(w.By(act.actor), act.name, w.Etag(act.version)));
  }
  return Settle(w, act, dispute->fields());
}

YearCall Over(YearWorld& w, const std::string& consumer, const std::string& subject) {
  return Called(w.disputes.Open(w.By(w.Someone(consumer, Post::kApplicant)),
                                {.subject = subject, .claim = w.Text("拒绝没有依据")}));
}

YearCall OverRequest(YearWorld& w) {
  const YearObject* request = w.fold->Some(w, "requests", [](const YearObject& object) {
    return object.facts.states[0] == static_cast<int>(Request::State::kRefused);
  });
  return request == nullptr ? std::nullopt : Over(w, request->facts.consumer, request->name);
}

YearCall OverSupply(YearWorld& w) {
  const YearObject* request = w.fold->Some(w, "requests", [&](const YearObject& object) {
    return object.facts.states[1] == static_cast<int>(Supply::State::kDisputed) ||
           (object.facts.states[1] == static_cast<int>(Supply::State::kAwaited) &&
            DecodeRequest(object.bytes).value().SupplyOverdue(w.now()));
  });
  if (request == nullptr) return std::nullopt;
  const Actor& applicant = w.Someone(request->facts.consumer, Post::kApplicant);
  return Called(w.disputes.Open(w.By(applicant), {.subject = request->name,
                                                  .claim = w.Text("数据至今未提供"),
                                                  .matter = Matter::kLateSupply}));
}

YearCall OverCuts(YearWorld& w) {
  const YearObject* request = w.fold->Some(w, "requests", [](const YearObject& object) {
    if (object.facts.states[0] != static_cast<int>(Request::State::kApproved)) return false;
    const Request::Fields f = DecodeRequest(object.bytes).value().fields();
    return f.decision && !f.decision->cuts.empty();
  });
  return request == nullptr ? std::nullopt : Over(w, request->facts.consumer, request->name);
}

YearCall OverResource(YearWorld& w) {
  const std::string& consumer = w.Any(w.providers);
  const Resource resource = w.AnyResource(consumer);
  return Over(w, consumer, resource.name);
}

YearCall OverCorrection(YearWorld& w) {
  const YearObject* rejected =
      w.fold->Some(w, Correction::kCollection, [](const YearObject& object) {
        return object.facts.states[0] == static_cast<int>(Correction::State::kRejected);
      });
  return rejected == nullptr ? std::nullopt : Over(w, rejected->facts.consumer, rejected->name);
}

}  // namespace

void AddDisputeKinds(std::vector<YearKind>* kinds) {
  kinds->push_back({.collection = "disputes",
                    .tables = {&DisputeTable()},
                    .read = Read,
                    .call = OnDispute,
                    .openings = {{"OpenDispute over a refusal", 0.3, OverRequest},
                                 {"OpenDispute over supply", 0.5, OverSupply},
                                 {"OpenDispute over cuts", 0.15, OverCuts},
                                 {"OpenDispute over a resource", 0.3, OverResource},
                                 {"OpenDispute over a correction", 0.15, OverCorrection}},
                    .parties = Sides});
}

}  // namespace shareway::sharing
