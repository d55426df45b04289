// SPDX-License-Identifier: Apache-2.0
// What the service does by itself.
#include "services/sharing/upkeep.h"

#include "libs/log/log.h"
#include "services/sharing/grants/corrections.h"
#include "services/sharing/supervision/detections.h"
#include "services/sharing/grants/disposals.h"
#include "services/sharing/grants/grants.h"
#include "services/sharing/grants/notices.h"
#include "services/sharing/requests/attachments.h"
#include "services/sharing/statutes/recompute.h"
#include "services/sharing/grants/service_changes.h"
#include "services/sharing/sharing.h"
#include "services/sharing/requests/warnings.h"

namespace shareway::sharing {

namespace {

constexpr uint64_t kKeepGrants = 1'000'000;
constexpr absl::Duration kRound = absl::Minutes(1);

}  // namespace

const std::vector<Duty>& Duties() {
  static const auto* const duties = new std::vector<Duty>{
      {"grants", GrantsDue},
      {"disposals", DisposalsDue},
      {"notices", NoticesDue},
      {"service-changes", ServiceChangesDue},
      {"supplements", RequestsDue},
      {"warnings", WarningsDue},
      {"findings", FindingsDue},
      {"abandoned-uploads", AbandonedUploadsDue},
  };
  return *duties;
}

int RunDuties(const Desk& desk) {
  int changed = 0;
  for (const Duty& duty : Duties()) {
    const absl::StatusOr<int> done = duty.run(desk);
    if (!done.ok()) {
      log::Warn("duty-failed", {{"duty", duty.name}, {"status", done.status()}});
    } else if (*done > 0) {
      log::Info("duty-done", {{"duty", duty.name}, {"changed", *done}});
      changed += *done;
    }
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
  if (absl::Status trimmed = TrimCorrections(*desk); !trimmed.ok()) {
    log::Warn("correction-log-not-trimmed", {{"status", trimmed}});
  }
  RunDuties(*desk);
}

UpkeepLoop::~UpkeepLoop() {
  stopped_.Notify();
  if (thread_.joinable()) thread_.join();
}

void UpkeepLoop::Start() {
  Upkeep(desk_);
  thread_ = std::thread([this] {
    while (!stopped_.WaitForNotificationWithTimeout(kRound)) RunDuties(*desk_);
  });
}

}  // namespace shareway::sharing
