// SPDX-License-Identifier: Apache-2.0
// Sessions: bound, used, stepped up, ended; and a clock that somebody moves.
#include "services/console/sessions.h"

#include "catch2/catch.hpp"
#include "services/console/test_console.h"
#include "services/console/upkeep.h"

namespace shareway::console {
namespace {

const std::string kKey(32, 'c');
const std::string kOtherKey(32, 'd');

Reason Used(TestConsole* t, const std::string& token, const Client& client = TestConsole::At()) {
  return ReasonOf(t->sessions->Use(client, token).status());
}

TEST_CASE("A token stands for its person, and a wrong one for nobody", "[session]") {
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Clerk(), Keeper());
  const Sessions::SignedIn in = t.SignInByTotp("people/clerk", secret).value();
  CHECK(in.token.size() == 43);
  const LiveSession live = t.sessions->Use(t.At(), in.token).value();
  CHECK(live.person == Clerk());
  t.people["people/clerk"].roles.push_back(Role::kApplicant);  // the directory is asked each time
  CHECK(t.sessions->Use(t.At(), in.token)->person.has(Role::kApplicant));
  std::string other = in.token;
  other[0] = other[0] == 'A' ? 'B' : 'A';
  CHECK(Used(&t, other) == Reason::kSessionOver);
  CHECK(Used(&t, "") == Reason::kSessionOver);
  CHECK(Used(&t, "no token at all") == Reason::kSessionOver);
  // The token itself is nowhere in the store.
  (void)disk.kv.Scan("", "", [&](absl::string_view key, absl::string_view value, uint64_t) {
    CHECK(key.find(in.token) == absl::string_view::npos);
    CHECK(value.find(in.token) == absl::string_view::npos);
    return true;
  });
}

TEST_CASE("A session that comes with another certificate is refused, recorded and ended",
          "[session]") {
  Disk disk;
  TestConsole t(&disk);
  t.Open(Keeper(), System());
  t.certificates["people/keeper"] = kKey;
  const Client home = t.At("10.1.2.3", kKey);
  for (const Client& thief :
       {t.At("10.1.2.3", kOtherKey), t.At("10.1.2.3"), t.At("10.5.5.5", kKey)}) {
    const std::string token = t.SignIn("people/keeper", {}, home)->token;
    REQUIRE(Used(&t, token, home) == Reason::kUnspecified);
    const size_t before = t.Told().size();
    CHECK(Used(&t, token, thief) == Reason::kSessionElsewhere);
    REQUIRE(t.Told().size() == before + 1);
    CHECK(t.Told().back() == "SESSION_REFUSED SESSION_ELSEWHERE");
    CHECK(Used(&t, token, home) == Reason::kSessionOver);
    CHECK(Used(&t, token, thief) == Reason::kSessionOver);
  }
  // A certificate that is revoked ends the session that it began.
  const std::string token = t.SignIn("people/keeper", {}, home)->token;
  t.certificates.erase("people/keeper");
  CHECK(Used(&t, token, home) == Reason::kSessionOver);
  CHECK(t.Told().back() == "SESSION_ENDED KEY_REVOKED");
}

TEST_CASE("A session lives 8 hours with use and 15 minutes without, over restarts", "[session]") {
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Clerk(), Keeper());
  std::string token = t.SignInByTotp("people/clerk", secret)->token;
  for (int i = 0; i < 34; ++i) {  // 7 h 56 min
    disk.clock.Advance(absl::Minutes(14));
    REQUIRE(Used(&t, token) == Reason::kUnspecified);
  }
  TestConsole again(&disk);
  CHECK(Used(&again, token) == Reason::kUnspecified);
  disk.clock.Advance(absl::Minutes(4));
  CHECK(Used(&again, token) == Reason::kSessionOver);
  CHECK(again.Told().back() == "SESSION_ENDED EXPIRED");
  token = again.SignInByTotp("people/clerk", secret)->token;
  disk.clock.Advance(kIdle);
  Upkeep(*again.desk);
  CHECK(again.WasTold("SESSION_ENDED IDLE"));
  CHECK(again.store.SessionsOf("people/clerk")->empty());
}

TEST_CASE("A session stands while it could be used, and to ask so prolongs it by nothing",
          "[session]") {
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Clerk(), Keeper());
  const auto stands = [&](const std::string& token, const Client& client = TestConsole::At()) {
    return ReasonOf(t.sessions->Stands(client, token));
  };
  const std::string token = t.SignInByTotp("people/clerk", secret)->token;
  CHECK(stands(token) == Reason::kUnspecified);
  CHECK(stands("no token at all") == Reason::kSessionOver);
  const size_t told = t.Told().size();
  CHECK(stands(token, t.At("10.5.5.5")) == Reason::kSessionOver);
  // Neither ended it, nor told of it: that is for who uses it.
  CHECK(t.Told().size() == told);
  CHECK(stands(token) == Reason::kUnspecified);
  disk.clock.Advance(kIdle - absl::Minutes(1));
  CHECK(stands(token) == Reason::kUnspecified);
  disk.clock.Advance(absl::Minutes(1));
  CHECK(stands(token) == Reason::kSessionOver);
  const std::string again = t.SignInByTotp("people/clerk", secret)->token;
  t.people.erase("people/clerk");
  CHECK(stands(again) == Reason::kSessionOver);
}

