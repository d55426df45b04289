// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/exchange_rpc.h"

#include "catch2/catch.hpp"

namespace shareway::exchange {
namespace {

rpc::Caller CallerOf(crypto::Identity::Kind kind, const char* name) {
  rpc::Caller caller;
  caller.identity.kind = kind;
  caller.identity.name = name;
  caller.agency = "agencies/tax";
  return caller;
}

TEST_CASE("A person asks for himself and in no other name", "[exchange]") {
  const rpc::Caller person = CallerOf(crypto::Identity::Kind::kPerson, "people/li-1");
  for (const char* given : {"", " ", "people/li-1", "li-1", " li-1 "}) {
    CAPTURE(given);
    CHECK(*OperatorOf(person, given) == "people/li-1");
  }
  for (const char* given : {"people/wang-2", "wang-2", "li", "people/", "T-0001"}) {
    CAPTURE(given);
    const absl::Status refused = OperatorOf(person, given).status();
    CHECK(absl::IsInvalidArgument(refused));
    REQUIRE(DetailsOf(refused)->fields.size() == 1);
    CHECK(DetailsOf(refused)->fields[0].field == "operator");
  }
}

TEST_CASE("A clerk looks up one record, and who is a data steward, too, is not bound to it",
          "[exchange]") {
  using Kind = crypto::Identity::Kind;
  rpc::Caller clerk = CallerOf(Kind::kPerson, "people/li-1");
  clerk.roles = {CLERK};
  CHECK(LooksUpOne(clerk));
  clerk.roles = {CLERK, APPLICANT};
  CHECK(LooksUpOne(clerk));
  clerk.roles = {CLERK, DATA_STEWARD};
  CHECK_FALSE(LooksUpOne(clerk));
  clerk.roles = {DATA_STEWARD};
  CHECK_FALSE(LooksUpOne(clerk));
  CHECK_FALSE(LooksUpOne(CallerOf(Kind::kSystem, "agencies/tax/systems/desk")));
}

TEST_CASE("A system says for whom it asks", "[exchange]") {
  const rpc::Caller system =
      CallerOf(crypto::Identity::Kind::kSystem, "agencies/tax/systems/desk");
  CHECK(*OperatorOf(system, " T-0001 ") == "T-0001");
  CHECK(OperatorOf(system, "")->empty());  // which CheckAsk refuses
}

}  // namespace
}  // namespace shareway::exchange
