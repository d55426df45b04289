// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_catalog/peers.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"

namespace shareway::bench {
namespace {

[[noreturn]] void Fail(const std::string& why) {
  std::cerr << "bench_catalog: " << why << "\n";
  std::exit(1);
}

std::string TextOf(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// The numbers that follow `mark` in `text`, times `factor`.
std::vector<double> NumbersAfter(const std::string& text, const std::string& mark, double factor) {
  std::vector<double> numbers;
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at)) {
    at += mark.size();
    double number = 0;
    if (absl::SimpleAtod(text.substr(at, text.find_first_of(" \n", at) - at), &number)) {
      numbers.push_back(number * factor);
    }
  }
  return numbers;
}

// Each query is two statements.
std::vector<double> InPairs(const std::vector<double>& times, size_t queries,
                            const std::string& log) {
  if (times.size() != 2 * queries) Fail(log);
  std::vector<double> sums;
  for (size_t i = 0; i < times.size(); i += 2) sums.push_back(times[i] + times[i + 1]);
  return sums;
}

// What hits are counted by, as columns.
constexpr const char* kFacets[] = {"class",  "provider", "category", "division",
                                   "format", "cycle",    "grading"};

// How many of the hits, told by `from`, have which value of each field: they are found once.
std::string FacetsOf(const std::string& from) {
  std::vector<std::string> counts;
  for (const char* const field : kFacets) {
    counts.push_back(absl::StrCat("SELECT '", field, "', CAST(", field,
                                  " AS text), count(*) FROM hits GROUP BY ", field));
  }
  return absl::StrCat("WITH hits AS MATERIALIZED (SELECT ", absl::StrJoin(kFacets, ", "), from,
                      ") ", absl::StrJoin(counts, " UNION ALL "), ";\n");
}

// One line an entry: number, the fields to count by, bigrams of title, items and abstract, parted by
// tabs.
void WriteRows(const std::string& path, uint64_t entries) {
  std::ofstream file(path);
  for (uint64_t n = 0; n < entries; ++n) {
    const catalog::Entry entry = EntryOf(n);
    int grading = 0;
    std::vector<std::string> items;
    for (const catalog::Item& item : entry.items) {
      grading = std::max(grading, static_cast<int>(item.grading));
      items.push_back(BigramsOf(item.name));
    }
    file << absl::StrJoin({absl::StrCat(n), absl::StrCat(static_cast<int>(entry.declared_class)), entry.provider,
                           entry.code.substr(0, 1), entry.division, absl::StrCat(static_cast<int>(entry.format)),
                           absl::StrCat(static_cast<int>(entry.update_cycle)), absl::StrCat(grading),
                           BigramsOf(entry.title), absl::StrJoin(items, " / "),
                           BigramsOf(entry.abstract)},
                          "\t")
         << '\n';
  }
  file.close();
  if (!file) Fail(absl::StrCat("cannot write ", path));
  ::chmod(path.c_str(), 0644);
}

std::string Filter(const FixedQuery& query) {
  return query.share_class == 0 ? "" : absl::StrCat(" AND class = ", query.share_class);
}

void WriteText(const std::string& path, const std::string& text) {
  std::ofstream(path) << text;
  ::chmod(path.c_str(), 0644);
}

}  // namespace

std::vector<double> SqliteTimes(const std::string& sqlite, uint64_t entries,
                                const std::vector<FixedQuery>& queries) {
  const testing::TempDir dir;
  WriteRows(dir / "rows.tsv", entries);
  std::string script = absl::StrCat(
      "CREATE TABLE entries (id INTEGER PRIMARY KEY, class INTEGER, provider TEXT, category TEXT, "
      "division TEXT, format INTEGER, cycle INTEGER, grading INTEGER, title TEXT, items TEXT, "
      "abstract TEXT);\n",
      ".mode tabs\n.import ", dir / "rows.tsv", " entries\n",
      "CREATE VIRTUAL TABLE words USING fts5(title, items, abstract, content='entries', "
      "content_rowid='id');\n",
      "INSERT INTO words(words) VALUES ('rebuild');\n",
      "INSERT INTO words(words, rank) VALUES ('rank', 'bm25(1000.0, 100.0, 1.0)');\nANALYZE;\n.output /dev/null\n");
  for (const bool measured : {false, true}) {
    if (measured) absl::StrAppend(&script, ".timer on\n");
    for (const FixedQuery& query : queries) {
      std::vector<std::string> phrases;
      for (const absl::string_view word : absl::StrSplit(query.words, ' ')) {
        phrases.push_back(absl::StrCat("\"", BigramsOf(std::string(word)), "\""));
      }
      const std::string from =
          absl::StrCat(" FROM words JOIN entries ON entries.id = words.rowid WHERE words MATCH '",
                       absl::StrJoin(phrases, " AND "), "'", Filter(query));
      absl::StrAppend(&script, FacetsOf(from), "SELECT id", from, " ORDER BY rank LIMIT 10;\n");
    }
  }
  WriteText(dir / "script.sql", script);
  testing::Child child(
      {sqlite, "-batch", dir / "base.db", absl::StrCat(".read ", dir / "script.sql")}, dir / "log");
  if (child.Wait(absl::Hours(1)) != 0) Fail(TextOf(dir / "log"));
  const std::string log = TextOf(dir / "log");
  return InPairs(NumbersAfter(log, "Run Time: real ", 1000), queries.size(), log);
}

