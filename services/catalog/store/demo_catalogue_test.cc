// SPDX-License-Identifier: Apache-2.0
// Every entry of the demo's catalogue lies within the rules, and survives the store.
#include <fstream>
#include <sstream>

#include "catch2/catch.hpp"
#include "google/protobuf/util/json_util.h"
#include "nlohmann/json.hpp"
#include "services/catalog/domain/entry_rules.h"
#include "services/catalog/domain/secrecy.h"
#include "services/catalog/domain/test_entry.h"
#include "services/catalog/store/resource_message.h"
#include "services/catalog/store/resource_store.h"

namespace shareway::catalog {
namespace {

std::vector<v1::Resource> DemoCatalogue() {
  std::ifstream file(SHAREWAY_SOURCE_DIR "/deploy/demo/catalogue.json");
  REQUIRE(file.good());
  std::vector<v1::Resource> resources;
  for (const nlohmann::json& entry : nlohmann::json::parse(file)) {
    const auto parsed =
        google::protobuf::util::JsonStringToMessage(entry.dump(), &resources.emplace_back());
    INFO(entry.dump());
    REQUIRE(parsed.ok());
  }
  return resources;
}

TEST_CASE("The demo's catalogue keeps the rules of its legal texts", "[catalog]") {
  const std::vector<v1::Resource> resources = DemoCatalogue();
  CHECK(resources.size() >= 60);
  std::set<std::string> codes;
  for (const v1::Resource& resource : resources) {
    const Entry entry = EntryFrom(resource);
    // The old city (990200) lies under the measure of 2016.
    const bool old = entry.provider.find("/11990200") != std::string::npos;
    const Law law = old ? Law2016() : Law2025();
    std::string broken;
    for (const FieldViolation& violation : Violations(entry, law)) {
      broken += violation.field + ": " + violation.rule + "\n";
    }
    CAPTURE(entry.code, entry.title, broken);
    CHECK(broken.empty());
    CHECK_FALSE(SecretField(entry));
    CHECK(MissingAssessments(entry, law).empty());
    CHECK(ResourceStore::CheckSize(entry).ok());
    CHECK(codes.insert(entry.code).second);
  }
}

TEST_CASE("An entry comes back from its message as it was", "[catalog]") {
  for (const v1::Resource& resource : DemoCatalogue()) {
    const Resource::Published published = {.entry = EntryFrom(resource),
                                           .state = Resource::State::kSuspended,
                                           .profile = "cn-2025-809@1",
                                           .revision = 7,
                                           .publish_time = absl::FromUnixSeconds(1'790'000'000),
                                           .added_conditions = {"c1", "c3"}};
    const v1::Resource first = ToMessage("resources/x", published);
    const Resource::Published back = PublishedFrom(first);
    CHECK(ToMessage("resources/x", back).SerializeAsString() == first.SerializeAsString());
    CHECK(back.entry.items.size() == static_cast<size_t>(resource.items_size()));
    CHECK(back.entry.keywords.size() == static_cast<size_t>(resource.keywords_size()));
  }
}

TEST_CASE("Every field that a compiler writes comes back from the message", "[catalog]") {
  Entry entry = GoodEntry();
  entry.category = "306002";
  entry.contributors = {"agencies/a", "agencies/b"};
  entry.extensions["note"] = "x";
  entry.promised_days = 5;
  entry.items[1].source = "sources/abc";
  entry.items[1].condition_ids = {"c1", "c2"};
  entry.items[1].open = true;
  entry.items[1].sub_grading = "G2";
  const Resource::Published published = {.entry = entry,
                                         .state = Resource::State::kPublished,
                                         .profile = "cn-2025-809@1",
                                         .revision = 1,
                                         .publish_time = absl::FromUnixSeconds(1'790'000'000)};
  const Entry back = PublishedFrom(ToMessage("resources/x", published)).entry;
  CHECK(back.category == entry.category);
  CHECK(back.contributors == entry.contributors);
  CHECK(back.extensions == entry.extensions);
  CHECK(back.promised_days == 5);
  CHECK(back.assessment.sharing_safety_assessed);
  REQUIRE(back.items.size() == entry.items.size());
  CHECK(back.items[1].source == "sources/abc");
  CHECK(back.items[1].condition_ids == entry.items[1].condition_ids);
  CHECK(back.items[1].open);
  CHECK(back.items[1].sub_grading == "G2");
  CHECK_FALSE(back.items[0].open);
}

}  // namespace
}  // namespace shareway::catalog
