// SPDX-License-Identifier: Apache-2.0
// The clocks of what follows a grant, after calendars changed.
#include "services/sharing/grants/grant_clocks.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "services/sharing/cases.h"
#include "services/sharing/store/grant_life_codec.h"
#include "services/sharing/store/notice_codec.h"
#include "services/sharing/store/service_codec.h"

namespace shareway::sharing {
namespace {

statute::Clock* ClockOf(Notice& notice) { return &notice.clock; }
statute::Clock* ClockOf(Disposal& disposal) { return &disposal.clock; }
statute::Clock* ClockOf(ServiceChange& change) { return change.clock ? &*change.clock : nullptr; }
statute::Clock* ClockOf(ReturnRequest& request) {
  return request.clock ? &*request.clock : nullptr;
}

// In whose lists the clock stands besides the parties'.
void AddOwners(const Desk&, const Notice& notice, std::vector<std::string>* owners) {
  if (!notice.reported_to.empty()) owners->push_back(notice.reported_to);
}
void AddOwners(const Desk&, const ServiceChange& change, std::vector<std::string>* owners) {
  for (const ServiceChange::Answer& answer : change.answers) owners->push_back(answer.consumer);
}
template <typename T>
void AddOwners(const Desk&, const T&, std::vector<std::string>*) {}

template <typename T>
absl::StatusOr<bool> Recompute(const Desk& desk, absl::string_view name) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<T> before, desk.store().LoadCase<T>(name));
  T after = before.value;
  statute::Clock* const clock = ClockOf(after);
  if (clock == nullptr) return false;
  const absl::CivilDay due = clock->due.day;
  const bool provisional = clock->due.provisional;
  SHAREWAY_ASSIGN_OR_RETURN(*clock, statute::RecomputeClock(*clock, desk.calendars(), desk.Now()));
  if (clock->due.day == due && clock->due.provisional == provisional) return false;
  const auto step = [&](const CaseView<T>& c, Change* change) -> absl::StatusOr<T> {
    change->owners = Desk::Owners(c.parties);
    AddOwners(desk, after, &change->owners);
    return after;
  };
  SHAREWAY_RETURN_IF_ERROR(
      Cases<T>(&desk)
          .WriteByRule(evidence::RecordKind::CLOCK_RECOMPUTED, &statute::Articles::scope, before,
                       step)
          .status());
  return true;
}

bool IsOf(absl::string_view collection, absl::string_view name) {
  return absl::StartsWith(name, absl::StrCat(collection, "/"));
}

}  // namespace

bool HasGrantClock(absl::string_view collection) {
  return collection == Notice::kCollection || collection == Disposal::kCollection ||
         collection == ServiceChange::kCollection || collection == ReturnRequest::kCollection;
}

absl::StatusOr<bool> RecomputeGrantClock(const Desk& desk, absl::string_view name) {
  if (IsOf(Notice::kCollection, name)) return Recompute<Notice>(desk, name);
  if (IsOf(Disposal::kCollection, name)) return Recompute<Disposal>(desk, name);
  if (IsOf(ServiceChange::kCollection, name)) return Recompute<ServiceChange>(desk, name);
  return Recompute<ReturnRequest>(desk, name);
}

}  // namespace shareway::sharing
