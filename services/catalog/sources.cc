// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/sources.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/codes/fold.h"
#include "libs/crypto/hash.h"
#include "services/catalog/domain/faults.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog {
namespace {

constexpr size_t kChunk = 100;
// Names that are looked through while publication waits.
constexpr size_t kNamesAtOnce = 10000;
// A record names the agencies that find it; search takes the first 64.
constexpr size_t kMaxAgencies = 64;
// Of a check that is kept; a record has at most outbox::kMaxRecordBytes with all that is around it.
constexpr size_t kMaxCheckBytes = 56 << 10;

absl::Status CheckAsked(const std::vector<Sources::Asked>& items) {
  Faults faults;
  if (items.empty() || items.size() > Sources::kMaxItems) {
    faults.Add("items", absl::StrCat("has ", items.size(), " items, want 1 to ",
                                     Sources::kMaxItems));
  }
  for (size_t i = 0; i < items.size() && i < Sources::kMaxItems; ++i) {
    faults.Text(absl::StrCat("items[", i, "].name"), items[i].name, 1, 100);
    faults.Text(absl::StrCat("items[", i, "].definition"), items[i].definition, 0, 500);
    if (!items[i].name.empty() && codes::FoldName(items[i].name).empty()) {
      faults.Add(absl::StrCat("items[", i, "].name"), "has nothing that counts");
    }
  }
  return Error::Fields(faults.Take());
}

// What is published and open; null if nothing is.
const Entry* OpenEntry(const Resource& resource) {
  return resource.StateOf(Resource::Face::kPublished) == Resource::State::kPublished
             ? &resource.fields().published->entry
             : nullptr;
}

absl::Status Taken(absl::string_view what, absl::string_view source) {
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(what, " has the source ", source,
                            " already; pass its etag to replace that one"))
      .With("source", source);
}

absl::Status Stale(absl::string_view name, absl::string_view etag) {
  return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
               absl::StrCat(name, " changed meanwhile; read it again and retry"))
      .With("name", name)
      .With("etag", etag);
}

// Items and basis as the entry's own message has them, the barred items only.
v1::NegativeEntry NegativeEntryOf(const Sources::Negative& negative) {
  Resource::Published barred = *negative.published;
  barred.entry.items = negative.items;
  const v1::Resource whole = ToMessage(negative.resource, barred);
  v1::NegativeEntry entry;
  entry.set_resource(negative.resource);
  entry.set_title(whole.title());
  entry.set_provider(whole.provider());
  entry.set_whole(negative.whole);
  *entry.mutable_items() = whole.items();
  entry.set_reason(whole.not_shared_reason());
  *entry.mutable_basis() = whole.not_shared_basis();
  entry.set_profile(negative.published->profile);
  entry.set_article(negative.article);
  entry.set_revision(negative.published->revision);
  return entry;
}

}  // namespace

void Sources::Show(absl::string_view resource, const Entry* entry) {
  absl::MutexLock lock(&mutex_);
  names_.Show(resource, entry);
}

std::string Sources::Etag(const SourceStore::Loaded& loaded) {
  return absl::StrCat("v", loaded.version);
}

const statute::Profile* Sources::ProfileOf(absl::string_view profile) const {
  const auto found = parts_.statutes->Find(profile.substr(0, profile.find('@')));
  return found.ok() ? *found : nullptr;
}

absl::Status Sources::AddMatches(const CollectedNames::Match& like, const Asked& asked,
                                 const Register& all, const std::string& resource,
                                 Finding* finding) const {
  const absl::StatusOr<ResourceStore::Loaded> loaded = parts_.resources->Load(resource);
  if (absl::IsNotFound(loaded.status())) return absl::OkStatus();
  if (!loaded.ok()) return loaded.status();
  const Entry* entry = OpenEntry(loaded->resource);
  if (entry == nullptr) return absl::OkStatus();  // closed since the names were read
  const Agency* provider = all.Find<Agency>(entry->provider);
  const statute::Profile* profile = ProfileOf(loaded->resource.fields().published->profile);
  for (const Item& item : entry->items) {
    if (!item.received_under.empty() || codes::FoldName(item.name) != like.folded) continue;
    const auto same = [&](const Match& known) {
      return known.resource == resource && known.item.id == item.id;
    };
    if (std::any_of(finding->matches.begin(), finding->matches.end(), same)) continue;
    if (finding->matches.size() == kMaxMatches) {
      finding->more = true;
      return absl::OkStatus();
    }
    Match match = {.likeness = like.likeness,
                   .score = like.score,
                   .resource = resource,
                   .resource_title = entry->title,
                   .item = item,
                   .provider = entry->provider,
                   .provider_name = provider == nullptr ? "" : provider->display_name,
                   .share_class = ClassOf(*entry, item)};
    SHAREWAY_ASSIGN_OR_RETURN(match.source, parts_.store->AtPlace(resource, item.id));
    match.definition_score =
        Dice(codes::FoldName(asked.definition), codes::FoldName(item.description));
    if (match.share_class != ShareClass::kNotShared && profile != nullptr) {
      match.article = profile->articles.no_repeat_collection;
    }
    finding->matches.push_back(std::move(match));
  }
  return absl::OkStatus();
}

