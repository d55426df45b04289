// SPDX-License-Identifier: Apache-2.0
// For which agency, and when, the gate lets a supervisor read.
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "catch2/catch.hpp"
#include "libs/rpc/gate.h"

namespace shareway::rpc {
namespace {

constexpr char kHome[] = "agencies/home";
constexpr char kTax[] = "agencies/tax";
constexpr char kCivil[] = "agencies/civil";

absl::Time At(const std::string& text) {
  absl::Time time;
  REQUIRE(absl::ParseTime(absl::RFC3339_full, text, &time, nullptr));
  return time;
}

// A directory with one supervisor and mandates of his from 10 to 20 November.
class Inspected {
 public:
  explicit Inspected(const std::vector<std::string>& agencies) {
    Directory next;
    catalog::v1::DirectoryChange change;
    for (const char* agency : {kHome, kTax, kCivil}) {
      change.mutable_agency()->set_name(agency);
      change.mutable_agency()->set_standing(catalog::v1::ACTIVE);
      next.Apply(change);
    }
    change.mutable_person()->set_name("people/v");
    change.mutable_person()->set_agency(kHome);
    change.mutable_person()->set_standing(catalog::v1::ACTIVE);
    change.mutable_person()->add_roles(OUTSIDE_SUPERVISOR);
    next.Apply(change);
    catalog::v1::Mandate* mandate = change.mutable_mandate();
    mandate->set_name("mandates/m");
    mandate->add_supervisors("people/v");
    for (const std::string& agency : agencies) mandate->add_agencies(agency);
    mandate->set_start_date("2026-11-10");
    mandate->set_end_date("2026-11-20");
    next.Apply(change);
    holder_.Set(std::make_shared<const Directory>(next));
    policy_.add_callers(PERSON);
    policy_.add_roles(AUDITOR);
    policy_.set_under_mandate(true);
  }

  Caller Ask(const std::string& inspected, const std::string& now = "2026-11-15T04:00:00Z") const {
    Caller caller;
    caller.identity.kind = crypto::Identity::Kind::kPerson;
    caller.identity.name = "people/v";
    caller.agency = kHome;
    caller.roles = roles;
    return gate_.UnderMandate(caller, inspected, policy_, At(now));
  }
  bool Admits(const Caller& caller) const {
    return Gate::Admit(policy_, caller, absl::UnixEpoch()).ok();
  }
  Policy* policy() { return &policy_; }

  std::vector<Role> roles = {OUTSIDE_SUPERVISOR};

 private:
  DirectoryHolder holder_;
  Policy policy_;
  const Gate gate_{"test", &holder_};
};

TEST_CASE("A supervisor reads from the first day of his mandate to the end of its last",
          "[rpc][mandate]") {
  const Inspected t({kTax});
  const std::vector<std::pair<std::string, bool>> moments = {{"2026-11-09T15:59:59Z", false},
                                                             {"2026-11-09T16:00:00Z", true},
                                                             {"2026-11-20T15:59:59Z", true},
                                                             {"2026-11-20T16:00:00Z", false}};
  for (const auto& moment : moments) {
    INFO(moment.first);
    const Caller caller = t.Ask(kTax, moment.first);
    CHECK(caller.agency == (moment.second ? kTax : kHome));
    CHECK(caller.mandate == (moment.second ? "mandates/m" : ""));
    CHECK(t.Admits(caller) == moment.second);
  }
}

TEST_CASE("A supervisor is himself where no mandate of his says otherwise", "[rpc][mandate]") {
  Inspected t({kTax});
  CHECK(t.Ask(kCivil).agency == kHome);
  CHECK(t.Ask("agencies/none").mandate.empty());
  t.policy()->set_under_mandate(false);
  CHECK(t.Ask(kTax).mandate.empty());
  t.policy()->set_under_mandate(true);
  t.roles = {SHARING_HEAD};
  CHECK(t.Ask(kTax).agency == kHome);
}

TEST_CASE("Under a mandate a person has no other role", "[rpc][mandate]") {
  Inspected t({kTax});
  t.roles = {SHARING_HEAD, OUTSIDE_SUPERVISOR, AUDITOR};
  CHECK(t.Ask(kTax).roles == std::vector<Role>{OUTSIDE_SUPERVISOR});
  // Who has other roles says for whom he reads.
  CHECK(t.Ask("").roles == t.roles);
  CHECK(t.Ask("").agency == kHome);
}

TEST_CASE("Who inspects one agency need not name it, who inspects several must", "[rpc][mandate]") {
  CHECK(Inspected({kTax}).Ask("").agency == kTax);
  const Inspected two({kTax, kCivil});
  CHECK(two.Ask("").agency == kHome);
  CHECK(two.Ask(kCivil).agency == kCivil);
}

}  // namespace
}  // namespace shareway::rpc
