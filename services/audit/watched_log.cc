// SPDX-License-Identifier: Apache-2.0
// Opening in order, and what follows when the gate opens.
#include "services/audit/watched_log.h"

#include <utility>
#include <vector>

#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"
#include "services/audit/store/witness_store.h"

namespace shareway::audit {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(20);
constexpr absl::Duration kRetry = absl::Seconds(1);

}  // namespace

absl::StatusOr<std::unique_ptr<WatchedLog>> WatchedLog::Open(Parts parts, Options options) {
  SHAREWAY_ASSIGN_OR_RETURN(
      std::unique_ptr<Witnesses> witnesses,
      Witnesses::Open(
          parts.store, parts.audit, parts.reader, parts.own->producer(),
          {.candidate_interval = options.candidate_interval, .metrics = parts.metrics}));
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<WitnessSet> sets, witnesses->Reread());
  auto gate = std::make_unique<StartGate>(
      parts.audit, parts.reader, std::move(sets),
      [from = witnesses.get()] { return from->Reread(); },
      StartGate::Options{options.rebuild, parts.metrics});
  if (!parts.witnesses_today) gate->Expect(WitnessSet());
  parts.own->StandBehind(gate.get());
  SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<Rebuild> rebuild,
                            Rebuild::Open({.store = parts.store,
                                           .audit = parts.audit,
                                           .gate = gate.get(),
                                           .own = parts.own,
                                           .message_key = parts.message_key,
                                           .message_key_of = parts.message_key_of}));
  return std::unique_ptr<WatchedLog>(new WatchedLog(
      std::move(parts), std::move(gate), std::move(witnesses), std::move(rebuild)));
}

WatchedLog::WatchedLog(Parts parts, std::unique_ptr<StartGate> gate,
                       std::unique_ptr<Witnesses> witnesses, std::unique_ptr<Rebuild> rebuild)
    : parts_(std::move(parts)),
      gate_(std::move(gate)),
      witnesses_(std::move(witnesses)),
      own_entries_(parts_.store, parts_.audit, parts_.reader, parts_.own),
      rebuild_(std::move(rebuild)) {}

WatchedLog::~WatchedLog() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

absl::Status WatchedLog::Start(std::function<bool()> directory_current) {
  directory_current_ = std::move(directory_current);
  ExpectListed();
  if (gate_->serving()) return Begin();
  thread_ = std::thread([this] { AwaitAndBegin(); });
  return absl::OkStatus();
}

void WatchedLog::ExpectListed() {
  if (!parts_.witnesses_today || !directory_current_()) return;
  const std::optional<WitnessSet> listed = parts_.witnesses_today();
  if (listed) gate_->Expect(*listed);
}

void WatchedLog::AwaitAndBegin() {
  for (;;) {
    absl::Duration pause = absl::ZeroDuration();
    ExpectListed();
    if (gate_->WaitServing(kLook)) {
      const absl::Status begun = Begin();
      if (begun.ok()) return;
      log::Error("start-not-recorded", {{"status", begun}});
      pause = kRetry;
    }
    absl::MutexLock lock(&mutex_);
    if (mutex_.AwaitWithTimeout(absl::Condition(&stopping_), pause)) return;
  }
}

absl::Status WatchedLog::Begin() {
  SHAREWAY_RETURN_IF_ERROR(rebuild_->Conclude());
  SHAREWAY_RETURN_IF_ERROR(RecordNaming());
  SHAREWAY_RETURN_IF_ERROR(RecordStart(parts_.own).status());
  if (parts_.witnesses_today) witnesses_->Start(parts_.own, parts_.witnesses_today);
  return absl::OkStatus();
}

absl::Status WatchedLog::RecordNaming() {
  const std::string named = WitnessSetBytes(gate_->named_set());
  for (const StartGate::NamingAct& naming : gate_->naming_acts()) {
    evidence::AuditRecord record;
    record.set_kind(evidence::v1::WITNESSES_CHANGED);
    record.set_object(naming.person);
    *record.mutable_act() = naming.act;
    record.set_state(named);
    SHAREWAY_RETURN_IF_ERROR(parts_.own->Append(std::move(record)).status());
  }
  return absl::OkStatus();
}

}  // namespace shareway::audit
