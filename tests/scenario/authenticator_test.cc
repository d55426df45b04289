// SPDX-License-Identifier: Apache-2.0
// A head of department signs with an authenticator, over real processes: on the signing page it is
// an act, on the console's page it is none.
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/evidence/test_webauthn_act.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "shareway/catalog/v1/directory_service.pb.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;

constexpr char kSigningPage[] = "https://sign.share.example";
constexpr char kConsole[] = "https://share.example";

Cluster::Options OptionsOf() {
  Cluster::Options options;
  options.nodes = {};
  options.flags["catalog"] = {"--webauthn_id=share.example",
                              absl::StrCat("--act_origins=", kSigningPage)};
  return options;
}

// The security administrator registers the authenticator of a person.
absl::Status Register(Cluster& cluster, const std::string& person, const crypto::PublicKey& key) {
  cat::PutKeyRequest put;
  put.mutable_key()->set_owner(Cluster::Person(person));
  put.mutable_key()->set_use(cat::Key::WEBAUTHN);
  put.mutable_key()->set_suite(evidence::v1::P256_SHA256);
  put.mutable_key()->set_spki(key.spki());
  return cluster
      .Act<cat::Key>("security", "catalog", "/shareway.catalog.v1.DirectoryService/PutKey", put)
      .status();
}

// The statistics department's entry, which waits for its head.
absl::StatusOr<cat::Resource> Submitted(Cluster& cluster) {
  cat::CreateResourceRequest create;
  *create.mutable_resource() = Divisions(cluster);
  const auto drafted = cluster.Call<cat::Resource>("statistics-editor", "catalog",
                                                   CatalogMethod("CreateResource"), create);
  if (!drafted.ok()) return drafted;
  cat::SubmitResourceRequest submit;
  submit.set_name(drafted->name());
  submit.set_etag(drafted->etag());
  return cluster.Call<cat::Resource>("statistics-editor", "catalog",
                                     CatalogMethod("SubmitResource"), submit);
}

// The head approves it, with an authenticator on some page.
absl::StatusOr<cat::Resource> Approve(Cluster& cluster, const cat::Resource& entry,
                                      const crypto::PrivateKey& authenticator,
                                      const evidence::WebauthnCeremony& ceremony) {
  const std::string head = "statistics-head";
  cat::ApproveResourceRequest approve;
  approve.set_name(entry.name());
  approve.set_etag(entry.etag());
  const auto act = evidence::SignAct(authenticator, Cluster::Person(head),
                                     CatalogMethod("ApproveResource"), approve.SerializeAsString(),
                                     absl::Now());
  if (!act.ok()) return act.status();
  cat::ApproveResourceRequest outer;
  *outer.mutable_signed_act() =
      evidence::SignByAuthenticator(authenticator, act->act(), ceremony);
  return cluster.Call<cat::Resource>(head, "catalog", CatalogMethod("ApproveResource"), outer);
}

TEST_CASE("A head approves by authenticator on the signing page and nowhere else", "[scenario]") {
  Cluster cluster(OptionsOf());
  const auto authenticator = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  const auto entry = Submitted(cluster);
  REQUIRE_OK(entry);

  CHECK(ReasonOf(Approve(cluster, *entry, authenticator, {.origin = kSigningPage}).status()) ==
        Reason::kActInvalid);  // nobody's authenticator yet
  REQUIRE(Register(cluster, "statistics-head", authenticator.public_key()).ok());
  const auto approved = AskUntilOk(
      [&] { return Approve(cluster, *entry, authenticator, {.origin = kSigningPage}); });
  REQUIRE_OK(approved);
  CHECK(approved->etag() != entry->etag());
  // The same key, the same challenge, on the page of a console that lies.
  CHECK(ReasonOf(Approve(cluster, *approved, authenticator, {.origin = kConsole}).status()) ==
        Reason::kActInvalid);
  CHECK(ReasonOf(Approve(cluster, *approved, authenticator, {.origin = kSigningPage}).status()) !=
        Reason::kActInvalid);

  // Told no origin for acts, the catalogue takes none by authenticators.
  CHECK(cluster.Stop("catalog") == 0);
  cluster.SetFlags("catalog", {"--webauthn_id=share.example"});
  cluster.Start("catalog");
  cluster.AwaitReady("catalog");
  CHECK(ReasonOf(Approve(cluster, *approved, authenticator, {.origin = kSigningPage}).status()) ==
        Reason::kActInvalid);
}

}  // namespace
}  // namespace shareway::testing
