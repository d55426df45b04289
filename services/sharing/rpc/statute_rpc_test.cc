// SPDX-License-Identifier: Apache-2.0
// What a profile tells of its text, at a real server.
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

TEST_CASE("A profile tells the sub-levels of the gradings, or that its text has none",
          "[statute]") {
  StrangerWorld world;
  world.PutPerson("people/s", kTax, {});
  Caller person(&world, "person/s");
  const pb::MethodDescriptor* method = pb::DescriptorPool::generated_pool()->FindMethodByName(
      "shareway.sharing.v1.StatuteService.GetProfile");
  REQUIRE(method != nullptr);
  const FieldPath name = {method->input_type()->FindFieldByName("name")};
  const Heard graded = person.Ask(*method, name, "profiles/cn-2025-809", "");
  INFO(graded.all());
  REQUIRE(graded.ok());
  for (int order = 1; order <= 4; ++order) {
    CHECK(absl::StrContains(graded.answers, absl::StrCat("id: \"G", order, "\"")));
    CHECK(absl::StrContains(graded.answers, absl::StrCat("order: ", order)));
    CHECK(absl::StrContains(graded.answers, absl::StrCat("en: \"general ", order, "\"")));
  }
  const Heard plain = person.Ask(*method, name, "profiles/cn-2016-51", "");
  REQUIRE(plain.ok());
  CHECK_FALSE(absl::StrContains(plain.answers, "sub_gradings"));
}

}  // namespace
}  // namespace shareway::sharing
