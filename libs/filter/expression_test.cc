// SPDX-License-Identifier: Apache-2.0
#include "libs/filter/expression.h"

#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::filter {
namespace {

using Row = std::map<std::string, std::string, std::less<>>;

Expression Of(const std::string& text) {
  const absl::StatusOr<Expression> read = Expression::Parse(text, "f");
  INFO(text << ": " << read.status());
  REQUIRE(read.ok());
  return *read;
}

std::optional<absl::string_view> Find(const Row& row, absl::string_view item) {
  const auto found = row.find(std::string(item));
  if (found == row.end()) return std::nullopt;
  return absl::string_view(found->second);
}

bool Holds(const Expression& expression, const Row& row) {
  return expression.Matches([&](absl::string_view item) { return Find(row, item); });
}
bool Holds(const std::string& text, const Row& row) { return Holds(Of(text), row); }

TEST_CASE("An expression says which rows may leave", "[expression]") {
  const Row row = {{"region", "420102"}, {"kind", "A"}, {"age", "9"}, {"day", "2026-02-03"},
                   {"quote", "say \"hi\" \\"}};
  CHECK(Holds("", row));
  CHECK(Holds("region ^= \"4201\" and kind = \"A\"", row));
  CHECK(Holds("kind in (\"B\", \"A\")", row));
  CHECK(Holds("kind = \"B\" or age < \"10\"", row));
  CHECK(Holds("day >= \"2026-01-01\" and day < \"2027-01-01\"", row));
  CHECK(Holds("not kind = \"B\"", row));
  CHECK(Holds("kind != \"B\"", row));
  CHECK(Holds("(kind = \"B\" or kind = \"A\") and not (age > \"10\" or age <= \"8\")", row));
  CHECK(Holds("absent is null and not kind is null", row));
  CHECK(Holds("quote = \"say \\\"hi\\\" \\\\\"", row));
  CHECK_FALSE(Holds("region ^= \"4301\"", row));
  CHECK_FALSE(Holds("kind in (\"B\", \"C\")", row));
  // and binds before or, not before both.
  CHECK(Holds("kind = \"A\" or kind = \"B\" and kind = \"C\"", row));
  CHECK_FALSE(Holds("not kind = \"A\" and kind = \"B\" or age = \"8\"", row));
}

TEST_CASE("What is absent is unknown, and what is unknown does not leave", "[expression]") {
  const Row row = {{"kind", "A"}};
  for (const char* text : {"x = \"1\"", "not x = \"1\"", "x != \"1\"", "not x in (\"1\", \"2\")",
                           "x < \"1\" or x >= \"1\"", "not (x = \"1\" and kind = \"A\")"}) {
    CAPTURE(text);
    CHECK_FALSE(Holds(text, row));
  }
  CHECK(Holds("x = \"1\" or kind = \"A\"", row));
  CHECK(Holds("not (x = \"1\" and kind = \"B\")", row));
}

TEST_CASE("Numbers are ordered as numbers of any length, all else byte by byte", "[expression]") {
  const auto less = [](const std::string& value, const std::string& than) {
    return Holds(absl::StrCat("x < \"", than, "\""), {{"x", value}});
  };
  CHECK(less("9", "10"));
  CHECK(less("-10", "-9"));
  CHECK(less("-0.5", "0.25"));
  CHECK(less("0.9", "0.95"));
  CHECK(less("99999999999999999999999999999998", "99999999999999999999999999999999"));
  CHECK_FALSE(less("1.50", "1.5"));
  CHECK_FALSE(less("-0", "0"));
  CHECK(less("10x", "9"));  // no number: byte by byte
  CHECK(less("2026-01-31", "2026-02-01"));
  CHECK_FALSE(less("1.", "1"));  // "1." is no number, and a longer text
  CHECK(Holds("x <= \"1.5\" and x >= \"1.5\"", {{"x", "1.50"}}));
  CHECK_FALSE(Holds("x = \"1.5\"", {{"x", "1.50"}}));
}

TEST_CASE("An expression that does not read is refused where it stops", "[expression]") {
  struct Spoilt {
    std::string text;
    std::string says;
  };
  std::string deep = "x = \"1\"";
  for (int i = 0; i < kMaxDepth; ++i) deep = absl::StrCat("(", deep, ")");
  std::string wide = "x = \"1\"";
  for (int i = 0; i < kMaxComparisons; ++i) absl::StrAppend(&wide, " or x = \"1\"");
  std::string set = "x in (\"0\"";
  for (int i = 0; i < kMaxSet; ++i) absl::StrAppend(&set, ", \"1\"");
  const std::vector<Spoilt> table = {
      {"x", "at character 2: want =, !="},
      {"x = ", "want a value in quotes, found the end"},
      {"x = 1", "at character 5: want a value in quotes"},
      {"x = \"1", "want the closing quote, found the end"},
      {"x = \"\"", "has 0 characters, want 1 to 512"},
      {absl::StrCat("x = \"", std::string(513, 'a'), "\""), "has 513 characters"},
      {"x = \"a\\n\"", "want \" or \\ after \\"},
      {"x == \"1\"", "at character 4: want a value"},
      {"1x = \"1\"", "at character 1: want an item id"},
      {absl::StrCat(std::string(65, 'x'), " = \"1\""), "want an item id"},
      {"and = \"1\"", "want an item id"},
      {"名 = \"1\"", "want an item id"},
      {"x = \"名\" y", "at character 9: want and, or, or the end"},
      {"x = \"1\" or", "want an item id, [A-Za-z][A-Za-z0-9_]{0,63}, or not, or (, found the end"},
      {"(x = \"1\"", "want ), found the end"},
      {"x in ()", "want a value in quotes"},
      {"x in (\"1\" \"2\")", "want , or )"},
      {"x is nil", "want null"},
      {"lower(x) = \"1\"", "want =, !="},
      {absl::StrCat("(", deep, ")"), "more than 8 levels deep"},
      {wide, "more than 64 comparisons"},
      {absl::StrCat(set, ")"), "more than 100 values"},
      {std::string(4097, ' '), "has 4097 characters, at most 4096"},
      {"x = \"\xff\"", "not UTF-8 text"},
      {std::string("x\0= \"1\"", 8), "not UTF-8 text"},
  };
  for (const Spoilt& spoilt : table) {
    CAPTURE(spoilt.text);
    const absl::Status status = Expression::Parse(spoilt.text, "scope.row_expression").status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(absl::StrContains(status.message(), spoilt.says));
    if (!status.ok()) CHECK(DetailsOf(status)->fields.at(0).field == "scope.row_expression");
  }
  CHECK(Expression::Parse("not (((((((x = \"1\")))))))", "f").status().code() ==
        absl::StatusCode::kInvalidArgument);
}

TEST_CASE("What says the same is spelt the same", "[expression]") {
  CHECK(Of("b=\"2\"   and a=\"1\"").ToString() == "a = \"1\" and b = \"2\"");
  CHECK(Of("a = \"1\" and (b = \"2\" and a = \"1\")") == Of("b = \"2\" and a = \"1\""));
  CHECK(Of("not not a = \"1\"") == Of("a = \"1\""));
  CHECK(Of("a in (\"2\", \"1\", \"2\")").ToString() == "a in (\"1\", \"2\")");
  CHECK(Of("a in (\"1\")") == Of("a = \"1\""));
  CHECK(Of("a = \"1\"") != Of("a != \"1\""));
  CHECK(Of("").ToString().empty());
  CHECK(Of("").Parts().empty());
  CHECK(Of("a = \"1\" and (b = \"2\" or c = \"3\")").Parts().size() == 2);
  CHECK(Of("a = \"1\" or b = \"2\"").Parts().size() == 1);
  CHECK(Of("(b = \"1\" or a = \"1\") and not (a = \"2\" or c is null)").Items() ==
        std::vector<std::string>{"a", "b", "c"});
}

// Trees as a fuzzer would write them, and what they say by the book.
class RandomExpressions {
 public:
  explicit RandomExpressions(uint32_t seed) : engine_(seed) {}

