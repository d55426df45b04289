// SPDX-License-Identifier: Apache-2.0
// The console among real processes: first start, sign-in, a role, a stolen session, and their
// record.
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/crypto/totp.h"
#include "libs/evidence/envelope.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "shareway/console/v1/account_service.pb.h"
#include "shareway/console/v1/session_service.pb.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace au = audit::v1;
namespace ca = catalog::v1;
namespace co = console::v1;
namespace ev = evidence::v1;

constexpr char kSystem[] = "system-administrator";
constexpr char kSecurity[] = "security";
constexpr char kAudit[] = "audit-administrator";
constexpr char kPassword[] = "correct-horse-7";

std::string AccountMethod(const std::string& method) {
  return "/shareway.console.v1.AccountService/" + method;
}
std::string SessionMethod(const std::string& method) {
  return "/shareway.console.v1.SessionService/" + method;
}

Cluster::Options WithConsole(const std::string& protection) {
  Cluster::Options options;
  options.console = true;
  options.flags["console"] = {"--protection=" + protection};
  return options;
}

// Codes of a first start, by role.
std::map<std::string, std::string> FirstCodes(const Cluster& cluster) {
  std::ifstream file(cluster.FirstCodesPath());
  std::map<std::string, std::string> codes;
  for (std::string role, code; file >> role >> code;) codes[role] = code;
  return codes;
}

absl::StatusOr<co::RedeemCodeResponse> Redeem(Cluster& cluster, const std::string& who,
                                              const std::string& code) {
  co::RedeemCodeRequest request;
  request.set_person(Cluster::Person(who));
  request.set_code(code);
  request.set_new_password(kPassword);
  return cluster.Call<co::RedeemCodeResponse>(who, "console", AccountMethod("RedeemCode"), request);
}

// By the code of an authenticator app, or, without one, by the person's certificate.
absl::StatusOr<co::SignedIn> SignIn(Cluster& cluster, const std::string& who,
                                    const std::string& totp = "") {
  co::StartSignInRequest start;
  start.set_person(Cluster::Person(who));
  start.set_password(kPassword);
  const auto started = cluster.Call<co::StartSignInResponse>(who, "console",
                                                             SessionMethod("StartSignIn"), start);
  if (!started.ok()) return started.status();
  co::FinishSignInRequest finish;
  finish.set_sign_in(started->sign_in());
  if (!totp.empty()) finish.mutable_factor()->set_totp_code(totp);
  return cluster.Call<co::SignedIn>(who, "console", SessionMethod("FinishSignIn"), finish);
}

std::string CodeNow(const std::string& secret) {
  return crypto::TotpCode(secret, crypto::TotpStepAt(absl::Now()));
}

absl::StatusOr<co::Session> GetSession(Cluster& cluster, const std::string& who,
                                       const std::string& token) {
  co::GetSessionRequest get;
  get.set_token(token);
  // A channel may find out only now that the process was started anew.
  return AskUntil(
      [&] {
        return cluster.Call<co::Session>(who, "console", SessionMethod("GetSession"), get);
      },
      [](const absl::StatusOr<co::Session>& answer) {
        return !absl::IsUnavailable(answer.status());
      });
}

// How many records of this kind, and this reason if it is given, the log has of the object.
int CountIn(Cluster& cluster, const std::string& object, ev::RecordKind kind,
            const std::string& reason) {
  au::SearchEntriesRequest search;
  search.set_object(object);
  search.set_kind(kind);
  int count = 0;
  for (;;) {
    const auto page = cluster.Call<au::SearchEntriesResponse>("auditor", "audit",
                                                              AuditMethod("SearchEntries"), search);
    REQUIRE_OK(page);
    for (const au::LogEntry& entry : page->entries()) {
      const auto opened = evidence::Open(entry.sealed());
      REQUIRE_OK(opened);
      CHECK(opened->record.object() == object);
      if (reason.empty() || opened->record.reason() == reason) ++count;
    }
    if (page->next_page_token().empty()) return count;
    search.set_page_token(page->next_page_token());
  }
}

// Waits until the log has `want` of them; the count in any case.
int Told(Cluster& cluster, const std::string& object, ev::RecordKind kind, int want,
         const std::string& reason = "") {
  return AskUntil([&] { return CountIn(cluster, object, kind, reason); },
                  [want](int count) { return count >= want; });
}

