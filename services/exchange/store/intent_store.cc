// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/intent_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"

namespace shareway::exchange {
namespace {

constexpr char kOpen[] = "open/";

std::string KeyOf(const evidence::AuditRecord& half) {
  return absl::StrCat(kOpen, half.agencies_size() > 0 ? half.agencies(0) : "", "/",
                      half.exchange(), "/", half.attempt());
}

}  // namespace

void IntentStore::Put(const evidence::AuditRecord& intent, kv::Batch* batch) const {
  batch->Put(KeyOf(intent), intent.SerializeAsString());
}

void IntentStore::Drop(const evidence::AuditRecord& half, kv::Batch* batch) const {
  batch->Delete(KeyOf(half));
}

absl::StatusOr<std::vector<evidence::AuditRecord>> IntentStore::Open() const {
  std::vector<evidence::AuditRecord> intents;
  absl::Status unreadable;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      kOpen, PrefixEnd(kOpen), [&](absl::string_view key, absl::string_view value, uint64_t) {
        evidence::AuditRecord intent;
        if (!intent.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
          unreadable = absl::DataLossError(absl::StrCat(key, " cannot be read"));
          return false;
        }
        intents.push_back(std::move(intent));
        return true;
      }));
  SHAREWAY_RETURN_IF_ERROR(unreadable);
  return intents;
}

}  // namespace shareway::exchange
