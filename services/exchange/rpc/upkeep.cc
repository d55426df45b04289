// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/upkeep.h"

#include <utility>

#include "absl/strings/match.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/envelope.h"
#include "libs/log/log.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::exchange {
namespace {

constexpr absl::Duration kTick = absl::Milliseconds(100);
constexpr absl::Duration kMeasureEvery = absl::Seconds(1);
constexpr absl::Duration kRecoverEvery = absl::Minutes(5);
constexpr int kRecoverPage = 100;
constexpr size_t kMostRejected = 100'000;
constexpr int64_t kSweepMinutes = 60;
constexpr int kTallyDays = 400;  // above the longest that ListExchanges tells
// About a gigabyte of evidence that audit has not taken.
constexpr uint64_t kMaxOutbox = 1'000'000;

}  // namespace

Upkeep::Upkeep(Parts parts)
    : parts_(std::move(parts)), minute_(ReplaySet::MinuteOf(parts_.clock->Now())) {
  parts_.set_ready(false, "directory and grants are not known yet");
  thread_ = std::thread([this] { Run(); });
}

Upkeep::~Upkeep() {
  stopped_.Notify();
  thread_.join();
  WriteTallies();
  if (parts_.rejected == nullptr || !Current()) return;
  if (absl::Status recorded = Record(parts_.rejected->TakeAll()); !recorded.ok()) {
    log::Warn("rejections-not-recorded", {{"status", recorded}});
  }
}

void Upkeep::Run() {
  absl::Duration measured = absl::ZeroDuration(), began = absl::ZeroDuration();
  std::optional<absl::Duration> settled;
  bool recovering = false;
  do {
    const absl::Duration now = parts_.clock->SinceBoot();
    Open();
    const bool current = Current();
    if (now - measured >= kMeasureEvery) {
      measured = now;
      Measure();
      WriteTallies();
    }
    if (const int64_t minute = ReplaySet::MinuteOf(parts_.clock->Now()); minute != minute_) {
      minute_ = minute;
      EachMinute(minute, current);
    }
    if (current && (!settled || now - *settled >= kRecoverEvery)) {
      settled = now;
      if (absl::Status ended = parts_.provider->SettleIntents(); !ended.ok()) {
        log::Warn("transfers-not-settled", {{"status", ended}});
      }
    }
    const bool due = !recovering || !recovered() || now - began >= kRecoverEvery;
    if (parts_.audit != nullptr && current && due) {
      if (recovered()) began = now;
      absl::StatusOr<int> listed = Recover();
      recovering = listed.ok();
      if (!listed.ok()) log::Warn("recovery-waits", {{"status", listed.status()}});
      if (!listed.ok() && stopped_.WaitForNotificationWithTimeout(kMeasureEvery)) return;
    }
  } while (!stopped_.WaitForNotificationWithTimeout(kTick));
}

// An old copy of a store must not speak for the node that it once was.
bool Upkeep::Current() const { return parts_.caught_up() && parts_.rolled_back() == false; }

void Upkeep::Open() {
  if (!parts_.caught_up()) {
    return parts_.set_ready(false, "directory and grants are not known yet");
  }
  const std::optional<bool> rolled_back = parts_.rolled_back();
  if (!rolled_back) return parts_.set_ready(false, "audit has not answered yet");
  if (*rolled_back) {
    return parts_.set_ready(false, "the store is older than what audit has seen of it");
  }
  parts_.set_ready(true, "");
}

void Upkeep::Measure() {
  const uint64_t depth = parts_.outbox->depth();
  // Before either is full: what was accepted until then is still to be recorded.
  const bool disk = !parts_.disk_accepts || parts_.disk_accepts();
  parts_.room->there = depth < kMaxOutbox && disk;
  parts_.figures.outbox_depth.Set(static_cast<double>(depth));
  parts_.figures.outbox_age.Set(absl::ToDoubleSeconds(parts_.outbox->oldest_age()));
  parts_.figures.grant_lease.Set(parts_.grant_lease->live() ? 1 : 0);
  parts_.figures.directory_lease.Set(parts_.directory_lease->live() ? 1 : 0);
  parts_.figures.grants.Set(static_cast<double>(parts_.grants->size()));
}

