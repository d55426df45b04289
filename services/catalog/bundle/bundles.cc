// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/bundle/bundles.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/catalog/store/directory_message.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog {
namespace {

constexpr size_t kPage = 256;
constexpr size_t kIdBytes = 20;  // of a kept file's digest, which are its name

std::string NameOfFile(absl::string_view digest) {
  return absl::StrCat("bundles/", ToHex(digest.substr(0, kIdBytes)));
}

absl::Status OutOfReach(uint64_t since, uint64_t epoch) {
  return absl::OutOfRangeError(absl::StrCat("the log does not reach back to ", since, " of epoch ",
                                            epoch, "; export the whole"));
}

// The objects of the directory without which `entries` are not understood, by name.
class Extract {
 public:
  explicit Extract(const Register& all) : all_(all) {}

  void AddFor(const v1::BundleEntry& entry) {
    const Agency* provider = all_.Find<Agency>(entry.resource().provider());
    if (provider == nullptr) return;
    AddAgency(*provider);
    // Superiors form no circle, and what is known already has its superiors here.
    for (const Authority* authority = all_.Find<Authority>(provider->authority);
         authority != nullptr && names_.insert(authority->name).second;
         authority = all_.Find<Authority>(authority->superior)) {
      objects_[authority->name] = ToChange(DirectoryObject(*authority));
      const Agency* bureau = all_.Find<Agency>(authority->agency);
      if (bureau != nullptr) AddAgency(*bureau);
    }
    const absl::StatusOr<Hash32> id = Hash32::From(entry.publication().signature().key_id());
    if (!id.ok()) return;
    const Key* key = all_.Find<Key>(crypto::KeyName(*id));
    if (key != nullptr && names_.insert(key->name).second) {
      objects_[key->name] = ToChange(DirectoryObject(*key));
    }
  }

  std::vector<v1::DirectoryChange> Sorted() && {
    std::vector<v1::DirectoryChange> sorted;
    for (auto& [name, object] : objects_) sorted.push_back(std::move(object));
    return sorted;
  }

 private:
  void AddAgency(const Agency& agency) {
    if (names_.insert(agency.name).second) {
      objects_[agency.name] = ToChange(DirectoryObject(agency));
    }
  }

