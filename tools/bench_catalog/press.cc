// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_catalog/press.h"

#include <cstdio>
#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "libs/kv/rocks_store.h"
#include "libs/outbox/outbox.h"
#include "services/catalog/domain/test_entry.h"
#include "services/catalog/test_bootstrap.h"
#include "tests/support/temp_dir.h"

namespace shareway::bench {
namespace {

constexpr uint64_t kOutboxKept = 1'000;
constexpr absl::Duration kDrainEvery = absl::Milliseconds(100);

template <typename T>
T Must(absl::StatusOr<T> result, const char* step) {
  if (result.ok()) return *std::move(result);
  std::fprintf(stderr, "bench_catalog: %s: %s\n", step, result.status().ToString().c_str());
  std::exit(1);
}
void Must(const absl::Status& status, const char* step) {
  if (status.ok()) return;
  std::fprintf(stderr, "bench_catalog: %s: %s\n", step, status.ToString().c_str());
  std::exit(1);
}

template <typename T>
std::unique_ptr<T> Kept(absl::StatusOr<T> made, const char* step) {
  return std::make_unique<T>(Must(std::move(made), step));
}

}  // namespace

Press::Press(const std::string& dir)
    : kv_(Must(kv::OpenRocks(dir + "/store"), "open")),
      outbox_(Must(outbox::Outbox::Open(kv_.get(), "shareway://bench/service/catalog",
                                        &SystemClock()),
                   "outbox")),
      directory_(Kept(catalog::DirectoryStore::Open(kv_.get(), outbox_.get()), "directory")),
      resources_(Kept(catalog::ResourceStore::Open(kv_.get(), outbox_.get()), "resources")),
      statutes_(std::make_unique<statute::ProfileSet>(catalog::TestStatutes())) {
  registrar_ =
      Must(catalog::Registrar::Open(directory_.get(), &SystemClock(), *statutes_), "registrar");
  testing::WriteFile(dir + "/bootstrap.jsonl",
                     catalog::TestBootstrap(
                         crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256).public_key()));
  Must(registrar_->FoundFrom(dir + "/bootstrap.jsonl"), "bootstrap");
  sources_ = std::make_unique<catalog::SourceStore>(kv_.get(), outbox_.get());
  update_store_ = std::make_unique<catalog::UpdateStore>(kv_.get(), outbox_.get());
  updates_ = std::make_unique<catalog::Updates>(
      catalog::Updates::Parts{.store = update_store_.get(),
                              .resources = resources_.get(),
                              .statutes = statutes_.get(),
                              .calendars = &catalog::TestCalendars(),
                              .clock = &SystemClock(),
                              .directory = [this] { return registrar_->Now(); }});
  catalog_ = Must(catalog::Catalog::Open({.store = resources_.get(),
                                          .sources = sources_.get(),
                                          .statutes = statutes_.get(),
                                          .clock = &SystemClock(),
                                          .calendars = &catalog::TestCalendars(),
                                          .updates = updates_.get(),
                                          .directory = [this] { return registrar_->Now(); },
                                          .announce = [](absl::string_view,
                                                         const catalog::Entry*) {}}),
                  "catalog");
  drain_ = std::thread(&Press::Drain, this);
}

Press::~Press() {
  closed_.Notify();
  drain_.join();
}

catalog::Cause Press::By(const char* person) {
  const std::shared_ptr<const catalog::Register> all = registrar_->Now();
  const catalog::Person& known = *all->Find<catalog::Person>(absl::StrCat("people/", person));
  catalog::Cause cause = {
      .caller = {.name = known.name, .agency = known.agency, .person = true},
      .once = {.caller = known.name, .method = "/bench", .request_id = "", .body = ""}};
  cause.caller.roles.insert(known.roles.begin(), known.roles.end());
  // As long as a real one: nonce, names, the request and a signature.
  evidence::v1::SignedAct act;
  act.set_act(absl::StrCat("act ", ++acts_, std::string(400, '.')));
  cause.act = std::move(act);
  return cause;
}

void Press::Publish(uint64_t n) {
  catalog::Entry entry = catalog::GoodEntry();
  entry.code = absl::StrFormat("306002/%06d", n);
  catalog::Catalog::Loaded at =
      Must(catalog_->Create(By("editor"), std::move(entry), false), "create");
  const std::string name = at.resource.fields().name;
  at = Must(catalog_->Submit(By("editor"), name, catalog::Catalog::Etag(at)), "submit");
  at = Must(catalog_->Approve(By("head"), name, catalog::Catalog::Etag(at)), "approve");
  Must(catalog_->Publish(By("officer"), name, catalog::Catalog::Etag(at)).status(), "publish");
}

void Press::Drain() {
  while (!closed_.WaitForNotificationWithTimeout(kDrainEvery)) {
    const uint64_t head = kv_->LogHead("outbox");
    if (head <= kOutboxKept) continue;
    kv::Batch batch;
    batch.Trim("outbox", head - kOutboxKept);
    Must(kv_->Commit(std::move(batch)).status(), "trim");
  }
}

void Press::CommitBare(uint64_t n, size_t bytes) {
  kv::Batch batch;
  batch.Put(absl::StrCat("bare/", n), std::string(bytes, static_cast<char>('a' + n % 26)));
  Must(kv_->Commit(std::move(batch)).status(), "bare commit");
}

}  // namespace shareway::bench
