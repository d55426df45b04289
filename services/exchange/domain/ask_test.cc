// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/ask.h"

#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/exchange/domain/attempt.h"
#include "services/exchange/domain/replay_set.h"

namespace shareway::exchange {
namespace {

Query& QueryOf(Ask& ask) { return std::get<Query>(ask.demand); }

Ask Good() {
  return {.agency = "agencies/tax",
          .grant = "grants/g1",
          .method = Method::kQuery,
          .case_number = "案2026-1",
          .operator_id = "e-17",
          .exchange = "x1",
          .demand = Query{.items = {"code"}, .where = {{{"code", filter::Op::kEquals, "11"}}}}};
}

TEST_CASE("A call is checked field by field", "[exchange]") {
  CHECK(CheckAsk(Good()).ok());
  auto [field, spoil] = GENERATE(table<const char*, void (*)(Ask&)>({
      {"grant", [](Ask& a) { a.grant.clear(); }},
      {"grant", [](Ask& a) { a.grant = "requests/q1"; }},
      {"purpose", [](Ask& a) { a.purpose = 99; }},
      {"case_number", [](Ask& a) { a.case_number = std::string(101, 'c'); }},
      {"case_number", [](Ask& a) { a.case_number = "\xff"; }},
      {"operator", [](Ask& a) { a.operator_id.clear(); }},
      {"operator", [](Ask& a) { a.operator_id = std::string(65, 'o'); }},
      {"exchange", [](Ask& a) { a.exchange = "x_1"; }},
      {"query.items[0]", [](Ask& a) { QueryOf(a).items = {"1code"}; }},
      {"query.items[1]", [](Ask& a) { QueryOf(a).items = {"code", "code"}; }},
      {"query.items", [](Ask& a) { QueryOf(a).items.assign(501, "code"); }},
      {"query.where", [](Ask& a) { QueryOf(a).where.conditions.clear(); }},
      {"query.where[0].value", [](Ask& a) { QueryOf(a).where.conditions[0].value.clear(); }},
      {"query.limit", [](Ask& a) { QueryOf(a).limit = 1001; }},
      {"query.after", [](Ask& a) { QueryOf(a).after = std::string(1025, 'a'); }},
      {"query.limit",
       [](Ask& a) {
         a.method = Method::kDownload;
         QueryOf(a).limit = 1;
       }},
  }));
  CAPTURE(field);
  Ask ask = Good();
  spoil(ask);
  const absl::Status status = CheckAsk(ask);
  CHECK(absl::IsInvalidArgument(status));
  const std::optional<ErrorDetails> details = DetailsOf(status);
  REQUIRE(details);
  REQUIRE(details->fields.size() == 1);
  CHECK(details->fields[0].field == field);
}

TEST_CASE("A clerk looks up one record for a case", "[exchange]") {
  Ask good = Good();
  good.one_record = true;
  QueryOf(good).limit = 1;
  CHECK(CheckAsk(good).ok());
  auto [field, spoil] = GENERATE(table<const char*, void (*)(Ask&)>({
      {"case_number", [](Ask& a) { a.case_number.clear(); }},
      {"query.limit", [](Ask& a) { QueryOf(a).limit = 2; }},
      {"query.limit", [](Ask& a) { QueryOf(a).limit = 0; }},
      {"query.after", [](Ask& a) { QueryOf(a).after = "p"; }},
      {"query.where[0].operator",
       [](Ask& a) { QueryOf(a).where.conditions[0].op = filter::Op::kPrefix; }},
  }));
  CAPTURE(field);
  Ask ask = good;
  spoil(ask);
  const std::optional<ErrorDetails> details = DetailsOf(CheckAsk(ask));
  REQUIRE(details);
  REQUIRE(details->fields.size() == 1);
  CHECK(details->fields[0].field == field);
  ask.one_record = false;
  CHECK(CheckAsk(ask).ok());
  // Of the other ways of sharing a case is what is asked of him.
  Ask verify = good;
  verify.method = Method::kVerify;
  verify.demand = Verification{};
  CHECK(CheckAsk(verify).ok());
  verify.case_number.clear();
  CHECK(absl::IsInvalidArgument(CheckAsk(verify)));
}

TEST_CASE("A demand is as long as its method allows, and the caller hears it", "[exchange]") {
  auto [method, field, most] = GENERATE(table<Method, const char*, size_t>({
      {Method::kQuery, "query", 64 << 10},
      {Method::kDownload, "query", 64 << 10},
      {Method::kVerify, "verification", 1 << 20},
      {Method::kCall, "invocation", (1 << 20) + (256 << 10)},
  }));
  CAPTURE(field);
  Ask ask = Good();
  ask.method = method;
  ask.query_bytes = std::string(most, 'q');
  CHECK(CheckAsk(ask).ok());
  ask.query_bytes += "q";
  const std::optional<ErrorDetails> details = DetailsOf(CheckAsk(ask));
  REQUIRE(details);
  CHECK(details->reason == Reason::kFieldInvalid);
  REQUIRE(details->fields.size() == 1);
  CHECK(details->fields[0].field == field);
}

TEST_CASE("A download needs no condition", "[exchange]") {
  Ask ask = Good();
  ask.method = Method::kDownload;
  QueryOf(ask).where.conditions.clear();
  CHECK(CheckAsk(ask).ok());
}

TEST_CASE("A retry is the next attempt with the same query", "[exchange]") {
  const Asked now = {
      .exchange = "x1", .grant = "grants/g1", .method = Method::kQuery, .query_digest = "d"};
  CHECK(*NextAttempt(std::nullopt, now) == 1);
  Asked before = now;
  before.attempt = 2;
  CHECK(*NextAttempt(before, now) == 3);
  before.attempt = 3;
  CHECK(DetailsOf(NextAttempt(before, now).status())->reason == Reason::kAttemptsExhausted);
  before.attempt = 1;
  auto spoil = GENERATE(
      as<void (*)(Asked&)>(), [](Asked& a) { a.query_digest = "e"; },
      [](Asked& a) { a.grant = "grants/g2"; }, [](Asked& a) { a.method = Method::kDownload; });
  spoil(before);
  CHECK(DetailsOf(NextAttempt(before, now).status())->reason == Reason::kQueryChanged);
  before.query_digest.clear();  // only audit remembered it
  CHECK(*NextAttempt(before, now) == 2);
}

TEST_CASE("An attempt is taken once, under whatever minute", "[exchange]") {
  ReplaySet set;
  const std::string key = ReplaySet::KeyOf("agencies/tax", "x1", 1);
  CHECK(set.Take(100, key));
  CHECK_FALSE(set.Take(100, key));
  CHECK_FALSE(set.Take(101, key));
  CHECK(set.Take(101, ReplaySet::KeyOf("agencies/tax", "x1", 2)));
  set.Forget(101);
  CHECK(set.Take(101, key));
  // Whoever is still accepted is still remembered.
  const absl::Time now = absl::FromUnixSeconds(1790000000);
  CHECK(ReplaySet::FirstMinute(now) <= ReplaySet::MinuteOf(now - absl::Seconds(64)));
}

}  // namespace
}  // namespace shareway::exchange
