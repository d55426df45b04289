// SPDX-License-Identifier: Apache-2.0
// Aggregation rules: read from data, met once a window, forgotten when it is over.
#include "services/exchange/aggregation.h"

#include <fstream>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/exchange/store/rule_file.h"

namespace shareway::exchange {
namespace {

constexpr char kGood[] = R"({"rules": [
  {"id": "combine", "kind": "COMBINE", "count": 3, "windowMinutes": 60,
   "resource": "resources/r1", "items": ["a", "b", "c", "d"], "action": "ALERT"},
  {"id": "many-records", "kind": "SUBJECTS", "count": 4, "windowMinutes": 60, "action": "HOLD"},
  {"id": "guesses", "kind": "MISMATCHES", "count": 7, "comment": "R25 25"}]})";

std::string Digest(int record) {
  std::string digest = absl::StrCat(record);
  digest.resize(kRecallBytes, '.');
  return digest;
}

struct Fixture {
  Aggregation rules{*ReadRules(kGood)};
  absl::Time now = absl::FromUnixSeconds(1790000000);
  std::string consumer = "agencies/tax";
  std::string staff = "op";

  std::vector<std::string> See(const std::vector<int>& records,
                               const std::vector<std::string>& items,
                               const std::string& resource = "resources/r1") {
    const Request request = {.consumer = consumer, .operator_digest = staff};
    const Demand demand = Query{};
    const Grant grant = {.name = "grants/g1", .resource = resource};
    Served served = {.records = records.size(), .items = items};
    for (int record : records) served.recall += Digest(record);
    std::vector<std::string> met;
    for (const Alert& alert : rules.See({request, demand, grant, {}, {}}, served, now)) {
      met.push_back(alert.rule);
    }
    return met;
  }
};
using Met = std::vector<std::string>;

TEST_CASE("Some items of one record meet a rule however many answers they came by",
          "[exchange]") {
  Fixture t;
  CHECK(t.See({1}, {"a", "x"}) == Met{});
  CHECK(t.See({2}, {"b", "c"}) == Met{});  // another record
  CHECK(t.See({1}, {"a"}) == Met{});       // the same item again
  CHECK(t.See({1}, {"b"}) == Met{});
  CHECK(t.See({1}, {"c"}, "resources/r2") == Met{});
  CHECK(t.See({1}, {"d"}) == Met{"combine"});
  CHECK(t.See({1}, {"c"}) == Met{});  // once a window
  t.now += absl::Minutes(60);
  CHECK(t.See({1}, {"a", "b", "c"}) == Met{"combine"});
}

TEST_CASE("Items that came too long ago do not count", "[exchange]") {
  Fixture t;
  CHECK(t.See({1}, {"a", "b"}) == Met{});
  t.now += absl::Minutes(60);
  CHECK(t.See({1}, {"c"}) == Met{});
  t.consumer = "agencies/housing";
  CHECK(t.See({1}, {"a", "b"}) == Met{});
}

TEST_CASE("Different records of one operator meet a rule", "[exchange]") {
  Fixture t;
  CHECK(t.See({1, 2, 3, 1, 2, 3}, {"x"}) == Met{});
  t.staff = "other";
  CHECK(t.See({4, 5, 6}, {"x"}) == Met{});
  t.staff = "op";
  t.now += absl::Minutes(30);
  CHECK(t.See({3}, {"x"}) == Met{});
  CHECK(t.See({9}, {"x"}, "resources/r2") == Met{"many-records"});
  CHECK(t.See({10}, {"x"}) == Met{});  // once a window
  t.now += absl::Minutes(59);          // 1 and 2 are out, 3, 9 and 10 are in
  CHECK(t.See({}, {"x"}) == Met{});
  t.now += absl::Minutes(1);
  CHECK(t.See({20, 21, 22, 23}, {"x"}) == Met{"many-records"});
}

TEST_CASE("Different records of one consumer meet a rule, whoever asked", "[exchange]") {
  Aggregation rules(*ReadRules(
      R"({"rules": [{"id": "many", "kind": "SUBJECTS", "by": "CONSUMER", "count": 4,
          "windowMinutes": 60, "action": "ALERT"}]})"));
  const Demand demand = Query{};
  const Grant grant = {.name = "grants/g1", .resource = "resources/r1"};
  size_t met = 0;
  for (int i = 0; i < 4; ++i) {
    CHECK(met == 0);
    const Request request = {.consumer = "agencies/tax",
                             .operator_digest = absl::StrCat("never-twice-", i)};
    const Served served = {.records = 1, .items = {"a"}, .recall = Digest(i)};
    met += rules.See({request, demand, grant, {}, {}}, served, absl::FromUnixSeconds(i)).size();
  }
  CHECK(met == 1);
}

