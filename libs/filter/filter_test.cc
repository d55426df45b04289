// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/filter/row_filter.h"

namespace shareway::filter {
namespace {

using Row = std::map<std::string, std::string, std::less<>>;

bool RowMatches(const RowFilter& filter, const Row& row) {
  auto lookup = [&](absl::string_view item) -> std::optional<absl::string_view> {
    const auto found = row.find(std::string(item));
    if (found == row.end()) return std::nullopt;
    return absl::string_view(found->second);
  };
  return Matches(filter, lookup);
}

RowFilter Of(const std::vector<std::string>& texts) { return Parse(texts).value(); }

TEST_CASE("KEY=VALUE is equality and KEY^=VALUE is a prefix", "[filter]") {
  const RowFilter filter = Of({"code^=4201", "name=演示区", "note=a=b^=c", "sign=^="});
  CHECK(filter.conditions == std::vector<Condition>{{"code", Op::kPrefix, "4201"},
                                                    {"name", Op::kEquals, "演示区"},
                                                    {"note", Op::kEquals, "a=b^=c"},
                                                    {"sign", Op::kEquals, "^="}});
  CHECK(Of({}).conditions.empty());
}

TEST_CASE("A spoilt condition is refused by field, value and rule", "[filter]") {
  struct Spoilt {
    std::string text;
    std::string field;
    std::string says;
  };
  std::string long_value;
  for (int i = 0; i < 513; ++i) long_value += "北";
  const std::vector<Spoilt> table = {
      {"code", "where[1]", "neither KEY=VALUE"},
      {"", "where[1]", "neither"},
      {"=x", "where[1].item", "not an item id"},
      {"^=x", "where[1].item", "not an item id"},
      {"code^^=x", "where[1].item", "code^"},
      {"1code=x", "where[1].item", "1code"},
      {"co de=x", "where[1].item", "co de"},
      {"名=x", "where[1].item", "名"},
      {std::string(65, 'a') + "=x", "where[1].item", "not an item id"},
      {"code=", "where[1].value", "0 characters, want 1 to 512"},
      {"code^=", "where[1].value", "0 characters"},
      {"code=\xff", "where[1].value", "\\xff"},
      {std::string("code=a\0b", 8), "where[1].value", "not UTF-8 text"},
      {"code=" + long_value, "where[1].value", "513 characters"},
  };
  for (const Spoilt& spoilt : table) {
    CAPTURE(spoilt.text);
    const absl::Status status = Parse(std::vector<std::string>{"ok=1", spoilt.text}).status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(absl::StrContains(status.message(), spoilt.says));
    CHECK(DetailsOf(status)->fields.at(0).field == spoilt.field);
  }
  CHECK(Parse(std::vector<std::string>(16, "a=1")).ok());
  CHECK(absl::StrContains(Parse(std::vector<std::string>(17, "a=1")).status().message(),
                          "17 conditions, at most 16"));
  CHECK(Parse(std::vector<std::string>{"code=" + long_value.substr(3)}).ok());
}

TEST_CASE("A row matches when every condition holds, and null holds nothing", "[filter]") {
  const Row row = {{"code", "420102"}, {"name", "演示区"}, {"empty", ""}};
  CHECK(RowMatches(Of({}), row));
  CHECK(RowMatches(Of({"code^=4201", "name=演示区"}), row));
  CHECK(RowMatches(Of({"code^=420102"}), row));
  CHECK_FALSE(RowMatches(Of({"code=4201"}), row));
  CHECK_FALSE(RowMatches(Of({"code^=4201", "name=演示"}), row));
  CHECK_FALSE(RowMatches(Of({"code^=4201020"}), row));
  CHECK_FALSE(RowMatches(Of({"absent=1"}), row));
  CHECK_FALSE(RowMatches(Of({"absent^=1"}), row));
  CHECK_FALSE(RowMatches(Of({"empty^=1"}), row));
}

TEST_CASE("A filter has one spelling", "[filter]") {
  CHECK(ToString(Of({})) == "all rows");
  CHECK(ToString(Of({"b^=2", "a=1", "b^=2"})) == "a=1 and b^=2");
  CHECK(ToString(Of({"a=1", "b^=2"})) == ToString(Of({"b^=2", "a=1"})));
  CHECK(ToString(Of({"a=x and b=y"})) == "a=\"x and b=y\"");
  CHECK(ToString(Of({"a=\"q\""})) == "a=\"\\\"q\\\"\"");
  CHECK(ToString(Of({"a=1"})) != ToString(Of({"a^=1"})));
}

TEST_CASE("Equality implies prefix and a longer prefix implies a shorter one", "[filter]") {
  const RowFilter grant = Of({"code^=4201"});
  CHECK(Narrows(Of({"code=420102"}), grant));
  CHECK(Narrows(Of({"code^=42010"}), grant));
  CHECK(Narrows(Of({"code^=4201", "name=x"}), grant));
  CHECK(Narrows(Of({"code=4201"}), grant));
  CHECK_FALSE(Narrows(Of({"code^=420"}), grant));
  CHECK_FALSE(Narrows(Of({"code=4301"}), grant));
  CHECK_FALSE(Narrows(Of({"other^=4201"}), grant));
  CHECK_FALSE(Narrows(Of({}), grant));
  CHECK(Narrows(grant, Of({})));
  CHECK_FALSE(Narrows(Of({"code^=4201"}), Of({"code=4201"})));
  CHECK_FALSE(Narrows(Of({"code^=4201"}), Of({"code^=4201", "name=x"})));
}

TEST_CASE("A contradiction is two conditions that no value meets", "[filter]") {
  CHECK(Contradicts(Of({"a=1", "a=2"})));
  CHECK(Contradicts(Of({"a^=1", "b=1", "a^=2"})));
  CHECK(Contradicts(Of({"a=1", "a^=12"})));
  CHECK(Contradicts(Of({"a^=12", "a=1"})));
  CHECK_FALSE(Contradicts(Of({"a=12", "a^=1", "b=2"})));
  CHECK_FALSE(Contradicts(Of({})));
}

TEST_CASE("And keeps the narrowest conditions only", "[filter]") {
  CHECK(And(Of({"a^=1", "b=2"}), Of({"a=12", "b=2"})) == Of({"a=12", "b=2"}));
  CHECK(And(Of({"a^=1"}), Of({"a^=12"})) == Of({"a^=12"}));
  CHECK(And(Of({}), Of({})) == Of({}));
  CHECK(And(Of({"a=1"}), Of({"a=2"})).conditions.size() == 2);
}

TEST_CASE("A filter with an expression asks for both", "[filter]") {
  RowFilter filter = Of({"code^=42"});
  filter.expression = *Expression::Parse("kind = \"A\" or kind = \"B\"", "f");
  CHECK(RowMatches(filter, {{"code", "420102"}, {"kind", "B"}}));
  CHECK_FALSE(RowMatches(filter, {{"code", "420102"}, {"kind", "C"}}));
  CHECK_FALSE(RowMatches(filter, {{"code", "430102"}, {"kind", "A"}}));
  CHECK(ToString(filter) == "code^=42 and (kind = \"A\" or kind = \"B\")");
  CHECK(filter.Items() == std::vector<std::string>{"code", "kind"});
  CHECK(Narrows(filter, Of({"code^=42"})));
  CHECK_FALSE(Narrows(Of({"code^=42"}), filter));
  CHECK(And(Of({"name=x"}), filter).expression == filter.expression);
  const RowFilter expression_only{.conditions = {}, .expression = filter.expression};
  CHECK_FALSE(expression_only.every_row());
  CHECK(ToString(expression_only) == "(kind = \"A\" or kind = \"B\")");
  CHECK(ToString(expression_only) != ToString(RowFilter{}));
}

class RandomFilters {
 public:
  explicit RandomFilters(uint32_t seed) : engine_(seed) {}

