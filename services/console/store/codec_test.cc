// SPDX-License-Identifier: Apache-2.0
// Values of the console come back from their bytes as they were.
#include "services/console/store/codec.h"

#include "catch2/catch.hpp"
#include "services/console/domain/examples.h"

namespace shareway::console {
namespace {

template <typename T>
void CheckKept(const T& value) {
  T back;
  REQUIRE(Decode(Encode(value), &back).ok());
  CHECK(back == value);
  CHECK(Encode(back) == Encode(value));
  CHECK(absl::IsDataLoss(Decode("\xff\xff\xff", &back)));
}

TEST_CASE("What the console keeps is read as it was written", "[codec]") {
  const Account plain{.name = "accounts/a",
                      .person = "people/a",
                      .agency = kTax,
                      .create_time = Morning(),
                      .fresh_time = Morning()};
  CheckKept(plain);
  Account full = plain;
  full.state = Account::State::kSuspended;
  full.state_reason = "STALE";
  full.contractor = Contractor{"某公司", "HT-1", absl::CivilDay(2026, 1, 31)};
  full.created_by = "people/k";
  full.last_sign_in = Morning();
  full.password_time = Morning() + absl::Nanoseconds(1);
  CheckKept(full);
  CheckKept(Secrets());
  CheckKept(Secrets{.password = "$scrypt$",
                    .history = {"$scrypt$", "$old$"},
                    .totp_nonce = "n",
                    .totp_sealed = std::string("\0s", 2),
                    .totp_step = 59'000'000,
                    .counters = {{std::string(32, 'k'), 7}},
                    .code = std::string(32, 'c')});
  CheckKept(OpenCode{.account = "accounts/a", .end = Morning()});
  CheckKept(OpenCode{.role = Role::kAuditAdministrator, .end = Morning()});
  CheckKept(Failures());
  CheckKept(Failures{.count = 5, .last = Morning(), .locked_until = Morning() + kLockout});
  CheckKept(Session{.name = "sessions/s",
                    .person = "people/a",
                    .token_digest = std::string(32, 't'),
                    .factor = Factor::kCertificate,
                    .network = "ipv4:0a0102/24",
                    .certificate = std::string(32, 'c'),
                    .start = Morning(),
                    .seen = Morning(),
                    .stepped_up = Morning()});
  RoleProposal proposal{.name = "roleProposals/r",
                        .person = "people/a",
                        .agency = kTax,
                        .grant = {Role::kClerk},
                        .withdraw = {Role::kAuditor},
                        .reason = "因",
                        .proposed_by = "people/k",
                        .propose_time = Morning()};
  CheckKept(proposal);
  proposal.state = RoleProposal::State::kDeclined;
  proposal.decided_by = "people/s";
  proposal.decide_time = Morning();
  proposal.decline_reason = "否";
  CheckKept(proposal);
  CheckKept(PermissionEntry{.time = Morning(),
                            .kind = PermissionKind::kRoleAssigned,
                            .grant = {Role::kClerk},
                            .by = "people/s",
                            .note = "注",
                            .object = "roleProposals/r"});
  CheckKept(Roles{Role::kClerk, Role::kAuditor});
}

}  // namespace
}  // namespace shareway::console
