// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/dataset_store.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/exchange/store/dataset_record.h"

namespace shareway::exchange {
namespace {

constexpr char kRecordPrefix[] = "dataset/";
constexpr char kSecretKey[] = "dataset-secret";
constexpr absl::string_view kResources = "resources/";
constexpr size_t kSecretBytes = 32;
constexpr size_t kPad = 64;  // positions are as long as that, or a multiple
constexpr char kByKey[] = "k", kByIndex[] = "x";  // after the number in a position

uint64_t MinuteOf(absl::Time time) {
  return static_cast<uint64_t>(absl::ToUnixSeconds(time) / 60);
}

absl::string_view IdOf(absl::string_view resource) {
  absl::ConsumePrefix(&resource, kResources);
  return resource;
}

std::string RecordKey(absl::string_view resource) {
  return absl::StrCat(kRecordPrefix, IdOf(resource));
}

std::string NumberPrefix(absl::string_view resource, uint64_t number) {
  return absl::StrCat("d/", IdOf(resource), "/", BigEndian64(number), "/");
}

std::string RowPrefix(absl::string_view resource, uint64_t number) {
  return NumberPrefix(resource, number) + "row/";
}

std::string IndexPrefix(absl::string_view resource, uint64_t number) {
  return NumberPrefix(resource, number) + "ix/";
}

}  // namespace

VersionPin::VersionPin(DatasetStore* store, std::string resource, uint64_t number)
    : store_(store), resource_(std::move(resource)), number_(number) {}

VersionPin::VersionPin(VersionPin&& other) noexcept
    : store_(std::exchange(other.store_, nullptr)),
      resource_(std::move(other.resource_)),
      number_(other.number_) {}

VersionPin::~VersionPin() {
  if (store_ != nullptr) store_->Unpin(resource_, number_);
}

PinnedVersion::PinnedVersion(const kv::Store* kv, std::shared_ptr<const Dataset> dataset,
                             const DatasetVersion* version, VersionPin pin)
    : kv_(kv),
      dataset_(std::move(dataset)),
      version_(version),
      prefix_(RowPrefix(dataset_->fields().resource, version->number)),
      index_prefix_(IndexPrefix(dataset_->fields().resource, version->number)),
      pin_(std::move(pin)) {}

absl::Status PinnedVersion::Scan(absl::string_view start, absl::string_view limit,
                                 Visitor visit) const {
  const std::string end =
      limit.empty() ? PrefixEnd(prefix_) : absl::StrCat(prefix_, limit);
  return kv_->Scan(absl::StrCat(prefix_, start), end,
                   [&](absl::string_view key, absl::string_view cells, uint64_t) {
                     return visit(key.substr(prefix_.size()), cells);
                   });
}

absl::StatusOr<std::string> PinnedVersion::Get(absl::string_view key) const {
  SHAREWAY_ASSIGN_OR_RETURN(kv::Entry entry, kv_->Get(absl::StrCat(prefix_, key)));
  return std::move(entry.value);
}

absl::Status PinnedVersion::ScanIndex(absl::string_view start, absl::string_view limit,
                                      EntryVisitor visit) const {
  const std::string end =
      limit.empty() ? PrefixEnd(index_prefix_) : absl::StrCat(index_prefix_, limit);
  return kv_->Scan(absl::StrCat(index_prefix_, start), end,
                   [&](absl::string_view key, absl::string_view, uint64_t) {
                     return visit(key.substr(index_prefix_.size()));
                   });
}

DatasetStore::DatasetStore(kv::Store* kv, const outbox::Outbox* outbox, std::string secret,
                           std::string agency_secret)
    : kv_(kv),
      outbox_(outbox),
      tag_secret_(crypto::HmacSha256(secret, "tag").str()),
      mask_secret_(crypto::HmacSha256(secret, "mask").str()),
      agency_secret_(std::move(agency_secret)) {}

absl::StatusOr<std::unique_ptr<DatasetStore>> DatasetStore::Open(kv::Store* kv,
                                                                 const outbox::Outbox* outbox,
                                                                 std::string agency_secret) {
  absl::StatusOr<kv::Entry> secret = kv->Get(kSecretKey);
  if (absl::IsNotFound(secret.status())) {
    kv::Batch birth;
    birth.ExpectAbsent(kSecretKey).Put(kSecretKey, crypto::RandomBytes(kSecretBytes));
    SHAREWAY_RETURN_IF_ERROR(kv->Commit(std::move(birth)).status());
    secret = kv->Get(kSecretKey);
  }
  SHAREWAY_RETURN_IF_ERROR(secret.status());
  return std::unique_ptr<DatasetStore>(
      new DatasetStore(kv, outbox, std::move(secret->value), std::move(agency_secret)));
}

absl::StatusOr<DatasetStore::Loaded> DatasetStore::Load(absl::string_view resource) const {
  if (absl::Status name = ParseName("resources/{r}", resource).status(); !name.ok()) {
    return Error::Field("resource", name.message());
  }
  absl::StatusOr<kv::Entry> entry = kv_->Get(RecordKey(resource));
  if (absl::IsNotFound(entry.status())) {
    return Loaded{std::make_shared<const Dataset>(Dataset::Of(resource)), 0};
  }
  SHAREWAY_RETURN_IF_ERROR(entry.status());
  {
    absl::MutexLock lock(&mutex_);
    const auto known = newest_.find(resource);
    if (known != newest_.end() && known->second.version == entry->version) return known->second;
  }
  SHAREWAY_ASSIGN_OR_RETURN(Dataset dataset, DecodeDataset(entry->value));
  Loaded loaded{std::make_shared<const Dataset>(std::move(dataset)), entry->version};
  Remember(resource, loaded);
  return loaded;
}

void DatasetStore::Remember(absl::string_view resource, const Loaded& loaded) const {
  absl::MutexLock lock(&mutex_);
  Loaded& newest = newest_[std::string(resource)];
  // Who read before a commit may come here after who made it.
  if (loaded.version > newest.version) newest = loaded;
}

absl::Status DatasetStore::Write(const Dataset& after, kv::Batch batch) {
  const std::string& resource = after.fields().resource;
  const absl::StatusOr<kv::Committed> committed = kv_->Commit(std::move(batch));
  if (committed.ok()) {
    Remember(resource, {std::make_shared<const Dataset>(after), committed->version});
  } else {
    // Whatever became of it, readers must not go on with what may be no more.
    Load(resource).status().IgnoreError();
  }
  return committed.status();
}

std::optional<PinnedVersion> DatasetStore::PinNewest(absl::string_view resource,
                                                     uint64_t wanted) {
  std::shared_ptr<const Dataset> dataset;
  absl::ReleasableMutexLock lock(&mutex_);
  const auto known = newest_.find(resource);
  if (known == newest_.end()) return std::nullopt;
  dataset = known->second.dataset;
  if (wanted == 0) wanted = dataset->fields().serving;
  const DatasetVersion* version = wanted == 0 ? nullptr : dataset->Find(wanted);
  if (version == nullptr) return std::nullopt;
  // Under the same lock: a sweep that saw the version go, and so made it known here, looks for
  // the pin after that.
  ++pins_[{std::string(resource), wanted}];
  lock.Release();
  return PinnedVersion(kv_, std::move(dataset), version,
                       VersionPin(this, std::string(resource), wanted));
}

absl::StatusOr<std::vector<std::string>> DatasetStore::Resources() const {
  std::vector<std::string> names;
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan(kRecordPrefix, PrefixEnd(kRecordPrefix),
                [&](absl::string_view key, absl::string_view, uint64_t) {
                  absl::ConsumePrefix(&key, kRecordPrefix);
                  names.push_back(absl::StrCat(kResources, key));
                  return true;
                }));
  return names;
}