  int Below(int n) { return static_cast<int>(engine_() % static_cast<uint32_t>(n)); }

  std::string Value() {
    static const std::vector<std::string> kValues = {"1", "2", "10", "1.0", "-1", "a", "ab", "b"};
    return kValues[static_cast<size_t>(Below(static_cast<int>(kValues.size())))];
  }
  std::string Item() { return std::string(1, "xyz"[Below(3)]); }

  // Text, and the value that it has on `row` by plain recursion: -1 false, 0 unknown, 1 true.
  std::string Text(const Row& row, int depth, int* truth) {
    switch (depth == 0 ? Below(3) : Below(6)) {
      case 0: {
        static const std::vector<std::string> kSigns = {"=", "!=", "<", "<=", ">", ">=", "^="};
        const std::string item = Item();
        const std::string value = Value();
        const std::string sign = kSigns[static_cast<size_t>(Below(7))];
        *truth = Naive(row, item, sign, value);
        return absl::StrCat(item, sign, "\"", value, "\"");
      }
      case 1: {
        const std::string item = Item();
        *truth = row.count(item) == 0 ? 1 : -1;
        return absl::StrCat(item, " is null");
      }
      case 2: {
        const std::string item = Item();
        const std::string one = Value();
        const std::string two = Value();
        *truth = std::max(Naive(row, item, "=", one), Naive(row, item, "=", two));
        return absl::StrCat(item, " in (\"", one, "\",\"", two, "\")");
      }
      case 3: {
        const std::string inner = Text(row, depth - 1, truth);
        *truth = -*truth;
        return absl::StrCat("not (", inner, ")");
      }
      default: {
        const bool all = Below(2) == 0;
        int one = 0;
        int two = 0;
        const std::string left = Text(row, depth - 1, &one);
        const std::string right = Text(row, depth - 1, &two);
        *truth = all ? std::min(one, two) : std::max(one, two);
        return absl::StrCat("(", left, all ? ") and (" : ") or (", right, ")");
      }
    }
  }
  std::string Text(int depth) {
    int truth = 0;
    return Text({}, depth, &truth);
  }
  Row AnyRow() {
    Row row;
    for (const char* item : {"x", "y", "z"}) {
      if (Below(4) != 0) row[item] = Value();
    }
    return row;
  }

