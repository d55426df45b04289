// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/request_check.h"

#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::exchange {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1790000000);

Request Good() {
  return {.nonce = std::string(16, 'n'),
          .kind = 1,
          .version = 1,
          .exchange = "case-2026-1",
          .attempt = 1,
          .consumer = "agencies/tax",
          .consumer_node = "agencies/tax/nodes/n1",
          .provider_node = "agencies/civil/nodes/n1",
          .issue_time = kNow,
          .expire_time = kNow + absl::Seconds(60),
          .grant = "grants/g1",
          .operator_digest = std::string(32, 'o'),
          .query = "q"};
}

Reason WhyOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

TEST_CASE("A good request passes form and audience", "[exchange]") {
  CHECK(CheckForm(Good()).ok());
  CHECK(CheckAudience(Good(), "agencies/civil/nodes/n1", kNow).ok());
}

TEST_CASE("A malformed request names the field that is wrong", "[exchange]") {
  auto [field, spoil] = GENERATE(table<const char*, void (*)(Request&)>({
      {"kind", [](Request& r) { r.kind = 2; }},
      {"version", [](Request& r) { r.version = 2; }},
      {"nonce", [](Request& r) { r.nonce.pop_back(); }},
      {"exchange", [](Request& r) { r.exchange.clear(); }},
      {"exchange", [](Request& r) { r.exchange = std::string(64, 'x'); }},
      {"exchange", [](Request& r) { r.exchange = "a/b"; }},
      {"attempt", [](Request& r) { r.attempt = 0; }},
      {"attempt", [](Request& r) { r.attempt = 4; }},
      {"consumer", [](Request& r) { r.consumer = "tax"; }},
      {"consumer_node", [](Request& r) { r.consumer_node = "agencies/tax"; }},
      {"provider_node", [](Request& r) { r.provider_node = "agencies/civil/systems/s1"; }},
      {"grant", [](Request& r) { r.grant = "requests/g1"; }},
      {"case_digest", [](Request& r) { r.case_digest = "2026-1"; }},
      {"operator_digest", [](Request& r) { r.operator_digest.clear(); }},
      {"query", [](Request& r) { r.query = std::string(70000, 'q'); }},
      {"query",
       [](Request& r) {
         r.method = Method::kCall;
         r.query = std::string((5 << 18) + 1, 'q');
       }},
      {"traceparent", [](Request& r) { r.traceparent = std::string(200, '0'); }},
  }));
  CAPTURE(field);
  Request request = Good();
  spoil(request);
  const absl::Status status = CheckForm(request);
  CHECK(absl::IsInvalidArgument(status));
  CHECK(WhyOf(status) == Reason::kEnvelopeInvalid);
  REQUIRE(DetailsOf(status));
  CHECK(DetailsOf(status)->metadata.at("field") == field);
}

TEST_CASE("A call of a body that its consumer may send is no malformed request", "[exchange]") {
  Request request = Good();
  request.method = Method::kCall;
  request.query = std::string((1 << 20) + 1000, 'q');
  CHECK(CheckForm(request).ok());
}

TEST_CASE("A request is for one node and one minute", "[exchange]") {
  auto [why, spoil, reason] = GENERATE(table<const char*, void (*)(Request&), Reason>({
      {"another node", [](Request& r) { r.provider_node = "agencies/civil/nodes/n2"; },
       Reason::kWrongNode},
      {"from the future",
       [](Request& r) {
         r.issue_time = kNow + absl::Milliseconds(2001);
         r.expire_time = r.issue_time + absl::Seconds(1);
       },
       Reason::kEnvelopeExpired},
      {"valid for too long", [](Request& r) { r.expire_time = kNow + absl::Milliseconds(60001); },
       Reason::kEnvelopeExpired},
      {"expired",
       [](Request& r) {
         r.issue_time = kNow - absl::Seconds(62);
         r.expire_time = kNow - absl::Milliseconds(2001);
       },
       Reason::kEnvelopeExpired},
  }));
  CAPTURE(why);
  Request request = Good();
  spoil(request);
  const absl::Status status = CheckAudience(request, "agencies/civil/nodes/n1", kNow);
  CHECK(absl::IsPermissionDenied(status));
  CHECK(WhyOf(status) == reason);
}

TEST_CASE("Clocks may be two seconds apart", "[exchange]") {
  Request request = Good();
  request.issue_time = kNow + absl::Seconds(2);
  request.expire_time = request.issue_time + absl::Seconds(60);
  CHECK(CheckAudience(request, request.provider_node, kNow).ok());
  request.issue_time = kNow - absl::Seconds(62);
  request.expire_time = kNow - absl::Seconds(2);
  CHECK(CheckAudience(request, request.provider_node, kNow).ok());
}

Response GoodResponse() {
  return {.nonce = std::string(16, 'n'),
          .kind = 2,
          .version = 1,
          .request_digest = std::string(32, 'd'),
          .exchange = "case-2026-1",
          .attempt = 1,
          .provider = "agencies/civil",
          .provider_node = "agencies/civil/nodes/n1",
          .issue_time = kNow + absl::Seconds(1),
          .outcome = Outcome::kDelivered};
}

TEST_CASE("A response answers its request and no other", "[exchange]") {
  const std::string digest(32, 'd');
  const absl::Time now = kNow + absl::Seconds(1);
  CHECK(CheckResponse(GoodResponse(), Good(), digest, "agencies/civil", now).ok());
  auto [why, spoil] = GENERATE(table<const char*, void (*)(Response&)>({
      {"kind", [](Response& r) { r.kind = 1; }},
      {"version", [](Response& r) { r.version = 0; }},
      {"nonce", [](Response& r) { r.nonce.clear(); }},
      {"digest", [](Response& r) { r.request_digest = std::string(32, 'e'); }},
      {"exchange", [](Response& r) { r.exchange = "case-2026-2"; }},
      {"attempt", [](Response& r) { r.attempt = 2; }},
      {"provider", [](Response& r) { r.provider = "agencies/tax"; }},
      {"node", [](Response& r) { r.provider_node = "agencies/civil/nodes/n2"; }},
      {"outcome", [](Response& r) { r.outcome = Outcome::kUnspecified; }},
      {"refused with content",
       [](Response& r) {
         r.outcome = Outcome::kRefused;
         r.body = "what no check looks at";
       }},
      {"before the request", [](Response& r) { r.issue_time = kNow - absl::Seconds(3); }},
      {"from the future", [](Response& r) { r.issue_time = kNow + absl::Seconds(4); }},
  }));
  CAPTURE(why);
  Response response = GoodResponse();
  spoil(response);
  CHECK(absl::IsDataLoss(CheckResponse(response, Good(), digest, "agencies/civil", now)));
}

}  // namespace
}  // namespace shareway::exchange