  const Register& all_;
  std::set<std::string> names_;
  std::map<std::string, v1::DirectoryChange> objects_;
};

// True if a bundle of one prefix may hold an entry that one of the other holds.
bool Overlap(absl::string_view a, absl::string_view b) {
  return absl::StartsWith(a, b) || absl::StartsWith(b, a);
}

// Whether the bundle follows what was taken. True if it is of a newer epoch than all of that.
bool CheckRange(const v1::BundleManifest& manifest, const std::vector<ForeignStore::Taken>& taken,
                Conflicts* conflicts) {
  uint64_t newest_epoch = 0;
  bool reached = manifest.since() == 0;
  for (const ForeignStore::Taken& known : taken) {
    const v1::BundleManifest& before = known.bundle.manifest();
    newest_epoch = std::max(newest_epoch, before.epoch());
    if (manifest.epoch() < before.epoch() ||
        (manifest.epoch() == before.epoch() && manifest.number() < before.number() &&
         Overlap(before.division_prefix(), manifest.division_prefix()))) {
      conflicts->Add(
          v1::BundleConflict::OLDER, "",
          absl::StrCat("it goes to ", manifest.number(), " of epoch ", manifest.epoch(), ", and ",
                       before.number(), " of epoch ", before.epoch(), " was taken"));
    }
    reached =
        reached || (manifest.epoch() == before.epoch() && manifest.since() <= before.number() &&
                    absl::StartsWith(manifest.division_prefix(), before.division_prefix()));
  }
  if (!reached) {
    conflicts->Add(
        v1::BundleConflict::GAP, "",
        absl::StrCat("it begins after ", manifest.since(), " of epoch ", manifest.epoch(),
                     ", and not so much of these divisions was taken"));
  }
  return manifest.epoch() > newest_epoch;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Bundles>> Bundles::Open(Parts parts) {
  auto bundles = std::unique_ptr<Bundles>(new Bundles(std::move(parts)));
  SHAREWAY_RETURN_IF_ERROR(bundles->parts_.foreign->VisitObjects(
      [&](const v1::DirectoryChange& object) {
        const absl::StatusOr<DirectoryObject> learned = FromChange(object);
        if (learned.ok()) bundles->parts_.learn(*learned);
      }));
  return bundles;
}

void Bundles::Announce(const v1::Resource& resource) const {
  if (resource.state() != v1::Resource::PUBLISHED) {
    parts_.announce(resource.name(), nullptr);
    return;
  }
  const Entry entry = EntryFrom(resource);
  parts_.announce(resource.name(), &entry);
}

absl::StatusOr<std::vector<v1::BundleEntry>> Bundles::Published() const {
  std::vector<v1::BundleEntry> entries;
  for (std::string last;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<v1::CatalogChange> page,
                              parts_.resources->ListPublished(last, kPage));
    if (page.empty()) return entries;
    last = page.back().resource().name();
    for (const v1::CatalogChange& change : page) {
      v1::BundleEntry& entry = entries.emplace_back();
      *entry.mutable_resource() = change.resource();
      if (change.has_publication()) *entry.mutable_publication() = change.publication();
    }
  }
}

absl::StatusOr<std::vector<v1::BundleEntry>> Bundles::Changed(uint64_t since, uint64_t to) const {
  std::map<std::string, v1::BundleEntry> entries;
  for (uint64_t at = since; at < to;) {
    SHAREWAY_ASSIGN_OR_RETURN(const auto page, parts_.resources->log().Read(at, kPage));
    if (page.empty()) return absl::DataLossError("the catalogue's log ends before its head");
    for (const auto& [number, bytes] : page) {
      at = number;
      if (number > to) break;
      v1::CatalogChange change;
      if (!change.ParseFromString(bytes)) {
        return absl::DataLossError(absl::StrCat("change ", number, " cannot be read"));
      }
      v1::BundleEntry& entry = entries[change.resource().name()];
      entry.Clear();
      *entry.mutable_resource() = change.resource();
      if (change.has_publication()) *entry.mutable_publication() = change.publication();
    }
  }
  std::vector<v1::BundleEntry> sorted;
  for (auto& [name, entry] : entries) sorted.push_back(std::move(entry));
  return sorted;
}

absl::StatusOr<std::string> Bundles::Export(absl::string_view division_prefix, uint64_t since,
                                            uint64_t epoch) const {
  if (!IsDivisionPrefix(division_prefix)) {
    return Error::Field("division_prefix", absl::StrCat("is ", division_prefix, ", want up to ",
                                                        kMaxDivisionPrefix, " digits"));
  }
  const ChangeLog& log = parts_.resources->log();
  // Read first: what is published meanwhile comes again in the next bundle.
  const uint64_t head = log.head();
  Bundle bundle;
  bundle.manifest.set_domain(parts_.domain);
  bundle.manifest.set_division_prefix(std::string(division_prefix));
  bundle.manifest.set_epoch(log.epoch());
  bundle.manifest.set_since(since);
  bundle.manifest.set_number(head);
  if (since > 0) {
    if (since > head) return OutOfReach(since, epoch);
    SHAREWAY_ASSIGN_OR_RETURN(const bool reaches, log.Reaches(epoch, since));
    if (!reaches) return OutOfReach(since, epoch);
  }
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<v1::BundleEntry> entries,
                            since > 0 ? Changed(since, head) : Published());
  const std::shared_ptr<const Register> all = parts_.directory();
  Extract extract(*all);
  for (v1::BundleEntry& entry : entries) {
    const Agency* provider = all->Find<Agency>(entry.resource().provider());
    if (provider == nullptr) continue;  // agencies are never taken out of the directory
    const std::string& own = entry.resource().division();
    if (!absl::StartsWith(own.empty() ? provider->division : own, division_prefix)) continue;
    extract.AddFor(entry);
    bundle.entries.push_back(std::move(entry));
  }
  bundle.objects = std::move(extract).Sorted();
  return SealBundle(bundle, *parts_.key, parts_.clock->Now());
}

