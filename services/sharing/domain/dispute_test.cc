// SPDX-License-Identifier: Apache-2.0
// Disputes: who may move them, what each side says, how they end.
#include "services/sharing/domain/dispute.h"

#include <fstream>
#include <functional>
#include <iterator>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/examples.h"

namespace shareway::sharing {
namespace {

using Stage = Dispute::Stage;

const Forum kCity = {.coordinator = "authorities/city",
                     .coordinator_agency = kBureau,
                     .decider = "演示市人民政府",
                     .joint_conference = false};

DisputeSubject NotShared() { return SubjectOf(Adoptions(), kTax).value(); }

absl::StatusOr<Dispute> Open(const Actor& actor = Applicant(),
                             const std::string& claim = "依职责确需",
                             const Forum& forum = kCity) {
  return Dispute::Open(NotShared(), actor, TaxAsksCivil(), forum, claim, {}, R25(), "disputes/d",
                       Morning());
}
absl::StatusOr<Dispute> Deadlock(const Dispute& dispute, const Actor& actor = Applicant()) {
  return dispute.DeclareDeadlock(actor, TaxAsksCivil(), "无法达成一致", Morning());
}
absl::StatusOr<Dispute> Escalate(const Dispute& dispute, const Actor& actor = Applicant(),
                                 absl::Time now = Morning(), const Forum& forum = kCity) {
  return dispute.Escalate(actor, TaxAsksCivil(), "协商未果", forum, R25(), now);
}
// The consumer asks for coordination, the provider for the decision.
Dispute At(Stage stage) {
  Dispute dispute = Open().value();
  if (stage == Stage::kNegotiation) return dispute;
  dispute = Escalate(Deadlock(dispute).value()).value();
  if (stage == Stage::kCoordination) return dispute;
  dispute = Escalate(dispute, Reviewer()).value();
  if (stage == Stage::kDecision) return dispute;
  return dispute.Withdraw(Applicant(), TaxAsksCivil(), Morning()).value();
}
DisputeAttachment File() { return {"attachments/a1", std::string(32, 'd')}; }
Ruling Good() {
  return {.body = "演示市人民政府",
          .number = "演政决1号",
          .date = absl::CivilDay(2025, 9, 30),
          .reasons = "维持",
          .document = {"", std::string(32, 'd')}};
}
Terms Upheld() { return {.outcome = Outcome::kUpheld, .text = "不再主张", .scope = {}}; }
absl::StatusOr<Dispute> Propose(const Dispute& dispute, const Actor& actor,
                                const Terms& terms = Upheld()) {
  return dispute.Propose(actor, TaxAsksCivil(), terms, "act of " + actor.name, Morning());
}
absl::StatusOr<Dispute> Accept(const Dispute& dispute, const Actor& actor,
                               Outcome outcome = Outcome::kUpheld) {
  return dispute.Accept(actor, TaxAsksCivil(), outcome, "act of " + actor.name, "grants/g",
                        Morning());
}
absl::StatusOr<Dispute> Mediate(const Dispute& dispute, const Actor& actor = Officer(),
                                const Mediation& mediation = {.minutes = "双方到场"}) {
  return dispute.RecordMediation(actor, TaxAsksCivil(), mediation, Morning());
}
absl::StatusOr<Dispute> Record(const Dispute& dispute, const Actor& actor = Officer(),
                               Outcome outcome = Outcome::kUpheld, const Ruling& ruling = Good()) {
  return dispute.Record(actor, TaxAsksCivil(), outcome, ruling, "grants/g", Morning());
}

// Each method as the actor calls it with what is good in every respect.
absl::StatusOr<Dispute> Call(absl::string_view method, const Dispute& dispute,
                             const Actor& actor) {
  if (method == "RespondDispute") {
    return dispute.Respond(actor, TaxAsksCivil(), "收养信息不予共享", {File()}, Morning());
  }
  if (method == "ProposeSettlement") return Propose(dispute, actor);
  if (method == "AcceptSettlement") return Accept(dispute, actor);
  if (method == "DeclareDeadlock") return Deadlock(dispute, actor);
  if (method == "EscalateDispute") return Escalate(dispute, actor);
  if (method == "RecordMediation") return Mediate(dispute, actor);
  if (method == "RecordDecision") return Record(dispute, actor);
  if (method == "WithdrawDispute") return dispute.Withdraw(actor, TaxAsksCivil(), Morning());
  return absl::InternalError(absl::StrCat("the test does not know ", method));
}
// What a method needs besides stage and person.
Dispute Ready(absl::string_view method, Stage stage, const Actor& actor) {
  Dispute dispute = At(stage);
  if (method == "AcceptSettlement" && stage != Stage::kClosed) {
    return Propose(dispute, actor.agency == kTax ? ProviderHead() : ConsumerHead()).value();
  }
  if (method != "EscalateDispute") return dispute;
  if (stage == Stage::kNegotiation) return Deadlock(dispute).value();
  return stage == Stage::kCoordination
             ? Mediate(dispute, Officer(), {.minutes = "无法协调", .failed = true}).value()
             : dispute;
}

TEST_CASE("The table of disputes is whole", "[dispute]") {
  CHECK(Fault(DisputeTable()).empty());
  CHECK(DisputeTable().transitions.size() == 8);
}

TEST_CASE("Each method does in each stage for each person what the table of disputes says",
          "[dispute]") {
  const StateTable& table = DisputeTable();
  const Actor actors[] = {Applicant(),    ConsumerHead(), Reviewer(), ProviderHead(),
                          Officer(),      Recorder(),     Stranger()};
  int allowed = 0;
  for (const Transition& transition : table.transitions) {
    for (const int number : table.states) {
      const Stage stage = static_cast<Stage>(number);
      for (const Actor& actor : actors) {
        const Dispute before = Ready(transition.method, stage, actor);
        const absl::StatusOr<Dispute> after = Call(transition.method, before, actor);
        INFO(transition.method << " by " << actor.name << " in " << Dispute::StageName(stage)
                               << ": " << after.status().ToString());
        bool may = false;
        for (const Who& who : transition.who) {
          may = may || Holds(who, actor, TaxAsksCivil());
        }
        const std::vector<int>& from = transition.from;
        const bool now = std::find(from.begin(), from.end(), number) != from.end();
        const std::vector<std::string> actions = before.AvailableActions(actor, TaxAsksCivil());
        CHECK((std::find(actions.begin(), actions.end(), transition.method) != actions.end()) ==
              (may && now));
        if (!may) {
          CHECK(ReasonOf(after.status()) == Reason::kPolicyDenied);
        } else if (!now) {
          CHECK(ReasonOf(after.status()) == Reason::kStateForbids);
        } else {
          ++allowed;
          REQUIRE(after.ok());
          const std::vector<int>& to = transition.to;
          CHECK(std::find(to.begin(), to.end(), static_cast<int>(after->fields().stage)) !=
                to.end());
          CHECK(after->fields().steps.size() == before.fields().steps.size() + 1);
          CHECK(after->fields().steps.back().action == transition.method);
          CHECK(after->fields().steps.back().agency == actor.agency);
        }
      }
    }
  }
  CHECK(allowed == 33);
}

TEST_CASE("The drawing of a dispute in the README is what the methods do", "[dispute]") {
  std::string drawing = "stateDiagram-v2\n  [*] --> NEGOTIATION\n";
  for (const Transition& transition : DisputeTable().transitions) {
    for (const int number : transition.from) {
      const Stage stage = static_cast<Stage>(number);
      for (const Actor& actor : {Applicant(), ConsumerHead(), Reviewer(), Officer()}) {
        const auto after =
            Call(transition.method, Ready(transition.method, stage, actor), actor);
        if (!after.ok()) continue;
        const Stage next = after->fields().stage;
        if (next != stage) {
          absl::StrAppend(&drawing, "  ", Dispute::StageName(stage), " --> ",
                          Dispute::StageName(next), ": ", transition.method, "\n");
        }
        break;
      }
    }
  }
  std::ifstream file(SHAREWAY_SOURCE_DIR "/services/sharing/README.md");
  const std::string readme((std::istreambuf_iterator<char>(file)), {});
  INFO(drawing);
  CHECK(absl::StrContains(readme, absl::StrCat("```mermaid\n", drawing, "```")));
}

TEST_CASE("An applicant of the consumer opens a dispute, and its forum is the computed one",
          "[dispute]") {
  const Dispute dispute = Open().value();
  CHECK(dispute.fields().stage == Stage::kNegotiation);
  CHECK(dispute.fields().matter == Matter::kClassification);
  CHECK(dispute.fields().coordinator == "authorities/city");
  CHECK(dispute.fields().decider == "演示市人民政府");
  CHECK(dispute.running()->due.day == absl::CivilDay(2025, 10, 21));
  for (const Actor& actor : {ConsumerHead(), Reviewer(), Officer(), Stranger()}) {
    CHECK(ReasonOf(Open(actor).status()) == Reason::kPolicyDenied);
  }
  CHECK(absl::IsInvalidArgument(Open(Applicant(), "").status()));
  CHECK(absl::IsInvalidArgument(Open(Applicant(), std::string(2001, 'x')).status()));
}

TEST_CASE("Negotiation is left after a declared deadlock or once its last day is over",
          "[dispute]") {
  const Dispute open = Open().value();
  const absl::Time due = statute::DueInstant(*open.running());
  for (const Actor& side : {Applicant(), Reviewer()}) {
    const absl::Status early = Escalate(open, side, due - absl::Nanoseconds(1)).status();
    INFO(early.ToString());
    CHECK(ReasonOf(early) == Reason::kStateForbids);
    CHECK(absl::StrContains(early.message(), "2025-10-21"));
    CHECK(Escalate(open, side, due)->fields().stage == Stage::kCoordination);
    // Whoever declared it, either may go on.
    const Dispute stuck = Deadlock(open, side).value();
    CHECK(stuck.fields().deadlock_by == side.agency);
    for (const Actor& other : {Applicant(), Reviewer()}) {
      CHECK(Escalate(stuck, other)->fields().stage == Stage::kCoordination);
      CHECK(ReasonOf(Deadlock(stuck, other).status()) == Reason::kStateForbids);
    }
  }
}

TEST_CASE("Either party escalates stage by stage and nothing follows the decision", "[dispute]") {
  Dispute dispute = Deadlock(Open().value()).value();
  dispute = Escalate(dispute, Reviewer()).value();
  CHECK(dispute.fields().stage == Stage::kCoordination);
  CHECK(dispute.fields().deadlock_by.empty());
  CHECK(dispute.fields().clocks.size() == 2);
  CHECK(dispute.fields().clocks[0].stop == Morning());
  CHECK(dispute.running()->due.day == absl::CivilDay(2025, 11, 4));
  dispute = Escalate(dispute).value();
  CHECK(dispute.fields().stage == Stage::kDecision);
  CHECK(dispute.running() == nullptr);
  CHECK(absl::IsFailedPrecondition(Escalate(dispute).status()));
}

TEST_CASE("One side alone does not reach the decision before coordination is over or failed",
          "[dispute]") {
  for (const auto& [first, second] :
       {std::pair(Applicant(), Reviewer()), std::pair(Reviewer(), Applicant())}) {
    const Dispute coordinated = Escalate(Deadlock(Open().value()).value(), first).value();
    const absl::Time due = statute::DueInstant(*coordinated.running());
    Actor colleague = first;
    colleague.name = "people/colleague";
    const Dispute failed =
        Mediate(coordinated, Recorder(), {.minutes = "未达成一致", .failed = true}).value();
    for (const Actor& same : {first, colleague}) {
      const absl::Status early =
          Escalate(coordinated, same, due - absl::Nanoseconds(1)).status();
      INFO(early.ToString());
      CHECK(absl::IsFailedPrecondition(early));
      CHECK(ReasonOf(early) == Reason::kStateForbids);
      CHECK(absl::StrContains(early.message(), "2025-11-04"));
      CHECK(Escalate(coordinated, same, due)->fields().stage == Stage::kDecision);
      CHECK(Escalate(failed, same)->fields().stage == Stage::kDecision);
    }
    CHECK(Escalate(coordinated, second)->fields().stage == Stage::kDecision);
  }
}

TEST_CASE("Under the 2016 measure no stage follows coordination", "[dispute]") {
  Forum conference = kCity;
  conference.decider.clear();
  conference.joint_conference = true;
  Dispute dispute = Escalate(Deadlock(Open().value()).value(), Applicant(), Morning(), conference)
                        .value();
  CHECK(dispute.fields().joint_conference);
  for (const absl::Time now : {Morning(), Morning() + absl::Hours(24 * 365)}) {
    for (const Actor& side : {Applicant(), Reviewer()}) {
      const absl::Status status = Escalate(dispute, side, now, conference).status();
      INFO(status.ToString());
      CHECK(ReasonOf(status) == Reason::kStageUnavailable);
    }
  }
  CHECK(Record(dispute)->fields().outcome == Outcome::kUpheld);
}

TEST_CASE("The forum is the one that the directory has when coordination begins", "[dispute]") {
  Forum moved = kCity;
  moved.coordinator = "authorities/province";
  moved.coordinator_agency = kHousing;
  const Dispute dispute =
      Escalate(Deadlock(Open().value()).value(), Applicant(), Morning(), moved).value();
  CHECK(dispute.fields().coordinator == "authorities/province");
  CHECK(ReasonOf(Record(dispute, Officer()).status()) == Reason::kPolicyDenied);
  CHECK(Record(dispute, Stranger()).ok());  // of the agency that acts for it now
}

TEST_CASE("A settlement holds once both heads agreed, each for one side", "[dispute]") {
  for (const Stage stage : {Stage::kNegotiation, Stage::kCoordination, Stage::kDecision}) {
    for (const auto& [first, second] : {std::pair(ConsumerHead(), ProviderHead()),
                                        std::pair(ProviderHead(), ConsumerHead())}) {
      const Dispute proposed = Propose(At(stage), first).value();
      CHECK(proposed.fields().stage == stage);
      CHECK(proposed.fields().outcome == Outcome::kUnspecified);
      Actor colleague = first;
      colleague.name = "people/colleague";
      for (const Actor& same : {first, colleague}) {
        CHECK(ReasonOf(Accept(proposed, same).status()) == Reason::kOwnRequest);
      }
      // What is accepted is what lies on the table.
      CHECK(absl::IsInvalidArgument(Accept(proposed, second, Outcome::kReclassify).status()));
      const Dispute closed = Accept(proposed, second).value();
      CHECK(closed.fields().stage == Stage::kClosed);
      CHECK(closed.fields().outcome == Outcome::kUpheld);
      CHECK(closed.fields().settled);
      CHECK(closed.fields().grant.empty());
      CHECK(closed.running() == nullptr);
      // A grant rests on the act of the provider's head, whoever proposed.
      CHECK(closed.fields().settlement->of(kCivil)->act == "act of people/ph");
      CHECK(closed.fields().settlement->of(kTax)->act.empty());
    }
  }
  CHECK(ReasonOf(Accept(Open().value(), ConsumerHead()).status()) == Reason::kStateForbids);
}

TEST_CASE("Who opened a dispute does not settle it in the head's post", "[dispute]") {
  Actor both = Applicant();
  both.head = true;
  Actor deputy = ConsumerHead();
  deputy.head_for = Applicant().name;  // the head is who opened it
  for (const Actor& actor : {both, deputy}) {
    CHECK(ReasonOf(Propose(Open().value(), actor).status()) == Reason::kOwnRequest);
    CHECK(ReasonOf(Accept(Propose(Open().value(), ProviderHead()).value(), actor).status()) ==
          Reason::kOwnRequest);
  }
}

TEST_CASE("New terms take the place of old ones, and nobody is bound by what lay there before",
          "[dispute]") {
  const Dispute first = Propose(Open().value(), ConsumerHead()).value();
  const Terms other = {.outcome = Outcome::kReclassify, .text = "重新分类", .scope = {}};
  const Dispute second = Propose(first, ProviderHead(), other).value();
  CHECK(second.fields().settlement->of(kTax) == nullptr);
  CHECK(ReasonOf(Accept(second, ProviderHead(), Outcome::kReclassify).status()) ==
        Reason::kOwnRequest);
  CHECK(Accept(second, ConsumerHead(), Outcome::kReclassify)->fields().outcome ==
        Outcome::kReclassify);
}

TEST_CASE("What the coordinator proposes needs both heads", "[dispute]") {
  const Mediation mediation = {.minutes = "建议维持", .proposal = Upheld()};
  const Dispute proposed = Mediate(At(Stage::kCoordination), Recorder(), mediation).value();
  CHECK(proposed.fields().settlement->agreed.empty());
  for (const auto& [first, second] : {std::pair(ConsumerHead(), ProviderHead()),
                                      std::pair(ProviderHead(), ConsumerHead())}) {
    const Dispute half = Accept(proposed, first).value();
    CHECK(half.fields().stage == Stage::kCoordination);
    CHECK_FALSE(half.fields().settled);
    CHECK(ReasonOf(Accept(half, first).status()) == Reason::kOwnRequest);
    const Dispute closed = Accept(half, second).value();
    CHECK(closed.fields().settled);
    CHECK(closed.fields().settlement->of(kCivil)->act == "act of people/ph");
  }
  // A session that failed proposes nothing.
  CHECK(absl::IsInvalidArgument(Mediate(At(Stage::kCoordination), Officer(),
                                        {.minutes = "x", .proposal = Upheld(), .failed = true})
                                    .status()));
}

TEST_CASE("Terms name an outcome that fits, words, and a scope for a grant alone", "[dispute]") {
  const std::pair<const char*, std::function<void(Terms&)>> table[] = {
      {"terms.outcome", [](Terms& t) { t.outcome = Outcome::kUnspecified; }},
      {"terms.outcome", [](Terms& t) { t.outcome = Outcome::kWithdrawn; }},
      {"terms.outcome", [](Terms& t) { t.outcome = Outcome::kSupply; }},
      {"terms.text", [](Terms& t) { t.text = ""; }},
      {"terms.text", [](Terms& t) { t.text = std::string(1001, 'x'); }},
      {"terms.scope", [](Terms& t) { t.scope = ScopeOver(Adoptions()); }},
  };
  for (const auto& [field, spoil] : table) {
    Terms terms = Upheld();
    spoil(terms);
    const absl::Status status = Propose(Open().value(), ConsumerHead(), terms).status();
    INFO(field << ": " << status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == field);
  }
}

TEST_CASE("Statements are kept in full until an agency has used its room, and others have theirs",
          "[dispute]") {
  Dispute dispute = At(Stage::kCoordination);
  const std::string statement(2000, 'x');
  const auto respond = [&](const Dispute& d) {
    return d.Respond(Reviewer(), TaxAsksCivil(), statement, {File()}, Morning());
  };
  for (int i = 0; i < 3; ++i) dispute = respond(dispute).value();
  CHECK(dispute.fields().steps.back().note == statement);
  CHECK(dispute.fields().steps.back().attachments == std::vector<DisputeAttachment>{File()});
  const absl::Status full = respond(dispute).status();
  INFO(full.ToString());
  REQUIRE(absl::IsInvalidArgument(full));
  CHECK(DetailsOf(full)->fields.front().field == "statement");
  CHECK(Propose(dispute, ConsumerHead()).ok());
  CHECK(Mediate(dispute, Officer(), {.minutes = statement}).ok());
  CHECK(Record(dispute).ok());
}

TEST_CASE("An attachment has its name and the digest of its content", "[dispute]") {
  const std::pair<const char*, std::function<void(std::vector<DisputeAttachment>&)>> table[] = {
      {"attachments[0].name", [](auto& a) { a[0].name = "files/a1"; }},
      {"attachments[0].name", [](auto& a) { a[0].name = ""; }},
      {"attachments[0].sha256", [](auto& a) { a[0].sha256.pop_back(); }},
      {"attachments", [](auto& a) { a.assign(11, File()); }},
  };
  for (const auto& [field, spoil] : table) {
    std::vector<DisputeAttachment> attachments = {File()};
    spoil(attachments);
    const absl::Status status =
        Open()->Respond(Reviewer(), TaxAsksCivil(), "见附件", attachments, Morning()).status();
    INFO(field << ": " << status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == field);
  }
}

TEST_CASE("An officer of a party records nothing", "[dispute]") {
  for (const char* party : {kTax, kCivil}) {
    Forum own = kCity;
    own.coordinator_agency = party;
    for (Actor actor : {Officer(), Recorder()}) {
      actor.agency = party;
      const Dispute coordinated =
          Escalate(Deadlock(Open().value()).value(), Applicant(), Morning(), own).value();
      for (const Dispute& dispute :
           {coordinated, Escalate(coordinated, Reviewer(), Morning(), own).value()}) {
        const absl::Status status = Record(dispute, actor, Outcome::kGrant).status();
        INFO(party << " " << status.ToString());
        CHECK(ReasonOf(status) == Reason::kOwnRequest);
      }
      CHECK(ReasonOf(Mediate(coordinated, actor).status()) == Reason::kOwnRequest);
    }
  }
}

TEST_CASE("Whoever had a part for a party does not record, who mediated does", "[dispute]") {
  const Dispute mediated = Mediate(At(Stage::kCoordination), Recorder()).value();
  const Dispute dispute = Propose(Escalate(mediated, Reviewer()).value(), ConsumerHead()).value();
  for (const char* before : {"people/a", "people/r", "people/ch"}) {
    Actor officer = Recorder();
    officer.name = before;  // who went over to the coordinator's agency meanwhile
    const absl::Status status = Record(dispute, officer).status();
    INFO(before << " " << status.ToString());
    CHECK(ReasonOf(status) == Reason::kOwnRequest);
  }
  CHECK(Record(dispute, Recorder()).ok());
}

TEST_CASE("A ruling states body, document with its digest, date and reasons", "[dispute]") {
  const std::pair<const char*, std::function<void(Ruling&)>> table[] = {
      {"deciding_body", [](Ruling& r) { r.body = ""; }},
      {"document_number", [](Ruling& r) { r.number = std::string(101, 'x'); }},
      {"document_date", [](Ruling& r) { r.date = absl::CivilDay(2025, 10, 1); }},
      {"reasons", [](Ruling& r) { r.reasons = ""; }},
      {"document.sha256", [](Ruling& r) { r.document.sha256.clear(); }},
      {"document.name", [](Ruling& r) { r.document.name = "a1"; }},
  };
  for (const auto& [field, spoil] : table) {
    Ruling ruling = Good();
    spoil(ruling);
    const absl::Status status =
        Record(At(Stage::kDecision), Officer(), Outcome::kGrant, ruling).status();
    INFO(status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == field);
  }
  const Dispute closed = Record(At(Stage::kDecision), Officer(), Outcome::kGrant).value();
  CHECK(absl::StrContains(closed.fields().ruling, "演政决1号"));
  CHECK(closed.fields().grant == "grants/g");
  CHECK(closed.fields().steps.back().attachments.front() == Good().document);
}

TEST_CASE("Terms that nobody agreed to do not outlive the decision", "[dispute]") {
  const Dispute proposed = Propose(At(Stage::kDecision), ConsumerHead()).value();
  CHECK_FALSE(Record(proposed)->fields().settlement);
  CHECK_FALSE(proposed.Withdraw(Applicant(), TaxAsksCivil(), Morning())->fields().settlement);
}

TEST_CASE("The coordinator sees a dispute from coordination on", "[dispute]") {
  Parties elsewhere = TaxAsksCivil();  // their own authority is another than the coordinator
  elsewhere.consumer.authority.agency = elsewhere.provider.authority.agency = kHousing;
  for (const Stage stage :
       {Stage::kNegotiation, Stage::kCoordination, Stage::kDecision, Stage::kClosed}) {
    for (const Actor& actor : {Officer(), Recorder()}) {
      CHECK(At(stage).VisibleTo(actor, elsewhere) == (stage != Stage::kNegotiation));
    }
    Actor clerk = Officer();
    clerk.officer = false;
    CHECK_FALSE(At(stage).VisibleTo(clerk, elsewhere));
  }
  const Dispute settled = Accept(Propose(Open().value(), ConsumerHead()).value(), ProviderHead())
                              .value();
  CHECK_FALSE(settled.VisibleTo(Officer(), elsewhere));
  CHECK(settled.VisibleTo(Applicant(), elsewhere));
}

}  // namespace
}  // namespace shareway::sharing
