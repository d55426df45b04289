// SPDX-License-Identifier: Apache-2.0
// Use records, inspections and offline deliveries over the store, and what is kept of each kind.
#include "services/sharing/grants/uses.h"

#include "catch2/catch.hpp"
#include "services/sharing/store/notice_codec.h"
#include "services/sharing/store/service_codec.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

const absl::CivilDay kToday(2025, 9, 30);

UseRecord Good(const std::string& effect = "减少材料三份") {
  return {.scenario = "核定税种",
          .process = "逐户比对",
          .effect = effect,
          .storage = "业务库，保存一年",
          .destruction = "尚未销毁",
          .start = kToday,
          .end = kToday};
}

TEST_CASE("Use records are the consumer's own until somebody inspects them, who is recorded",
          "[use]") {
  TestDesk t;
  Uses uses(&t.desk);
  const std::string grant = t.NameOf(t.Granted());
  CHECK(uses.Report(t.By(Applicant()), grant, Good(), true)->version == 0);
  CHECK(uses.ListUses(Applicant(), grant, "", 10)->values.empty());
  const Errand errand = t.By(Applicant(), "once", "body");
  const Stored<UseRecord> first = uses.Report(errand, grant, Good()).value();
  CHECK(uses.Report(errand, grant, Good())->value.name == first.value.name);
  // Who reads evidence is in no inspection: it tells the consumer alone.
  REQUIRE(t.Events().back().kind() == evidence::RecordKind::USE_REPORTED);
  REQUIRE(t.Events().back().agencies_size() == 1);
  CHECK(t.Events().back().agencies(0) == kTax);
  t.clock.Advance(absl::Hours(1));
  REQUIRE(uses.Report(t.By(Applicant()), grant, Good("又一次")).ok());

  CHECK(uses.ListUses(Applicant(), grant, "", 10)->values.size() == 2);
  CHECK(uses.ListUses(Applicant(), "", "", 10)->values.size() == 2);
  CHECK(uses.ListUses(Applicant(), "", "", 10)->values[0].value.effect == "又一次");
  CHECK(uses.ListUses(Reviewer(), grant, "", 10)->values.empty());
  CHECK(uses.ListUses(Reviewer(), "", "", 10)->values.empty());
  CHECK(ReasonOf(uses.ListUses(Stranger(), grant, "", 10).status()) == Reason::kNotVisible);
  CHECK(uses.ListInspections(ConsumerHead(), grant, "", 10)->values.empty());

  t.clock.Advance(absl::Hours(1));
  const Inspected inspected =
      uses.Inspect(t.By(Officer()), grant, "年度检查", absl::InfiniteFuture()).value();
  REQUIRE(inspected.uses.size() == 2);
  CHECK(inspected.inspection.records == 2);
  CHECK(inspected.uses[0].effect == "又一次");
  t.clock.Advance(absl::Seconds(1));  // lists are by time
  CHECK(uses.Inspect(t.By(Reviewer()), grant, "往前看", inspected.uses[0].create_time)
            ->uses.size() == 1);
  // Each reading is told to the consumer.
  const auto told = uses.ListInspections(ConsumerHead(), grant, "", 10).value().values;
  REQUIRE(told.size() == 2);
  CHECK(told[1].value.inspector == kBureau);
  CHECK(told[1].value.reason == "年度检查");
  CHECK(t.Events().back().kind() == evidence::RecordKind::USE_INSPECTED);
  CHECK(absl::IsPermissionDenied(
      uses.Inspect(t.By(ConsumerHead()), grant, "x", absl::InfiniteFuture()).status()));
  CHECK(ReasonOf(uses.Inspect(t.By(Stranger()), grant, "x", absl::InfiniteFuture()).status()) ==
        Reason::kNotVisible);
}

