// SPDX-License-Identifier: Apache-2.0
// Mirror and copy: what is announced as safe can be made again, whatever happened.
#include <signal.h>
#include <sys/resource.h>

#include <algorithm>
#include <filesystem>

#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "services/audit/test_segments.h"

namespace shareway::audit {
namespace {

// A log, its mirror's folder, and mirrors that come and go.
struct World {
  explicit World(uint64_t size) : log(size), reader(&log.store), path(files.File("m")) {
    std::filesystem::create_directory(path);
  }
  Mirror NewMirror(Folder::Fault fault = {}) {
    return Mirror(Folder(path, std::move(fault)), &log.store, &reader, TestLogKey().verifier_key(),
                  kSmall);
  }
  absl::Status Follow(Mirror* mirror) {
    for (;;) {
      const absl::StatusOr<bool> more = mirror->Follow(*log.state(), log.head());
      if (!more.ok() || !*more) return more.status();
    }
  }
  void MustFollow(Mirror* mirror) {
    const absl::Status status = Follow(mirror);
    INFO(status);
    REQUIRE(status.ok());
    CHECK(mirror->safe_size() == log.state()->size());
  }
  std::string File(uint64_t first) const { return path + "/" + SegmentOf(first, kSmall).name(); }

  SmallLog log;
  LogReader reader;
  kv::TestFolder files;
  std::string path;
};

// The log that the mirror makes, compared with the one that it was made of.
void MustCopy(const World& world, uint64_t at_least) {
  kv::MemoryStore store;
  const absl::StatusOr<CopyReport> report = CopyTo(&store, world.path);
  INFO(report.status());
  REQUIRE(report.ok());
  REQUIRE(report->size >= at_least);
  const std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  REQUIRE(writer->state()->size() == report->size);
  std::vector<Found> before = MustReadAll(world.reader, *world.log.state());
  before.resize(report->size);
  CHECK(SameEntries(MustReadAll(LogReader(&store), *writer->state()), before));
}

TEST_CASE("A mirror follows the log, and a copy of it is the same log", "[mirror]") {
  World world(700);
  Mirror mirror = world.NewMirror();
  CHECK(mirror.safe_size() == 0);
  world.MustFollow(&mirror);
  CHECK(std::filesystem::exists(world.File(512)));
  for (const uint64_t more : {1, 67, 1, 300}) {
    world.log.Grow(more);
    world.MustFollow(&mirror);
  }
  MustCopy(world, 1069);
  Mirror again = world.NewMirror();
  world.log.Grow(3);
  world.MustFollow(&again);
  MustCopy(world, 1072);
  kv::MemoryStore store;
  REQUIRE(CopyTo(&store, world.path).ok());
  MustCheck(store);
  const std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  MustAppend(writer.get(), {MakeEntry(SmallRecord(1072)), MakeEntry(SmallRecord(1073))});
  CHECK(writer->state()->size() == 1073);  // it knows what it has, and goes on
}

TEST_CASE("A torn or damaged tail of the open segment is written again", "[mirror]") {
  World world(300);
  Mirror first = world.NewMirror();
  world.MustFollow(&first);
  const std::string whole = ReadAll(world.File(256));
  world.log.Grow(2);
  world.MustFollow(&first);
  const std::string grown = ReadAll(world.File(256));
  for (size_t at = whole.size() - 150; at < grown.size(); ++at) {
    std::string flipped = grown;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x40);
    // Cut off, changed; now and then with a hole, or with more than there was.
    std::vector<std::string> variants = {at % 2 == 0 ? grown.substr(0, at) : flipped};
    if (at % 9 == 0) variants.push_back(grown.substr(0, at) + std::string(grown.size() - at, '\0'));
    if (at % 9 == 1) variants.push_back(grown + std::string(at % 99 + 1, 'z'));
    for (const std::string& bytes : variants) {
      WriteAll(world.File(256), bytes);
      Mirror mirror = world.NewMirror();
      INFO("byte " << at);
      REQUIRE(world.Follow(&mirror).ok());
      REQUIRE(ReadAll(world.File(256)) == grown);
    }
  }
  for (const size_t at : {0U, 1U, 35U, 36U}) {
    WriteAll(world.File(256), grown.substr(0, at));
    Mirror mirror = world.NewMirror();
    REQUIRE(world.Follow(&mirror).ok());
    REQUIRE(ReadAll(world.File(256)) == grown);
  }
}

TEST_CASE("Closed segments that are gone or damaged are made again", "[mirror]") {
  World world(800);
  Mirror first = world.NewMirror();
  world.MustFollow(&first);
  const std::string whole = ReadAll(world.File(256));
  std::filesystem::remove(world.File(256));
  Mirror second = world.NewMirror();
  world.MustFollow(&second);
  CHECK(ReadAll(world.File(256)) == whole);
  CHECK(second.repaired() == 1);
  // A look at trailers does not see this; a scrub does, in its turn.
  std::string damaged = whole;
  damaged[999] = static_cast<char>(damaged[999] ^ 1);
  WriteAll(world.File(256), damaged);
  Mirror third = world.NewMirror();
  world.MustFollow(&third);
  CHECK(third.repaired() == 0);
  CHECK_FALSE(*third.Scrub(*world.log.state()));
  CHECK(*third.Scrub(*world.log.state()));
  CHECK(ReadAll(world.File(256)) == whole);
  kv::MemoryStore store;
  WriteAll(world.File(256), damaged);
  CHECK(CopyTo(&store, world.path).status().code() == absl::StatusCode::kDataLoss);
}

TEST_CASE("A mirror that is ahead, forked or another log's is left alone", "[mirror]") {
  World world(600);
  Mirror mirror = world.NewMirror();
  world.MustFollow(&mirror);
  const std::string before = ReadAll(world.File(512));
  const auto refuses = [&](SmallLog* log) {
    const LogReader reader(&log->store);
    Mirror other(Folder(world.path), &log->store, &reader, TestLogKey().verifier_key(), kSmall);
    const absl::Status status = other.Follow(*log->state(), log->head()).status();
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(other.safe_size() == 0);
    CHECK(ReadAll(world.File(512)) == before);
    return DetailsOf(status) ? DetailsOf(status)->reason : Reason::kUnspecified;
  };
  SmallLog behind(550);
  CHECK(refuses(&behind) == Reason::kUnspecified);
  SmallLog forked(0);
  MustAppend(forked.writer(), MakeEntries(1, 651));
  MustSign(&forked.store, *forked.state());
  CHECK(refuses(&forked) == Reason::kLogForked);
  std::filesystem::remove(world.path + "/checkpoint");
  CHECK(refuses(&behind) == Reason::kUnspecified);
  WriteAll(world.path + "/log", "another+log+key\n");
  CHECK(refuses(&behind) == Reason::kUnspecified);
}

TEST_CASE("A copy needs the pinned key, an empty store, and every byte", "[mirror]") {
  World world(600);
  Mirror mirror = world.NewMirror();
  world.MustFollow(&mirror);
  kv::MemoryStore store;
  const LogKey other{crypto::PrivateKey::Generate(crypto::Suite::kEd25519),
                     "shareway.example/audit"};
  CHECK(CopyTo(&store, world.path, other.verifier_key()).status().code() ==
        absl::StatusCode::kDataLoss);
  CHECK(CopyTo(&store, world.files.File("absent")).status().code() == absl::StatusCode::kNotFound);
  CHECK(ReadBirth(store).status().code() == absl::StatusCode::kNotFound);
  CHECK(CopyTo(&world.log.store, world.path).status().code() ==
        absl::StatusCode::kFailedPrecondition);
  const auto refuses = [&](uint64_t first, const std::string& bytes) {
    const std::string whole = ReadAll(world.File(first));
    WriteAll(world.File(first), bytes);
    kv::MemoryStore fresh;
    const absl::Status status = CopyTo(&fresh, world.path).status();
    INFO(status);
    CHECK(status.code() == absl::StatusCode::kDataLoss);
    const Birth birth = *ReadBirth(fresh);
    CHECK_FALSE(ReadCheckpoint(fresh, birth.verifier_key).ok());  // no half-made log opens
    WriteAll(world.File(first), whole);
  };
  const std::string open = ReadAll(world.File(512));
  refuses(512, open.substr(0, open.size() - 1));
  refuses(512, "");
  std::string flipped = ReadAll(world.File(0));
  flipped[500] = static_cast<char>(flipped[500] ^ 2);
  refuses(0, flipped);
  refuses(256, ReadAll(world.File(0)));
  MustCopy(world, 600);
}

TEST_CASE("Failing or dying at any step, what was safe stays safe", "[mirror]") {
  Faults reference;
  {
    World world(100);
    Mirror mirror = world.NewMirror(reference.fault());
    for (const uint64_t more : {0, 300, 120}) {
      world.log.Grow(more);
      world.MustFollow(&mirror);
    }
  }
  REQUIRE(reference.steps > 20);
  for (const bool die : {false, true}) {
    for (int at = 0; at < reference.steps; ++at) {
      Faults faults{.at = at, .die = die};
      if (!die && at % 3 != 0) continue;
      if (at % 2 == 1) faults.status = absl::ResourceExhaustedError("ENOSPC");
      World world(100);
      Mirror mirror = world.NewMirror(faults.fault());
      INFO((die ? "dies at " : "fails at ") << at);
      for (const uint64_t more : {0, 300, 120}) {
        world.log.Grow(more);
        const uint64_t safe = mirror.safe_size();
        const absl::Status status = world.Follow(&mirror);
        REQUIRE(mirror.safe_size() >= safe);
        if (!status.ok() && !die) world.MustFollow(&mirror);
      }
      if (die && mirror.safe_size() > 0) MustCopy(world, mirror.safe_size());
      Mirror next = world.NewMirror();
      world.MustFollow(&next);
      if (at % 4 == 0) MustCopy(world, 520);
    }
  }
}

TEST_CASE("What a started mirror finds is synced before it counts", "[mirror]") {
  World world(300);
  Mirror first = world.NewMirror();
  world.MustFollow(&first);
  using Step = Folder::Step;
  const std::string open = SegmentOf(256, kSmall).name();
  std::vector<std::pair<Step, std::string>> steps;
  Mirror second = world.NewMirror([&](Step step, absl::string_view name) {
    steps.emplace_back(step, std::string(name));
    return absl::OkStatus();
  });
  world.MustFollow(&second);  // there is nothing to write
  const auto has = [&](Step step, const std::string& name) {
    return std::find(steps.begin(), steps.end(), std::make_pair(step, name)) != steps.end();
  };
  CHECK(has(Step::kSync, open));
  CHECK(has(Step::kSync, "checkpoint"));
  CHECK(has(Step::kSyncFolder, ""));
  for (const std::string& broken : {open, std::string("checkpoint"), std::string()}) {
    Mirror third = world.NewMirror([&](Step step, absl::string_view name) {
      const bool fails = (step == Step::kSync || step == Step::kSyncFolder) && name == broken;
      return fails ? absl::UnavailableError("EIO") : absl::OkStatus();
    });
    CHECK(world.Follow(&third).code() == absl::StatusCode::kUnavailable);
    CHECK(third.safe_size() == 0);
  }
}

TEST_CASE("A mirror does not begin anew where its volume is away, unless told", "[mirror]") {
  World world(300);
  Mirror first = world.NewMirror();
  world.MustFollow(&first);
  std::filesystem::rename(world.path, world.path + "-away");
  std::filesystem::create_directory(world.path);
  world.log.Grow(1);
  Mirror second = world.NewMirror();
  const absl::Status status = world.Follow(&second);
  CHECK(status.code() == absl::StatusCode::kUnavailable);
  CHECK_THAT(std::string(status.message()), Catch::Contains("is its volume mounted"));
  CHECK(second.safe_size() == 0);
  CHECK(std::filesystem::is_empty(world.path));
  MustCheck(world.log.store);
  WriteAll(world.path + "/log", TestLogKey().verifier_key() + "\n");
  world.MustFollow(&second);
  MustCopy(world, 301);
}

// The kernel refuses the file's next bytes, after it took some of them.
TEST_CASE("A volume without room stops the mirror, and room lets it go on", "[mirror]") {
  World world(100);
  Mirror mirror = world.NewMirror();
  world.MustFollow(&mirror);
  rlimit before = {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &before) == 0);
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit narrow = before;
  narrow.rlim_cur = std::filesystem::file_size(world.File(0)) + 1000;
  world.log.Grow(50);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &narrow) == 0);
  const absl::Status full = world.Follow(&mirror);
  const absl::Status still_full = world.Follow(&mirror);
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &before) == 0);
  CHECK(full.code() == absl::StatusCode::kResourceExhausted);
  CHECK(still_full.code() == absl::StatusCode::kResourceExhausted);
  CHECK(mirror.safe_size() == 100);
  MustCopy(world, 100);
  world.MustFollow(&mirror);
  MustCopy(world, 150);
}

// How fast: entries a second into the mirror, and out of it into a store.
TEST_CASE("A mirror's speed", "[.speed]") {
  World world(0);
  constexpr uint64_t kEntries = 100000;
  while (world.log.state()->size() < kEntries) world.log.Grow(4000);
  Mirror mirror(Folder(world.path), &world.log.store, &world.reader, TestLogKey().verifier_key());
  const absl::Duration start = SystemClock().SinceBoot();
  world.MustFollow(&mirror);
  const absl::Duration mirrored = SystemClock().SinceBoot();
  const std::unique_ptr<kv::Store> store = kv::MustOpen(world.files.File("store"));
  const absl::StatusOr<CopyReport> report = CopyTo(store.get(), world.path);
  const absl::Duration copied = SystemClock().SinceBoot();
  REQUIRE(report.ok());
  const auto rate = [](absl::Duration took) { return kEntries / absl::ToDoubleSeconds(took); };
  WARN("mirrored " << rate(mirrored - start) << " entries/s, rebuilt " << rate(copied - mirrored)
                   << " entries/s");
  while (*mirror.Scrub(*world.log.state())) {
  }
}

}  // namespace
}  // namespace shareway::audit