std::vector<double> PostgresTimes(const std::string& bin, uint64_t entries,
                                  const std::vector<FixedQuery>& queries) {
  const testing::TempDir dir;
  ::chmod(dir.path().c_str(), 0777);
  const auto as_user = [&](std::vector<std::string> argv) {
    argv[0] = bin + "/" + argv[0];
    if (::geteuid() == 0) {
      argv.insert(argv.begin(), {"/usr/bin/setpriv", "--reuid=nobody", "--regid=nogroup",
                                 "--clear-groups", "--pdeathsig=SIGINT"});
    }
    return argv;
  };
  testing::Child init(as_user({"initdb", "-D", dir / "data", "-U", "bench", "-A", "trust", "-E",
                               "UTF8", "--locale=C"}),
                      dir / "initdb.log");
  if (init.Wait(absl::Minutes(1)) != 0) Fail(TextOf(dir / "initdb.log"));
  testing::Child server(as_user({"postgres", "-D", dir / "data", "-k", dir.path(), "-c",
                                 "listen_addresses=", "-c", "shared_buffers=1GB", "-c", "jit=off"}),
                        dir / "postgres.log");
  const auto run = [&](const std::string& file, absl::Duration limit) {
    testing::Child psql(as_user({"psql", "-q", "-v", "ON_ERROR_STOP=1", "-h", dir.path(), "-U",
                                 "bench", "-d", "postgres", "-f", file}),
                        dir / "psql.log");
    return psql.Wait(limit);
  };
  WriteText(dir / "ready.sql", "SELECT 1;\n");
  for (int i = 0; run(dir / "ready.sql", absl::Minutes(1)) != 0; ++i) {
    if (i == 200) Fail(TextOf(dir / "postgres.log"));
    absl::SleepFor(absl::Milliseconds(50));
  }
  WriteRows(dir / "rows.tsv", entries);
  std::string script = absl::StrCat(
      "CREATE TABLE entries (id int PRIMARY KEY, class int, provider text, category text, division "
      "text, format int, cycle int, grading int, title text, items text, abstract text);\n",
      "\\copy entries FROM '", dir / "rows.tsv", "'\n", "ALTER TABLE entries ADD words tsvector;\n",
      "UPDATE entries SET words = setweight(to_tsvector('simple', title), 'A') || "
      "setweight(to_tsvector('simple', items), 'B') || "
      "setweight(to_tsvector('simple', abstract), 'D');\n",
      "CREATE INDEX ON entries USING gin (words);\nVACUUM ANALYZE entries;\n\\o /dev/null\n");
  for (const bool measured : {false, true}) {
    if (measured) absl::StrAppend(&script, "\\timing on\n");
    for (const FixedQuery& query : queries) {
      std::vector<std::string> phrases;
      for (const absl::string_view word : absl::StrSplit(query.words, ' ')) {
        phrases.push_back(absl::StrReplaceAll(BigramsOf(std::string(word)), {{" ", " <-> "}}));
      }
      const std::string question =
          absl::StrCat("to_tsquery('simple', '", absl::StrJoin(phrases, " & "), "')");
      const std::string from =
          absl::StrCat(" FROM entries WHERE words @@ ", question, Filter(query));
      absl::StrAppend(&script, FacetsOf(from), "SELECT id", from, " ORDER BY ts_rank(words, ",
                      question, ") DESC LIMIT 10;\n");
    }
  }
  WriteText(dir / "script.sql", script);
  if (run(dir / "script.sql", absl::Hours(1)) != 0) Fail(TextOf(dir / "psql.log"));
  server.Signal(SIGTERM);  // a smart shutdown
  server.Wait(absl::Seconds(20));
  const std::string log = TextOf(dir / "psql.log");
  return InPairs(NumbersAfter(log, "Time: ", 1), queries.size(), log);
}

}  // namespace shareway::bench
