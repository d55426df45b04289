// SPDX-License-Identifier: Apache-2.0
// Two installations hand each other their catalogues as files, over real processes and the CLI.
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tests/scenario/steps.h"
#include "tests/support/child.h"

namespace shareway::testing {
namespace {

namespace cat = catalog::v1;

class Installation {
 public:
  explicit Installation(const std::string& name) : domain(name), cluster(OptionsOf(name)) {}

  // From now on it takes the other's bundles.
  void Pin(const Installation& other) {
    const std::string file = cluster.dir() / "origins";
    WriteFile(file, other.PinLine());
    CHECK(cluster.Stop("catalog") == 0);
    cluster.SetFlags("catalog", {"--origins=" + file});
    cluster.Start("catalog");
    cluster.AwaitReady("catalog");
  }
  std::string PinLine() const {
    return absl::StrCat(domain, " - ",
                        ToBase64(cluster.message_key("catalog").public_key().spki()), "\n");
  }

  cat::Resource Publish(const std::string& code, const std::string& title) {
    cat::Resource draft = Marriages(cluster);
    draft.set_code(code);
    draft.set_title(title);
    const auto published = testing::Publish(cluster, kCivil, draft, kBureau);
    REQUIRE_OK(published);
    return *published;
  }
  void Suspend(const cat::Resource& resource) {
    cat::SuspendResourceRequest request;
    request.set_name(resource.name());
    request.set_etag(resource.etag());
    request.set_reason("演示停用");
    REQUIRE_OK(cluster.Act<cat::Resource>("bureau-officer", "catalog",
                                          CatalogMethod("SuspendResource"), request));
  }

  // What the command line answers the officer; its exit code.
  struct Told {
    int exit_code = 0;
    std::string text = {};
  };
  Told Bundle(std::vector<std::string> words) {
    const std::string log = cluster.dir() / "cli.log";
    words.insert(words.begin(),
                 {absl::StrCat(SHAREWAY_BIN_DIR, "/shareway"), "catalog", "bundle"});
    words.insert(words.end(), {"--identity", cluster.identity("bureau-officer").dir, "--catalog",
                               cluster.Address("catalog"), "-o", "json"});
    Child cli(words, log);
    Told told = {.exit_code = cli.Wait(absl::Seconds(30))};
    std::ifstream in(log);
    told.text.assign(std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>());
    return told;
  }
  // Exports into a new file of ours.
  std::string Export(std::vector<std::string> words = {}) {
    const std::string file = cluster.dir() / absl::StrCat("bundle-", ++files_);
    words.insert(words.begin(), {"export", file});
    const Told told = Bundle(words);
    INFO(told.text);
    REQUIRE(told.exit_code == 0);
    return file;
  }
  // What changed since the other took from us last.
  std::string ExportFor(Installation& other, uint64_t later = 0) {
    const cat::BundleManifest taken = other.TakenFrom(domain);
    return Export({"--since", absl::StrCat(taken.number() + later), "--epoch",
                   absl::StrCat(taken.epoch())});
  }
  void Take(const std::string& file) {
    const Told told = Bundle({"import", file});
    INFO(told.text);
    REQUIRE(told.exit_code == 0);
  }
  cat::BundleManifest TakenFrom(const std::string& origin) {
    const auto all = cluster.Call<cat::ListOriginsResponse>(
        "bureau-officer", "catalog", CatalogMethod("ListOrigins"), cat::ListOriginsRequest());
    REQUIRE_OK(all);
    for (const cat::Origin& known : all->origins()) {
      if (known.name() == "origins/" + origin && known.taken_size() == 1) return known.taken(0);
    }
    return {};
  }

  // Everything that is found here, told so that both tell alike what is alike: entries by origin
  // with revision and content, answers to `queries` with scores, totals and facets.
  std::map<std::string, std::string> Everything(const std::vector<std::string>& queries) {
    std::map<std::string, std::string> all;
    cat::ListResourcesRequest list;
    list.set_state(cat::Resource::PUBLISHED);
    for (;;) {
      const auto page = cluster.Call<cat::ListResourcesResponse>(
          "bureau-officer", "catalog", CatalogMethod("ListResources"), list);
      REQUIRE_OK(page);
      for (const cat::Resource& resource : page->resources()) {
        all["entry " + Full(resource.name())] = ContentOf(resource);
      }
      if (page->next_page_token().empty()) break;
      list.set_page_token(page->next_page_token());
    }
    for (const std::string& query : queries) {
      cat::SearchResourcesRequest search;
      search.set_query(query);
      const auto found = AskUntilOk([&] {
        return cluster.Call<cat::SearchResourcesResponse>(
            "bureau-officer", "catalog", CatalogMethod("SearchResources"), search);
      });
      REQUIRE_OK(found);
      std::set<std::string> told = {absl::StrCat("total ", found->total())};
      for (const cat::SearchHit& hit : found->hits()) {
        told.insert(absl::StrCat(Full(hit.resource().name()), " ", hit.score(), " ",
                                 hit.highlights_size(), " ", ContentOf(hit.resource())));
      }
      for (const cat::SearchFacet& facet : found->facets()) {
        for (const cat::SearchFacet::Value& value : facet.values()) {
          told.insert(absl::StrCat(
              facet.field(), " ",
              facet.field() == "provider" ? Full(value.value()) : value.value(), " ",
              value.count()));
        }
      }
      for (const std::string& line : told) absl::StrAppend(&all["search " + query], line, "\n");
    }
    return all;
  }

