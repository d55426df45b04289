// SPDX-License-Identifier: Apache-2.0
// What should not have come: one good answer of each way of sharing, and ways to spoil it.
#include "services/exchange/answer_check.h"

#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::exchange {
namespace {

namespace v1 = evidence::v1;

constexpr char kCanary[] = "CANARY";

Grant GoodGrant() {
  return {.name = "grants/g1",
          .items = {"code", "name", "age", "photo"},
          .masked_items = {"name"},
          .rows = {{{"code", filter::Op::kPrefix, "11"}}}};
}
Permission GoodPermission() {
  return {.items = {"code", "name", "age"},
          .where = {{{"code", filter::Op::kPrefix, "11"}, {"age", filter::Op::kEquals, "7"}}},
          .masks = {MaskKind::kNone, MaskKind::kAll, MaskKind::kNone}};
}

void AddRow(v1::RecordBatch* batch, const std::string& code = "110") {
  v1::Record* record = batch->add_records();
  record->add_cells()->set_text(code);
  record->add_cells()->set_text("演**");
  record->add_cells()->set_integer(7);
}
v1::RecordBatch GoodBatch() {
  v1::RecordBatch batch;
  for (const char* item : {"code", "name", "age"}) batch.add_items(item);
  AddRow(&batch);
  AddRow(&batch, "111");
  batch.mutable_records(1)->mutable_cells(1)->set_null(true);
  return batch;
}
v1::QueryAnswer GoodQueried() {
  v1::QueryAnswer answer;
  *answer.mutable_batch() = GoodBatch();
  v1::CorrectionNote* note = answer.add_corrections();
  note->set_correction("corrections/c1");
  note->set_record(1);
  note->set_item("name");
  return answer;
}

absl::StatusOr<CheckedAnswer> Check(Method method, const std::string& body, const Demand& demand,
                                    const Grant& grant = GoodGrant(),
                                    const Permission& permission = GoodPermission()) {
  return CheckAnswer(method, body, demand, grant, permission);
}

void CheckQuarantined(const absl::Status& status) {
  INFO(status.ToString());
  CHECK(absl::IsDataLoss(status));
  const auto details = DetailsOf(status);
  REQUIRE(details);
  CHECK(details->reason == Reason::kQuarantined);
  CHECK(details->metadata.count("place") == 1);
  CHECK_FALSE(absl::StrContains(status.message(), kCanary));
}

TEST_CASE("A good answer to a query passes with its records counted", "[exchange]") {
  const auto checked =
      Check(Method::kQuery, GoodQueried().SerializeAsString(), Query{.limit = 2});
  REQUIRE(checked.ok());
  CHECK(checked->records == 2);
  CHECK(checked->items == GoodPermission().items);
  CHECK(Check(Method::kQuery, "", Query{}, GoodGrant(), {}).ok());  // nothing of nothing
}

TEST_CASE("Each thing too many in an answer to a query is quarantined", "[exchange]") {
  auto spoil = GENERATE(
      as<std::function<void(v1::QueryAnswer&)>>(),
      // Items.
      [](auto& a) { a.mutable_batch()->add_items(kCanary); },
      [](auto& a) {
        a.mutable_batch()->add_items("secret");
        for (auto& r : *a.mutable_batch()->mutable_records()) r.add_cells()->set_text(kCanary);
      },
      [](auto& a) { a.mutable_batch()->mutable_items()->SwapElements(0, 1); },
      [](auto& a) { a.mutable_batch()->mutable_items()->RemoveLast(); },
      [](auto& a) { a.mutable_batch()->set_items(0, "secret"); },
      // Cells.
      [](auto& a) { a.mutable_batch()->mutable_records(1)->add_cells()->set_text(kCanary); },
      [](auto& a) { a.mutable_batch()->mutable_records(1)->mutable_cells()->RemoveLast(); },
      [](auto& a) { a.mutable_batch()->mutable_records(0)->mutable_cells(0)->clear_value(); },
      [](auto& a) {
        a.mutable_batch()->mutable_records(1)->mutable_cells(2)->set_text("7");
      },
      // Rows.
      [](auto& a) { AddRow(a.mutable_batch()); },
      [](auto& a) { a.mutable_batch()->mutable_records(1)->mutable_cells(0)->set_text("12"); },
      [](auto& a) { a.mutable_batch()->mutable_records(0)->mutable_cells(2)->set_integer(8); },
      [](auto& a) { a.mutable_batch()->mutable_records(0)->mutable_cells(0)->set_null(true); },
      // Masks.
      [](auto& a) { a.mutable_batch()->mutable_records(0)->mutable_cells(1)->set_text(kCanary); },
      [](auto& a) { a.mutable_batch()->mutable_records(0)->mutable_cells(1)->set_text("演示甲"); },
      [](auto& a) { a.mutable_batch()->mutable_records(0)->mutable_cells(1)->set_integer(1); },
      // Notes.
      [](auto& a) { a.mutable_corrections(0)->set_record(2); },
      [](auto& a) { a.mutable_corrections(0)->set_item("photo"); },
      // What this version does not know, at every depth.
      [](auto& a) { a.GetReflection()->MutableUnknownFields(&a)->AddVarint(99, 1); },
      [](auto& a) {
        auto* b = a.mutable_batch();
        b->GetReflection()->MutableUnknownFields(b)->AddLengthDelimited(99, kCanary);
      },
      [](auto& a) {
        auto* r = a.mutable_batch()->mutable_records(0);
        r->GetReflection()->MutableUnknownFields(r)->AddLengthDelimited(99, kCanary);
      },
      [](auto& a) {
        auto* c = a.mutable_batch()->mutable_records(0)->mutable_cells(0);
        c->GetReflection()->MutableUnknownFields(c)->AddLengthDelimited(99, kCanary);
      },
      [](auto& a) {
        auto* n = a.mutable_corrections(0);
        n->GetReflection()->MutableUnknownFields(n)->AddLengthDelimited(99, kCanary);
      });
  v1::QueryAnswer answer = GoodQueried();
  spoil(answer);
  CheckQuarantined(
      Check(Method::kQuery, answer.SerializeAsString(), Query{.limit = 2}).status());
}

TEST_CASE("A page has as many rows as were asked for and never more than a thousand",
          "[exchange]") {
  v1::QueryAnswer answer;
  *answer.mutable_batch() = GoodBatch();
  while (answer.batch().records_size() < 100) AddRow(answer.mutable_batch());
  CHECK(Check(Method::kQuery, answer.SerializeAsString(), Query{}).ok());
  AddRow(answer.mutable_batch());
  CheckQuarantined(Check(Method::kQuery, answer.SerializeAsString(), Query{}).status());
  while (answer.batch().records_size() < 1000) AddRow(answer.mutable_batch());
  const std::string thousand = answer.SerializeAsString();
  CHECK(Check(Method::kQuery, thousand, Query{.limit = kMaxLimit}).ok());
  AddRow(answer.mutable_batch());
  CheckQuarantined(
      Check(Method::kQuery, answer.SerializeAsString(), Query{.limit = kMaxLimit}).status());
  // A chunk of a transfer has no such limit.
  CHECK(CheckChunk(answer.batch().SerializeAsString(), GoodGrant(), GoodPermission()).ok());
  answer.mutable_batch()->mutable_records(7)->mutable_cells(0)->set_text("12");
  CheckQuarantined(
      CheckChunk(answer.batch().SerializeAsString(), GoodGrant(), GoodPermission()).status());
}

TEST_CASE("Bytes that are no answer, or the answer to something else, are quarantined",
          "[exchange]") {
  const std::string good = GoodQueried().SerializeAsString();
  CheckQuarantined(Check(Method::kQuery, "\xff\xff", Query{}).status());
  CheckQuarantined(Check(Method::kVerify, "\xff", Verification{}).status());
  CheckQuarantined(Check(Method::kCall, "\xff", Invocation{}).status());
  CheckQuarantined(Check(Method::kVerify, good, Query{}).status());
  CheckQuarantined(Check(Method::kQuery, good, Verification{}).status());
  CheckQuarantined(Check(Method::kSubscribe, good, Query{}).status());
}

TEST_CASE("An answer to a verification has one comparison a claim and nothing else",
          "[exchange]") {
  const Verification asked = {.key = {{"code", filter::Op::kEquals, "110"}},
                              .claims = {{"name", "甲"}, {"age", "7"}}};
  const Permission permission = {.items = {"name", "age"}};
  v1::VerifyAnswer good;
  for (const char* item : {"name", "age"}) {
    auto* each = good.add_comparisons();
    each->set_item(item);
    each->set_comparison(v1::MATCH);
  }
  const auto check = [&](const v1::VerifyAnswer& answer) {
    return Check(Method::kVerify, answer.SerializeAsString(), asked, GoodGrant(), permission);
  };
  CHECK(check(good)->records == 1);
  v1::VerifyAnswer none = good;
  for (auto& each : *none.mutable_comparisons()) each.set_comparison(v1::NO_RECORD);
  CHECK(check(none)->records == 0);
  none.add_corrections();
  CheckQuarantined(check(none).status());

  auto spoil = GENERATE(
      as<std::function<void(v1::VerifyAnswer&)>>(),
      [](auto& a) { a.mutable_comparisons(0)->set_item(kCanary); },
      [](auto& a) { a.mutable_comparisons()->SwapElements(0, 1); },
      [](auto& a) { a.mutable_comparisons()->RemoveLast(); },
      [](auto& a) { *a.add_comparisons() = a.comparisons(0); },
      [](auto& a) { a.mutable_comparisons(0)->clear_comparison(); },
      [](auto& a) { a.mutable_comparisons(0)->set_comparison(static_cast<v1::Comparison>(9)); },
      [](auto& a) { a.mutable_comparisons(1)->set_comparison(v1::NO_RECORD); },
      [](auto& a) { a.add_corrections()->set_item("code"); },
      [](auto& a) {
        auto* c = a.mutable_comparisons(0);
        c->GetReflection()->MutableUnknownFields(c)->AddLengthDelimited(3, kCanary);
      });
  v1::VerifyAnswer answer = good;
  spoil(answer);
  CheckQuarantined(check(answer).status());
}

TEST_CASE("A typed answer to a call is checked as rows are", "[exchange]") {
  v1::CallAnswer answer;
  *answer.mutable_batch() = GoodBatch();
  CHECK(Check(Method::kCall, answer.SerializeAsString(), Invocation{})->records == 2);
  answer.mutable_batch()->mutable_records(0)->mutable_cells(0)->set_text("12");
  CheckQuarantined(Check(Method::kCall, answer.SerializeAsString(), Invocation{}).status());
}

TEST_CASE("An opaque answer is a granted item whose grant cuts and masks nothing", "[exchange]") {
  v1::CallAnswer good;
  good.mutable_opaque()->set_item("photo");
  good.mutable_opaque()->set_content(kCanary);
  Grant grant = GoodGrant();
  grant.rows = {};
  const auto check = [&](const Grant& under, const Invocation& asked = {}) {
    return Check(Method::kCall, good.SerializeAsString(), asked, under);
  };
  REQUIRE(check(grant).ok());
  CHECK(check(grant)->opaque);
  CHECK(check(grant)->items == std::vector<std::string>{"photo"});
  CHECK(check(grant, {.items = {"photo"}}).ok());
  CheckQuarantined(check(grant, {.items = {"code"}}).status());
  CheckQuarantined(check(GoodGrant()).status());  // its rows are limited
  Grant masked = grant;
  masked.masked_items = {"photo"};
  CheckQuarantined(check(masked).status());
  good.mutable_opaque()->set_item("secret");
  CheckQuarantined(check(grant).status());
  good.mutable_opaque()->set_item("photo");
  good.mutable_opaque()->set_content(std::string((3 << 20) + 1, 'x'));
  CheckQuarantined(check(grant).status());
}

}  // namespace
}  // namespace shareway::exchange
