// SPDX-License-Identifier: Apache-2.0
// What the console is told of a person whom it is to remind, at a real server; and that nobody else is.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/sharing/rpc/test_stranger_call.h"
#include "services/sharing/rpc/test_stranger_world.h"
#include "shareway/sharing/v1/reminder.pb.h"

namespace shareway::sharing {
namespace {

using sweep::FieldPath;
using sweep::Heard;

const pb::MethodDescriptor& Method() {
  const pb::MethodDescriptor* found = v1::ListRemindersRequest::descriptor()
                                          ->file()
                                          ->FindServiceByName("ReminderService")
                                          ->FindMethodByName("ListReminders");
  REQUIRE(found != nullptr);
  return *found;
}

Heard Ask(Caller* caller, const std::string& receiver) {
  const FieldPath path = {Method().input_type()->FindFieldByName("receiver")};
  return caller->Ask(Method(), path, receiver, "");
}

TEST_CASE("The console alone is told what waits for somebody, by the directory of now",
          "[reminder]") {
  StrangerWorld world;
  Caller console(&world, "service/console");
  const std::string request = world.Names().at("requests").front();
  const auto named = [&](const std::string& receiver) {
    const Heard heard = Ask(&console, receiver);
    INFO(heard.all());
    REQUIRE(heard.ok());
    return heard.answers;
  };
  const std::string reviewer = named("people/r");
  CHECK(absl::StrContains(reviewer, "cursor:"));
  CHECK(absl::StrContains(reviewer, "NEW_TASK"));
  // A delegate is told what waits for the post that is lent to him.
  CHECK(absl::StrContains(named("people/d"), "NEW_TASK"));
  CHECK(absl::StrContains(named(kCivil), "NEW_TASK"));
  CHECK_FALSE(absl::StrContains(named(kFarBureau), "NEW_TASK"));
  // No person is in it, and nothing that a request says.
  for (const char* word : {"people/", "scenario", "legal_basis", "reason"}) {
    INFO(word);
    CHECK_FALSE(absl::StrContains(named(kCivil), word));
  }

  CHECK_FALSE(Ask(&console, "").ok());
  CHECK_FALSE(Ask(&console, request).ok());
  for (const char* receiver : {"people/nobody", "agencies/nobody"}) {
    const Heard unknown = Ask(&console, receiver);
    CHECK_FALSE(unknown.ok());
    CHECK(absl::StrContains(unknown.details, "NOT_VISIBLE"));
  }

  Caller catalog(&world, "service/catalog");
  Caller node(&world, "agency/civil/node/n1");
  world.PutPerson("people/s", kCivil, StrangerWorld::AllRoles());
  Caller person(&world, "person/s");
  for (Caller* caller : {&catalog, &node, &person}) {
    const Heard refused = Ask(caller, "people/r");
    INFO(caller->name());
    CHECK_FALSE(refused.ok());
    CHECK(absl::StrContains(refused.details, "POLICY_DENIED"));
  }
}

}  // namespace
}  // namespace shareway::sharing
