// SPDX-License-Identifier: Apache-2.0
// What a change from the 2016 measure to the 2025 regulation asks for.
#include "services/sharing/domain/migration.h"

#include <algorithm>

#include "catch2/catch.hpp"
#include "services/sharing/domain/examples.h"

namespace shareway::sharing {
namespace {

using Kind = MigrationItem::Kind;

const statute::Profile& Old() { return *M16().profile; }
const statute::Profile& New() { return *R25().profile; }

TEST_CASE("The report names every clock that the two texts set differently", "[migration]") {
  const std::vector<MigrationItem> items = ChangedTerms(Old(), New());
  const auto of = [&](absl::string_view clock) {
    return std::find_if(items.begin(), items.end(),
                        [&](const MigrationItem& item) { return item.subject == clock; });
  };
  REQUIRE(of("SUPPLY") != items.end());
  CHECK(of("SUPPLY")->present == "none");
  CHECK(of("SUPPLY")->wanted == "20 working days");
  CHECK_FALSE(of("SUPPLY")->article.empty());
  CHECK(ChangedTerms(New(), New()).empty());
}

TEST_CASE("A basis has to be of a level that the new text admits", "[migration]") {
  Resource resource = Adoptions();
  resource.methods = {};
  resource.basis_levels = {4};  // a policy: enough under M16
  CHECK(AskedOf(resource, Old()).empty());
  const std::vector<MigrationItem> items = AskedOf(resource, New());
  REQUIRE(items.size() == 1);
  CHECK(items[0].kind == Kind::kBasisInsufficient);
  CHECK(items[0].subject == resource.name);
  CHECK(items[0].present == resource.basis_text());
  CHECK(items[0].article == New().articles.not_shared_basis);
  resource.basis_levels = {4, 1};  // one that suffices is enough
  CHECK(AskedOf(resource, New()).empty());
  resource.basis_levels = {};  // never stated
  CHECK(AskedOf(resource, New()).size() == 1);
  resource.state = Resource::State::kWithdrawn;
  CHECK(AskedOf(resource, New()).empty());
}

TEST_CASE("An entry that lacks what the text asks is named with its fields", "[migration]") {
  Resource resource = Marriages();
  CHECK(AskedOf(resource, New()).empty());
  resource.conditions.clear();
  resource.methods.clear();
  resource.items[1].grading = 0;
  const std::vector<MigrationItem> items = AskedOf(resource, New());
  REQUIRE(items.size() == 1);
  CHECK(items[0].kind == Kind::kFieldMissing);
  CHECK(items[0].fields ==
        std::vector<std::string>{"conditions", "methods", "items[husband].grading"});
}

TEST_CASE("A request that runs under the old text ends under it", "[migration]") {
  Request::Fields f = Asked(Marriages());
  f.name = "requests/r";
  f.consumer = kTax;
  f.provider = kCivil;
  f.profile = Old().cited();
  f.state = Request::State::kInReview;
  f.submit_time = Morning();
  const auto item = AskedOf(Request::Restore(f), Old(), New());
  REQUIRE(item);
  CHECK(item->kind == Kind::kRequestRunning);
  CHECK_FALSE(AskedOf(Request::Restore(f), New(), Old()));
  f.state = Request::State::kRefused;
  CHECK_FALSE(AskedOf(Request::Restore(f), Old(), New()));
  f.state = Request::State::kDraft;
  f.submit_time.reset();
  CHECK_FALSE(AskedOf(Request::Restore(f), Old(), New()));
}

}  // namespace
}  // namespace shareway::sharing