  // Few items, two letters and short values, so that filters often meet.
  RowFilter Filter() {
    RowFilter filter;
    for (int n = Below(4); n > 0; --n) {
      filter.conditions.push_back(
          {std::string(1, "xyz"[Below(3)]), Below(2) ? Op::kEquals : Op::kPrefix, Value(1)});
    }
    return filter;
  }

  Row AnyRow() {
    Row row;
    for (const char* item : {"x", "y", "z"}) {
      if (Below(8) != 0) row[item] = Value(0);
    }
    return row;
  }

 private:
  int Below(int n) { return static_cast<int>(engine_() % static_cast<uint32_t>(n)); }
  std::string Value(int at_least) {
    std::string value;
    for (int n = at_least + Below(3); n > 0; --n) value += "ab"[Below(2)];
    return value;
  }

  std::mt19937 engine_;
};

TEST_CASE("Over random rows Narrows is never wrong and And is the intersection", "[filter]") {
  RandomFilters random(20250801);
  int narrowed = 0;
  int matched = 0;
  for (int round = 0; round < 3000; ++round) {
    const RowFilter inner = random.Filter();
    const RowFilter outer = random.Filter();
    const RowFilter both = And(inner, outer);
    const bool narrows = Narrows(inner, outer);
    const bool contradicts = Contradicts(inner);
    narrowed += narrows;
    bool sound = Narrows(both, inner) && Narrows(both, outer) && Narrows(inner, inner) &&
                 Contradict(inner, outer) == Contradicts(both);
    for (int i = 0; i < 20; ++i) {
      const Row row = random.AnyRow();
      const bool in = RowMatches(inner, row);
      const bool out = RowMatches(outer, row);
      matched += in && out;
      sound = sound && !(narrows && in && !out) && !(contradicts && in) &&
              RowMatches(both, row) == (in && out);
    }
    CAPTURE(ToString(inner), ToString(outer), ToString(both));
    REQUIRE(sound);
  }
  // The rounds must have met both cases, or they prove nothing.
  CHECK(narrowed > 300);
  CHECK(matched > 300);
}

}  // namespace
}  // namespace shareway::filter
