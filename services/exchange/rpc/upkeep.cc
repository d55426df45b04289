// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/upkeep.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/evidence/envelope.h"
#include "libs/log/log.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::exchange {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(100);
constexpr absl::Duration kMeasureEvery = absl::Seconds(1);
constexpr absl::Duration kRecoverEvery = absl::Minutes(5);
constexpr int64_t kSweepMinutes = 60;
// About a gigabyte of evidence that audit has not taken.
constexpr uint64_t kMaxOutbox = 1'000'000;

}  // namespace

Upkeep::Upkeep(Parts parts)
    : parts_(std::move(parts)), minute_(ReplaySet::MinuteOf(parts_.clock->Now())) {
  parts_.server->SetReady(false, "directory and grants are not known yet");
  thread_ = std::thread([this] { Run(); });
}

Upkeep::~Upkeep() {
  stopped_.Notify();
  thread_.join();
}

void Upkeep::Run() {
  absl::Duration measured = absl::ZeroDuration(), recovered = absl::ZeroDuration();
  bool recovering = false;
  do {
    const absl::Duration now = parts_.clock->SinceBoot();
    Open();
    // An old copy of a store must not speak for the node that it once was.
    const bool current = parts_.caught_up() && parts_.rolled_back() == false;
    if (now - measured >= kMeasureEvery) {
      measured = now;
      Measure();
    }
    if (const int64_t minute = ReplaySet::MinuteOf(parts_.clock->Now()); minute != minute_) {
      minute_ = minute;
      EachMinute(minute, current);
    }
    if (parts_.audit != nullptr && current && (!recovering || now - recovered >= kRecoverEvery)) {
      recovered = now;
      absl::StatusOr<int> listed = Recover();
      recovering = listed.ok();
      if (!listed.ok()) log::Warn("recovery-waits", {{"status", listed.status()}});
      if (!listed.ok() && stopped_.WaitForNotificationWithTimeout(kMeasureEvery)) return;
    }
  } while (!stopped_.WaitForNotificationWithTimeout(kTick));
}

void Upkeep::Open() {
  if (!parts_.caught_up()) {
    return parts_.server->SetReady(false, "directory and grants are not known yet");
  }
  const std::optional<bool> rolled_back = parts_.rolled_back();
  if (!rolled_back) return parts_.server->SetReady(false, "audit has not answered yet");
  if (*rolled_back) {
    return parts_.server->SetReady(false, "the store is older than what audit has seen of it");
  }
  parts_.server->SetReady(true);
}

void Upkeep::Measure() {
  const uint64_t depth = parts_.outbox->depth();
  parts_.room->there = depth < kMaxOutbox;
  parts_.figures.outbox_depth.Set(static_cast<double>(depth));
  parts_.figures.outbox_age.Set(absl::ToDoubleSeconds(parts_.outbox->oldest_age()));
  parts_.figures.grant_lease.Set(parts_.grant_lease->live() ? 1 : 0);
  parts_.figures.directory_lease.Set(parts_.directory_lease->live() ? 1 : 0);
  parts_.figures.grants.Set(static_cast<double>(parts_.grants->size()));
}

void Upkeep::EachMinute(int64_t minute, bool current) {
  const int64_t first = ReplaySet::FirstMinute(parts_.clock->Now());
  parts_.replays->Forget(first);
  if (absl::Status dropped = parts_.store->DropReplays(first); !dropped.ok()) {
    log::Warn("replays-not-dropped", {{"status", dropped}});
  }
  if (absl::Status recorded = current ? RecordRejected() : absl::OkStatus(); !recorded.ok()) {
    log::Warn("rejections-not-recorded", {{"status", recorded}});
  }
  if (minute % kSweepMinutes != 0) return;
  if (absl::Status swept = parts_.datasets->Sweep(); !swept.ok()) {
    log::Warn("datasets-not-swept", {{"status", swept}});
  }
}

absl::Status Upkeep::RecordRejected() {
  const std::vector<RejectedCalls> over = parts_.rejected->TakeOver(parts_.clock->Now());
  if (over.empty()) return absl::OkStatus();
  kv::Batch batch;
  for (const RejectedCalls& calls : over) {
    evidence::AuditRecord record;
    record.set_kind(evidence::v1::CALLS_REJECTED);
    record.add_agencies(parts_.node.substr(0, parts_.node.find("/nodes/")));
    record.set_object(calls.peer);
    record.set_record_count(calls.count);
    record.set_reason(calls.reason);
    record.add_nodes(calls.peer);
    record.add_nodes(parts_.node);
    *record.mutable_time() = evidence::ToTimestamp(absl::FromUnixSeconds(calls.minute * 60));
    parts_.outbox->Add(std::move(record), &batch);
  }
  return parts_.store->Commit(std::move(batch));
}

absl::StatusOr<int> Upkeep::Recover() {
  int listed = 0;
  audit::v1::ListUnmatchedRequest request;
  request.set_page_size(1000);
  do {
    SHAREWAY_ASSIGN_OR_RETURN(const auto page,
                              parts_.audit->Unary<audit::v1::ListUnmatchedResponse>(
                                  "/shareway.audit.v1.AuditService/ListUnmatched", request));
    for (const audit::v1::UnmatchedExchange& exchange : page.exchanges()) {
      ++listed;
      absl::StatusOr<evidence::OpenedRecord> opened = evidence::Open(exchange.sealed());
      absl::Status recorded = opened.status();
      if (opened.ok()) {
        const evidence::AuditRecord& half = opened->record;
        const bool ours = half.nodes_size() == 2 && half.nodes(0) == parts_.node;
        recorded = ours ? parts_.consumer->RecordLost(half) : parts_.provider->RecordLost(half);
      }
      if (!recorded.ok()) {
        log::Warn("half-not-recovered", {{"index", exchange.index()}, {"status", recorded}});
      }
    }
    request.set_page_token(page.next_page_token());
  } while (!request.page_token().empty() && !stopped_.HasBeenNotified());
  return listed;
}

}  // namespace shareway::exchange