bool Holds(const google::protobuf::RepeatedField<int>& roles, shareway::Role role) {
  for (const int held : roles) {
    if (held == role) return true;
  }
  return false;
}

TEST_CASE("The three administrators of a first start redeem their codes, sign in, and are held to "
          "the profile",
          "[scenario]") {
  Cluster cluster(WithConsole("basic"));
  std::map<std::string, std::string> codes = FirstCodes(cluster);
  REQUIRE(codes.size() == 3);
  using std::filesystem::perms;
  CHECK(std::filesystem::status(cluster.FirstCodesPath()).permissions() ==
        (perms::owner_read | perms::owner_write));

  // A code opens the account of its role's person, once.
  CHECK(ReasonOf(Redeem(cluster, kSecurity, codes["SYSTEM_ADMINISTRATOR"]).status()) ==
        Reason::kCodeInvalid);
  std::map<std::string, std::string> secrets;
  for (const auto& [who, role] :
       std::vector<std::pair<std::string, std::string>>{{kSystem, "SYSTEM_ADMINISTRATOR"},
                                                        {kSecurity, "SECURITY_ADMINISTRATOR"},
                                                        {kAudit, "AUDIT_ADMINISTRATOR"}}) {
    const auto redeemed = Redeem(cluster, who, codes[role]);
    REQUIRE_OK(redeemed);
    CHECK(redeemed->account().state() == co::Account::ACTIVE);
    secrets[who] = redeemed->totp_secret();
    CHECK(ReasonOf(Redeem(cluster, who, codes[role]).status()) == Reason::kCodeInvalid);
    CHECK(Told(cluster, "accounts/" + who, ev::ACCOUNT_CHANGED, 1) == 1);
  }

  const std::string code = CodeNow(secrets[kSystem]);
  const auto system = SignIn(cluster, kSystem, code);
  REQUIRE_OK(system);
  CHECK(system->session().factor() == co::TOTP);
  CHECK(ReasonOf(SignIn(cluster, kSystem, code).status()) == Reason::kFactorReplayed);
  REQUIRE_OK(SignIn(cluster, kAudit, CodeNow(secrets[kAudit])));
  const auto security = SignIn(cluster, kSecurity);
  REQUIRE_OK(security);
  CHECK(security->session().factor() == co::CERTIFICATE);

  // The same store under mlps3: a code does for no administrator any more.
  CHECK(cluster.Stop("console") == 0);
  cluster.SetFlags("console", {"--protection=mlps3"});
  cluster.Start("console");
  cluster.AwaitReady("console");
  CHECK(FirstCodes(cluster) == codes);  // no second first start
  CHECK(ReasonOf(GetSession(cluster, kSystem, system->token()).status()) ==
        Reason::kFactorTooWeak);
  CHECK(ReasonOf(SignIn(cluster, kSystem, CodeNow(secrets[kSystem])).status()) ==
        Reason::kFactorTooWeak);
  const auto stands = GetSession(cluster, kSecurity, security->token());
  REQUIRE_OK(stands);
  CHECK(Holds(stands->roles(), SECURITY_ADMINISTRATOR));
  const auto by_certificate = SignIn(cluster, kSystem);
  REQUIRE_OK(by_certificate);
  CHECK(by_certificate->session().factor() == co::CERTIFICATE);

  // Stolen: shown with another certificate it is refused, and its owner's no more.
  const std::string stolen = security->session().name();
  CHECK(ReasonOf(GetSession(cluster, kSystem, security->token()).status()) ==
        Reason::kSessionElsewhere);
  CHECK(ReasonOf(GetSession(cluster, kSecurity, security->token()).status()) ==
        Reason::kSessionOver);
  CHECK(Told(cluster, stolen, ev::SESSION_STARTED, 1) == 1);
  CHECK(Told(cluster, stolen, ev::SESSION_REFUSED, 1, "SESSION_ELSEWHERE") == 1);
  CHECK(Told(cluster, system->session().name(), ev::SESSION_ENDED, 1, "FACTOR_TOO_WEAK") == 1);
}

// What the permission file tells, apart from what upkeep noticed meanwhile.
std::vector<int> KindsOf(const co::PermissionFile& file) {
  std::vector<int> kinds;
  for (const co::PermissionEntry& entry : file.entries()) {
    if (entry.kind() != co::PermissionEntry::ROLES_CHANGED) kinds.push_back(entry.kind());
  }
  return kinds;
}