absl::StatusOr<Sources::Finding> Sources::CheckOne(const Asked& asked, const Register& all) const {
  std::vector<CollectedNames::Match> likes;
  {
    absl::ReaderMutexLock lock(&mutex_);
    likes = names_.Find(asked.name, parts_.synonyms, kMaxMatches + 1);
  }
  Finding finding = {.name = asked.name};
  // The designated sources first, wherever they stand among many of the same name.
  for (const CollectedNames::Match& like : likes) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::string name, parts_.store->OfTitle(like.folded));
    if (name.empty()) continue;
    SHAREWAY_ASSIGN_OR_RETURN(const auto source, parts_.store->Load(name));
    if (!source) continue;
    SHAREWAY_RETURN_IF_ERROR(
        AddMatches(like, asked, all, source->source.fields().request.resource, &finding));
  }
  for (const CollectedNames::Match& like : likes) {
    for (const std::string& resource : like.resources) {
      SHAREWAY_RETURN_IF_ERROR(AddMatches(like, asked, all, resource, &finding));
      if (finding.more) break;
    }
    if (finding.more) break;
  }
  std::stable_partition(finding.matches.begin(), finding.matches.end(),
                        [](const Match& match) { return !match.source.empty(); });
  return finding;
}

absl::StatusOr<std::vector<Sources::Finding>> Sources::Check(
    const std::vector<Asked>& items, const std::function<bool()>& over) const {
  SHAREWAY_RETURN_IF_ERROR(CheckAsked(items));
  const std::shared_ptr<const Register> all = parts_.directory();
  std::vector<Finding> findings;
  for (const Asked& asked : items) {
    if (over && over()) return absl::CancelledError("nobody waits for the check any more");
    SHAREWAY_ASSIGN_OR_RETURN(Finding finding, CheckOne(asked, *all));
    findings.push_back(std::move(finding));
  }
  return findings;
}

absl::StatusOr<std::string> Sources::Keep(const Cause& cause,
                                          const std::vector<Finding>& findings) {
  const absl::Time now = parts_.clock->Now();
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> known,
                            parts_.store->Find(cause.once, now));
  if (known) return *known;
  v1::CollectionCheck check;
  check.set_name(absl::StrCat("collectionChecks/", IdFromRandom(crypto::RandomBytes(15))));
  check.set_asker(cause.caller.name);
  for (size_t most = kMaxMatches; most > 0; --most) {
    check.clear_found();
    for (const Finding& finding : findings) {
      v1::CollectionCheck::Found* found = check.add_found();
      found->set_name(finding.name);
      for (size_t i = 0; i < finding.matches.size() && i < most; ++i) {
        const Match& match = finding.matches[i];
        found->add_places(absl::StrCat(match.resource, "/", match.item.id));
      }
    }
    if (check.ByteSizeLong() <= kMaxCheckBytes) break;
  }
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::COLLECTION_CHECKED);
  record.set_object(check.name());
  if (!cause.caller.agency.empty()) record.add_agencies(cause.caller.agency);
  record.set_state(check.SerializeAsString());
  const absl::Status kept = parts_.store->Keep(
      {.records = {std::move(record)}, .cause = &cause, .result = check.name(), .now = now});
  if (absl::IsAborted(kept)) {
    // The same request came twice at once.
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> twin,
                              parts_.store->Find(cause.once, now));
    if (twin) return *twin;
  }
  SHAREWAY_RETURN_IF_ERROR(kept);
  return check.name();
}

absl::Status Sources::CheckVacant(const Source::Request& request) const {
  for (const std::string& title : parts_.synonyms.Of(codes::FoldName(request.title))) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::string known, parts_.store->OfTitle(title));
    if (!known.empty() && known != request.name) return Taken(request.title, known);
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::string known,
                            parts_.store->AtPlace(request.resource, request.item));
  if (known.empty() || known == request.name) return absl::OkStatus();
  return Taken(absl::StrCat(request.resource, "/", request.item), known);
}

