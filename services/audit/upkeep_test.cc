// SPDX-License-Identifier: Apache-2.0
// Turns of upkeep: ages, retention by law, and a log that goes on whatever fails.
#include "services/audit/upkeep.h"

#include <filesystem>

#include "absl/synchronization/notification.h"
#include "libs/base/error.h"
#include "services/audit/test_upkeep.h"

namespace shareway::audit {
namespace {

// A store whose compaction takes until it is released.
class SlowStore final : public kv::Store {
 public:
  explicit SlowStore(kv::Store* store) : store_(store) {}
  absl::StatusOr<kv::Entry> Get(absl::string_view key) const override { return store_->Get(key); }
  absl::Status Scan(absl::string_view start, absl::string_view limit,
                    Visitor visit) const override {
    return store_->Scan(start, limit, visit);
  }
  absl::Status ReadLog(absl::string_view log, uint64_t from, LogVisitor visit) const override {
    return store_->ReadLog(log, from, visit);
  }
  uint64_t LogHead(absl::string_view log) const override { return store_->LogHead(log); }
  absl::StatusOr<uint64_t> LogTail(absl::string_view log) const override {
    return store_->LogTail(log);
  }
  bool WaitLog(absl::string_view log, uint64_t number, absl::Duration timeout) const override {
    return store_->WaitLog(log, number, timeout);
  }
  void CommitAsync(kv::Batch batch,
                   std::function<void(absl::StatusOr<kv::Committed>)> done) override {
    store_->CommitAsync(std::move(batch), std::move(done));
  }
  absl::Status Compact(absl::string_view start, absl::string_view limit) override {
    begun.Notify();
    released.WaitForNotification();
    return store_->Compact(start, limit);
  }
  absl::Status Checkpoint(const std::string& dir) override { return store_->Checkpoint(dir); }

  absl::Notification begun;
  absl::Notification released;

 protected:
  absl::Status IngestChecked(absl::Span<const kv::Pair> sorted) override {
    return store_->Ingest(sorted);
  }

