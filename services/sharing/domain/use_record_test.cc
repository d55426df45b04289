// SPDX-License-Identifier: Apache-2.0
// Use records, inspections and offline deliveries: who, what, until when.
#include "services/sharing/domain/use_record.h"

#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/examples.h"

namespace shareway::sharing {
namespace {

const absl::CivilDay kToday(2025, 9, 30);

Grant GrantIn(Grant::State state, std::vector<Method> methods = {Method::kDownload}) {
  return Grant::Restore({.name = "grants/g",
                         .consumer = kTax,
                         .provider = kCivil,
                         .resource = Marriages().name,
                         .methods = std::move(methods),
                         .start_time = statute::StartOfDay(kToday - 5),
                         .end_time = statute::EndOfDay(kToday + 5),
                         .state = state,
                         .create_time = statute::StartOfDay(kToday - 10)});
}
UseRecord Good() {
  return {.name = "uses/u",
          .scenario = "核定税种",
          .process = "逐户比对",
          .effect = "减少材料三份",
          .storage = "业务库，保存一年",
          .destruction = "尚未销毁",
          .start = kToday - 3,
          .end = kToday};
}
absl::StatusOr<UseRecord> Report(const UseRecord& facts, const Actor& actor = Applicant(),
                                 Grant::State state = Grant::State::kActive,
                                 const StatuteText& text = R25()) {
  return ReportUse(facts, GrantIn(state), actor, TaxAsksCivil(), text, Morning());
}
OfflineDelivery GoodDelivery() {
  return {.name = "offline-deliveries/d",
          .medium = OfflineDelivery::Medium::kOpticalDisc,
          .label = "盘-007",
          .digest = std::string(32, 'd'),
          .records = 12,
          .giver = "people/r",
          .receiver = "people/a",
          .day = kToday};
}
absl::StatusOr<OfflineDelivery> Deliver(const OfflineDelivery& facts,
                                        const Actor& actor = Reviewer(),
                                        const Grant& grant = GrantIn(Grant::State::kActive)) {
  return RecordOfflineDelivery(facts, grant, actor, TaxAsksCivil(), R25(), Morning());
}

TEST_CASE("A use record has its five parts and is kept as long as the text asks", "[use]") {
  const UseRecord use = Report(Good()).value();
  CHECK(use.keep == absl::CivilDay(2028, 9, 30));  // three years (R25 29)
  CHECK_FALSE(Report(Good(), Applicant(), Grant::State::kActive, M16())->keep);
  CHECK(use.consumer == kTax);
  CHECK(use.recorder == "people/a");
  for (const auto state : {Grant::State::kSuspended, Grant::State::kRevoked, Grant::State::kEnded,
                           Grant::State::kDisposed}) {
    CHECK(Report(Good(), Applicant(), state).ok());
  }
  CHECK(ReasonOf(Report(Good(), Applicant(), Grant::State::kPendingTerms).status()) ==
        Reason::kStateForbids);
  for (const Actor& actor : {ConsumerHead(), Reviewer(), ProviderHead(), Officer(), Stranger()}) {
    CHECK(ReasonOf(Report(Good(), actor).status()) == Reason::kPolicyDenied);
  }
  const std::pair<std::string, std::function<void(UseRecord&)>> table[] = {
      {"scenario", [](UseRecord& u) { u.scenario.clear(); }},
      {"scenario", [](UseRecord& u) { u.scenario = std::string(1001, 'x'); }},
      {"process", [](UseRecord& u) { u.process.clear(); }},
      {"effect", [](UseRecord& u) { u.effect.clear(); }},
      {"storage", [](UseRecord& u) { u.storage.clear(); }},
      {"destruction", [](UseRecord& u) { u.destruction.clear(); }},
      {"start_date", [](UseRecord& u) { u.start = kToday - 11; }},
      {"end_date", [](UseRecord& u) { u.end = kToday + 1; }},
      {"end_date", [](UseRecord& u) { u.end = u.start - 1; }}};
  for (const auto& [field, spoil] : table) {
    UseRecord spoilt = Good();
    spoil(spoilt);
    const absl::Status status = Report(spoilt).status();
    INFO(status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == field);
  }
}

TEST_CASE("Use is inspected by the provider and the authority, who say why", "[use]") {
  const auto inspect = [](const Actor& actor, const std::string& reason = "年度检查") {
    return InspectUse(GrantIn(Grant::State::kActive), actor, TaxAsksCivil(), reason, 4, R25(),
                      "inspections/i", Morning());
  };
  const UseInspection inspection = inspect(Officer()).value();
  CHECK(inspection.inspector == kBureau);
  CHECK(inspection.consumer == kTax);
  CHECK(inspection.records == 4);
  CHECK(inspect(Reviewer()).ok());
  CHECK(inspect(ProviderHead()).ok());
  for (const Actor& actor : {Applicant(), ConsumerHead(), Recorder(), Stranger()}) {
    CHECK(ReasonOf(inspect(actor).status()) == Reason::kPolicyDenied);
  }
  for (const std::string& reason : {std::string(), std::string(501, 'x')}) {
    CHECK(DetailsOf(inspect(Officer(), reason).status())->fields.front().field == "reason");
  }
}

TEST_CASE("A medium is entered with its digest and both persons, under a grant in force", "[use]") {
  CHECK(Deliver(GoodDelivery())->recorder == "people/r");
  CHECK(Deliver(GoodDelivery(), ProviderHead()).ok());
  for (const Actor& actor : {Applicant(), ConsumerHead(), Officer(), Stranger()}) {
    CHECK(ReasonOf(Deliver(GoodDelivery(), actor).status()) == Reason::kPolicyDenied);
  }
  CHECK(ReasonOf(Deliver(GoodDelivery(), Reviewer(), GrantIn(Grant::State::kSuspended)).status()) ==
        Reason::kStateForbids);
  CHECK(ReasonOf(Deliver(GoodDelivery(), Reviewer(),
                         GrantIn(Grant::State::kActive, {Method::kQuery}))
                     .status()) == Reason::kMethodNotGranted);
  const std::pair<std::string, std::function<void(OfflineDelivery&)>> table[] = {
      {"medium", [](OfflineDelivery& d) { d.medium = OfflineDelivery::Medium::kUnspecified; }},
      {"label", [](OfflineDelivery& d) { d.label.clear(); }},
      {"digest", [](OfflineDelivery& d) { d.digest.clear(); }},
      {"digest", [](OfflineDelivery& d) { d.digest += "x"; }},
      {"giver", [](OfflineDelivery& d) { d.giver = "李四"; }},
      {"receiver", [](OfflineDelivery& d) { d.receiver = ""; }},
      {"receiver", [](OfflineDelivery& d) { d.receiver = d.giver; }},
      {"delivery_date", [](OfflineDelivery& d) { d.day = kToday + 1; }},
      {"delivery_date", [](OfflineDelivery& d) { d.day = kToday - 6; }}};
  for (const auto& [field, spoil] : table) {
    OfflineDelivery spoilt = GoodDelivery();
    spoil(spoilt);
    const absl::Status status = Deliver(spoilt).status();
    INFO(status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == field);
  }
}

}  // namespace
}  // namespace shareway::sharing
