// SPDX-License-Identifier: Apache-2.0
// What nodes tell and ask of sharing besides grants.
#include "services/sharing/grants/nodes.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/evidence/signer.h"
#include "libs/log/log.h"
#include "services/sharing/domain/quota.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/sharing.h"
#include "services/sharing/supervision/findings.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxReason = 500;
constexpr int kTries = 16;
constexpr char kByRule[] = "aggregation rule ";
constexpr uint32_t kMaxAttempt = 3;
constexpr absl::Duration kMaxAhead = absl::Minutes(1);  // of a node's clock

bool IsSubject(absl::string_view name) {
  return HasForm("grants/{g}", name) || HasForm("agencies/{a}", name) ||
         HasForm("resources/{r}", name);
}

// Rules hold grants; only a person releases.
bool MayBeByRule(const FiledHold& hold) {
  return hold.held && HasForm("grants/{g}", hold.subject) &&
         absl::StartsWith(hold.reason, kByRule);
}

absl::Status CheckFields(const FiledHold& hold) {
  std::vector<FieldViolation> faults;
  if (!IsSubject(hold.subject)) {
    faults.push_back({"subject", "want grants/{g}, agencies/{a} or resources/{r}"});
  }
  CheckText(hold.reason, hold.held ? 1 : 0, kMaxReason, "reason", &faults);
  if (hold.act.empty() && !MayBeByRule(hold)) {
    faults.push_back({"act", absl::StrCat("is missing: without one only a grant is held, for a "
                                          "reason that begins with \"",
                                          kByRule, "\"")});
  }
  return Error::Fields(faults);
}

absl::Status CheckReceipt(const Receipt& receipt, absl::Time now) {
  std::vector<FieldViolation> faults;
  if (!HasForm("exchanges/{e}", absl::StrCat("exchanges/", receipt.exchange))) {
    faults.push_back({"exchange", "want 1 to 63 of A-Z a-z 0-9 and '-'"});
  }
  if (receipt.attempt < 1 || receipt.attempt > kMaxAttempt) {
    faults.push_back(
        {"attempt", absl::StrCat("is ", receipt.attempt, ", want 1 to ", kMaxAttempt)});
  }
  if (receipt.time <= absl::UnixEpoch()) {
    faults.push_back({"receive_time", "is missing"});
  } else if (receipt.time > now + kMaxAhead) {
    faults.push_back({"receive_time", absl::StrCat("is ", absl::FormatDuration(receipt.time - now),
                                                   " ahead, want at most ",
                                                   absl::FormatDuration(kMaxAhead))});
  }
  return Error::Fields(faults);
}

absl::Status QuotaExhausted(absl::string_view grant, absl::CivilDay day, const DayQuota& limit) {
  return Error(Reason::kQuotaExhausted, absl::StatusCode::kResourceExhausted,
               absl::StrCat(grant, ": nothing is left of ", absl::FormatCivilTime(day), " (calls ",
                            limit.calls, ", rows ", limit.rows, ", bytes ", limit.bytes,
                            " a day, 0: not limited)"))
      .With("grant", grant)
      .With("day", absl::FormatCivilTime(day));
}

}  // namespace

void Nodes::DropOldDays(absl::CivilDay today) {
  {
    absl::MutexLock lock(&mutex_);
    if (dropped_ == today) return;
    dropped_ = today;
  }
  if (absl::Status dropped = store_->DropGivenBefore(today - 1); !dropped.ok()) {
    log::Warn("old-quotas-not-deleted", {{"status", dropped}});
  }
}

absl::StatusOr<DayQuota> Nodes::LeaseQuota(absl::string_view node, absl::string_view grant,
                                           absl::CivilDay day, const DayQuota& wanted) {
  SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("grants", grant));
  const absl::Time now = desk_->Now();
  absl::StatusOr<Stored<Grant>> known = desk_->store().LoadGrant(grant);
  if (absl::IsNotFound(known.status())) return Error::NotVisible(grant);
  SHAREWAY_RETURN_IF_ERROR(known.status());
  const Grant::Fields& f = known->value.fields();
  if (!serves_(node, f.provider)) return Error::NotVisible(grant);
  if (!IsQuotaDay(day, now)) {
    return Error::Field("day", absl::StrCat(absl::FormatCivilTime(day), " is not today, ",
                                            absl::FormatCivilTime(statute::LawDay(now))));
  }
  if (f.state != Grant::State::kActive) {
    return WrongState(f.name, Grant::StateName(f.state), "ACTIVE");
  }
  DropOldDays(statute::LawDay(now));
  for (int i = 0; i < kTries; ++i) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<DayQuota> given, store_->LoadGiven(grant, day));
    const DayQuota slice = SliceOf(f.day, given.value, wanted);
    if (Exhausted(f.day, wanted, slice)) return QuotaExhausted(grant, day, f.day);
    const DayQuota after = GivenAfter(f.day, given.value, slice);
    if (after == given.value) return slice;
    const absl::Status put = store_->PutGiven(grant, day, after, given.version);
    if (put.ok()) return slice;
    if (!absl::IsAborted(put)) return put;
  }
  return absl::Status(Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
                            absl::StrCat("too many nodes take of ", grant, " at once"))
                          .With("grant", grant));
}

