// SPDX-License-Identifier: Apache-2.0
// Opening in order, and what follows when the gate opens.
#include "services/audit/watched_log.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
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
      StartGate::Options{options.rebuild, std::move(options.set_aside), parts.metrics});
  if (!parts.witnesses_today) gate->Expect(WitnessSet());
  parts.own->StandBehind(gate.get());
  auto own_entries =
      std::make_unique<OwnEntries>(parts.store, parts.audit, parts.reader, parts.own);
  SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<Rebuild> rebuild,
                            Rebuild::Open({.store = parts.store,
                                           .audit = parts.audit,
                                           .gate = gate.get(),
                                           .own = parts.own,
                                           .own_entries = own_entries.get(),
                                           .message_key = parts.message_key,
                                           .message_key_of = parts.message_key_of}));
  SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<Controls> controls,
                            Controls::Open({.audit = parts.audit,
                                            .reader = parts.reader,
                                            .own = parts.own,
                                            .own_entries = own_entries.get(),
                                            .stop = parts.stop,
                                            .roles_today = parts.roles_today},
                                           options.retention));
  return std::unique_ptr<WatchedLog>(new WatchedLog(
      std::move(parts), std::move(gate), std::move(witnesses), std::move(own_entries),
      std::move(rebuild), std::move(controls)));
}

WatchedLog::WatchedLog(Parts parts, std::unique_ptr<StartGate> gate,
                       std::unique_ptr<Witnesses> witnesses,
                       std::unique_ptr<OwnEntries> own_entries, std::unique_ptr<Rebuild> rebuild,
                       std::unique_ptr<Controls> controls)
    : parts_(std::move(parts)),
      gate_(std::move(gate)),
      witnesses_(std::move(witnesses)),
      own_entries_(std::move(own_entries)),
      rebuild_(std::move(rebuild)),
      controls_(std::move(controls)) {}

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
  if (!began_at_) began_at_ = parts_.audit->state()->size();
  SHAREWAY_RETURN_IF_ERROR(witnesses_->Recall(gate_->cosigned()));
  SHAREWAY_RETURN_IF_ERROR(rebuild_->Conclude());
  SHAREWAY_RETURN_IF_ERROR(controls_->RecordFirst());
  SHAREWAY_RETURN_IF_ERROR(RecordNaming());
  SHAREWAY_RETURN_IF_ERROR(RecordSetAside());
  evidence::AuditRecord start;
  start.set_kind(evidence::v1::SERVICE_STARTED);
  SHAREWAY_RETURN_IF_ERROR(Record(std::move(start)));
  if (parts_.witnesses_today) witnesses_->Start(parts_.own, parts_.witnesses_today);
  return absl::OkStatus();
}

absl::Status WatchedLog::Record(evidence::AuditRecord record) {
  return AppendOnce(std::move(record), *began_at_, *own_entries_, parts_.audit, parts_.own);
}

absl::Status WatchedLog::RecordNaming() {
  const Namings namings = gate_->namings();
  for (const Namings::Act& naming : namings.acts()) {
    evidence::AuditRecord record;
    record.set_kind(evidence::v1::WITNESSES_CHANGED);
    record.set_object(naming.person);
    *record.mutable_act() = naming.act;
    record.set_state(WitnessSetBytes(namings.effective()));
    SHAREWAY_RETURN_IF_ERROR(Record(std::move(record)));
  }
  return absl::OkStatus();
}

absl::Status WatchedLog::RecordSetAside() {
  for (const auto& [node, head] : gate_->set_aside()) {
    log::Warn("log-fork-settled",
              {{"head", HeadId(head.root)}, {"size", head.size}, {"witness", node}});
    evidence::AuditRecord record;
    record.set_kind(evidence::v1::WITNESSES_CHANGED);
    record.set_object(absl::StrCat(kSetAsidePrefix, head.size, "/", ToHex(head.root.view())));
    record.set_reason(std::string(ReasonName(Reason::kLogForked)));
    record.add_nodes(node);
    SHAREWAY_RETURN_IF_ERROR(Record(std::move(record)));
  }
  return absl::OkStatus();
}

}  // namespace shareway::audit