TEST_CASE(
    "A clock that is set back prolongs no session, before or after a restart, and is recorded",
    "[session]") {
  Disk disk;
  const Client client = TestConsole::At("10.1.2.3", kKey);
  std::string token;
  {
    TestConsole t(&disk);
    t.Open(Clerk(), Keeper());
    t.certificates["people/clerk"] = kKey;
    token = t.SignIn("people/clerk", {}, client)->token;
    disk.clock.Advance(absl::Minutes(10));
    REQUIRE(Used(&t, token, client) == Reason::kUnspecified);
    disk.clock.Jump(-absl::Hours(1));
    REQUIRE(Used(&t, token, client) == Reason::kUnspecified);
    CHECK(t.WasTold("SESSION_REFUSED CLOCK_MOVED_BACK"));
    const size_t told = t.Told().size();
    REQUIRE(Used(&t, token, client) == Reason::kUnspecified);
    CHECK(t.Told().size() == told);  // once
    // Time goes on by boot time, however far the wall clock lies behind.
    disk.clock.Advance(kIdle);
    CHECK(Used(&t, token, client) == Reason::kSessionOver);
    CHECK(t.Told().back() == "SESSION_ENDED IDLE");
    token = t.SignIn("people/clerk", {}, client)->token;
  }
  disk.clock.Jump(-absl::Hours(24));
  TestConsole t(&disk);
  t.certificates["people/clerk"] = kKey;
  CHECK(Used(&t, token, client) == Reason::kUnspecified);
  CHECK(t.Told().back() == "SESSION_REFUSED CLOCK_MOVED_BACK");
  disk.clock.Advance(kIdle);
  CHECK(Used(&t, token, client) == Reason::kSessionOver);
}

TEST_CASE("A new session of an administrator ends the one before", "[session]") {
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Keeper(), System());
  const std::string first = t.SignInByTotp("people/keeper", secret)->token;
  disk.clock.Advance(absl::Minutes(1));
  const std::string second = t.SignInByTotp("people/keeper", secret)->token;
  CHECK(t.WasTold("SESSION_ENDED ANOTHER_BEGAN"));
  CHECK(Used(&t, first) == Reason::kSessionOver);
  CHECK(Used(&t, second) == Reason::kUnspecified);
  // Others may have several.
  const std::string clerk = t.Open(Clerk(), Keeper());
  const std::string a = t.SignInByTotp("people/clerk", clerk)->token;
  disk.clock.Advance(absl::Minutes(1));
  const std::string b = t.SignInByTotp("people/clerk", clerk)->token;
  CHECK(Used(&t, a) == Reason::kUnspecified);
  CHECK(Used(&t, b) == Reason::kUnspecified);
}

TEST_CASE("Suspending, cancelling or resetting an account ends its sessions", "[session]") {
  for (const AccountAct act : {AccountAct::kSuspend, AccountAct::kCancel, AccountAct::kReset}) {
    Disk disk;
    TestConsole t(&disk);
    const std::string secret = t.Open(Clerk(), Keeper());
    const std::string token = t.SignInByTotp("people/clerk", secret)->token;
    REQUIRE(t.Act(act, Clerk(), Keeper()).ok());
    CHECK(t.store.SessionsOf("people/clerk")->empty());
    CHECK(Used(&t, token) == Reason::kSessionOver);
    disk.clock.Advance(absl::Minutes(1));
    CHECK(ReasonOf(t.SignInByTotp("people/clerk", secret).status()) == Reason::kSignInRefused);
  }
  // So does the directory's suspension of the person.
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Clerk(), Keeper());
  const std::string token = t.SignInByTotp("people/clerk", secret)->token;
  t.people["people/clerk"].stands = false;
  CHECK(Used(&t, token) == Reason::kSessionOver);
  CHECK(t.Told().back() == "SESSION_ENDED ACCOUNT_CLOSED");
}

