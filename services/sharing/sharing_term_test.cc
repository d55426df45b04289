// SPDX-License-Identifier: Apache-2.0
// The writes that move a request's terms: what is stored and told, and what a rule does by itself.
#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/rpc/convert_request.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using evidence::RecordKind;
using State = Request::State;

std::vector<SupplementItem> Missing() { return {{"legal_basis", "条文号", ""}}; }
std::vector<SupplementItem> Answers() { return {{"legal_basis", "", "第三条第二款"}}; }

struct Told {
  int kind = 0;
  std::string reason = {};

  friend bool operator==(const Told&, const Told&) = default;
};
std::vector<Told> TellingsOf(TestDesk& t, const std::string& object) {
  std::vector<Told> told;
  for (const evidence::AuditRecord& event : t.Events()) {
    if (event.object() == object) told.push_back({event.kind(), event.reason()});
  }
  return told;
}

void MoveTo(TestDesk& t, absl::Time to) { t.clock.Advance(to - t.desk.Now()); }

// By another service over the same store, as after a restart.
Stored<Request> Reload(TestDesk& t, const Stored<Request>& request) {
  return t.store.LoadRequest(t.NameOf(request)).value();
}

TEST_CASE("A supplement is asked, answered and kept with every clock and its old due date",
          "[request]") {
  TestDesk t;
  const Stored<Request> submitted = t.Submitted();
  const std::string name = t.NameOf(submitted);
  MoveTo(t, statute::StartOfDay(absl::CivilDay(2025, 10, 10)) + absl::Hours(10));
  const Stored<Request> asked =
      t.sharing.AskSupplement(t.By(Reviewer()), name, t.EtagOf(submitted), Missing()).value();
  CHECK(Reload(t, asked).value.fields().state == State::kNeedsSupplement);
  MoveTo(t, statute::StartOfDay(absl::CivilDay(2025, 10, 20)) + absl::Hours(10));
  const Stored<Request> answered =
      t.sharing.AnswerSupplement(t.By(Applicant()), name, t.EtagOf(asked), Answers()).value();
  const Stored<Request> kept = Reload(t, answered);
  const Request::Fields& f = kept.value.fields();
  CHECK(f.state == State::kInReview);
  CHECK(f.clock->due.day == absl::CivilDay(2025, 10, 30));
  REQUIRE(f.supplement);
  CHECK(f.supplement->items == answered.value.fields().supplement->items);
  CHECK(f.supplement->clock.stop == t.desk.Now());
  CHECK(f.authority_agency == kBureau);

  const v1::SharingRequest shown = ToProto(kept, Applicant(), t.desk);
  CHECK(shown.due_date() == "2025-10-30");
  REQUIRE(shown.superseded_due_dates_size() == 1);
  CHECK(shown.superseded_due_dates(0).due_date() == "2025-10-21");
  CHECK(shown.supplement().items(0).answer() == "第三条第二款");
  CHECK(shown.supplement().due_date() == "2025-11-06");

  const std::vector<Told> told = TellingsOf(t, name);
  REQUIRE(told.size() == 5);
  CHECK(told[3] == Told{RecordKind::SUPPLEMENT_ASKED, "SUPPLEMENT"});
  CHECK(told[4] == Told{RecordKind::REQUEST_SUPPLEMENTED, "SUPPLEMENTED"});
  CHECK(t.Events()[3].has_act());
  CHECK(absl::StrContains(t.Events()[3].rule(), "第二十一条第二款"));
}

