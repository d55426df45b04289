// SPDX-License-Identifier: Apache-2.0
// A founded directory with a catalogue over a store in memory, for tests.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/fake_clock.h"
#include "libs/crypto/key.h"
#include "libs/evidence/envelope.h"
#include "libs/kv/memory_store.h"
#include "libs/log/log.h"
#include "libs/metrics/registry.h"
#include "services/catalog/assessments.h"
#include "services/catalog/catalog.h"
#include "services/catalog/codes.h"
#include "services/catalog/domain/test_entry.h"
#include "services/catalog/exports.h"
#include "services/catalog/imports.h"
#include "services/catalog/projects.h"
#include "services/catalog/freshness.h"
#include "services/catalog/published.h"
#include "services/catalog/registrar.h"
#include "services/catalog/rpc/descriptor_check.h"
#include "services/catalog/search/index.h"
#include "services/catalog/sources.h"
#include "services/catalog/test_bootstrap.h"
#include "services/catalog/updates.h"
#include "services/catalog/uses.h"
#include "services/catalog/store/directory_message.h"
#include "services/catalog/subscriptions.h"
#include "tests/support/temp_dir.h"

namespace shareway::catalog {

// 3 部门, 306 省及其下各级, 306002 民政, 306012 交通: by sequence, by division, and by organisation.
inline Categories TestCategories() {
  const auto category = [](absl::string_view code) {
    return Category{.code = std::string(code),
                    .label = {.zh_hans = "类", .zh_hant = "類", .en = "category"}};
  };
  return Categories::Make(
             {.version = "test",
              .categories = {category("3"), category("306"), category("306002"),
                             category("306003"), category("306012")},
              .rules = {{.category = "", .strategy = CodeRule::Strategy::kSequence, .digits = 6},
                        {.category = "306003",
                         .strategy = CodeRule::Strategy::kDivision,
                         .digits = 4},
                        {.category = "306012",
                         .strategy = CodeRule::Strategy::kOrganisation,
                         .digits = 1}},
              .organisations = {{kCivil, "003"}}})
      .value();
}

// What a process holds, made anew by Reopen as a restart does.
class TestWorld {
 public:
  explicit TestWorld(std::string bootstrap = "") {
    log::SetSink([](absl::string_view) {});
    if (bootstrap.empty()) bootstrap = TestBootstrap(admin_key.public_key());
    testing::WriteFile(dir / "bootstrap.jsonl", bootstrap);
    Reopen();
  }

  void Reopen() {
    imports.reset();
    exports.reset();
    assessments.reset();
    catalog.reset();
    index.reset();  // while the store is there
    index = search::Index::Open(dir / "search").value();
    outbox = outbox::Outbox::Open(&kv, "shareway://test/service/catalog", &clock).value();
    directory.emplace(DirectoryStore::Open(&kv, outbox.get()).value());
    resources.emplace(ResourceStore::Open(&kv, outbox.get(), origins).value());
    foreign.emplace(&kv, outbox.get(), origins);
    registrar = Registrar::Open(&*directory, &clock, TestStatutes()).value();
    founded = registrar->FoundFrom(dir / "bootstrap.jsonl");
    registrar->Follow([this](uint64_t number, const std::vector<DirectoryObject>& objects) {
      followed = number;
      for (const DirectoryObject& object : objects) index->Learn(object);
    });
    assessment_store.emplace(&kv, outbox.get());
    source_store.emplace(&kv, outbox.get());
    sources = std::make_unique<Sources>(Sources::Parts{
        .store = &*source_store,
        .resources = &*resources,
        .statutes = &TestStatutes(),
        .clock = &clock,
        .directory = [this] { return registrar->Now(); },
        .synonyms = Synonyms::Parse("证件号码,身份证号\n保障金额，救助金额\n").value()});
    code_store.emplace(&kv, outbox.get());
    codes = std::make_unique<Codes>(Codes::Parts{.store = &*code_store,
                                                 .categories = &categories,
                                                 .clock = &clock,
                                                 .directory = [this] { return registrar->Now(); }});
    project_store.emplace(&kv, outbox.get());
    projects = std::make_unique<Projects>(
        Projects::Parts{.store = &*project_store,
                        .resources = &*resources,
                        .sources = sources.get(),
                        .statutes = &TestStatutes(),
                        .clock = &clock,
                        .directory = [this] { return registrar->Now(); }});
    update_store.emplace(&kv, outbox.get());
    updates = std::make_unique<Updates>(
        Updates::Parts{.store = &*update_store,
                       .resources = &*resources,
                       .statutes = &TestStatutes(),
                       .calendars = &TestCalendars(),
                       .clock = &clock,
                       .directory = [this] { return registrar->Now(); }});
    freshness = std::make_unique<Freshness>(
        Freshness::Parts{.store = &*resources,
                         .statutes = &TestStatutes(),
                         .calendars = &TestCalendars(),
                         .clock = &clock,
                         .directory = [this] { return registrar->Now(); }});
    subscription_store.emplace(&kv, outbox.get());
    subscriptions = std::make_unique<Subscriptions>(
        Subscriptions::Parts{.store = &*subscription_store,
                             .resources = &*resources,
                             .clock = &clock,
                             .directory = [this] { return registrar->Now(); }});
    catalog = Catalog::Open({.store = &*resources,
                             .sources = &*source_store,
                             .statutes = &TestStatutes(),
                             .clock = &clock,
                             .calendars = &TestCalendars(),
                             .updates = updates.get(),
                             .directory = [this] { return registrar->Now(); },
                             .announce = [this](absl::string_view name,
                                                const Entry* entry) {
                               index->Show(name, entry);
                               sources->Show(name, entry);
                             },
                             .use = [this](absl::string_view name, absl::string_view change) {
                               return use(name, change);
                             },
                             .categories = &categories,
                             .extensions = &extensions,
                             .codes = codes.get(),
                             .assessments = &*assessment_store})
                  .value();
    assessments = std::make_unique<Assessments>(
        Assessments::Parts{.store = &*assessment_store,
                           .resources = &*resources,
                           .catalog = catalog.get(),
                           .clock = &clock,
                           .directory = [this] { return registrar->Now(); },
                           .kv = &kv,
                           .key = std::string(32, 'k')});
    uses = std::make_unique<Uses>(Uses::Parts{
        .resources = &*resources,
        .clock = &clock,
        .use = [this](absl::string_view name, absl::string_view change) {
          return counted_use(name, change);
        }});
    import_store.emplace(&kv, outbox.get());
    imports = Imports::Open({.store = &*import_store,
                             .resources = &*resources,
                             .catalog = catalog.get(),
                             .clock = &clock,
                             .directory = [this] { return registrar->Now(); },
                             .folder = dir / "imports",
                             .check = CheckDescriptors,
                             .metrics = &metrics})
                  .value();
    exports = Exports::Open({.resources = &*resources,
                             .catalog = catalog.get(),
                             .directory = [this] { return registrar->Now(); },
                             .folder = dir / "imports",
                             .metrics = &metrics})
                  .value();
    REQUIRE(ForEachShown(*resources, [this](absl::string_view name, const Entry* entry) {
              sources->Show(name, entry);
            }).ok());
    REQUIRE(foreign
                ->VisitObjects([this](const v1::DirectoryChange& object) {
                  index->Learn(FromChange(object).value());
                })
                .ok());
    index->Start({.list =
                      [this](absl::string_view name, size_t limit) {
                        return ListShown(*resources, *foreign, name, limit);
                      },
                  .state = [this] { return PublishedState(*resources, *foreign); }});
  }

