// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/refresh_report.h"

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/evidence/record.h"
#include "services/exchange/test_datasets.h"
#include "shareway/catalog/v1/freshness.pb.h"

namespace shareway::exchange {
namespace {

// Answers as it is told.
class FakeCatalog final : public rpc::Channel {
 public:
  absl::StatusOr<std::string> RawUnary(const std::string& path, std::string request,
                                       const rpc::CallOptions&) override {
    if (path != "/shareway.catalog.v1.CatalogService/ReportRefresh") {
      return absl::UnimplementedError(path);
    }
    REQUIRE(told.emplace_back().ParseFromString(request));
    if (!answer.ok()) return answer;
    return std::string();
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

  absl::Status answer;
  std::vector<catalog::v1::ReportRefreshRequest> told;
};

TEST_CASE("Each version that serves is told to the catalogue once, and until it took it",
          "[exchange]") {
  kv::MemoryStore kv;
  Host host(&kv);
  FakeCatalog catalog;
  Refreshes refreshes(&catalog, host.datasets_store.get());
  CHECK(*refreshes.Tell() == 0);
  const auto loaded = host.Load("code,name,parent\n110000,北京市,\n120000,天津市,\n");
  REQUIRE(loaded.ok());

  catalog.answer = absl::UnavailableError("away");
  CHECK(absl::IsUnavailable(refreshes.Tell().status()));
  CHECK(absl::IsUnavailable(refreshes.Tell().status()));
  catalog.answer = absl::OkStatus();
  CHECK(*refreshes.Tell() == 1);
  const catalog::v1::ReportRefreshRequest& sent = catalog.told.back();
  CHECK(sent.resource() == kResource);
  CHECK(sent.refresh().version() == loaded->number);
  CHECK(sent.refresh().rows() == 2);
  CHECK(evidence::FromTimestamp(sent.refresh().refresh_time()) == loaded->load_time);
  CHECK(*refreshes.Tell() == 0);
  CHECK(catalog.told.size() == 3);

  host.clock.Advance(absl::Hours(24));
  REQUIRE(host.Load("code,name,parent\n110000,北京市,\n").ok());
  CHECK(*refreshes.Tell() == 1);
  CHECK(catalog.told.back().refresh().rows() == 1);
  // A restart knows what serves and not what was told.
  Refreshes restarted(&catalog, host.datasets_store.get());
  CHECK(*restarted.Tell() == 1);
}

TEST_CASE("A refused report rests and is tried again", "[exchange]") {
  kv::MemoryStore kv;
  Host host(&kv);
  FakeCatalog catalog;
  Refreshes refreshes(&catalog, host.datasets_store.get());
  REQUIRE(host.Load("code,name,parent\n110000,北京市,\n").ok());
  catalog.answer = absl::FailedPreconditionError("withdrawn");
  for (int round = 0; round < Refreshes::kRest; ++round) CHECK(*refreshes.Tell() == 0);
  CHECK(catalog.told.size() == 1);
  catalog.answer = absl::OkStatus();
  CHECK(*refreshes.Tell() == 1);
  CHECK(*refreshes.Tell() == 0);
  CHECK(catalog.told.size() == 2);
}

}  // namespace
}  // namespace shareway::exchange
