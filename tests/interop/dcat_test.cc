// SPDX-License-Identifier: Apache-2.0
// What ExportResources writes as DCAT, as a stock JSON-LD processor reads it: npm's jsonld.
#include <array>
#include <cstdio>
#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"
#include "nlohmann/json.hpp"
#include "services/catalog/rpc/test_served.h"

namespace shareway::catalog {
namespace {

using Json = nlohmann::json;

constexpr char kDcat[] = "http://www.w3.org/ns/dcat#";
constexpr char kTerms[] = "http://purl.org/dc/terms/";
constexpr char kFoaf[] = "http://xmlns.com/foaf/0.1/";
constexpr char kSkos[] = "http://www.w3.org/2004/02/skos/core#";
constexpr char kType[] = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type";
constexpr char kEurope[] = "http://publications.europa.eu/resource/authority/";

bool HasProcessor() {
  if (std::filesystem::exists(
          absl::StrCat(SHAREWAY_SOURCE_DIR, "/tests/node_modules/jsonld"))) {
    return true;
  }
  WARN("tests/node_modules is absent (tools/setup fetches it): no DCAT was read");
  return false;
}

// The export, as everybody may ask for it over the wire.
std::string Export(Served* served) {
  v1::ExportResourcesRequest request;
  request.set_format(v1::DCAT_JSON_LD);
  const auto channel = served->As("tax-editor");
  auto stream = channel->ServerStream<v1::ExportResourcesResponse>(
      absl::StrCat(kCatalogService, "ExportResources"), request, {});
  std::string text;
  std::string digest;
  while (true) {
    const auto part = stream.Read();
    REQUIRE(part.ok());
    if (!*part) break;
    text += (*part)->data();
    digest = (*part)->digest();
  }
  REQUIRE(digest == crypto::Sha256(text).str());
  return text;
}

// What the processor makes of it.
Json Read(const std::string& text) {
  const shareway::testing::TempDir dir;
  const std::string path = dir / "catalogue.jsonld";
  shareway::testing::WriteFile(path, text);
  const std::string command = absl::StrCat("node ", SHAREWAY_SOURCE_DIR,
                                           "/tests/interop/dcat_reader.mjs ", path, " 2>&1");
  FILE* pipe = popen(command.c_str(), "r");
  REQUIRE(pipe != nullptr);
  std::string said;
  std::array<char, 4096> buffer;
  while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    said.append(buffer.data(), n);
  }
  const int status = pclose(pipe);
  INFO(said);
  REQUIRE(status == 0);
  return Json::parse(said);
}

// The one value of a predicate.
Json One(const Json& node, const std::string& predicate) {
  INFO(predicate << " of " << node.dump());
  REQUIRE(node.contains(predicate));
  REQUIRE(node[predicate].size() == 1);
  return node[predicate][0];
}

std::string Iri(const std::string& iri) { return "<" + iri + ">"; }

void CheckTerms(const Json& read) {
  CHECK(read["contexts"].empty());
  CHECK(read["undefined"].empty());
  CHECK(read["misused"].empty());
  CHECK(read["catalogs"] == 1);
}

TEST_CASE("A stock JSON-LD processor reads each dataset of an export, without a network",
          "[interop][dcat]") {
  if (!HasProcessor()) return;
  Served served;
  Entry entry = GoodEntry();
  entry.category = "306002";
  entry.title = "最低生活保障\"对象\"信息";
  served.world().Publish(entry);
  const Json read = Read(Export(&served));
  CheckTerms(read);
  REQUIRE(read["datasets"].size() == 1);
  REQUIRE(read["datasets"].contains("urn:shareway:resources/306002-000001"));
  const Json& dataset = read["datasets"]["urn:shareway:resources/306002-000001"];
  const std::string dcat = kDcat;
  const std::string terms = kTerms;
  CHECK(One(dataset, kType) == Iri(dcat + "Dataset"));
  CHECK(One(dataset, terms + "title") == entry.title + "@zh");
  CHECK(One(dataset, terms + "description") == entry.abstract + "@zh");
  CHECK(One(dataset, terms + "identifier") == "306002/000001");
  CHECK(One(dataset, dcat + "version") == "1");
  CHECK(One(dataset, terms + "issued") ==
        absl::FormatCivilTime(statute::LawDay(served.world().clock.Now())) +
            "^^http://www.w3.org/2001/XMLSchema#date");
  CHECK(One(dataset, terms + "accrualPeriodicity") ==
        Iri(absl::StrCat(kEurope, "frequency/MONTHLY")));
  CHECK(One(dataset, terms + "accessRights") ==
        Iri(absl::StrCat(kEurope, "access-right/RESTRICTED")));
  CHECK(dataset.value(dcat + "keyword", Json()) == Json::array({"低保@zh", "救助@zh"}));

  const Json publisher = One(dataset, terms + "publisher");
  CHECK(publisher["@id"] == absl::StrCat("urn:shareway:", kCivil));
  CHECK(One(publisher, kType) == Iri(absl::StrCat(kFoaf, "Agent")));
  CHECK(One(publisher, absl::StrCat(kFoaf, "name")) == "演示市民政局@zh");

  const Json theme = One(dataset, dcat + "theme");
  CHECK(theme["@id"] == "urn:shareway:categories/306002");
  CHECK(One(theme, kType) == Iri(absl::StrCat(kSkos, "Concept")));
  CHECK(One(theme, absl::StrCat(kSkos, "notation")) == "306002");

  const Json place = One(dataset, terms + "spatial");
  CHECK(One(place, kType) == Iri(terms + "Location"));
  CHECK(One(place, terms + "identifier") == "990100");
  const Json rights = One(dataset, terms + "rights");
  CHECK(One(rights, kType) == Iri(terms + "RightsStatement"));
  CHECK(One(rights, terms + "description") == entry.use_condition + "@zh");

  const Json distribution = One(dataset, dcat + "distribution");
  CHECK(One(distribution, kType) == Iri(dcat + "Distribution"));
  const Json format = One(distribution, terms + "format");
  CHECK(One(format, kType) == Iri(terms + "MediaTypeOrExtent"));
  CHECK(One(format, terms + "title") == "MySQL");
}

TEST_CASE("Every update cycle is a frequency of the European vocabulary", "[interop][dcat]") {
  if (!HasProcessor()) return;
  const std::vector<std::pair<UpdateCycle, std::string>> table = {
      {UpdateCycle::kRealtime, "UPDATE_CONT"},  {UpdateCycle::kDaily, "DAILY"},
      {UpdateCycle::kWeekly, "WEEKLY"},         {UpdateCycle::kMonthly, "MONTHLY"},
      {UpdateCycle::kQuarterly, "QUARTERLY"},   {UpdateCycle::kHalfYearly, "ANNUAL_2"},
      {UpdateCycle::kYearly, "ANNUAL"},         {UpdateCycle::kIrregular, "IRREG"},
      {UpdateCycle::kOther, "OTHER"}};
  Served served;
  for (const auto& [cycle, frequency] : table) {
    Entry entry = GoodEntry();
    entry.code = absl::StrCat("306002/", 100000 + static_cast<int>(cycle));
    entry.title = absl::StrCat("演示资源", static_cast<int>(cycle));
    entry.update_cycle = cycle;
    served.world().Publish(entry);
  }
  const Json read = Read(Export(&served));
  CheckTerms(read);
  REQUIRE(read["datasets"].size() == table.size());
  for (const auto& [cycle, frequency] : table) {
    INFO(frequency);
    const std::string iri =
        absl::StrCat("urn:shareway:resources/306002-", 100000 + static_cast<int>(cycle));
    REQUIRE(read["datasets"].contains(iri));
    CHECK(One(read["datasets"][iri], absl::StrCat(kTerms, "accrualPeriodicity")) ==
          Iri(absl::StrCat(kEurope, "frequency/", frequency)));
  }
}

TEST_CASE("A catalogue without entries is one without datasets", "[interop][dcat]") {
  if (!HasProcessor()) return;
  Served served;
  const Json read = Read(Export(&served));
  CheckTerms(read);
  CHECK(read["datasets"].empty());
}

}  // namespace
}  // namespace shareway::catalog
