// SPDX-License-Identifier: Apache-2.0
// Client streams through the gateway: a service gets all of an upload, or a call that is cancelled.
#include "services/console/gateway/upload.h"

#include <atomic>
#include <deque>

#include "absl/time/clock.h"
#include "services/console/gateway/test_streams.h"
#include "shareway/sharing/v1/attachment.pb.h"

namespace shareway::console {
namespace {

// A body of which a test gives the pieces. Runs out after the last one.
class TestBody : public HttpPieces {
 public:
  using Piece = absl::StatusOr<std::optional<std::string>>;
  explicit TestBody(std::deque<Piece> pieces) : pieces_(std::move(pieces)) {}
  void Next(Give give) override {
    ++asked;
    Piece next = std::optional<std::string>();
    {
      absl::MutexLock lock(&mutex_);
      if (pieces_.empty()) {
        give_ = std::move(give);  // the browser sends no more for now
        return;
      }
      next = std::move(pieces_.front());
      pieces_.pop_front();
    }
    give(std::move(next));
  }
  void Stop() override {
    Give dropped;
    absl::MutexLock lock(&mutex_);
    dropped.swap(give_);
  }
  std::atomic<int> asked = 0;

 private:
  absl::Mutex mutex_;
  std::deque<Piece> pieces_ ABSL_GUARDED_BY(mutex_);
  Give give_ ABSL_GUARDED_BY(mutex_);
};

std::string Header() {
  return Enveloped(kPlain, R"({"header":{"attachment":{"subject":"requests/1"}}})");
}
std::string Chunk(const char* base64) {
  return Enveloped(kPlain, absl::StrCat(R"({"chunk":")", base64, "\"}"));
}
HttpRequest Uploading(std::deque<TestBody::Piece> pieces, const std::string& token = kToken) {
  HttpRequest request = Call(kUpload, "", token);
  request.pieces = std::make_shared<TestBody>(std::move(pieces));
  return request;
}
const std::optional<std::string> kEnd = std::nullopt;

// Asks and leaves the answer for later.
struct Later {
  absl::Notification told;
  HttpAnswer answer;
  Later(StreamWorld* world, HttpRequest request) {
    world->gateway->Handle(std::move(request), [this](HttpAnswer out) {
      answer = std::move(out);
      told.Notify();
    });
  }
  Seen Wait() {
    REQUIRE(told.WaitForNotificationWithTimeout(absl::Seconds(10)));
    REQUIRE(answer.status == 200);
    return Envelopes(*answer.body);
  }
};

TEST_CASE("an upload's messages reach the service one by one, and its answer the browser") {
  StreamWorld world;
  const std::string all = absl::StrCat(Header(), Chunk("AQI="), Chunk("AwQ="));
  Later upload(&world, Uploading({all.substr(0, 10), all.substr(10, 70), all.substr(80), kEnd}));
  const auto stream = world.sharing->StreamAt(0);
  REQUIRE(stream->AwaitDone());
  sharing::v1::Attachment kept;
  kept.set_name("attachments/1");
  stream->Say(kept.SerializeAsString());
  const Seen seen = upload.Wait();
  REQUIRE(seen.messages.size() == 1);
  CHECK(json::parse(seen.messages[0])["name"] == "attachments/1");
  CHECK(seen.end == json::object());
  CHECK(FieldOf(upload.answer, "Content-Type") == "application/connect+json");
  CHECK(stream->options.actor == "people/wang TOTP 1000");
  std::vector<sharing::v1::UploadAttachmentRequest> sent;
  for (const std::string& bytes : stream->written()) {
    REQUIRE(sent.emplace_back().ParseFromString(bytes));
  }
  REQUIRE(sent.size() == 3);
  CHECK(sent[0].header().attachment().subject() == "requests/1");
  CHECK(sent[1].chunk() == "\1\2");
  CHECK(sent[2].chunk() == "\3\4");
}

TEST_CASE("a message goes out before the next ones came") {
  StreamWorld world;
  const auto body = std::make_shared<TestBody>(std::deque<TestBody::Piece>{Header()});
  HttpRequest request = Call(kUpload, "");
  request.pieces = body;
  Later upload(&world, std::move(request));
  const auto stream = world.sharing->StreamAt(0);
  CHECK(stream->AwaitWritten(1));
  CHECK_FALSE(stream->done());
  world.over = true;
  CHECK(upload.Wait().reason() == "SESSION_OVER");
  CHECK(stream->AwaitCancelled());
}

TEST_CASE("what is not the whole of an upload is cancelled, and never ended") {
  const auto told = [](std::deque<TestBody::Piece> pieces) {
    StreamWorld world;
    Later upload(&world, Uploading(std::move(pieces)));
    const Seen seen = upload.Wait();
    const auto stream = world.sharing->StreamAt(0);
    CHECK(stream->AwaitCancelled());
    CHECK_FALSE(stream->done());
    CHECK(seen.messages.empty());
    return seen.code();
  };
  CHECK(told({Header(), absl::CancelledError("broke off")}) == "canceled");
  CHECK(told({Header(), Chunk("AQI=").substr(0, 9), kEnd}) == "invalid_argument");
  CHECK(told({Enveloped(kPlain, R"({"nobody":1})"), kEnd}) == "invalid_argument");
  CHECK(told({Enveloped(kEndOfStream, "{}"), kEnd}) == "invalid_argument");
  CHECK(told({Enveloped('\1', "{}"), kEnd}) == "internal");
  CHECK(told({std::string("\0\x7f\xff\xff\xff", 5)}) == "resource_exhausted");
  std::string tiny;
  for (size_t i = 0; i <= Upload::kMaxMessages; ++i) tiny += Enveloped(kPlain, "{}");
  CHECK(told({tiny, kEnd}) == "resource_exhausted");
}

TEST_CASE("a service that takes no more of an upload tells why, and the rest is not asked for") {
  StreamWorld world;
  const auto body = std::make_shared<TestBody>(
      std::deque<TestBody::Piece>{Header(), Chunk("AQI="), Chunk("AQI="), kEnd});
  // Refused by the service before its first message is taken.
  world.sharing->takes = false;
  HttpRequest request = Call(kUpload, "");
  request.pieces = body;
  Later upload(&world, std::move(request));
  world.sharing->StreamAt(0)->Say(
      Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied, "not yours"));
  const Seen seen = upload.Wait();
  CHECK(seen.reason() == "POLICY_DENIED");
  CHECK(body->asked == 1);
}