TEST_CASE("A proposed role holds by the security administrator's signed act, in the directory",
          "[scenario]") {
  Cluster cluster(WithConsole("mlps3"));
  const std::string applicant = "tax-applicant";
  const std::string person = Cluster::Person(applicant);
  co::CreateAccountRequest create;
  create.mutable_account()->set_person(person);
  const auto made =
      cluster.Act<co::AccountCode>(kSystem, "console", AccountMethod("CreateAccount"), create);
  REQUIRE_OK(made);
  const auto redeemed = Redeem(cluster, applicant, made->code());
  REQUIRE_OK(redeemed);
  const auto in = SignIn(cluster, applicant, CodeNow(redeemed->totp_secret()));
  REQUIRE_OK(in);
  CHECK_FALSE(Holds(in->session().roles(), DATA_STEWARD));

  co::ProposeRoleRequest propose;
  propose.mutable_proposal()->set_person(person);
  propose.mutable_proposal()->add_grant(DATA_STEWARD);
  propose.mutable_proposal()->set_reason("兼任数据管理员");
  const auto proposal =
      cluster.Call<co::RoleProposal>(kSystem, "console", AccountMethod("ProposeRole"), propose);
  REQUIRE_OK(proposal);

  const std::string put_person = "/shareway.catalog.v1.DirectoryService/PutPerson";
  ca::PutPersonRequest put;
  put.mutable_person()->set_name(person);
  put.mutable_person()->set_display_name("演示 " + applicant);
  put.mutable_person()->set_agency(cluster.Agency(kTax));
  put.mutable_person()->add_roles(APPLICANT);
  put.mutable_person()->add_roles(DATA_STEWARD);
  const auto act =
      evidence::SignAct(cluster.identity(kSecurity).key, Cluster::Person(kSecurity), put_person,
                        put.SerializeAsString(), absl::Now());
  REQUIRE_OK(act);
  co::AssignRoleRequest assign;
  assign.set_name(proposal->name());
  assign.set_etag(proposal->etag());
  *assign.mutable_put_person() = *act;
  const auto assigned =
      cluster.Call<co::RoleProposal>(kSecurity, "console", AccountMethod("AssignRole"), assign);
  REQUIRE_OK(assigned);
  CHECK(assigned->state() == co::RoleProposal::ASSIGNED);
  CHECK_FALSE(assigned->in_effect());  // the console grants nothing

  ca::PutPersonRequest carrier;
  *carrier.mutable_signed_act() = *act;
  REQUIRE_OK(cluster.Call<ca::Person>(kSecurity, "catalog", put_person, carrier));
  const auto listed = AskUntil(
      [&] {
        return cluster.Call<co::ListRoleProposalsResponse>(kSystem, "console",
                                                           AccountMethod("ListRoleProposals"),
                                                           co::ListRoleProposalsRequest());
      },
      [](const absl::StatusOr<co::ListRoleProposalsResponse>& answer) {
        return !answer.ok() || (answer->proposals_size() == 1 && answer->proposals(0).in_effect());
      });
  REQUIRE_OK(listed);
  REQUIRE(listed->proposals_size() == 1);
  CHECK(listed->proposals(0).in_effect());
  // The session that lives has it, too.
  const auto session = GetSession(cluster, applicant, in->token());
  REQUIRE_OK(session);
  CHECK(Holds(session->roles(), DATA_STEWARD));

  co::GetPermissionFileRequest get;
  get.set_person(person);
  const auto file = cluster.Call<co::PermissionFile>(applicant, "console",
                                                     AccountMethod("GetPermissionFile"), get);
  REQUIRE_OK(file);
  CHECK(Holds(file->roles(), DATA_STEWARD));
  using Entry = co::PermissionEntry;
  CHECK(KindsOf(*file) == std::vector<int>{Entry::ACCOUNT_CREATED, Entry::PASSWORD_SET,
                                           Entry::ROLE_PROPOSED, Entry::ROLE_ASSIGNED});
  CHECK(ReasonOf(cluster
                     .Call<co::PermissionFile>("civil-applicant", "console",
                                               AccountMethod("GetPermissionFile"), get)
                     .status()) == Reason::kNotVisible);
  CHECK(Told(cluster, proposal->name(), ev::ROLE_PROPOSAL_CHANGED, 2) == 2);
  CHECK(Told(cluster, in->session().name(), ev::SESSION_STARTED, 1) == 1);
}

}  // namespace
}  // namespace shareway::testing
