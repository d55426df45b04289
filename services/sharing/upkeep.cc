// SPDX-License-Identifier: Apache-2.0
// What the service does by itself.
#include "services/sharing/upkeep.h"

#include "libs/log/log.h"
#include "services/sharing/supervision/detections.h"
#include "services/sharing/grants/disposals.h"
#include "services/sharing/grants/grants.h"
#include "services/sharing/grants/notices.h"
#include "services/sharing/grants/passing_on.h"
#include "services/sharing/requests/attachments.h"
#include "services/sharing/statutes/recompute.h"
#include "services/sharing/grants/service_changes.h"
#include "services/sharing/sharing.h"
#include "services/sharing/requests/warnings.h"
#include "services/sharing/store/correction_codec.h"
#include "services/sharing/store/keys.h"

namespace shareway::sharing {

namespace {

constexpr uint64_t kKeepEntries = 1'000'000;  // of each log that others follow
constexpr absl::Duration kRound = absl::Minutes(1);

}  // namespace

const std::vector<Duty>& Duties() {
  static const auto* const duties = new std::vector<Duty>{
      {"clocks", ClocksDue},  // first: the others read due dates
      {"grants", GrantsDue},
      {"unsourced", UnsourcedDue},
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
  for (const char* followed : {kGrantLog, kCorrectionLog, kRequestLog}) {
    const absl::Status trimmed = desk->store().TrimLog(followed, kKeepEntries);
    if (!trimmed.ok()) log::Warn("log-not-trimmed", {{"log", followed}, {"status", trimmed}});
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
