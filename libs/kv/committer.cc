// SPDX-License-Identifier: Apache-2.0
// Queue, group, write, answer.
#include "libs/kv/committer.h"

#include <unistd.h>

#include <utility>

#include "libs/base/clock.h"
#include "libs/kv/group.h"
#include "libs/log/log.h"

namespace shareway::kv {
namespace {

size_t BytesOf(const Batch& batch) {
  size_t bytes = 0;
  for (const Batch::Op& op : batch.ops()) bytes += op.key.size() + op.value.size();
  return bytes;
}

}  // namespace

Committer::Committer(Engine* engine, Durable durable)
    : engine_(engine),
      commits_(durable.commits),
      logs_(std::move(durable.logs)),
      thread_([this] { Run(); }) {}

Committer::~Committer() {
  {
    absl::MutexLock lock(&queue_mutex_);
    stopping_ = true;
    arrived_.Signal();
  }
  thread_.join();
}

void Committer::CommitAsync(Batch batch, std::function<void(absl::StatusOr<Committed>)> done) {
  // A broken batch is answered in turn too: `done` never runs on the caller's thread.
  absl::StatusOr<Committed> result = Committed{};
  if (absl::Status checked = batch.Check(); !checked.ok()) result = std::move(checked);
  absl::MutexLock lock(&queue_mutex_);
  queue_.push_back({std::move(batch), std::move(done), std::move(result)});
  arrived_.Signal();
}

void Committer::Run() {
  for (;;) {
    std::vector<Waiting> group = Take();
    if (group.empty()) return;
    CommitGroup(std::move(group));
  }
}

std::vector<Committer::Waiting> Committer::Take() {
  std::vector<Waiting> group;
  size_t bytes = 0;
  absl::MutexLock lock(&queue_mutex_);
  while (queue_.empty() && !stopping_) arrived_.Wait(&queue_mutex_);
  while (!queue_.empty() && group.size() < kMaxGroupBatches && bytes < kMaxGroupBytes) {
    bytes += BytesOf(queue_.front().batch);
    group.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  return group;
}

void Committer::CommitGroup(std::vector<Waiting> waiting) {
  bool track = false;
  for (size_t i = 0; i < waiting.size(); ++i) {
    // A batch's own expectations come before its changes: the first needs no memory.
    track = track || (i > 0 && !waiting[i].batch.expects().empty());
  }
  Group group(
      engine_, commits_, [this](absl::string_view log) { return Ends(log); }, track);
  for (Waiting& w : waiting) {
    if (w.result.ok()) w.result = group.Add(w.batch);
  }
  bool grown = false;
  if (group.commits() != commits_) {
    const uint64_t commits = group.commits();
    const Logs logs = group.logs();
    const absl::Status written = engine_->Write(std::move(group).TakeOps());
    if (written.ok()) {
      commits_ = commits;
      if (full_) log::Info("store-has-space-again");
      full_ = false;
      absl::MutexLock lock(&logs_mutex_);
      for (const auto& [log, ends] : logs) logs_[log] = ends;
      grown = !logs.empty();
    } else if (absl::IsResourceExhausted(written)) {
      if (!full_) log::Warn("store-full", {{"status", written}});
      full_ = true;
      // Losers too: what they lost to was not written.
      for (Waiting& w : waiting) {
        if (w.result.ok() || absl::IsAborted(w.result.status())) w.result = written;
      }
    } else {
      log::Error("store-write-failed", {{"status", written}, {"exit_code", kExitUnknownOutcome}});
      ::_exit(kExitUnknownOutcome);
    }
  }
  for (Waiting& w : waiting) {
    if (w.done) w.done(std::move(w.result));
  }
  if (grown) grown_.SignalAll();
}

LogEnds Committer::Ends(absl::string_view log) const {
  absl::MutexLock lock(&logs_mutex_);
  auto it = logs_.find(log);
  return it == logs_.end() ? LogEnds{} : it->second;
}

uint64_t Committer::LogHead(absl::string_view log) const { return Ends(log).head; }

uint64_t Committer::LogTail(absl::string_view log) const { return Ends(log).tail; }

bool Committer::WaitLog(absl::string_view log, uint64_t number, absl::Duration timeout) const {
  const absl::Duration deadline = SystemClock().SinceBoot() + timeout;
  absl::MutexLock lock(&logs_mutex_);
  for (;;) {
    auto it = logs_.find(log);
    if (it != logs_.end() && it->second.head > number) return true;
    const absl::Duration left = deadline - SystemClock().SinceBoot();
    if (left <= absl::ZeroDuration()) return false;
    grown_.WaitWithTimeout(&logs_mutex_, left);
  }
}

}  // namespace shareway::kv
