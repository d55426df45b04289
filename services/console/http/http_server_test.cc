// SPDX-License-Identifier: Apache-2.0
// The web server over real sockets: framing that is meant to deceive, and clients that take time.
#include "services/console/http/http_server.h"

#include <algorithm>
#include <atomic>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "services/console/http/shared.h"
#include "services/console/http/test_echo.h"

namespace shareway::console {
namespace {

TEST_CASE("requests on one connection are answered one after another") {
  Echo echo;
  TestClient client = echo.Client();
  REQUIRE(client.greeted());
  const std::string get = client.Ask("GET /a?b=%2e HTTP/1.1\r\nHost: h\r\nX-Said: hello\r\n\r\n");
  CHECK(StatusOf(get) == 200);
  CHECK(BodyOf(get) == "GET /a?b=%2e hello ");
  CHECK(FieldIn(get, "X-Address") == "127.0.0.1");
  const std::string post =
      client.Ask("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody");
  CHECK(BodyOf(post) == "POST /b  body");
  client.Send(absl::StrCat(kGet, "HEAD /c HTTP/1.1\r\nHost: h\r\n\r\n", kGet));  // piped
  CHECK(BodyOf(client.Answer()) == "GET /a  ");
  const std::string head = client.Answer(true);
  CHECK(FieldIn(head, "Content-Length") == "9");
  CHECK(BodyOf(client.Answer()) == "GET /a  ");
  CHECK(StatusOf(client.Ask("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")) == 200);
  CHECK(client.Rest().empty());
}

TEST_CASE("framing that two readers may take in two ways is refused and ends the connection") {
  for (const char* smuggled :
       {"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: "
        "chunked\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: "
        "4\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: identity\r\n\r\nbody",
        "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nbody!",
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4, 4\r\n\r\nbody",
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: +4\r\n\r\nbody",
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length : 4\r\n\r\nbody",
        "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0x4\r\n\r\nbody",
        "GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody",
        "GET /a HTTP/1.1\r\nHost: h\r\nHost: g\r\n\r\n", "GET /a HTTP/1.1\r\n\r\n",
        "GET /a HTTP/1.1\r\nHost: h\r\nX\x01: y\r\n\r\n", "GET /a HTTP/9.9\r\nHost: h\r\n\r\n",
        "GET  /a HTTP/1.1\r\nHost: h\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "DELETE /a HTTP/1.1\r\nHost: h\r\n\r\n", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n"}) {
    INFO(smuggled);
    Echo echo;
    TestClient client = echo.Client();
    client.Send(absl::StrCat(smuggled, "GET /second HTTP/1.1\r\nHost: h\r\n\r\n"));
    const std::string all = client.Rest();
    CHECK((all.empty() || (StatusOf(all) >= 400 && StatusOf(all) < 500)));
    CHECK_FALSE(absl::StrContains(all, "second"));
    CHECK(echo.asked == 0);
  }
}

TEST_CASE("a head or body that is too long is told so") {
  Echo echo({.max_body = 1000});
  const auto status = [&](const std::string& request) {
    TestClient client = echo.Client();
    client.Send(request);
    return StatusOf(client.Rest());
  };
  CHECK(status(absl::StrCat("GET /", std::string(20000, 'a'), " HTTP/1.1\r\nHost: h\r\n\r\n")) ==
        431);
  CHECK(status(absl::StrCat("GET / HTTP/1.1\r\nHost: h\r\nX: ", std::string(20000, 'a'),
                            "\r\n\r\n")) == 431);
  CHECK(status("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1001\r\n\r\n") == 413);
  CHECK(status("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n") ==
        413);
  CHECK(echo.asked == 0);
}

TEST_CASE("a client may ask before it sends its body") {
  Echo echo;
  TestClient client = echo.Client();
  client.Send(
      "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nExpect: 100-continue\r\n\r\n");
  CHECK(StatusOf(client.Answer(true)) == 100);
  CHECK(BodyOf(client.Ask("body")) == "POST /a  body");
}

TEST_CASE("a field that comes twice is told as such, and as neither value") {
  Echo echo;
  TestClient client = echo.Client();
  const std::string answer =
      client.Ask("GET /a HTTP/1.1\r\nHost: h\r\nX-Said: one\r\nx-said: two\r\n\r\n");
  CHECK(FieldIn(answer, "X-Repeated") == "x-said");
  CHECK(BodyOf(answer) == "GET /a  ");
}

TEST_CASE("who is slow is cut, and nobody else waits") {
  Echo echo({.handshake_timeout = absl::Seconds(1),
             .request_timeout = absl::Seconds(1),
             .idle_timeout = absl::Seconds(1)});
  TestClient silent = echo.Client({.handshake = false});
  CHECK(silent.Ended());
  TestClient head = echo.Client();
  head.Send("GET /a HTTP/1.1\r\nHost:");
  CHECK(head.Rest().empty());
  TestClient body = echo.Client();
  body.Send("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbod");
  CHECK(body.Rest().empty());
  TestClient idle = echo.Client();
  CHECK(StatusOf(idle.Ask(kGet)) == 200);
  CHECK(idle.Rest().empty());
  CHECK(echo.asked == 1);
}

TEST_CASE("what an answer holds is let go when its reader does not take it") {
  absl::Notification gone;
  Echo echo({.answer_timeout = absl::Milliseconds(100)}, [&](HttpRequest, AnswerHttp answer) {
    HttpAnswer out;
    out.body = std::make_shared<const std::string>(32u << 20, 'a');
    out.held = std::shared_ptr<void>(nullptr, [&](void*) { gone.Notify(); });
    answer(std::move(out));
  });
  TestClient lazy = echo.Client({.receive_buffer = 4096});
  lazy.Send(kGet);
  CHECK(gone.WaitForNotificationWithTimeout(absl::Seconds(10)));
}

// Takes a body to its end, and answers with what came of it.
struct Taker : std::enable_shared_from_this<Taker> {
  HttpRequest request;
  AnswerHttp answer;
  size_t pieces = 0, bytes = 0, largest = 0;

