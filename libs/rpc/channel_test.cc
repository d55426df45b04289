// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/channel.h"

#include "libs/rpc/test_world.h"
#include "tests/support/wire.h"

namespace shareway::rpc {
namespace {

TEST_CASE("A handshake that takes more than a second is not cut and begun again for ever") {
  World world;
  testing::Wire wire(world.server->port());
  // To and fro twice until gRPC takes a connection for one: 1.3 s.
  wire.Delay(absl::Milliseconds(325));
  const auto channel = Channel::Open({absl::StrCat("127.0.0.1:", wire.port()), world.officer.tls,
                                      "shareway://test/service/catalog"});
  REQUIRE(channel.ok());
  catalog::v1::GetAgencyRequest request;
  request.set_name("a");
  absl::Status called = absl::UnknownError("not called");
  for (int i = 0; i < 10 && !called.ok(); ++i) {
    called = (*channel)
                 ->Unary<catalog::v1::Agency>(Path("GetAgency"), request,
                                              {.timeout = absl::Seconds(30)})
                 .status();
  }
  INFO(called.ToString());
  CHECK(called.ok());
}

// Without what holds them, gRPC ends the threads of its callbacks here, one of which is the one that
// asks for it, and the process soon after.
TEST_CASE("The only channel of a process may end in its last callback") {
  testing::TempDir dir;
  testing::TestPki pki(dir.path());
  const TestIdentity caller = pki.Issue("caller", {"shareway://test/person/caller"});
  for (int i = 0; i < 50; ++i) {
    auto channel =
        Channel::Open({"127.0.0.1:1", caller.tls, "shareway://test/service/catalog"});
    REQUIRE(channel.ok());
    absl::Notification told;
    absl::StatusCode code = absl::StatusCode::kOk;
    (*channel)->UnaryAsync<catalog::v1::Agency>(
        Path("GetAgency"), catalog::v1::GetAgencyRequest(), {.timeout = absl::ZeroDuration()},
        [&told, &code](absl::StatusOr<catalog::v1::Agency> answer) {
          code = answer.status().code();
          told.Notify();
        });
    channel->reset();
    told.WaitForNotification();
    CHECK(code != absl::StatusCode::kOk);
  }
}

// gRPC would end the process over it.
TEST_CASE("A call with bytes that metadata cannot hold fails, and the next one does not") {
  World world;
  const auto channel = world.Connect(world.officer);
  catalog::v1::GetAgencyRequest request;
  request.set_name("a");
  const auto call = [&](CallOptions options) {
    options.timeout = absl::Seconds(30);
    return channel->Unary<catalog::v1::Agency>(Path("GetAgency"), request, options).status();
  };
  CHECK(call({}).ok());
  CHECK(absl::IsCancelled(call({.inspected = "\xE4"})));
  CHECK(absl::IsCancelled(call({.actor = "a\tb"})));
  CHECK(absl::IsCancelled(call({.traceparent = std::string("0\0", 2)})));
  const auto stream = channel->Stream(Path("WatchDirectory"), {.inspected = "\x7F"});
  REQUIRE(stream != nullptr);
  absl::Notification told;
  absl::Status end;
  stream->Read([&](absl::StatusOr<std::optional<std::string>> next) {
    end = next.status();
    told.Notify();
  });
  told.WaitForNotification();
  CHECK(absl::IsCancelled(end));
  CHECK(call({}).ok());
}

}  // namespace
}  // namespace shareway::rpc
