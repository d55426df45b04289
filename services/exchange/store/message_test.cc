// SPDX-License-Identifier: Apache-2.0
// What is written field by field is what protobuf would write.
#include "services/exchange/store/message.h"

#include "catch2/catch.hpp"
#include "google/protobuf/util/message_differencer.h"
#include "services/exchange/store/half.h"

namespace shareway::exchange {
namespace {

namespace v1 = evidence::v1;
using google::protobuf::util::MessageDifferencer;

// Fields of all lengths, among them none.
class Dice {
 public:
  uint64_t Number(uint64_t n) {
    seed_ = seed_ * 6364136223846793005ull + 1442695040888963407ull;
    return (seed_ >> 33) % n;
  }
  bool Half() { return Number(2) == 0; }
  std::string Text(size_t longest) {
    return Half() ? "" : std::string(Number(longest), static_cast<char>('a' + Number(26)));
  }
  absl::Time Time() {
    return absl::FromUnixSeconds(static_cast<int64_t>(Number(2'000'000'000))) +
           absl::Nanoseconds(static_cast<int64_t>(Half() ? 0 : Number(1'000'000'000)));
  }
  v1::Signature Signature() {
    v1::Signature signature;
    signature.set_suite(v1::P256_SHA256);
    signature.set_key_id(std::string(32, 'k'));
    signature.set_index(static_cast<uint32_t>(Number(300)));
    signature.set_size(300);
    for (uint64_t i = Number(9); i > 0; --i) signature.add_path(std::string(32, 'p'));
    signature.set_bytes(Text(100));
    return signature;
  }

 private:
  uint64_t seed_ = 20260203;
};

Request AnyRequest(Dice& dice) {
  Request request{.nonce = std::string(16, 'n'),
                  .kind = static_cast<int>(dice.Number(4)),
                  .version = static_cast<uint32_t>(dice.Number(3)),
                  .exchange = dice.Text(64),
                  .attempt = static_cast<uint32_t>(dice.Number(400)),
                  .consumer = dice.Text(40),
                  .consumer_node = dice.Text(60),
                  .provider_node = dice.Text(60),
                  .issue_time = dice.Time(),
                  .expire_time = dice.Time(),
                  .grant = dice.Text(40),
                  .grant_revision = {dice.Number(3), dice.Number(1'000'000)},
                  .method = static_cast<Method>(dice.Number(6)),
                  .purpose = static_cast<Purpose>(dice.Number(6)),
                  .case_digest = dice.Text(33),
                  .operator_digest = dice.Text(33),
                  .query = dice.Text(70000),
                  .traceparent = dice.Text(60),
                  .log_head = {},
                  .resource_revision = static_cast<uint32_t>(dice.Number(500))};
  if (dice.Half()) {
    request.log_head = std::make_shared<const LogHead>(
        LogHead{.size = dice.Number(1000), .root = dice.Text(33), .signature = dice.Text(80)});
  }
  return request;
}

TEST_CASE("Requests and responses are the bytes that protobuf makes", "[exchange]") {
  Dice dice;
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    const std::string request = Encode(AnyRequest(dice));
    v1::ExchangeRequest read;
    REQUIRE(read.ParseFromString(request));
    CHECK(read.GetReflection()->GetUnknownFields(read).empty());
    CHECK(read.SerializeAsString() == request);
    CHECK(Encode(*DecodeRequest(request)) == request);

    Response response{.nonce = std::string(16, 'n'),
                      .kind = kResponseKind,
                      .version = 1,
                      .request_digest = dice.Text(33),
                      .exchange = dice.Text(64),
                      .attempt = static_cast<uint32_t>(dice.Number(4)),
                      .provider = dice.Text(40),
                      .provider_node = dice.Text(60),
                      .issue_time = dice.Time(),
                      .outcome = static_cast<Outcome>(dice.Number(3)),
                      .reason = dice.Text(30),
                      .message = dice.Text(300),
                      .body = dice.Text(200000),
                      .dataset_version = dice.Text(20),
                      .log_head = AnyRequest(dice).log_head};
    const std::string bytes = Encode(response);
    v1::ExchangeResponse answer;
    REQUIRE(answer.ParseFromString(bytes));
    CHECK(answer.SerializeAsString() == bytes);
    CHECK(Encode(*DecodeResponse(bytes)) == bytes);
  }
}

TEST_CASE("A half made as bytes says what the record says", "[exchange]") {
  Dice dice;
  for (int round = 0; round < 200; ++round) {
    CAPTURE(round);
    const Request request = AnyRequest(dice);
    const Grant grant{.provider = dice.Half() ? request.consumer : "agencies/b",
                      .resource = dice.Text(40),
                      .revision = {1, dice.Number(5)},
                      .request = dice.Text(40),
                      .rule = dice.Text(80)};
    const std::vector<std::string> items = {"code", "name"};
    const v1::Signature one = dice.Signature(), other = dice.Signature();
    const HalfFacts facts{.grant = dice.Half() ? &grant : nullptr,
                          .provider = dice.Text(30),
                          .request_digest = dice.Text(33),
                          .response_digest = dice.Text(33),
                          .items = dice.Half() ? &items : nullptr,
                          .records = dice.Number(1000),
                          .payload_bytes = dice.Number(100000),
                          .reason = dice.Text(30),
                          .operation = dice.Half() ? "op-1" : "",
                          .opaque = dice.Half(),
                          .request_signature = dice.Half() ? &one : nullptr,
                          .response_signature = dice.Half() ? &other : nullptr};
    evidence::AuditRecord read;
    REQUIRE(read.ParseFromString(EncodeHalf(v1::EXCHANGE_DELIVERED, request, facts)));
    CHECK(MessageDifferencer::Equals(read, HalfOf(v1::EXCHANGE_DELIVERED, request, facts)));
  }
}

}  // namespace
}  // namespace shareway::exchange
