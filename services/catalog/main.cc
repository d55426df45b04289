// SPDX-License-Identifier: Apache-2.0
// shareway-catalog: the directory and the resource catalogue.
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/app/app.h"
#include "libs/attachment/contents.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "libs/rpc/mandate_reads.h"
#include "libs/statute/calendar.h"
#include "services/catalog/assessments.h"
#include "services/catalog/bundle/bundles.h"
#include "services/catalog/notifier.h"
#include "services/catalog/published.h"
#include "services/catalog/rpc/assessment_rpc.h"
#include "services/catalog/rpc/bundle_rpc.h"
#include "services/catalog/rpc/catalog_rpc.h"
#include "services/catalog/reminders.h"
#include "services/catalog/rpc/classification_rpc.h"
#include "services/catalog/rpc/descriptor_check.h"
#include "services/catalog/rpc/directory_rpc.h"
#include "services/catalog/rpc/project_rpc.h"
#include "services/catalog/rpc/sharing_use.h"
#include "services/catalog/rpc/import_rpc.h"
#include "services/catalog/rpc/life_rpc.h"
#include "services/catalog/rpc/source_rpc.h"
#include "services/catalog/rpc/subscription_rpc.h"
#include "services/catalog/store/classification_file.h"
#include "services/catalog/uses.h"

ABSL_FLAG(std::string, statutes, "deploy/statutes", "Folder of the statute profiles.");
ABSL_FLAG(std::string, calendars, "deploy/calendars", "Folder of holiday calendars.");
ABSL_FLAG(std::string, synonyms, "deploy/sources/synonyms.txt",
          "Names of items that mean the same, for collection checks; empty: none.");
ABSL_FLAG(std::string, bootstrap, "",
          "JSON Lines with the first objects of the directory; read only while it has no people.");
ABSL_FLAG(std::string, search_dir, "",
          "Folder of the search index, which is made anew if it is lost; empty: beside the store, "
          "with its name and .search.");
ABSL_FLAG(std::string, import_dir, "",
          "Folder of the files that are being imported; empty: beside the store, with its name and "
          ".imports.");

ABSL_FLAG(std::string, attachment_key, "",
          "File with the key that documents of assessments are kept under: 32 bytes, or 64 hexadecimal "
          "digits. Empty: none are taken.");
ABSL_FLAG(std::string, sharing, "",
          "Address of sharing, which knows who uses an entry, HOST:PORT; empty: no entry is withdrawn.");
ABSL_FLAG(std::string, categories, "deploy/categories/government.json",
          "The tree of categories and how codes are given out under it; empty: neither.");
ABSL_FLAG(std::string, extensions, "",
          "Extension fields of entries (deploy/extensions/); empty: none is known.");
ABSL_FLAG(std::string, origins, "",
          "Installations whose catalogue bundles are taken: lines DOMAIN PREFIX KEY; empty: none.");

namespace shareway::catalog {
namespace {

absl::StatusOr<Synonyms> LoadSynonyms(const std::string& path) {
  if (path.empty()) return Synonyms();
  std::ifstream file(path, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  if (!file.good()) return absl::NotFoundError(absl::StrCat("cannot read --synonyms ", path));
  absl::StatusOr<Synonyms> synonyms = Synonyms::Parse(text);
  if (synonyms.ok()) return synonyms;
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", synonyms.status().message()));
}

std::string SearchFolder(absl::string_view store) {
  if (std::string given = absl::GetFlag(FLAGS_search_dir); !given.empty()) return given;
  return std::string(absl::StripPrefix(store, "rocksdb:")) + ".search";
}

std::string ImportFolder(absl::string_view store) {
  if (std::string given = absl::GetFlag(FLAGS_import_dir); !given.empty()) return given;
  return std::string(absl::StripPrefix(store, "rocksdb:")) + ".imports";
}

absl::StatusOr<Origins> ReadOrigins(const std::string& path) {
  if (path.empty()) return Origins();
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, crypto::ReadFile(path));
  absl::StatusOr<Origins> origins = Origins::Parse(text);
  if (origins.ok()) return origins;
  return absl::InvalidArgumentError(absl::StrCat("--origins ", path, ": ",
                                                 origins.status().message()));
}

// A clock over an entry starts with its approval, which must not fail for want of a calendar.
absl::Status CheckAreas(const statute::ProfileSet& statutes, const statute::CalendarSet& calendars) {
  for (const statute::Profile* profile : statutes.all()) {
    if (calendars.HasArea(profile->area)) continue;
    return absl::NotFoundError(absl::StrCat("--calendars ", absl::GetFlag(FLAGS_calendars),
                                            " has no calendar of ", profile->area, ", by which ",
                                            profile->id, " counts"));
  }
  return absl::OkStatus();
}

// What `read` makes of the file of a flag; nothing of no file.
template <typename T>
absl::StatusOr<T> ReadOf(absl::string_view flag, const std::string& path,
                         absl::StatusOr<T> (*read)(absl::string_view)) {
  if (path.empty()) return T();
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, crypto::ReadFile(path));
  absl::StatusOr<T> made = read(text);
  if (made.ok()) return made;
  return absl::InvalidArgumentError(
      absl::StrCat("--", flag, " ", path, ": ", made.status().message()));
}

}  // namespace