std::string DatasetStore::EvidenceDigest(const Hash32& digest) const {
  return crypto::HmacSha256(agency_secret_, absl::StrCat("shareway/v1/dataset\n", digest.view()))
      .str();
}

absl::Status DatasetStore::Save(const Loaded& before, const Dataset& after,
                                std::optional<evidence::AuditRecord> event) {
  const std::string key = RecordKey(after.fields().resource);
  kv::Batch batch;
  batch.Expect(key, before.version).Put(key, EncodeDataset(after));
  if (event) {
    // A record is small, schemas are not.
    event->set_state(EncodeDatasetFigures(
        after, [this](const Hash32& digest) { return EvidenceDigest(digest); }));
    outbox_->Add(*std::move(event), &batch);
  }
  return Write(after, std::move(batch));
}

absl::Status DatasetStore::Sweep(const Loaded& before, uint64_t number) {
  const Dataset after = before.dataset->Swept(number);
  const std::string key = RecordKey(after.fields().resource);
  const std::string prefix = NumberPrefix(after.fields().resource, number);
  kv::Batch batch;
  batch.Expect(key, before.version)
      .Put(key, EncodeDataset(after))
      .DeleteRange(prefix, PrefixEnd(prefix));
  return Write(after, std::move(batch));
}

absl::StatusOr<PinnedVersion> DatasetStore::Read(absl::string_view resource, uint64_t number) {
  if (std::optional<PinnedVersion> pinned = PinNewest(resource, number)) return *std::move(pinned);
  for (;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const Loaded seen, Load(resource));
    if (number == 0 && seen.dataset->fields().serving == 0) {
      return Error(Reason::kDatasetMissing, absl::StatusCode::kFailedPrecondition,
                   absl::StrCat("this node hosts no dataset of ", resource))
          .With("resource", resource);
    }
    if (std::optional<PinnedVersion> pinned = PinNewest(resource, number)) {
      return *std::move(pinned);
    }
    if (number != 0) {
      return absl::NotFoundError(absl::StrCat("version v", number, " of ", resource,
                                              " is not kept"));
    }
  }
}

