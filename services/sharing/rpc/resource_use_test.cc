// SPDX-License-Identifier: Apache-2.0
// What the catalogue is told of who uses a resource, at a real server; and that nobody else is.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/sharing/rpc/test_stranger_call.h"
#include "services/sharing/rpc/test_stranger_world.h"

namespace shareway::sharing {
namespace {

using sweep::FieldPath;
using sweep::Heard;

const pb::MethodDescriptor& Method() {
  const pb::MethodDescriptor* found = pb::DescriptorPool::generated_pool()->FindMethodByName(
      "shareway.sharing.v1.GrantService.GetResourceUse");
  REQUIRE(found != nullptr);
  return *found;
}

// Of the marriages, unless `resource` is given.
Heard Ask(Caller* caller, const std::string& field = "", const std::string& value = "") {
  FieldPath path;
  if (!field.empty()) path.push_back(Method().input_type()->FindFieldByName(field));
  return caller->Ask(Method(), path, value, "");
}

TEST_CASE("The catalogue alone is told who uses a resource and what stands over it",
          "[servicechange]") {
  StrangerWorld world;
  Caller catalog(&world, "service/catalog");
  const std::string change = world.Names().at(ServiceChange::kCollection).front();
  const Heard plain = Ask(&catalog);
  INFO(plain.all());
  REQUIRE(plain.ok());
  CHECK(absl::StrContains(plain.answers, absl::StrCat("consumers: \"", kTax, "\"")));
  CHECK(absl::StrContains(plain.answers, absl::StrCat("name: \"", change, "\"")));
  CHECK(absl::StrContains(plain.answers, absl::StrCat("consulted: \"", kTax, "\"")));
  CHECK_FALSE(absl::StrContains(plain.answers, "asked {"));
  CHECK(absl::StrContains(Ask(&catalog, "service_change", change).answers, "asked {"));
  CHECK_FALSE(absl::StrContains(Ask(&catalog, "service_change", "service-changes/none").answers,
                                "asked {"));
  CHECK_FALSE(
      absl::StrContains(Ask(&catalog, "resource", "resources/none").answers, "consumers:"));
  CHECK_FALSE(Ask(&catalog, "resource", "x").ok());

  Caller console(&world, "service/console");
  Caller node(&world, "agency/civil/node/n1");
  world.PutPerson("people/s", kCivil, StrangerWorld::AllRoles());
  Caller person(&world, "person/s");
  for (Caller* caller : {&console, &node, &person}) {
    const Heard refused = Ask(caller);
    INFO(caller->name());
    CHECK_FALSE(refused.ok());
    CHECK(absl::StrContains(refused.details, "POLICY_DENIED"));
  }
}

}  // namespace
}  // namespace shareway::sharing