TEST_CASE("A supplement that does not come lapses by rule, once, at the first look after its day",
          "[request]") {
  TestDesk t;
  const Stored<Request> submitted = t.Submitted();
  const Stored<Request> other = t.Submitted();
  const Stored<Request> asked =
      t.sharing.AskSupplement(t.By(Reviewer()), t.NameOf(submitted), t.EtagOf(submitted), Missing())
          .value();
  const absl::Time end = statute::DueInstant(asked.value.fields().supplement->clock);
  MoveTo(t, end - absl::Seconds(1));
  CHECK(RequestsDue(t.desk).value() == 0);
  MoveTo(t, end);
  CHECK(RequestsDue(t.desk).value() == 1);
  CHECK(RequestsDue(t.desk).value() == 0);
  const Stored<Request> lapsed = Reload(t, asked);
  CHECK(lapsed.value.fields().state == State::kDraft);
  CHECK(TellingsOf(t, t.NameOf(asked)).back() == Told{RecordKind::REQUEST_LAPSED, "LAPSED"});
  CHECK_FALSE(t.Events().back().has_act());
  CHECK(Reload(t, other).value.fields().state == State::kInReview);  // overdue, and nothing follows

  // The provider still sees it, and it is submitted anew.
  CHECK(t.sharing.Get(Reviewer(), t.NameOf(lapsed)).ok());
  const Stored<Request> signed_off =
      t.sharing.SignOff(t.By(ConsumerHead()), t.NameOf(lapsed), t.EtagOf(lapsed)).value();
  const Stored<Request> again =
      t.sharing.Submit(t.By(Applicant()), t.NameOf(lapsed), t.EtagOf(signed_off)).value();
  CHECK(again.value.fields().state == State::kInReview);
  CHECK(Reload(t, again).value.fields().earlier.size() == 2);
}

TEST_CASE("A lapse that loses its race leaves the answer", "[request]") {
  TestDesk t;
  const Stored<Request> submitted = t.Submitted();
  const Stored<Request> asked =
      t.sharing.AskSupplement(t.By(Reviewer()), t.NameOf(submitted), t.EtagOf(submitted), Missing())
          .value();
  MoveTo(t, statute::DueInstant(asked.value.fields().supplement->clock));
  t.kv.on_commit = [](const kv::Batch&) {
    return kv::Outcome{false, absl::AbortedError("answered meanwhile")};
  };
  CHECK(RequestsDue(t.desk).value() == 0);
  t.kv.on_commit = nullptr;
  CHECK(RequestsDue(t.desk).value() == 1);
}

TEST_CASE("An extension is told to the requester when asked and when the authority answers",
          "[request]") {
  TestDesk t;
  const Stored<Request> submitted = t.Submitted();
  const std::string name = t.NameOf(submitted);
  const Stored<Request> asked =
      t.sharing.AskExtension(t.By(ProviderHead()), name, t.EtagOf(submitted), 10, "数据量大")
          .value();
  CHECK(ToProto(asked, Applicant(), t.desk).extension().state() == v1::ReplyExtension::ASKED);
  CHECK(ToProto(asked, Applicant(), t.desk).due_date() == "2025-10-21");
  CHECK(t.Events().back().agencies_size() == 2);
  const Stored<Request> longer =
      t.sharing.ConsentExtension(t.By(Officer()), name, t.EtagOf(asked), "演数函〔2025〕1号")
          .value();
  const v1::SharingRequest shown = ToProto(Reload(t, longer), Applicant(), t.desk);
  CHECK(shown.due_date() == "2025-11-04");
  CHECK(shown.extension().state() == v1::ReplyExtension::CONSENTED);
  CHECK(shown.extension().officer() == Officer().name);
  CHECK(shown.superseded_due_dates(0).due_date() == "2025-10-21");
  CHECK(TellingsOf(t, name).back() == Told{RecordKind::EXTENSION_CHANGED, "CONSENTED"});
  CHECK(t.Events().back().agencies_size() == 2);

  const Stored<Request> second = t.Submitted();
  const Stored<Request> in_vain =
      t.sharing.AskExtension(t.By(Reviewer()), t.NameOf(second), t.EtagOf(second), 1, "数据量大")
          .value();
  const Stored<Request> refused =
      t.sharing.RefuseExtension(t.By(Officer()), t.NameOf(second), t.EtagOf(in_vain), "理由不足")
          .value();
  CHECK(Reload(t, refused).value.fields().extension->state == ReplyExtension::State::kRefused);
  CHECK(Reload(t, refused).value.fields().clock->due.day == absl::CivilDay(2025, 10, 21));
}