TEST_CASE("uploads are counted by themselves, of a session and of all") {
  StreamWorld world([](Gateway::Parts* parts) {
    parts->uploads_of_one = 1;
    parts->uploads_of_all = 2;
  });
  Later first(&world, Uploading({Header()}));
  REQUIRE(world.sharing->StreamAt(0)->AwaitWritten(1));
  CHECK(Later(&world, Uploading({Header()})).Wait().reason() == "RATE_LIMITED");
  Later second(&world, Uploading({Header()}, kOther));
  REQUIRE(world.sharing->StreamAt(1)->AwaitWritten(1));
  CHECK(world.Ask(Watch()).pieces != nullptr);
  world.over = true;
  CHECK(first.Wait().reason() == "SESSION_OVER");
  world.over = false;
  // The place is free as soon as the last step of the first is done.
  const absl::Time end = absl::Now() + absl::Seconds(10);
  std::string code = "resource_exhausted";
  while (code == "resource_exhausted" && absl::Now() < end) {
    code = Later(&world, Uploading({Enveloped('\1', "")})).Wait().code();
  }
  CHECK(code == "internal");
  world.gateway.reset();  // ends the second, which answers
  CHECK(second.Wait().code() == "unavailable");
}

TEST_CASE("a gateway that stops answers the uploads that are under way") {
  StreamWorld world;
  Later upload(&world, Uploading({Header()}));
  REQUIRE(world.sharing->StreamAt(0)->AwaitWritten(1));
  world.gateway.reset();
  CHECK(upload.Wait().code() == "unavailable");
}

TEST_CASE("only the bodies of uploads are read by piece, each up to its own size") {
  StreamWorld world([](Gateway::Parts* parts) {
    parts->largest_upload = 1000;
    parts->uploads = {{kUpload, 2000}};
  });
  CHECK(world.gateway->InPieces(Call(kUpload, "")) == 2000);
  CHECK(world.gateway->InPieces(
            Call("/shareway.catalog.v1.CatalogService/ImportResources", "")) == 1000);
  CHECK(world.gateway->InPieces(Watch()) == 0);
  HttpRequest get = Call(kUpload, "");
  get.method = "GET";
  CHECK(world.gateway->InPieces(get) == 0);
  CHECK(world.gateway->InPieces(Call("/shareway.audit.v1.AuditService/Append", "")) == 0);
}

}  // namespace
}  // namespace shareway::console
