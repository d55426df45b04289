// SPDX-License-Identifier: Apache-2.0
// Both services of the catalogue over real mTLS on loopback: people by their certificates, a
// service as watcher. For tests.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/evidence/envelope.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/server.h"
#include "services/catalog/rpc/catalog_rpc.h"
#include "services/catalog/rpc/directory_rpc.h"
#include "services/catalog/store/resource_message.h"
#include "services/catalog/world_test.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::catalog {

using shareway::testing::TestIdentity;

inline constexpr char kCatalogService[] = "/shareway.catalog.v1.CatalogService/";
inline constexpr char kDirectoryService[] = "/shareway.catalog.v1.DirectoryService/";
inline constexpr char kName[] = "resources/306002-000001";

// A catalogue whose people and services hold certificates of a test authority.
class Served {
 public:
  explicit Served(bool rolled_back = false) : pki_(dir_.path()) {
    std::string bootstrap = TestBootstrap(Issue("admin", "person/admin").key.public_key());
    for (const char* person : {"officer", "editor", "head", "tax-editor"}) {
      bootstrap += KeyLine(Issue(person, absl::StrCat("person/", person)).key.public_key(),
                           absl::StrCat("people/", person));
    }
    bootstrap += KeyLine(Issue("sharing", "service/sharing").key.public_key(), "services/sharing");
    const TestIdentity& own = Issue("catalog", "service/catalog");
    world_ = std::make_unique<TestWorld>(bootstrap);
    REQUIRE(world_->founded.ok());
    DirectoryRpc::Publish(world_->registrar.get(), *world_->directory, &holder_);
    rpc::Server::Options options;
    options.tls = own.tls;
    options.pool_threads = 4;
    server_ = std::make_unique<rpc::Server>(options, &holder_);
    directory_rpc_ = std::make_unique<DirectoryRpc>(world_->registrar.get(), &*world_->directory,
                                                    [rolled_back] { return rolled_back; });
    catalog_rpc_ = std::make_unique<CatalogRpc>(world_->catalog.get(), &*world_->resources,
                                                world_->index.get());
    directory_rpc_->Serve(server_.get());
    catalog_rpc_->Serve(server_.get());
    REQUIRE(server_->Start().ok());
    server_->SetReady(true);
  }

  std::shared_ptr<rpc::Channel> As(const std::string& label) {
    return rpc::Channel::Open({absl::StrCat("127.0.0.1:", server_->port()),
                               identities_.at(label).tls, "shareway://test/service/catalog"})
        .value();
  }
  template <typename Response, typename Request>
  absl::StatusOr<Response> Call(const std::string& who, const std::string& path,
                                const Request& request) {
    return As(who)->Unary<Response>(path, request);
  }
  // The same as a signed act.
  template <typename Response, typename Request>
  absl::StatusOr<Response> Act(const std::string& who, const std::string& path,
                               const Request& request) {
    Request carrier;
    *carrier.mutable_signed_act() =
        evidence::SignAct(identities_.at(who).key, absl::StrCat("people/", who), path,
                          request.SerializeAsString(), absl::Now())
            .value();
    return Call<Response>(who, path, carrier);
  }
  absl::StatusOr<v1::Resource> Get(const std::string& who, uint32_t revision = 0) {
    v1::GetResourceRequest request;
    request.set_name(kName);
    request.set_revision(revision);
    return Call<v1::Resource>(who, absl::StrCat(kCatalogService, "GetResource"), request);
  }
  absl::StatusOr<v1::Resource> Create(const std::string& who, const Entry& entry = GoodEntry()) {
    v1::CreateResourceRequest request;
    *request.mutable_resource() = ToMessage("", Resource::Published{.entry = entry});
    return Call<v1::Resource>(who, absl::StrCat(kCatalogService, "CreateResource"), request);
  }
  v1::Resource Publish() {
    v1::Resource at = Create("editor").value();
    v1::SubmitResourceRequest submit;
    submit.set_name(at.name());
    at = Call<v1::Resource>("editor", absl::StrCat(kCatalogService, "SubmitResource"), submit)
             .value();
    v1::ApproveResourceRequest approve;
    approve.set_name(at.name());
    approve.set_etag(at.etag());
    at = Act<v1::Resource>("head", absl::StrCat(kCatalogService, "ApproveResource"), approve)
             .value();
    v1::PublishResourceRequest publish;
    publish.set_name(at.name());
    publish.set_etag(at.etag());
    return Act<v1::Resource>("officer", absl::StrCat(kCatalogService, "PublishResource"), publish)
        .value();
  }
  TestWorld& world() { return *world_; }
  int port() const { return server_->port(); }
  // What the server goes by, for others than those above.
  rpc::DirectoryHolder* holder() { return &holder_; }
  shareway::testing::TestPki* pki() { return &pki_; }

 private:
  const TestIdentity& Issue(const std::string& label, const std::string& path) {
    return identities_.emplace(label, pki_.Issue(label, {absl::StrCat("shareway://test/", path)}))
        .first->second;
  }

  shareway::testing::TempDir dir_;
  shareway::testing::TestPki pki_;
  std::map<std::string, TestIdentity> identities_;
  std::unique_ptr<TestWorld> world_;
  rpc::DirectoryHolder holder_;
  std::unique_ptr<DirectoryRpc> directory_rpc_;
  std::unique_ptr<CatalogRpc> catalog_rpc_;
  std::unique_ptr<rpc::Server> server_;  // last: drains first
};

}  // namespace shareway::catalog
