// SPDX-License-Identifier: Apache-2.0
// Steps of scenarios that must succeed for the test to go on.
#pragma once

#include <string>

#include "catch2/catch.hpp"
#include "tests/scenario/story.h"
#include "tests/support/await.h"

// Fails the test with the status of what is not OK.
#define REQUIRE_OK(expression)              \
  do {                                      \
    const auto& shareway_ok = (expression); \
    INFO(shareway_ok.status().ToString());  \
    REQUIRE(shareway_ok.ok());              \
  } while (false)

namespace shareway::testing {

// A published resource and the dataset that its provider's node serves.
struct Served {
  catalog::v1::Resource resource;
  exchange::v1::DatasetVersion dataset;
};

// Publishes the entry, and loads the rows once the node of `alias` knows of it.
inline Served PublishAndLoad(Cluster& cluster, const std::string& alias,
                             const catalog::v1::Resource& draft, const std::string& csv,
                             const std::string& bureau = kBureau) {
  const auto resource = Publish(cluster, alias, draft, bureau);
  REQUIRE_OK(resource);
  const auto loaded = AskUntilOk([&] { return Load(cluster, alias, resource->name(), csv); });
  REQUIRE_OK(loaded);
  return {*resource, *loaded};
}

}  // namespace shareway::testing
