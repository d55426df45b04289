// SPDX-License-Identifier: Apache-2.0
// Who may do what with an account in which state, and what the rules do to it.
#include "services/console/domain/account.h"

#include <algorithm>

#include "catch2/catch.hpp"
#include "services/console/domain/examples.h"
#include "services/console/domain/password.h"

namespace shareway::console {
namespace {

using State = Account::State;

Account Of(const Person& person, State state = State::kActive) {
  Account account = CreateAccount(person.name, person, {},
                                  With("other-system", {Role::kSystemAdministrator}), Morning())
                        .value();
  account.state = state;
  if (state == State::kActive) account.password_time = Morning();
  return account;
}
Contractor Builder() {
  return {.employer = "某科技公司", .contract = "HT-2025-7", .end = absl::CivilDay(2025, 10, 31)};
}

TEST_CASE("Each act on an account in each state by everybody does what the table says",
          "[account]") {
  // Whom the act is on, by whom, and which acts those may do: a adjust, s suspend, r resume,
  // c cancel, p reset; "-" sees it and may nothing; "" is a stranger.
  struct Case {
    Person holder;
    Person actor;
    std::string may;
  };
  const Person other_system = With("system-2", {Role::kSystemAdministrator});
  const std::vector<Case> cases = {
      {Clerk(), Keeper(), "asrcp"},
      {Clerk(), System(), "asrcp"},
      {Clerk(), Stranger(), ""},
      {Clerk(), Security(), "-"},
      {Clerk(), Audit(), "-"},
      {Clerk(), Clerk(), "-"},
      {Clerk(), With("b", {Role::kClerk}), ""},
      {Keeper(), Keeper(), "-"},
      {Keeper(), System(), "asrcp"},
      {System(), Security(), "rp"},
      {System(), Audit(), "-"},
      {System(), System(), "-"},
      {System(), other_system, "asrcp"},
      {System(), Stranger(), "-"},
      {Security(), System(), "asrcp"},
      {Security(), Stranger(), "-"},
      {Audit(), Security(), "-"},
      {Audit(), System(), "asrcp"},
  };
  const std::string letters = "asrcp";  // in the order of AccountAct
  for (const Case& c : cases) {
    for (const State state :
         {State::kInvited, State::kActive, State::kSuspended, State::kCancelled}) {
      const Account account = Of(c.holder, state);
      for (const AccountRow& row : AccountTable()) {
        const absl::Status status = Admit(row.act, account, c.holder, c.actor);
        const bool may = c.may.find(letters[static_cast<size_t>(row.act)]) != std::string::npos;
        const bool now = std::count(row.from.begin(), row.from.end(), state) == 1;
        INFO(c.holder.name << " " << StateName(state) << " " << row.method << " by "
                           << c.actor.name);
        if (c.may.empty()) {
          CHECK(ReasonOf(status) == Reason::kNotVisible);
        } else if (!may) {
          CHECK(ReasonOf(status) == Reason::kPolicyDenied);
        } else if (!now) {
          CHECK(ReasonOf(status) == Reason::kStateForbids);
        } else {
          CHECK(status.ok());
        }
      }
    }
  }
}

TEST_CASE("No act leads out of a cancelled account", "[account]") {
  for (const AccountRow& row : AccountTable()) {
    CHECK(std::count(row.from.begin(), row.from.end(), State::kCancelled) == 0);
  }
}

TEST_CASE("An account is made of one person of the directory, by who administers it", "[account]") {
  const auto refusal = [](const std::optional<Person>& person, const Person& actor,
                          const std::optional<Contractor>& contractor = {}) {
    return ReasonOf(CreateAccount("people/clerk", person, contractor, actor, Morning()).status());
  };
  const Account made =
      CreateAccount("people/clerk", Clerk(), Builder(), Keeper(), Morning()).value();
  CHECK(made.name == "accounts/clerk");
  CHECK(made.state == State::kInvited);
  CHECK(made.contractor == Builder());
  CHECK(refusal(Clerk(), System()) == Reason::kUnspecified);
  CHECK(refusal(Clerk(), Stranger()) == Reason::kNotVisible);
  CHECK(refusal(std::nullopt, System()) == Reason::kNotVisible);
  CHECK(refusal(Clerk(), Security()) == Reason::kNotVisible);
  CHECK(refusal(Clerk(), With("clerk", {Role::kSystemAdministrator})) == Reason::kPolicyDenied);
  CHECK(refusal(With("clerk", {Role::kAuditAdministrator}), Keeper()) == Reason::kPolicyDenied);
  CHECK(refusal(With("clerk", {Role::kAuditAdministrator, Role::kSystemAdministrator}), System()) ==
        Reason::kRolesExclusive);
  Person gone = Clerk();
  gone.stands = false;
  CHECK(refusal(gone, Keeper()) == Reason::kStateForbids);
  CHECK(ReasonOf(CreateAccount("clerk", Clerk(), {}, Keeper(), Morning()).status()) ==
        Reason::kFieldInvalid);
}

TEST_CASE("A contractor's account names employer, contract and last day, and ends with it",
          "[account]") {
  const auto spoilt = [](auto spoil) {
    Contractor contractor = Builder();
    spoil(&contractor);
    return ReasonOf(
        CreateAccount("people/clerk", Clerk(), contractor, Keeper(), Morning()).status());
  };
  CHECK(spoilt([](Contractor*) {}) == Reason::kUnspecified);
  CHECK(spoilt([](Contractor* c) { c->employer = ""; }) == Reason::kFieldInvalid);
  CHECK(spoilt([](Contractor* c) { c->contract = ""; }) == Reason::kFieldInvalid);
  CHECK(spoilt([](Contractor* c) { c->contract = std::string(101, 'x'); }) ==
        Reason::kFieldInvalid);
  CHECK(spoilt([](Contractor* c) { c->end = absl::CivilDay(2025, 9, 29); }) ==
        Reason::kFieldInvalid);
  CHECK(spoilt([](Contractor* c) { c->end = absl::CivilDay(2025, 9, 30); }) ==
        Reason::kUnspecified);
  CHECK(spoilt([](Contractor* c) { c->end = absl::CivilDay(2029, 9, 30); }) ==
        Reason::kFieldInvalid);

  Account account = Of(Clerk());
  account.contractor = Builder();
  // 24:00 of the last day in Shanghai is 16:00 of it in UTC.
  const absl::Time end = absl::FromCivil(absl::CivilHour(2025, 10, 31, 16), absl::UTCTimeZone());
  CHECK_FALSE(SuspendByRule(account, end - absl::Seconds(1)));
  const Account over = SuspendByRule(account, end).value();
  CHECK(over.state == State::kSuspended);
  CHECK(over.state_reason == "CONTRACT_OVER");
  CHECK(ReasonOf(Apply(AccountAct::kResume, over, "续签", {}, end).status()) ==
        Reason::kContractOver);
  Contractor longer = Builder();
  longer.end = absl::CivilDay(2026, 10, 31);
  const Account adjusted = Apply(AccountAct::kAdjust, over, "续签", longer, end).value();
  CHECK(Apply(AccountAct::kResume, adjusted, "续签", {}, end)->state == State::kActive);
}

TEST_CASE("An account that is not used for 90 days is suspended, and resumes fresh", "[account]") {
  Account account = Of(Clerk());
  CHECK_FALSE(SuspendByRule(account, Morning() + kStaleAfter - absl::Seconds(1)));
  const Account stale = SuspendByRule(account, Morning() + kStaleAfter).value();
  CHECK(stale.state_reason == "STALE");
  const absl::Time later = Morning() + kStaleAfter + absl::Hours(1);
  const Account again = Apply(AccountAct::kResume, stale, "返岗", {}, later).value();
  CHECK_FALSE(SuspendByRule(again, later + absl::Hours(24)));
  account.last_sign_in = Morning() + absl::Hours(24);
  CHECK_FALSE(SuspendByRule(account, Morning() + kStaleAfter));
  CHECK_FALSE(SuspendByRule(stale, later));
}

TEST_CASE("Every act needs a reason, and a reset voids the password", "[account]") {
  const Account account = Of(Clerk());
  for (const AccountAct act :
       {AccountAct::kAdjust, AccountAct::kSuspend, AccountAct::kCancel, AccountAct::kReset}) {
    CHECK(ReasonOf(Apply(act, account, "", {}, Morning()).status()) == Reason::kFieldInvalid);
    CHECK(ReasonOf(Apply(act, account, std::string(501, 'x'), {}, Morning()).status()) ==
          Reason::kFieldInvalid);
  }
  const Account reset = Apply(AccountAct::kReset, account, "遗失", {}, Morning()).value();
  CHECK(reset.state == State::kInvited);
  CHECK_FALSE(reset.password_time);
  CHECK(ReasonOf(Redeem(account, Morning()).status()) == Reason::kStateForbids);
  CHECK(Redeem(reset, Morning())->state == State::kActive);
}

TEST_CASE("A password is long, various, not common and not the person's name", "[password]") {
  const auto refused = [](absl::string_view password) {
    return !CheckPassword(password, Clerk()).ok();
  };
  for (const char* good : {"correct-horse-7", "twelve-chars", "春眠不觉晓处处闻啼鸟夜来"}) {
    INFO(good);
    CHECK_FALSE(refused(good));
  }
  for (const char* bad : {"", "eleven-char", "aaaabbbbaaaabbbb", "password1234", "Password2025!!",
                          "123456789012345", "my-clerk-account", "CLERK-of-the-tax",
                          "张伟的密码是一二三四五六", "qwertyuiop12", "bell-at-char-\x07"}) {
    INFO(bad);
    CHECK(refused(bad));
  }
  CHECK(refused(std::string(64, 'a') + std::string(64, 'b') + "cdefg"));
  Account account = Of(Clerk());
  CHECK_FALSE(PasswordExpired(account, Morning() + kPasswordLife - absl::Seconds(1)));
  CHECK(PasswordExpired(account, Morning() + kPasswordLife));
}

}  // namespace
}  // namespace shareway::console
