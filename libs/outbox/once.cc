// SPDX-License-Identifier: Apache-2.0
#include "libs/outbox/once.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"

namespace shareway::outbox {
namespace {

constexpr char kPrefix[] = "once/";
constexpr absl::Duration kWindow = absl::Hours(24);
constexpr size_t kSweptAtOnce = 1000;

// Value: time, 8 bytes; SHA-256 of the body, 32 bytes; the result.
constexpr size_t kHead = 8 + 32;

absl::Time TakenAt(absl::string_view value) {
  return absl::FromUnixSeconds(static_cast<int64_t>(ReadBigEndian64(value)));
}

std::string KeyOf(const Once& once) {
  return absl::StrCat(
      kPrefix,
      crypto::Sha256(absl::StrCat(once.caller, "\n", once.method, "\n", once.request_id)).view());
}

}  // namespace

absl::StatusOr<std::optional<std::string>> Once::Find(const kv::Store& store,
                                                      absl::Time now) const {
  if (request_id.empty()) return std::nullopt;
  const bool printable = std::all_of(request_id.begin(), request_id.end(),
                                     [](char c) { return c >= 0x21 && c <= 0x7e; });
  if (request_id.size() > 36 || !printable) {
    return Error::Field("request_id", "has to be at most 36 printable ASCII characters");
  }
  absl::StatusOr<kv::Entry> entry = store.Get(KeyOf(*this));
  if (absl::IsNotFound(entry.status())) return std::nullopt;
  if (!entry.ok()) return entry.status();
  const absl::string_view value = entry->value;
  if (value.size() < kHead) return absl::DataLossError("a request id's record is too short");
  if (now - TakenAt(value) > kWindow) return std::nullopt;
  if (value.substr(8, 32) != crypto::Sha256(body).view()) {
    return Error(Reason::kRequestIdReused, absl::StatusCode::kInvalidArgument,
                 absl::StrCat("request_id ", request_id, " was used with another body"))
        .With("request_id", request_id);
  }
  return std::string(value.substr(kHead));
}

void Once::Record(const kv::Store& store, absl::string_view result, absl::Time now,
                  kv::Batch* batch) const {
  if (request_id.empty()) return;
  const std::string key = KeyOf(*this);
  absl::StatusOr<kv::Entry> old = store.Get(key);
  if (old.ok() && now - TakenAt(old->value) > kWindow) {
    batch->Expect(key, old->version);
  } else {
    batch->ExpectAbsent(key);  // a twin that came between Find and here wins
  }
  batch->Put(key, absl::StrCat(BigEndian64(static_cast<uint64_t>(absl::ToUnixSeconds(now))),
                               crypto::Sha256(body).view(), result));
}

absl::Status SweepOnce(kv::Store* store, absl::Time now) {
  std::string from = kPrefix;
  while (!from.empty()) {
    kv::Batch old;
    size_t found = 0;
    std::string next;
    SHAREWAY_RETURN_IF_ERROR(store->Scan(
        from, PrefixEnd(kPrefix),
        [&](absl::string_view key, absl::string_view value, uint64_t version) {
          if (found == kSweptAtOnce) {
            next = std::string(key);
            return false;
          }
          if (value.size() >= kHead && now - TakenAt(value) <= kWindow) return true;
          old.Expect(key, version).Delete(key);  // who takes it again meanwhile keeps it
          ++found;
          return true;
        }));
    if (!old.empty()) {
      const absl::Status deleted = store->Commit(std::move(old)).status();
      if (!deleted.ok() && !absl::IsAborted(deleted)) return deleted;
    }
    from = std::move(next);
  }
  return absl::OkStatus();
}

}  // namespace shareway::outbox
