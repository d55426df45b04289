// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/hold_filing.h"

#include <algorithm>

#include "libs/base/error.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"
#include "shareway/sharing/v1/grant.pb.h"

namespace shareway::exchange {
namespace {

constexpr absl::Duration kTick = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Minutes(1);

}  // namespace

absl::StatusOr<absl::Time> FileWithSharing(rpc::Channel* sharing, absl::string_view agency,
                                           const Filing& filing) {
  sharing::v1::FileHoldRequest request;
  request.set_agency(std::string(agency));
  request.set_subject(filing.subject);
  request.set_held(filing.held);
  request.set_reason(filing.reason);
  *request.mutable_set_time() = evidence::ToTimestamp(filing.set_time);
  if (!filing.act.empty() && !request.mutable_act()->ParseFromString(filing.act)) {
    return absl::DataLossError("the act of a hold cannot be read");
  }
  const auto filed = sharing->Unary<sharing::v1::FileHoldResponse>(
      "/shareway.sharing.v1.GrantService/FileHold", request);
  if (!filed.ok()) return filed.status();
  return evidence::FromTimestamp(filed->filed_time());
}

HoldFiling::HoldFiling(std::shared_ptr<rpc::Channel> sharing, Holds* holds, Alerts* alerts)
    : sharing_(std::move(sharing)),
      holds_(holds),
      alerts_(alerts),
      thread_([this] { Run(); }) {}

HoldFiling::~HoldFiling() {
  stopped_.Notify();
  thread_.join();
}

void HoldFiling::Run() {
  absl::Duration pause = kTick;
  absl::Duration since = absl::InfiniteDuration();  // the last try to file
  while (!stopped_.WaitForNotificationWithTimeout(kTick)) {
    if (alerts_ != nullptr) {
      if (absl::Status recorded = alerts_->Record(); !recorded.ok()) {
        log::Warn("alerts-not-recorded", {{"status", recorded}});
      }
    }
    since += kTick;
    if (since < pause) continue;
    since = absl::ZeroDuration();
    const absl::StatusOr<int> filed = holds_->File([this](const Filing& filing) {
      return FileWithSharing(sharing_.get(), holds_->agency(), filing);
    });
    if (filed.ok()) {
      if (*filed > 0) log::Info("holds-filed", {{"count", *filed}});
      pause = kTick;
      continue;
    }
    log::Warn("hold-not-filed",
              {{"status", filed.status()}, {"again_in", absl::FormatDuration(pause)}});
    pause = std::min(2 * pause, kLongestPause);
  }
}

}  // namespace shareway::exchange
