// SPDX-License-Identifier: Apache-2.0
// A request lies with whom its state table lets act, and with nobody once it has ended.
#include "services/sharing/domain/tray.h"

#include <algorithm>

#include "catch2/catch.hpp"
#include "services/sharing/domain/examples.h"

namespace shareway::sharing {
namespace {

using State = Request::State;

Request In(State state, Supply::State supply = Supply::State::kUnspecified) {
  Request::Fields f = Asked(Marriages());
  f.name = "requests/r";
  f.consumer = kTax;
  f.provider = kCivil;
  f.authority_agency = kBureau;
  f.state = state;
  f.supply.state = supply;
  if (state != State::kDraft && state != State::kSignedOff) f.submit_time = Morning();
  return Request::Restore(f);
}

Actor InPostOf(const Tray& tray) {
  return {.name = "people/x",
          .agency = tray.agency,
          .applicant = tray.post == Post::kApplicant,
          .head = tray.post == Post::kHead,
          .reviewer = tray.post == Post::kReviewer,
          .officer = tray.post == Post::kOfficer};
}

TEST_CASE("Whoever has a request in his tray can act on it", "[tray]") {
  const Parties parties = TaxAsksCivil();
  for (const int number : RequestTable().states) {
    const State state = static_cast<State>(number);
    if (state == State::kApproved) continue;  // its supply is below
    for (const Tray& tray : WaitsFor(In(state))) {
      INFO(Request::StateName(state) << " " << TrayName(tray));
      CHECK_FALSE(Allowed(RequestTable(), number, InPostOf(tray), parties).empty());
    }
  }
  for (const int number : SupplyTable().states) {
    const Supply::State supply = static_cast<Supply::State>(number);
    for (const Tray& tray : WaitsFor(In(State::kApproved, supply))) {
      INFO(SupplyStateName(supply) << " " << TrayName(tray));
      CHECK_FALSE(Allowed(SupplyTable(), number, InPostOf(tray), parties).empty());
    }
  }
}

TEST_CASE("Each state waits for exactly these posts", "[tray]") {
  const Tray applicant{kTax, Post::kApplicant};
  const Tray consumer_head{kTax, Post::kHead};
  const Tray reviewer{kCivil, Post::kReviewer};
  const Tray provider_head{kCivil, Post::kHead};
  const Tray officer{kBureau, Post::kOfficer};
  CHECK(WaitsFor(In(State::kDraft)) == std::vector<Tray>{consumer_head});
  CHECK(WaitsFor(In(State::kSignedOff)) == std::vector<Tray>{applicant});
  CHECK(WaitsFor(In(State::kAuthorityCheck)) == std::vector<Tray>{officer});
  CHECK(WaitsFor(In(State::kInReview)) == std::vector<Tray>{reviewer});
  CHECK(WaitsFor(In(State::kNeedsSupplement)) == std::vector<Tray>{applicant});
  CHECK(WaitsFor(In(State::kDecided)) == std::vector<Tray>{provider_head});
  CHECK(WaitsFor(In(State::kRefused)).empty());
  CHECK(WaitsFor(In(State::kWithdrawn)).empty());
  CHECK(WaitsFor(In(State::kApproved, Supply::State::kConfirmed)).empty());
  CHECK(WaitsFor(In(State::kApproved, Supply::State::kAwaited)) == std::vector<Tray>{reviewer});
  CHECK(WaitsFor(In(State::kApproved, Supply::State::kReported)) == std::vector<Tray>{applicant});

  Request::Fields f = In(State::kInReview).fields();
  f.extension = ReplyExtension{.state = ReplyExtension::State::kAsked};
  CHECK(WaitsFor(Request::Restore(f)) == std::vector<Tray>{reviewer, officer});
  f = In(State::kDecided).fields();
  f.second_review = true;
  CHECK(WaitsFor(Request::Restore(f)) == std::vector<Tray>{reviewer});
  f.second_reviewer = "people/r2";
  CHECK(WaitsFor(Request::Restore(f)) == std::vector<Tray>{provider_head});
}

TEST_CASE("A provider does not see what was not submitted, and nobody what has ended", "[tray]") {
  CHECK(OpenFor(In(State::kDraft)) == std::vector<std::string>{kTax});
  CHECK(OpenFor(In(State::kInReview)) == std::vector<std::string>{kTax, kCivil});
  CHECK(OpenFor(In(State::kAuthorityCheck)) ==
        std::vector<std::string>{kTax, kCivil, kBureau});
  CHECK(OpenFor(In(State::kRefused)).empty());
}

}  // namespace
}  // namespace shareway::sharing