// Declared first is torn down last: the server drains before the stores close.
absl::Status Serve() {
  SHAREWAY_ASSIGN_OR_RETURN(const statute::ProfileSet statutes,
                            statute::ProfileSet::Load(absl::GetFlag(FLAGS_statutes)));
  SHAREWAY_ASSIGN_OR_RETURN(const statute::CalendarSet calendars,
                            statute::CalendarSet::Load(absl::GetFlag(FLAGS_calendars)));
  SHAREWAY_RETURN_IF_ERROR(CheckAreas(statutes, calendars));
  SHAREWAY_ASSIGN_OR_RETURN(app::Process process, app::Process::Open(app::OptionsFromFlags()));
  SHAREWAY_ASSIGN_OR_RETURN(const app::Evidence evidence, app::Evidence::Open(process));
  kv::Store* kv = process.store.get();
  const outbox::Outbox* outbox = evidence.outbox.get();
  SHAREWAY_ASSIGN_OR_RETURN(DirectoryStore directory, DirectoryStore::Open(kv, outbox));
  SHAREWAY_ASSIGN_OR_RETURN(const Origins origins, ReadOrigins(absl::GetFlag(FLAGS_origins)));
  SHAREWAY_ASSIGN_OR_RETURN(ResourceStore resources,
                            ResourceStore::Open(kv, outbox, origins.Domains()));
  ForeignStore foreign(kv, outbox, origins.Domains());
  SHAREWAY_ASSIGN_OR_RETURN(
      std::unique_ptr<Registrar> registrar,
      Registrar::Open(&directory, &SystemClock(), statutes, process.metrics.get()));
  SHAREWAY_RETURN_IF_ERROR(registrar->FoundFrom(absl::GetFlag(FLAGS_bootstrap)));
  DirectoryRpc::Publish(registrar.get(), directory, process.directory.get());

  SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<search::Index> index,
                            search::Index::Open(SearchFolder(process.options.store)));
  registrar->Follow([&index](uint64_t, const std::vector<DirectoryObject>& objects) {
    for (const DirectoryObject& object : objects) index->Learn(object);
  });
  SHAREWAY_ASSIGN_OR_RETURN(Synonyms synonyms, LoadSynonyms(absl::GetFlag(FLAGS_synonyms)));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Categories categories,
      ReadOf("categories", absl::GetFlag(FLAGS_categories), ReadCategories));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Extensions extensions,
      ReadOf("extensions", absl::GetFlag(FLAGS_extensions), ReadExtensions));
  CodeStore code_store(kv, outbox);
  Codes codes({.store = &code_store,
               .categories = &categories,
               .clock = &SystemClock(),
               .directory = [&registrar] { return registrar->Now(); }});
  AssessmentStore assessment_store(kv, outbox);
  SourceStore source_store(kv, outbox);
  Sources sources({.store = &source_store,
                   .resources = &resources,
                   .statutes = &statutes,
                   .clock = &SystemClock(),
                   .directory = [&registrar] { return registrar->Now(); },
                   .synonyms = std::move(synonyms)});
  std::optional<SharingUse> sharing;
  if (const std::string address = absl::GetFlag(FLAGS_sharing); !address.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(std::shared_ptr<rpc::Channel> channel,
                              process.Connect(address, "sharing"));
    sharing.emplace(std::move(channel));
  }
  Catalog::AskUse use;
  if (sharing) use = std::bind_front(&SharingUse::Of, &*sharing);
  const UpdateStore update_store(kv, outbox);
  Updates updates({.store = &update_store,
                   .resources = &resources,
                   .statutes = &statutes,
                   .calendars = &calendars,
                   .clock = &SystemClock(),
                   .directory = [&registrar] { return registrar->Now(); }});
  Freshness freshness({.store = &resources,
                       .statutes = &statutes,
                       .calendars = &calendars,
                       .clock = &SystemClock(),
                       .directory = [&registrar] { return registrar->Now(); }});
  SHAREWAY_ASSIGN_OR_RETURN(
      std::unique_ptr<Catalog> catalog,
      Catalog::Open({.store = &resources,
                     .sources = &source_store,
                     .statutes = &statutes,
                     .clock = &SystemClock(),
                     .metrics = process.metrics.get(),
                     .calendars = &calendars,
                     .updates = &updates,
                     .directory = [&registrar] { return registrar->Now(); },
                     .announce =
                         [&index, &sources](absl::string_view name, const Entry* published) {
                           index->Show(name, published);
                           sources.Show(name, published);
                         },
                     .use = use,
                     .categories = &categories,
                     .extensions = &extensions,
                     .codes = &codes,
                     .assessments = &assessment_store}));
  SHAREWAY_RETURN_IF_ERROR(
      ForEachShown(resources, std::bind_front(&Sources::Show, &sources)));
  const outbox::Drain* drain = evidence.drain.get();
  DirectoryRpc directory_rpc(registrar.get(), &directory, [drain] {
    return drain != nullptr && drain->rolled_back().value_or(false);
  });
  ProjectStore project_store(kv, outbox);
  Projects projects({.store = &project_store,
                     .resources = &resources,
                     .sources = &sources,
                     .statutes = &statutes,
                     .clock = &SystemClock(),
                     .directory = [&registrar] { return registrar->Now(); }});
  ProjectRpc project_rpc(&projects);
  ClassificationRpc classification_rpc(&codes, &categories, &extensions);
  Uses uses({.resources = &resources, .clock = &SystemClock(), .use = std::move(use)});
  CatalogRpc catalog_rpc(catalog.get(), &resources, index.get(), &project_store, &uses);
  SourceRpc source_rpc(&sources, &source_store);
  LifeRpc life_rpc(catalog.get(), &resources, &updates, &freshness);
  std::string attachment_key = absl::GetFlag(FLAGS_attachment_key);
  if (!attachment_key.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(attachment_key, attachment::ReadKey(attachment_key));
  }
  Assessments assessments({.store = &assessment_store,
                           .resources = &resources,
                           .catalog = catalog.get(),
                           .clock = &SystemClock(),
                           .directory = [&registrar] { return registrar->Now(); },
                           .kv = kv,
                           .key = attachment_key});
  AssessmentRpc assessment_rpc(&assessments);
  Reminders reminders(&freshness, absl::Minutes(1), &assessments);
  ImportStore import_store(kv, outbox);
  SHAREWAY_ASSIGN_OR_RETURN(
      std::unique_ptr<Imports> imports,
      Imports::Open({.store = &import_store,
                     .resources = &resources,
                     .catalog = catalog.get(),
                     .clock = &SystemClock(),
                     .directory = [&registrar] { return registrar->Now(); },
                     .folder = ImportFolder(process.options.store),
                     .check = CheckDescriptors,
                     .metrics = process.metrics.get()}));
  SHAREWAY_ASSIGN_OR_RETURN(
      std::unique_ptr<Exports> exports,
      Exports::Open({.resources = &resources,
                     .catalog = catalog.get(),
                     .directory = [&registrar] { return registrar->Now(); },
                     .folder = ImportFolder(process.options.store),
                     .metrics = process.metrics.get()}));
  ImportRpc import_rpc(imports.get(), exports.get());
  SubscriptionStore subscription_store(kv, outbox);
  Subscriptions subscriptions({.store = &subscription_store,
                               .resources = &resources,
                               .clock = &SystemClock(),
                               .directory = [&registrar] { return registrar->Now(); },
                               .metrics = process.metrics.get()});
  SubscriptionRpc subscription_rpc(&subscriptions, &subscription_store, catalog.get());
  SHAREWAY_ASSIGN_OR_RETURN(
      std::unique_ptr<Bundles> bundles,
      Bundles::Open({.domain = process.identity.identity.domain,
                     .key = evidence.key.get(),
                     .origins = &origins,
                     .resources = &resources,
                     .foreign = &foreign,
                     .clock = &SystemClock(),
                     .directory = [&registrar] { return registrar->Now(); },
                     .announce = std::bind_front(&search::Index::Show, index.get()),
                     .learn = std::bind_front(&search::Index::Learn, index.get())}));
  // All agencies are learnt, ours and those of other installations.
  index->Start({.list = std::bind_front(ListShown, std::cref(resources), std::cref(foreign)),
                .state = [&] { return PublishedState(resources, foreign); }});
  BundleRpc bundle_rpc(bundles.get());
  process.server->SetOnMandateRead(
      rpc::MandateReads(process.store.get(), evidence.outbox.get()));
  directory_rpc.Serve(process.server.get());
  catalog_rpc.Serve(process.server.get());
  source_rpc.Serve(process.server.get());
  classification_rpc.Serve(process.server.get());
  project_rpc.Serve(process.server.get());
  life_rpc.Serve(process.server.get());
  assessment_rpc.Serve(process.server.get());
  reminders.Start();
  uses.Start();
  import_rpc.Serve(process.server.get());
  imports->Start();
  subscription_rpc.Serve(process.server.get());
  bundle_rpc.Serve(process.server.get());
  const Notifier notifier(
      {.subscriptions = &subscriptions,
       .clock = &SystemClock(),
       .wait = [&](absl::Duration limit) {
         const absl::StatusOr<SubscriptionStore::Cursor> told = subscription_store.LoadCursor();
         if (told.ok()) resources.log().Wait(told->number, limit);
       }});
  process.server->SetReady(true);
  const absl::Status served = app::Serve(&process);
  process.server.reset();
  return served;
}

}  // namespace shareway::catalog

int main(int argc, char** argv) {
  return shareway::app::Main(argc, argv, "catalog", shareway::catalog::Serve);
}
