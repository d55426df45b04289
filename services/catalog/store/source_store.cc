// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/source_store.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/codes/fold.h"
#include "libs/evidence/record.h"

namespace shareway::catalog {
namespace {

constexpr char kSources[] = "source/o/";

absl::string_view IdOf(absl::string_view name) { return absl::StripPrefix(name, "sources/"); }

std::string SourceKey(absl::string_view name) { return absl::StrCat(kSources, IdOf(name)); }

std::string HistoryKey(absl::string_view name, uint32_t designation) {
  return absl::StrCat("source/h/", IdOf(name), "/", BigEndian64(designation).substr(4));
}

std::string PlaceKey(absl::string_view resource, absl::string_view item) {
  return absl::StrCat("source/p/", absl::StripPrefix(resource, "resources/"), "/", item);
}

// A title has at most 100 characters, each at most 4 bytes; NFKC makes one character at most 18, so
// a folded title fits a key only up to a bound. What is longer is told apart by its beginning.
std::string TitleKey(absl::string_view folded) {
  return absl::StrCat("source/t/", folded.substr(0, 900));
}

absl::StatusOr<Source> Parse(absl::string_view bytes) {
  v1::Source message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a stored source cannot be read");
  }
  return FromMessage(message);
}

}  // namespace

v1::Source ToMessage(const Source& source) {
  const Source::Fields& fields = source.fields();
  v1::Source message;
  message.set_name(fields.request.name);
  message.set_title(fields.request.title);
  message.set_resource(fields.request.resource);
  message.set_item(fields.request.item);
  message.set_document(fields.request.document);
  message.set_provider(fields.provider);
  message.set_authority(fields.authority);
  message.set_designation(fields.designation);
  *message.mutable_designate_time() = evidence::ToTimestamp(fields.designate_time);
  message.set_designated_by(fields.designated_by);
  return message;
}

Source FromMessage(const v1::Source& message) {
  Source::Fields fields;
  fields.request = {.name = message.name(),
                    .title = message.title(),
                    .resource = message.resource(),
                    .item = message.item(),
                    .document = message.document()};
  fields.provider = message.provider();
  fields.authority = message.authority();
  fields.designation = message.designation();
  fields.designate_time = evidence::FromTimestamp(message.designate_time());
  fields.designated_by = message.designated_by();
  return Source::Restore(std::move(fields));
}

absl::StatusOr<std::optional<SourceStore::Loaded>> SourceStore::Load(
    absl::string_view name) const {
  const absl::StatusOr<kv::Entry> entry = kv_->Get(SourceKey(name));
  if (absl::IsNotFound(entry.status())) return std::optional<Loaded>();
  if (!entry.ok()) return entry.status();
  SHAREWAY_ASSIGN_OR_RETURN(Source source, Parse(entry->value));
  return std::optional<Loaded>(Loaded{std::move(source), entry->version});
}

absl::StatusOr<Source> SourceStore::LoadDesignation(absl::string_view name,
                                                    uint32_t designation) const {
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, kv_->Get(HistoryKey(name, designation)));
  return Parse(entry.value);
}

absl::StatusOr<std::vector<SourceStore::Loaded>> SourceStore::List(absl::string_view name,
                                                                   size_t limit) const {
  std::vector<Loaded> page;
  absl::Status status;
  // Keys hold no NUL, so this is the next key after the name's.
  const std::string start =
      name.empty() ? std::string(kSources) : absl::StrCat(SourceKey(name), std::string(1, '\0'));
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan(start, PrefixEnd(kSources),
                [&](absl::string_view, absl::string_view value, uint64_t version) {
                  absl::StatusOr<Source> source = Parse(value);
                  status = source.status();
                  if (!status.ok()) return false;
                  page.push_back({*std::move(source), version});
                  return page.size() < limit;
                }));
  SHAREWAY_RETURN_IF_ERROR(status);
  return page;
}

absl::StatusOr<std::string> SourceStore::Read(const std::string& key) const {
  const absl::StatusOr<kv::Entry> entry = kv_->Get(key);
  if (absl::IsNotFound(entry.status())) return std::string();
  if (!entry.ok()) return entry.status();
  return absl::StrCat("sources/", entry->value);
}

absl::StatusOr<std::string> SourceStore::AtPlace(absl::string_view resource,
                                                 absl::string_view item) const {
  return Read(PlaceKey(resource, item));
}

absl::StatusOr<std::string> SourceStore::OfTitle(absl::string_view folded) const {
  return Read(TitleKey(folded));
}

absl::StatusOr<SourceStore::Loaded> SourceStore::Save(const std::optional<Loaded>& before,
                                                      const Source& after, Event event) {
  const Source::Request& now = after.fields().request;
  const std::string key = SourceKey(now.name);
  const std::string place = PlaceKey(now.resource, now.item);
  const std::string title = TitleKey(codes::FoldName(now.title));
  std::string old_place;
  std::string old_title;
  kv::Batch batch;
  if (before) {
    const Source::Request& was = before->source.fields().request;
    old_place = PlaceKey(was.resource, was.item);
    old_title = TitleKey(codes::FoldName(was.title));
    batch.Expect(key, before->version);
  } else {
    batch.ExpectAbsent(key);
  }
  const std::string id(IdOf(now.name));
  for (const auto& [old_key, new_key] : {std::pair<const std::string*, const std::string*>{
                                             &old_place, &place},
                                         std::pair<const std::string*, const std::string*>{
                                             &old_title, &title}}) {
    if (*old_key == *new_key) continue;
    if (!old_key->empty()) batch.Delete(*old_key);
    batch.ExpectAbsent(*new_key);
    batch.Put(*new_key, id);
  }
  const std::string bytes = ToMessage(after).SerializeAsString();
  batch.Put(key, bytes);
  batch.Put(HistoryKey(now.name, after.fields().designation), bytes);
  event.records.front().set_state(bytes);
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Committed committed,
                            Commit(kv_, *outbox_, std::move(event), std::move(batch)));
  return Loaded{after, committed.version};
}

absl::Status SourceStore::Keep(Event event) {
  return Commit(kv_, *outbox_, std::move(event), kv::Batch()).status();
}

}  // namespace shareway::catalog
