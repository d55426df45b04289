// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/first_exchange_report.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/evidence/record.h"
#include "shareway/sharing/v1/grant.pb.h"

namespace shareway::exchange {
namespace {

// Answers as it is told.
class FakeSharing final : public rpc::Channel {
 public:
  absl::StatusOr<std::string> RawUnary(const std::string& path, std::string request,
                                       const rpc::CallOptions&) override {
    if (path != "/shareway.sharing.v1.GrantService/ReportFirstExchange") {
      return absl::UnimplementedError(path);
    }
    REQUIRE(told.emplace_back().ParseFromString(request));
    if (!settled.ok()) return settled.status();
    sharing::v1::ReportFirstExchangeResponse response;
    response.set_settled(*settled);
    return response.SerializeAsString();
  }
  void RawUnaryAsync(const std::string&, std::string, const rpc::CallOptions&,
                     std::function<void(absl::StatusOr<std::string>)>) override {}
  std::unique_ptr<rpc::RawReadStream> RawServerStream(const std::string&, std::string,
                                                      const rpc::CallOptions&) override {
    return nullptr;
  }
  std::unique_ptr<rpc::RawWriteStream> RawClientStream(const std::string&,
                                                       const rpc::CallOptions&) override {
    return nullptr;
  }

  absl::StatusOr<bool> settled = true;
  std::vector<sharing::v1::ReportFirstExchangeRequest> told;
};

TEST_CASE("A first exchange is told with its id, its attempt and the time of its receipt",
          "[exchange]") {
  FakeSharing sharing;
  const FirstExchange first{.grant = "grants/g1",
                            .exchange = "x1",
                            .attempt = 2,
                            .time = absl::FromUnixSeconds(1790000000)};
  CHECK(*TellSharing(&sharing, first));
  const sharing::v1::ReportFirstExchangeRequest& sent = sharing.told.at(0);
  CHECK(sent.grant() == first.grant);
  CHECK(sent.exchange() == first.exchange);
  CHECK(sent.attempt() == first.attempt);
  CHECK(evidence::FromTimestamp(sent.receive_time()) == first.time);

  sharing.settled = false;
  CHECK_FALSE(*TellSharing(&sharing, first));
  sharing.settled = absl::UnavailableError("away");
  CHECK(absl::IsUnavailable(TellSharing(&sharing, first).status()));
}

}  // namespace
}  // namespace shareway::exchange