  const std::string domain;
  Cluster cluster;

 private:
  static Cluster::Options OptionsOf(const std::string& domain) {
    Cluster::Options options;
    options.domain = domain;
    options.nodes = {};
    return options;
  }
  // The name under which everybody else has it.
  std::string Full(const std::string& name) const {
    return absl::StartsWith(name, "origins/") ? name : absl::StrCat("origins/", domain, "/", name);
  }
  std::string ContentOf(const cat::Resource& resource) const {
    return absl::StrCat(Full(resource.provider()), " ", resource.code(), " ", resource.revision(),
                        " ", cat::Resource::State_Name(resource.state()), " ", resource.title(),
                        " ", resource.share_class(), " ", resource.items_size(), " ",
                        resource.publish_time().seconds(), ".", resource.publish_time().nanos());
  }

  int files_ = 0;
};

const std::vector<std::string>& Queries() {
  static const auto* const queries =
      new std::vector<std::string>{"登记", "婚姻登记信息", "收养", "供水", "civil", "306002"};
  return *queries;
}

TEST_CASE("Two installations exchange bundles both ways over a file and end with equal catalogues",
          "[scenario]") {
  Installation city("city.example"), county("county.example");
  city.Pin(county);
  county.Pin(city);
  const auto equal = [&] { CHECK(city.Everything(Queries()) == county.Everything(Queries())); };

  const cat::Resource marriages = city.Publish("306002/000001", "婚姻登记信息");
  city.Publish("306002/000002", "收养登记信息");
  county.Publish("306002/000011", "供水登记信息");
  const std::string first = city.Export();
  const Installation::Told dry = county.Bundle({"import", first, "--dry-run"});
  INFO(dry.text);
  CHECK(dry.exit_code == 0);
  CHECK(county.TakenFrom("city.example").number() == 0);
  county.Take(first);
  city.Take(county.Export());
  CHECK(city.Everything(Queries()).size() == 3 + Queries().size());
  equal();

  // What changed since, both ways: a new entry, a suspended one.
  city.Suspend(marriages);
  city.Publish("306002/000003", "收养登记变更信息");
  county.Publish("306002/000012", "供水用户信息");
  const auto unequal = county.Everything(Queries());
  CHECK(city.Everything(Queries()) != unequal);
  county.Take(city.ExportFor(county));
  city.Take(county.ExportFor(city));
  CHECK(county.Everything(Queries()) != unequal);
  equal();

  // Nothing new: taken, and nothing changes.
  const auto before = county.Everything(Queries());
  county.Take(city.ExportFor(county));
  city.Take(county.ExportFor(city));
  CHECK(county.Everything(Queries()) == before);
  CHECK(county.TakenFrom("city.example").entries() == 0);
  equal();

  // What is older, altered or begins too late is refused, by the service and by whoever checks.
  city.Publish("306002/000004", "收养登记补充信息");
  city.Publish("306002/000005", "收养登记统计信息");
  const std::string gap = city.ExportFor(county, 1);
  const std::string good = city.ExportFor(county);
  std::ifstream in(good, std::ios::binary);
  std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  REQUIRE(bytes.size() > 2000);
  bytes[bytes.size() - 1000] = static_cast<char>(bytes[bytes.size() - 1000] ^ 1);
  const std::string altered = county.cluster.dir() / "altered";
  WriteFile(altered, bytes);
  const std::string pins = county.cluster.dir() / "origins";
  CHECK(county.Bundle({"check", good, "--origins", pins}).exit_code == 0);
  CHECK(county.Bundle({"check", altered, "--origins", pins}).exit_code != 0);
  for (const std::string& file : {first, gap, altered}) {
    INFO(file);
    const Installation::Told told = county.Bundle({"import", file});
    INFO(told.text);
    CHECK(told.exit_code != 0);
    CHECK(absl::StrContains(
        told.text, file == first ? "OLDER" : file == gap ? "GAP" : "damaged"));
    CHECK(county.Everything(Queries()) == before);
  }
  // After a kill of the one and a restart of the other, the good one is taken as ever.
  county.cluster.Kill("catalog");
  county.cluster.Start("catalog");
  county.cluster.AwaitReady("catalog");
  county.Take(good);
  equal();
}

}  // namespace
}  // namespace shareway::testing
