// SPDX-License-Identifier: Apache-2.0
// Which methods change a grant, in which state, by whom; its words.
#include "services/sharing/domain/grant.h"

namespace shareway::sharing {
namespace {

using State = Grant::State;

constexpr int kActive = static_cast<int>(State::kActive);
constexpr int kSuspended = static_cast<int>(State::kSuspended);
constexpr int kRevoked = static_cast<int>(State::kRevoked);
constexpr int kExpired = static_cast<int>(State::kExpired);
constexpr int kEnded = static_cast<int>(State::kEnded);
constexpr int kDisposalDue = static_cast<int>(State::kDisposalDue);
constexpr int kDisposed = static_cast<int>(State::kDisposed);
constexpr int kPendingTerms = static_cast<int>(State::kPendingTerms);

absl::string_view NameOf(int state) { return Grant::StateName(static_cast<State>(state)); }

const Who kConsumerHead = {Side::kConsumer, Post::kHead};
const Who kProviderHead = {Side::kProvider, Post::kHead};
const Who kOfficer = {Side::kAuthority, Post::kOfficer};

}  // namespace

const StateTable& GrantTable() {
  static const auto* const table = new StateTable{
      .object = "grant",
      .name = NameOf,
      .states = {kPendingTerms, kActive, kSuspended, kExpired, kEnded, kRevoked, kDisposalDue,
                 kDisposed},
      .transitions = {
          {.method = "AcceptTerms",
           .from = {kPendingTerms},
           .to = {kActive},
           .who = {kConsumerHead},
           .by = "the head of the consumer's sharing body (R25 20)"},
          {.method = "SuspendGrant",
           .from = {kActive},
           .to = {kSuspended},
           .who = {kProviderHead, kOfficer},
           .by = "the head of the provider's sharing body or the authority (R25 27)"},
          {.method = "the resource stops",
           .from = {kActive},
           .to = {kSuspended},
           .who = {},
           .by = "rule: its resource is suspended or withdrawn, or may not be passed on any more"},
          {.method = "ResumeGrant",
           .from = {kSuspended},
           .to = {kActive},
           .who = {kProviderHead, kOfficer},
           .by = "the head of the provider's sharing body or the authority (R25 27)"},
          {.method = "AskRenewal",
           .from = {kActive},
           .to = {kActive},
           .who = {kConsumerHead},
           .by = "the head of the consumer's sharing body (R25 20)"},
          {.method = "RenewGrant",
           .from = {kActive},
           .to = {kActive},
           .who = {kProviderHead},
           .by = "the head of the provider's sharing body (R25 20)"},
          {.method = "DeclineRenewal",
           .from = {kActive},
           .to = {kActive},
           .who = {kProviderHead},
           .by = "the head of the provider's sharing body (R25 20)"},
          {.method = "EndGrant",
           .from = {kPendingTerms, kActive, kSuspended},
           .to = {kEnded},
           .who = {kConsumerHead},
           .by = "the head of the consumer's sharing body (R25 27(1))"},
          {.method = "RevokeGrant",
           .from = {kPendingTerms, kActive, kSuspended},
           .to = {kRevoked},
           .who = {kProviderHead, kOfficer},
           .by = "the head of the provider's sharing body or the authority (R25 27)"},
          {.method = "the period is over",
           .from = {kPendingTerms, kActive, kSuspended},
           .to = {kExpired},
           .who = {},
           .by = "rule: the end of its period"},
          {.method = "the disposal is late or rejected",
           .from = {kExpired, kEnded, kRevoked},
           .to = {kDisposalDue},
           .who = {},
           .by = "rule: with its disposal (R25 27(1))"},
          {.method = "the disposal is accepted",
           .from = {kExpired, kEnded, kRevoked, kDisposalDue},
           .to = {kDisposed},
           .who = {},
           .by = "rule: with its disposal (R25 27(1))"},
      }};
  return *table;
}

absl::string_view Grant::StateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kActive: return "ACTIVE";
    case State::kSuspended: return "SUSPENDED";
    case State::kRevoked: return "REVOKED";
    case State::kExpired: return "EXPIRED";
    case State::kEnded: return "ENDED";
    case State::kDisposalDue: return "DISPOSAL_DUE";
    case State::kDisposed: return "DISPOSED";
    case State::kPendingTerms: return "PENDING_TERMS";
  }
  return "STATE_UNSPECIFIED";
}

absl::string_view GroundName(SuspendGround ground) {
  switch (ground) {
    case SuspendGround::kUnspecified: break;
    case SuspendGround::kMisuse: return "MISUSE";
    case SuspendGround::kSecurityIncident: return "SECURITY_INCIDENT";
    case SuspendGround::kDataFault: return "DATA_FAULT";
  }
  return "SUSPEND_GROUND_UNSPECIFIED";
}

absl::string_view GroundName(EndGround ground) {
  switch (ground) {
    case EndGround::kUnspecified: break;
    case EndGround::kAchieved: return "ACHIEVED";
    case EndGround::kImpossible: return "IMPOSSIBLE";
    case EndGround::kNoLongerNeeded: return "NO_LONGER_NEEDED";
  }
  return "END_GROUND_UNSPECIFIED";
}

}  // namespace shareway::sharing
