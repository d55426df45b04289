// SPDX-License-Identifier: Apache-2.0
// Who may call through the gateway, in whose name, and what comes back.
#include "services/console/gateway/gateway.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "nlohmann/json.hpp"
#include "services/console/gateway/test_channel.h"
#include "shareway/catalog/v1/resource.pb.h"
#include "shareway/catalog/v1/resource_message.pb.h"
#include "shareway/console/v1/session_service.pb.h"

namespace shareway::console {
namespace {

using nlohmann::json;

const std::string kToken(43, 't');
const std::string kGetResource = "/shareway.catalog.v1.CatalogService/GetResource";
const std::string kSessionMethods = "/shareway.console.v1.SessionService/";

// In whose name something is read, or why in nobody's.
HttpAnswer Told(const HttpRequest& request, const absl::StatusOr<rpc::CallOptions>& caller) {
  HttpAnswer page{.status = caller.ok() ? 200 : 401};
  page.body = std::make_shared<const std::string>(
      absl::StrCat(request.target, " ", caller.ok() ? caller->actor : ""));
  return page;
}

struct World {
  std::shared_ptr<TestChannel> catalog = std::make_shared<TestChannel>();
  std::shared_ptr<TestChannel> console = std::make_shared<TestChannel>();
  std::unique_ptr<Gateway> gateway;

  explicit World(rpc::Limits by_session = {}) {
    gateway = std::make_unique<Gateway>(Gateway::Parts{
        .hosts = Hosts::Of({"share.example"}).value(),
        .routes = Routes::Of(ServicesForPeople()).value(),
        .targets = {{"catalog", catalog}, {"console", console}},
        .session = [](const Visitor& visitor,
                      const std::string& token) -> absl::StatusOr<WebSession> {
          if (token != kToken || visitor.address != "10.1.2.3") {
            return Error(Reason::kSessionOver, absl::StatusCode::kUnauthenticated, "over");
          }
          return WebSession{.name = "sessions/1",
                            .actor = {.person = "people/wang",
                                      .factor = rpc::Factor::kTotp,
                                      .factor_time = absl::FromUnixSeconds(1000)}};
        },
        .stands = [](const LiveStreams::Holder&) { return absl::OkStatus(); },
        .pages = [](const HttpRequest& request) {
          HttpAnswer page;
          page.body = std::make_shared<const std::string>(request.target);
          return page;
        },
        .readings = {{"/own/", {.in_session = true, .read = Told}},
                     {"/log/", {.read = Told}}},
        .by_session = by_session});
  }