std::vector<std::string> Sources::Concerned(const Source::Request& request,
                                            const Entry* published) const {
  std::set<std::string> names;
  for (std::string& name : parts_.synonyms.Of(codes::FoldName(request.title))) {
    names.insert(std::move(name));
  }
  if (published != nullptr) {
    for (const Item& item : published->items) {
      if (item.id == request.item) names.insert(codes::FoldName(item.name));
    }
  }
  std::set<std::string> agencies;
  absl::ReaderMutexLock lock(&mutex_);
  for (const std::string& name : names) {
    for (const auto& [agency, resources] : names_.Of(name).resources) agencies.insert(agency);
  }
  return {agencies.begin(), agencies.end()};
}

absl::Status Sources::AddReplaced(const Source::Fields& replaced,
                                  std::vector<std::string>* concerned) const {
  const absl::StatusOr<ResourceStore::Loaded> loaded =
      parts_.resources->Load(replaced.request.resource);
  if (!loaded.ok() && !absl::IsNotFound(loaded.status())) return loaded.status();
  std::set<std::string> all(concerned->begin(), concerned->end());
  all.insert(replaced.provider);
  for (std::string& agency :
       Concerned(replaced.request, loaded.ok() ? OpenEntry(loaded->resource) : nullptr)) {
    all.insert(std::move(agency));
  }
  concerned->assign(all.begin(), all.end());
  return absl::OkStatus();
}

absl::StatusOr<SourceStore::Loaded> Sources::Designate(const Cause& cause, Source::Request request,
                                                       absl::string_view etag) {
  absl::MutexLock designating(&designating_);
  const absl::Time now = parts_.clock->Now();
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> done,
                            parts_.store->Find(cause.once, now));
  const std::string name = request.name;
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<SourceStore::Loaded> before,
                            parts_.store->Load(name));
  if (done && before) return *before;
  absl::StatusOr<ResourceStore::Loaded> loaded = absl::NotFoundError("");
  if (HasForm("resources/{r}", request.resource)) loaded = parts_.resources->Load(request.resource);
  if (!loaded.ok() && !absl::IsNotFound(loaded.status())) return loaded.status();
  const Entry* published = loaded.ok() ? OpenEntry(loaded->resource) : nullptr;
  const std::shared_ptr<const Register> all = parts_.directory();
  Source::Facts facts = {.all = all.get(),
                         .published = published,
                         .concerned = Concerned(request, published),
                         .agency = cause.caller.agency,
                         .now = now};
  if (published != nullptr) {
    const statute::Profile* profile = ProfileOf(loaded->resource.fields().published->profile);
    if (profile != nullptr) facts.article = profile->articles.one_source;
  }
  const Actor actor = {.name = cause.caller.name,
                       .person = cause.caller.person,
                       .roles = cause.caller.roles};
  std::optional<Source> was;
  if (before) {
    was = before->source;
    SHAREWAY_RETURN_IF_ERROR(AddReplaced(was->fields(), &facts.concerned));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Source after,
                            Source::Designate(was, actor, std::move(request), facts));
  if (before && etag.empty()) return Taken(after.fields().request.title, name);
  if (before && etag != Etag(*before)) return Stale(name, Etag(*before));
  if (!before && !etag.empty()) return Stale(name, "");
  SHAREWAY_RETURN_IF_ERROR(CheckVacant(after.fields().request));

  evidence::AuditRecord record;
  record.set_kind(evidence::v1::SOURCE_DESIGNATED);
  record.set_object(name);
  record.set_resource(after.fields().request.resource);
  record.set_rule(facts.article);
  std::set<std::string> agencies = {after.fields().provider, cause.caller.agency};
  for (const std::string& agency : {after.fields().provider, cause.caller.agency}) {
    if (record.agencies_size() == 0 || record.agencies(0) != agency) record.add_agencies(agency);
  }
  for (const std::string& agency : facts.concerned) {
    if (record.agencies_size() == static_cast<int>(kMaxAgencies)) break;
    if (agencies.insert(agency).second) record.add_agencies(agency);
  }
  return parts_.store->Save(
      before, after,
      {.records = {std::move(record)}, .cause = &cause, .result = name, .now = now});
}