TEST_CASE("Nobody makes the node forget what others got", "[exchange]") {
  Aggregation rules(*ReadRules(kGood), 300);
  const Demand demand = Query{};
  const Grant grant = {.name = "grants/g1", .resource = "resources/r1"};
  const auto see = [&](const std::string& consumer, int record, const char* item, int64_t second) {
    const Request request = {.consumer = consumer, .operator_digest = consumer};
    const Served served = {.records = 1, .items = {item}, .recall = Digest(record)};
    return rules.See({request, demand, grant, {}, {}}, served, absl::FromUnixSeconds(second))
        .size();
  };
  CHECK(see("agencies/tax", 1, "a", 0) == 0);
  CHECK(see("agencies/tax", 1, "b", 1) == 0);
  for (int i = 0; i < 5000; ++i) (void)see("agencies/flood", i, "a", 2);
  CHECK(see("agencies/tax", 1, "c", 3) == 1);
  // And of his own the newer half is known.
  for (int i = 0; i < 140; ++i) (void)see("agencies/flood", 10'000 + i, "b", 4 + i);
  CHECK(see("agencies/flood", 10'139, "a", 200) == 0);
  CHECK(see("agencies/flood", 10'139, "c", 200) == 1);
}

TEST_CASE("What is remembered is bounded", "[exchange]") {
  Aggregation rules(*ReadRules(kGood), 100);
  const Request request = {.consumer = "agencies/tax", .operator_digest = "op"};
  const Demand demand = Query{};
  const Grant grant = {.name = "grants/g1", .resource = "resources/r1"};
  for (int i = 0; i < 1000; ++i) {
    const Served served = {.items = {"a"}, .recall = Digest(i)};
    (void)rules.See({request, demand, grant, {}, {}}, served, absl::FromUnixSeconds(i * 7200));
  }
  CHECK(rules.most_mismatches(5) == 7);
  CHECK(Aggregation({}).most_mismatches(5) == 5);
}

TEST_CASE("The rules that are shipped read", "[exchange]") {
  std::ifstream file(SHAREWAY_SOURCE_DIR "/deploy/aggregation/rules.json");
  std::stringstream text;
  text << file.rdbuf();
  const auto rules = ReadRules(text.str());
  INFO(rules.status().ToString());
  REQUIRE(rules.ok());
  CHECK_FALSE(rules->empty());
}

TEST_CASE("A rule that does not read is refused with its place", "[exchange]") {
  const struct {
    const char* find;
    const char* put;
    const char* named;
  } table[] = {
      {"\"SUBJECTS\"", "\"SUBJECT\"", "SUBJECT"},
      {"\"windowMinutes\": 60,\n", "\"windows\": 60,\n", "windows"},
      {"]})", "]", ""},
      {"\"guesses\"", "\"Guesses\"", "rules[2].id"},
      {"\"guesses\"", "\"combine\"", "rules[2].id"},
      {"\"count\": 3", "\"count\": 5", "rules[0].count"},
      {"\"count\": 4", "\"count\": 0", "rules[1].count"},
      {"\"resources/r1\"", "\"people/r1\"", "rules[0].resource"},
      {"[\"a\", \"b\"", "[\"a\", \"a\"", "rules[0].items"},
      {"\"HOLD\"", "\"ACTION_UNSPECIFIED\"", "rules[1].action"},
      {"\"windowMinutes\": 60, \"action\"", "\"windowMinutes\": 0, \"action\"",
       "rules[1].window_minutes"},
      {"\"SUBJECTS\"", "\"MISMATCHES\"", "rules[2].kind"},
      {"\"kind\": \"COMBINE\"", "\"by\": \"CONSUMER\", \"kind\": \"COMBINE\"", "rules[0].by"},
  };
  for (const auto& row : table) {
    std::string text = kGood;
    const std::string find = row.find == std::string("]})") ? "]}" : row.find;
    const size_t at = text.find(find);
    CAPTURE(row.find);
    REQUIRE(at != std::string::npos);
    text.replace(at, find.size(), row.put);
    const absl::Status status = ReadRules(text).status();
    INFO(status.ToString());
    CHECK(absl::IsInvalidArgument(status));
    bool named = absl::StrContains(status.message(), row.named);
    if (const auto details = DetailsOf(status)) {
      for (const FieldViolation& violation : details->fields) {
        named = named || absl::StrContains(violation.field, row.named);
      }
    }
    CHECK(named);
  }
}

}  // namespace
}  // namespace shareway::exchange