  HttpAnswer Ask(HttpRequest request) {
    absl::Notification told;
    HttpAnswer out;
    gateway->Handle(std::move(request), [&](HttpAnswer answer) {
      out = std::move(answer);
      told.Notify();
    });
    told.WaitForNotification();
    return out;
  }
};

HttpRequest Post(const std::string& path, const std::string& body) {
  return {.method = "POST",
          .target = path,
          .fields = {{"host", "share.example"}, {"content-type", "application/json"}},
          .body = body,
          .address = "10.1.2.3",
          .source = "10.1.2.3"};
}

HttpRequest InSession(HttpRequest request, const std::string& token = kToken) {
  request.fields["cookie"] = "__Host-shareway=" + token;
  request.fields[kCsrfField] = CsrfOf(token);
  return request;
}

std::string FieldOf(const HttpAnswer& answer, absl::string_view name) {
  for (const auto& [key, value] : answer.fields) {
    if (key == name) return value;
  }
  return "";
}

json BodyOf(const HttpAnswer& answer) {
  REQUIRE(answer.body != nullptr);
  INFO(*answer.body);
  return json::parse(*answer.body);
}

std::string ReasonIn(const HttpAnswer& answer) {
  const json body = BodyOf(answer);
  if (!body.contains("details")) return "";
  for (const json& detail : body.at("details")) {
    if (detail["type"] == "google.rpc.ErrorInfo") return detail["debug"]["reason"];
  }
  return "";
}

TEST_CASE("a person's call goes in the person's name, as bytes, and comes back as JSON") {
  World world;
  world.catalog->answer = [](const TestChannel::Asked&) -> absl::StatusOr<std::string> {
    catalog::v1::Resource resource;
    resource.set_name("resources/7");
    return resource.SerializeAsString();
  };
  HttpRequest request = InSession(Post(kGetResource, R"({"name":"resources/7"})"));
  request.fields["connect-protocol-version"] = "1";
  request.fields["connect-timeout-ms"] = "2500";
  request.fields["accept-language"] = "zh-TW,zh;q=0.9";
  const HttpAnswer answer = world.Ask(request);
  INFO(*answer.body);
  REQUIRE(answer.status == 200);
  CHECK(BodyOf(answer)["name"] == "resources/7");
  CHECK(FieldOf(answer, "Cache-Control") == "no-store");
  CHECK(FieldOf(answer, "Content-Type") == "application/json");
  CHECK(FieldOf(answer, "X-Content-Type-Options") == "nosniff");
  REQUIRE(world.catalog->asked().size() == 1);
  const TestChannel::Asked asked = world.catalog->asked()[0];
  CHECK(asked.path == kGetResource);
  CHECK(asked.options.actor == "people/wang TOTP 1000");
  CHECK(asked.options.timeout == absl::Milliseconds(2500));
  CHECK(asked.options.accept_language == "zh-Hant");
  catalog::v1::GetResourceRequest got;
  REQUIRE(got.ParseFromString(asked.request));
  CHECK(got.name() == "resources/7");
}

TEST_CASE("bytes go through as they are") {
  World world;
  world.catalog->answer = [](const TestChannel::Asked& asked) -> absl::StatusOr<std::string> {
    return asked.request;
  };
  catalog::v1::GetResourceRequest get;
  get.set_name("resources/7");
  HttpRequest request = InSession(Post(kGetResource, get.SerializeAsString()));
  request.fields["content-type"] = "application/proto";
  const HttpAnswer answer = world.Ask(request);
  CHECK(answer.status == 200);
  CHECK(FieldOf(answer, "Content-Type") == "application/proto");
  CHECK(*answer.body == get.SerializeAsString());
}

TEST_CASE("without a session, or without its CSRF token, nothing is asked") {
  World world;
  const HttpRequest bare = Post(kGetResource, "{}");
  CHECK(world.Ask(bare).status == 401);
  CHECK(ReasonIn(world.Ask(bare)) == "SESSION_OVER");
  HttpRequest no_csrf = InSession(bare);
  no_csrf.fields.erase(kCsrfField);
  CHECK(world.Ask(no_csrf).status == 403);
  HttpRequest wrong_csrf = InSession(bare);
  wrong_csrf.fields[kCsrfField] = CsrfOf(std::string(43, 'u'));
  CHECK(world.Ask(wrong_csrf).status == 403);
  // An actor that the browser names is nobody's.
  HttpRequest named = bare;
  named.fields[rpc::kActorKey] = "people/wang TOTP 1000";
  CHECK(world.Ask(named).status == 401);
  HttpRequest elsewhere = InSession(bare);
  elsewhere.address = "10.9.9.9";
  const HttpAnswer over = world.Ask(elsewhere);
  CHECK(over.status == 401);
  CHECK(absl::StrContains(FieldOf(over, "Set-Cookie"), "Max-Age=0"));
  CHECK(world.catalog->asked().empty());
}

TEST_CASE("what is no call is refused before anything is asked") {
  World world;
  const auto status = [&](const std::function<void(HttpRequest*)>& alter) {
    HttpRequest request = InSession(Post(kGetResource, "{}"));
    alter(&request);
    return world.Ask(std::move(request)).status;
  };
  CHECK(status([](HttpRequest* r) { r->fields["host"] = "evil.example"; }) == 400);
  CHECK(status([](HttpRequest* r) { r->fields["origin"] = "https://evil.example"; }) == 403);
  CHECK(status([](HttpRequest* r) { r->fields["content-type"] = "text/plain"; }) == 415);
  CHECK(status([](HttpRequest* r) { r->fields.erase("content-type"); }) == 415);
  CHECK(status([](HttpRequest* r) { r->fields["content-encoding"] = "gzip"; }) == 415);
  CHECK(status([](HttpRequest* r) { r->fields["connect-protocol-version"] = "2"; }) == 400);
  CHECK(status([](HttpRequest* r) { r->fields["connect-timeout-ms"] = "soon"; }) == 400);
  for (const char* inspected : {"\xE4", "agencies/\t", "agencies/a b", "agencies", "a"}) {
    INFO(inspected);
    CHECK(status([&](HttpRequest* r) { r->fields["shareway-inspected"] = inspected; }) == 400);
  }
  CHECK(status([](HttpRequest* r) { r->target += "?a=b"; }) == 404);
  CHECK(status([](HttpRequest* r) { r->target = "/shareway.audit.v1.AuditService/Append"; }) ==
        404);
  CHECK(status([](HttpRequest* r) { r->body = R"({"nobody":1})"; }) == 400);
  CHECK(status([](HttpRequest* r) { r->body = "\xff"; }) == 400);
  CHECK(world.catalog->asked().empty());
  CHECK(status([](HttpRequest* r) {
          r->fields["content-type"] = "Application/JSON; charset=utf-8";
        }) == 200);
}

TEST_CASE("signing in puts the token into the cookie, and into nothing else") {
  World world;
  world.console->answer = [](const TestChannel::Asked&) -> absl::StatusOr<std::string> {
    v1::SignedIn in;
    in.set_token(kToken);
    in.mutable_session()->set_person("people/wang");
    return in.SerializeAsString();
  };
  for (const char* type : {"application/json", "application/proto"}) {
    HttpRequest request = Post(kSessionMethods + "FinishSignIn", "");
    if (absl::EndsWith(type, "json")) request.body = "{}";
    request.fields["content-type"] = type;
    request.certificate = std::string(32, 'c');
    const HttpAnswer answer = world.Ask(request);
    REQUIRE(answer.status == 200);
    CHECK(FieldOf(answer, "Set-Cookie") == SettingCookie(kToken));
    CHECK(FieldOf(answer, "Shareway-Csrf") == CsrfOf(kToken));
    CHECK_FALSE(absl::StrContains(*answer.body, kToken));
    CHECK(absl::StrContains(*answer.body, "people/wang"));
  }
  v1::FinishSignInRequest asked;
  REQUIRE(asked.ParseFromString(world.console->asked()[0].request));
  CHECK(asked.client().address() == "10.1.2.3");
  CHECK(asked.client().certificate_key_id() == std::string(32, 'c'));
  CHECK(world.console->asked()[0].options.actor.empty());
}

TEST_CASE("where a visitor comes from, and which token is his, he does not say himself") {
  World world;
  CHECK(world.Ask(Post(kSessionMethods + "StartSignIn",
                       R"({"person":"people/wang","client":{"address":"10.0.0.1"}})"))
            .status == 400);
  CHECK(world.Ask(InSession(Post(kSessionMethods + "GetSession",
                                 absl::StrCat(R"({"token":")", kToken, "\"}"))))
            .status == 400);
  CHECK(world.console->asked().empty());
  CHECK(world.Ask(Post(kSessionMethods + "GetSession", "{}")).status == 401);
  CHECK(world.Ask(InSession(Post(kSessionMethods + "GetSession", "{}"))).status == 200);
  v1::GetSessionRequest asked;
  REQUIRE(asked.ParseFromString(world.console->asked().at(0).request));
  CHECK(asked.token() == kToken);
  CHECK(asked.client().address() == "10.1.2.3");
}

TEST_CASE("signing out ends the cookie, and a refusal keeps it") {
  World world;
  const HttpRequest out = InSession(Post(kSessionMethods + "SignOut", "{}"));
  CHECK(FieldOf(world.Ask(out), "Set-Cookie") == ClearingCookie());
  world.console->answer = [](const TestChannel::Asked&) -> absl::StatusOr<std::string> {
    return absl::UnavailableError("away");
  };
  const HttpAnswer away = world.Ask(out);
  CHECK(away.status == 503);
  CHECK(FieldOf(away, "Set-Cookie").empty());
  CHECK(FieldOf(away, "Retry-After") == "1");
}

TEST_CASE("a service's refusal comes with its reason, its fields and words for people") {
  World world;
  world.catalog->answer = [](const TestChannel::Asked&) -> absl::StatusOr<std::string> {
    return Error::Field("name", "is empty");
  };
  HttpRequest request = InSession(Post(kGetResource, "{}"));
  request.fields["accept-language"] = "zh-CN";
  const HttpAnswer answer = world.Ask(request);
  CHECK(answer.status == 400);
  const json body = BodyOf(answer);
  CHECK(body["code"] == "invalid_argument");
  bool field = false, words = false;
  for (const json& detail : body["details"]) {
    if (detail["type"] == "google.rpc.BadRequest") {
      field = detail["debug"]["fieldViolations"][0]["field"] == "name";
    }
    if (detail["type"] == "google.rpc.LocalizedMessage") {
      words = detail["debug"]["locale"] == "zh-Hans";
    }
  }
  CHECK(field);
  CHECK(words);
  CHECK(FieldOf(answer, "Content-Language") == "zh-Hans");
}

TEST_CASE("a session calls so often") {
  World world({.concurrent = 16, .per_second = 0.001, .burst = 2});
  const HttpRequest call = InSession(Post(kGetResource, "{}"));
  CHECK(world.Ask(call).status == 200);
  CHECK(world.Ask(call).status == 200);
  const HttpAnswer third = world.Ask(call);
  CHECK(third.status == 429);
  CHECK(ReasonIn(third) == "RATE_LIMITED");
  CHECK(FieldOf(third, "Retry-After") != "");
}

TEST_CASE("whoever has an answer may ask the next, before the server knows that it was taken") {
  World world({.concurrent = 1});
  const HttpRequest call = InSession(Post(kGetResource, "{}"));
  const HttpAnswer first = world.Ask(call);  // kept, and so not taken yet
  CHECK(first.status == 200);
  CHECK(world.Ask(call).status == 200);
}

TEST_CASE("the CSRF token is told to the own pages alone") {
  World world;
  HttpRequest ask{.method = "GET",
                  .target = "/csrf",
                  .fields = {{"host", "share.example"}, {"sec-fetch-site", "same-origin"}},
                  .address = "10.1.2.3",
          .source = "10.1.2.3"};
  CHECK(world.Ask(ask).status == 401);
  ask.fields["cookie"] = "__Host-shareway=" + kToken;
  CHECK(BodyOf(world.Ask(ask))["token"] == CsrfOf(kToken));
  CHECK(FieldOf(world.Ask(ask), "Cache-Control") == "no-store");
  ask.fields["sec-fetch-site"] = "cross-site";
  CHECK(world.Ask(ask).status == 403);
  ask.fields.erase("sec-fetch-site");
  ask.fields["origin"] = "https://evil.example";
  CHECK(world.Ask(ask).status == 403);
}

TEST_CASE("a page may be opened from another site, under our name") {
  World world;
  HttpRequest open{.method = "GET",
                   .target = "/requests/1",
                   .fields = {{"host", "share.example"}, {"sec-fetch-site", "cross-site"}},
                   .address = "10.1.2.3",
          .source = "10.1.2.3"};
  CHECK(*world.Ask(open).body == "/requests/1");
  open.fields["host"] = "evil.example";
  CHECK(world.Ask(open).status == 400);
}

TEST_CASE("what is read in a session is read in the person's name, without a CSRF token") {
  World world;
  HttpRequest read{.method = "GET",
                   .target = "/own/page?lang=en",
                   .fields = {{"host", "share.example"}},
                   .address = "10.1.2.3",
                   .source = "10.1.2.3"};
  CHECK(world.Ask(read).status == 401);
  read.fields["cookie"] = "__Host-shareway=" + kToken;
  const HttpAnswer page = world.Ask(read);
  CHECK(*page.body == "/own/page?lang=en people/wang TOTP 1000");
  CHECK_FALSE(FieldOf(page, "X-Content-Type-Options").empty());
  read.fields["cookie"] = "__Host-shareway=" + std::string(43, 'x');
  const HttpAnswer over = world.Ask(read);
  CHECK(over.status == 401);
  CHECK(absl::StrContains(FieldOf(over, "Set-Cookie"), "Max-Age=0"));
  read.fields["host"] = "evil.example";
  CHECK(world.Ask(read).status == 400);
  // What is for everybody goes in nobody's name, whoever asks.
  read.fields["host"] = "share.example";
  read.fields["cookie"] = "__Host-shareway=" + kToken;
  read.target = "/log/checkpoint";
  CHECK(*world.Ask(read).body == "/log/checkpoint ");
}

TEST_CASE("a service that this console is not connected to is told so") {
  World world;
  const HttpAnswer answer = world.Ask(
      InSession(Post("/shareway.audit.v1.AuditService/GetCheckpoint", "{}")));
  CHECK(answer.status == 503);
  CHECK(ReasonIn(answer) == "NOT_READY");
}

}  // namespace
}  // namespace shareway::console
