// SPDX-License-Identifier: Apache-2.0
// The catalogue's search at one million entries against SQLite FTS5 and PostgreSQL in the same run:
// the fixed queries of queries.txt, those with at most 10,000 hits (P10) and the broader (P10b).
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "services/catalog/search/index.h"
#include "tools/bench_catalog/corpus.h"
#include "tools/bench_catalog/peers.h"
#include "tests/support/temp_dir.h"
#include "tools/bench_exchange/report.h"

ABSL_FLAG(uint64_t, entries, 1'000'000, "How many entries are searched.");
ABSL_FLAG(bool, quick, false, "Ten thousand entries: whether it runs, not how fast.");
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

void Main() {
  const uint64_t entries = absl::GetFlag(FLAGS_quick) ? 10'000 : absl::GetFlag(FLAGS_entries);
  const std::vector<FixedQuery> queries =
      ReadQueries(absl::StrCat(SHAREWAY_SOURCE_DIR, "/tools/bench_catalog/queries.txt"));
  Report report("catalog");
  std::vector<size_t> hits;
  std::vector<double> narrow, broad;
  {
    const shareway::testing::TempDir dir;
    const std::unique_ptr<catalog::search::Index> opened =
        catalog::search::Index::Open(dir / "search").value();
    catalog::search::Index& index = *opened;
    index.Start({.list = [entries](absl::string_view name, size_t limit) {
                   return EntriesAfter(name, limit, entries);
                 },
                 .state = [] { return std::string("bench"); }});
    while (!index.ready()) absl::SleepFor(absl::Milliseconds(50));
    OurTimes(index, queries);  // warms up, as the peers do
    for (int repeat = 0; repeat < kRepeats; ++repeat) {
      Measured measured = OurTimes(index, queries);
      hits = std::move(measured.hits);
      narrow.push_back(P99(measured.ms, hits, false));
      broad.push_back(P99(measured.ms, hits, true));
    }
  }
  report.Add({.id = "P10",
              .what = absl::StrCat("search, filter, best first, ", entries, " entries"),
              .unit = "ms p99",
              .runs = narrow,
              .goal = AtMost(50)});
  report.Add({.id = "P10b",
              .what = absl::StrCat("the same with more than ", kBroad, " hits"),
              .unit = "ms p99",
              .runs = broad,
              .goal = AtMost(250)});
  if (!absl::GetFlag(FLAGS_sqlite).empty()) {
    AddPeer("sqlite", "SQLite FTS5", SqliteTimes(absl::GetFlag(FLAGS_sqlite), entries, queries),
            hits, &report);
  }
  if (!absl::GetFlag(FLAGS_postgres).empty()) {
    AddPeer("postgres", "PostgreSQL",
            PostgresTimes(absl::GetFlag(FLAGS_postgres), entries, queries), hits, &report);
  }
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
