// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/resource_store.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "services/catalog/store/code_store.h"
#include "services/catalog/store/foreign_store.h"
#include "services/catalog/store/freshness_key.h"
#include "services/catalog/store/publications.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog {
namespace {

constexpr char kRecords[] = "resource/";
constexpr char kPublished[] = "catalog/";

std::string IdOf(absl::string_view name) {
  return std::string(absl::StripPrefix(name, "resources/"));
}

std::string ProviderPrefix(absl::string_view provider) {
  return absl::StrCat("provider/", absl::StripPrefix(provider, "agencies/"), "/");
}

// Where a scan under `prefix` goes on after `name`: keys hold no NUL.
std::string KeyAfter(absl::string_view prefix, absl::string_view name) {
  if (name.empty()) return std::string(prefix);
  return absl::StrCat(prefix, IdOf(name), std::string(1, '\0'));
}

absl::Status Unreadable(absl::string_view name) {
  return absl::DataLossError(absl::StrCat("the stored ", name, " cannot be read"));
}

template <typename Message>
bool Parse(absl::string_view bytes, Message* message) {
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

// The agency that a code is kept for; empty for bytes that are none, which no agency is.
std::string KeeperFrom(absl::string_view bytes) {
  v1::GeneratedCode kept;
  return Parse(bytes, &kept) ? kept.agency() : "";
}

Resource::Fields FieldsFrom(absl::string_view name, const store::ResourceRecord& record) {
  Resource::Fields fields;
  fields.name = std::string(name);
  fields.code = record.code();
  fields.provider = record.provider();
  if (record.has_working()) {
    Resource::Working working;
    working.entry = EntryFrom(record.working());
    working.state = static_cast<Resource::State>(record.working().state());
    working.profile = record.working().profile();
    working.return_reason = record.working().return_reason();
    working.compilers = {record.compilers().begin(), record.compilers().end()};
    working.approved_by = record.approved_by();
    if (record.has_approve_time()) {
      working.approve_time = evidence::FromTimestamp(record.approve_time());
    }
    working.update_clocks = {record.update_clocks().begin(), record.update_clocks().end()};
    fields.working = std::move(working);
  }
  for (const store::ItemTypeRecord& item : record.item_types()) {
    fields.item_types[item.id()] = static_cast<ItemType>(item.type());
  }
  fields.state_reason = record.state_reason();
  fields.withdrawn_under = record.withdrawn_under();
  return fields;
}

store::ResourceRecord RecordFrom(const Resource& resource) {
  const Resource::Fields& fields = resource.fields();
  store::ResourceRecord record;
  record.set_code(fields.code);
  record.set_provider(fields.provider);
  if (fields.working) {
    *record.mutable_working() = ToMessage(resource, Resource::Face::kWorking);
    for (const std::string& person : fields.working->compilers) record.add_compilers(person);
    record.set_approved_by(fields.working->approved_by);
    if (!fields.working->approved_by.empty()) {
      *record.mutable_approve_time() = evidence::ToTimestamp(fields.working->approve_time);
    }
    for (const std::string& clock : fields.working->update_clocks) record.add_update_clocks(clock);
  }
  for (const auto& [id, type] : fields.item_types) {
    store::ItemTypeRecord* item = record.add_item_types();
    item->set_id(id);
    item->set_type(static_cast<v1::ItemType>(type));
  }
  record.set_state_reason(fields.state_reason);
  record.set_withdrawn_under(fields.withdrawn_under);
  return record;
}

// What is published after the change, if the change altered it.
std::optional<store::PublishedRecord> Republished(const ResourceStore::Loaded& before,
                                                  const Resource& after, const Cause* cause) {
  const auto& was = before.resource.fields().published;
  const auto& now = after.fields().published;
  if (!now || (was && was->revision == now->revision && was->state == now->state)) {
    return std::nullopt;
  }
  store::PublishedRecord published = before.published_record;
  if (!was || was->revision != now->revision) {
    *published.mutable_approval() = before.record.approval();
    published.clear_publication();
    if (cause != nullptr && cause->act) *published.mutable_publication() = *cause->act;
  }
  *published.mutable_resource() = ToMessage(after.fields().name, *now);
  return published;
}

}  // namespace

absl::StatusOr<ResourceStore> ResourceStore::Open(kv::Store* kv, const outbox::Outbox* outbox,
                                                  OriginDomains shown) {
  SHAREWAY_ASSIGN_OR_RETURN(ChangeLog log, ChangeLog::Open(kv, "catalog"));
  return ResourceStore(kv, outbox, std::move(shown), std::move(log));
}

absl::StatusOr<ResourceStore::Loaded> ResourceStore::Decode(absl::string_view name,
                                                            absl::string_view value,
                                                            uint64_t version) const {
  Loaded loaded = {.resource = Resource::Restore({}), .version = version};
  if (!Parse(value, &loaded.record)) return Unreadable(name);
  Resource::Fields fields = FieldsFrom(name, loaded.record);
  absl::StatusOr<kv::Entry> published = kv_->Get(absl::StrCat(kPublished, IdOf(name)));
  if (published.ok()) {
    if (!Parse(published->value, &loaded.published_record)) return Unreadable(name);
    fields.published = PublishedFrom(loaded.published_record.resource());
    loaded.published_version = published->version;
  } else if (!absl::IsNotFound(published.status())) {
    return published.status();
  }
  loaded.resource = Resource::Restore(std::move(fields));
  return loaded;
}

absl::StatusOr<ResourceStore::Loaded> ResourceStore::LoadForeign(absl::string_view name) const {
  const std::string key = ForeignEntryKey(name);
  if (key.empty() || !shown_.contains(OriginOfKey(key))) {
    return absl::NotFoundError(absl::StrCat("there is no ", name));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, kv_->Get(key));
  Loaded loaded = {.resource = Resource::Restore({}), .version = entry.version};
  if (!Parse(entry.value, &loaded.published_record)) return Unreadable(name);
  Resource::Fields fields;
  fields.name = std::string(name);
  fields.published = PublishedFrom(loaded.published_record.resource());
  fields.code = fields.published->entry.code;
  fields.provider = fields.published->entry.provider;
  loaded.resource = Resource::Restore(std::move(fields));
  return loaded;
}

absl::StatusOr<std::vector<ResourceStore::Loaded>> ResourceStore::ListForeign(
    absl::string_view provider, absl::string_view name, size_t limit) const {
  const std::string after =
      name.empty() ? kForeignEntries : absl::StrCat(ForeignEntryKey(name), std::string(1, '\0'));
  std::vector<std::string> names;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      after, PrefixEnd(kForeignEntries),
      [&](absl::string_view key, absl::string_view value, uint64_t) {
        if (!shown_.contains(OriginOfKey(key))) return true;
        store::PublishedRecord record;
        const bool wanted =
            provider.empty() || (Parse(value, &record) && record.resource().provider() == provider);
        if (wanted) names.push_back(ForeignNameOfKey(key));
        return names.size() < limit;
      }));
  std::vector<Loaded> page;
  for (const std::string& found : names) {
    SHAREWAY_ASSIGN_OR_RETURN(Loaded loaded, LoadForeign(found));
    page.push_back(std::move(loaded));
  }
  return page;
}