absl::StatusOr<std::vector<Sources::Collected>> Sources::Several(absl::string_view folded,
                                                                 size_t limit) const {
  std::vector<CollectedNames::Collected> names;
  for (std::string last(folded); names.size() < limit;) {
    CollectedNames::Page page;
    {
      absl::ReaderMutexLock lock(&mutex_);
      page = names_.Several(last, limit - names.size(), kNamesAtOnce);
    }
    std::move(page.names.begin(), page.names.end(), std::back_inserter(names));
    if (page.last.empty()) break;
    last = std::move(page.last);
  }
  std::vector<Collected> several;
  for (CollectedNames::Collected& name : names) {
    Collected collected = {.folded = name.folded,
                           .name = name.folded,
                           .resources = std::move(name.resources)};
    const std::string& first = collected.resources.begin()->second.front();
    const absl::StatusOr<ResourceStore::Loaded> loaded = parts_.resources->Load(first);
    if (!loaded.ok() && !absl::IsNotFound(loaded.status())) return loaded.status();
    if (const Entry* entry = loaded.ok() ? OpenEntry(loaded->resource) : nullptr) {
      for (const Item& item : entry->items) {
        if (codes::FoldName(item.name) == name.folded) collected.name = item.name;
      }
    }
    for (const std::string& title : parts_.synonyms.Of(name.folded)) {
      if (!collected.source.empty()) break;
      SHAREWAY_ASSIGN_OR_RETURN(collected.source, parts_.store->OfTitle(title));
    }
    several.push_back(std::move(collected));
  }
  return several;
}

absl::Status Sources::Negatives(const Caller& caller, absl::string_view authority,
                                absl::FunctionRef<absl::Status(const Negative&)> visit) const {
  if (!HasForm("authorities/{a}", authority)) {
    return Error::Field("authority", "is not authorities/{a}");
  }
  const std::shared_ptr<const Register> all = parts_.directory();
  bool admitted = false;
  for (const Authority* own : AuthoritiesOf(*all, caller.agency)) {
    const Authority* asked = all->Find<Authority>(authority);
    // The register admits no circle of superiors.
    while (asked != nullptr && !admitted) {
      admitted = asked->name == own->name;
      asked = asked->superior.empty() ? nullptr : all->Find<Authority>(asked->superior);
    }
  }
  if (!admitted || !caller.person) return Error::NotVisible(authority);
  for (std::string last;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<v1::CatalogChange> page,
                              parts_.resources->ListPublished(last, kChunk));
    if (page.empty()) return absl::OkStatus();
    last = page.back().resource().name();
    for (const v1::CatalogChange& change : page) {
      const Resource::Published published = PublishedFrom(change.resource());
      if (published.state == Resource::State::kWithdrawn) continue;
      if (!InChargeFromAbove(*all, authority, published.entry.provider)) continue;
      Negative negative = {.resource = change.resource().name(), .published = &published};
      for (const Item& item : published.entry.items) {
        if (ClassOf(published.entry, item) == ShareClass::kNotShared) negative.items.push_back(item);
      }
      if (negative.items.empty()) continue;
      negative.whole = negative.items.size() == published.entry.items.size();
      const statute::Profile* profile = ProfileOf(published.profile);
      if (profile != nullptr) negative.article = profile->articles.not_shared_basis;
      SHAREWAY_RETURN_IF_ERROR(visit(negative));
    }
  }
}

absl::StatusOr<v1::NegativeListEnd> Sources::ExportNegatives(
    const Cause& cause, absl::string_view authority,
    absl::FunctionRef<absl::Status(const v1::NegativeEntry&)> write) {
  crypto::Sha256Stream digest;
  uint64_t entries = 0;
  const absl::Status listed =
      Negatives(cause.caller, authority, [&](const Negative& negative) {
        const v1::NegativeEntry entry = NegativeEntryOf(negative);
        const std::string bytes = entry.SerializeAsString();
        digest.Update(BigEndian64(bytes.size()));
        digest.Update(bytes);
        ++entries;
        return write(entry);
      });
  if (!listed.ok() && entries == 0) return listed;
  // On record before it is complete, and if it was broken off as well: a reader who goes away after
  // the last entry has the whole list.
  v1::NegativeListEnd end;
  end.set_authority(std::string(authority));
  end.set_entries(entries);
  end.set_digest(digest.Digest().str());
  end.set_exporter(cause.caller.name);
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::NEGATIVE_LIST_EXPORTED);
  record.set_object(std::string(authority));
  record.add_agencies(cause.caller.agency);
  record.set_state(end.SerializeAsString());
  SHAREWAY_RETURN_IF_ERROR(parts_.store->Keep({.records = {std::move(record)},
                                               .cause = &cause,
                                               .result = std::string(authority),
                                               .now = parts_.clock->Now()}));
  if (!listed.ok()) return listed;
  return end;
}

}  // namespace shareway::catalog
