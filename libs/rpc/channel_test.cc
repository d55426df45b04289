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

}  // namespace
}  // namespace shareway::rpc