absl::StatusOr<ResourceStore::Loaded> ResourceStore::Load(absl::string_view name) const {
  if (IsForeign(name)) return LoadForeign(name);
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, kv_->Get(absl::StrCat(kRecords, IdOf(name))));
  return Decode(name, entry.value, entry.version);
}

absl::StatusOr<Resource::Published> ResourceStore::LoadRevision(absl::string_view name,
                                                                uint32_t revision) const {
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, kv_->Get(RevisionKey(IdOf(name), revision)));
  store::PublishedRecord record;
  if (!Parse(entry.value, &record)) return Unreadable(name);
  return PublishedFrom(record.resource());
}

absl::StatusOr<std::vector<ResourceStore::Loaded>> ResourceStore::List(absl::string_view provider,
                                                                       absl::string_view name,
                                                                       size_t limit) const {
  // origins/… come before resources/….
  if ((provider.empty() || IsForeign(provider)) && (name.empty() || IsForeign(name))) {
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<Loaded> foreign, ListForeign(provider, name, limit));
    if (!foreign.empty() || !provider.empty()) return foreign;
    name = "";
  }
  const std::string prefix = provider.empty() ? kRecords : ProviderPrefix(provider);
  std::vector<std::string> ids;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(KeyAfter(prefix, name), PrefixEnd(prefix),
                                     [&](absl::string_view key, absl::string_view, uint64_t) {
                                       ids.emplace_back(key.substr(prefix.size()));
                                       return ids.size() < limit;
                                     }));
  std::vector<Loaded> page;
  for (const std::string& id : ids) {
    SHAREWAY_ASSIGN_OR_RETURN(Loaded loaded, Load(absl::StrCat("resources/", id)));
    page.push_back(std::move(loaded));
  }
  return page;
}

absl::StatusOr<std::string> ResourceStore::KeeperOf(absl::string_view name) const {
  const absl::StatusOr<kv::Entry> code = kv_->Get(CodeKey(name));
  if (absl::IsNotFound(code.status())) return std::string();
  if (!code.ok()) return code.status();
  return KeeperFrom(code->value);
}

void ResourceStore::ExpectUnchanged(const Loaded& loaded, kv::Batch* batch) {
  batch->Expect(absl::StrCat(kRecords, IdOf(loaded.resource.fields().name)), loaded.version);
}

