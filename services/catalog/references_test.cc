// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/references.h"

#include <functional>
#include <tuple>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/catalog/world_test.h"

namespace shareway::catalog {
namespace {

constexpr char kName[] = "resources/306002-000001";

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

// The fields that a refusal for missing references names.
std::string MissingOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  if (!details || details->reason != Reason::kReferenceMissing) return status.ToString();
  return details->metadata.at("field");
}

void SetAgency(TestWorld& world, const char* name, Standing standing) {
  const auto number =
      world.registrar->SetStanding(world.ActBy("admin"), name, standing, "机构改革");
  REQUIRE(number.ok());
}

Entry Other(const char* code, const char* title) {
  Entry entry = GoodEntry();
  entry.code = code;
  entry.title = title;
  return entry;
}

TEST_CASE("What an entry refers to and is not there is refused with field and value", "[catalog]") {
  TestWorld world;
  const std::vector<std::tuple<const char*, const char*, std::function<void(Entry&)>>> table = {
      {"resource.contributors[0]", "agencies/11990100000100999X",
       [](Entry& e) { e.contributors = {"agencies/11990100000100999X"}; }},
      {"resource.contributors[1]", "no active agency",
       [](Entry& e) { e.contributors = {kTax, "agencies/11990100000100999X"}; }},
      {"resource.items[2].source", "sources/aid-amount",
       [](Entry& e) { e.items[2].source = "sources/aid-amount"; }},
      {"resource.division", "990200", [](Entry& e) { e.division = "990200"; }},
      {"resource.division", "lies outside 990100", [](Entry& e) { e.division = "990000"; }}};
  for (const auto& [field, says, spoil] : table) {
    Entry entry = GoodEntry();
    spoil(entry);
    CAPTURE(field, says);
    const absl::Status status = world.catalog->Create(world.By("editor"), entry, false).status();
    CHECK(status.code() == absl::StatusCode::kFailedPrecondition);
    CHECK(MissingOf(status) == field);
    CHECK(absl::StrContains(status.message(), says));
    CHECK(absl::StrContains(status.message(), "cn-2025-809@1"));
  }
  Entry within = GoodEntry();
  within.contributors = {kTax};
  within.division = "990102";  // a district of the city
  CHECK(world.catalog->Create(world.By("editor"), within, true).ok());
}

TEST_CASE("Missing references are told together with all other faults", "[catalog]") {
  TestWorld world;
  Entry entry = GoodEntry();
  entry.title.clear();
  entry.contributors = {"agencies/11990100000100999X"};
  entry.division = "990200";
  const absl::Status status = world.catalog->Create(world.By("editor"), entry, false).status();
  const auto details = DetailsOf(status);
  REQUIRE(details);
  CHECK(details->reason == Reason::kFieldInvalid);
  REQUIRE(details->fields.size() == 3);
  CHECK(details->fields[0].field == "resource.title");
  CHECK(details->fields[1].field == "resource.contributors[0]");
  CHECK(details->fields[2].field == "resource.division");
}

TEST_CASE("Related entries are published or the provider's own, and a stranger's draft is as absent",
          "[catalog]") {
  TestWorld world;
  Entry entry = GoodEntry();
  entry.related = {"306005/000001"};
  // Two new entries may name each other: drafts are not asked.
  REQUIRE(world.catalog->Create(world.By("editor"), entry, false).ok());
  const absl::Status absent = world.catalog->Submit(world.By("editor"), kName, "").status();
  CHECK(MissingOf(absent) == "resource.related[0]");
  CHECK(absl::StrContains(absent.message(), "306005/000001"));
  // Another agency's draft of that code answers alike.
  Entry taxes = Other("306005/000001", "纳税信息");
  taxes.provider = kTax;
  REQUIRE(world.catalog->Create(world.By("tax-editor"), taxes, false).ok());
  CHECK(world.catalog->Submit(world.By("editor"), kName, "").status() == absent);
  // An own draft will do.
  REQUIRE(world.catalog->Create(world.By("editor"), Other("306002/000002", "救助"), false).ok());
  entry.related = {"306002/000002"};
  REQUIRE(world.catalog->Update(world.By("editor"), kName, "", entry).ok());
  CHECK(world.catalog->Submit(world.By("editor"), kName, "").ok());
}

TEST_CASE("A published entry may be named as related until it is withdrawn", "[catalog]") {
  TestWorld world;
  const auto other = world.Publish(Other("306002/000002", "救助"));
  Entry entry = GoodEntry();
  entry.related = {"306002/000002"};
  REQUIRE(world.catalog->Create(world.By("editor"), entry, false).ok());
  const auto withdrawn =
      world.catalog->Withdraw(world.ActBy("officer"), "resources/306002-000002",
                              Catalog::Etag(other), "机构改革", "");
  REQUIRE(withdrawn.ok());
  CHECK(MissingOf(world.catalog->Submit(world.By("editor"), kName, "").status()) ==
        "resource.related[0]");
}

TEST_CASE("What went between submission and publication is found at publication", "[catalog]") {
  TestWorld world;
  Entry entry = GoodEntry();
  entry.contributors = {kTax};
  REQUIRE(world.catalog->Create(world.By("editor"), entry, false).ok());
  auto next = world.catalog->Submit(world.By("editor"), kName, "").value();
  next = world.catalog->Approve(world.ActBy("head"), kName, Catalog::Etag(next)).value();
  SetAgency(world, kTax, Standing::kSuspended);
  const size_t events = world.Events().size();
  const absl::Status refused =
      world.catalog->Publish(world.ActBy("officer"), kName, Catalog::Etag(next)).status();
  CHECK(MissingOf(refused) == "resource.contributors[0]");
  CHECK(world.Events().size() == events);
  SetAgency(world, kTax, Standing::kActive);
  CHECK(world.catalog->Publish(world.ActBy("officer"), kName, Catalog::Etag(next)).ok());
}

TEST_CASE("A source in force can be named", "[catalog]") {
  TestWorld world;
  const auto published = world.Publish();
  REQUIRE(world.sources
              ->Designate(world.ActBy("officer"),
                          {.name = "sources/aid-amount",
                           .title = "保障金额",
                           .resource = kName,
                           .item = "amount",
                           .document = "演数函〔2026〕1号"},
                          "")
              .ok());
  Entry entry = GoodEntry();
  entry.items[2].source = "sources/aid-amount";
  CHECK(world.catalog->Update(world.By("editor"), kName, Catalog::Etag(published), entry).ok());
}

TEST_CASE("A stranger learns nothing of references, nor a secret's writer", "[catalog]") {
  TestWorld world;
  Entry entry = GoodEntry();
  entry.contributors = {"agencies/11990100000100999X"};
  CHECK(world.catalog->Create(world.By("tax-editor"), entry, false).status() ==
        Error::NotVisible(kCivil));
  entry.abstract = "机密★20年";
  CHECK(ReasonOf(world.catalog->Create(world.By("editor"), entry, false).status()) ==
        Reason::kSecretRefused);
}

}  // namespace
}  // namespace shareway::catalog