TEST_CASE("A step-up shows the second factor afresh, as strong as the session's", "[session]") {
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Clerk(), Keeper());
  const std::string token = t.SignInByTotp("people/clerk", secret)->token;
  const absl::Time begun = disk.clock.Now();
  CHECK(t.sessions->Use(t.At(), token)->session.value.step_up_end() == begun + kStepUpLife);
  const auto step_up = [&](const std::string& code) {
    return ReasonOf(t.sessions->StepUp(t.At(), token, {.totp_code = code}).status());
  };
  CHECK(step_up(t.Code(secret)) == Reason::kFactorReplayed);  // the code that signed in
  disk.clock.Advance(absl::Minutes(6));
  CHECK(step_up(t.WrongCode(secret)) == Reason::kSignInRefused);
  CHECK(step_up(t.Code(secret)) == Reason::kUnspecified);
  CHECK(t.Told().back() == "SESSION_STARTED STEP_UP_TOTP");
  CHECK(t.sessions->Use(t.At(), token)->session.value.stepped_up == disk.clock.Now());

  const std::string keeper_secret = t.Open(Keeper(), System());
  t.certificates["people/keeper"] = kKey;
  const Client home = t.At("10.1.2.3", kKey);
  const std::string strong = t.SignIn("people/keeper", {}, home)->token;
  CHECK(ReasonOf(t.sessions->StepUp(home, strong, {.totp_code = t.Code(keeper_secret)}).status()) ==
        Reason::kFactorTooWeak);
  CHECK(t.sessions->StepUp(home, strong, {}).ok());
}

TEST_CASE("Who becomes an administrator loses a session that is too weak for one", "[session]") {
  Disk disk;
  TestConsole t(&disk, Protection::kMlps3);
  const std::string secret = t.Open(Clerk(), Keeper());
  const std::string token = t.SignInByTotp("people/clerk", secret)->token;
  REQUIRE(Used(&t, token) == Reason::kUnspecified);
  t.people["people/clerk"].roles.push_back(Role::kAccountAdministrator);
  CHECK(Used(&t, token) == Reason::kFactorTooWeak);
  CHECK(t.Told().back() == "SESSION_ENDED FACTOR_TOO_WEAK");
  CHECK(Used(&t, token) == Reason::kSessionOver);
}

TEST_CASE("Sessions are listed and ended by their owner and by who administers the account",
          "[session]") {
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Clerk(), Keeper());
  const Sessions::SignedIn in = t.SignInByTotp("people/clerk", secret).value();
  const std::string name = in.live.session.value.name;
  CHECK(t.sessions->List(Clerk(), "")->size() == 1);
  CHECK(t.sessions->List(Keeper(), "people/clerk")->size() == 1);
  CHECK(t.sessions->List(Security(), "people/clerk")->size() == 1);
  for (const Person& stranger : {Stranger(), Audit(), With("b", {Role::kClerk})}) {
    CHECK(ReasonOf(t.sessions->List(stranger, "people/clerk").status()) == Reason::kNotVisible);
    CHECK(ReasonOf(t.sessions->End(stranger, name, "people/clerk")) == Reason::kNotVisible);
  }
  CHECK(ReasonOf(t.sessions->End(Keeper(), "sessions/none", "people/clerk")) ==
        Reason::kNotVisible);
  REQUIRE(t.sessions->End(Keeper(), name, "people/clerk").ok());
  CHECK(t.Told().back() == "SESSION_ENDED ENDED_BY_ADMINISTRATOR");
  CHECK(Used(&t, in.token) == Reason::kSessionOver);
  disk.clock.Advance(absl::Minutes(1));
  const std::string token = t.SignInByTotp("people/clerk", secret)->token;
  REQUIRE(t.sessions->SignOut(t.At(), token).ok());
  CHECK(t.Told().back() == "SESSION_ENDED SIGNED_OUT");
  CHECK(t.sessions->SignOut(t.At(), token).ok());
}

TEST_CASE("A sign-in whose write or answer is lost leaves nothing half done", "[session]") {
  for (const bool written : {false, true}) {
    Disk disk;
    TestConsole t(&disk);
    const std::string secret = t.Open(Clerk(), Keeper());
    const Sessions::Started started =
        t.sessions->Start(t.At(), "people/clerk", kGoodPassword).value();
    disk.kv.on_commit = [&](const kv::Batch&) {
      return kv::Outcome{.apply = written, .status = absl::UnavailableError("lost")};
    };
    const ShownFactor shown{.totp_code = t.Code(secret)};
    CHECK_FALSE(t.sessions->Finish(t.At(), started.sign_in, shown, "").ok());
    disk.kv.on_commit = nullptr;
    CHECK(t.store.SessionsOf("people/clerk")->size() == (written ? 1 : 0));
    CHECK(t.WasTold("SESSION_STARTED TOTP") == written);
    // The step is taken exactly if the session is there.
    CHECK(t.SignInByTotp("people/clerk", secret).ok() == !written);
  }
}

}  // namespace
}  // namespace shareway::console
