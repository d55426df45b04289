// SPDX-License-Identifier: Apache-2.0
// What is asked for most: counted of sharing, told in order, never stored.
#include "services/catalog/uses.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/rpc/test_served.h"

namespace shareway::catalog {
namespace {

// Entries 1 to 4 of civil affairs, and how many agencies use each.
struct Counting {
  explicit Counting(TestWorld* world) : world_(world) {
    for (int i = 1; i <= 4; ++i) {
      Entry entry = GoodEntry();
      entry.code = "306002/00000" + std::to_string(i);
      (void)world->Publish(entry);
    }
  }
  Uses::Parts Parts() {
    return {.resources = &*world_->resources,
            .clock = &world_->clock,
            .use = [this](absl::string_view name, absl::string_view) -> absl::StatusOr<ResourceUse> {
              if (!sharing.ok()) return sharing;
              return ResourceUse{.consumer_count = consumers[std::string(name)]};
            }};
  }
  static std::string Name(int i) { return "resources/306002-00000" + std::to_string(i); }

  std::map<std::string, int64_t> consumers;
  absl::Status sharing;

 private:
  TestWorld* const world_;
};

TEST_CASE("What most agencies use comes first, and what nobody uses not at all",
          "[catalog][uses]") {
  TestWorld world;
  Counting counting(&world);
  counting.consumers = {{Counting::Name(1), 2}, {Counting::Name(3), 7}, {Counting::Name(4), 2}};
  Uses uses(counting.Parts());
  CHECK(absl::IsUnavailable(uses.Most("", std::nullopt, 10).status()));
  REQUIRE(uses.Round().ok());
  const Uses::Ranking all = uses.Most("", std::nullopt, 10).value();
  CHECK(all.counted == world.clock.Now());
  const std::vector<Uses::Used> want = {
      {Counting::Name(3), 7}, {Counting::Name(1), 2}, {Counting::Name(4), 2}};
  CHECK(all.entries == want);
  CHECK(uses.Most("", want[0], 1)->entries == std::vector<Uses::Used>{want[1]});
  CHECK(uses.Most("", want[2], 1)->entries.empty());
  CHECK(uses.Most(kCivil, std::nullopt, 10)->entries == want);
  CHECK(uses.Most(kTax, std::nullopt, 10)->entries.empty());

  // Sharing does not answer: what was counted before is told on.
  counting.sharing = absl::UnavailableError("down");
  counting.consumers[Counting::Name(2)] = 9;
  CHECK(absl::IsUnavailable(uses.Round()));
  CHECK(uses.Most("", std::nullopt, 10)->entries == want);
  counting.sharing = absl::OkStatus();
  // What is closed is not asked for.
  const auto at = world.resources->Load(Counting::Name(3)).value();
  REQUIRE(world.catalog
              ->Suspend(world.ActBy("officer"), Counting::Name(3), Catalog::Etag(at), "核查")
              .ok());
  REQUIRE(uses.Round().ok());
  CHECK(uses.Most("", std::nullopt, 1)->entries ==
        std::vector<Uses::Used>{{Counting::Name(2), 9}});

  // After a restart it is counted anew.
  Uses again(counting.Parts());
  CHECK(absl::IsUnavailable(again.Most("", std::nullopt, 10).status()));
}

TEST_CASE("Where sharing is not known nothing is counted", "[catalog][uses]") {
  TestWorld world;
  Uses uses({.resources = &*world.resources, .clock = &world.clock});
  uses.Start();
  const absl::Status none = uses.Most("", std::nullopt, 10).status();
  CHECK(absl::IsFailedPrecondition(none));
  CHECK(DetailsOf(none)->reason == Reason::kNotSupported);
}

TEST_CASE("Entries are listed by use, a page at a time", "[catalog][uses]") {
  Served served;
  Counting counting(&served.world());
  counting.consumers = {{Counting::Name(1), 1}, {Counting::Name(2), 3}, {Counting::Name(4), 2}};
  const auto list = [&](v1::ListResourcesRequest request) {
    request.set_most_used_first(true);
    return served.Call<v1::ListResourcesResponse>(
        "tax-editor", absl::StrCat(kCatalogService, "ListResources"), request);
  };
  v1::ListResourcesRequest request;
  CHECK(absl::IsUnavailable(list(request).status()));
  served.world().counted_use = counting.Parts().use;
  REQUIRE(served.world().uses->Round().ok());
  request.set_page_size(2);
  const auto first = list(request);
  INFO(first.status());
  REQUIRE(first.ok());
  REQUIRE(first->resources_size() == 2);
  CHECK(first->resources(0).name() == Counting::Name(2));
  CHECK(first->resources(0).consumer_count() == 3);
  CHECK(first->resources(1).name() == Counting::Name(4));
  CHECK(first->has_count_time());
  request.set_page_token(first->next_page_token());
  const auto second = list(request);
  REQUIRE(second.ok());
  REQUIRE(second->resources_size() == 1);
  CHECK(second->resources(0).consumer_count() == 1);
  CHECK(second->next_page_token().empty());

  v1::ListResourcesRequest drafts;
  drafts.set_state(v1::Resource::DRAFT);
  const absl::Status refused = list(drafts).status();
  REQUIRE(absl::IsInvalidArgument(refused));
  CHECK(DetailsOf(refused)->fields[0].field == "state");
}

}  // namespace
}  // namespace shareway::catalog
