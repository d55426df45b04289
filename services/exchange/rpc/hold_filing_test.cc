// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/hold_filing.h"

#include <utility>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/crypto/key.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/record.h"
#include "shareway/sharing/v1/grant.pb.h"

namespace shareway::exchange {
namespace {

// Has on file what it is sent.
class FakeSharing final : public rpc::Channel {
 public:
  absl::StatusOr<std::string> RawUnary(const std::string& path, std::string request,
                                       const rpc::CallOptions&) override {
    if (path != "/shareway.sharing.v1.GrantService/FileHold") {
      return absl::UnimplementedError(path);
    }
    REQUIRE(filed.emplace_back().ParseFromString(request));
    sharing::v1::FileHoldResponse response;
    *response.mutable_filed_time() = evidence::ToTimestamp(absl::FromUnixSeconds(1790000000));
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

  std::vector<sharing::v1::FileHoldRequest> filed;
};

TEST_CASE("A hold is filed for the seat's agency, with the act as it was signed", "[exchange]") {
  const evidence::SignedAct act = *evidence::SignAct(
      crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256), "people/head",
      "/shareway.exchange.v1.SourceService/Hold", "r", absl::FromUnixSeconds(1790000000));
  Filing filing = {.subject = "agencies/tax",
                   .held = true,
                   .reason = "疑似泄露",
                   .set_time = absl::FromUnixSeconds(1789000000),
                   .act = act.SerializeAsString()};
  FakeSharing sharing;
  CHECK(*FileWithSharing(&sharing, "agencies/guest", filing) ==
        absl::FromUnixSeconds(1790000000));
  const sharing::v1::FileHoldRequest& sent = sharing.filed.at(0);
  CHECK(sent.agency() == "agencies/guest");
  CHECK(sent.subject() == filing.subject);
  CHECK(sent.held());
  CHECK(sent.reason() == filing.reason);
  CHECK(evidence::FromTimestamp(sent.set_time()) == filing.set_time);
  CHECK(sent.act().SerializeAsString() == filing.act);

  filing.act.clear();  // a rule set it
  REQUIRE(FileWithSharing(&sharing, "agencies/guest", filing).ok());
  CHECK_FALSE(sharing.filed.at(1).has_act());
}

}  // namespace
}  // namespace shareway::exchange
