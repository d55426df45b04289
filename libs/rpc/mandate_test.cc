// SPDX-License-Identifier: Apache-2.0
// For which agency, and when, the gate lets a supervisor read.
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/crypto/key.h"
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
    catalog::v1::Key* key = change.mutable_key();
    key->set_name(crypto::KeyName(key_.public_key().id()));
    key->set_owner("people/v");
    key->set_use(catalog::v1::Key::TLS);
    key->set_suite(evidence::v1::P256_SHA256);
    key->set_spki(key_.public_key().spki());
    key->set_standing(catalog::v1::ACTIVE);
    next.Apply(change);
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

  // For which he reads, or nobody if that is refused, for which see `refused`.
  Caller Ask(const std::string& inspected, const std::string& now = "2026-11-15T04:00:00Z") {
    Caller caller;
    caller.identity.kind = crypto::Identity::Kind::kPerson;
    caller.identity.name = "people/v";
    caller.agency = kHome;
    caller.roles = roles;
    caller.key_id = key_.public_key().id();
    const absl::StatusOr<Caller> under = gate_.UnderMandate(caller, inspected, policy_, At(now));
    refused = under.status();
    return under.ok() ? *under : Caller();
  }
  // Whether a stream of the caller goes on.
  bool GoesOn(const Caller& caller, const std::string& now) const {
    return gate_.Stands(caller, policy_, At(now));
  }
  void Change(const std::function<void(catalog::v1::DirectoryChange*)>& how) {
    catalog::v1::DirectoryChange change;
    how(&change);
    Directory next = *holder_.Get();
    next.Apply(change);
    holder_.Set(std::make_shared<const Directory>(next));
  }
  bool Admits(const Caller& caller) const {
    return Gate::Admit(policy_, caller, absl::UnixEpoch()).ok();
  }
  Policy* policy() { return &policy_; }

  std::vector<Role> roles = {OUTSIDE_SUPERVISOR};
  absl::Status refused;

 private:
  const crypto::PrivateKey key_ = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  DirectoryHolder holder_;
  Policy policy_;
  const Gate gate_{"test", &holder_};
};

TEST_CASE("A supervisor reads from the first day of his mandate to the end of its last",
          "[rpc][mandate]") {
  Inspected t({kTax});
  const std::vector<std::pair<std::string, bool>> moments = {{"2026-11-09T15:59:59Z", false},
                                                             {"2026-11-09T16:00:00Z", true},
                                                             {"2026-11-20T15:59:59Z", true},
                                                             {"2026-11-20T16:00:00Z", false}};
  for (const auto& moment : moments) {
    INFO(moment.first);
    const Caller caller = t.Ask(kTax, moment.first);
    CHECK(t.refused.ok() == moment.second);
    CHECK(caller.agency == (moment.second ? kTax : ""));
    CHECK(caller.mandate == (moment.second ? "mandates/m" : ""));
    CHECK(t.Admits(caller) == moment.second);
  }
}

TEST_CASE("Who names an agency without a mandate over it does not read as himself instead",
          "[rpc][mandate]") {
  Inspected t({kTax});
  for (const char* agency : {kCivil, "agencies/none", "none"}) {
    INFO(agency);
    CHECK(t.Ask(agency).agency.empty());
    CHECK(t.refused == Error::NotVisible(agency));
  }
  // A mandate is nothing to somebody who is no supervisor any more.
  t.Change([](catalog::v1::DirectoryChange* change) {
    change->mutable_person()->set_name("people/v");
    change->mutable_person()->set_agency(kHome);
    change->mutable_person()->set_standing(catalog::v1::ACTIVE);
    change->mutable_person()->add_roles(SHARING_HEAD);
  });
  t.roles = {SHARING_HEAD};
  CHECK(t.Ask(kTax).agency.empty());
  CHECK(t.refused == Error::NotVisible(kTax));
  // His own agency, or none, is himself, and so is every name where mandates do not count.
  CHECK(t.Ask(kHome).agency == kHome);
  CHECK(t.Ask("").agency == kHome);
  t.policy()->set_under_mandate(false);
  CHECK(t.Ask(kTax).agency == kHome);
  CHECK(t.Ask(kTax).mandate.empty());
}

TEST_CASE("A stream under a mandate ends with the mandate and with the role", "[rpc][mandate]") {
  const std::string during = "2026-11-20T15:59:59Z";
  Inspected t({kTax});
  const Caller caller = t.Ask(kTax);
  REQUIRE(t.refused.ok());
  CHECK(t.GoesOn(caller, during));
  CHECK_FALSE(t.GoesOn(caller, "2026-11-20T16:00:00Z"));
  // As himself he goes on.
  Caller himself = caller;
  himself.agency = kHome;
  himself.mandate.clear();
  CHECK(t.GoesOn(himself, "2026-11-20T16:00:00Z"));
  SECTION("the mandate is over another agency now") {
    t.Change([](catalog::v1::DirectoryChange* change) {
      catalog::v1::Mandate* mandate = change->mutable_mandate();
      mandate->set_name("mandates/m");
      mandate->add_supervisors("people/v");
      mandate->add_agencies(kCivil);
      mandate->set_start_date("2026-11-10");
      mandate->set_end_date("2026-11-20");
    });
  }
  SECTION("the person is no supervisor any more") {
    t.Change([](catalog::v1::DirectoryChange* change) {
      change->mutable_person()->set_name("people/v");
      change->mutable_person()->set_agency(kHome);
      change->mutable_person()->set_standing(catalog::v1::ACTIVE);
    });
  }
  CHECK_FALSE(t.GoesOn(caller, during));
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
  Inspected two({kTax, kCivil});
  CHECK(two.Ask("").agency == kHome);
  CHECK(two.Ask(kCivil).agency == kCivil);
}

}  // namespace
}  // namespace shareway::rpc
