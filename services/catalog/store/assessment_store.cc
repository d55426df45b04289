// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/assessment_store.h"

#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/catalog/domain/assessment.h"

namespace shareway::catalog {
namespace {

constexpr char kDocuments[] = "assessment/o/";

std::string IdOf(absl::string_view name) {
  return std::string(absl::StripPrefix(name, "assessmentDocuments/"));
}
std::string DocumentKey(absl::string_view id) { return absl::StrCat(kDocuments, id); }
std::string AgencyPrefix(absl::string_view agency) {
  return absl::StrCat("assessment/a/", absl::StripPrefix(agency, "agencies/"), "/");
}
std::string DigestKey(absl::string_view agency, absl::string_view digest) {
  return absl::StrCat("assessment/h/", absl::StripPrefix(agency, "agencies/"), "/", digest);
}
std::string NamedKey(absl::string_view id) { return absl::StrCat("assessment/n/", id); }
std::string EntryPrefix(absl::string_view id) { return absl::StrCat("assessment/r/", id, "/"); }

// The key as it was read; version 0 if it is not there.
absl::StatusOr<kv::Entry> ReadOrNone(const kv::Store& kv, const std::string& key) {
  absl::StatusOr<kv::Entry> entry = kv.Get(key);
  if (absl::IsNotFound(entry.status())) return kv::Entry();
  return entry;
}

}  // namespace

absl::StatusOr<std::optional<AssessmentStore::Loaded>> AssessmentStore::Load(
    absl::string_view name) const {
  const std::string id = IdOf(name);
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, ReadOrNone(*kv_, DocumentKey(id)));
  if (entry.version == 0) return std::optional<Loaded>();
  Loaded loaded = {.version = entry.version};
  if (!loaded.document.ParseFromString(entry.value)) {
    return absl::DataLossError(absl::StrCat("the stored ", name, " cannot be read"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry named, ReadOrNone(*kv_, NamedKey(id)));
  loaded.named_version = named.version;
  if (named.version != 0) {
    loaded.named = absl::FromUnixSeconds(static_cast<int64_t>(ReadBigEndian64(named.value)));
  }
  return std::optional<Loaded>(std::move(loaded));
}

absl::StatusOr<std::string> AssessmentStore::Find(absl::string_view agency,
                                                  absl::string_view digest) const {
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, ReadOrNone(*kv_, DigestKey(agency, digest)));
  return entry.version == 0 ? std::string() : absl::StrCat("assessmentDocuments/", entry.value);
}

absl::StatusOr<std::vector<AssessmentStore::Loaded>> AssessmentStore::List(absl::string_view agency,
                                                                           absl::string_view name,
                                                                           size_t limit) const {
  const std::string prefix = AgencyPrefix(agency);
  std::string last = name.empty() ? std::string() : IdOf(name);
  std::vector<Loaded> page;
  // What is removed between the scan and the look at it is made up for by those behind it.
  while (page.size() < limit) {
    const std::string start =
        last.empty() ? prefix : absl::StrCat(prefix, last, std::string(1, '\0'));
    std::vector<std::string> ids;
    SHAREWAY_RETURN_IF_ERROR(kv_->Scan(start, PrefixEnd(prefix),
                                       [&](absl::string_view key, absl::string_view, uint64_t) {
                                         ids.emplace_back(key.substr(prefix.size()));
                                         return ids.size() < limit - page.size();
                                       }));
    if (ids.empty()) break;
    last = ids.back();
    for (const std::string& id : ids) {
      SHAREWAY_ASSIGN_OR_RETURN(std::optional<Loaded> loaded, Load(id));
      if (loaded) page.push_back(*std::move(loaded));
    }
  }
  return page;
}

absl::StatusOr<std::vector<std::string>> AssessmentStore::NamedBy(absl::string_view name) const {
  const std::string prefix = EntryPrefix(IdOf(name));
  std::vector<std::string> entries;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view, uint64_t) {
        entries.push_back(absl::StrCat("resources/", key.substr(prefix.size())));
        return true;
      }));
  return entries;
}

absl::Status AssessmentStore::Save(const v1::AssessmentDocument& document, absl::string_view begun,
                                   Event event) {
  const std::string id = IdOf(document.name());
  const std::string digest = DigestKey(document.agency(), ToHex(document.sha256()));
  kv::Batch batch;
  batch.ExpectAbsent(DocumentKey(id)).ExpectAbsent(digest);
  const std::string bytes = document.SerializeAsString();
  batch.Put(DocumentKey(id), bytes);
  batch.Put(absl::StrCat(AgencyPrefix(document.agency()), id), "");
  batch.Put(digest, id);
  batch.Delete(begun);
  event.records.front().set_state(bytes);
  return Commit(kv_, *outbox_, std::move(event), std::move(batch)).status();
}

absl::Status AssessmentStore::Remove(const Loaded& loaded, absl::string_view chunks, Event event) {
  const v1::AssessmentDocument& document = loaded.document;
  const std::string id = IdOf(document.name());
  kv::Batch batch;
  batch.Expect(DocumentKey(id), loaded.version);
  if (loaded.named_version == 0) {
    batch.ExpectAbsent(NamedKey(id));
  } else {
    batch.Expect(NamedKey(id), loaded.named_version);
    batch.Delete(NamedKey(id));
  }
  batch.Delete(DocumentKey(id));
  batch.Delete(absl::StrCat(AgencyPrefix(document.agency()), id));
  batch.Delete(DigestKey(document.agency(), ToHex(document.sha256())));
  batch.DeleteRange(EntryPrefix(id), PrefixEnd(EntryPrefix(id)));
  batch.DeleteRange(chunks, PrefixEnd(chunks));
  event.records.front().set_state(document.SerializeAsString());
  return Commit(kv_, *outbox_, std::move(event), std::move(batch)).status();
}

absl::Status AssessmentStore::Follow(const Resource& before, const Resource& after, absl::Time now,
                                     kv::Batch* batch) const {
  const std::set<std::string> is = DocumentsOf(after);
  std::set<std::string> both = DocumentsOf(before);
  both.insert(is.begin(), is.end());
  const Resource::Fields& fields = after.fields();
  for (const std::string& digest : both) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::string name, Find(fields.provider, digest));
    if (name.empty()) continue;  // removed: nothing names it from now on
    const std::string id = IdOf(name);
    SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry document, ReadOrNone(*kv_, DocumentKey(id)));
    if (document.version == 0) continue;
    if (is.contains(digest)) batch->Expect(DocumentKey(id), document.version);
    batch->Put(NamedKey(id), BigEndian64(static_cast<uint64_t>(absl::ToUnixSeconds(now))));
    batch->Put(absl::StrCat(EntryPrefix(id), absl::StripPrefix(fields.name, "resources/")), "");
  }
  return absl::OkStatus();
}

}  // namespace shareway::catalog