  // A person's request. `request_id` may be empty.
  Cause By(const std::string& person, const std::string& request_id = "",
           const std::string& body = "body") const {
    const std::shared_ptr<const Register> all = registrar->Now();
    const Person& known = *all->Find<Person>("people/" + person);
    Cause cause = {
        .caller = {.name = known.name, .agency = known.agency, .person = true},
        .once = {.caller = known.name, .method = "/test", .request_id = request_id, .body = body}};
    cause.caller.roles.insert(known.roles.begin(), known.roles.end());
    return cause;
  }
  // The same with a signed act, as methods of consequence carry it.
  Cause ActBy(const std::string& person, const std::string& request = "request") const {
    Cause cause = By(person);
    cause.act =
        evidence::SignAct(admin_key, cause.caller.name, "/test", request, clock.Now()).value();
    return cause;
  }

  // Publishes the good entry and returns it.
  Catalog::Loaded Publish(Entry entry = GoodEntry()) {
    auto draft = catalog->Create(By("editor"), std::move(entry), false).value();
    const std::string name = draft.resource.fields().name;
    auto next = catalog->Submit(By("editor"), name, "").value();
    next = catalog->Approve(ActBy("head"), name, Catalog::Etag(next)).value();
    return catalog->Publish(ActBy("officer"), name, Catalog::Etag(next)).value();
  }

  // All events that wait for audit, in order.
  std::vector<evidence::AuditRecord> Events() const {
    std::vector<evidence::AuditRecord> events;
    const absl::Status read = kv.ReadLog("outbox", 1, [&](uint64_t, absl::string_view bytes) {
      events.emplace_back().ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
      return true;
    });
    (void)read;  // memory
    return events;
  }

  // What sharing says; by itself, that nobody uses anything.
  Catalog::AskUse use = [](absl::string_view, absl::string_view) { return ResourceUse(); };
  testing::TempDir dir;
  metrics::Registry metrics;  // of imports and exports
  kv::MemoryStore kv;
  FakeClock clock;
  crypto::PrivateKey admin_key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  std::unique_ptr<outbox::Outbox> outbox;
  std::optional<DirectoryStore> directory;
  std::optional<ResourceStore> resources;
  std::optional<ForeignStore> foreign;
  std::unique_ptr<Registrar> registrar;
  std::unique_ptr<search::Index> index;
  std::optional<AssessmentStore> assessment_store;
  std::unique_ptr<Assessments> assessments;
  std::unique_ptr<Uses> uses;
  // What sharing says to who counts uses; by itself, that nobody uses anything.
  Catalog::AskUse counted_use = [](absl::string_view, absl::string_view) { return ResourceUse(); };
  std::optional<SourceStore> source_store;
  std::unique_ptr<Sources> sources;
  // What an installation adds; a test that changes them reopens the world.
  OriginDomains origins;  // whose entries are shown
  Categories categories = TestCategories();
  Extensions extensions;
  std::optional<CodeStore> code_store;
  std::unique_ptr<Codes> codes;
  std::optional<ProjectStore> project_store;
  std::unique_ptr<Projects> projects;
  std::optional<UpdateStore> update_store;
  std::unique_ptr<Updates> updates;
  std::unique_ptr<Freshness> freshness;
  std::optional<SubscriptionStore> subscription_store;
  std::unique_ptr<Subscriptions> subscriptions;
  std::unique_ptr<Catalog> catalog;
  std::optional<ImportStore> import_store;
  std::unique_ptr<Exports> exports;
  std::unique_ptr<Imports> imports;  // whose steps a test does
  absl::Status founded;
  uint64_t followed = 0;
};

}  // namespace shareway::catalog
