// SPDX-License-Identifier: Apache-2.0
// What the service does for its store at each start.
#include "services/sharing/upkeep.h"

#include <type_traits>

#include "absl/strings/match.h"
#include "libs/log/log.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr uint64_t kKeepGrants = 1'000'000;

// True if the subject's due date changed.
template <typename T>
absl::StatusOr<bool> Recompute(const Desk& desk, const Stored<T>& subject, RecordKind kind,
                               std::vector<Stored<T>> Change::*list) {
  const absl::Time now = desk.Now();
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<T> after,
                            subject.value.Recompute(desk.calendars(), now));
  if (!after) return false;
  const auto& f = after->fields();
  const Parties parties = desk.PartiesOf(f.consumer, f.provider);
  evidence::AuditRecord event = desk.Event(kind, {}, parties, f.name);
  if constexpr (std::is_same_v<T, Request>) Desk::TellOnly(*after, &event);
  event.set_resource(f.resource);
  event.set_rule(f.profile);
  event.set_reason("DUE_RECOMPUTED");
  Change change{.owners = Desk::Owners(parties), .events = {event}, .result = f.name};
  (change.*list).push_back({*after, subject.version});
  SHAREWAY_RETURN_IF_ERROR(desk.store().Commit(change, now).status());
  return true;
}

}  // namespace

absl::StatusOr<int> RecomputeClocks(const Desk& desk) {
  int changed = 0;
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> names, desk.store().Provisional());
  for (const std::string& name : names) {
    bool moved = false;
    if (absl::StartsWith(name, "requests/")) {
      SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> request, desk.store().LoadRequest(name));
      SHAREWAY_ASSIGN_OR_RETURN(
          moved, Recompute(desk, request, RecordKind::REQUEST_SUBMITTED, &Change::requests));
    } else {
      SHAREWAY_ASSIGN_OR_RETURN(const Stored<Dispute> dispute, desk.store().LoadDispute(name));
      SHAREWAY_ASSIGN_OR_RETURN(
          moved, Recompute(desk, dispute, RecordKind::DISPUTE_CHANGED, &Change::disputes));
    }
    if (moved) ++changed;
  }
  return changed;
}

void Upkeep(const Desk* desk) {
  const absl::StatusOr<int> changed = RecomputeClocks(*desk);
  if (!changed.ok()) {
    log::Warn("clocks-not-recomputed", {{"status", changed.status()}});
  } else if (*changed > 0) {
    log::Info("clocks-recomputed", {{"changed", *changed}});
  }
  if (absl::Status trimmed = desk->store().TrimGrants(kKeepGrants); !trimmed.ok()) {
    log::Warn("grant-log-not-trimmed", {{"status", trimmed}});
  }
}

}  // namespace shareway::sharing