TEST_CASE("A county's request is checked, forwarded and answered under its own clocks",
          "[request]") {
  TestDesk t;
  t.Govern("cn-2025-809/county-2-5-10");
  const Stored<Request> checked = t.Submitted();
  const std::string name = t.NameOf(checked);
  CHECK(checked.value.fields().state == State::kAuthorityCheck);
  CHECK(ToProto(checked, Applicant(), t.desk).check_due_date() == "2025-10-10");
  CHECK(t.store.LoadClock(name, statute::ClockKind::kAuthorityCheck)->debtor == kBureau);
  const Stored<Request> forwarded =
      t.sharing.Forward(t.By(Officer()), name, t.EtagOf(checked)).value();
  CHECK(forwarded.value.fields().state == State::kInReview);
  CHECK(ToProto(Reload(t, forwarded), Applicant(), t.desk).due_date() == "2025-10-14");
  CHECK(TellingsOf(t, name).back().kind == RecordKind::REQUEST_FORWARDED);
  CHECK(t.store.LoadClock(name, statute::ClockKind::kAuthorityCheck)->clock.stop == Morning());
  CHECK(t.store.LoadClock(name, statute::ClockKind::kReplyConditional)->debtor == kCivil);

  const Stored<Request> second = t.Submitted();
  const Stored<Request> returned =
      t.sharing.Return(t.By(Officer()), t.NameOf(second), t.EtagOf(second), "依据不明").value();
  CHECK(returned.value.fields().state == State::kDraft);
  CHECK(TellingsOf(t, t.NameOf(second)).back().kind == RecordKind::REQUEST_RETURNED);
  const Stored<Request> better =
      t.sharing
          .Update(t.By(Applicant()), t.NameOf(second), t.EtagOf(returned),
                  {.legal_basis = "《演示市税务征管办法》第三条第二款"})
          .value();
  CHECK(Reload(t, better).value.fields().legal_basis == "《演示市税务征管办法》第三条第二款");
}

TEST_CASE("Supply runs from the reply to the consumer's word, and every turn of it is told",
          "[request]") {
  TestDesk t;
  const Stored<Request> approved = t.Answered();
  const std::string name = t.NameOf(approved);
  CHECK(ToProto(Reload(t, approved), Applicant(), t.desk).supply().due_date() == "2025-11-04");
  const Stored<Request> reported =
      t.sharing.ReportSupply(t.By(Reviewer()), name, t.EtagOf(approved), "接口已开通").value();
  const Stored<Request> disputed =
      t.sharing.DisputeSupply(t.By(Applicant()), name, t.EtagOf(reported), "无法连接").value();
  const Stored<Request> again =
      t.sharing.ReportSupply(t.By(Reviewer()), name, t.EtagOf(disputed), "").value();
  const Stored<Request> confirmed =
      t.sharing.ConfirmSupply(t.By(Applicant()), name, t.EtagOf(again)).value();
  const Stored<Request> kept = Reload(t, confirmed);
  CHECK(kept.value.fields().supply.state == Supply::State::kConfirmed);
  CHECK(kept.value.fields().supply.clock->stop == Morning());
  CHECK(kept.value.fields().earlier.size() == 1);
  std::vector<std::string> reasons;
  for (const Told& told : TellingsOf(t, name)) {
    if (told.kind == RecordKind::PROVISIONING_CHANGED) reasons.push_back(told.reason);
  }
  CHECK(reasons == std::vector<std::string>{"REPORTED", "DISPUTED", "REPORTED", "CONFIRMED"});
  CHECK(absl::StrContains(t.Events().back().rule(), "第二十二条"));
  CHECK(t.Mismatch().empty());
}

