// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/foreign_store.h"

#include <algorithm>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "google/protobuf/util/message_differencer.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"

namespace shareway::catalog {
namespace {

constexpr char kNames[] = "origins/";
constexpr char kMiddle[] = "/resources/";
constexpr char kTaken[] = "foreign/o/";
constexpr char kObjects[] = "foreign/d/";
constexpr char kKept[] = "foreign/k/";
constexpr char kParts[] = "foreign/u/";
constexpr char kBundles[] = "bundles/";

// Where our own entry lies once it is published; drafts lie elsewhere.
std::string PublishedKey(absl::string_view resource) {
  return absl::StrCat("catalog/", absl::StripPrefix(resource, "resources/"));
}

template <typename Message>
bool Parse(absl::string_view bytes, Message* message) {
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

absl::Status Unreadable(absl::string_view key) {
  return absl::DataLossError(absl::StrCat("the stored ", key, " cannot be read"));
}

// Calls `visit` for each message under `prefix`.
template <typename Message, typename Visit>
absl::Status Each(const kv::Store& kv, const std::string& prefix, Visit visit) {
  std::string unreadable;
  SHAREWAY_RETURN_IF_ERROR(
      kv.Scan(prefix, PrefixEnd(prefix),
              [&](absl::string_view key, absl::string_view value, uint64_t version) {
                Message message;
                if (!Parse(value, &message)) {
                  unreadable = std::string(key);
                  return false;
                }
                visit(std::move(message), version);
                return true;
              }));
  return unreadable.empty() ? absl::OkStatus() : Unreadable(unreadable);
}

// Deletes the file bundles/{id}.
void Forget(absl::string_view id, kv::Batch* batch) {
  const std::string parts = absl::StrCat(kParts, id, "/");
  batch->Delete(absl::StrCat(kKept, id));
  batch->DeleteRange(parts, PrefixEnd(parts));
}

std::string ObjectName(const v1::DirectoryChange& object) {
  if (object.has_agency()) return object.agency().name();
  if (object.has_authority()) return object.authority().name();
  return object.key().name();
}

}  // namespace

std::string ForeignName(absl::string_view domain, absl::string_view name) {
  return absl::StrCat(kNames, domain, "/", name);
}

bool IsForeign(absl::string_view name) { return absl::StartsWith(name, kNames); }

std::string ForeignEntryKey(absl::string_view name) {
  const size_t middle = name.find(kMiddle);
  if (!absl::ConsumePrefix(&name, kNames) || middle == absl::string_view::npos) return "";
  const size_t domain = middle - (sizeof kNames - 1);
  return absl::StrCat(kForeignEntries, name.substr(0, domain), "/",
                      name.substr(domain + sizeof kMiddle - 1));
}

std::string ForeignNameOfKey(absl::string_view key) {
  key = absl::StripPrefix(key, kForeignEntries);
  const size_t slash = key.find('/');
  return absl::StrCat(kNames, key.substr(0, slash), kMiddle, key.substr(slash + 1));
}

absl::string_view OriginOfKey(absl::string_view key) {
  key = absl::StripPrefix(key, kForeignEntries);
  return key.substr(0, key.find('/'));
}

bool SameContent(const v1::Resource& a, const v1::Resource& b) {
  v1::Resource one = a, other = b;
  for (v1::Resource* resource : {&one, &other}) {
    resource->clear_name();
    resource->clear_provider();
    resource->clear_state();
    resource->clear_refresh_time();
    resource->clear_refresh_due_time();
    resource->clear_stale_reminders();
  }
  return google::protobuf::util::MessageDifferencer::Equals(one, other);
}

absl::StatusOr<std::vector<ForeignStore::Taken>> ForeignStore::TakenFrom(
    absl::string_view domain) const {
  std::vector<Taken> all;
  SHAREWAY_RETURN_IF_ERROR(Each<store::ForeignBundle>(
      *kv_, absl::StrCat(kTaken, domain, "/"), [&](store::ForeignBundle bundle, uint64_t version) {
        all.push_back({std::move(bundle), version});
      }));
  return all;
}

absl::StatusOr<std::optional<store::PublishedRecord>> ForeignStore::Find(
    absl::string_view domain, absl::string_view resource) const {
  const std::string key = ForeignEntryKey(ForeignName(domain, resource));
  const absl::StatusOr<kv::Entry> entry = kv_->Get(key);
  if (absl::IsNotFound(entry.status())) return std::optional<store::PublishedRecord>();
  SHAREWAY_RETURN_IF_ERROR(entry.status());
  std::optional<store::PublishedRecord> record(std::in_place);
  if (!Parse(entry->value, &*record)) return Unreadable(key);
  return record;
}

absl::StatusOr<bool> ForeignStore::Own(absl::string_view resource) const {
  const absl::Status known =
      kv_->Get(PublishedKey(resource)).status();
  if (absl::IsNotFound(known)) return false;
  SHAREWAY_RETURN_IF_ERROR(known);
  return true;
}

absl::Status ForeignStore::Take(const Delivery& delivery, Event event) {
  const std::string& domain = delivery.manifest.domain();
  kv::Batch batch;
  const std::string head = absl::StrCat(kTaken, domain, "/", delivery.manifest.division_prefix());
  if (delivery.version == 0) {
    batch.ExpectAbsent(head);
  } else {
    batch.Expect(head, delivery.version);
  }
  store::ForeignBundle taken;
  *taken.mutable_manifest() = delivery.manifest;
  taken.set_envelope(delivery.envelope);
  batch.Put(head, taken.SerializeAsString());
  for (const v1::DirectoryChange& object : *delivery.objects) {
    batch.Put(absl::StrCat(kObjects, domain, "/", ObjectName(object)), object.SerializeAsString());
  }
  for (const v1::BundleEntry& entry : *delivery.entries) {
    const std::string& name = entry.resource().name();
    store::PublishedRecord record;
    *record.mutable_resource() = entry.resource();
    record.mutable_resource()->set_name(ForeignName(domain, name));
    record.mutable_resource()->set_provider(ForeignName(domain, entry.resource().provider()));
    *record.mutable_publication() = entry.publication();
    const std::string key = ForeignEntryKey(record.resource().name());
    const absl::Status held = kv_->Get(key).status();
    // What we hold already is brought up to date, whatever became ours since.
    if (absl::IsNotFound(held)) {
      batch.ExpectAbsent(PublishedKey(name));
    } else if (!held.ok()) {
      return held;
    }
    batch.Put(key, record.SerializeAsString());
  }
  if (!delivery.kept.empty()) Forget(absl::StripPrefix(delivery.kept, kBundles), &batch);
  return Commit(kv_, *outbox_, std::move(event), std::move(batch)).status();
}

absl::Status ForeignStore::Keep(absl::string_view name, absl::string_view bytes, absl::Time now) {
  const absl::string_view id = absl::StripPrefix(name, kBundles);
  std::vector<std::pair<uint64_t, std::string>> others;  // when, id
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan(kKept, PrefixEnd(kKept), [&](absl::string_view key, absl::string_view value,
                                             uint64_t) {
        const absl::string_view other = absl::StripPrefix(key, kKept);
        if (other != id) {
          others.emplace_back(value.size() < 8 ? 0 : ReadBigEndian64(value.substr(0, 8)), other);
        }
        return true;
      }));
  std::sort(others.begin(), others.end());
  kv::Batch batch;
  const uint64_t oldest = static_cast<uint64_t>(absl::ToUnixMicros(now - kKeptFor));
  for (size_t i = 0; i < others.size(); ++i) {
    if (others[i].first <= oldest || others.size() - i >= kMaxKept) {
      Forget(others[i].second, &batch);
    }
  }
  batch.Put(absl::StrCat(kKept, id),
            absl::StrCat(BigEndian64(static_cast<uint64_t>(absl::ToUnixMicros(now))),
                         BigEndian64(bytes.size())));
  for (size_t at = 0; at < bytes.size(); at += kv::kMaxValueBytes) {
    batch.Put(absl::StrCat(kParts, id, "/", BigEndian64(at)),
              bytes.substr(at, kv::kMaxValueBytes));
  }
  return kv_->Commit(std::move(batch)).status();
}

absl::StatusOr<std::optional<std::string>> ForeignStore::Kept(absl::string_view name,
                                                              absl::Time now) const {
  const absl::string_view id = absl::StripPrefix(name, kBundles);
  const absl::StatusOr<kv::Entry> head = kv_->Get(absl::StrCat(kKept, id));
  if (absl::IsNotFound(head.status())) return std::optional<std::string>();
  SHAREWAY_RETURN_IF_ERROR(head.status());
  if (head->value.size() != 16) return Unreadable(name);
  const auto since = absl::FromUnixMicros(
      static_cast<int64_t>(ReadBigEndian64(absl::string_view(head->value).substr(0, 8))));
  if (since + kKeptFor <= now) return std::optional<std::string>();
  std::string bytes;
  const std::string parts = absl::StrCat(kParts, id, "/");
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(parts, PrefixEnd(parts),
                                     [&](absl::string_view, absl::string_view value, uint64_t) {
                                       absl::StrAppend(&bytes, value);
                                       return true;
                                     }));
  if (bytes.size() != ReadBigEndian64(absl::string_view(head->value).substr(8))) {
    return Unreadable(name);
  }
  return bytes;
}

