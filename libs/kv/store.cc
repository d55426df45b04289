// SPDX-License-Identifier: Apache-2.0
// What a batch collects, and the commit that waits.
#include "libs/kv/store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::kv {
namespace {

constexpr size_t kMaxKeyBytes = 1024;
constexpr size_t kMaxLogNameBytes = 32;

absl::Status CheckKey(absl::string_view field, absl::string_view key) {
  if (!key.empty() && key.size() <= kMaxKeyBytes) return absl::OkStatus();
  return Error::Field(field, absl::StrCat("has ", key.size(), " bytes, want 1 to ", kMaxKeyBytes));
}

absl::Status CheckValue(absl::string_view value) {
  if (value.size() <= kMaxValueBytes) return absl::OkStatus();
  return Error::Field("value",
                      absl::StrCat("has ", value.size(), " bytes, want at most ", kMaxValueBytes));
}

absl::Status CheckLogName(absl::string_view log) {
  const bool letters = std::all_of(log.begin(), log.end(),
                                   [](char c) { return absl::ascii_islower(c) || c == '-'; });
  if (letters && !log.empty() && log.size() <= kMaxLogNameBytes) return absl::OkStatus();
  return Error::Field("log", absl::StrCat("has ", log.size(), " bytes, want 1 to ",
                                          kMaxLogNameBytes, " of a-z and '-'"));
}

// `appends`: how many the batch had before `op`.
absl::Status CheckOp(const Batch::Op& op, uint64_t appends) {
  switch (op.kind) {
    case Batch::Op::Kind::kPut:
      SHAREWAY_RETURN_IF_ERROR(CheckKey("key", op.key));
      return CheckValue(op.value);
    case Batch::Op::Kind::kDelete:
      return CheckKey("key", op.key);
    case Batch::Op::Kind::kDeleteRange:
      SHAREWAY_RETURN_IF_ERROR(CheckKey("start", op.key));
      return op.value.empty() ? absl::OkStatus() : CheckKey("limit", op.value);
    case Batch::Op::Kind::kAppend:
      SHAREWAY_RETURN_IF_ERROR(CheckLogName(op.key));
      return CheckValue(op.value);
    case Batch::Op::Kind::kPutNumber:
      if (op.number >= appends) {
        return Error::Field("place", absl::StrCat("is ", static_cast<int64_t>(op.number),
                                                  ", the batch has ", appends, " appends before"));
      }
      return CheckKey("key", op.key);
    case Batch::Op::Kind::kTrim:
      return CheckLogName(op.key);
  }
  return absl::InternalError("unknown kind of change");
}

}  // namespace

Batch& Batch::Put(absl::string_view key, absl::string_view value) {
  ops_.push_back({Op::Kind::kPut, std::string(key), std::string(value)});
  return *this;
}

Batch& Batch::Put(absl::string_view key, std::string&& value) {
  ops_.push_back({Op::Kind::kPut, std::string(key), std::move(value)});
  return *this;
}

Batch& Batch::Delete(absl::string_view key) {
  ops_.push_back({Op::Kind::kDelete, std::string(key)});
  return *this;
}

Batch& Batch::DeleteRange(absl::string_view start, absl::string_view limit) {
  ops_.push_back({Op::Kind::kDeleteRange, std::string(start), std::string(limit)});
  return *this;
}

Batch& Batch::Expect(absl::string_view key, uint64_t version) {
  expects_.push_back({std::string(key), version});
  return *this;
}

Batch& Batch::ExpectAbsent(absl::string_view key) { return Expect(key, 0); }

int Batch::Append(absl::string_view log, std::string bytes) {
  ops_.push_back({Op::Kind::kAppend, std::string(log), std::move(bytes)});
  return appends_++;
}

Batch& Batch::PutNumber(absl::string_view key, int place) {
  ops_.push_back({Op::Kind::kPutNumber, std::string(key), "", static_cast<uint64_t>(place)});
  return *this;
}

Batch& Batch::Trim(absl::string_view log, uint64_t number) {
  ops_.push_back({Op::Kind::kTrim, std::string(log), "", number});
  return *this;
}

Batch& Batch::Refuse(absl::Status why) {
  if (refused_.ok()) refused_ = std::move(why);
  return *this;
}

absl::Status Batch::Check() const {
  if (!refused_.ok()) return refused_;
  for (const Expectation& expect : expects_) {
    SHAREWAY_RETURN_IF_ERROR(CheckKey("key", expect.key));
  }
  uint64_t appends = 0;
  for (const Op& op : ops_) {
    SHAREWAY_RETURN_IF_ERROR(CheckOp(op, appends));
    if (op.kind == Op::Kind::kAppend) ++appends;
  }
  return absl::OkStatus();
}

absl::Status Store::Ingest(absl::Span<const Pair> sorted) {
  for (size_t i = 0; i < sorted.size(); ++i) {
    const std::string place = absl::StrCat("sorted[", i, "].key");
    SHAREWAY_RETURN_IF_ERROR(CheckKey(place, sorted[i].key));
    SHAREWAY_RETURN_IF_ERROR(CheckValue(sorted[i].value));
    if (i > 0 && sorted[i - 1].key >= sorted[i].key) {
      return Error::Field(place, "is not above the key before it");
    }
  }
  return sorted.empty() ? absl::OkStatus() : IngestChecked(sorted);
}

absl::StatusOr<Committed> Store::Commit(Batch batch) {
  absl::Notification answered;
  absl::StatusOr<Committed> result;
  CommitAsync(std::move(batch), [&](absl::StatusOr<Committed> r) {
    result = std::move(r);
    answered.Notify();
  });
  answered.WaitForNotification();
  return result;
}

}  // namespace shareway::kv