TEST_CASE("The second reviewer's word is kept with the decision and told to its own side alone",
          "[request]") {
  TestDesk t;
  Resource core = Marriages();
  core.items[1].grading = 3;
  REQUIRE(t.grants.Follow(core).ok());
  const Stored<Request> decided = t.Decided();
  const std::string name = t.NameOf(decided);
  CHECK(
      ReasonOf(t.sharing.SignOffDecision(t.By(ProviderHead()), name, t.EtagOf(decided)).status()) ==
      Reason::kSecondReviewRequired);
  Actor second = Reviewer();
  second.name = "people/r2";
  const Stored<Request> confirmed =
      t.sharing.Confirm(t.By(second), name, t.EtagOf(decided)).value();
  CHECK(TellingsOf(t, name).back() == Told{RecordKind::REQUEST_DECIDED, "CONFIRMED"});
  REQUIRE(t.Events().back().agencies_size() == 1);
  CHECK(t.Events().back().agencies(0) == kCivil);
  CHECK(Reload(t, confirmed).value.fields().second_reviewer == "people/r2");
  CHECK(t.sharing.SignOffDecision(t.By(ProviderHead()), name, t.EtagOf(confirmed)).ok());
  CHECK(t.Mismatch().empty());
}

TEST_CASE("Checking a submission or a decision alone stores and tells nothing", "[request]") {
  TestDesk t;
  const Stored<Request> signed_off = t.SignedOff();
  const std::string name = t.NameOf(signed_off);
  const size_t told = t.Events().size();
  const Stored<Request> would =
      t.sharing.Submit(t.By(Applicant(), "id-1"), name, t.EtagOf(signed_off), true).value();
  CHECK(would.value.fields().state == State::kInReview);
  CHECK(would.version == 0);
  CHECK(Reload(t, signed_off).version == signed_off.version);
  CHECK(t.Events().size() == told);
  // The id of a check is free for the act itself.
  const Stored<Request> submitted =
      t.sharing.Submit(t.By(Applicant(), "id-1"), name, t.EtagOf(signed_off)).value();
  CHECK(submitted.version != 0);

  const Errand errand = t.By(Reviewer());
  const Decision yes{.verdict = Decision::Verdict::kApprove};
  const Stored<Request> check =
      t.sharing.Decide(errand, name, t.EtagOf(submitted), yes, true).value();
  CHECK(check.value.fields().state == State::kDecided);
  CHECK(Reload(t, submitted).version == submitted.version);
  CHECK(t.sharing.Decide(errand, name, t.EtagOf(submitted), yes).ok());  // the act is not spent
  CHECK(
      ReasonOf(t.sharing.Decide(t.By(Reviewer()), name, t.EtagOf(submitted), yes, true).status()) ==
      Reason::kChangedMeanwhile);
}

TEST_CASE("Strangers get one answer to every new method", "[request]") {
  TestDesk t;
  const std::string name = t.NameOf(t.Submitted());
  const Errand by = t.By(Stranger());
  for (const std::string& about : {name, std::string("requests/aaaaaaaaaaaaaaaaaaaaaaaa")}) {
    for (const absl::Status& status :
         {t.sharing.Update(by, about, "v1", {}).status(),
          t.sharing.Forward(by, about, "v1").status(),
          t.sharing.Return(by, about, "v1", "x").status(),
          t.sharing.AskSupplement(by, about, "v1", Missing()).status(),
          t.sharing.AnswerSupplement(by, about, "v1", Answers()).status(),
          t.sharing.AskExtension(by, about, "v1", 1, "x").status(),
          t.sharing.ConsentExtension(by, about, "v1", "x").status(),
          t.sharing.RefuseExtension(by, about, "v1", "x").status(),
          t.sharing.Confirm(by, about, "v1").status(),
          t.sharing.ReportSupply(by, about, "v1", "x").status(),
          t.sharing.ConfirmSupply(by, about, "v1").status(),
          t.sharing.DisputeSupply(by, about, "v1", "x").status()}) {
      CHECK(ReasonOf(status) == Reason::kNotVisible);
      CHECK(absl::StrContains(status.message(), "does not exist or is not yours"));
    }
  }
}

}  // namespace
}  // namespace shareway::sharing
