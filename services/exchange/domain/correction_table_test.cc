// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/correction_table.h"

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"

namespace shareway::exchange {
namespace {

const std::string kFirst(16, 'a'), kSecond(16, 'b');

Correction Open(const std::string& name, const std::string& record, const std::string& item = "") {
  return {.name = name, .resource = "resources/r1", .record = record, .item = item};
}

std::string Shown(const std::vector<CorrectionNote>& notes) {
  std::string text;
  for (const CorrectionNote& note : notes) {
    absl::StrAppend(&text, note.record, ":", note.correction.name, " ");
  }
  return text;
}

TEST_CASE("Notes are on the records and items that an answer has", "[exchange]") {
  CorrectionTable table;
  CHECK(table.On("resources/r1", kFirst, 1, {"name"}).empty());
  table.Put(Open("c1", kFirst));
  table.Put(Open("c2", kSecond, "name"));
  table.Put(Open("c3", kSecond, "pay"));
  table.Put(Open("c4", "", "name"));
  table.Put({.name = "c5", .resource = "resources/r2", .record = kFirst});
  CHECK(Shown(table.On("resources/r1", kFirst + kSecond, 2, {"code", "name"})) ==
        "0:c1 0:c4 1:c2 1:c4 ");
  CHECK(Shown(table.On("resources/r1", kSecond, 1, {"pay"})) == "0:c3 ");
  CHECK(Shown(table.On("resources/r1", "", 2, {"name"})) == "0:c4 1:c4 ");
  CHECK(Shown(table.On("resources/r3", kFirst, 1, {"name"})).empty());
}

TEST_CASE("A correction that moved or was closed is noted no more", "[exchange]") {
  CorrectionTable table;
  table.Put(Open("c1", kFirst));
  table.Put(Open("c2", kFirst));
  table.Put(Open("c1", kSecond));
  CHECK(Shown(table.On("resources/r1", kFirst + kSecond, 2, {})) == "0:c2 1:c1 ");
  table.Remove("c2");
  table.Remove("c9");
  CHECK(Shown(table.On("resources/r1", kFirst + kSecond, 2, {})) == "1:c1 ");
  table.Replace({Open("c3", kFirst)});
  CHECK(Shown(table.On("resources/r1", kFirst + kSecond, 2, {})) == "0:c3 ");
}

}  // namespace
}  // namespace shareway::exchange
