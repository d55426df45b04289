// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/dataset_rpc.h"

#include <deque>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/exchange/test_datasets.h"

namespace shareway::exchange {
namespace {

class OwnCall final : public rpc::Call {
 public:
  explicit OwnCall(absl::string_view agency = "agencies/a") {
    caller_.identity.name = "agencies/a/systems/s";
    caller_.agency = std::string(agency);
    method_ = "/shareway.exchange.v1.DatasetService/Any";
    traceparent_ = "00-trace";
  }
  bool cancelled() const override { return false; }
};

class Messages final : public rpc::RawReader {
 public:
  explicit Messages(std::vector<v1::LoadRequest> messages)
      : left_(messages.begin(), messages.end()) {}
  absl::StatusOr<std::optional<std::string>> Read() override {
    if (left_.empty()) return std::optional<std::string>();
    std::optional<std::string> bytes = left_.front().SerializeAsString();
    left_.pop_front();
    return bytes;
  }

 private:
  std::deque<v1::LoadRequest> left_;
};

v1::LoadRequest Header(absl::string_view resource = kResource) {
  v1::LoadRequest message;
  message.mutable_header()->set_resource(std::string(resource));
  message.mutable_header()->set_format(v1::CSV);
  return message;
}
v1::LoadRequest Data(absl::string_view data) {
  v1::LoadRequest message;
  message.set_data(std::string(data));
  return message;
}
v1::LoadRequest Digest(absl::string_view file) {
  v1::LoadRequest message;
  message.set_digest(crypto::Sha256(file).str());
  return message;
}

struct Api {
  Api() : host(&kv), rpc(host.datasets.get(), host.datasets_store.get(), "agencies/a",
                         [](absl::string_view caller) { return absl::StrCat("hmac ", caller); }) {}

  absl::StatusOr<v1::DatasetVersion> Load(std::vector<v1::LoadRequest> messages,
                                          absl::string_view agency = "agencies/a") {
    Messages raw(std::move(messages));
    rpc::Reader<v1::LoadRequest> reader(&raw);
    return rpc.Load(OwnCall(agency), reader);
  }

  kv::MemoryStore kv;
  Host host;
  DatasetRpc rpc;
};

TEST_CASE("A stream of header, data and digest loads a version", "[dataset-rpc]") {
  Api api;
  const std::string file = Rows(50);
  const auto version = api.Load({Header(), Data(file.substr(0, 99)), Data(file.substr(99)),
                                 Digest(file)});
  REQUIRE(version.ok());
  CHECK(version->resource() == kResource);
  CHECK(version->version() == "v1");
  CHECK(version->records() == 50);
  CHECK(version->digest() == crypto::Sha256(file).str());
  CHECK(version->serving());
  CHECK(version->resource_revision() == 2);
  CHECK(api.host.Events()[0].operator_digest() == "hmac agencies/a/systems/s");
  CHECK(api.host.Events()[0].traceparent() == "00-trace");
}

TEST_CASE("A stream that is out of order loads nothing", "[dataset-rpc]") {
  const std::string file = Rows(5);
  v1::LoadRequest no_format = Header();
  no_format.mutable_header()->clear_format();
  v1::LoadRequest short_digest;
  short_digest.set_digest("short");
  auto [messages, want] = GENERATE_REF(table<std::vector<v1::LoadRequest>, std::string>({
      {std::vector<v1::LoadRequest>(), "header"},
      {{Data(file), Digest(file)}, "header"},
      {{Header("resources/"), Data(file), Digest(file)}, "resource"},
      {{no_format, Data(file), Digest(file)}, "header.format"},
      {{Header(), Data(file)}, "digest: is missing"},
      {{Header(), Header(), Data(file), Digest(file)}, "header: is not the first"},
      {{Header(), Data(file), Digest(file), Data("1,a,\n")}, "digest: is not the last"},
      {{Header(), Data(file), short_digest}, "digest has 5 bytes"},
      {{Header(), Data(file), Digest("other")}, "digest: is "},
      {{Header(), Data(std::string((1 << 20) + 1, 'x'))}, "data: has 1048577 bytes"},
      {{Header(), v1::LoadRequest()}, "part"},
  }));
  CAPTURE(want);
  Api api;
  const absl::Status status = api.Load(messages).status();
  CHECK(absl::IsInvalidArgument(status));
  CHECK(absl::StrContains(status.message(), want));
  CHECK(api.host.StoredRows() == 0);
  CHECK(api.host.Events().empty());
}

TEST_CASE("Another agency's callers learn nothing", "[dataset-rpc]") {
  Api api;
  const std::string file = Rows(5);
  REQUIRE(api.Load({Header(), Data(file), Digest(file)}).ok());
  const OwnCall stranger("agencies/b");
  v1::ListVersionsRequest list;
  list.set_resource(kResource);
  v1::RollbackRequest rollback;
  rollback.set_resource(kResource);
  rollback.set_version("v1");
  for (const absl::Status& status :
       {api.Load({Header(), Data(file), Digest(file)}, "agencies/b").status(),
        api.rpc.ListVersions(stranger, list).status(),
        api.rpc.Rollback(stranger, rollback).status()}) {
    CHECK(DetailsOf(status)->reason == Reason::kNotVisible);
  }
}

TEST_CASE("Versions are listed newest first, in pages, and one is served again", "[dataset-rpc]") {
  Api api;
  for (int i = 1; i <= 3; ++i) {
    const std::string file = Rows(i);
    REQUIRE(api.Load({Header(), Data(file), Digest(file)}).ok());
  }
  v1::RollbackRequest rollback;
  rollback.set_resource(kResource);
  rollback.set_version("v2");
  CHECK(api.rpc.Rollback(OwnCall(), rollback)->version() == "v2");
  rollback.set_version("2");
  CHECK(absl::IsInvalidArgument(api.rpc.Rollback(OwnCall(), rollback).status()));

  v1::ListVersionsRequest list;
  list.set_resource(kResource);
  list.set_page_size(2);
  const auto first = api.rpc.ListVersions(OwnCall(), list);
  REQUIRE(first.ok());
  REQUIRE(first->versions_size() == 2);
  CHECK(first->versions(0).version() == "v3");
  CHECK_FALSE(first->versions(0).serving());
  CHECK(first->versions(1).version() == "v2");
  CHECK(first->versions(1).serving());
  list.set_page_token(first->next_page_token());
  const auto second = api.rpc.ListVersions(OwnCall(), list);
  REQUIRE(second.ok());
  REQUIRE(second->versions_size() == 1);
  CHECK(second->versions(0).version() == "v1");
  CHECK(second->next_page_token().empty());
}

}  // namespace
}  // namespace shareway::exchange
