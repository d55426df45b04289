// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/csv_reader.h"

#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::catalog::files {
namespace {

using Rows = std::vector<Row>;

// Feeds `bytes` in pieces of `step`.
absl::StatusOr<Rows> Read(absl::string_view bytes, Encoding encoding = Encoding::kUtf8,
                          size_t step = 1, const Limits& limits = {}) {
  Rows rows;
  auto reader = CsvReader::Open(encoding, limits, [&](const Row& row) {
    rows.push_back(row);
    return absl::OkStatus();
  });
  if (!reader.ok()) return reader.status();
  for (size_t at = 0; at < bytes.size(); at += step) {
    if (absl::Status fed = (*reader)->Feed(bytes.substr(at, step)); !fed.ok()) return fed;
  }
  if (absl::Status end = (*reader)->Finish(); !end.ok()) return end;
  return rows;
}

Reason ReasonOf(const absl::StatusOr<Rows>& rows) {
  REQUIRE_FALSE(rows.ok());
  const auto details = DetailsOf(rows.status());
  REQUIRE(details);
  return details->reason;
}

bool IsUtf8(absl::string_view bytes) {
  Utf8Check check;
  for (const char& byte : bytes) check.Feed(absl::string_view(&byte, 1));
  return check.Finish();
}

TEST_CASE("Rows are read alike however the file comes in pieces", "[files]") {
  const std::string file = "\xEF\xBB\xBF名称,代码\r\n\"一,\"\"二\"\"\r\n三\",\r\n\r\n四,\"\"\n五";
  for (const size_t step : {1, 2, 3, 7, 1000}) {
    CAPTURE(step);
    const Rows rows = Read(file, Encoding::kUtf8, step).value();
    REQUIRE(rows.size() == 4);
    CHECK(rows[0].cells == std::vector<std::string>{"名称", "代码"});
    CHECK(rows[1].cells == std::vector<std::string>{"一,\"二\"\r\n三", ""});
    CHECK(rows[2].cells == std::vector<std::string>{"四", ""});
    CHECK(rows[2].row == 4);
    CHECK(rows[3].cells == std::vector<std::string>{"五"});
  }
}

TEST_CASE("GB18030 is told from UTF-8 and read, also where it needs four bytes", "[files]") {
  const std::string file = "\xC3\xFB\xB3\xC6,\x95\x32\x82\x36\n";  // 名称 and U+20000
  CHECK_FALSE(IsUtf8(file));
  CHECK(IsUtf8("名称"));
  CHECK(IsUtf8(""));
  CHECK_FALSE(IsUtf8(absl::string_view("名称").substr(0, 5)));
  for (const size_t step : {1, 3, 100}) {
    CHECK(Read(file, Encoding::kGb18030, step).value().at(0).cells ==
          std::vector<std::string>{"名称", "\xF0\xA0\x80\x80"});
  }
}

TEST_CASE("What is no CSV is refused with its place", "[files]") {
  for (const absl::string_view bad : {"a,b\n\"c", "a,b\nc\"d", "a,b\n\"c\"d", "a,b\n\xFF\xFE"}) {
    CAPTURE(bad);
    const auto rows = Read(bad);
    CHECK(ReasonOf(rows) == Reason::kFileRefused);
    CHECK(absl::StrContains(rows.status().message(), "row 2"));
  }
  CHECK(ReasonOf(Read(absl::string_view("a\0b", 3))) == Reason::kFileRefused);
  CHECK(ReasonOf(Read("\xE5\x90")) == Reason::kFileRefused);
  CHECK(ReasonOf(Read("\x95\x32", Encoding::kGb18030)) == Reason::kFileRefused);
}

TEST_CASE("What is over a limit is refused when it is reached", "[files]") {
  const Limits small{.rows = 3, .columns = 4, .cell_bytes = 5, .row_bytes = 12};
  const auto read = [&](absl::string_view bytes) {
    return Read(bytes, Encoding::kUtf8, 1, small);
  };
  CHECK(read("1\n2\n3\n").ok());
  CHECK(ReasonOf(read("1\n2\n3\n4\n")) == Reason::kFileTooLarge);
  CHECK(read("1,2,3,4").ok());
  CHECK(ReasonOf(read("1,2,3,4,5")) == Reason::kFileTooLarge);
  CHECK(read("12345").ok());
  CHECK(ReasonOf(read("\"123456")) == Reason::kFileTooLarge);
  CHECK(read("1234,1234,1234").ok());
  CHECK(ReasonOf(read("1234,1234,12345")) == Reason::kFileTooLarge);
}

TEST_CASE("Reading ends with the first error of who takes the rows", "[files]") {
  int taken = 0;
  auto reader = CsvReader::Open(Encoding::kUtf8, {}, [&](const Row&) {
    ++taken;
    return absl::CancelledError("enough");
  });
  REQUIRE(reader.ok());
  CHECK(absl::IsCancelled((*reader)->Feed("1\n2\n3\n")));
  CHECK(taken == 1);
}

TEST_CASE("Bytes without meaning never do more than be refused", "[files]") {
  std::mt19937 random(20261123);
  const absl::string_view letters = "\",\r\n\xE5\x90\x8D\x95\x32=a";
  for (int n = 0; n < 5000; ++n) {
    std::string file;
    for (size_t left = random() % 40; left > 0; --left) file += letters[random() % letters.size()];
    for (const Encoding encoding : {Encoding::kUtf8, Encoding::kGb18030}) {
      const auto whole = Read(file, encoding, file.size() + 1);
      const auto pieces = Read(file, encoding, 1);
      REQUIRE(whole.ok() == pieces.ok());
      if (!whole.ok()) {
        CHECK(ReasonOf(whole) == Reason::kFileRefused);
        continue;
      }
      REQUIRE(whole->size() == pieces->size());
      for (size_t i = 0; i < whole->size(); ++i) CHECK((*whole)[i].cells == (*pieces)[i].cells);
    }
  }
}

TEST_CASE("A cell that would be computed is text, and comes back as it was", "[files]") {
  for (const absl::string_view text : {"=1+1", "+1", "-1", "@x", "\tx", "\rx", "\nx", "'=1", "''=1",
                                       "＝1+1", "＋1", "－1", "＠x", "'＝1", "\n=1"}) {
    CAPTURE(text);
    CHECK(Neutralized(text) == absl::StrCat("'", text));
    CHECK(Restored(Neutralized(text)) == text);
  }
  for (const absl::string_view text : {"", "a", "'", "''", "'a", "1-1", "名称"}) {
    CAPTURE(text);
    CHECK(Neutralized(text) == text);
    CHECK(Restored(text) == text);
  }
}

}  // namespace
}  // namespace shareway::catalog::files
