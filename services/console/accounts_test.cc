// SPDX-License-Identifier: Apache-2.0
// The first start, one-time codes, the life of accounts, and the permission file.
#include "services/console/accounts.h"

#include <sys/stat.h>

#include "catch2/catch.hpp"
#include "libs/crypto/identity.h"
#include "services/console/test_console.h"
#include "services/console/upkeep.h"
#include "tests/support/temp_dir.h"

namespace shareway::console {
namespace {

using State = Account::State;
using FirstCodes = std::map<Role, std::string>;

FirstCodes Start(const Accounts& accounts) {
  FirstCodes codes;
  REQUIRE(accounts
              .FirstStart([&](const std::array<Accounts::FirstCode, 3>& made) {
                for (const Accounts::FirstCode& code : made) codes[code.role] = code.code;
                return absl::OkStatus();
              })
              .ok());
  return codes;
}

Reason Redeemed(TestConsole* t, const Person& person, const std::string& code,
                const std::string& address = "10.1.2.3") {
  return ReasonOf(
      t->accounts->Redeem(TestConsole::At(address), person.name, code, kGoodPassword).status());
}

TEST_CASE("The first start makes three administrators from one-time codes, once", "[first]") {
  Disk disk;
  TestConsole t(&disk, Protection::kMlps3);
  const FirstCodes void_codes = Start(*t.accounts);
  const FirstCodes codes = Start(*t.accounts);  // while there is no account, anew
  REQUIRE(codes.size() == 3);
  CHECK(Redeemed(&t, System(), void_codes.at(Role::kSystemAdministrator)) == Reason::kCodeInvalid);
  // Each code names one role, and opens an account of who holds it.
  CHECK(Redeemed(&t, Security(), codes.at(Role::kSystemAdministrator), "10.1.2.4") ==
        Reason::kCodeInvalid);
  CHECK(Redeemed(&t, Clerk(), codes.at(Role::kSystemAdministrator), "10.1.2.4") ==
        Reason::kCodeInvalid);
  t.people["people/both"] = With("both", {Role::kSystemAdministrator, Role::kAuditAdministrator});
  CHECK(Redeemed(&t, t.people["people/both"], codes.at(Role::kAuditAdministrator), "10.1.2.5") ==
        Reason::kCodeInvalid);
  for (const auto& [role, person] :
       std::map<Role, Person>{{Role::kSystemAdministrator, System()},
                              {Role::kSecurityAdministrator, Security()},
                              {Role::kAuditAdministrator, Audit()}}) {
    CHECK(Redeemed(&t, person, codes.at(role)) == Reason::kUnspecified);
    CHECK(t.Load(person).value.state == State::kActive);
  }
  CHECK(t.WasTold("SESSION_REFUSED CODE_INVALID"));
}

TEST_CASE("A first start that is replayed makes no codes, and a code works once", "[first]") {
  Disk disk;
  std::string code;
  {
    TestConsole t(&disk);
    code = Start(*t.accounts).at(Role::kSystemAdministrator);
    REQUIRE(Redeemed(&t, System(), code) == Reason::kUnspecified);
  }
  TestConsole t(&disk);  // started again on its store
  CHECK(Start(*t.accounts).empty());
  const size_t before = t.Told().size();
  CHECK(Redeemed(&t, System(), code) == Reason::kCodeInvalid);
  REQUIRE(t.Told().size() == before + 1);
  CHECK(t.Told().back() == "SESSION_REFUSED CODE_INVALID");
  // Another person who holds the role gets nothing out of it either.
  t.people["people/system-2"] = With("system-2", {Role::kSystemAdministrator});
  CHECK(Redeemed(&t, t.people["people/system-2"], code) == Reason::kCodeInvalid);
}

TEST_CASE("The codes of a first start are in a file for its owner alone", "[first]") {
  const testing::TempDir dir;
  const std::string path = dir.path() + "/codes";
  REQUIRE(WriteFirstCodes(path, {{{Role::kSystemAdministrator, "AAAA"},
                                  {Role::kSecurityAdministrator, "BBBB"},
                                  {Role::kAuditAdministrator, "CCCC"}}})
              .ok());
  CHECK(crypto::ReadFile(path).value() ==
        "SYSTEM_ADMINISTRATOR AAAA\nSECURITY_ADMINISTRATOR BBBB\nAUDIT_ADMINISTRATOR CCCC\n");
  struct stat facts = {};
  REQUIRE(stat(path.c_str(), &facts) == 0);
  CHECK((facts.st_mode & 0777) == 0600);
  CHECK_FALSE(WriteFirstCodes(dir.path() + "/none/codes", {}).ok());
}

TEST_CASE("If the codes cannot be written, none is good", "[first]") {
  Disk disk;
  TestConsole t(&disk);
  std::string code;
  CHECK_FALSE(t.accounts
                  ->FirstStart([&](const std::array<Accounts::FirstCode, 3>& made) {
                    code = made[0].code;
                    return absl::InvalidArgumentError("no disk");
                  })
                  .ok());
  CHECK(Redeemed(&t, System(), code) == Reason::kCodeInvalid);
}

TEST_CASE("A code opens the account of its person within 72 hours", "[accounts]") {
  Disk disk;
  TestConsole t(&disk);
  const Accounts::WithCode made =
      t.accounts->Create(t.By(Keeper()), "people/clerk", {}, false).value();
  CHECK(made.account.value.state == State::kInvited);
  CHECK(Redeemed(&t, Keeper(), made.code) == Reason::kCodeInvalid);
  CHECK(Redeemed(&t, Clerk(), "rubbish") == Reason::kFieldInvalid);  // mistyped: no failure
  // A password that breaks the policy leaves the code good.
  CHECK(ReasonOf(t.accounts->Redeem(t.At(), "people/clerk", made.code, "short").status()) ==
        Reason::kFieldInvalid);
  disk.clock.Advance(kCodeLife - absl::Seconds(1));
  const Accounts::Redeemed redeemed =
      t.accounts->Redeem(t.At(), "people/clerk", made.code, kGoodPassword).value();
  CHECK(redeemed.account.value.state == State::kActive);
  CHECK(redeemed.totp_secret.size() == 20);
  CHECK(Redeemed(&t, Clerk(), made.code) == Reason::kCodeInvalid);

  const Accounts::WithCode again = t.Act(AccountAct::kReset, Clerk(), Keeper()).value();
  disk.clock.Advance(kCodeLife);
  CHECK(Redeemed(&t, Clerk(), again.code) == Reason::kCodeInvalid);
  // A further reset voids the code before it.
  const Accounts::WithCode third = t.Act(AccountAct::kReset, Clerk(), Keeper()).value();
  const Accounts::WithCode fourth = t.Act(AccountAct::kReset, Clerk(), Keeper()).value();
  CHECK(Redeemed(&t, Clerk(), third.code) == Reason::kCodeInvalid);
  // One of the last five passwords is not taken again.
  CHECK(Redeemed(&t, Clerk(), fourth.code) == Reason::kFieldInvalid);
  CHECK(t.accounts->Redeem(t.At(), "people/clerk", fourth.code, "another-Horse-8").ok());
}

TEST_CASE("A code whose redemption is lost stays good, and one whose answer is lost is used",
          "[accounts]") {
  for (const bool written : {false, true}) {
    Disk disk;
    TestConsole t(&disk);
    const std::string code = t.accounts->Create(t.By(Keeper()), "people/clerk", {}, false)->code;
    disk.kv.on_commit = [&](const kv::Batch&) {
      return kv::Outcome{.apply = written, .status = absl::UnavailableError("lost")};
    };
    CHECK_FALSE(t.accounts->Redeem(t.At(), "people/clerk", code, kGoodPassword).ok());
    disk.kv.on_commit = nullptr;
    CHECK(t.Load(Clerk()).value.state == (written ? State::kActive : State::kInvited));
    CHECK(Redeemed(&t, Clerk(), code) == (written ? Reason::kCodeInvalid : Reason::kUnspecified));
  }
}

TEST_CASE("A person has one account, and a repeated request makes no second code", "[accounts]") {
  Disk disk;
  TestConsole t(&disk);
  const Errand errand = t.By(Keeper(), "r1");
  CHECK(t.accounts->Create(errand, "people/clerk", {}, true)->account.version == 0);
  const Accounts::WithCode made = t.accounts->Create(errand, "people/clerk", {}, false).value();
  const Accounts::WithCode same = t.accounts->Create(errand, "people/clerk", {}, false).value();
  CHECK(same.account.version == made.account.version);
  CHECK(same.code.empty());
  CHECK(ReasonOf(t.accounts->Create(t.By(Keeper()), "people/clerk", {}, false).status()) ==
        Reason::kAlreadyExists);
  REQUIRE(t.Act(AccountAct::kCancel, Clerk(), Keeper()).ok());
  CHECK(ReasonOf(t.accounts->Create(t.By(Keeper()), "people/clerk", {}, false).status()) ==
        Reason::kAlreadyExists);
  CHECK(Redeemed(&t, Clerk(), made.code) == Reason::kCodeInvalid);
}

TEST_CASE("An account that was changed meanwhile is not overwritten, and an act is taken once",
          "[accounts]") {
  Disk disk;
  TestConsole t(&disk);
  t.Open(Clerk(), Keeper());
  const std::string etag = t.EtagOf(Clerk());
  const Errand errand = t.By(Keeper());
  REQUIRE(t.accounts->Act(errand, AccountAct::kSuspend, "accounts/clerk", etag, "离岗").ok());
  CHECK(
      ReasonOf(t.accounts->Act(t.By(Keeper()), AccountAct::kCancel, "accounts/clerk", etag, "离岗")
                   .status()) == Reason::kChangedMeanwhile);
  CHECK(ReasonOf(t.accounts
                     ->Act(errand, AccountAct::kResume, "accounts/clerk", t.EtagOf(Clerk()), "返岗")
                     .status()) == Reason::kActReplayed);
  CHECK(ReasonOf(t.accounts->Act(t.By(Keeper()), AccountAct::kResume, "accounts/clerk", "", "返岗")
                     .status()) == Reason::kFieldInvalid);
}

TEST_CASE("Lists show the own agency's accounts, and all to the three administrators",
          "[accounts]") {
  Disk disk;
  TestConsole t(&disk);
  t.Open(Clerk(), Keeper());
  t.Open(Stranger(), System());
  CHECK(t.accounts->List(Keeper(), "", 10)->values.size() == 1);
  CHECK(t.accounts->List(Audit(), "", 10)->values.size() == 2);
  CHECK(t.accounts->List(Clerk(), "", 10)->values.empty());
  const Page<Account> first = t.accounts->List(System(), "", 1).value();
  REQUIRE(first.values.size() == 1);
  CHECK(t.accounts->List(System(), first.next, 1)->values.size() == 1);
  CHECK(ReasonOf(t.accounts->Get(Stranger(), "accounts/clerk").status()) == Reason::kNotVisible);
  CHECK(ReasonOf(t.accounts->Get(Stranger(), "accounts/nobody").status()) == Reason::kNotVisible);
  CHECK(t.accounts->Get(Clerk(), "accounts/clerk").ok());
}

TEST_CASE("Upkeep suspends what is stale or over, and keeps accounts with the directory",
          "[accounts]") {
  Disk disk;
  TestConsole t(&disk);
  const std::string secret = t.Open(Clerk(), Keeper());
  REQUIRE(t.SignInByTotp("people/clerk", secret).ok());
  t.people["people/clerk"].agency = kCivil;  // moved
  Upkeep(*t.desk);
  CHECK(t.Load(Clerk()).value.agency == kCivil);
  CHECK(t.accounts->List(Keeper(), "", 10)->values.empty());
  CHECK(t.accounts->List(Stranger(), "", 10)->values.size() == 1);
  disk.clock.Advance(kStaleAfter);
  // Refused before upkeep has seen it.
  CHECK(ReasonOf(t.SignInByTotp("people/clerk", secret).status()) == Reason::kSignInRefused);
  Upkeep(*t.desk);
  CHECK(t.Load(Clerk()).value.state == State::kSuspended);
  CHECK(t.Load(Clerk()).value.state_reason == "STALE");
}

TEST_CASE("A permission file has all that was ever granted to a person, when, and by whom",
          "[roles]") {
  Disk disk;
  TestConsole t(&disk);
  t.Open(Clerk(), Keeper());
  Upkeep(*t.desk);
  disk.clock.Advance(absl::Hours(1));
  const Stored<RoleProposal> proposal =
      t.proposals
          ->Propose(t.By(Keeper()),
                    {.person = "people/clerk", .grant = {Role::kApplicant}, .reason = "兼任申请人"})
          .value();
  CHECK_FALSE(t.proposals->InEffectNow(proposal.value));
  disk.clock.Advance(absl::Hours(1));
  const Stored<RoleProposal> assigned =
      t.proposals
          ->Assign(t.By(Security()), proposal.value.name, Desk::EtagOf(proposal.version),
                   {.name = "people/clerk",
                    .display_name = Clerk().display_name,
                    .agency = kTax,
                    .roles = {Role::kClerk, Role::kApplicant}})
          .value();
  CHECK(t.WasTold("ROLE_PROPOSAL_CHANGED "));
  // Confirmed, but the directory has not taken it: nothing is in effect.
  CHECK_FALSE(t.proposals->InEffectNow(assigned.value));
  Upkeep(*t.desk);
  CHECK(t.proposals->File(Security(), "people/clerk", "", 50)->values.back().value.kind ==
        PermissionKind::kRoleAssigned);
  disk.clock.Advance(absl::Hours(1));
  t.people["people/clerk"].roles = {Role::kClerk, Role::kApplicant};
  CHECK(t.proposals->InEffectNow(assigned.value));
  Upkeep(*t.desk);
  disk.clock.Advance(absl::Hours(1));
  REQUIRE(t.Act(AccountAct::kSuspend, Clerk(), Keeper()).ok());

  struct Line {
    PermissionKind kind;
    std::string by;
    Roles grant;
  };
  const std::vector<Line> want = {
      {PermissionKind::kAccountCreated, "people/keeper", {}},
      {PermissionKind::kPasswordSet, "people/clerk", {}},
      {PermissionKind::kRolesChanged, "", {Role::kClerk}},
      {PermissionKind::kRoleProposed, "people/keeper", {Role::kApplicant}},
      {PermissionKind::kRoleAssigned, "people/security", {Role::kApplicant}},
      {PermissionKind::kRolesChanged, "", {Role::kApplicant}},
      {PermissionKind::kAccountSuspended, "people/keeper", {}},
  };
  const Page<PermissionEntry> file = t.proposals->File(Keeper(), "people/clerk", "", 50).value();
  // The first three have one time, so their order among each other is open.
  REQUIRE(file.values.size() == want.size());
  for (size_t i = 3; i < want.size(); ++i) {
    CHECK(file.values[i].value.kind == want[i].kind);
    CHECK(file.values[i].value.by == want[i].by);
    CHECK(file.values[i].value.grant == want[i].grant);
  }
  for (size_t i = 0; i < 3; ++i) {
    CHECK(std::any_of(file.values.begin(), file.values.begin() + 3, [&](const auto& entry) {
      return entry.value.kind == want[i].kind && entry.value.by == want[i].by &&
             entry.value.grant == want[i].grant;
    }));
  }
  CHECK(t.proposals->File(Clerk(), "people/clerk", "", 50).ok());
  CHECK(ReasonOf(t.proposals->File(Stranger(), "people/clerk", "", 50).status()) ==
        Reason::kNotVisible);
  CHECK(t.proposals->List(Keeper(), "", 10)->values.size() == 1);
  CHECK(t.proposals->List(Stranger(), "", 10)->values.empty());
}

}  // namespace
}  // namespace shareway::console
