// SPDX-License-Identifier: Apache-2.0
// Searching, against a plain scan of the same entries.
#include <algorithm>
#include <random>

#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"
#include "libs/kv/test_folder.h"
#include "services/audit/indexer.h"
#include "services/audit/store/log_reader.h"
#include "services/audit/store/posting.h"
#include "services/audit/test_log.h"

namespace shareway::audit {
namespace {

// Entries with terms of all kinds, drawn by a fixed seed.
std::vector<EntryPtr> MixedEntries(uint64_t count) {
  std::mt19937_64 random(7);
  std::vector<EntryPtr> entries;
  for (uint64_t i = 1; i <= count; ++i) {
    evidence::AuditRecord record = GoodRecord(i);
    record.clear_agencies();
    for (int k = 0; k < 2; ++k) record.add_agencies(absl::StrCat("agencies/a", random() % 5));
    record.set_exchange(absl::StrCat("x", i / 2));
    record.set_grant(absl::StrCat("grants/g", random() % 50));
    if (random() % 5 == 0) record.set_resource(absl::StrCat("resources/s", random() % 9));
    if (random() % 6 == 0) record.set_request(absl::StrCat("requests/q", random() % 9));
    if (random() % 4 == 0) record.set_reason(random() % 2 ? "GRANT_SUSPENDED" : "QUOTA_EXCEEDED");
    if (random() % 5 == 0) {
      evidence::v1::Act act;
      act.set_person(absl::StrCat("people/p", random() % 9));
      record.mutable_act()->set_act(act.SerializeAsString());
    }
    if (random() % 3 == 0) record.set_object(absl::StrCat("requests/r", random() % 20));
    record.set_kind(static_cast<evidence::RecordKind>(60 + random() % 4));
    *record.mutable_time() =
        evidence::ToTimestamp(kTestTime + absl::Seconds(static_cast<int64_t>(i + random() % 30)));
    entries.push_back(MakeEntry(record));
  }
  return entries;
}

std::vector<uint64_t> SearchAll(const LogReader& reader, const LogState& state, const Query& query,
                                const Reader& who, const SearchLimits& limits) {
  std::vector<uint64_t> found;
  uint64_t below = state.size();
  for (int pages = 0; below > 0; ++pages) {
    REQUIRE(pages < 2000);
    absl::StatusOr<SearchPage> page = reader.Search(state, query, who, below, limits);
    INFO(page.status());
    REQUIRE(page.ok());
    REQUIRE(page->found.size() <= limits.entries);
    for (const Found& one : page->found) found.push_back(one.index);
    REQUIRE(page->below < below);
    below = page->below;
  }
  return found;
}

std::vector<uint64_t> ScanAll(const std::vector<EntryPtr>& entries, const Query& query,
                              const Reader& who) {
  std::vector<uint64_t> found;
  for (uint64_t i = entries.size(); i-- > 0;) {
    if (query.Matches(entries[i]->facts) && who.MayRead(entries[i]->facts)) found.push_back(i);
  }
  return found;
}

// A page that just holds all that the reader may see is the last: that other entries match
// is not told.
void CheckEndsWithLast(const LogReader& reader, const LogState& state, const Query& query,
                       const Reader& who, const std::vector<uint64_t>& want) {
  if (want.empty()) return;
  absl::StatusOr<SearchPage> page =
      reader.Search(state, query, who, state.size(), {.entries = want.size()});
  REQUIRE(page.ok());
  CHECK(page->found.size() == want.size());
  CHECK(page->below == 0);
}

TEST_CASE("A search finds what a scan finds, newest first, in any pages", "[audit]") {
  const uint64_t count = GENERATE(100, 256, 1000);
  CAPTURE(count);
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  const std::vector<EntryPtr> entries = MixedEntries(count);
  REQUIRE(MustAppend(writer.get(), entries) == Numbers(0, count));
  const LogReader reader(&store);
  const absl::Time middle = kTestTime + absl::Seconds(static_cast<int64_t>(count / 2));
  const std::vector<Query> queries = {
      {.agency = "agencies/a1"},
      {.agency = "agencies/a9"},
      {.exchange = "x7"},
      {.exchange = absl::StrCat("x", count / 2)},
      {.grant = "grants/g3"},
      {.object = "requests/r4"},
      {.agency = "agencies/a1", .grant = "grants/g3"},
      {.agency = "agencies/a2", .kind = 61},
      {.agency = "agencies/a2", .kind = 400},
      {.agency = "agencies/a2", .start = middle},
      {.agency = "agencies/a2", .end = middle},
      {.agency = "agencies/a2", .start = middle, .end = middle + absl::Seconds(1)},
      {.agency = "agencies/a2", .start = middle + absl::Hours(1)},
  };
  for (size_t i = 0; i < queries.size(); ++i) {
    CAPTURE(i);
    for (const Reader& who : {Reader{.all = true}, Reader{.agencies = {"agencies/a3"}}, Reader{}}) {
      const std::vector<uint64_t> want = ScanAll(entries, queries[i], who);
      CHECK(SearchAll(reader, *writer->state(), queries[i], who, {}) == want);
      CHECK(SearchAll(reader, *writer->state(), queries[i], who, {.entries = 7}) == want);
      CHECK(SearchAll(reader, *writer->state(), queries[i], who, {.bytes = 1000}) == want);
      CHECK(SearchAll(reader, *writer->state(), queries[i], who, {.examined = 3}) == want);
      CHECK(SearchAll(reader, *writer->state(), queries[i], who, {.bytes_read = 1}) == want);
      CheckEndsWithLast(reader, *writer->state(), queries[i], who, want);
    }
  }
}

TEST_CASE("Spans whose terms were ingested are searched as those in memory", "[audit]") {
  const bool rocks = GENERATE(true, false);
  CAPTURE(rocks);
  kv::TestStore store(rocks);
  std::unique_ptr<LogWriter> writer = MustOpenLog(&*store);
  const uint64_t count = kIndexSpan + 2 * kBundle + 30;
  const std::vector<EntryPtr> entries = MixedEntries(count);
  MustAppend(writer.get(), entries);
  {
    metrics::Registry metrics;
    Indexer indexer(
        &*store, nullptr, [&writer] { return writer->state(); }, &metrics);
    REQUIRE(*IndexedSpans(*store) == 0);
    REQUIRE(indexer.Turn().ok());
    REQUIRE(*IndexedSpans(*store) == 1);
    CHECK(writer->state()->recent->view().bundles.size() == 2);
  }
  if (GENERATE(false, true)) {
    store.Reopen();
    writer = MustOpenLog(&*store);
    CHECK(writer->state()->recent->view().bundles.size() == 2);
  }
  const LogReader reader(&*store);
  const absl::Time middle = kTestTime + absl::Seconds(kIndexSpan / 2);
  for (const Query& query : std::vector<Query>{
           {.exchange = absl::StrCat("x", count / 2)},
           {.exchange = "x7"},
           {.grant = "grants/g3", .kind = 61},
           {.object = "requests/r4"},
           {.person = "people/p3", .result = Result::kFailed},
           {.resource = "resources/s2", .result = Result::kSucceeded},
           {.request = "requests/q1", .reason = "GRANT_SUSPENDED"},
           {.agency = "agencies/a2", .grant = "grants/g7", .start = middle},
           {.agency = "agencies/a1", .kind = 62, .start = middle, .end = middle + absl::Seconds(9)},
       }) {
    CAPTURE(query.term().text, query.kind);
    const std::vector<uint64_t> want = ScanAll(entries, query, {.all = true});
    CHECK_FALSE(want.empty());
    CHECK(SearchAll(reader, *writer->state(), query, {.all = true}, {}) == want);
    CHECK(SearchAll(reader, *writer->state(), query, {.all = true}, {.entries = 40}) == want);
    const auto below = std::partition_point(want.begin(), want.end(),
                                            [](uint64_t index) { return index >= 16000; });
    CHECK(SearchAll(reader, *writer->state(), query, {.all = true}, {.from = 16000}) ==
          std::vector<uint64_t>(want.begin(), below));
    const Reader party{.agencies = {"agencies/a3"}};
    CheckEndsWithLast(reader, *writer->state(), query, party, ScanAll(entries, query, party));
  }
}

// Every 40th entry is of agencies/a as well; of the others one log has many that the same
// searches look for, of all sizes, the other none.
std::vector<EntryPtr> EntriesAround(uint64_t count, bool busy) {
  std::vector<EntryPtr> entries;
  for (uint64_t i = 1; i <= count; ++i) {
    evidence::AuditRecord record = GoodRecord(i);
    record.clear_agencies();
    record.add_agencies("agencies/b");
    if (i % 40 == 0) {
      record.add_agencies("agencies/a");
      record.set_kind(i % 80 == 0 ? evidence::v1::GRANT_SUSPENDED : evidence::v1::GRANT_RESUMED);
    } else if (busy) {
      if (i % 3 == 0) record.set_grant("grants/g2");
      if (i % 50 == 1) record.set_state(std::string(i % 20000, 's'));
    } else {
      record.set_grant("grants/g3");
    }
    entries.push_back(MakeEntry(record));
  }
  return entries;
}

// The pages of a search, each with all that it tells.
struct ToldPage {
  std::vector<uint64_t> found = {};
  uint64_t below = 0;
  size_t examined = 0;
  size_t bytes_read = 0;
  friend bool operator==(const ToldPage&, const ToldPage&) = default;
};
std::vector<ToldPage> PagesOf(const LogReader& reader, const LogState& state,
                              absl::Span<const Query> queries, const SearchLimits& limits) {
  std::vector<ToldPage> pages;
  for (uint64_t below = state.size(); below > 0; below = pages.back().below) {
    REQUIRE(pages.size() < 2000);
    absl::StatusOr<SearchPage> page =
        reader.Search(state, queries, {.agencies = {"agencies/a", "agencies/c"}}, below, limits);
    INFO(page.status());
    REQUIRE(page.ok());
    pages.push_back(
        {.below = page->below, .examined = page->examined, .bytes_read = page->bytes_read});
    for (const Found& found : page->found) pages.back().found.push_back(found.index);
  }
  return pages;
}

TEST_CASE("No page tells a reader what the entries of others are", "[audit]") {
  const uint64_t count = 2 * kIndexSpan + 3 * kBundle + 50;
  std::vector<std::vector<ToldPage>> told[2];
  for (const bool busy : {false, true}) {
    kv::MemoryStore store;
    std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
    MustAppend(writer.get(), EntriesAround(count, busy));
    metrics::Registry metrics;
    Indexer indexer(
        &store, nullptr, [&writer] { return writer->state(); }, &metrics);
    REQUIRE(indexer.Turn().ok());
    const LogReader reader(&store);
    const std::vector<std::vector<Query>> searches = {
        {{.grant = "grants/g1"}},
        {{.grant = "grants/g1", .kind = evidence::v1::GRANT_SUSPENDED}},
        {{.agency = "agencies/b"}},
        {{.agency = "agencies/a"}},
        {{.grant = "grants/g2"}},  // of which nothing is the reader's
        {{.grant = "grants/g2"}, {.grant = "grants/g1"}, {.exchange = "x400"}}};
    for (const std::vector<Query>& queries : searches) {
      for (const SearchLimits& limits : std::vector<SearchLimits>{
               {},
               {.entries = 7},
               {.bytes = 2000},
               {.examined = 40},
               {.bytes_read = 4 << 20},
               {.examined = 50, .bytes_read = 1 << 20},
               {.entries = 1000, .spans = 1},
               {.entries = 100, .spans = 1, .from = 9000}}) {
        told[busy].push_back(PagesOf(reader, *writer->state(), queries, limits));
      }
    }
  }
  REQUIRE(told[0].size() == told[1].size());
  for (size_t i = 0; i < told[0].size(); ++i) {
    INFO("search " << i / 8 << ", limits " << i % 8);
    CHECK(told[0][i] == told[1][i]);
  }
  // And all that is the reader's is found.
  uint64_t found = 0;
  for (const ToldPage& page : told[1][0]) found += page.found.size();
  CHECK(found == count / 40);
  CHECK(told[1][6].size() == 2);  // a span a page
  CHECK(told[1][4 * 8].size() == 1);
  CHECK(told[1][5 * 8] == told[1][0]);
}

TEST_CASE("Several queries find together what each finds, once", "[audit]") {
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  const std::vector<EntryPtr> entries = MixedEntries(kIndexSpan + 2 * kBundle + 30);
  MustAppend(writer.get(), entries);
  metrics::Registry metrics;
  Indexer indexer(
      &store, nullptr, [&writer] { return writer->state(); }, &metrics);
  REQUIRE(indexer.Turn().ok());
  const LogReader reader(&store);
  const std::vector<Query> queries = {{.grant = "grants/g3", .kind = 61},
                                      {.object = "requests/r4"},
                                      {.grant = "grants/g3"},
                                      {.exchange = "x7"},
                                      {.exchange = "none"}};
  for (const Reader& who : {Reader{.all = true}, Reader{.agencies = {"agencies/a3"}}}) {
    std::vector<uint64_t> want;
    for (const Query& query : queries) {
      const std::vector<uint64_t> one = ScanAll(entries, query, who);
      want.insert(want.end(), one.begin(), one.end());
    }
    std::sort(want.rbegin(), want.rend());
    want.erase(std::unique(want.begin(), want.end()), want.end());
    for (const SearchLimits& limits : {SearchLimits{.entries = 90000}, SearchLimits{.examined = 50},
                                       SearchLimits{.entries = 7}}) {
      std::vector<uint64_t> found;
      for (uint64_t below = entries.size(); below > 0;) {
        absl::StatusOr<SearchPage> page =
            reader.Search(*writer->state(), queries, who, below, limits);
        REQUIRE(page.ok());
        for (const Found& one : page->found) found.push_back(one.index);
        REQUIRE(page->below < below);
        below = page->below;
      }
      CHECK(found == want);
    }
  }
}

TEST_CASE("A damaged or missing posting is found by fsck", "[audit][fault]") {
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  MustAppend(writer.get(), MixedEntries(kIndexSpan));
  metrics::Registry metrics;
  Indexer indexer(
      &store, nullptr, [&writer] { return writer->state(); }, &metrics);
  REQUIRE(indexer.Turn().ok());
  MustCheck(store);
  const std::string key = PostingKey(KeyOf({Term::Kind::kGrant, "grants/g3"}), 0);
  absl::StatusOr<kv::Entry> posting = store.Get(key);
  REQUIRE(posting.ok());
  posting->value[9] ^= 1;
  const std::vector<std::vector<kv::Pair>> spoiled = {
      {{key, posting->value}}, {{PostingKey({7}, 0), posting->value}}, {{IndexedKey(1), ""}}};
  kv::Batch lost;
  lost.DeleteRange(key, key + '\0');
  SECTION("changed") { REQUIRE(store.Ingest(spoiled[0]).ok()); }
  SECTION("too many") { REQUIRE(store.Ingest(spoiled[1]).ok()); }
  SECTION("a span too many") { REQUIRE(store.Ingest(spoiled[2]).ok()); }
  SECTION("missing") { REQUIRE(store.Commit(std::move(lost)).ok()); }
  CHECK(absl::IsDataLoss(CheckLog(store).status()));
}

TEST_CASE("A span that could not be ingested stays in memory and is tried again",
          "[audit][fault]") {
  const bool applied = GENERATE(false, true);
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  MustAppend(writer.get(), MixedEntries(kIndexSpan));
  metrics::Registry metrics;
  Indexer indexer(
      &store, nullptr, [&writer] { return writer->state(); }, &metrics);
  store.on_ingest = [applied](absl::Span<const kv::Pair>) {
    return kv::Outcome{.apply = applied, .status = absl::UnavailableError("disk")};
  };
  CHECK_FALSE(indexer.Turn().ok());
  CHECK(writer->state()->recent->view().bundles.size() == kIndexBundles);
  store.on_ingest = nullptr;
  CHECK(indexer.Turn().ok());
  CHECK(writer->state()->recent->view().bundles.empty());
  MustCheck(store);
}

TEST_CASE("A search on a state of before does not see what came after", "[audit]") {
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  const std::vector<EntryPtr> entries = MixedEntries(600);
  MustAppend(writer.get(), {entries.begin(), entries.begin() + 200});
  const std::shared_ptr<const LogState> before = writer->state();
  MustAppend(writer.get(), {entries.begin() + 200, entries.end()});
  const LogReader reader(&store);
  const Query query{.agency = "agencies/a1"};
  CHECK(SearchAll(reader, *before, query, {.all = true}, {}) ==
        ScanAll({entries.begin(), entries.begin() + 200}, query, {.all = true}));
}

TEST_CASE("A page ends once enough was read for it, and tells what it cost", "[audit]") {
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  MustAppend(writer.get(), MakeEntries(1, 4 * kBundle + 1));
  const LogReader reader(&store);
  const Query query{.agency = kConsumer};
  const uint64_t size = writer->state()->size();
  absl::StatusOr<SearchPage> all =
      reader.Search(*writer->state(), query, {.all = true}, size, {.entries = 5000});
  REQUIRE(all.ok());
  CHECK(all->found.size() == size);
  CHECK(all->examined == size);
  absl::StatusOr<SearchPage> page = reader.Search(*writer->state(), query, {.all = true}, size,
                                                  {.entries = 5000, .bytes_read = 1});
  REQUIRE(page.ok());
  CHECK(page->below < size);
  CHECK(page->below >= 3 * kBundle);
  CHECK(page->bytes_read > 0);
  CHECK(page->bytes_read < all->bytes_read / 2);
}

TEST_CASE("Entries come in as many answers as their bytes ask for", "[audit]") {
  kv::MemoryStore store;
  std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  std::vector<EntryPtr> entries;
  for (uint64_t i = 1; i <= 300; ++i) {
    evidence::AuditRecord record = GoodRecord(i);
    if (i % 50 == 0) record.set_state(std::string(60000, 's'));
    entries.push_back(MakeEntry(record));
  }
  MustAppend(writer.get(), entries);
  const LogReader reader(&store);
  uint64_t next = 0;
  while (next < 300) {
    absl::StatusOr<std::vector<Found>> some = reader.Entries(*writer->state(), next, 300, 100000);
    REQUIRE(some.ok());
    REQUIRE_FALSE(some->empty());
    for (const Found& found : *some) {
      REQUIRE(found.index == next);
      REQUIRE(found.stored.commitment == entries[next]->commitment);
      ++next;
    }
  }
  MustCheck(store);
}

}  // namespace
}  // namespace shareway::audit
