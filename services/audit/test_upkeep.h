// SPDX-License-Identifier: Apache-2.0
// For tests of upkeep: a small log with store, archive and mirror, and processes that tend it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "services/audit/test_segments.h"
#include "services/audit/upkeep.h"

namespace shareway::audit {

// A log of `size` entries; the first process is started by Restart.
struct World {
  explicit World(uint64_t size) : log(size) {
    for (const char* folder : {"m", "a"}) std::filesystem::create_directory(files.File(folder));
  }
  // A new process.
  void Restart(Upkeep::Options options, bool with_archive) {
    options_ = options;
    archived_ = with_archive;
    upkeep.reset();
    archive = with_archive
                  ? std::make_unique<Archive>(Folder(files.File("a"), archive_faults.fault()),
                                              &log.store, TestLogKey().verifier_key(), kSmall)
                  : nullptr;
    reader = std::make_unique<LogReader>(&log.store, archive.get());
    metrics = std::make_unique<metrics::Registry>();
    options.metrics = metrics.get();
    options.clock = &clock;
    options.width = kSmall;
    options.verifier_key = TestLogKey().verifier_key();
    if (!options.mirror.empty()) options.mirror_fault = mirror_faults.fault();
    absl::StatusOr<std::unique_ptr<Upkeep>> opened =
        Upkeep::Open({.store = store,
                      .reader = reader.get(),
                      .archive = archive.get(),
                      .state = [this] { return log.state(); },
                      .newest = [this]() -> std::optional<NotedHead> { return log.head(); },
                      .record =
                          [this](evidence::AuditRecord record) {
                            records.push_back(record);
                            return on_record;
                          },
                      .retention = retention},
                     options);
    INFO(opened.status());
    REQUIRE(opened.ok());
    upkeep = *std::move(opened);
  }
  void Turn() {
    while (upkeep->Turn()) {
    }
    upkeep->Compact();
  }
  // So many days of service pass, and a new process finds them.
  void Age(int days) {
    std::vector<ServiceDay> all = ServiceDays::Read(&log.store)->days();
    for (int day = 0; day < days; ++day) {
      clock.Advance(absl::Hours(24));
      all.push_back({.time = clock.Now(), .size = log.state()->size()});
    }
    kv::Batch batch;
    ServiceDays::Put(all, &batch);
    REQUIRE(log.store.Commit(std::move(batch)).ok());
    Restart(options_, archived_);
  }
  std::vector<Found> Entries() { return MustReadAll(*reader, *log.state()); }
  uint64_t Kept(int kind) {
    uint64_t kept = 0;
    for (const Found& found : Entries()) kept += found.facts.kind == kind ? 1 : 0;
    return kept;
  }
  uint64_t Empty() { return Kept(0); }
  // Store, archive and mirror hold what they should, and nothing else.
  FsckReport MustBeClean() {
    const Folder mirror(files.File("m"));
    const absl::StatusOr<FsckReport> report =
        CheckLog(log.store, {.archive = archive.get(), .mirror = &mirror, .segment_width = kSmall});
    INFO(report.status());
    REQUIRE(report.ok());
    return *report;
  }
  Hash32 Root() { return log.state()->edge.Root(crypto::LogHasher()); }

  FakeClock clock;
  SmallLog log;
  kv::Store* store = &log.store;
  kv::TestFolder files;
  Faults mirror_faults;
  Faults archive_faults;
  std::unique_ptr<Archive> archive;
  std::unique_ptr<LogReader> reader;
  std::unique_ptr<metrics::Registry> metrics;
  std::vector<evidence::AuditRecord> records;
  absl::Status on_record;
  std::function<absl::StatusOr<Retention>()> retention;  // null: by the options
  Upkeep::Options options_;
  bool archived_ = false;
  std::unique_ptr<Upkeep> upkeep;
};

}  // namespace shareway::audit
