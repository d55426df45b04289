// SPDX-License-Identifier: Apache-2.0
// Who may call which method of a dispute at which stage.
#include "services/sharing/domain/dispute.h"

namespace shareway::sharing {
namespace {

constexpr int kNegotiation = static_cast<int>(Dispute::Stage::kNegotiation);
constexpr int kCoordination = static_cast<int>(Dispute::Stage::kCoordination);
constexpr int kDecision = static_cast<int>(Dispute::Stage::kDecision);
constexpr int kClosed = static_cast<int>(Dispute::Stage::kClosed);

absl::string_view NameOf(int stage) {
  return Dispute::StageName(static_cast<Dispute::Stage>(stage));
}

// In the table the authority is the coordinator, wherever the parties' own authorities are.
Parties BeforeCoordinator(Parties parties, const std::string& coordinator_agency) {
  parties.consumer.authority.agency = coordinator_agency;
  parties.provider.authority.agency = coordinator_agency;
  return parties;
}

}  // namespace

const StateTable& DisputeTable() {
  static const auto* const table = [] {
    const std::vector<int> open = {kNegotiation, kCoordination, kDecision};
    const std::vector<int> all = {kNegotiation, kCoordination, kDecision, kClosed};
    const Who applicant = {Side::kConsumer, Post::kApplicant};
    const Who reviewer = {Side::kProvider, Post::kReviewer};
    const std::vector<Who> heads = {{Side::kConsumer, Post::kHead}, {Side::kProvider, Post::kHead}};
    const std::vector<Who> officers = {{Side::kAuthority, Post::kOfficer},
                                       {Side::kAuthority, Post::kRecorder}};
    const char* const either =
        "an applicant of the consumer or a reviewer of the provider (R25 28, M16 12)";
    const char* const coordinator = "an officer of the coordinator (R25 28, M16 12)";
    return new StateTable{
        .object = "dispute",
        .name = NameOf,
        .states = all,
        .transitions = {
            {"RespondDispute", open, open, {reviewer, {Side::kProvider, Post::kHead}},
             "a reviewer or the head of the provider (R25 28)"},
            {"ProposeSettlement", open, open, heads, "the head of either side (R25 20, 28)"},
            {"AcceptSettlement", open, all, heads, "the head of either side (R25 20, 28)"},
            {"DeclareDeadlock", {kNegotiation}, {kNegotiation}, {applicant, reviewer}, either},
            {"EscalateDispute", {kNegotiation, kCoordination}, {kCoordination, kDecision},
             {applicant, reviewer}, either},
            {"RecordMediation", {kCoordination}, {kCoordination}, officers, coordinator},
            {"RecordDecision", {kCoordination, kDecision}, {kClosed}, officers, coordinator},
            {"WithdrawDispute", open, {kClosed}, {applicant}, "an applicant of the consumer"},
        }};
  }();
  return *table;
}

absl::Status Dispute::Admit(absl::string_view method, const Actor& actor,
                            const Parties& parties) const {
  return sharing::Admit(DisputeTable(), method, fields_.name, static_cast<int>(fields_.stage),
                        actor, BeforeCoordinator(parties, fields_.coordinator_agency));
}

std::vector<std::string> Dispute::AvailableActions(const Actor& actor,
                                                   const Parties& parties) const {
  return Allowed(DisputeTable(), static_cast<int>(fields_.stage), actor,
                 BeforeCoordinator(parties, fields_.coordinator_agency));
}

}  // namespace shareway::sharing