TEST_CASE("What is handed over on a medium is in the register of both sides", "[use]") {
  TestDesk t;
  Uses uses(&t.desk);
  const std::string grant = t.NameOf(t.Granted());
  t.clock.Advance(absl::Hours(24 * 2));  // within the grant's days
  const OfflineDelivery facts = {.medium = OfflineDelivery::Medium::kTape,
                                 .label = "带-1",
                                 .digest = std::string(32, 'd'),
                                 .giver = "people/r",
                                 .receiver = "people/a",
                                 .day = kToday + 2};
  REQUIRE(uses.RecordDelivery(t.By(Reviewer()), grant, facts).ok());
  for (const Actor& actor : {Applicant(), Reviewer(), Officer()}) {
    CHECK(uses.ListDeliveries(actor, grant, "", 10)->values.size() == 1);
  }
  CHECK(ReasonOf(uses.RecordDelivery(t.By(Stranger()), grant, facts).status()) ==
        Reason::kNotVisible);
  REQUIRE(t.grants.Revoke(t.By(ProviderHead()), grant, RevokeGround::kBasisChanged, "某法修订").ok());
  CHECK(ReasonOf(uses.RecordDelivery(t.By(Reviewer()), grant, facts).status()) ==
        Reason::kStateForbids);
}

// What is kept reads back as it was, and to the same bytes.
template <typename T>
void CheckKept(const T& value) {
  const std::string bytes = Encode(value);
  T read;
  REQUIRE(Decode(bytes, &read).ok());
  CHECK(Encode(read) == bytes);
  CHECK(RowOf(read, 3).version == 3);
  CHECK_FALSE(Decode("\xff", &read).ok());
}

TEST_CASE("Everything that follows a grant is kept and read back whole", "[use]") {
  const statute::Clock clock = statute::StartClock(*R25().profile, Calendars(),
                                                   statute::ClockKind::kDisposal, Morning())
                                   .value();
  const absl::Time time = Morning();
  Notice notice = {.name = "notices/n", .grant = "grants/g", .consumer = kTax, .provider = kCivil,
                   .profile = "p@1", .finding = "f", .state = Notice::State::kReported,
                   .clock = clock, .by_authority = true, .create_time = time, .close_time = time,
                   .close_reason = "c", .measures = "m", .rejection = "r", .report = "u",
                   .reported_to = "authorities/a", .reported_agency = kBureau};
  CheckKept(notice);
  Notice read;
  REQUIRE(Decode(Encode(notice), &read).ok());
  CHECK(read.reported_agency == kBureau);
  CHECK(read.close_time == time);
  Disposal disposal = {.name = "disposals/g", .grant = "grants/g", .consumer = kTax,
                       .provider = kCivil, .profile = "p@1", .state = Disposal::State::kRejected,
                       .clock = clock, .grant_time = time,
                       .report = {.method = DisposalMethod::kArchived, .day = kToday,
                                  .person = "people/a", .manifest_digest = std::string(32, '\xff'),
                                  .note = "n"},
                       .report_time = time, .decider = "people/r", .rejection = "x",
                       .create_time = time};
  CheckKept(disposal);
  Disposal back;
  REQUIRE(Decode(Encode(disposal), &back).ok());
  CHECK(back.report.manifest_digest == disposal.report.manifest_digest);
  CHECK(back.report.day == kToday);
  ServiceChange change = {.name = "service-changes/c", .provider = kCivil, .profile = "p@1",
                          .resource = Marriages().name, .kind = ServiceChange::Kind::kChange,
                          .reason = "r", .effect = kToday, .state = ServiceChange::State::kFiled,
                          .answers = {{.consumer = kTax, .agrees = true, .comment = "c",
                                       .person = "people/ch", .time = time}},
                          .clock = clock, .receipt = "1", .reply = "2", .create_time = time};
  CheckKept(change);
  CHECK(RowOf(change, 1).wake == statute::StartOfDay(kToday));
  CheckKept(ReturnFlow{.name = "return-flows/f", .provider = kCivil, .profile = "p@1",
                       .resource = Marriages().name, .division_item = "d", .signer = "people/ph",
                       .create_time = time});
  CheckKept(ReturnRequest{.name = "return-requests/q", .consumer = kTax, .provider = kCivil,
                          .profile = "p@1", .flow = "return-flows/f", .resource = "resources/r",
                          .division = "9901", .purposes = {Purpose::kOther},
                          .state = ReturnRequest::State::kActivated, .grant = "grants/g",
                          .clock = clock, .asker = "people/ch", .create_time = time});
}

}  // namespace
}  // namespace shareway::sharing
