// SPDX-License-Identifier: Apache-2.0
// Reads of the sharing store, and the catalogue that it follows.
#include "services/sharing/store/sharing_store.h"

#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/sharing/store/dispute_codec.h"
#include "services/sharing/store/keys.h"
#include "services/sharing/store/notice_codec.h"
#include "services/sharing/store/record_codec.h"

namespace shareway::sharing {
namespace {

bool HasReceived(const Resource& resource) {
  return std::any_of(resource.items.begin(), resource.items.end(),
                     [](const Item& item) { return !item.received_under.empty(); });
}

// Decodes what a Get answered.
template <typename T, typename Decode>
absl::StatusOr<Stored<T>> Read(const kv::Store& kv, absl::string_view key, Decode decode) {
  SHAREWAY_ASSIGN_OR_RETURN(kv::Entry entry, kv.Get(key));
  SHAREWAY_ASSIGN_OR_RETURN(T value, decode(entry.value));
  return Stored<T>{std::move(value), entry.version};
}

}  // namespace

absl::Status SharingStore::Prepare() {
  absl::StatusOr<kv::Entry> known = kv_->Get(kEpochKey);
  if (absl::IsNotFound(known.status())) {
    kv::Batch birth;
    birth.ExpectAbsent(kEpochKey).Put(kEpochKey, BigEndian64(1));
    SHAREWAY_RETURN_IF_ERROR(kv_->Commit(std::move(birth)).status());
    epoch_ = 1;
    return absl::OkStatus();
  }
  SHAREWAY_RETURN_IF_ERROR(known.status());
  epoch_ = ReadBigEndian64(known->value);
  return absl::OkStatus();
}

absl::StatusOr<Stored<Request>> SharingStore::LoadRequest(absl::string_view name) const {
  return Read<Request>(*kv_, name, DecodeRequest);
}

absl::StatusOr<Stored<Grant>> SharingStore::LoadGrant(absl::string_view name) const {
  // One scan reads record and number from one snapshot.
  const std::string prefix = GrantPrefix(name);
  std::string bytes;
  uint64_t version = 0;
  uint64_t number = 0;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view value, uint64_t v) {
        if (key.back() == 'r') {
          bytes = std::string(value);
          version = v;
        } else {
          number = ReadBigEndian64(value);
        }
        return true;
      }));
  if (version == 0) return absl::NotFoundError(absl::StrCat("no ", name));
  SHAREWAY_ASSIGN_OR_RETURN(Grant grant, DecodeGrant(bytes, number));
  return Stored<Grant>{std::move(grant), version};
}

absl::StatusOr<Stored<Consent>> SharingStore::LoadConsent(absl::string_view name) const {
  return Read<Consent>(*kv_, name, DecodeConsent);
}

absl::StatusOr<Stored<Dispute>> SharingStore::LoadDispute(absl::string_view name) const {
  return Read<Dispute>(*kv_, name, DecodeDispute);
}

absl::StatusOr<Stored<Notice>> SharingStore::LoadNotice(absl::string_view name) const {
  return LoadCase<Notice>(name);
}

absl::StatusOr<Stored<Resource>> SharingStore::LoadResource(absl::string_view name) const {
  return Read<Resource>(*kv_, name, DecodeResource);
}

absl::StatusOr<std::optional<Stored<Consent>>> SharingStore::LiveConsent(
    absl::string_view resource) const {
  absl::StatusOr<kv::Entry> name = kv_->Get(LiveConsentKey(resource));
  if (absl::IsNotFound(name.status())) return std::nullopt;
  SHAREWAY_RETURN_IF_ERROR(name.status());
  SHAREWAY_ASSIGN_OR_RETURN(Stored<Consent> consent, LoadConsent(name->value));
  return std::optional<Stored<Consent>>(std::move(consent));
}

absl::StatusOr<std::string> SharingStore::OpenDispute(absl::string_view subject,
                                                      absl::string_view consumer) const {
  absl::StatusOr<kv::Entry> name = kv_->Get(OpenDisputeKey(subject, consumer));
  if (absl::IsNotFound(name.status())) return std::string();
  SHAREWAY_RETURN_IF_ERROR(name.status());
  return name->value;
}

absl::StatusOr<std::vector<std::string>> SharingStore::Woken(absl::string_view collection,
                                                            absl::Time now, int limit) const {
  std::vector<std::string> names;
  const std::string prefix = WakePrefix(collection);
  // One nanosecond more: what is to be looked at at `now` is.
  const std::string end = WakeKey(collection, now + absl::Nanoseconds(1), "");
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan(prefix, end, [&](absl::string_view key, absl::string_view, uint64_t) {
        names.emplace_back(key.substr(prefix.size() + sizeof(uint64_t)));
        return static_cast<int>(names.size()) < limit;
      }));
  return names;
}

absl::StatusOr<std::string> SharingStore::HolderOf(absl::string_view key) const {
  absl::StatusOr<kv::Entry> name = kv_->Get(HeldKey(key));
  if (absl::IsNotFound(name.status())) return std::string();
  SHAREWAY_RETURN_IF_ERROR(name.status());
  return name->value;
}

absl::StatusOr<RestsOn> SharingStore::LastHolder(absl::string_view key) const {
  absl::StatusOr<kv::Entry> name = kv_->Get(HeldKey(key));
  if (absl::IsNotFound(name.status())) return RestsOn{};
  SHAREWAY_RETURN_IF_ERROR(name.status());
  return RestsOn{name->value, name->version};
}

absl::StatusOr<kv::Entry> SharingStore::LoadBytes(absl::string_view name) const {
  return kv_->Get(name);
}