evidence::AuditRecord Nodes::Event(const FiledHold& hold, absl::string_view traceparent) const {
  std::string consumer = hold.agency;
  std::string resource;
  if (absl::StatusOr<Stored<Grant>> grant = desk_->store().LoadGrant(hold.subject);
      grant.ok() && grant->value.fields().provider == hold.agency) {
    consumer = grant->value.fields().consumer;
    resource = grant->value.fields().resource;
  }
  const Errand errand{.traceparent = std::string(traceparent)};
  evidence::AuditRecord event =
      desk_->Event(evidence::v1::HOLD_FILED, errand, desk_->PartiesOf(consumer, hold.agency),
                   hold.subject);
  if (!resource.empty()) {
    event.set_grant(hold.subject);
    event.set_resource(resource);
  }
  event.set_reason(hold.held ? "HELD" : "");
  event.add_nodes(hold.node);
  if (!hold.act.empty()) event.mutable_act()->ParseFromString(hold.act);
  return event;
}

// A rule that was met may be use beyond what was granted (R25 25, 40(2)).
absl::Status Nodes::OpenFinding(const FiledHold& hold) const {
  absl::StatusOr<Stored<Grant>> grant = desk_->store().LoadGrant(hold.subject);
  if (absl::IsNotFound(grant.status())) return absl::OkStatus();
  SHAREWAY_RETURN_IF_ERROR(grant.status());
  const Grant::Fields& f = grant->value.fields();
  if (f.provider != hold.agency) return absl::OkStatus();
  const std::string profile = f.rule.substr(0, f.rule.find(' '));
  return OpenByRule(*desk_,
                    {.detector = DetectorOf(Watch::kRuleHold, TextOfProfile(profile)),
                     .agency = f.consumer,
                     .profile = profile,
                     .subject = f.name,
                     .summary = "提供部门节点按汇聚规则暂停提供该授权的数据",
                     .proof = {.object = hold.node, .time = hold.set_time, .note = hold.reason},
                     .key = absl::StrCat("finding/hold|", hold.node, "|", f.name, "|",
                                         absl::ToUnixNanos(hold.set_time))})
      .status();
}

absl::StatusOr<absl::Time> Nodes::FileHold(FiledHold hold, absl::string_view traceparent) {
  SHAREWAY_RETURN_IF_ERROR(CheckFields(hold));
  if (hold.agency.empty()) hold.agency = std::string(evidence::AgencyOfNode(hold.node));
  if (!serves_(hold.node, hold.agency)) return Error::NotVisible(hold.agency);
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<FiledHold> before,
                            store_->LoadHold(hold.node, hold.agency, hold.subject));
  // A node files in order: what is not newer came before, or matters no more.
  if (before.version != 0 && before.value.set_time >= hold.set_time) {
    return before.value.filed_time;
  }
  if (!hold.act.empty()) SHAREWAY_RETURN_IF_ERROR(check_act_(hold));
  hold.filed_time = desk_->Now();
  // First, since what is filed is not filed again: a retry passes over what was found.
  if (hold.act.empty()) SHAREWAY_RETURN_IF_ERROR(OpenFinding(hold));
  SHAREWAY_RETURN_IF_ERROR(store_->PutHold(hold, before.version, Event(hold, traceparent)));
  return hold.filed_time;
}

absl::StatusOr<bool> Nodes::ReportFirstExchange(absl::string_view node, absl::string_view grant,
                                                const Receipt& receipt,
                                                absl::string_view traceparent) {
  SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("grants", grant));
  const absl::StatusOr<Stored<Grant>> known = desk_->store().LoadGrant(grant);
  if (absl::IsNotFound(known.status())) return Error::NotVisible(grant);
  SHAREWAY_RETURN_IF_ERROR(known.status());
  const Grant::Fields& f = known->value.fields();
  if (!serves_(node, f.consumer)) return Error::NotVisible(grant);
  SHAREWAY_RETURN_IF_ERROR(CheckReceipt(receipt, desk_->Now()));
  if (f.request.empty() || serves_(node, f.provider)) return true;
  return Sharing(desk_).ConfirmByExchange(f.request, receipt, node, traceparent);
}

}  // namespace shareway::sharing
