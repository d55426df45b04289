// SPDX-License-Identifier: Apache-2.0
// Server streams through the gateway: what a browser and a service see of each other, and what ends
// a stream before its time.
#include <atomic>

#include "absl/strings/match.h"
#include "services/console/gateway/test_streams.h"
#include "shareway/sharing/v1/request_message.pb.h"

namespace shareway::console {
namespace {

std::string Change(const std::string& request) {
  sharing::v1::RequestChange change;
  change.mutable_request()->set_name(request);
  return change.SerializeAsString();
}

TEST_CASE("a stream's messages come as JSON, each in its envelope, and the end behind them") {
  StreamWorld world;
  HttpRequest request = Watch();
  request.fields["connect-timeout-ms"] = "60000";
  request.fields["accept-language"] = "zh-CN";
  const HttpAnswer answer = world.Ask(request);
  CHECK(answer.status == 200);
  CHECK(FieldOf(answer, "Content-Type") == "application/connect+json");
  CHECK(FieldOf(answer, "Cache-Control") == "no-store");
  CHECK(FieldOf(answer, "X-Content-Type-Options") == "nosniff");
  const auto stream = world.sharing->StreamAt(0);
  stream->Say(Change("requests/1"));
  stream->Say(Change("requests/2"));
  stream->Say(std::optional<std::string>());
  for (const char* name : {"requests/1", "requests/2"}) {
    const Seen seen = NextOf(answer);
    REQUIRE(seen.messages.size() == 1);
    CHECK(json::parse(seen.messages[0])["request"]["name"] == name);
    CHECK_FALSE(seen.end.has_value());
  }
  CHECK(NextOf(answer).end == json::object());
  CHECK_FALSE(PieceOf(answer.pieces.get()).has_value());
  CHECK(stream->path == kWatch);
  CHECK(stream->options.actor == "people/wang TOTP 1000");
  CHECK(stream->options.timeout == absl::Minutes(1));
  CHECK(stream->options.accept_language == "zh-Hans");
  CHECK(stream->done());
  CHECK_FALSE(stream->cancelled());
  REQUIRE(stream->written().size() == 1);
  sharing::v1::WatchRequestsRequest asked;
  REQUIRE(asked.ParseFromString(stream->written()[0]));
  CHECK(asked.view_digest() == "\1\2");
}

TEST_CASE("bytes of a stream go through as they are") {
  StreamWorld world;
  sharing::v1::WatchRequestsRequest watch;
  watch.set_view_digest("12");
  HttpRequest request = Call(kWatch, Enveloped(kPlain, watch.SerializeAsString()));
  request.fields["content-type"] = "application/connect+proto";
  const HttpAnswer answer = world.Ask(request);
  CHECK(FieldOf(answer, "Content-Type") == "application/connect+proto");
  const auto stream = world.sharing->StreamAt(0);
  stream->Say(Change("requests/1"));
  CHECK(NextOf(answer).messages == std::vector<std::string>{Change("requests/1")});
  CHECK(stream->written() == std::vector<std::string>{watch.SerializeAsString()});
}

TEST_CASE("a stream that the service refuses or breaks off tells its reason at the end") {
  StreamWorld world;
  const HttpAnswer answer = world.Ask(Watch());
  const auto stream = world.sharing->StreamAt(0);
  stream->Say(Change("requests/1"));
  stream->Say(Error(Reason::kKeyRevoked, absl::StatusCode::kPermissionDenied, "no more"));
  CHECK(NextOf(answer).messages.size() == 1);
  const Seen end = NextOf(answer);
  CHECK(end.code() == "permission_denied");
  CHECK(end.reason() == "KEY_REVOKED");
}

TEST_CASE("a service is asked for a message when the one before was taken, and not earlier") {
  StreamWorld world;
  const HttpAnswer answer = world.Ask(Watch());
  const auto stream = world.sharing->StreamAt(0);
  for (int i = 0; i < 100; ++i) stream->Say(Change("requests/1"));
  CHECK(stream->reads() == 0);
  for (int taken = 1; taken <= 3; ++taken) {
    CHECK(NextOf(answer).messages.size() == 1);
    CHECK(stream->reads() == taken);
  }
}

TEST_CASE("a browser that goes ends the call at the service, and gives back its place") {
  StreamWorld world([](Gateway::Parts* parts) { parts->streams_of_one = 1; });
  HttpAnswer first = world.Ask(Watch());
  const auto stream = world.sharing->StreamAt(0);
  const Seen full = Envelopes(*world.Ask(Watch()).body);
  CHECK(full.code() == "resource_exhausted");
  CHECK(full.reason() == "RATE_LIMITED");
  CHECK((*full.end)["metadata"]["retry-after"][0].is_string());
  CHECK(world.Ask(Watch(kOther)).pieces != nullptr);  // another session has its own
  CHECK_FALSE(stream->cancelled());
  first.pieces->Stop();
  CHECK(stream->cancelled());
  CHECK(world.Ask(Watch()).pieces != nullptr);
}

TEST_CASE("a browser that goes while nothing comes ends the call, too") {
  StreamWorld world;
  const HttpAnswer answer = world.Ask(Watch());
  const auto stream = world.sharing->StreamAt(0);
  std::atomic<bool> told = false;
  answer.pieces->Next([&](const absl::StatusOr<std::optional<std::string>>&) { told = true; });
  REQUIRE(stream->AwaitWritten(1));
  answer.pieces->Stop();
  CHECK(stream->AwaitCancelled());
  stream->Say(Change("requests/1"));
  CHECK_FALSE(told);
}

TEST_CASE("all sessions together have so many streams") {
  StreamWorld world([](Gateway::Parts* parts) { parts->streams_of_all = 2; });
  const HttpAnswer first = world.Ask(Watch());
  const HttpAnswer second = world.Ask(Watch(kOther));
  CHECK(second.pieces != nullptr);
  CHECK(Envelopes(*world.Ask(Watch(kOther)).body).reason() == "RATE_LIMITED");
  CHECK(world.sharing->streams() == 2);
  // A refusal holds no place of its session either.
  second.pieces->Stop();
  CHECK(world.Ask(Watch(kOther)).pieces != nullptr);
}

TEST_CASE("a session that ends ends its streams and no others") {
  StreamWorld world;
  const HttpAnswer own = world.Ask(Watch());
  const HttpAnswer others = world.Ask(Watch(kOther));
  const auto stream = world.sharing->StreamAt(0);
  world.over = true;
  REQUIRE(stream->AwaitCancelled());
  const Seen end = NextOf(own);
  CHECK(end.messages.empty());
  CHECK(end.reason() == "SESSION_OVER");
  const auto other = world.sharing->StreamAt(1);
  other->Say(Change("requests/1"));
  CHECK(NextOf(others).messages.size() == 1);
}

TEST_CASE("a stream that waits for a message when its session ends is told at once") {
  StreamWorld world;
  const HttpAnswer answer = world.Ask(Watch());
  absl::Notification told;
  Seen seen;
  answer.pieces->Next([&](absl::StatusOr<std::optional<std::string>> next) {
    if (next.ok() && next->has_value()) seen = Envelopes(**next);
    told.Notify();
  });
  REQUIRE(world.sharing->StreamAt(0)->AwaitWritten(1));
  world.over = true;
  REQUIRE(told.WaitForNotificationWithTimeout(absl::Seconds(10)));
  CHECK(seen.reason() == "SESSION_OVER");
}

TEST_CASE("a gateway that stops cuts its streams, and does not wait for who reads them") {
  StreamWorld world;
  const HttpAnswer answer = world.Ask(Watch());
  const auto stream = world.sharing->StreamAt(0);
  world.gateway.reset();
  CHECK(stream->cancelled());
}

TEST_CASE("what is no request of a stream is refused before any service is asked") {
  StreamWorld world;
  const auto refused = [&](const std::function<void(HttpRequest*)>& alter) {
    HttpRequest request = Watch();
    alter(&request);
    const HttpAnswer answer = world.Ask(std::move(request));
    REQUIRE(answer.pieces == nullptr);
    REQUIRE(answer.status == 200);
    return Envelopes(*answer.body).code();
  };
  CHECK(refused([](HttpRequest* r) { r->fields.erase("cookie"); }) == "unauthenticated");
  CHECK(refused([](HttpRequest* r) { r->fields.erase(kCsrfField); }) == "permission_denied");
  CHECK(refused([](HttpRequest* r) { r->fields["connect-protocol-version"] = "2"; }) ==
        "invalid_argument");
  CHECK(refused([](HttpRequest* r) { r->fields["connect-content-encoding"] = "gzip"; }) ==
        "unimplemented");
  CHECK(refused([](HttpRequest* r) { r->body = ""; }) == "unimplemented");
  CHECK(refused([](HttpRequest* r) { r->body += r->body; }) == "unimplemented");
  CHECK(refused([](HttpRequest* r) { r->body.pop_back(); }) == "unimplemented");
  CHECK(refused([](HttpRequest* r) { r->body[0] = '\1'; }) == "internal");
  CHECK(refused([](HttpRequest* r) { r->body = Enveloped(kPlain, R"({"nobody":1})"); }) ==
        "invalid_argument");
  CHECK(refused([](HttpRequest* r) { r->body = "{}"; }) == "unimplemented");
  HttpRequest unary = Watch();
  unary.fields["content-type"] = "application/json";
  CHECK(world.Ask(unary).status == 415);
  HttpRequest elsewhere = Watch();
  elsewhere.fields["origin"] = "https://evil.example";
  CHECK(world.Ask(elsewhere).status == 403);
  CHECK(world.sharing->streams() == 0);
}

TEST_CASE("a session that is over when a stream begins loses its cookie") {
  StreamWorld world;
  const HttpAnswer answer = world.Ask(Watch(std::string(43, 'x')));
  CHECK(Envelopes(*answer.body).reason() == "SESSION_OVER");
  CHECK(absl::StrContains(FieldOf(answer, "Set-Cookie"), "Max-Age=0"));
}

}  // namespace
}  // namespace shareway::console