absl::Status Bundles::CheckEntries(const Bundle& bundle, bool newer_epoch,
                                   Conflicts* conflicts) const {
  const std::string& domain = bundle.manifest.domain();
  for (const v1::BundleEntry& entry : bundle.entries) {
    const v1::Resource& resource = entry.resource();
    SHAREWAY_ASSIGN_OR_RETURN(const auto held, parts_.foreign->Find(domain, resource.name()));
    SHAREWAY_ASSIGN_OR_RETURN(const bool own, parts_.foreign->Own(resource.name()));
    // Drafts do not count, and what we hold is always brought up to date: nobody here keeps an
    // origin from suspending or withdrawing its entry.
    if (own && !held) {
      conflicts->Add(v1::BundleConflict::CODE_TAKEN, resource.name(), "an entry of ours has it");
    }
    for (const auto& [other, origin] : parts_.origins->all()) {
      if (other == domain) continue;
      SHAREWAY_ASSIGN_OR_RETURN(const auto twin, parts_.foreign->Find(other, resource.name()));
      if (twin) {
        conflicts->Add(v1::BundleConflict::CODE_TAKEN, resource.name(),
                       absl::StrCat("an entry of ", other, " has it"));
      }
    }
    if (!held) continue;
    const v1::Resource& known = held->resource();
    if (known.state() == v1::Resource::WITHDRAWN && resource.state() != v1::Resource::WITHDRAWN) {
      conflicts->Add(v1::BundleConflict::WITHDRAWN, resource.name(),
                     absl::StrCat("revision ", known.revision(), " is withdrawn"));
    }
    if (newer_epoch) continue;  // the origin was restored from a copy and counts anew
    if (resource.revision() < known.revision()) {
      conflicts->Add(v1::BundleConflict::OLDER, resource.name(),
                     absl::StrCat("it is revision ", resource.revision(), ", and ",
                                  known.revision(), " was taken"));
    } else if (resource.revision() == known.revision() && !SameContent(resource, known)) {
      conflicts->Add(v1::BundleConflict::CONTENT_DIFFERS, resource.name(),
                     absl::StrCat("revision ", known.revision(), " has other content here"));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Bundles::Outcome> Bundles::Import(const Cause& cause, absl::string_view bytes,
                                                 bool validate_only) {
  absl::MutexLock lock(&importing_);
  return ImportLocked(cause, bytes, validate_only, "");
}

absl::StatusOr<Bundles::Outcome> Bundles::Upload(absl::string_view bytes, bool validate_only) {
  absl::MutexLock lock(&importing_);
  SHAREWAY_ASSIGN_OR_RETURN(Outcome outcome,
                            ImportLocked(Cause(), bytes, /*validate_only=*/true, ""));
  if (outcome.conflicts.count > 0 || validate_only) return outcome;
  const absl::Time now = parts_.clock->Now();
  outcome.name = NameOfFile(crypto::Sha256(bytes).view());
  outcome.expire_time = now + kKeptFor;
  SHAREWAY_RETURN_IF_ERROR(parts_.foreign->Keep(outcome.name, bytes, now));
  return outcome;
}

absl::StatusOr<Bundles::Outcome> Bundles::Take(const Cause& cause, absl::string_view name,
                                               absl::string_view digest) {
  absl::MutexLock lock(&importing_);
  const absl::Time now = parts_.clock->Now();
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> done,
                            parts_.foreign->FindDone(cause.once, now));
  if (done) {
    // The same request came before: origins/{domain}/{prefix}.
    const std::vector<std::string> parts = absl::StrSplit(*done, '/');
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<ForeignStore::Taken> taken,
                              parts_.foreign->TakenFrom(parts.size() == 3 ? parts[1] : ""));
    Outcome outcome = {.taken = true};
    for (const ForeignStore::Taken& known : taken) {
      if (known.bundle.manifest().division_prefix() == parts[2]) {
        outcome.manifest = known.bundle.manifest();
      }
    }
    return outcome;
  }
  if (!HasForm("bundles/{b}", name)) return Error::NotVisible(name);
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> bytes,
                            parts_.foreign->Kept(name, now));
  if (!bytes) return Error::NotVisible(name);
  const Hash32 is = crypto::Sha256(*bytes);
  if (is.view() != digest) {
    return Error::Field("digest", absl::StrCat("is ", ToHex(digest.substr(0, 32)), ", and ", name,
                                               " has ", ToHex(is.view())));
  }
  return ImportLocked(cause, *bytes, /*validate_only=*/false, name);
}