absl::StatusOr<std::optional<std::string>> SharingStore::Seen(const outbox::Once& once,
                                                              absl::Time now) const {
  return once.Find(*kv_, now);
}

absl::StatusOr<std::vector<std::string>> SharingStore::Provisional() const {
  std::vector<std::string> names;
  const std::string prefix = ProvisionalKey("");
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view, uint64_t) {
        names.emplace_back(key.substr(prefix.size()));
        return true;
      }));
  return names;
}

uint64_t SharingStore::GrantHead() const { return kv_->LogHead(kGrantLog); }

absl::StatusOr<uint64_t> SharingStore::GrantTail() const { return kv_->LogTail(kGrantLog); }

absl::Status SharingStore::ReadGrants(uint64_t from,
                                      absl::FunctionRef<bool(const Grant&)> visit) const {
  absl::Status broken;
  SHAREWAY_RETURN_IF_ERROR(
      kv_->ReadLog(kGrantLog, from, [&](uint64_t number, absl::string_view bytes) {
        absl::StatusOr<Grant> grant = DecodeGrant(bytes, number);
        if (!grant.ok()) {
          broken = grant.status();
          return false;
        }
        return visit(*grant);
      }));
  return broken;
}

absl::Status SharingStore::TrimGrants(uint64_t keep) { return TrimLog(kGrantLog, keep); }

uint64_t SharingStore::LogHead(absl::string_view log) const { return kv_->LogHead(log); }

absl::StatusOr<uint64_t> SharingStore::LogTail(absl::string_view log) const {
  return kv_->LogTail(log);
}

absl::Status SharingStore::ReadLog(
    absl::string_view log, uint64_t from,
    absl::FunctionRef<bool(uint64_t, absl::string_view)> visit) const {
  return kv_->ReadLog(log, from, visit);
}

bool SharingStore::WaitLog(absl::string_view log, uint64_t number, absl::Duration timeout) const {
  return kv_->WaitLog(log, number, timeout);
}

absl::Status SharingStore::TrimLog(absl::string_view log, uint64_t keep) {
  const uint64_t head = LogHead(log);
  if (head <= keep) return absl::OkStatus();
  kv::Batch batch;
  batch.Trim(log, head - keep + 1);
  return kv_->Commit(std::move(batch)).status();
}

absl::Status SharingStore::VisitResources(
    absl::FunctionRef<bool(const Resource&)> visit) const {
  absl::Status broken;
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan("resources/", PrefixEnd("resources/"),
                [&](absl::string_view, absl::string_view bytes, uint64_t) {
                  const absl::StatusOr<Resource> resource = DecodeResource(bytes);
                  broken = resource.status();
                  return resource.ok() && visit(*resource);
                }));
  return broken;
}

absl::StatusOr<LogPosition> SharingStore::CatalogPosition() const {
  absl::StatusOr<kv::Entry> entry = kv_->Get(kCatalogKey);
  if (absl::IsNotFound(entry.status())) return LogPosition{};
  SHAREWAY_RETURN_IF_ERROR(entry.status());
  if (entry->value.size() != 16) return absl::DataLossError("the catalogue's position is damaged");
  return LogPosition{ReadBigEndian64(entry->value), ReadBigEndian64(entry->value.substr(8))};
}

absl::Status SharingStore::PutCatalogPosition(LogPosition position) {
  kv::Batch batch;
  batch.Put(kCatalogKey, absl::StrCat(BigEndian64(position.epoch), BigEndian64(position.number)));
  return kv_->Commit(std::move(batch)).status();
}

absl::Status SharingStore::PutResource(const Resource& resource) {
  absl::StatusOr<Stored<Resource>> known = LoadResource(resource.name);
  // What is there already keeps its version, so that those who decide on it are not disturbed.
  if (known.ok() && known->value == resource) return absl::OkStatus();
  kv::Batch batch;
  batch.Put(resource.name, Encode(resource));
  if (HasReceived(resource)) {
    batch.Put(ReceivedKey(resource.name), "");
  } else if (known.ok() && HasReceived(known->value)) {
    batch.Delete(ReceivedKey(resource.name));
  }
  return kv_->Commit(std::move(batch)).status();
}

absl::StatusOr<std::vector<ReceivedRow>> SharingStore::ReceivedRows() const {
  std::vector<ReceivedRow> rows;
  const std::string prefix = kReceivedPrefix;
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan(prefix, PrefixEnd(prefix),
                [&](absl::string_view key, absl::string_view seen, uint64_t) {
                  rows.push_back({std::string(key.substr(prefix.size())), std::string(seen)});
                  return true;
                }));
  return rows;
}

absl::Status SharingStore::PutReceivedSeen(absl::string_view resource,
                                           std::optional<std::string> seen) {
  kv::Batch batch;
  if (seen) {
    batch.Put(ReceivedKey(resource), *seen);
  } else {
    batch.Delete(ReceivedKey(resource));
  }
  return kv_->Commit(std::move(batch)).status();
}

absl::Status SharingStore::KeepResources(const std::vector<std::string>& keep) {
  const std::set<absl::string_view> kept(keep.begin(), keep.end());
  kv::Batch batch;
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan("resources/", PrefixEnd("resources/"),
                [&](absl::string_view key, absl::string_view, uint64_t) {
                  if (kept.count(key) == 0) batch.Delete(key);
                  return true;
                }));
  if (batch.empty()) return absl::OkStatus();
  return kv_->Commit(std::move(batch)).status();
}

}  // namespace shareway::sharing