 private:
  static int Naive(const Row& row, const std::string& item, const std::string& sign,
                   const std::string& wanted) {
    const auto found = row.find(item);
    if (found == row.end()) return 0;
    const std::string& value = found->second;
    if (sign == "=") return value == wanted ? 1 : -1;
    if (sign == "!=") return value != wanted ? 1 : -1;
    if (sign == "^=") return absl::StartsWith(value, wanted) ? 1 : -1;
    double a = 0;
    double b = 0;
    const bool numbers = absl::SimpleAtod(value, &a) && absl::SimpleAtod(wanted, &b);
    const int order = numbers ? (a < b ? -1 : a > b) : value.compare(wanted);
    const bool holds = sign == "<"    ? order < 0
                       : sign == "<=" ? order <= 0
                       : sign == ">"  ? order > 0
                                      : order >= 0;
    return holds ? 1 : -1;
  }

  std::mt19937 engine_;
};

TEST_CASE("Random expressions mean what a naive evaluator says, before and after printing",
          "[expression]") {
  RandomExpressions random(20261122);
  for (int i = 0; i < 20000; ++i) {
    const Row row = random.AnyRow();
    int truth = 0;
    const std::string text = random.Text(row, random.Below(4), &truth);
    const Expression expression = Of(text);
    const std::string printed = expression.ToString();
    if (Holds(expression, row) != (truth == 1) || Of(printed) != expression ||
        Of(printed).ToString() != printed) {
      CAPTURE(text, printed, truth);
      FAIL();
    }
  }
}

TEST_CASE("Whatever narrows an expression lets no further row out", "[expression]") {
  RandomExpressions random(7);
  int narrowed = 0;
  for (int i = 0; i < 4000; ++i) {
    const Expression outer = Of(random.Text(random.Below(3)));
    const Expression inner =
        random.Below(2) == 0 ? Of(random.Text(random.Below(3)))
                             : And(outer, Of(random.Text(random.Below(2))));
    if (!Narrows(inner, outer)) continue;
    ++narrowed;
    for (int n = 0; n < 20; ++n) {
      const Row row = random.AnyRow();
      if (Holds(inner, row) && !Holds(outer, row)) {
        CAPTURE(inner.ToString(), outer.ToString());
        FAIL();
      }
    }
  }
  CHECK(narrowed > 1000);
  CHECK(Narrows(Of("a = \"11\""), Of("a ^= \"1\"")));
  CHECK(Narrows(Of("a in (\"11\", \"12\")"), Of("a ^= \"1\"")));
  CHECK(Narrows(Of("a ^= \"12\" and b = \"1\""), Of("a ^= \"1\"")));
  CHECK(Narrows(Of("a = \"5\""), Of("a > \"4\" and a < \"10\"")));
  CHECK(Narrows(Of("a = \"1\""), Of("a = \"1\" or b = \"2\"")));
  CHECK(Narrows(Of("a = \"1\""), Of("")));
  CHECK_FALSE(Narrows(Of(""), Of("a = \"1\"")));
  CHECK_FALSE(Narrows(Of("a = \"1\" or b = \"2\""), Of("a = \"1\"")));
  CHECK_FALSE(Narrows(Of("a = \"1\""), Of("a = \"1\" and b is null")));
}

}  // namespace
}  // namespace shareway::filter