  void Take() {
    request.pieces->Next(
        [self = shared_from_this()](absl::StatusOr<std::optional<std::string>> next) {
          if (!next.ok()) return self->Tell("broke off");
          if (!next->has_value()) return self->Tell("whole");
          ++self->pieces;
          self->bytes += (*next)->size();
          self->largest = std::max(self->largest, (*next)->size());
          self->Take();
        });
  }
  void Tell(const std::string& end) {
    HttpAnswer out;
    out.body = std::make_shared<const std::string>(
        absl::StrCat(end, " ", pieces, " ", bytes, " ", largest));
    answer(std::move(out));
  }
};

HttpServer::Options ByPiece(size_t limit) {
  HttpServer::Options options;
  options.in_pieces = [limit](const HttpRequest& head) {
    return head.target == "/up" ? limit : size_t{0};
  };
  options.max_body = 1000;
  options.max_bodies = 1500;  // no whole body of those below would have room
  options.max_piece = 1000;
  return options;
}

std::string Up(size_t bytes) {
  return absl::StrCat("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: ", bytes, "\r\n\r\n");
}

TEST_CASE("a body that is taken by piece may be larger than what is held of it") {
  Echo echo(ByPiece(1 << 20), [](HttpRequest request, AnswerHttp answer) {
    const auto taker = std::make_shared<Taker>();
    const bool pieces = request.pieces != nullptr;
    taker->request = std::move(request);
    taker->answer = std::move(answer);
    if (pieces) return taker->Take();
    taker->Tell("no pieces");
  });
  TestClient client = echo.Client();
  CHECK(BodyOf(client.Ask(Up(10500) + std::string(10500, 'a'))) == "whole 11 10500 1000");
  // The connection goes on behind it, by either kind of request.
  CHECK(BodyOf(client.Ask(kGet)) == "no pieces 0 0 0");
  CHECK(BodyOf(client.Ask(Up(3) + "abc")) == "whole 1 3 3");
  CHECK(BodyOf(client.Ask(Up(0))) == "no pieces 0 0 0");
  TestClient asks = echo.Client();
  asks.Send("POST /up HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
  CHECK(StatusOf(asks.Answer(true)) == 100);
  CHECK(BodyOf(asks.Ask("abc")) == "whole 1 3 3");
  TestClient large = echo.Client();
  large.Send(Up((1 << 20) + 1));
  CHECK(StatusOf(large.Rest()) == 413);
}

TEST_CASE("a body that breaks off is not taken for one that ended") {
  absl::Notification gone;
  Echo echo(ByPiece(1 << 20), [&](HttpRequest request, AnswerHttp answer) {
    const auto taker = std::make_shared<Taker>();
    taker->request = std::move(request);
    taker->answer = [&gone, answer = std::move(answer)](HttpAnswer out) {
      CHECK(absl::StartsWith(*out.body, "broke off"));
      gone.Notify();
      answer(std::move(out));
    };
    taker->Take();
  });
  {
    TestClient client = echo.Client();
    client.Send(Up(100000) + std::string(2500, 'a'));
  }
  CHECK(gone.WaitForNotificationWithTimeout(absl::Seconds(10)));
}

TEST_CASE("who is refused in the middle of a body learns why") {
  Echo echo(ByPiece(1 << 20), [](HttpRequest request, AnswerHttp answer) {
    const std::shared_ptr<HttpPieces> pieces = request.pieces;
    pieces->Next([pieces, answer = std::move(answer)](
                     const absl::StatusOr<std::optional<std::string>>&) {
      // One more is being read while the answer goes out.
      pieces->Next([](const absl::StatusOr<std::optional<std::string>>&) {});
      answer(HttpAnswer{.status = 403});
    });
  });
  TestClient client = echo.Client();
  client.Send(Up(500000) + std::string(500000, 'a'));
  const std::string all = client.Rest();
  CHECK(StatusOf(all) == 403);
  CHECK(FieldIn(all, "Connection") == "close");
}

// Gives the same piece so many times, and then the end; none once it is stopped.
class SamePiece : public HttpPieces {
 public:
  SamePiece(std::string piece, size_t times) : piece_(std::move(piece)), times_(times) {}
  void Next(Give give) override {
    if (++asked > times_) return give(std::optional<std::string>());
    give(std::optional<std::string>(piece_));
  }
  void Stop() override {
    if (!stopped.HasBeenNotified()) stopped.Notify();
  }
  std::atomic<size_t> asked = 0;
  absl::Notification stopped;

 private:
  const std::string piece_;
  const size_t times_;
};

TEST_CASE("an answer in pieces comes in chunks, or up to the end of the connection") {
  Echo echo({}, [](HttpRequest, AnswerHttp answer) {
    HttpAnswer out;
    out.pieces = std::make_shared<SamePiece>("piece.", 3);
    answer(std::move(out));
  });
  TestClient client = echo.Client();
  client.Send(kGet);
  const std::string all = client.Rest();
  CHECK(FieldIn(all, "Transfer-Encoding") == "chunked");
  CHECK(FieldIn(all, "Content-Length").empty());
  CHECK(Unchunked(BodyOf(all)) == "piece.piece.piece.");
  TestClient old = echo.Client();
  old.Send("GET /a HTTP/1.0\r\nHost: h\r\n\r\n");
  const std::string plain = old.Rest();
  CHECK(FieldIn(plain, "Transfer-Encoding").empty());
  CHECK(BodyOf(plain) == "piece.piece.piece.");
}

// Waits for its next piece for ever.
class NoPiece : public HttpPieces {
 public:
  void Next(Give give) override {
    absl::MutexLock lock(&mutex_);
    give_ = std::move(give);
  }
  void Stop() override {
    Give dropped;
    {
      absl::MutexLock lock(&mutex_);
      dropped.swap(give_);
    }
    if (!stopped.HasBeenNotified()) stopped.Notify();
  }
  absl::Notification stopped;

 private:
  absl::Mutex mutex_;
  Give give_ ABSL_GUARDED_BY(mutex_);
};

TEST_CASE("an answer that waits for its next piece ends with the client") {
  const auto pieces = std::make_shared<NoPiece>();
  Echo echo({}, [&](HttpRequest, AnswerHttp answer) {
    HttpAnswer out;
    out.pieces = pieces;
    answer(std::move(out));
  });
  {
    TestClient client = echo.Client();
    client.Send(kGet);
    CHECK(StatusOf(client.Answer(true)) == 200);
    CHECK_FALSE(pieces->stopped.HasBeenNotified());
  }
  CHECK(pieces->stopped.WaitForNotificationWithTimeout(absl::Seconds(10)));
}

TEST_CASE("an answer in pieces is made no faster than it is taken, and not for who takes nothing") {
  const auto pieces = std::make_shared<SamePiece>(std::string(1 << 20, 'a'), 10000);
  Echo echo({.answer_timeout = absl::Milliseconds(500)}, [&](HttpRequest, AnswerHttp answer) {
    HttpAnswer out;
    out.pieces = pieces;
    answer(std::move(out));
  });
  TestClient lazy = echo.Client({.receive_buffer = 4096});
  lazy.Send(kGet);
  CHECK(pieces->stopped.WaitForNotificationWithTimeout(absl::Seconds(10)));
  CHECK(pieces->asked < 64);  // what the system's buffers take, and one more
}

TEST_CASE("one address has so many connections, and gets its place back") {
  Echo echo({.max_of_one = 2});
  TestClient first = echo.Client();
  {
    TestClient second = echo.Client();
    CHECK(second.greeted());
    TestClient third = echo.Client();
    CHECK_FALSE(third.greeted());
    second.Send("GET /a HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    CHECK(StatusOf(second.Rest()) == 200);
  }
  CHECK(StatusOf(first.Ask(kGet)) == 200);
  const absl::Time end = absl::Now() + absl::Seconds(10);
  bool greeted = false;
  while (!greeted && absl::Now() < end) greeted = echo.Client().greeted();
  CHECK(greeted);
}

TEST_CASE("an IPv6 network has one share, however many addresses it has") {
  const auto source = [](const char* address) {
    return SourceOf(boost::asio::ip::make_address(address)).to_string();
  };
  CHECK(source("2001:db8:1:2:3:4:5:6") == "2001:db8:1:2::");
  CHECK(source("2001:db8:1:2::9") == source("2001:db8:1:2:ffff::1"));
  CHECK(source("2001:db8:1:3::9") != source("2001:db8:1:2::9"));
  CHECK(source("::ffff:10.1.2.3") == "10.1.2.3");
  CHECK(source("10.1.2.3") == "10.1.2.3");
}

TEST_CASE("all bodies together hold so much") {
  absl::Mutex mutex;
  std::vector<AnswerHttp> waiting;
  Echo echo({.max_body = 1000, .max_bodies = 1500}, [&](HttpRequest request, AnswerHttp answer) {
    absl::MutexLock lock(&mutex);
    waiting.push_back(std::move(answer));
    if (request.target == "/now") waiting.back()(HttpAnswer());
  });
  const std::string post =
      absl::StrCat("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n",
                   std::string(1000, 'a'));
  TestClient first = echo.Client();
  first.Send(post);
  {
    absl::MutexLock lock(&mutex);
    const auto came = [](std::vector<AnswerHttp>* w) { return w->size() == 1; };
    REQUIRE(mutex.AwaitWithTimeout(absl::Condition(+came, &waiting), absl::Seconds(10)));
  }
  TestClient second = echo.Client();
  second.Send(post);
  CHECK(StatusOf(second.Rest()) == 503);
  {
    absl::MutexLock lock(&mutex);
    waiting[0](HttpAnswer());
  }
  CHECK(StatusOf(first.Answer()) == 200);
  TestClient third = echo.Client();
  third.Send("POST /now HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\n" +
             std::string(1000, 'a'));
  CHECK(StatusOf(third.Answer()) == 200);
  echo.server->Stop();
  absl::MutexLock lock(&mutex);
  waiting.clear();
}

TEST_CASE("who announces bodies and does not send them keeps only himself out") {
  Echo echo({.max_body = 1000, .max_bodies = 4000});
  const auto head = [](size_t bytes) {
    return absl::StrCat("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: ", bytes, "\r\n\r\n");
  };
  TestClient announces = echo.Client();
  // Is told to go on once its bytes are counted.
  announces.Send(
      "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1000\r\n\r\n");
  CHECK(StatusOf(announces.Answer()) == 100);
  TestClient again = echo.Client();
  again.Send(head(1000));
  CHECK(StatusOf(again.Rest()) == 503);
  for (const char* from : {"127.0.0.2", "127.0.0.3", "127.0.0.4"}) {
    TestClient other = echo.Client({.from = from});
    other.Send(head(1000) + std::string(1000, 'a'));
    CHECK(StatusOf(other.Answer()) == 200);
  }
  announces.Send(std::string(1000, 'a'));
  CHECK(StatusOf(announces.Answer()) == 200);
}

TEST_CASE("a person's certificate is asked for where that is wanted, and told") {
  Echo echo({.ask_certificate = true});
  const auto clerk = echo.pki.Issue("clerk", {"shareway://test/person/clerk"});
  TestClient shows = echo.Client({.shows = &clerk.tls});
  CHECK(FieldIn(shows.Ask(kGet), "X-Certificate") == "32");
  TestClient shows_none = echo.Client();
  CHECK(FieldIn(shows_none.Ask(kGet), "X-Certificate") == "0");
  shareway::testing::TempDir elsewhere;
  shareway::testing::TestPki other(elsewhere.path());
  const auto forged = other.Issue("clerk", {"shareway://test/person/clerk"});
  TestClient shows_forged = echo.Client({.shows = &forged.tls});
  shows_forged.Send(kGet);
  CHECK(StatusOf(shows_forged.Rest()) == 0);
  Echo needs({.ask_certificate = true, .need_certificate = true});
  TestClient without = needs.Client();
  without.Send(kGet);
  CHECK(StatusOf(without.Rest()) == 0);
  CHECK(needs.asked == 0);
}

TEST_CASE("a renewed certificate serves the connections that come after") {
  Echo echo({.look_every = absl::ZeroDuration()});
  TestClient before = echo.Client();
  const std::string key = before.key();
  std::ofstream(echo.identity.tls.key, std::ios::trunc) << "half of a ke";
  TestClient meanwhile = echo.Client();
  CHECK(meanwhile.key() == key);  // what is not good changes nothing
  echo.pki.Issue("console", {"shareway://test/service/console"});
  TestClient after = echo.Client();
  CHECK(after.greeted());
  CHECK(after.key() != key);
  CHECK(StatusOf(before.Ask(kGet)) == 200);
}

TEST_CASE("files that are no key and certificate are named") {
  Echo echo;
  const auto other = echo.pki.Issue("other", {"shareway://test/service/other"});
  HttpServer::Options options{.address = "127.0.0.1:0", .metrics = &echo.registry};
  options.tls = {echo.identity.tls.certificate, other.tls.key, echo.identity.tls.ca};
  CHECK_FALSE(HttpServer::Open(options, [](HttpRequest, AnswerHttp) {}).ok());
  options.tls = echo.identity.tls;
  for (const char* wrong : {"", "127.0.0.1", "nobody:1", "127.0.0.1:70000"}) {
    INFO(wrong);
    options.address = wrong;
    CHECK(absl::IsInvalidArgument(
        HttpServer::Open(options, [](HttpRequest, AnswerHttp) {}).status()));
  }
}

}  // namespace
}  // namespace shareway::console