VersionPin DatasetStore::Pin(absl::string_view resource, uint64_t number) {
  std::string name(resource);
  absl::MutexLock lock(&mutex_);
  ++pins_[{name, number}];
  return VersionPin(this, std::move(name), number);
}

bool DatasetStore::Pinned(absl::string_view resource, uint64_t number) const {
  absl::MutexLock lock(&mutex_);
  return pins_.count({std::string(resource), number}) > 0;
}

void DatasetStore::Unpin(const std::string& resource, uint64_t number) {
  absl::MutexLock lock(&mutex_);
  const auto it = pins_.find({resource, number});
  if (--it->second == 0) pins_.erase(it);
}

std::unique_ptr<RowWriter> DatasetStore::Writer(absl::string_view resource,
                                                uint64_t number) const {
  return std::make_unique<RowWriter>(kv_, RowPrefix(resource, number));
}

std::unique_ptr<IndexWriter> DatasetStore::Indexer(const DatasetSchema& schema, uint64_t number,
                                                   const std::vector<std::string>& items) const {
  return std::make_unique<IndexWriter>(kv_, IndexPrefix(schema.resource, number), schema, items);
}

// Synthetic IV: the tag over the text is also what the mask is derived from, so
// equal positions have equal bytes and nothing else is learnt.
std::string DatasetStore::Seal(absl::string_view resource, absl::string_view holder,
                               const Position& position) const {
  std::string text = absl::StrCat(
      BigEndian64(position.number), BigEndian64(MinuteOf(position.time)),
      BigEndian64(position.last.size()), position.by_index ? kByIndex : kByKey, position.last);
  text.resize((text.size() + kPad - 1) / kPad * kPad);
  const std::string tag = TagOf(resource, holder, text);
  return absl::StrCat(tag, Masked(tag, text));
}

absl::StatusOr<DatasetStore::Position> DatasetStore::Unseal(absl::string_view resource,
                                                            absl::string_view holder,
                                                            absl::string_view sealed) const {
  constexpr size_t kTagBytes = 16;
  constexpr size_t kHeadBytes = 25;
  const std::string tag(sealed.substr(0, kTagBytes));
  const std::string text = Masked(tag, sealed.substr(tag.size()));
  if (tag.size() < kTagBytes || text.size() < kHeadBytes ||
      !crypto::SameBytes(tag, TagOf(resource, holder, text))) {
    return Error::Field("after", absl::StrCat("is not a position in ", resource,
                                              " that this grant was given"));
  }
  const absl::string_view head = text;
  return Position{.number = ReadBigEndian64(head),
                  .by_index = head.substr(24, 1) == kByIndex,
                  .last = text.substr(kHeadBytes, ReadBigEndian64(head.substr(16))),
                  .time = absl::FromUnixSeconds(
                      60 * static_cast<int64_t>(ReadBigEndian64(head.substr(8))))};
}

std::string DatasetStore::TagOf(absl::string_view resource, absl::string_view holder,
                                absl::string_view text) const {
  // Names have no NUL.
  const absl::string_view nul("\0", 1);
  const std::string input = absl::StrCat(resource, nul, holder, nul, text);
  return crypto::HmacSha256(tag_secret_, input).str().substr(0, 16);
}

std::string DatasetStore::Masked(absl::string_view tag, absl::string_view text) const {
  std::string out(text);
  for (size_t at = 0; at < out.size(); at += 32) {
    const Hash32 mask = crypto::HmacSha256(mask_secret_, absl::StrCat(tag, BigEndian64(at)));
    const size_t end = std::min(out.size(), at + 32);
    for (size_t i = at; i < end; ++i) {
      out[i] = static_cast<char>(static_cast<uint8_t>(out[i]) ^ mask.bytes[i - at]);
    }
  }
  return out;
}

}  // namespace shareway::exchange
