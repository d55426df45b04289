// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/connect.h"

#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "nlohmann/json.hpp"
#include "shareway/console/v1/session_service.pb.h"

namespace shareway::console {
namespace {

TEST_CASE("a request goes from JSON to bytes, and what is not one is refused") {
  const Transcoder transcoder;
  const auto& type = *v1::StartSignInRequest::descriptor();
  const auto bytes = transcoder.ToBinary(type, R"({"person":"people/wang"})");
  REQUIRE(bytes.ok());
  v1::StartSignInRequest request;
  REQUIRE(request.ParseFromString(*bytes));
  CHECK(request.person() == "people/wang");
  for (const char* wrong : {"", "[]", R"({"nobody":1})", R"({"person":{}})", R"({"person":"a")"}) {
    INFO(wrong);
    CHECK(absl::IsInvalidArgument(transcoder.ToBinary(type, wrong).status()));
  }
}

TEST_CASE("an error tells its reason in the language asked for") {
  const absl::Status over =
      Error(Reason::kSessionOver, absl::StatusCode::kUnauthenticated, "the session is over");
  const auto json =
      nlohmann::json::parse(Transcoder().ErrorJson(over, Language::kSimplified));
  CHECK(json["code"] == "unauthenticated");
  CHECK(HttpStatusOf(over.code()) == 401);
  CHECK(json["details"][0]["type"] == "google.rpc.ErrorInfo");
  CHECK(json["details"][0]["debug"]["reason"] == "SESSION_OVER");
  CHECK(json["details"][1]["debug"]["locale"] == "zh-Hans");
}

TEST_CASE("the end of a stream tells its error, and when to come again") {
  const Transcoder transcoder;
  CHECK(transcoder.EndJson(absl::OkStatus(), Language::kEnglish) == "{}");
  const auto away = nlohmann::json::parse(
      transcoder.EndJson(absl::UnavailableError("away"), Language::kEnglish));
  CHECK(away["error"]["code"] == "unavailable");
  CHECK(away["metadata"]["retry-after"][0] == "1");
  const auto gone = nlohmann::json::parse(
      transcoder.EndJson(Error::Field("name", "is \"empty\""), Language::kTraditional));
  CHECK(gone["error"]["code"] == "invalid_argument");
  CHECK_FALSE(gone.contains("metadata"));
}

TEST_CASE("a time-out is cut to what the gateway allows") {
  CHECK(*ParseTimeout("", absl::Seconds(10)) == absl::Seconds(10));
  CHECK(*ParseTimeout("250", absl::Seconds(10)) == absl::Milliseconds(250));
  CHECK(*ParseTimeout("9999999999", absl::Seconds(10)) == absl::Seconds(10));
  for (const char* wrong : {"0", "-1", "+5", "1.5", " 5", "10000000000", "soon"}) {
    INFO(wrong);
    CHECK_FALSE(ParseTimeout(wrong, absl::Seconds(10)).ok());
  }
}

}  // namespace
}  // namespace shareway::console
