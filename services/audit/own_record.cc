// SPDX-License-Identifier: Apache-2.0
// Making, sealing and appending the service's own records, group by group.
#include "services/audit/own_record.h"

#include <future>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/batch.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "services/audit/start_gate.h"

namespace shareway::audit {
namespace {

constexpr size_t kMaxGroup = 256;
constexpr size_t kMaxWaiting = 4096;
// What an envelope adds to its record: a signature with a path of at most 8 hashes, and tags.
constexpr size_t kEnvelopeBytes = 1024;

absl::StatusOr<EntryPtr> Sealed(std::string payload, const crypto::BatchSignature& signature) {
  evidence::v1::Envelope envelope;
  envelope.set_payload(std::move(payload));
  *envelope.mutable_signature() = evidence::ToProto(signature);
  evidence::v1::SealedRecord sealed;
  sealed.set_record(envelope.SerializeAsString());
  sealed.set_salt(crypto::RandomBytes(kSaltBytes));
  SHAREWAY_ASSIGN_OR_RETURN(Entry entry, OpenEntry(std::move(sealed)));
  return std::make_shared<const Entry>(std::move(entry));
}

}  // namespace

OwnRecords::OwnRecords(Audit* audit, const LogReader* reader, const crypto::PrivateKey* message_key,
                       std::string producer)
    : audit_(audit),
      reader_(reader),
      message_key_(*message_key),
      producer_(std::move(producer)),
      incarnation_(audit->incarnation()),
      thread_([this] { Run(); }) {}

OwnRecords::~OwnRecords() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  thread_.join();
}

absl::StatusOr<uint64_t> OwnRecords::Append(evidence::AuditRecord record) {
  std::promise<absl::StatusOr<uint64_t>> answer;
  SHAREWAY_RETURN_IF_ERROR(
      AppendAsync(std::move(record),
                  [&answer](absl::StatusOr<uint64_t> index) { answer.set_value(index); }));
  return answer.get_future().get();
}

absl::Status OwnRecords::AppendAsync(evidence::AuditRecord record, Done done) {
  record.set_nonce(crypto::RandomBytes(16));
  record.set_producer(producer_);
  if (!record.has_time()) *record.mutable_time() = evidence::ToTimestamp(audit_->clock().Now());
  if (const size_t bytes = record.ByteSizeLong(); bytes > kMaxRecordBytes - kEnvelopeBytes) {
    return absl::InvalidArgumentError(absl::StrCat("the log's own record has ", bytes,
                                                   " bytes, at most ",
                                                   kMaxRecordBytes - kEnvelopeBytes));
  }
  absl::MutexLock lock(&mutex_);
  if (gate_ != nullptr) SHAREWAY_RETURN_IF_ERROR(gate_->Check());
  if (waiting_.size() >= kMaxWaiting) {
    return Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted,
                 absl::StrCat("more than ", kMaxWaiting, " own records wait to be appended"))
        .With("limit", absl::StrCat(kMaxWaiting));
  }
  waiting_.push_back({.record = std::move(record), .done = std::move(done)});
  return absl::OkStatus();
}

void OwnRecords::StandBehind(const StartGate* gate) {
  absl::MutexLock lock(&mutex_);
  gate_ = gate;
}

void OwnRecords::Renew(std::string incarnation) {
  absl::MutexLock lock(&mutex_);
  incarnation_ = std::move(incarnation);
}

std::string OwnRecords::incarnation() const {
  absl::MutexLock lock(&mutex_);
  return incarnation_;
}

std::vector<OwnRecords::Waiting> OwnRecords::Take() {
  const auto due = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return stopping_ || !waiting_.empty();
  };
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(&due));
  if (incarnation_ != sealed_under_) {
    sealed_under_ = incarnation_;
    last_sequence_.reset();
  }
  std::vector<Waiting> group;
  if (waiting_.size() <= kMaxGroup) {
    group = std::exchange(waiting_, {});
  } else {
    const auto end = waiting_.begin() + kMaxGroup;
    group.assign(std::make_move_iterator(waiting_.begin()), std::make_move_iterator(end));
    waiting_.erase(waiting_.begin(), end);
  }
  return group;
}

void OwnRecords::Run() {
  for (std::vector<Waiting> group = Take(); !group.empty(); group = Take()) {
    AppendGroup(std::move(group));
  }
}

absl::StatusOr<std::vector<EntryPtr>> OwnRecords::SealGroup(std::vector<Waiting>* group) {
  if (!last_sequence_) {
    SHAREWAY_ASSIGN_OR_RETURN(last_sequence_, reader_->LastSequence(producer_, sealed_under_));
  }
  std::vector<std::string> payloads;
  for (Waiting& waiting : *group) {
    waiting.record.set_incarnation(sealed_under_);
    waiting.record.set_sequence(*last_sequence_ + payloads.size() + 1);
    payloads.push_back(waiting.record.SerializeAsString());
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<crypto::BatchSignature> signatures,
                            crypto::SignBatch(message_key_, payloads));
  std::vector<EntryPtr> entries;
  for (size_t i = 0; i < payloads.size(); ++i) {
    SHAREWAY_ASSIGN_OR_RETURN(EntryPtr entry, Sealed(std::move(payloads[i]), signatures[i]));
    entries.push_back(std::move(entry));
  }
  return entries;
}

void OwnRecords::AppendGroup(std::vector<Waiting> group) {
  absl::StatusOr<std::vector<EntryPtr>> entries = SealGroup(&group);
  const absl::StatusOr<std::vector<uint64_t>> indices =
      entries.ok() ? audit_->AppendAndWait(*std::move(entries)) : entries.status();
  if (indices.ok()) {
    *last_sequence_ += group.size();
  } else {
    // The outcome is unknown: the log says which sequences it took.
    last_sequence_.reset();
  }
  for (size_t i = 0; i < group.size(); ++i) {
    if (!group[i].done) continue;
    group[i].done(indices.ok() ? absl::StatusOr<uint64_t>((*indices)[i]) : indices.status());
  }
}

}  // namespace shareway::audit
