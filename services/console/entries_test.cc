// SPDX-License-Identifier: Apache-2.0
// Going on at the agency's gateway: by whom, where, how often and how long.
#include "services/console/entries.h"

#include <functional>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/console/test_console.h"

namespace shareway::console {
namespace {

const std::string kGateway = absl::StrCat(kTax, "/systems/gateway");
const std::string kSecond = absl::StrCat(kTax, "/systems/second");
const std::string kTheirs = absl::StrCat(kCivil, "/systems/gateway");

// A clerk who has signed in.
struct AtDesk {
  explicit AtDesk(AgencyGateways gateways = {{kGateway, "https://node.tax:8443"},
                                             {kSecond, "https://second.tax"},
                                             {kTheirs, "https://node.civil"}})
      : entries(t.desk.get(), t.sessions.get(), std::move(gateways)) {
    token = t.SignInByTotp("people/clerk", secret)->token;
  }
  absl::StatusOr<Entries::Opened> Open(const std::string& system = "") {
    return entries.Open(TestConsole::At(), token, system);
  }
  std::string Code(const std::string& system = "") { return Open(system)->code; }

  Disk disk;
  TestConsole t{&disk};
  const std::string secret = t.Open(Clerk(), Keeper());
  Entries entries;
  std::string token;
};

TEST_CASE("A code leads once, within a minute, to the gateway that it was made for", "[entry]") {
  AtDesk desk;
  const absl::StatusOr<Entries::Opened> opened = desk.Open();
  REQUIRE(opened.ok());
  CHECK(opened->system == kGateway);
  CHECK(opened->url == "https://node.tax:8443");
  CHECK(opened->code.size() == 43);
  CHECK(opened->end == desk.disk.clock.Now() + absl::Seconds(60));
  const size_t before = desk.t.Told().size();
  const absl::StatusOr<Entries::Entered> entered = desk.entries.Redeem(kGateway, opened->code);
  REQUIRE(entered.ok());
  CHECK(entered->live.person == Clerk());
  CHECK(entered->handle.size() == 43);
  CHECK(entered->handle != opened->code);
  REQUIRE(desk.t.Told().size() == before + 1);
  CHECK(desk.t.Told().back() == absl::StrCat("SESSION_STARTED AT_GATEWAY ", kGateway));
  CHECK(ReasonOf(desk.entries.Redeem(kGateway, opened->code).status()) == Reason::kSessionOver);

  CHECK(desk.Open(kSecond)->url == "https://second.tax");
}

TEST_CASE("What is no good code is refused in the same words, whatever it is", "[entry]") {
  struct Row {
    const char* what;
    std::function<absl::Status(AtDesk*)> redeem;
  };
  const Row rows[] = {
      {"never made",
       [](AtDesk* d) { return d->entries.Redeem(kGateway, std::string(43, 'A')).status(); }},
      {"no code at all", [](AtDesk* d) { return d->entries.Redeem(kGateway, "%%").status(); }},
      {"empty", [](AtDesk* d) { return d->entries.Redeem(kGateway, "").status(); }},
      {"a minute old",
       [](AtDesk* d) {
         const std::string code = d->Code();
         d->disk.clock.Advance(absl::Seconds(60));
         return d->entries.Redeem(kGateway, code).status();
       }},
      {"replaced by a newer one",
       [](AtDesk* d) {
         const std::string code = d->Code();
         d->Code(kSecond);
         return d->entries.Redeem(kGateway, code).status();
       }},
      {"for another gateway",
       [](AtDesk* d) { return d->entries.Redeem(kSecond, d->Code()).status(); }},
      {"for another agency's",
       [](AtDesk* d) { return d->entries.Redeem(kTheirs, d->Code()).status(); }},
      {"of a session that was signed out",
       [](AtDesk* d) {
         const std::string code = d->Code();
         CHECK(d->t.sessions->SignOut(TestConsole::At(), d->token).ok());
         return d->entries.Redeem(kGateway, code).status();
       }},
      {"of somebody who left the agency",
       [](AtDesk* d) {
         const std::string code = d->Code();
         d->t.people["people/clerk"].agency = kCivil;
         return d->entries.Redeem(kGateway, code).status();
       }},
      {"of somebody suspended",
       [](AtDesk* d) {
         const std::string code = d->Code();
         d->t.people["people/clerk"].stands = false;
         return d->entries.Redeem(kGateway, code).status();
       }},
  };
  for (const Row& row : rows) {
    INFO(row.what);
    AtDesk desk;
    const absl::Status refused = row.redeem(&desk);
    CHECK(ReasonOf(refused) == Reason::kSessionOver);
    CHECK(refused.message() ==
          "there is no such entry, or its session is over; come again from the console");
  }
}

TEST_CASE("A code that the wrong system showed is void for the right one, too", "[entry]") {
  AtDesk desk;
  const std::string code = desk.Code();
  CHECK_FALSE(desk.entries.Redeem(kTheirs, code).ok());
  CHECK_FALSE(desk.entries.Redeem(kGateway, code).ok());
}

TEST_CASE("A person goes on at gateways of the own agency alone, and hears of no other",
          "[entry]") {
  AtDesk desk;
  const absl::Status theirs = desk.Open(kTheirs).status();
  const std::string nothing = absl::StrCat(kCivil, "/systems/nothing");
  const absl::Status absent = desk.Open(nothing).status();
  CHECK(ReasonOf(theirs) == Reason::kNotVisible);
  CHECK(ReasonOf(absent) == Reason::kNotVisible);
  CHECK(ReasonOf(desk.Open(absl::StrCat(kTax, "/systems/nothing")).status()) ==
        Reason::kNotVisible);
  // In no session, nowhere.
  desk.token = std::string(43, 'A');
  CHECK(ReasonOf(desk.Open().status()) == Reason::kSessionOver);

  AtDesk without(AgencyGateways{{kTheirs, "https://node.civil"}});
  CHECK(ReasonOf(without.Open().status()) == Reason::kStateForbids);
}

TEST_CASE("A handle is good for its gateway, as long as the session lives by it", "[entry]") {
  AtDesk desk;
  const std::string handle = desk.entries.Redeem(kGateway, desk.Code())->handle;
  const auto renew = [&](const std::string& system = kGateway) {
    return ReasonOf(desk.entries.Renew(system, handle).status());
  };
  CHECK(renew(kSecond) == Reason::kSessionOver);
  CHECK(renew(kTheirs) == Reason::kSessionOver);
  CHECK(ReasonOf(desk.entries.Renew(kGateway, "").status()) == Reason::kSessionOver);
  // To be used there is to be used: the session does not idle out.
  for (int minutes = 0; minutes < 60; minutes += 10) {
    desk.disk.clock.Advance(absl::Minutes(10));
    CHECK(renew() == Reason::kUnspecified);
  }
  CHECK(desk.t.sessions->Use(TestConsole::At(), desk.token).ok());
  desk.disk.clock.Advance(absl::Minutes(15));
  CHECK(renew() == Reason::kSessionOver);
  CHECK(desk.t.WasTold("SESSION_ENDED IDLE"));
}

TEST_CASE("Who enters once more has the new handle alone, and ends with his session", "[entry]") {
  AtDesk desk;
  const std::string first = desk.entries.Redeem(kGateway, desk.Code())->handle;
  const std::string elsewhere = desk.entries.Redeem(kSecond, desk.Code(kSecond))->handle;
  const std::string second = desk.entries.Redeem(kGateway, desk.Code())->handle;
  CHECK_FALSE(desk.entries.Renew(kGateway, first).ok());
  CHECK(desk.entries.Renew(kGateway, second).ok());
  CHECK(desk.entries.Renew(kSecond, elsewhere).ok());
  const std::string name =
      desk.t.sessions->Use(TestConsole::At(), desk.token)->session.value.name;
  CHECK(desk.t.sessions->End(Clerk(), name, "").ok());
  CHECK_FALSE(desk.entries.Renew(kGateway, second).ok());
  CHECK_FALSE(desk.entries.Renew(kSecond, elsewhere).ok());
}

TEST_CASE("What gateways there are is said in one form", "[entry]") {
  const auto read = ReadAgencyGateways(
      {absl::StrCat(kTax, "/systems/gateway=https://node.example:8443")});
  REQUIRE(read.ok());
  CHECK(read->at(kGateway) == "https://node.example:8443");
  CHECK(ReadAgencyGateways({})->empty());
  for (const std::string& bad :
       {std::string("=https://a"), kGateway, kGateway + "=", kGateway + "=http://a",
        kGateway + "=https://", kGateway + "=https://a/b", kGateway + "=https://a?b",
        kGateway + "=https://u@a", absl::StrCat(kTax, "=https://a"),
        std::string("people/clerk=https://a")}) {
    INFO(bad);
    CHECK(absl::IsInvalidArgument(ReadAgencyGateways({bad}).status()));
  }
  CHECK(absl::IsInvalidArgument(
      ReadAgencyGateways({kGateway + "=https://a", kGateway + "=https://b"}).status()));
}

}  // namespace
}  // namespace shareway::console
