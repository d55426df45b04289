// SPDX-License-Identifier: Apache-2.0
// Which two persons stop the log or change its retention, and until when.
#include "services/audit/domain/control.h"

#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::audit {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1790000000);

Controller Person(const std::string& id, Administrator role) {
  return {.person = "people/" + id, .roles = {role}};
}

Proposal GoodProposal(Administrator role = Administrator::kAudit) {
  return {.name = "controls/c1",
          .by = Person("first", role),
          .control = {.reason = "moving house"},
          .time = kNow};
}

Reason ReasonOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

}  // namespace

TEST_CASE("Two administrators of two roles control the log, one of them the audit administrator") {
  using enum Administrator;
  for (const Administrator first : {kSystem, kSecurity, kAudit}) {
    for (const Administrator second : {kSystem, kSecurity, kAudit}) {
      const absl::Status status =
          GoodProposal(first).CheckSecond(Person("second", second), kNow + absl::Minutes(1));
      INFO(static_cast<int>(first) << " " << static_cast<int>(second) << " " << status);
      const bool audit = first == kAudit || second == kAudit;
      CHECK(status.ok() == (first != second && audit));
      if (!status.ok()) CHECK(ReasonOf(status) == Reason::kPolicyDenied);
    }
  }
  const Controller without = {.person = "people/second", .roles = {}};
  CHECK(ReasonOf(GoodProposal().CheckSecond(without, kNow)) == Reason::kPolicyDenied);
}

TEST_CASE("Nobody confirms what he proposed, whatever roles he came by") {
  const Controller both = {.person = "people/first",
                           .roles = {Administrator::kSystem, Administrator::kAudit}};
  CHECK(ReasonOf(GoodProposal().CheckSecond(both, kNow)) == Reason::kOwnRequest);
}

TEST_CASE("A proposal is good for an hour and no second longer") {
  const Controller second = Person("second", Administrator::kSystem);
  CHECK(GoodProposal().CheckSecond(second, kNow + kProposalLasts).ok());
  for (const absl::Time late : {kNow + kProposalLasts + absl::Seconds(1),
                                kNow - kProposalLasts - absl::Seconds(1)}) {
    CHECK(ReasonOf(GoodProposal().CheckSecond(second, late)) == Reason::kDeadlinePassed);
  }
}

TEST_CASE("A control says why, and no retention that the law forbids") {
  const auto retention = [](int exchange, int calls) {
    return Control{.retention = Retention{.exchange_days = exchange, .calls_days = calls},
                   .reason = "the volume fills"};
  };
  CHECK(Control{.reason = "moving house"}.Check().ok());
  CHECK(Control{.reason = std::string(2000, 'x')}.Check().ok());
  CHECK(retention(1096, 184).Check().ok());
  CHECK(retention(0, 0).Check().ok());
  for (const Control& bad :
       {Control{}, Control{.reason = std::string(2001, 'x')}, retention(1095, 0),
        retention(0, 183), retention(180, 180), retention(0, 179), retention(-1, 0)}) {
    const absl::Status status = bad.Check();
    INFO(status);
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("Who confirms says what, and gets that or nothing") {
  Proposal proposal = GoodProposal();
  CHECK(proposal.CheckSame({}).ok());
  CHECK_FALSE(proposal.CheckSame(Retention{.exchange_days = 1200}).ok());
  proposal.control.retention = Retention{.exchange_days = 1200};
  CHECK(proposal.CheckSame(Retention{.exchange_days = 1200}).ok());
  CHECK_FALSE(proposal.CheckSame({}).ok());
  CHECK_FALSE(proposal.CheckSame(Retention{.exchange_days = 1201}).ok());
  CHECK_FALSE(proposal.CheckSame(Retention{.exchange_days = 1200, .calls_days = 184}).ok());
}

TEST_CASE("A flag may say what the log says, or nothing") {
  const Retention in_force = {.exchange_days = 1200, .calls_days = 0};
  CHECK(AskedRetention{}.CheckAgrees(in_force).ok());
  CHECK(AskedRetention{.exchange_days = 1200}.CheckAgrees(in_force).ok());
  CHECK(AskedRetention{.exchange_days = 1200, .calls_days = 0}.CheckAgrees(in_force).ok());
  for (const AskedRetention& other :
       {AskedRetention{.exchange_days = 1201}, AskedRetention{.exchange_days = 0},
        AskedRetention{.exchange_days = 1200, .calls_days = 184}}) {
    const absl::Status status = other.CheckAgrees(in_force);
    INFO(status);
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
  }
  CHECK(AskedRetention{.calls_days = 184}.OrForEver().calls_days == 184);
  CHECK(AskedRetention{.calls_days = 184}.OrForEver().exchange_days == 0);
}

}  // namespace shareway::audit