 private:
  kv::Store* const store_;
};

TEST_CASE("A retention below the law's is refused, naming the article", "[upkeep]") {
  struct Case {
    Retention retention;
    const char* article;
  };
  for (const Case& bad :
       {Case{{.exchange_days = 1095}, "R25 29"}, Case{{.exchange_days = 1}, "1096"},
        Case{{.calls_days = 183}, "Cybersecurity Law 21(3)"},
        Case{{.exchange_days = 1096, .calls_days = -1}, "184"}}) {
    const absl::Status status = bad.retention.Check();
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    CHECK_THAT(std::string(status.message()), Catch::Contains(bad.article));
  }
  CHECK(Retention{}.Check().ok());
  CHECK(Retention{.exchange_days = 1096, .calls_days = 184}.Check().ok());
  CHECK(ClassOf(59) == RetentionClass::kForEver);
  CHECK(ClassOf(60) == RetentionClass::kExchange);
  CHECK(ClassOf(65) == RetentionClass::kExchange);
  CHECK(ClassOf(66) == RetentionClass::kCalls);
  CHECK(ClassOf(67) == RetentionClass::kForEver);
}

TEST_CASE("Days of service count days at work, not what a clock says", "[upkeep]") {
  kv::MemoryStore store;
  FakeClock clock;
  ServiceDays days = *ServiceDays::Read(&store);
  const auto mark = [&](uint64_t size) {
    REQUIRE(days.Mark(clock.Now(), clock.SinceBoot(), size).ok());
    return days.days().size();
  };
  CHECK(mark(1) == 1);
  CHECK(mark(2) == 1);
  clock.Jump(absl::Hours(24 * 3650));
  CHECK(mark(3) == 1);  // ten years in no time are not a day
  clock.Advance(absl::Hours(24));
  CHECK(mark(4) == 2);
  clock.Jump(-absl::Hours(24 * 3650));
  CHECK(mark(5) == 2);
  for (int hour = 0; hour < 24; ++hour) {
    clock.Advance(absl::Hours(1));
    mark(6);
  }
  CHECK(days.days().size() == 3);  // though the last began ten years ahead
  clock.Advance(absl::Hours(240));
  CHECK(mark(7) == 4);  // what the log did not see does not count
  CHECK(days.SizeBefore(1) == 6);
  CHECK(days.SizeBefore(2) == 4);
  CHECK(days.SizeBefore(3) == 1);
  CHECK(days.SizeBefore(4) == 0);
  CHECK(ServiceDays::Read(&store)->days() == days.days());
  CHECK(*ServiceDays::Parse(days.Bytes()) == days.days());
  std::string damaged = days.Bytes();
  damaged[20] = static_cast<char>(damaged[20] ^ 1);
  CHECK_FALSE(ServiceDays::Parse(damaged).ok());
}

TEST_CASE("Records end with their retention, commitments and proofs stay", "[upkeep]") {
  for (const bool archived : {false, true}) {
    World world(600);
    const Upkeep::Options options{.mirror = world.files.File("m"),
                                  .archive_after_days = 30,
                                  .retention = {.exchange_days = 1096, .calls_days = 184}};
    world.Restart(options, archived);
    const std::vector<Found> before = world.Entries();
    const Hash32 root = world.Root();
    world.Age(184);
    world.Turn();
    CHECK(world.Empty() == 0);
    CHECK(*Archive(Folder(""), &world.log.store, "", kSmall).Size() == (archived ? 512 : 0));
    world.Age(1);
    world.Turn();
    // 64 of 512; those of the open segment stay until it is complete.
    CHECK(world.Empty() == 64);
    REQUIRE(world.records.size() == 2);
    CHECK(world.records[0].kind() == evidence::v1::RECORDS_EXPIRED);
    CHECK(world.records[0].object() == "entries/0-256");
    CHECK(world.records[0].record_count() == 32);
    CHECK(world.records[0].rule() == "Cybersecurity Law 21(3)");
    world.Age(912);
    world.Turn();
    CHECK(world.Empty() == 64 + 320);
    CHECK(world.records.size() == 4);
    const std::vector<Found> after = world.Entries();
    for (size_t i = 0; i < after.size(); ++i) {
      CHECK(after[i].stored.commitment == before[i].stored.commitment);
    }
    CHECK(world.Root() == root);
    CHECK_THAT(world.metrics->Text(), Catch::Contains("shareway_audit_expired_records_total 320"));
    // Nothing is left of them in store, mirror and archive.
    for (const char* folder : {"m", "a"}) {
      for (const auto& file : std::filesystem::directory_iterator(world.files.File(folder))) {
        CHECK_THAT(ReadAll(file.path().string()), !Catch::Contains("x177"));
      }
    }
    CHECK(world.MustBeClean().deleted == 384);
    // The mirror makes the same log again, ages included.
    kv::MemoryStore store;
    const absl::StatusOr<CopyReport> report = CopyTo(&store, world.files.File("m"));
    INFO(report.status());
    REQUIRE(report.ok());
    CHECK(report->deleted == 384);
    CHECK(report->days);
    const std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
    CHECK(SameEntries(MustReadAll(LogReader(&store), *writer->state()), after));
    CHECK(ServiceDays::Read(&store)->days().size() > 1090);
    CHECK(DeletedRecords::Read(store, SegmentOf(300, kSmall))->count() == 192);
    CHECK(CheckLog(store, {.segment_width = kSmall}).status() == absl::OkStatus());
  }
}

TEST_CASE("Nothing ends before the log says that it does, and while nobody can tell", "[upkeep]") {
  World world(600);
  absl::StatusOr<Retention> said = Retention();
  world.retention = [&said] { return said; };
  // What the log says counts, not what the options do.
  world.Restart({.retention = {.exchange_days = 1096, .calls_days = 184}}, false);
  world.Age(185);
  world.Turn();
  CHECK(world.Empty() == 0);
  said = absl::DataLossError("an entry of the log is damaged");
  world.Turn();
  CHECK(world.Empty() == 0);
  CHECK_THAT(world.metrics->Text(),
             Catch::Contains("shareway_audit_upkeep_failures_total{part=\"retention\"} 1"));
  said = Retention{.calls_days = 184};
  world.clock.Advance(absl::Seconds(6));
  world.Turn();
  CHECK(world.Empty() == 64);
}

TEST_CASE("A clock ten years ahead deletes nothing", "[upkeep]") {
  World world(600);
  const Upkeep::Options options{.retention = {.exchange_days = 1096, .calls_days = 184}};
  world.Restart(options, false);
  world.Turn();
  world.clock.Jump(absl::Hours(24 * 3650));
  world.Turn();
  for (int start = 0; start < 10; ++start) {
    world.Restart(options, false);
    world.Turn();
  }
  CHECK(world.Empty() == 0);
  CHECK(world.records.empty());
}

TEST_CASE("A deletion that is cut short is said once more at most, and finished", "[upkeep]") {
  for (const bool archived : {false, true}) {
    for (int at = 0; at < 10; ++at) {
      for (const bool applied : {false, true}) {
        World world(600);
        const Upkeep::Options options{.mirror = world.files.File("m"),
                                      .archive_after_days = 0,
                                      .retention = {.exchange_days = 0, .calls_days = 184}};
        world.Restart(options, archived);
        world.Age(185);
        const std::vector<Found> before = world.Entries();
        int commits = 0;
        bool dead = false;
        world.log.store.on_commit = [&](const kv::Batch&) {
          const bool now = !dead && commits++ == at;
          dead = dead || now;
          if (!dead) return kv::Outcome{};
          return kv::Outcome{.apply = now && applied, .status = absl::UnavailableError("dead")};
        };
        if (at % 3 == 2) world.archive_faults = {.at = at, .die = true};
        world.Turn();
        world.log.store.on_commit = nullptr;
        world.archive_faults.at = -1;
        INFO("commit " << at);
        for (const Found& found : world.Entries()) {
          const bool deleted = found.stored.sealed.record().empty();
          REQUIRE((!deleted || before[found.index].facts.kind == evidence::v1::CALLS_REJECTED));
          // An entry without record has a bit, so damage is told from deletion.
          if (!deleted) continue;
          REQUIRE(DeletedRecords::Read(world.log.store, SegmentOf(found.index, kSmall))
                      ->Has(found.index));
        }
        world.MustBeClean();
        world.Restart(options, archived);
        world.Turn();
        REQUIRE(world.Empty() == 64);
        REQUIRE(world.MustBeClean().deleted == 64);
        uint64_t said = 0;
        for (const evidence::AuditRecord& record : world.records) said += record.record_count();
        REQUIRE((said == 64 || said == 96));
      }
    }
  }
}

TEST_CASE("A mirror or archive that fails stops nothing but itself", "[upkeep]") {
  World world(300);
  const Upkeep::Options options{.mirror = world.files.File("m"), .archive_after_days = 0};
  world.Restart(options, true);
  world.Turn();
  CHECK(world.upkeep->safe_size() == 300);
  world.mirror_faults = {.at = 0, .die = true, .status = absl::ResourceExhaustedError("ENOSPC")};
  world.archive_faults = {.at = 0, .die = true};
  world.log.Grow(300);
  world.Turn();
  CHECK(world.upkeep->safe_size() == 300);
  CHECK(world.Entries().size() == 600);
  CHECK_THAT(world.metrics->Text(),
             Catch::Contains("shareway_audit_upkeep_failing{part=\"mirror\"} 1") &&
                 Catch::Contains("shareway_audit_upkeep_failing{part=\"archive\"} 1") &&
                 Catch::Contains("shareway_audit_mirror_size 300"));
  world.clock.Advance(absl::Seconds(9));
  world.Turn();
  CHECK_THAT(world.metrics->Text(), Catch::Contains("shareway_audit_mirror_age_seconds 9"));
  world.mirror_faults.at = -1;
  world.archive_faults.at = -1;
  world.clock.Advance(absl::Seconds(6));
  world.Turn();
  CHECK(world.upkeep->safe_size() == 600);
  CHECK_THAT(world.metrics->Text(),
             Catch::Contains("shareway_audit_upkeep_failing{part=\"mirror\"} 0") &&
                 Catch::Contains("shareway_audit_archived_segments 2") &&
                 Catch::Contains("shareway_audit_mirror_age_seconds 0"));
}

TEST_CASE("While the store is compacted the mirror follows, and nothing is deleted", "[upkeep]") {
  World world(600);
  SlowStore slow(&world.log.store);
  world.store = &slow;
  world.Restart({.mirror = world.files.File("m"), .archive_after_days = 0}, true);
  const auto turn = [&world] {
    while (world.upkeep->Turn()) {
    }
  };
  turn();
  CHECK(world.upkeep->safe_size() == 600);
  REQUIRE(*world.archive->Size() == 512);
  REQUIRE(world.log.store.Get(kDroppedKey).ok());
  std::thread compacting([&world] { world.upkeep->Compact(); });
  slow.begun.WaitForNotification();
  world.log.Grow(300);
  turn();
  CHECK(world.upkeep->safe_size() == 900);
  CHECK(*world.archive->Size() == 512);
  slow.released.Notify();
  compacting.join();
  CHECK(absl::IsNotFound(world.log.store.Get(kDroppedKey).status()));
  turn();
  CHECK(*world.archive->Size() == 768);
  // What goes now is dropped with what goes within the hour.
  world.upkeep->Compact();
  CHECK(world.log.store.Get(kDroppedKey).ok());
  world.MustBeClean();
}

TEST_CASE("Nothing is compacted while there is more to delete", "[upkeep]") {
  World world(600);
  world.Restart({.archive_after_days = 0}, true);
  REQUIRE(world.upkeep->Turn());
  REQUIRE(world.log.store.Get(kDroppedKey).ok());
  world.upkeep->Compact();
  CHECK(world.log.store.Get(kDroppedKey).ok());
  world.Turn();
  CHECK(absl::IsNotFound(world.log.store.Get(kDroppedKey).status()));
}

TEST_CASE("The thread follows by itself", "[upkeep]") {
  World world(300);
  world.Restart({.mirror = world.files.File("m")}, false);
  world.upkeep->Start();
  while (world.upkeep->safe_size() < 300) std::this_thread::yield();
  world.upkeep.reset();
  kv::MemoryStore store;
  CHECK(CopyTo(&store, world.files.File("m"))->size == 300);
}

}  // namespace
}  // namespace shareway::audit
