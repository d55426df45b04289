// SPDX-License-Identifier: Apache-2.0
// What nodes of providers ask of sharing besides grants.
#include "services/sharing/nodes.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/log/log.h"
#include "services/sharing/domain/quota.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxReason = 500;
constexpr int kTries = 16;

bool IsSubject(absl::string_view name) {
  return ParseName("grants/{g}", name).ok() || ParseName("agencies/{a}", name).ok() ||
         ParseName("resources/{r}", name).ok();
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
  const std::string agency = hold.node.substr(0, hold.node.find("/nodes/"));
  std::string consumer = agency;
  std::string provider = agency;
  std::string resource;
  if (absl::StatusOr<Stored<Grant>> grant = desk_->store().LoadGrant(hold.subject);
      grant.ok() && serves_(hold.node, grant->value.fields().provider)) {
    consumer = grant->value.fields().consumer;
    provider = grant->value.fields().provider;
    resource = grant->value.fields().resource;
  }
  const Errand errand{.traceparent = std::string(traceparent)};
  evidence::AuditRecord event = desk_->Event(evidence::v1::HOLD_FILED, errand,
                                             desk_->PartiesOf(consumer, provider), hold.subject);
  if (!resource.empty()) {
    event.set_grant(hold.subject);
    event.set_resource(resource);
  }
  event.set_reason(hold.held ? "HELD" : "");
  event.add_nodes(hold.node);
  if (!hold.act.empty()) event.mutable_act()->ParseFromString(hold.act);
  return event;
}

absl::StatusOr<absl::Time> Nodes::FileHold(FiledHold hold, absl::string_view traceparent) {
  std::vector<FieldViolation> faults;
  if (!IsSubject(hold.subject)) {
    faults.push_back({"subject", "want grants/{g}, agencies/{a} or resources/{r}"});
  }
  CheckText(hold.reason, hold.held ? 1 : 0, kMaxReason, "reason", &faults);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<FiledHold> before,
                            store_->LoadHold(hold.node, hold.subject));
  // A node files in order: what is not newer came before.
  if (before.version != 0 && before.value.set_time >= hold.set_time) {
    return before.value.filed_time;
  }
  hold.filed_time = desk_->Now();
  SHAREWAY_RETURN_IF_ERROR(store_->PutHold(hold, before.version, Event(hold, traceparent)));
  return hold.filed_time;
}

}  // namespace shareway::sharing