absl::StatusOr<Bundles::Outcome> Bundles::ImportLocked(const Cause& cause,
                                                       absl::string_view bytes,
                                                       bool validate_only,
                                                       absl::string_view kept) {
  SHAREWAY_ASSIGN_OR_RETURN(const Bundle bundle, OpenBundle(bytes, *parts_.origins));
  const std::string& domain = bundle.manifest.domain();
  if (domain == parts_.domain) {
    return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat("the bundle is of ", domain, ", this installation itself"))
        .With("domain", domain);
  }
  Outcome outcome = {.manifest = bundle.manifest,
                     .conflicts = CheckBundle(bundle, *parts_.origins->Find(domain))};
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<ForeignStore::Taken> taken,
                            parts_.foreign->TakenFrom(domain));
  const bool newer_epoch = CheckRange(bundle.manifest, taken, &outcome.conflicts);
  SHAREWAY_RETURN_IF_ERROR(CheckEntries(bundle, newer_epoch, &outcome.conflicts));
  if (outcome.conflicts.count > 0 || validate_only) return outcome;

  ForeignStore::Delivery delivery = {.manifest = bundle.manifest,
                                     .envelope = bundle.envelope,
                                     .objects = &bundle.objects,
                                     .entries = &bundle.entries,
                                     .kept = std::string(kept)};
  for (const ForeignStore::Taken& known : taken) {
    if (known.bundle.manifest().division_prefix() == bundle.manifest.division_prefix()) {
      delivery.version = known.version;
    }
  }
  const std::string name = absl::StrCat("origins/", domain);
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::CATALOG_BUNDLE_TAKEN);
  record.set_object(name);
  record.set_record_count(bundle.entries.size());
  if (!cause.caller.agency.empty()) record.add_agencies(cause.caller.agency);
  record.set_state(bundle.envelope);
  SHAREWAY_RETURN_IF_ERROR(parts_.foreign->Take(delivery, {.records = {std::move(record)},
                                                           .cause = &cause,
                                                           .result = absl::StrCat(
                                                               name, "/",
                                                               bundle.manifest.division_prefix()),
                                                           .now = parts_.clock->Now()}));
  outcome.taken = true;
  for (v1::DirectoryChange object : bundle.objects) {
    if (object.has_agency()) {
      object.mutable_agency()->set_name(ForeignName(domain, object.agency().name()));
      const absl::StatusOr<DirectoryObject> learned = FromChange(object);
      if (learned.ok()) parts_.learn(*learned);
    }
  }
  for (const v1::BundleEntry& entry : bundle.entries) {
    v1::Resource resource = entry.resource();
    resource.set_name(ForeignName(domain, resource.name()));
    resource.set_provider(ForeignName(domain, resource.provider()));
    Announce(resource);
  }
  return outcome;
}

absl::StatusOr<std::vector<v1::Origin>> Bundles::List() const {
  std::vector<v1::Origin> origins;
  for (const auto& [domain, pinned] : parts_.origins->all()) {
    v1::Origin& origin = origins.emplace_back();
    origin.set_name(absl::StrCat("origins/", domain));
    origin.set_division_prefix(pinned.division_prefix);
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<ForeignStore::Taken> taken,
                              parts_.foreign->TakenFrom(domain));
    for (const ForeignStore::Taken& known : taken) *origin.add_taken() = known.bundle.manifest();
  }
  return origins;
}

}  // namespace shareway::catalog
