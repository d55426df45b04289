// SPDX-License-Identifier: Apache-2.0
// Turns batches into raw changes.
#include "libs/kv/group.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::kv {
namespace {

// Below this many entries a trim deletes each: cheaper for readers than a range.
constexpr uint64_t kTrimOneByOne = 256;

bool InRange(const std::string& key, const std::string& start, const std::string& limit) {
  return key >= start && (limit.empty() || key < limit);
}

bool AddsBytes(const Batch& batch) {
  return std::any_of(batch.ops().begin(), batch.ops().end(), [](const Batch::Op& op) {
    return op.kind == Batch::Op::Kind::kPut || op.kind == Batch::Op::Kind::kAppend;
  });
}

absl::Status Changed(const Batch::Expectation& expect, uint64_t version) {
  const std::string key = absl::CHexEscape(expect.key);
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               absl::StrCat("key ", key, " has version ", version, ", expected ", expect.version,
                            " (0 is absent)"))
      .With("version", absl::StrCat(version));
}

}  // namespace

Group::Group(Engine* engine, uint64_t commits, std::function<LogEnds(absl::string_view)> ends,
             bool track)
    : engine_(engine), commits_(commits), durable_ends_(std::move(ends)), track_(track) {}

absl::StatusOr<Committed> Group::Add(const Batch& batch) {
  for (const Batch::Expectation& expect : batch.expects()) {
    SHAREWAY_ASSIGN_OR_RETURN(const uint64_t version, VersionOf(expect.key));
    if (version != expect.version) return Changed(expect, version);
  }
  if (AddsBytes(batch)) SHAREWAY_RETURN_IF_ERROR(engine_->Room());
  Committed committed;
  committed.version = ++commits_;
  for (const Batch::Op& op : batch.ops()) Apply(op, &committed);
  return committed;
}

absl::StatusOr<uint64_t> Group::VersionOf(const std::string& key) const {
  if (auto it = versions_.find(key); it != versions_.end()) return it->second;
  for (const auto& [start, limit] : dropped_) {
    if (InRange(key, start, limit)) return 0;
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> entry, engine_->Read(EntryKey(key)));
  return entry ? ReadBigEndian64(*entry) : 0;
}

void Group::Apply(const Batch::Op& op, Committed* committed) {
  switch (op.kind) {
    case Batch::Op::Kind::kPut:
      return Write(op.key, op.value, committed->version);
    case Batch::Op::Kind::kDelete:
      ops_.push_back({RawOp::Kind::kDelete, EntryKey(op.key)});
      if (track_) versions_[op.key] = 0;
      return;
    case Batch::Op::Kind::kDeleteRange:
      return DropRange(op.key, op.value);
    case Batch::Op::Kind::kAppend: {
      const uint64_t number = ++EndsOf(op.key).head;
      ops_.push_back({RawOp::Kind::kPut, LogKey(op.key, number), "", op.value});
      committed->numbers.push_back(number);
      return;
    }
    case Batch::Op::Kind::kPutNumber:
      ops_.push_back({RawOp::Kind::kPut, EntryKey(op.key),
                      EncodeEntry(committed->version, BigEndian64(committed->numbers[op.number]))});
      if (track_) versions_[op.key] = committed->version;
      return;
    case Batch::Op::Kind::kTrim:
      return Trim(op.key, op.number);
  }
}

void Group::Write(const std::string& key, absl::string_view value, uint64_t version) {
  ops_.push_back({RawOp::Kind::kPut, EntryKey(key), EncodeEntry(version, ""), value});
  if (track_) versions_[key] = version;
}

void Group::DropRange(const std::string& start, const std::string& limit) {
  if (!limit.empty() && limit <= start) return;
  ops_.push_back({RawOp::Kind::kDeleteRange, EntryKey(start), EntryLimit(limit)});
  if (!track_) return;
  for (auto& [key, version] : versions_) {
    if (InRange(key, start, limit)) version = 0;
  }
  dropped_.emplace_back(start, limit);
}

void Group::Trim(const std::string& log, uint64_t number) {
  LogEnds& ends = EndsOf(log);
  const uint64_t tail = std::min(number, ends.head + 1);
  if (tail <= ends.tail) return;
  if (tail - ends.tail <= kTrimOneByOne) {
    for (uint64_t n = ends.tail; n < tail; ++n) {
      ops_.push_back({RawOp::Kind::kDelete, LogKey(log, n)});
    }
  } else {
    ops_.push_back({RawOp::Kind::kDeleteRange, LogKey(log, ends.tail), LogKey(log, tail)});
  }
  ends.tail = tail;
}

LogEnds& Group::EndsOf(const std::string& log) {
  auto it = logs_.find(log);
  if (it == logs_.end()) it = logs_.emplace(log, durable_ends_(log)).first;
  return it->second;
}

std::vector<RawOp> Group::TakeOps() && {
  for (const auto& [log, ends] : logs_) {
    ops_.push_back({RawOp::Kind::kPut, EndsKey(log), EncodeEnds(ends)});
  }
  ops_.push_back({RawOp::Kind::kPut, std::string(kCommitKey), BigEndian64(commits_)});
  return std::move(ops_);
}

}  // namespace shareway::kv