absl::Status ResourceStore::CheckSize(const Entry& entry) {
  const size_t bytes = ToMessage("", Resource::Published{.entry = entry}).ByteSizeLong();
  if (bytes <= kMaxEntryBytes) return absl::OkStatus();
  return Error::Field("resource", absl::StrCat("takes ", bytes, " bytes, at most ", kMaxEntryBytes,
                                               ": an audit record holds it whole"));
}

absl::StatusOr<ResourceStore::Loaded> ResourceStore::Save(const Loaded& before,
                                                          const Resource& after, Event event,
                                                          Along along) {
  const std::string id = IdOf(after.fields().name);
  const std::string key = absl::StrCat(kRecords, id);
  Loaded stored = {
      .resource = after, .record = RecordFrom(after), .published_record = before.published_record};
  const Cause* cause = event.cause;
  // The head's act stays with the approved revision until it is published or goes back.
  if (after.StateOf(Resource::Face::kWorking) == Resource::State::kApproved) {
    if (cause != nullptr && cause->act) *stored.record.mutable_approval() = *cause->act;
  }

  kv::Batch batch = std::move(along.batch);
  if (before.version == 0) {
    batch.ExpectAbsent(key);
    batch.Put(absl::StrCat(ProviderPrefix(after.fields().provider), id), "");
    // From now on the entry itself keeps its code.
    const absl::StatusOr<kv::Entry> code = kv_->Get(CodeKey(id));
    if (code.ok()) {
      if (KeeperFrom(code->value) != after.fields().provider) {
        return absl::AbortedError(absl::StrCat("the code of ", id, " is kept for another agency"));
      }
      batch.Expect(CodeKey(id), code->version);
      batch.Delete(CodeKey(id));
    } else if (absl::IsNotFound(code.status())) {
      batch.ExpectAbsent(CodeKey(id));
    } else {
      return code.status();
    }
  } else {
    batch.Expect(key, before.version);
  }
  const bool deleted = !after.fields().working && !after.fields().published;
  if (deleted) {
    batch.Delete(key);
    batch.Delete(absl::StrCat(ProviderPrefix(after.fields().provider), id));
  } else {
    batch.Put(key, stored.record.SerializeAsString());
  }

  store::ResourceChange state;
  const bool dropped = event.records.front().kind() == evidence::v1::RESOURCE_DRAFT_DELETED;
  *state.mutable_record() = dropped ? before.record : stored.record;  // what it was
  state.mutable_record()->clear_item_types();
  if (auto published = Republished(before, after, cause)) {
    const std::string bytes = published->SerializeAsString();
    const std::string published_key = absl::StrCat(kPublished, id);
    if (before.published_version == 0) {
      batch.ExpectAbsent(published_key);
    } else {
      batch.Expect(published_key, before.published_version);
    }
    batch.Put(published_key, bytes);
    const uint32_t revision = published->resource().revision();
    if (revision != before.published_record.resource().revision()) {
      batch.Put(RevisionKey(id, revision), WithoutFreshness(*published).SerializeAsString());
      PutPublication(published->resource(), cause, &batch);
    }
    SHAREWAY_ASSIGN_OR_RETURN(const v1::ResourceRevision history,
                              HistoryAfter(before, *published, event, along));
    batch.Put(HistoryKey(id, revision), history.SerializeAsString());
    *state.mutable_record()->mutable_history() = OnRecord(history, cause);
    MoveDue(id, before.published_record.resource(), published->resource(), &batch);
    log_.Append(ChangeOf(*published).SerializeAsString(), &batch);
    *state.mutable_published() = *published;
    state.set_keeps_working(stored.record.has_working());
    state.mutable_record()->clear_working();
    stored.published_record = *std::move(published);
  }
  event.records.front().set_state(state.SerializeAsString());
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Committed committed,
                            Commit(kv_, *outbox_, std::move(event), std::move(batch)));
  stored.version = committed.version;
  stored.published_version =
      state.has_published() ? committed.version : before.published_version;
  return stored;
}

absl::StatusOr<std::vector<v1::CatalogChange>> ResourceStore::ListPublished(absl::string_view name,
                                                                            size_t limit) const {
  std::vector<v1::CatalogChange> page;
  bool readable = true;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(KeyAfter(kPublished, name), PrefixEnd(kPublished),
                                     [&](absl::string_view, absl::string_view value, uint64_t) {
                                       store::PublishedRecord record;
                                       readable = Parse(value, &record);
                                       page.push_back(ChangeOf(record));
                                       return readable && page.size() < limit;
                                     }));
  if (!readable) return Unreadable("catalogue");
  return page;
}

}  // namespace shareway::catalog
