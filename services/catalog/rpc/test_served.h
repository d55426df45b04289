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
#include "libs/rpc/mandate_reads.h"
#include "libs/rpc/server.h"
#include "libs/statute/calendar.h"
#include "services/catalog/rpc/assessment_rpc.h"
#include "services/catalog/rpc/bundle_rpc.h"
#include "services/catalog/rpc/catalog_rpc.h"
#include "services/catalog/rpc/classification_rpc.h"
#include "services/catalog/rpc/directory_rpc.h"
#include "services/catalog/rpc/project_rpc.h"
#include "services/catalog/rpc/life_rpc.h"
#include "services/catalog/rpc/import_rpc.h"
#include "services/catalog/rpc/source_rpc.h"
#include "services/catalog/rpc/subscription_rpc.h"
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
    bootstrap += PersonLine("supervisor", kTax, "OUTSIDE_SUPERVISOR");
    for (const char* person : {"officer", "editor", "head", "tax-editor", "supervisor"}) {
      bootstrap += KeyLine(Issue(person, absl::StrCat("person/", person)).key.public_key(),
                           absl::StrCat("people/", person));
    }
    bootstrap += KeyLine(Issue("sharing", "service/sharing").key.public_key(), "services/sharing");
    bootstrap += KeyLine(Issue("console", "service/console").key.public_key(), "services/console");
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
                                                world_->index.get(), &*world_->project_store,
                                                world_->uses.get());
    project_rpc_ = std::make_unique<ProjectRpc>(world_->projects.get());
    project_rpc_->Serve(server_.get());
    classification_rpc_ = std::make_unique<ClassificationRpc>(
        world_->codes.get(), &world_->categories, &world_->extensions);
    classification_rpc_->Serve(server_.get());
    source_rpc_ = std::make_unique<SourceRpc>(world_->sources.get(), &*world_->source_store);
    source_rpc_->Serve(server_.get());
    assessment_rpc_ = std::make_unique<AssessmentRpc>(world_->assessments.get());
    assessment_rpc_->Serve(server_.get());
    import_rpc_ = std::make_unique<ImportRpc>(world_->imports.get(), world_->exports.get());
    import_rpc_->Serve(server_.get());
    life_rpc_ = std::make_unique<LifeRpc>(world_->catalog.get(), &*world_->resources,
                                          world_->updates.get(), world_->freshness.get());
    life_rpc_->Serve(server_.get());
    subscription_rpc_ = std::make_unique<SubscriptionRpc>(world_->subscriptions.get(),
                                                          &*world_->subscription_store,
                                                          world_->catalog.get());
    subscription_rpc_->Serve(server_.get());
    bundles_ = Bundles::Open({.domain = "test",
                              .key = &message_key_,
                              .origins = &origins_,
                              .resources = &*world_->resources,
                              .foreign = &*world_->foreign,
                              .clock = &world_->clock,
                              .directory = [this] { return world_->registrar->Now(); },
                              .announce = [](absl::string_view, const Entry*) {},
                              .learn = [](const DirectoryObject&) {}})
                   .value();
    bundle_rpc_ = std::make_unique<BundleRpc>(bundles_.get());
    directory_rpc_->Serve(server_.get());
    catalog_rpc_->Serve(server_.get());
    bundle_rpc_->Serve(server_.get());
    server_->SetOnMandateRead(rpc::MandateReads(&world_->kv, world_->outbox.get()));
    const absl::Status started = server_->Start();
    INFO(started);
    REQUIRE(started.ok());
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
  // Gives one more identity a certificate, by acts of the administrator. Its owner has to be there.
  void Admit(const std::string& label, const std::string& path, const std::string& owner) {
    v1::PutKeyRequest put;
    put.mutable_key()->set_owner(owner);
    put.mutable_key()->set_use(v1::Key::TLS);
    put.mutable_key()->set_suite(evidence::v1::P256_SHA256);
    put.mutable_key()->set_spki(Issue(label, path).key.public_key().spki());
    REQUIRE(Act<v1::Key>("admin", absl::StrCat(kDirectoryService, "PutKey"), put).ok());
  }
  // Makes the tax bureau's editor an outside supervisor, and puts a mandate over civil affairs.
  absl::StatusOr<v1::Mandate> PutMandate(const std::string& who) {
    v1::PutPersonRequest person;
    person.mutable_person()->set_name("people/tax-editor");
    person.mutable_person()->set_display_name("演示人员");
    person.mutable_person()->set_agency(kTax);
    person.mutable_person()->add_roles(shareway::OUTSIDE_SUPERVISOR);
    REQUIRE(Act<v1::Person>("admin", absl::StrCat(kDirectoryService, "PutPerson"), person).ok());
    const absl::CivilDay today = statute::LawDay(world_->clock.Now());
    v1::PutMandateRequest put;
    v1::Mandate* const mandate = put.mutable_mandate();
    mandate->set_name("mandates/m1");
    mandate->set_document_number("演审函〔2026〕1号");
    mandate->set_document_digest(std::string(32, 'd'));
    mandate->set_issuer("演示市审计局");
    mandate->add_supervisors("people/tax-editor");
    mandate->add_agencies(kCivil);
    mandate->set_start_date(absl::FormatCivilTime(today));
    mandate->set_end_date(absl::FormatCivilTime(today + 30));
    return Act<v1::Mandate>(who, absl::StrCat(kDirectoryService, "PutMandate"), put);
  }
  absl::StatusOr<v1::Mandate> GetMandate(const std::string& who) {
    v1::GetMandateRequest get;
    get.set_name("mandates/m1");
    return Call<v1::Mandate>(who, absl::StrCat(kDirectoryService, "GetMandate"), get);
  }
  // How many mandates `who` is shown.
  int Listed(const std::string& who) {
    return Call<v1::ListMandatesResponse>(who, absl::StrCat(kDirectoryService, "ListMandates"),
                                          v1::ListMandatesRequest())
        .value()
        .mandates_size();
  }
  // A mandate of the supervisor over this agency, in the server's directory alone.
  void FollowMandate(const std::string& agency, const std::string& from, const std::string& to) {
    v1::DirectoryChange change;
    change.mutable_mandate()->set_name("mandates/m");
    change.mutable_mandate()->add_supervisors("people/supervisor");
    change.mutable_mandate()->add_agencies(agency);
    change.mutable_mandate()->set_start_date(from);
    change.mutable_mandate()->set_end_date(to);
    rpc::Directory next = *holder_.Get();
    next.Apply(change);
    holder_.Set(std::make_shared<const rpc::Directory>(next));
  }
  // On record under a mandate.
  uint64_t Readings() {
    uint64_t readings = 0;
    (void)world_->kv.ReadLog("outbox", 1, [&](uint64_t, absl::string_view bytes) {
      evidence::AuditRecord record;
      record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
      if (record.kind() == evidence::v1::MANDATE_READ) ++readings;
      return true;
    });
    return readings;
  }
  TestWorld& world() { return *world_; }
  int port() const { return server_->port(); }
  // The folder with the certificate and key of one of those above.
  const std::string& HomeOf(const std::string& label) const { return identities_.at(label).dir; }
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
  std::unique_ptr<SourceRpc> source_rpc_;
  std::unique_ptr<AssessmentRpc> assessment_rpc_;
  std::unique_ptr<ImportRpc> import_rpc_;
  std::unique_ptr<ProjectRpc> project_rpc_;
  std::unique_ptr<LifeRpc> life_rpc_;
  std::unique_ptr<SubscriptionRpc> subscription_rpc_;
  std::unique_ptr<ClassificationRpc> classification_rpc_;
  const Origins origins_ = {};
  const crypto::PrivateKey message_key_ =
      crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  std::unique_ptr<Bundles> bundles_;
  std::unique_ptr<BundleRpc> bundle_rpc_;
  std::unique_ptr<rpc::Server> server_;  // last: drains first
};

}  // namespace shareway::catalog
