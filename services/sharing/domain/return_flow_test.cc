// SPDX-License-Identifier: Apache-2.0
// Return flow: what is declared, whose division it is, and who sets it going.
#include "services/sharing/domain/return_flow.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/test_walk.h"

namespace shareway::sharing {
namespace {

using State = ReturnRequest::State;

// The county's tax office asks the city's civil affairs.
Parties CountyAsksCity() {
  Parties parties = TaxAsksCivil();
  parties.consumer.level = Level::kCounty;
  parties.consumer.division = "990101";
  parties.provider.division = "990100";
  return parties;
}
ReturnFlow Flow() {
  return DeclareReturnFlow(ProviderHead(), Marriages(), "cert_no", R25(), "return-flows/f",
                           Morning())
      .value();
}
absl::StatusOr<ReturnRequest> Ask(const Parties& parties, const std::string& division = "",
                                  std::vector<Purpose> purposes = {Purpose::kWorkReference},
                                  const Actor& actor = ConsumerHead()) {
  return RequestReturnFlow(actor, parties, Flow(), division, std::move(purposes), R25(),
                           "return-requests/q", Morning());
}

TEST_CASE("A return flow is declared over an item that is shared, where the text knows it",
          "[returnflow]") {
  CHECK(Flow().division_item == "cert_no");
  CHECK(Flow().provider == kCivil);
  const auto declare = [](const Resource& resource, const std::string& item,
                          const StatuteText& text) {
    return DeclareReturnFlow(ProviderHead(), resource, item, text, "return-flows/f", Morning())
        .status();
  };
  const absl::Status text = declare(Marriages(), "cert_no", M16());
  CHECK(ReasonOf(text) == Reason::kTextForbids);
  CHECK(absl::StrContains(text.message(), "R25 24"));
  CHECK(DetailsOf(declare(Marriages(), "none", R25()))->fields.front().field == "division_item");
  Resource closed = Marriages();
  closed.items[0].share_class = ShareClass::kNotShared;
  CHECK(absl::IsInvalidArgument(declare(closed, "cert_no", R25())));
  Resource stopped = Marriages();
  stopped.state = Resource::State::kSuspended;
  CHECK(ReasonOf(declare(stopped, "cert_no", R25())) == Reason::kStateForbids);
}

TEST_CASE("A lower level has its own division back, or one inside it, and no other",
          "[returnflow]") {
  const Parties county = CountyAsksCity();
  const ReturnRequest own = Ask(county).value();
  CHECK(own.division == "990101");
  CHECK(own.state == State::kRequested);
  CHECK(own.clock->kind == statute::ClockKind::kSupply);
  CHECK(Ask(county, "990101")->division == "990101");
  CHECK(Ask(county, "990101002")->division == "990101002");
  Parties city = county;  // of a province's data: the prefix leaves the padding out
  city.consumer.level = Level::kCity;
  city.consumer.division = "990100";
  city.provider.level = Level::kProvince;
  CHECK(Ask(city)->division == "9901");

  for (const std::string foreign : {"990102", "990100", "99", "880101"}) {
    const absl::Status status = Ask(county, foreign).status();
    INFO(foreign << ": " << status.ToString());
    CHECK(ReasonOf(status) == Reason::kDivisionForeign);
    CHECK(absl::StrContains(status.message(), "R25 24"));
  }
  CHECK(DetailsOf(Ask(county, "9901011").status())->fields.front().field == "division");
  Parties same = county;
  same.consumer.level = Level::kCity;
  CHECK(ReasonOf(Ask(same).status()) == Reason::kDivisionForeign);
  for (const std::string none : {"", "100000", "x"}) {
    Parties nowhere = county;
    nowhere.consumer.division = none;
    CHECK(ReasonOf(Ask(nowhere).status()) == Reason::kDivisionForeign);
  }
}

TEST_CASE("A request for return flow is the head's and names its purposes", "[returnflow]") {
  const Parties county = CountyAsksCity();
  CHECK(absl::IsPermissionDenied(Ask(county, "", {Purpose::kWorkReference}, Applicant()).status()));
  CHECK(absl::IsPermissionDenied(
      Ask(county, "", {Purpose::kWorkReference}, ProviderHead()).status()));
  CHECK(DetailsOf(Ask(county, "", {}).status())->fields.front().field == "purposes");
  CHECK(DetailsOf(Ask(county, "", {Purpose::kUnspecified}).status())->fields.front().field ==
        "purposes[0]");
  CHECK(DetailsOf(Ask(county, "", {Purpose::kOther, Purpose::kOther}).status())
            ->fields.front()
            .field == "purposes[1]");
}

TEST_CASE("A return flow is set going by the provider's head alone, with nothing to state",
          "[returnflow]") {
  const Parties county = CountyAsksCity();
  const ReturnRequest asked = Ask(county).value();
  WalkTable(ReturnRequestTable(), [&](absl::string_view, int state,
                                      const Actor& actor) -> absl::StatusOr<int> {
    ReturnRequest request = asked;
    request.state = static_cast<State>(state);
    const absl::StatusOr<ReturnRequest> after = ActivateReturnFlow(
        request, actor, TaxAsksCivil(), Flow(), Marriages(), "grants/g", Morning());
    if (!after.ok()) return after.status();
    return static_cast<int>(after->state);
  });
  const auto activate = [&](const Resource& resource) {
    return ActivateReturnFlow(asked, ProviderHead(), county, Flow(), resource, "grants/g",
                              Morning());
  };
  CHECK(activate(Marriages())->grant == "grants/g");
  CHECK(activate(Marriages())->clock->stop == Morning());
  Resource closed = Marriages();
  closed.items[0].share_class = ShareClass::kNotShared;
  CHECK(ReasonOf(activate(closed).status()) == Reason::kStateForbids);
  closed = Marriages();
  closed.state = Resource::State::kWithdrawn;
  CHECK(ReasonOf(activate(closed).status()) == Reason::kStateForbids);
}

}  // namespace
}  // namespace shareway::sharing
