// SPDX-License-Identifier: Apache-2.0
// Disputes over what is no refusal of a new grant: late supply, changes of a grant, corrections,
// changes of service, return flow.
#include <algorithm>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/disputes/dispute_bench.h"
#include "services/sharing/store/correction_codec.h"
#include "services/sharing/store/service_codec.h"

namespace shareway::sharing {
namespace {

using evidence::RecordKind;

constexpr auto kQuarter = absl::Hours(24 * 90);

class SubjectBench : public DisputeBench {
 public:
  // Stores a case as it is, between tax and civil affairs.
  template <typename T>
  std::string Put(T value) {
    value.provider = kCivil;
    value.resource = Marriages().name;
    value.profile = R25().profile->cited();
    value.create_time = clock.Now();
    CaseRow row = RowOf(value, 0);
    row.takes.clear();  // what it is over is no matter here
    const Change change{
        .cases = {row}, .owners = {kTax, kCivil}, .result = value.name};
    if (!store.Commit(change, clock.Now()).ok()) std::abort();
    return value.name;
  }
  Stored<Dispute> Supplied(const Stored<Dispute>& dispute) {
    const Stored<Dispute> proposed = Propose(dispute, ConsumerHead(), Outcome::kSupply).value();
    return Accept(proposed, ProviderHead(), Outcome::kSupply).value();
  }
  // A refused request for a change of the grant over cert_no.
  std::string RefusedChange(ScopeChange::Kind kind, const std::string& grant) {
    ChangeAsked asked{.change = {.kind = kind, .grant = grant, .third_party = {}},
                      .legal_basis = "《演示市税务征管办法》第三条",
                      .scenario = "核定税种时核对登记信息",
                      .scope = {},
                      .third = {}};
    if (kind == ScopeChange::Kind::kThirdParty) {
      asked.change.third_party = kHousing;
    } else {
      asked.scope = ScopeOver(Marriages());
      asked.scope->start = statute::LawDay(clock.Now());
    }
    Stored<Request> request = sharing.ChangeScope(By(Applicant()), asked, false).value();
    request = sharing.SignOff(By(ConsumerHead()), NameOf(request), EtagOf(request)).value();
    request = sharing.Submit(By(Applicant()), NameOf(request), EtagOf(request)).value();
    request = sharing
                  .Decide(By(Reviewer()), NameOf(request), EtagOf(request),
                          {.verdict = Decision::Verdict::kRefuse, .reason = "不行"})
                  .value();
    request =
        sharing.SignOffDecision(By(ProviderHead()), NameOf(request), EtagOf(request)).value();
    return NameOf(request);
  }
  std::string SmallGrant() {
    Request::Fields asked = Asked(Marriages());
    asked.scope.items = {"cert_no", "husband"};
    return Answered({.verdict = Decision::Verdict::kApprove}, asked).value.fields().grant;
  }
};

TEST_CASE("Supply that is late or was disputed is a matter, and what is decided sets it due anew",
          "[dispute]") {
  SubjectBench t;
  const std::string request = t.NameOf(t.Answered());
  CHECK(ReasonOf(t.TryOpen(request).status()) == Reason::kStateForbids);
  const statute::Clock owed = *t.store.LoadRequest(request)->value.fields().supply.clock;
  t.clock.Advance(kQuarter);
  const Stored<Dispute> open = t.Open(request);
  CHECK(open.value.fields().matter == Matter::kLateSupply);
  const Stored<Dispute> closed = t.Supplied(open);
  CHECK(closed.value.fields().grant.empty());
  const Request::Fields after = t.store.LoadRequest(request)->value.fields();
  CHECK(after.state == Request::State::kApproved);
  CHECK(after.supply.state == Supply::State::kAwaited);
  REQUIRE(after.supply.clock);
  CHECK(after.supply.clock->trigger == t.clock.Now());
  CHECK(after.supply.clock->due.day > owed.due.day);
  REQUIRE(after.earlier.size() == 1);
  CHECK(after.earlier.front().due.day == owed.due.day);
  CHECK(after.earlier.front().stop == t.clock.Now());
  const std::vector<evidence::AuditRecord> events = t.Events();
  CHECK(events.back().kind() == RecordKind::PROVISIONING_CHANGED);
  CHECK(events.back().object() == request);
  CHECK(absl::StrContains(events.back().rule(), "第二十二条"));
  // It is no longer late.
  CHECK(ReasonOf(t.TryOpen(request).status()) == Reason::kStateForbids);
}

TEST_CASE("Supply that came while they disagreed is not owed again", "[dispute]") {
  SubjectBench t;
  const std::string name = t.NameOf(t.Answered());
  t.clock.Advance(kQuarter);
  const Stored<Dispute> open = t.Open(name);
  const Stored<Request> late = t.store.LoadRequest(name).value();
  const Request came =
      late.value.ConfirmSupply(Applicant(), TaxAsksCivil(), t.clock.Now()).value();
  const Change change{
      .requests = {{came, late.version}}, .owners = {kTax, kCivil}, .result = name};
  REQUIRE(t.store.Commit(change, t.clock.Now()).ok());
  CHECK(t.Supplied(open).value.fields().outcome == Outcome::kSupply);
  CHECK(t.store.LoadRequest(name)->value.fields().supply.state == Supply::State::kConfirmed);
}

TEST_CASE("A disputed report of supply is a matter before the clock runs out", "[dispute]") {
  SubjectBench t;
  Stored<Request> request = t.Answered();
  const Parties parties = TaxAsksCivil();
  const Request reported =
      request.value.ReportSupply(Reviewer(), parties, "", t.clock.Now()).value();
  const Request disputed =
      reported.DisputeSupply(Applicant(), parties, "没有收到", R25(), t.clock.Now()).value();
  Change change{.requests = {{disputed, request.version}},
                .owners = {kTax, kCivil},
                .result = t.NameOf(request)};
  REQUIRE(t.store.Commit(change, t.clock.Now()).ok());
  CHECK(t.Open(t.NameOf(request)).value.fields().matter == Matter::kLateSupply);
}

TEST_CASE("A refused widening that is granted replaces the grant, as an approval would",
          "[dispute]") {
  SubjectBench t;
  const std::string old = t.SmallGrant();
  const std::string refused = t.RefusedChange(ScopeChange::Kind::kWiderScope, old);
  const Stored<Dispute> closed = t.Record(t.BeforeGovernment(refused), Outcome::kGrant).value();
  CHECK(t.GrantOf(closed).fields().items.size() == 3);
  CHECK(t.store.LoadGrant(old)->value.fields().state == Grant::State::kRevoked);
  CHECK(t.AllGrants().size() == 2);
}

TEST_CASE("A refused passing on that is granted puts the third party into the grant that there is",
          "[dispute]") {
  SubjectBench t;
  const std::string old = t.SmallGrant();
  const std::string refused = t.RefusedChange(ScopeChange::Kind::kThirdParty, old);
  const Stored<Dispute> closed = t.Record(t.BeforeGovernment(refused), Outcome::kGrant).value();
  CHECK(closed.value.fields().grant == old);
  const Grant grant = t.store.LoadGrant(old)->value;
  CHECK(grant.fields().state == Grant::State::kActive);
  CHECK(grant.fields().third_parties == std::vector<std::string>{kHousing});
  CHECK(t.AllGrants().size() == 1);
}

TEST_CASE("A rejected correction is disputed by who asked for it", "[dispute]") {
  SubjectBench t;
  const auto put = [&](Correction::State state, const std::string& consumer) {
    Correction correction;
    correction.name = Desk::NewName("corrections");
    correction.consumer = consumer;
    correction.description = "姓名有误";
    correction.state = state;
    return t.Put(correction);
  };
  for (const Correction::State state :
       {Correction::State::kOpened, Correction::State::kCorrected, Correction::State::kConfirmed}) {
    CHECK(ReasonOf(t.TryOpen(put(state, kTax)).status()) == Reason::kStateForbids);
  }
  CHECK(ReasonOf(t.TryOpen(put(Correction::State::kRejected, kHousing)).status()) ==
        Reason::kNotVisible);
  const std::string rejected = put(Correction::State::kRejected, kTax);
  const Stored<Dispute> open = t.Open(rejected);
  CHECK(open.value.fields().matter == Matter::kCorrection);
  CHECK(open.value.fields().resource == Marriages().name);
  CHECK(absl::IsAlreadyExists(t.TryOpen(rejected).status()));
  CHECK(absl::IsInvalidArgument(
      t.Propose(open, ConsumerHead(), Outcome::kGrant, ScopeOver(Marriages())).status()));
  CHECK(t.Supplied(open).value.fields().outcome == Outcome::kSupply);
  const DisputePack pack = t.disputes.Pack(Reviewer(), t.NameOf(open)).value();
  CHECK(pack.objects.at(1).name == rejected);
  // The provider owes an answer anew.
  const Correction anew = t.store.LoadCase<Correction>(rejected)->value;
  CHECK(anew.state == Correction::State::kOpened);
  CHECK(anew.dispute == t.NameOf(open));
  REQUIRE(anew.clock);
  CHECK(anew.clock->trigger == t.clock.Now());
  CHECK_FALSE(anew.clock->stop);
  CHECK(t.store.HolderOf(SubjectKey(anew)).value() == rejected);
  const evidence::AuditRecord event = t.Events().back();
  CHECK(event.kind() == RecordKind::CORRECTION_CHANGED);
  CHECK(event.reason() == "SUPPLY");
  CHECK(event.state() == Encode(anew));
}

TEST_CASE("A change of service is disputed by a consumer that was consulted", "[dispute]") {
  SubjectBench t;
  const auto put = [&](ServiceChange::State state, const std::string& consumer) {
    ServiceChange change;
    change.name = Desk::NewName("service-changes");
    change.kind = ServiceChange::Kind::kEnd;
    change.reason = "系统下线";
    change.effect = absl::CivilDay(2026, 1, 1);
    change.state = state;
    change.answers = {{.consumer = consumer}};
    return t.Put(change);
  };
  CHECK(ReasonOf(t.TryOpen(put(ServiceChange::State::kFiled, kHousing)).status()) ==
        Reason::kNotVisible);
  CHECK(ReasonOf(t.TryOpen(put(ServiceChange::State::kWithdrawn, kTax)).status()) ==
        Reason::kStateForbids);
  const Stored<Dispute> open = t.Open(put(ServiceChange::State::kConsulting, kTax));
  CHECK(open.value.fields().matter == Matter::kServiceChange);
  CHECK(open.value.fields().consumer == kTax);
  CHECK(t.Supplied(open).value.fields().settled);
}

TEST_CASE("A pack tells a consumer nothing of what others answered to a change of service",
          "[dispute]") {
  SubjectBench t;
  ServiceChange change;
  change.name = Desk::NewName("service-changes");
  change.kind = ServiceChange::Kind::kEnd;
  change.reason = "系统下线";
  change.effect = absl::CivilDay(2026, 1, 1);
  change.state = ServiceChange::State::kConsulting;
  change.answers = {{.consumer = kTax}, {.consumer = kHousing, .comment = "住建另有安排"}};
  const std::string name = t.Put(change);
  const Stored<Dispute> open = t.Open(name);
  const auto packed = [&](const Actor& actor) {
    const DisputePack pack = t.disputes.Pack(actor, t.NameOf(open)).value();
    return std::any_of(pack.objects.begin(), pack.objects.end(), [&](const auto& object) {
      return object.name == name || absl::StrContains(object.record, "住建另有安排");
    });
  };
  CHECK_FALSE(packed(Applicant()));
  CHECK(packed(Reviewer()));
  CHECK(packed(Officer()));
}

TEST_CASE("A return flow is disputed once its supply clock ran out", "[dispute]") {
  SubjectBench t;
  ReturnRequest request;
  request.name = Desk::NewName("return-requests");
  request.consumer = kTax;
  request.flow = "return-flows/f";
  request.division = "99";
  request.state = ReturnRequest::State::kRequested;
  request.clock = statute::StartClock(*R25().profile, Calendars(), statute::ClockKind::kSupply,
                                      t.clock.Now())
                      .value();
  const std::string name = t.Put(request);
  CHECK(ReasonOf(t.TryOpen(name).status()) == Reason::kStateForbids);
  t.clock.Advance(kQuarter);
  const Stored<Dispute> open = t.Open(name);
  CHECK(open.value.fields().matter == Matter::kReturnFlow);
  CHECK(t.disputes.Pack(Applicant(), t.NameOf(open))->objects.at(1).name == name);
  CHECK(t.Supplied(open).value.fields().outcome == Outcome::kSupply);
  const ReturnRequest anew = t.store.LoadCase<ReturnRequest>(name)->value;
  CHECK(anew.state == ReturnRequest::State::kRequested);
  CHECK(anew.dispute == t.NameOf(open));
  REQUIRE(anew.earlier.size() == 1);
  CHECK(anew.earlier[0].trigger == request.clock->trigger);
  CHECK(anew.earlier[0].stop == t.clock.Now());
  REQUIRE(anew.clock);
  CHECK(anew.clock->trigger == t.clock.Now());
  CHECK_FALSE(anew.clock->stop);
  // The clock that runs is the one that is found.
  CHECK(t.store.LoadClock(name, statute::ClockKind::kSupply)->clock.trigger == t.clock.Now());
}

TEST_CASE("The matter that an applicant names is the one that the subject has", "[dispute]") {
  SubjectBench t;
  const absl::Status status =
      t.disputes
          .Open(t.By(Applicant()), {.subject = Adoptions().name,
                                    .claim = "确需",
                                    .matter = Matter::kCorrection})
          .status();
  REQUIRE(absl::IsInvalidArgument(status));
  CHECK(DetailsOf(status)->fields.front().field == "matter");
  CHECK(absl::IsInvalidArgument(t.disputes
                                    .Open(t.By(Applicant()), {.subject = t.RefusedRequest(),
                                                              .claim = "确需",
                                                              .matter = Matter::kReturnFlow})
                                    .status()));
}

}  // namespace
}  // namespace shareway::sharing
