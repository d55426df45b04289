// SPDX-License-Identifier: Apache-2.0
// Two persons, two roles, one hour.
#include "services/audit/domain/control.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace shareway::audit {
namespace {

constexpr size_t kMaxReasonBytes = 2000;

// Two different roles, one of them the audit administrator's.
bool AreTwo(const Controller& first, const Controller& second) {
  for (const Administrator one : first.roles) {
    for (const Administrator other : second.roles) {
      if (one == other) continue;
      if (one == Administrator::kAudit || other == Administrator::kAudit) return true;
    }
  }
  return false;
}

absl::Status Agrees(absl::string_view flag, const std::optional<int>& asked, int in_force) {
  if (!asked || *asked == in_force) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      flag, " is ", *asked, ", but the log itself says ", in_force,
      " (0: for ever): two administrators change it, by `shareway audit propose-retention` and "
      "`shareway audit confirm`; start without the flag, or with ", flag, "=", in_force));
}

}  // namespace

absl::Status Control::Check() const {
  if (reason.empty() || reason.size() > kMaxReasonBytes) {
    return Error::Field("reason", absl::StrCat("has ", reason.size(), " bytes, want 1 to ",
                                               kMaxReasonBytes));
  }
  if (!retention) return absl::OkStatus();
  if (const absl::Status lawful = retention->Check(); !lawful.ok()) {
    return Error::Field("retention", lawful.message());
  }
  return absl::OkStatus();
}

bool Proposal::LastsAt(absl::Time now) const {
  return now - time <= kProposalLasts && time - now <= kProposalLasts;
}

absl::Status Proposal::CheckSecond(const Controller& second, absl::Time now) const {
  if (!LastsAt(now)) {
    return Error(Reason::kDeadlinePassed, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(name, " was proposed over ", absl::FormatDuration(kProposalLasts),
                              " ago; propose it anew"))
        .With("control", name);
  }
  if (second.person == by.person) {
    return Error(Reason::kOwnRequest, absl::StatusCode::kPermissionDenied,
                 absl::StrCat(second.person, " proposed ", name, "; a second person confirms it"))
        .With("control", name);
  }
  if (!AreTwo(by, second)) {
    return Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied,
                 absl::StrCat(name, " takes two of system, security and audit administrator, one "
                              "of them the audit administrator; ", by.person, " and ",
                              second.person, " are not"))
        .With("control", name);
  }
  return absl::OkStatus();
}

absl::Status Proposal::CheckSame(const std::optional<Retention>& signed_retention) const {
  if (signed_retention == control.retention) return absl::OkStatus();
  return Error::Field(
      "retention",
      absl::StrCat("is not what ", name, " proposes: ",
                   control.stop() ? std::string("a stop")
                                  : absl::StrCat(control.retention->exchange_days, " and ",
                                                 control.retention->calls_days, " days")));
}

Retention AskedRetention::OrForEver() const {
  return {.exchange_days = exchange_days.value_or(0), .calls_days = calls_days.value_or(0)};
}

absl::Status AskedRetention::CheckAgrees(const Retention& in_force) const {
  const absl::Status exchange =
      Agrees("--retain_exchange_days", exchange_days, in_force.exchange_days);
  if (!exchange.ok()) return exchange;
  return Agrees("--retain_calls_days", calls_days, in_force.calls_days);
}

}  // namespace shareway::audit
