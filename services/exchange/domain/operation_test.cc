// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/operation.h"

#include <functional>
#include <string>

#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::exchange {
namespace {

Invocation Good() {
  return {.operation = "look_up", .arguments = {{"no", "11"}, {"name", ""}}, .items = {"code"}};
}
Operation Typed() {
  return {.id = "look_up", .form = Operation::Form::kJson, .parameters = {"no", "name"}};
}
Operation Opaque() {
  return {.id = "look_up", .form = Operation::Form::kOpaque, .item = "photo"};
}

std::vector<std::string> FieldsOf(const absl::Status& status) {
  std::vector<std::string> fields;
  if (const std::optional<ErrorDetails> details = DetailsOf(status)) {
    for (const FieldViolation& violation : details->fields) fields.push_back(violation.field);
  }
  return fields;
}

TEST_CASE("A call is checked field by field before any operation is known", "[call]") {
  REQUIRE(CheckInvocation(Good()).ok());
  const auto [field, spoil] =
      GENERATE(table<std::string, std::function<void(Invocation&)>>({
          {"invocation.operation", [](Invocation& i) { i.operation.clear(); }},
          {"invocation.operation", [](Invocation& i) { i.operation = "look-up"; }},
          {"invocation.operation", [](Invocation& i) { i.operation = "../admin"; }},
          {"invocation.operation", [](Invocation& i) { i.operation = std::string(65, 'a'); }},
          {"invocation.arguments", [](Invocation& i) { i.arguments.assign(51, {"a", "b"}); }},
          {"invocation.arguments[1].name", [](Invocation& i) { i.arguments[1].first = "no"; }},
          {"invocation.arguments[1].name", [](Invocation& i) { i.arguments[1].first = "a b"; }},
          {"invocation.arguments[0].value", [](Invocation& i) { i.arguments[0].second = "\xff"; }},
          {"invocation.arguments[0].value", [](Invocation& i) { i.arguments[0].second = "a\x01"; }},
          {"invocation.arguments[0].value",
           [](Invocation& i) { i.arguments[0].second = std::string(4097, 'a'); }},
          {"invocation.items[0]", [](Invocation& i) { i.items[0] = "no item"; }},
          {"invocation.items[1]", [](Invocation& i) { i.items = {"code", "code"}; }},
          {"invocation.items", [](Invocation& i) { i.items.assign(501, "code"); }},
          {"invocation.body",
           [](Invocation& i) {
             i.body = std::string(kMaxCallBody + 1, 'b');
             i.content_type = "a/b";
           }},
          {"invocation.content_type", [](Invocation& i) { i.body = "b"; }},
          {"invocation.content_type", [](Invocation& i) { i.content_type = "json"; }},
          {"invocation.content_type", [](Invocation& i) { i.content_type = "a/b\r\nx: y"; }},
      }));
  CAPTURE(field);
  Invocation invocation = Good();
  spoil(invocation);
  const absl::Status status = CheckInvocation(invocation);
  CHECK(absl::IsInvalidArgument(status));
  CHECK(FieldsOf(status) == std::vector<std::string>{field});
}

TEST_CASE("A typed operation takes its parameters and no body", "[call]") {
  CHECK(CheckInvocation(Good(), Typed()).ok());
  Invocation invocation = Good();
  invocation.arguments.emplace_back("other", "1");
  CHECK(FieldsOf(CheckInvocation(invocation, Typed())) ==
        std::vector<std::string>{"invocation.arguments[2].name"});
  invocation = Good();
  invocation.content_type = "a/b";
  CHECK(FieldsOf(CheckInvocation(invocation, Typed())) ==
        std::vector<std::string>{"invocation.body"});
}

TEST_CASE("An opaque operation takes a body, and answers with its item alone", "[call]") {
  Invocation invocation = {.operation = "look_up", .body = "x", .content_type = "text/plain"};
  CHECK(CheckInvocation(invocation, Opaque()).ok());
  invocation.items = {"photo"};
  CHECK(CheckInvocation(invocation, Opaque()).ok());
  invocation.items = {"photo", "code"};
  CHECK(FieldsOf(CheckInvocation(invocation, Opaque())) ==
        std::vector<std::string>{"invocation.items"});
  invocation.items = {};
  invocation.arguments = {{"no", "1"}};
  CHECK(FieldsOf(CheckInvocation(invocation, Opaque())) ==
        std::vector<std::string>{"invocation.arguments[0].name"});
}

TEST_CASE("Media types are one line of printable ASCII", "[call]") {
  for (const char* good : {"a/b", "text/plain; charset=utf-8", "application/vnd.x+json"}) {
    CAPTURE(good);
    CHECK(IsMediaType(good));
  }
  for (const std::string& bad :
       {std::string(), std::string("/"), std::string("a/"), std::string("/b"), std::string("a b/c"),
        std::string("a/b\n"), std::string("a/b\0", 4), std::string("a/") + std::string(126, 'b'),
        std::string("图/片")}) {
    CAPTURE(bad);
    CHECK_FALSE(IsMediaType(bad));
  }
}

}  // namespace
}  // namespace shareway::exchange
