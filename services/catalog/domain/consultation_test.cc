// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/consultation.h"

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::catalog {
namespace {

using Change = ResourceUse::Change;

constexpr char kEntry[] = "resources/306002-000001";
constexpr char kArticle[] = "R25 第二十七条第三款";
const absl::CivilDay kToday(2026, 3, 2);

ResourceUse Used(std::optional<Change> asked = std::nullopt) {
  return {.consumers = {"agencies/a", "agencies/b"}, .consumer_count = 2, .asked = asked};
}
Change Named(Change::Kind kind, Change::State state, absl::CivilDay effect = kToday) {
  return {.name = "service-changes/c",
          .kind = kind,
          .state = state,
          .effect = effect,
          .consulted = {"agencies/a", "agencies/b", "agencies/gone"}};
}
absl::Status Check(Cut cut, const ResourceUse& use) {
  return CheckConsulted(cut, kEntry, use, use.asked ? use.asked->name : "", kToday, kArticle);
}

TEST_CASE("An entry that nobody uses is withdrawn and narrowed without a change of service",
          "[catalog][withdrawal]") {
  for (const Cut cut : {Cut::kWithdrawal, Cut::kNarrowerRevision}) CHECK(Check(cut, {}).ok());
}

TEST_CASE("An entry that others use is not cut without a change of service",
          "[catalog][withdrawal]") {
  for (const Cut cut : {Cut::kWithdrawal, Cut::kNarrowerRevision}) {
    ResourceUse use = Used();
    use.changes = {Named(Change::Kind::kEnd, Change::State::kConsulting)};
    const absl::Status refused = Check(cut, use);
    CHECK(absl::IsFailedPrecondition(refused));
    const auto details = DetailsOf(refused);
    REQUIRE(details);
    CHECK(details->reason == Reason::kConsumersLive);
    CHECK(details->metadata.at("consumers") == "agencies/a, agencies/b");
    CHECK(details->metadata.at("consumer_count") == "2");
    CHECK(details->metadata.at("service_changes") == "service-changes/c");
    CHECK(details->metadata.at("article") == kArticle);
    CHECK(absl::StrContains(refused.message(), kArticle));
  }
}

TEST_CASE("Which change of service carries which cut", "[catalog][withdrawal]") {
  using Kind = Change::Kind;
  using State = Change::State;
  for (const Kind kind : {Kind::kChange, Kind::kEnd}) {
    for (const State state :
         {State::kConsulting, State::kFiled, State::kInEffect, State::kWithdrawn}) {
      for (const int days : {-1, 0, 1}) {
        CAPTURE(static_cast<int>(kind), static_cast<int>(state), days);
        const ResourceUse use = Used(Named(kind, state, kToday + days));
        const bool filed = state == State::kFiled || state == State::kInEffect;
        CHECK(Check(Cut::kNarrowerRevision, use).ok() == filed);
        CHECK(Check(Cut::kWithdrawal, use).ok() == (filed && kind == Kind::kEnd && days <= 0));
        const absl::Status withdrawal = Check(Cut::kWithdrawal, use);
        if (!withdrawal.ok()) CHECK(DetailsOf(withdrawal)->reason == Reason::kConsumersLive);
      }
    }
  }
}

TEST_CASE("Who came after the consultation is heard before the service ends or becomes narrower",
          "[catalog][withdrawal]") {
  for (const Cut cut : {Cut::kWithdrawal, Cut::kNarrowerRevision}) {
    CAPTURE(static_cast<int>(cut));
    Change end = Named(Change::Kind::kEnd, Change::State::kInEffect);
    end.consulted = {"agencies/a"};
    const absl::Status refused = Check(cut, Used(end));
    REQUIRE(absl::IsFailedPrecondition(refused));
    CHECK(DetailsOf(refused)->reason == Reason::kConsumersLive);
    CHECK(absl::StrContains(refused.message(), "was not put to 1 of them: agencies/b"));
    // Of consumers beyond those that sharing named nobody knows.
    end.consulted.push_back("agencies/b");
    ResourceUse many = Used(end);
    CHECK(Check(cut, many).ok());
    many.consumer_count = 3;
    CHECK(DetailsOf(Check(cut, many))->reason == Reason::kConsumersLive);
  }
}

TEST_CASE("A change of service over something else is refused, whoever uses the entry",
          "[catalog][withdrawal]") {
  for (const ResourceUse& use : {ResourceUse(), Used()}) {
    const absl::Status refused = CheckConsulted(Cut::kWithdrawal, kEntry, use,
                                                "service-changes/other", kToday, kArticle);
    REQUIRE(absl::IsInvalidArgument(refused));
    CHECK(DetailsOf(refused)->fields[0].field == "service_change");
  }
  // Nor does evidence cite one that carries nothing.
  ResourceUse unused;
  unused.asked = Named(Change::Kind::kEnd, Change::State::kWithdrawn);
  CHECK(absl::IsInvalidArgument(Check(Cut::kWithdrawal, unused)));
  unused.asked = Named(Change::Kind::kEnd, Change::State::kInEffect);
  CHECK(Check(Cut::kWithdrawal, unused).ok());
}

TEST_CASE("Of many consumers some are named and all are counted", "[catalog][withdrawal]") {
  ResourceUse use = {.consumer_count = 500};
  for (int i = 0; i < 500; ++i) use.consumers.push_back(std::string("agencies/c") + std::to_string(i));
  const absl::Status refused =
      CheckConsulted(Cut::kWithdrawal, kEntry, use, "", kToday, /*article=*/"");
  CHECK(absl::StrContains(refused.message(), "500"));
  CHECK(refused.message().size() < 1000);  // an error travels in trailers
  CHECK(DetailsOf(refused)->metadata.count("article") == 0);
}

}  // namespace
}  // namespace shareway::catalog
