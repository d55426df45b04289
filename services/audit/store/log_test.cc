// SPDX-License-Identifier: Apache-2.0
// The log over both kinds of store: indices, retries, faults, restarts.
#include <map>
#include <optional>
#include <random>

#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"
#include "libs/kv/test_folder.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/test_log.h"

namespace shareway::audit {
namespace {

#define FOR_EACH_ENGINE(store)              \
  const bool rocks = GENERATE(true, false); \
  CAPTURE(rocks);                           \
  kv::TestStore store(rocks)

TEST_CASE("Entries get the next indices and are there after a restart", "[audit]") {
  FOR_EACH_ENGINE(store);
  uint64_t size = 0;
  {
    std::unique_ptr<LogWriter> writer = MustOpenLog(&*store);
    for (const uint64_t count : {1, 2, 250, 3, 1, 256, 300, 600}) {
      CHECK(MustAppend(writer.get(), MakeEntries(size + 1, size + 1 + count)) ==
            Numbers(size, size + count));
      size += count;
    }
    MustSign(&*store, *writer->state());
    CHECK(MustCheck(*store).size == size);
  }
  store.Reopen();
  std::unique_ptr<LogWriter> writer = MustOpenLog(&*store);
  CHECK(writer->state()->size() == size);
  CHECK(MustAppend(writer.get(), MakeEntries(size + 1, size + 2)) == Numbers(size, size + 1));
  const FsckReport report = MustCheck(*store);
  CHECK(report.size == size + 1);
  CHECK(report.checkpoint_size == size);
  CHECK(report.unmatched == size + 1);

  const LogReader reader(&*store);
  absl::StatusOr<std::vector<Found>> all =
      reader.Entries(*writer->state(), 200, size + 1, 100 << 20);
  REQUIRE(all.ok());
  REQUIRE(all->size() == size + 1 - 200);
  CHECK((*all)[0].index == 200);
  CHECK((*all)[0].facts.exchange == "x201");
  CHECK(all->back().facts.exchange == absl::StrCat("x", size + 1));
}

TEST_CASE("The log restarts at every size", "[audit]") {
  kv::MemoryStore store;
  for (uint64_t size = 0; size < 530; ++size) {
    std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
    REQUIRE(writer->state()->size() == size);
    REQUIRE(MustAppend(writer.get(), MakeEntries(size + 1, size + 2)) == Numbers(size, size + 1));
    if (size % 7 == 0) MustSign(&store, *writer->state());
  }
  CHECK(MustCheck(store).size == 530);
}

TEST_CASE("What is sent again keeps its index, in whole, in part and twice at once", "[audit]") {
  FOR_EACH_ENGINE(store);
  std::unique_ptr<LogWriter> writer = MustOpenLog(&*store);
  CHECK(MustAppend(writer.get(), MakeEntries(1, 11)) == Numbers(0, 10));
  CHECK(MustAppend(writer.get(), MakeEntries(1, 11)) == Numbers(0, 10));
  CHECK(MustAppend(writer.get(), MakeEntries(6, 16)) == Numbers(5, 15));
  CHECK(MustAppend(writer.get(), MakeEntries(30, 35)) == Numbers(15, 20));  // a gap
  CHECK(MustAppend(writer.get(), MakeEntries(14, 32)) ==
        std::vector<uint64_t>{13, 14, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 15,
                              16});
  std::vector<EntryPtr> twins = MakeEntries(50, 52);
  twins.push_back(twins[0]);
  CHECK(MustAppend(writer.get(), twins) == std::vector<uint64_t>{34, 35, 34});
  store.Reopen();
  writer = MustOpenLog(&*store);
  CHECK(MustAppend(writer.get(), MakeEntries(1, 11)) == Numbers(0, 10));
  CHECK(MustCheck(*store).size == 36);

  const LogReader reader(&*store);
  CHECK(*reader.LastSequence(kProviderUri, std::string(16, 'i')) == 51);
  CHECK(*reader.LastSequence(kProviderUri, std::string(16, 'j')) == 0);
  CHECK(*reader.LastSequence(kConsumerUri, std::string(16, 'i')) == 0);
}

TEST_CASE("Entries of many producers in one group get each its place", "[audit]") {
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  std::vector<EntryPtr> entries;
  for (uint64_t i = 0; i < 40; ++i) {
    evidence::AuditRecord record = GoodRecord(40 - i);
    record.set_incarnation(std::string(16, static_cast<char>('a' + i % 3)));
    entries.push_back(MakeEntry(record));
  }
  const std::vector<uint64_t> indices = MustAppend(writer.get(), entries);
  const LogReader reader(&store);
  for (size_t i = 0; i < entries.size(); ++i) {
    absl::StatusOr<std::vector<Found>> found =
        reader.Entries(*writer->state(), indices[i], indices[i] + 1, 1);
    REQUIRE(found.ok());
    CHECK((*found)[0].stored.commitment == entries[i]->commitment);
  }
  CHECK(MustAppend(writer.get(), entries) == indices);
  CHECK(MustCheck(store).size == 40);
}

TEST_CASE("After a store fault the log goes on from what is durable", "[audit][fault]") {
  auto [what, outcome, left] = GENERATE(table<const char*, kv::Outcome, uint64_t>({
      {"write lost", {.apply = false, .status = absl::UnavailableError("disk")}, 300},
      {"only the answer lost", {.apply = true, .status = absl::UnavailableError("disk")}, 520},
      {"disk full", {.apply = false, .status = absl::ResourceExhaustedError("disk")}, 300},
  }));
  CAPTURE(what);
  const uint64_t before = GENERATE(0, 36);  // the group ends or crosses a bundle
  CAPTURE(before);
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  MustAppend(writer.get(), MakeEntries(1, 301));

  store.on_commit = [result = outcome](const kv::Batch&) { return result; };
  CHECK(writer->Append(MakeEntries(301, 521), kTestTime).status() == outcome.status);
  CHECK(MustCheck(store).size == left);
  // Nothing is told of before it is known to be durable.
  CHECK(writer->state()->size() == 300);

  store.on_commit = nullptr;
  CHECK(MustAppend(writer.get(), MakeEntries(301 - before, 521)) == Numbers(300 - before, 520));
  CHECK(MustAppend(writer.get(), MakeEntries(521, 530)) == Numbers(520, 529));
  const FsckReport report = MustCheck(store);
  CHECK(report.size == 529);
  CHECK(report.unmatched == 529);
}

// A log whose halves wait in memory, so that groups can follow each other.
std::unique_ptr<LogWriter> MustOpenSettling(kv::Store* store) {
  if (absl::IsNotFound(ReadBirth(*store).status())) MustOpenLog(store);
  absl::StatusOr<Checkpoint> newest = ReadCheckpoint(*store, TestLogKey().verifier_key());
  REQUIRE(newest.ok());
  absl::StatusOr<std::unique_ptr<LogWriter>> writer =
      LogWriter::Open(store, *newest, {.settle = absl::Seconds(5), .now = kTestTime});
  REQUIRE(writer.ok());
  return *std::move(writer);
}

LogWriter::Group MustMake(LogWriter* writer, const std::vector<EntryPtr>& entries) {
  absl::StatusOr<LogWriter::Group> group = writer->Make(entries, kTestTime);
  INFO(group.status());
  REQUIRE(group.ok());
  return *std::move(group);
}

TEST_CASE("Groups that are made while others are written give each entry one index", "[audit]") {
  FOR_EACH_ENGINE(store);
  std::unique_ptr<LogWriter> writer = MustOpenSettling(&*store);
  std::mt19937 random(GENERATE(1u, 2u, 3u));
  std::map<uint64_t, uint64_t> index_of;  // by sequence
  struct Written {
    LogWriter::Group group;
    std::vector<uint64_t> want;
  };
  std::optional<Written> writing;
  int ahead = 0;
  const auto finish = [&] {
    const absl::StatusOr<LogWriter::Appended> appended =
        writer->Finish(std::move(writing->group));
    REQUIRE(appended.ok());
    CHECK(appended->indices == writing->want);
    writing.reset();
  };
  for (int i = 0; i < 60; ++i) {
    if (writing && !writing->group.followable()) finish();
    // Often what comes next, sometimes again what was there, sometimes beyond a gap.
    const uint64_t next = index_of.empty() ? 1 : index_of.rbegin()->first + 1;
    const uint64_t first = i % 3 == 0 ? 1 + random() % next : next + random() % 2 * 5;
    const std::vector<EntryPtr> entries = MakeEntries(first, first + 1 + random() % 40);
    std::vector<uint64_t> want;
    for (const EntryPtr& entry : entries) {
      want.push_back(index_of.emplace(entry->sequence, index_of.size()).first->second);
    }
    ahead += writing.has_value();
    LogWriter::Group group = MustMake(writer.get(), entries);
    if (writing) finish();
    writer->Begin(&group, [] {});
    writing = Written{std::move(group), std::move(want)};
  }
  finish();
  CHECK(ahead > 20);
  CHECK(MustCheck(*store).size == index_of.size());
}

TEST_CASE("A group that was made upon one that failed is made again", "[audit][fault]") {
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenSettling(&store);
  MustAppend(writer.get(), MakeEntries(1, 301));
  store.on_commit = [](const kv::Batch&) {
    return kv::Outcome{.apply = false, .status = absl::ResourceExhaustedError("disk")};
  };
  LogWriter::Group first = MustMake(writer.get(), MakeEntries(301, 400));
  bool written = false;
  writer->Begin(&first, [&written] { written = true; });
  CHECK(written);
  MustMake(writer.get(), MakeEntries(390, 450));
  CHECK(absl::IsResourceExhausted(writer->Finish(std::move(first)).status()));
  CHECK(writer->state()->size() == 300);

  store.on_commit = nullptr;
  LogWriter::Group second = MustMake(writer.get(), MakeEntries(390, 450));
  writer->Begin(&second, [] {});
  const absl::StatusOr<LogWriter::Appended> appended = writer->Finish(std::move(second));
  REQUIRE(appended.ok());
  CHECK(appended->indices == Numbers(300, 360));
  CHECK(MustAppend(writer.get(), MakeEntries(301, 390)) == Numbers(360, 449));
  CHECK(MustCheck(store).size == 449);
}

TEST_CASE("A log behind its checkpoint, or other than it, is not opened", "[audit][fault]") {
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  MustAppend(writer.get(), MakeEntries(1, 301));
  const LogState& state = *writer->state();
  const Hash32 root = state.edge.Root(crypto::LogHasher());

  CHECK(LogWriter::Open(&store, *TestLogKey().Sign(300, root, kTestTime)).ok());
  const Checkpoint larger = *TestLogKey().Sign(301, root, kTestTime);
  CHECK(absl::IsDataLoss(LogWriter::Open(&store, larger).status()));
  const Checkpoint other = *TestLogKey().Sign(299, root, kTestTime);
  CHECK(absl::IsDataLoss(LogWriter::Open(&store, other).status()));
}

TEST_CASE("An entry whose bytes change in memory is refused, and the log goes on",
          "[audit][fault]") {
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  MustAppend(writer.get(), MakeEntries(1, 200));
  std::vector<EntryPtr> entries = MakeEntries(200, 300);
  auto [what, spoil] = GENERATE(table<const char*, void (*)(Entry&)>({
      {"record", [](Entry& e) { (*e.sealed.mutable_record())[50] ^= 1; }},
      {"salt", [](Entry& e) { (*e.sealed.mutable_salt())[3] ^= 1; }},
      {"commitment", [](Entry& e) { e.commitment.bytes[3] ^= 1; }},
      {"leaf", [](Entry& e) { e.leaf.bytes[3] ^= 1; }},
  }));
  CAPTURE(what);
  Entry spoiled = *entries[70];
  spoil(spoiled);
  entries[70] = std::make_shared<const Entry>(std::move(spoiled));
  const absl::Status status = writer->Append(entries, kTestTime).status();
  INFO(status);
  CHECK(absl::IsDataLoss(status));
  CHECK(MustCheck(store).size == 199);
  CHECK(MustAppend(writer.get(), MakeEntries(200, 300)) == Numbers(199, 299));
  CHECK(MustCheck(store).size == 299);
}

TEST_CASE("A half waits until the other half is there", "[audit]") {
  FOR_EACH_ENGINE(store);
  std::unique_ptr<LogWriter> writer = MustOpenLog(&*store);
  const auto waiting = [&](absl::string_view node, absl::Time until = absl::InfiniteFuture()) {
    const LogReader reader(&*store);
    absl::StatusOr<LogReader::WaitingPage> page =
        reader.WaitingFor(*writer->state(), node, 0, until, 100);
    REQUIRE(page.ok());
    std::vector<std::string> exchanges;
    for (const Waiting& one : page->waiting) exchanges.push_back(one.exchange);
    return exchanges;
  };
  using Names = std::vector<std::string>;
  MustAppend(writer.get(), {MakeEntry(GoodRecord(1)), MakeEntry(GoodRecord(2))});
  MustAppend(writer.get(), {MakeEntry(GoodReceipt(3)), MakeEntry(GoodReceipt(4))},
             kTestTime + absl::Minutes(1));
  CHECK(waiting(kConsumerNode) == Names{"x1", "x2"});
  CHECK(waiting(kProviderNode) == Names{"x3", "x4"});
  CHECK(waiting(kConsumerNode, kTestTime).empty());
  CHECK(waiting(kProviderNode, kTestTime + absl::Seconds(61)) == Names{"x3", "x4"});
  CHECK(waiting("agencies/c/nodes/n1").empty());

  MustAppend(writer.get(), {MakeEntry(GoodReceipt(1)), MakeEntry(GoodRecord(4))});
  CHECK(waiting(kConsumerNode) == Names{"x2"});
  store.Reopen();
  writer = MustOpenLog(&*store);
  CHECK(waiting(kProviderNode) == Names{"x3"});
  CHECK(MustCheck(*store).unmatched == 2);

  // Both halves in one group; another attempt is another half; what is said twice does not wait.
  evidence::AuditRecord retry = GoodRecord(5);
  retry.set_exchange("x2");
  retry.set_attempt(2);
  evidence::AuditRecord again = GoodReceipt(6);
  again.set_exchange("x1");
  MustAppend(writer.get(), {MakeEntry(GoodReceipt(7)), MakeEntry(GoodRecord(7)), MakeEntry(retry),
                            MakeEntry(again)});
  CHECK(waiting(kConsumerNode) == Names{"x2", "x2"});
  CHECK(waiting(kProviderNode) == Names{"x3"});
  MustCheck(*store);
}

TEST_CASE("Waiting halves are told in pages, oldest first", "[audit]") {
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  MustAppend(writer.get(), MakeEntries(1, 8));
  const LogReader reader(&store);
  std::vector<uint64_t> seen;
  uint64_t from = 0;
  for (int pages = 0; pages < 5; ++pages) {
    absl::StatusOr<LogReader::WaitingPage> page =
        reader.WaitingFor(*writer->state(), kConsumerNode, from, absl::InfiniteFuture(), 3);
    REQUIRE(page.ok());
    for (const Waiting& waiting : page->waiting) seen.push_back(waiting.index);
    if (!page->next) break;
    from = *page->next;
  }
  CHECK(seen == Numbers(0, 7));
}

}  // namespace
}  // namespace shareway::audit