void Upkeep::WriteTallies() {
  if (parts_.tallies == nullptr) return;
  if (absl::Status written = parts_.tallies->Flush(); !written.ok()) {
    log::Warn("tallies-not-written", {{"status", written}});
  }
}

void Upkeep::EachMinute(int64_t minute, bool current) {
  parts_.replays->Forget(ReplaySet::FirstMinute(parts_.clock->Now()));
  const absl::Status recorded =
      current && parts_.rejected != nullptr
          ? Record(parts_.rejected->TakeOver(parts_.clock->Now()))
          : absl::OkStatus();
  if (!recorded.ok()) {
    log::Warn("rejections-not-recorded", {{"status", recorded}});
  }
  if (minute % kSweepMinutes != 0) return;
  if (parts_.tallies != nullptr) {
    const absl::CivilDay first = DayOf(parts_.clock->Now()) - kTallyDays;
    if (absl::Status dropped = parts_.tallies->DropBefore(first); !dropped.ok()) {
      log::Warn("tallies-not-dropped", {{"status", dropped}});
    }
  }
  if (absl::Status swept = parts_.datasets->Sweep(); !swept.ok()) {
    log::Warn("datasets-not-swept", {{"status", swept}});
  }
}

absl::Status Upkeep::Record(std::vector<RejectedCalls> calls) {
  if (calls.empty()) return absl::OkStatus();
  kv::Batch batch;
  for (const RejectedCalls& rejected : calls) {
    evidence::AuditRecord record;
    record.set_kind(evidence::v1::CALLS_REJECTED);
    record.add_agencies(parts_.node.substr(0, parts_.node.find("/nodes/")));
    record.set_object(rejected.peer);
    record.set_record_count(rejected.count);
    record.set_reason(rejected.reason);
    if (absl::StrContains(rejected.peer, "/nodes/")) record.add_nodes(rejected.peer);
    record.add_nodes(parts_.node);
    *record.mutable_time() = evidence::ToTimestamp(absl::FromUnixSeconds(rejected.minute * 60));
    parts_.outbox->Add(std::move(record), &batch);
  }
  absl::Status recorded = parts_.store->Commit(std::move(batch));
  if (!recorded.ok()) parts_.rejected->PutBack(std::move(calls));
  return recorded;
}

absl::StatusOr<int> Upkeep::Recover() {
  audit::v1::ListUnmatchedRequest request;
  request.set_page_size(kRecoverPage);
  request.set_page_token(std::exchange(page_token_, ""));  // after an error: from the beginning
  SHAREWAY_ASSIGN_OR_RETURN(const auto page,
                            parts_.audit->Unary<audit::v1::ListUnmatchedResponse>(
                                "/shareway.audit.v1.AuditService/ListUnmatched", request));
  for (const audit::v1::UnmatchedExchange& exchange : page.exchanges()) {
    if (rejected_.contains(exchange.index())) continue;
    absl::StatusOr<evidence::OpenedRecord> opened = evidence::Open(exchange.sealed());
    const absl::Status recorded =
        opened.ok() ? parts_.record_lost(opened->record) : opened.status();
    if (recorded.ok()) continue;
    log::Warn("half-not-recovered", {{"index", exchange.index()}, {"status", recorded}});
    const bool never = absl::IsInvalidArgument(recorded) || absl::IsDataLoss(recorded);
    if (never && rejected_.size() < kMostRejected) rejected_.insert(exchange.index());
  }
  page_token_ = page.next_page_token();
  return page.exchanges_size();
}

void CountRejected(const rpc::Caller& caller, const absl::Status& status, absl::Time now,
                   RejectionCount* rejected) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  if (!details) return;
  const bool told = details->reason != Reason::kOverloaded &&
                    details->reason != Reason::kRateLimited &&
                    details->reason != Reason::kNotVisible &&
                    details->reason != Reason::kExchangeSettled;
  if (told) return;
  rejected->Add(caller.person() ? caller.agency : caller.name(), now, ReasonName(details->reason));
}

}  // namespace shareway::exchange
