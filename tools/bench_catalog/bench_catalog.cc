// SPDX-License-Identifier: Apache-2.0
// The catalogue's search at one million entries against SQLite FTS5 and PostgreSQL in the same run:
// the fixed queries of queries.txt, those with at most 10,000 hits (P10) and the broader (P10b).
// Then publishing, against bare durable writes of the same store, how soon 200 watchers hear of it, and
// a file of 100,000 entries brought in, against the same entries sent one by one.
#include <algorithm>
#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "services/catalog/search/index.h"
#include "tests/support/temp_dir.h"
#include "tools/bench_catalog/corpus.h"
#include "tools/bench_catalog/fanout.h"
#include "tools/bench_catalog/intake.h"
#include "tools/bench_catalog/peers.h"
#include "tools/bench_catalog/press.h"
#include "tools/bench_exchange/report.h"

ABSL_FLAG(uint64_t, entries, 1'000'000, "How many entries are searched.");
ABSL_FLAG(bool, quick, false, "Ten thousand entries: whether it runs, not how fast.");
ABSL_FLAG(std::string, only, "",
          "Some of search, publish, fanout and import, parted by commas; empty: all.");
ABSL_FLAG(int, rows, 100'000, "Entries of the file that is brought in, at most 100,000.");
ABSL_FLAG(int, threads, 32, "Officials at work at once.");
ABSL_FLAG(int, watchers, 200, "Nodes that watch.");
ABSL_FLAG(std::string, sqlite, "", "The sqlite3 program; empty: without.");
ABSL_FLAG(std::string, postgres, "", "Folder of initdb, postgres and psql; empty: without.");
ABSL_FLAG(std::string, json, "", "Writes the figures to this file, too.");

namespace shareway::bench {
namespace {

constexpr size_t kBroad = 10'000;  // hits; more are broad
constexpr int kRepeats = 3;

struct Measured {
  std::vector<double> ms = {};
  std::vector<size_t> hits = {};
};

Measured OurTimes(catalog::search::Index& index, const std::vector<FixedQuery>& queries) {
  Measured measured;
  for (const FixedQuery& query : queries) {
    catalog::search::Query question = {.words = query.words, .limit = 10};
    if (query.share_class != 0) {
      question.share_classes = {static_cast<catalog::ShareClass>(query.share_class)};
    }
    const absl::Time start = absl::Now();
    const int64_t hits = index.Search(question).value().total;
    measured.ms.push_back(absl::ToDoubleMilliseconds(absl::Now() - start));
    measured.hits.push_back(static_cast<size_t>(hits));
  }
  return measured;
}

std::string NameOf(uint64_t n) { return absl::StrFormat("resources/%08d", n); }

// The corpus as the index reads it.
absl::StatusOr<std::vector<std::pair<std::string, std::optional<catalog::Entry>>>> EntriesAfter(
    absl::string_view name, size_t limit, uint64_t entries) {
  uint64_t next = 0;
  if (!name.empty()) {
    if (!absl::SimpleAtoi(absl::StripPrefix(name, "resources/"), &next)) {
      return absl::InvalidArgumentError(name);
    }
    ++next;
  }
  std::vector<std::pair<std::string, std::optional<catalog::Entry>>> page;
  for (; next < entries && page.size() < limit; ++next) {
    page.emplace_back(NameOf(next), EntryOf(next));
  }
  return page;
}

// The slowest of a hundred among the broad queries, or the others.
double P99(const std::vector<double>& ms, const std::vector<size_t>& hits, bool broad) {
  std::vector<double> chosen;
  for (size_t i = 0; i < ms.size(); ++i) {
    if ((hits[i] > kBroad) == broad) chosen.push_back(ms[i]);
  }
  if (chosen.empty()) return 0;
  std::sort(chosen.begin(), chosen.end());
  return chosen[static_cast<size_t>(0.99 * static_cast<double>(chosen.size() - 1) + 0.5)];
}

void AddPeer(const std::string& id, const std::string& what, const std::vector<double>& ms,
             const std::vector<size_t>& hits, Report* report) {
  for (const bool broad : {false, true}) {
    report->Add({.id = absl::StrCat(broad ? "P10b_" : "P10_", id),
                 .what = absl::StrCat("the same queries by ", what),
                 .unit = "ms p99",
                 .runs = {P99(ms, hits, broad)}});
  }
}

bool Wanted(absl::string_view part) {
  const std::string only = absl::GetFlag(FLAGS_only);
  if (only.empty()) return true;
  const std::vector<absl::string_view> parts = absl::StrSplit(only, ',');
  return std::find(parts.begin(), parts.end(), part) != parts.end();
}

void MeasureSearch(uint64_t entries, Report* report) {
  const std::vector<FixedQuery> queries =
      ReadQueries(absl::StrCat(SHAREWAY_SOURCE_DIR, "/tools/bench_catalog/queries.txt"));
  std::vector<size_t> hits;
  std::vector<double> narrow, broad;
  {
    const shareway::testing::TempDir dir;
    const std::unique_ptr<catalog::search::Index> opened =
        catalog::search::Index::Open(dir / "search").value();
    catalog::search::Index& index = *opened;
    const absl::Time start = absl::Now();
    index.Start({.list = [entries](absl::string_view name, size_t limit) {
                   return EntriesAfter(name, limit, entries);
                 },
                 .state = [] { return std::string("bench"); }});
    while (!index.ready()) absl::SleepFor(absl::Milliseconds(50));
    report->Add({.id = "rebuild",
                 .what = "entries put into the search index, made anew",
                 .unit = "/s",
                 .runs = {static_cast<double>(entries) / absl::ToDoubleSeconds(absl::Now() - start)}});
    OurTimes(index, queries);  // warms up, as the peers do
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      Measured measured = OurTimes(index, queries);
      hits = std::move(measured.hits);
      narrow.push_back(P99(measured.ms, hits, false));
      broad.push_back(P99(measured.ms, hits, true));
    }
  }
  report->Add({.id = "P10",
               .what = absl::StrCat("search, filter, facets, ten best, ", entries, " entries"),
               .unit = "ms p99",
               .runs = narrow,
               .goal = AtMost(50)});
  report->Add({.id = "P10b",
               .what = absl::StrCat("the same with more than ", kBroad, " hits"),
               .unit = "ms p99",
               .runs = broad,
               .goal = AtMost(250)});
  if (!absl::GetFlag(FLAGS_sqlite).empty()) {
    AddPeer("sqlite", "SQLite FTS5", SqliteTimes(absl::GetFlag(FLAGS_sqlite), entries, queries),
            hits, report);
  }
  if (!absl::GetFlag(FLAGS_postgres).empty()) {
    AddPeer("postgres", "PostgreSQL",
            PostgresTimes(absl::GetFlag(FLAGS_postgres), entries, queries), hits, report);
  }
}

// Runs act(n) for each n in [from, to) on all threads; how many a second.
template <typename Act>
double RateOf(uint64_t from, uint64_t to, Act act) {
  const absl::Time start = absl::Now();
  std::atomic<uint64_t> next = from;
  std::vector<std::thread> threads;
  for (int i = 0; i < absl::GetFlag(FLAGS_threads); ++i) {
    threads.emplace_back([&] {
      for (uint64_t n = next++; n < to; n = next++) act(n);
    });
  }
  for (std::thread& thread : threads) thread.join();
  return static_cast<double>(to - from) / absl::ToDoubleSeconds(absl::Now() - start);
}

void MeasurePublishing(bool quick, Report* report) {
  constexpr size_t kBareBytes = 2048;  // of an entry with its event, about
  const uint64_t count = quick ? 200 : 5'000;
  const shareway::testing::TempDir dir;
  Press press(dir.path());
  std::vector<double> rates, ratios;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    const uint64_t from = 1 + static_cast<uint64_t>(repeat) * count;
    const double bare = RateOf(4 * from, 4 * (from + count),
                               [&](uint64_t n) { press.CommitBare(n, kBareBytes); });
    rates.push_back(RateOf(from, from + count, [&](uint64_t n) { press.Publish(n); }));
    ratios.push_back(4 * rates.back() / bare);
  }
  report->Add({.id = "publish",
               .what = "entries compiled, submitted, approved and published",
               .unit = "/s",
               .runs = rates});
  report->Add({.id = "publish_writes",
               .what = "their four writes against bare durable writes",
               .unit = "ratio",
               .runs = ratios});
}

void MeasureFanout(bool quick, Report* report) {
  const int watchers = absl::GetFlag(FLAGS_watchers);
  const Fanout fanout = PublishTo(watchers, quick ? 3 : 50);
  std::vector<double> seen = fanout.seen;
  std::sort(seen.begin(), seen.end());
  report->Add({.id = "fanout",
               .what = absl::StrCat("publication sent until seen by ", watchers, " watchers, p99"),
               .unit = "ms",
               .runs = {seen[static_cast<size_t>(0.99 * static_cast<double>(seen.size() - 1))]}});
  report->Add({.id = "fanout_call",
               .what = "until the publishing call returned",
               .unit = "ms",
               .runs = fanout.acknowledged});
}

void MeasureImport(int rows, Report* report) {
  const Intake intake = TakeIn(rows);
  const double count = rows;
  report->Add({.id = "import",
               .what = absl::StrFormat("entries brought in by a CSV file of %d rows, %.1f MiB", rows,
                                       intake.file_mib),
               .unit = "rows/s",
               .runs = {count / intake.import_seconds}});
  report->Add({.id = "import_check",
               .what = "of these, sent and checked",
               .unit = "rows/s",
               .runs = {count / intake.check_seconds}});
  report->Add({.id = "import_calls",
               .what = "the same entries, one CreateResource after the other",
               .unit = "rows/s",
               .runs = {count / intake.call_seconds}});
  report->Add({.id = "import_memory",
               .what = "peak memory of the catalogue's process, importing",
               .unit = "MiB",
               .runs = {intake.import_mib}});
  report->Add({.id = "import_calls_memory",
               .what = "the same, sent one by one",
               .unit = "MiB",
               .runs = {intake.call_mib}});
  report->Add({.id = "import_idle_memory",
               .what = "the same, ready and without work",
               .unit = "MiB",
               .runs = {intake.idle_mib}});
}

void Main() {
  const bool quick = absl::GetFlag(FLAGS_quick);
  Report report("catalog");
  if (Wanted("search")) MeasureSearch(quick ? 10'000 : absl::GetFlag(FLAGS_entries), &report);
  if (Wanted("publish")) MeasurePublishing(quick, &report);
  if (Wanted("fanout")) MeasureFanout(quick, &report);
  if (Wanted("import")) MeasureImport(quick ? 500 : absl::GetFlag(FLAGS_rows), &report);
  report.Print();
  report.Write(absl::GetFlag(FLAGS_json));
}

}  // namespace
}  // namespace shareway::bench

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  shareway::bench::Main();
  return 0;
}
