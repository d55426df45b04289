// SPDX-License-Identifier: Apache-2.0
// The log's own evidence: it goes into the log without a detour.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "libs/crypto/key.h"
#include "libs/evidence/record.h"
#include "services/audit/audit.h"
#include "services/audit/store/log_reader.h"

namespace shareway::audit {

class StartGate;

// Seals and appends the records of the service itself. One thread takes all that
// waits as one group: one signature, one append; so sequences are dense and in
// the order of the log, whoever appends. After a failure the sequence goes on
// from what the log has. Thread-safe. Destruction answers what waits.
//
// Nothing may be appended before the start gate is open: it would give another history
// to a log that lost its newest entries. So AppendAsync asks the gate.
class OwnRecords {
 public:
  // `audit` and `reader` must outlive it, `message_key` is copied; `producer` is the
  // service's URI, its incarnation audit->incarnation().
  OwnRecords(Audit* audit, const LogReader* reader, const crypto::PrivateKey* message_key,
             std::string producer);
  ~OwnRecords();

  // Appends `record` and returns its index once it is durable. Nonce, producer,
  // incarnation, sequence and, if unset, time are filled in. Errors as Audit::Append;
  // INVALID_ARGUMENT for a record that is over kMaxRecordBytes once it is sealed. Not
  // for the sequencer's thread: it waits.
  absl::StatusOr<uint64_t> Append(evidence::AuditRecord record);

  // The same; `done` gets the index on a thread of this object and must not block. An
  // error comes back at once, without `done`, if so many wait that the log is overloaded
  // (RESOURCE_EXHAUSTED, OVERLOADED).
  using Done = std::function<void(absl::StatusOr<uint64_t>)>;
  absl::Status AppendAsync(evidence::AuditRecord record, Done done);

  // From here on records are refused while `gate`, which must outlive this object, is not
  // open; with its error. Without a gate none is.
  void StandBehind(const StartGate* gate);

  // From the next record on, under another incarnation, in which nothing was appended:
  // a log that was restored may not give a sequence a second meaning.
  void Renew(std::string incarnation);

  const std::string& producer() const { return producer_; }
  std::string incarnation() const;

 private:
  struct Waiting {
    evidence::AuditRecord record = {};
    Done done = {};
  };
  void Run();
  std::vector<Waiting> Take();
  void AppendGroup(std::vector<Waiting> group);
  absl::StatusOr<std::vector<EntryPtr>> SealGroup(std::vector<Waiting>* group);

  Audit* const audit_;
  const LogReader* const reader_;
  const crypto::PrivateKey message_key_;
  const std::string producer_;

  mutable absl::Mutex mutex_;
  std::vector<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
  std::string incarnation_ ABSL_GUARDED_BY(mutex_);
  const StartGate* gate_ ABSL_GUARDED_BY(mutex_) = nullptr;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;

  // The thread's: the last sequence that the log has, of the incarnation; unset: ask.
  std::optional<uint64_t> last_sequence_ = {};
  std::string sealed_under_ = {};

  std::thread thread_;
};

}  // namespace shareway::audit