absl::StatusOr<std::vector<v1::Resource>> ForeignStore::List(absl::string_view name,
                                                             size_t limit) const {
  std::vector<v1::Resource> page;
  std::string unreadable;
  // The least key after that of `name`.
  const std::string from =
      name.empty() ? std::string(kForeignEntries) : ForeignEntryKey(name) + std::string(1, '\0');
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan(from, PrefixEnd(kForeignEntries),
                [&](absl::string_view key, absl::string_view value, uint64_t) {
                  if (!shown_.contains(OriginOfKey(key))) return true;
                  store::PublishedRecord record;
                  if (!Parse(value, &record)) {
                    unreadable = std::string(key);
                    return false;
                  }
                  page.push_back(std::move(*record.mutable_resource()));
                  return page.size() < limit;
                }));
  if (!unreadable.empty()) return Unreadable(unreadable);
  return page;
}

absl::StatusOr<std::string> ForeignStore::State() const {
  std::string state;
  // A bundle's nonce is its own for ever.
  SHAREWAY_RETURN_IF_ERROR(
      Each<store::ForeignBundle>(*kv_, kTaken, [&](const store::ForeignBundle& bundle, uint64_t) {
        if (!shown_.contains(bundle.manifest().domain())) return;
        absl::StrAppend(&state, bundle.manifest().domain(), "/",
                        bundle.manifest().division_prefix(), "/",
                        absl::BytesToHexString(bundle.manifest().nonce()), ";");
      }));
  return state;
}

absl::Status ForeignStore::VisitObjects(
    absl::FunctionRef<void(const v1::DirectoryChange&)> object) const {
  std::string unreadable;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      kObjects, PrefixEnd(kObjects), [&](absl::string_view key, absl::string_view value, uint64_t) {
        const absl::string_view rest = absl::StripPrefix(key, kObjects);
        const absl::string_view domain = rest.substr(0, rest.find('/'));
        if (!shown_.contains(domain)) return true;
        v1::DirectoryChange change;
        if (!Parse(value, &change)) {
          unreadable = std::string(key);
          return false;
        }
        const std::string name = ForeignName(domain, ObjectName(change));
        if (change.has_agency()) change.mutable_agency()->set_name(name);
        if (change.has_authority()) change.mutable_authority()->set_name(name);
        if (change.has_key()) change.mutable_key()->set_name(name);
        object(change);
        return true;
      }));
  return unreadable.empty() ? absl::OkStatus() : Unreadable(unreadable);
}

}  // namespace shareway::catalog
