// SPDX-License-Identifier: Apache-2.0
// Scopes from flags: of decisions, revisions and changes.
#include "tools/shareway/scope.h"

#include "catch2/catch.hpp"
#include "tools/shareway/failure.h"

namespace shareway::cli {
namespace {

TEST_CASE("a reduced decision strikes what is cut and refuses cuts that make no sense") {
  sharing::v1::Scope asked;
  for (const char* item : {"a", "b", "c"}) asked.add_items(item);
  asked.add_purposes(evidence::v1::WORK_REFERENCE);
  asked.add_purposes(evidence::v1::ADMINISTRATIVE_BASIS);
  asked.set_end_date("2027-01-01");
  const auto decision = Reduce(asked, {"b=not needed", "purposes=too wide", "period=shorter"},
                               {.purposes = {"work-reference"}, .end = "2026-12-31"});
  REQUIRE(decision.ok());
  CHECK(decision->scope().items_size() == 2);
  CHECK(decision->scope().items(1) == "c");
  CHECK(decision->scope().purposes_size() == 1);
  CHECK(decision->scope().end_date() == "2026-12-31");
  CHECK(decision->cuts(0).reason() == "not needed");

  asked.add_masked_items("b");
  asked.add_masked_items("c");
  const auto less = Reduce(asked, {"b=not needed", "quota=enough"}, {.day_calls = 50});
  REQUIRE(less.ok());
  CHECK(less->scope().day_calls() == 50);
  CHECK(less->scope().masked_items_size() == 1);
  CHECK(less->scope().masked_items(0) == "c");
  CHECK(ExitCodeOf(Reduce(asked, {"quota=enough"}, {}).status()) == kUsage);
  CHECK(ExitCodeOf(Reduce(asked, {"a=x"}, {.masked = {"b"}}).status()) == kUsage);

  CHECK(ExitCodeOf(Reduce(asked, {"b"}, {}).status()) == kUsage);
  CHECK(ExitCodeOf(Reduce(asked, {"b="}, {}).status()) == kUsage);
  CHECK(ExitCodeOf(Reduce(asked, {"z=none"}, {}).status()) == kUsage);
  CHECK(ExitCodeOf(Reduce(asked, {"period=none"}, {}).status()) == kUsage);
  CHECK(ExitCodeOf(Reduce(asked, {"b=x"}, {.methods = {"QUERY"}}).status()) == kUsage);
}

TEST_CASE("a draft is revised in what the flags name and in nothing else") {
  sharing::v1::SharingRequest read;
  read.set_name("requests/r1");
  read.set_etag("v3");
  read.set_scenario("before");
  for (const char* item : {"a", "b"}) read.mutable_scope()->add_items(item);
  read.mutable_scope()->set_end_date("2027-01-01");
  const auto scope = Revise(read, "", "", {.items = {"a"}});
  REQUIRE(scope.ok());
  CHECK(scope->request().name() == "requests/r1");
  CHECK(scope->request().etag() == "v3");
  CHECK(scope->update_mask().paths_size() == 1);
  CHECK(scope->update_mask().paths(0) == "scope");
  CHECK(scope->request().scope().items_size() == 1);
  CHECK(scope->request().scope().end_date() == "2027-01-01");
  const auto texts = Revise(read, "basis", "after", {});
  REQUIRE(texts.ok());
  CHECK(texts->update_mask().paths_size() == 2);
  CHECK_FALSE(texts->request().has_scope());
  CHECK(texts->request().scenario() == "after");
  CHECK(ExitCodeOf(Revise(read, "", "", {}).status()) == kUsage);
}

TEST_CASE("a change of a grant begins with all that the grant gives, from today on") {
  sharing::v1::Grant grant;
  for (const char* item : {"a", "b"}) grant.add_items(item);
  grant.add_purposes(evidence::v1::WORK_REFERENCE);
  grant.add_methods(evidence::v1::QUERY);
  grant.add_masked_items("b");
  grant.set_day_quota(7);
  grant.set_day_rows(8);
  grant.set_day_bytes(9);
  grant.set_row_expression("a = \"1\"");
  grant.mutable_start_time()->set_seconds(1767196800);  // 2026-01-01 in Beijing
  grant.mutable_end_time()->set_seconds(1798732800);    // until the end of 2026-12-31
  const sharing::v1::Scope scope = ScopeOf(grant, absl::CivilDay(2026, 6, 1));
  CHECK(scope.items_size() == 2);
  CHECK(scope.purposes(0) == evidence::v1::WORK_REFERENCE);
  CHECK(scope.methods(0) == evidence::v1::QUERY);
  CHECK(scope.masked_items(0) == "b");
  CHECK(scope.day_calls() == 7);
  CHECK(scope.day_rows() == 8);
  CHECK(scope.day_bytes() == 9);
  CHECK(scope.row_expression() == "a = \"1\"");
  CHECK(scope.start_date() == "2026-06-01");
  CHECK(scope.end_date() == "2026-12-31");
  CHECK(ScopeOf(grant, absl::CivilDay(2025, 6, 1)).start_date() == "2026-01-01");
}

}  // namespace
}  // namespace shareway::cli
