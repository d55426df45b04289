// SPDX-License-Identifier: Apache-2.0
// Pages of hosted datasets between two nodes: the order that they come in, and empty ones.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/exchange/test_datasets.h"
#include "services/exchange/test_world.h"

namespace shareway::exchange {
namespace {

namespace v1 = evidence::v1;

// Two nodes of which the provider's hosts a dataset of three items, `code` its key.
struct Hosting {
  Hosting() : host(&kv) {
    world.source.behind = host.source.get();
    world.civil->resources.Put(resource);
  }

  // The codes of one page after another, with a bar behind each page; the error if one is refused.
  std::string Pages(Query query) {
    std::string codes;
    for (int page = 1;; ++page) {
      Ask ask = World::GoodAsk();
      ask.exchange = absl::StrCat("page-", page);
      QueryOf(ask) = query;
      const auto answer = world.Query(std::move(ask));
      if (!answer.ok()) return absl::StrCat(codes, answer.status().message());
      const auto parsed = ReadAnswer(answer->body);
      REQUIRE(parsed.ok());
      for (const v1::Record& record : parsed->batch().records()) {
        absl::StrAppend(&codes, record.cells(0).text(), " ");
      }
      codes += "|";
      if (parsed->next().empty()) return codes;
      query.after = parsed->next();
    }
  }

  World world;
  kv::MemoryStore kv;
  Host host;
  Resource resource = {.name = kResource,
                       .items = {{.id = "code", .key = true}, {.id = "name"}, {.id = "parent"}}};
};

TEST_CASE("Rows come in no order that tells of an item that the consumer may not compare",
          "[exchange]") {
  struct Case {
    const char* what;
    std::vector<std::string> granted, masked, asked;
    uint32_t grading;
    const char* want;
  };
  const Case c = GENERATE(
      Case{"not granted", {"code"}, {}, {"code"}, 1, "1 3 |4 6 |7 |"},
      Case{"granted masked", {"code", "name"}, {"name"}, {"code", "name"}, 1, "1 3 |4 6 |7 |"},
      Case{"above clearance", {"code", "name"}, {}, {"code"}, 2, "1 3 |4 6 |7 |"},
      Case{"granted, and not asked for", {"code", "name"}, {}, {"code"}, 1, "1 3 |4 6 |7 |"},
      Case{"granted and asked for", {"code", "name"}, {}, {"code", "name"}, 1, "6 3 |4 7 |1 |"});
  CAPTURE(c.what);
  Hosting hosting;
  hosting.host.indexes = {"name"};
  REQUIRE(hosting.host
              .Load(absl::StrCat(kHeader,
                                 "1,b3,x\n2,a1,x\n3,b1,x\n4,b2,x\n5,c1,x\n6,b0,x\n7,b2,x\n"))
              .ok());
  hosting.resource.items[1].grading = c.grading;
  hosting.world.civil->resources.Put(hosting.resource);
  hosting.world.civil->neighbours.clearance = 1;
  Grant grant = World::GoodGrant();
  grant.items = c.granted;
  grant.items.push_back("parent");  // every query has a condition
  grant.masked_items = c.masked;
  grant.rows = Where({StartsWith("name", "b")});
  hosting.world.Put(grant);
  CHECK(hosting.Pages({.items = c.asked, .where = Where({Equal("parent", "x")}), .limit = 2}) ==
        c.want);
}

TEST_CASE("A page may be empty and name the next one, and is evidence as others are",
          "[exchange]") {
  Hosting hosting;
  std::string file = kHeader;
  for (int i = 0; i < 10'003; ++i) {
    absl::StrAppend(&file, 1'100'000 + i, ",", i < 10'001 ? "no" : "yes", ",\n");
  }
  REQUIRE(hosting.host.Load(file, 1 << 20).ok());
  Query query{.items = {"code"}, .where = Where({Equal("name", "yes"), StartsWith("code", "1")})};
  CHECK(hosting.Pages(std::move(query)) == "|1110001 1110002 |");
  for (const TestNode* node : {hosting.world.civil.get(), hosting.world.tax.get()}) {
    const std::vector<evidence::AuditRecord> halves = node->Evidence();
    REQUIRE(halves.size() == 2);
    CHECK(halves[0].kind() == (node == hosting.world.civil.get() ? v1::EXCHANGE_DELIVERED
                                                                : v1::EXCHANGE_RECEIVED));
    CHECK(halves[0].record_count() == 0);
    CHECK(halves[1].record_count() == 2);
  }
}

}  // namespace
}  // namespace shareway::exchange
