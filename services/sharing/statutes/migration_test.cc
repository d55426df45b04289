// SPDX-License-Identifier: Apache-2.0
// The migration report is read page by page, by the authority in charge of the providers alone.
#include "services/sharing/statutes/migration.h"

#include <set>

#include "catch2/catch.hpp"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

using Kind = MigrationItem::Kind;

std::vector<MigrationItem> Report(const TestDesk& t, const Actor& actor, int size) {
  std::vector<MigrationItem> items;
  std::string cursor;
  do {
    const Page<MigrationItem> page =
        CompareProfiles(t.desk, actor, "cn-2016-51", "cn-2025-809", cursor, size).value();
    for (const Stored<MigrationItem>& item : page.values) items.push_back(item.value);
    cursor = page.next;
  } while (!cursor.empty());
  return items;
}

TEST_CASE("The report names entries, grants and requests of the old text once each",
          "[migration]") {
  TestDesk t;
  t.Govern("cn-2016-51");
  const std::string grant = t.Granted().value.fields().name;
  const std::string running = t.NameOf(t.Submitted());
  for (const int size : {1, 50}) {
    std::map<Kind, std::set<std::string>> found;
    for (const MigrationItem& item : Report(t, Officer(), size)) {
      CHECK(found[item.kind].insert(item.subject).second);
    }
    CHECK(found[Kind::kTermChanged].count("SUPPLY") == 1);
    CHECK(found[Kind::kBasisInsufficient] == std::set<std::string>{Adoptions().name});
    CHECK(found[Kind::kGrantWithoutRecord] == std::set<std::string>{grant});
    CHECK(found[Kind::kRequestRunning].count(running) == 1);
  }
}

TEST_CASE("The report shows an authority its own providers alone", "[migration]") {
  TestDesk t;
  t.Govern("cn-2016-51");
  t.Granted();
  Actor foreign = Officer();
  foreign.agency = kHousing;
  for (const MigrationItem& item : Report(t, foreign, 50)) {
    CHECK(item.kind == Kind::kTermChanged);
  }
  const auto refused = [&](const std::string& from, const std::string& to) {
    return ReasonOf(CompareProfiles(t.desk, Officer(), from, to, "", 10).status());
  };
  CHECK(refused("none", "cn-2025-809") == Reason::kFieldInvalid);
  CHECK(refused("cn-2016-51", "none") == Reason::kFieldInvalid);
  CHECK(refused("cn-2016-51", "cn-2016-51") == Reason::kFieldInvalid);
}

}  // namespace
}  // namespace shareway::sharing
