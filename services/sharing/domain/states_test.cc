// SPDX-License-Identifier: Apache-2.0
// The state tables of all objects: whole, and drawn in the README as they are.
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/tables.h"

namespace shareway::sharing {
namespace {

constexpr char kReadme[] = SHAREWAY_SOURCE_DIR "/services/sharing/README.md";
constexpr char kBegin[] = "<!-- states: drawn from the tables by domain/states_test.cc -->\n";
constexpr char kEnd[] = "<!-- end of states -->";

std::string Read() {
  std::ifstream file(kReadme);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string Drawn() {
  std::string out;
  for (const StateTable* table : AllTables()) {
    absl::StrAppend(&out, "\n**", table->object, "**\n\n```mermaid\n", Diagram(*table), "```\n");
  }
  return absl::StrCat(out, "\n");
}

TEST_CASE("Every state of every object can be reached, by methods that stand once", "[domain]") {
  REQUIRE(AllTables().size() >= 12);
  for (const StateTable* table : AllTables()) {
    INFO(table->object);
    CHECK(Fault(*table) == "");
  }
}

// SHAREWAY_DRAW=1 writes what it wants into the README.
TEST_CASE("The README draws the tables that the code decides by", "[domain]") {
  std::string text = Read();
  const size_t begin = text.find(kBegin);
  const size_t end = text.find(kEnd);
  REQUIRE(begin != std::string::npos);
  REQUIRE(end != std::string::npos);
  const size_t from = begin + std::string(kBegin).size();
  if (std::getenv("SHAREWAY_DRAW") != nullptr) {
    text.replace(from, end - from, Drawn());
    std::ofstream(kReadme) << text;
    return;
  }
  CHECK(text.substr(from, end - from) == Drawn());
}

}  // namespace
}  // namespace shareway::sharing
