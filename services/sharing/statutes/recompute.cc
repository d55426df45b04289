// SPDX-License-Identifier: Apache-2.0
// Due dates that rested on an unpublished calendar, computed again once it is there.
#include "services/sharing/statutes/recompute.h"

#include <map>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/sharing/cases.h"
#include "services/sharing/grants/corrections.h"
#include "services/sharing/grants/grant_clocks.h"
#include "services/sharing/grants/service_changes.h"
#include "services/sharing/store/correction_codec.h"
#include "services/sharing/store/grant_life_codec.h"
#include "services/sharing/store/notice_codec.h"
#include "services/sharing/store/service_codec.h"
#include "services/sharing/store/supervision_codec.h"

namespace shareway::sharing {
namespace {

evidence::AuditRecord EventOf(const Desk& desk, const Parties& parties, const std::string& name,
                              const std::string& profile) {
  evidence::AuditRecord event =
      desk.Event(evidence::RecordKind::CLOCK_RECOMPUTED, {}, parties, name);
  event.set_rule(profile);
  event.set_reason("DUE_RECOMPUTED");
  return event;
}

// True if a due date of the request or dispute changed.
template <typename T>
absl::StatusOr<bool> Recompute(const Desk& desk, const Stored<T>& subject,
                               std::vector<Stored<T>> Change::*list) {
  const absl::Time now = desk.Now();
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<T> after,
                            subject.value.Recompute(desk.calendars(), now));
  if (!after) return false;
  const auto& f = after->fields();
  const Parties parties = desk.PartiesOf(f.consumer, f.provider);
  evidence::AuditRecord event = EventOf(desk, parties, f.name, f.profile);
  if constexpr (std::is_same_v<T, Request>) Desk::TellOnly(*after, &event);
  event.set_resource(f.resource);
  Change change{.owners = Desk::Owners(parties), .events = {event}, .result = f.name};
  (change.*list).push_back({*after, subject.version});
  SHAREWAY_RETURN_IF_ERROR(desk.store().Commit(change, now).status());
  return true;
}

// The clocks of a case.
template <typename T>
std::vector<statute::Clock*> ClocksOf(T& value) {
  std::vector<statute::Clock*> clocks;
  if constexpr (requires { value.clock.has_value(); }) {
    if (value.clock) clocks.push_back(&*value.clock);
  } else {
    clocks.push_back(&value.clock);
  }
  if constexpr (requires { value.extended.has_value(); }) {
    if (value.extended) clocks.push_back(&*value.extended);
  }
  return clocks;
}

// In whose lists the case and its clocks stand.
template <typename T>
std::vector<std::string> ListsOf(const Desk& desk, const T& value, const Parties& parties) {
  if constexpr (std::is_same_v<T, ServiceChange>) {
    return OwnersOf(desk, value);
  } else {
    return Desk::Owners(parties);
  }
}

// The same of a case of kind T.
template <typename T>
absl::StatusOr<bool> RecomputeCase(const Desk& desk, const std::string& name) {
  const absl::Time now = desk.Now();
  SHAREWAY_ASSIGN_OR_RETURN(Stored<T> subject, desk.store().LoadCase<T>(name));
  T& value = subject.value;
  bool moved = false;
  for (statute::Clock* clock : ClocksOf(value)) {
    if (clock->stop) continue;
    SHAREWAY_ASSIGN_OR_RETURN(statute::Clock next,
                              statute::RecomputeClock(*clock, desk.calendars(), now));
    if (next.due == clock->due) continue;
    *clock = std::move(next);
    moved = true;
  }
  if (!moved) return false;
  const Parties parties = desk.PartiesOf(value.consumer, value.provider);
  evidence::AuditRecord event = EventOf(desk, parties, name, value.profile);
  Desk::TellOnly(EvidenceReaders(value), &event);
  Change change{.owners = ListsOf(desk, value, parties),
                .events = {std::move(event)},
                .result = name};
  change.cases.push_back(RowOf(value, subject.version));
  SHAREWAY_RETURN_IF_ERROR(desk.store().Commit(change, now).status());
  return true;
}

// By the collection of the case.
using RecomputeKind = absl::StatusOr<bool> (*)(const Desk&, const std::string&);
const std::map<std::string, RecomputeKind>& Kinds() {
  static const auto* const kinds = new std::map<std::string, RecomputeKind>{
      {Correction::kCollection, RecomputeCase<Correction>},
      {Disposal::kCollection, RecomputeCase<Disposal>},
      {Inquiry::kCollection, RecomputeCase<Inquiry>},
      {Notice::kCollection, RecomputeCase<Notice>},
      {ReturnRequest::kCollection, RecomputeCase<ReturnRequest>},
      {ServiceChange::kCollection, RecomputeCase<ServiceChange>},
  };
  return *kinds;
}

absl::StatusOr<bool> RecomputeSubject(const Desk& desk, const std::string& name) {
  const std::string collection = name.substr(0, name.find('/'));
  if (collection == "requests") {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> request, desk.store().LoadRequest(name));
    return Recompute(desk, request, &Change::requests);
  }
  if (collection == "disputes") {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Dispute> dispute, desk.store().LoadDispute(name));
    return Recompute(desk, dispute, &Change::disputes);
  }
  if (collection == Correction::kCollection) return RecomputeCorrection(desk, name);
  if (HasGrantClock(collection)) return RecomputeGrantClock(desk, name);
  const auto kind = Kinds().find(collection);
  if (kind != Kinds().end()) return kind->second(desk, name);
  return absl::UnimplementedError(absl::StrCat("no clocks of ", collection, " are known"));
}

struct Round {
  int changed = 0;
  int failed = 0;
};

absl::StatusOr<Round> RecomputeAll(const Desk& desk) {
  Round round;
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> names, desk.store().Provisional());
  for (const std::string& name : names) {
    const absl::StatusOr<bool> moved = RecomputeSubject(desk, name);
    if (!moved.ok()) {
      ++round.failed;
      log::Warn("clock-not-recomputed", {{"subject", name}, {"status", moved.status()}});
    } else if (*moved) {
      ++round.changed;
    }
  }
  return round;
}

}  // namespace

absl::StatusOr<int> RecomputeClocks(const Desk& desk) {
  SHAREWAY_ASSIGN_OR_RETURN(const Round round, RecomputeAll(desk));
  return round.changed;
}

absl::StatusOr<int> ClocksDue(const Desk& desk) {
  if (desk.ClocksSettled()) return 0;
  const statute::CalendarSet& by = desk.calendars();
  SHAREWAY_ASSIGN_OR_RETURN(const Round round, RecomputeAll(desk));
  if (round.changed == 0 && round.failed == 0) desk.SettleClocks(by);
  return round.changed;
}

}  // namespace shareway::sharing
