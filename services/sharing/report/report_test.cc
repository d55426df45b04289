// SPDX-License-Identifier: Apache-2.0
#include "services/sharing/report/report.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"

namespace shareway::sharing::report {
namespace {

Report Small() {
  return {.file_stem = "ranking-2026-03",
          .title = "排名 <b>&</b>",
          .notes = {"第一段 \"引\"", "=1+1"},
          .tables = {{.title = "表 'a'",
                      .headers = {"部门", "得分"},
                      .rows = {{"<img src=x onerror=alert(1)>", int64_t{97}},
                               {"=HYPERLINK(\"http://x\")", int64_t{-1}}}}}};
}

TEST_CASE("Whatever stands in a report is text on the page", "[reports]") {
  CHECK(Escaped("<a href=\"x\">'&'</a>") ==
        "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;");
  CHECK(Escaped("演示市") == "演示市");
  const std::string html = Html(Small());
  CHECK(absl::StrContains(html, "排名 &lt;b&gt;&amp;&lt;/b&gt;"));
  CHECK(absl::StrContains(html, "&lt;img src=x onerror=alert(1)&gt;"));
  CHECK(absl::StrContains(html, "<td class=\"number\">97</td>"));
  CHECK(absl::StrContains(html, "lang=\"zh-Hans\""));
  for (const char* never : {"<script", "<img", "<b>", "javascript:", "http://"}) {
    CAPTURE(never);
    Report report = Small();
    report.tables[0].rows.pop_back();
    CHECK_FALSE(absl::StrContains(Html(report), never));
  }
}

TEST_CASE("Equal reports are equal workbooks, others are not", "[reports]") {
  const std::string book = Workbook(Small()).value();
  CHECK(absl::StartsWith(book, "PK"));
  CHECK(absl::StrContains(book, "xl/worksheets/sheet2.xml"));
  CHECK_FALSE(absl::StrContains(book, "xl/worksheets/sheet3.xml"));
  CHECK(Workbook(Small()).value() == book);
  Report other = Small();
  other.tables[0].rows[0][1] = int64_t{96};
  CHECK(Workbook(other).value() != book);
}

// Opens the package with nothing of ours.
constexpr char kReader[] = R"(
import html, re, sys, zipfile
book = zipfile.ZipFile(sys.argv[1])
assert book.testzip() is None
sheet = book.read('xl/worksheets/sheet2.xml').decode()
shared = book.read('xl/sharedStrings.xml').decode()
texts = [html.unescape(t) for t in re.findall('<t[^>]*>(.*?)</t>', shared)]
assert '<f>' not in sheet and '<v>97</v>' in sheet and '<v>-1</v>' in sheet, sheet
assert '=1+1' in texts and '=HYPERLINK("http://x")' in texts, texts
assert not [n for n in book.namelist() if 'hyperlink' in n or 'vba' in n], book.namelist()
)";

TEST_CASE("A workbook reads elsewhere as texts and numbers, never as formulas", "[reports]") {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / absl::StrCat("workbook-", getpid());
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "book.xlsx", std::ios::binary) << Workbook(Small()).value();
  std::ofstream(folder / "read.py") << kReader;
  const std::string command =
      absl::StrCat("python3 ", (folder / "read.py").string(), " ", (folder / "book.xlsx").string());
  CHECK(std::system(command.c_str()) == 0);
  std::filesystem::remove_all(folder);
}

TEST_CASE("A text too long for a cell is refused, not cut", "[reports]") {
  Report report = Small();
  report.tables[0].rows[0][0] = std::string(40000, 'x');
  CHECK(Workbook(report).status().code() == absl::StatusCode::kInternal);
}

}  // namespace
}  // namespace shareway::sharing::report
