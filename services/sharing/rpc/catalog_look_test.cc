// SPDX-License-Identifier: Apache-2.0
// What sharing finds in the catalogue: late clocks, items that several collect; each once, whatever
// is repeated or away.
#include "services/sharing/rpc/catalog_look.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "catch2/catch.hpp"
#include "libs/evidence/record.h"
#include "services/sharing/supervision/catalogue_findings.h"
#include "services/sharing/supervision/findings.h"
#include "services/sharing/test_desk.h"
#include "shareway/catalog/v1/source.pb.h"
#include "shareway/catalog/v1/update.pb.h"

namespace shareway::sharing {
namespace {

using catalog::v1::UpdateClock;

constexpr char kProvince[] = "agencies/province";

// Answers two clocks a page, as the catalogue does that searches.
class FakeCatalog final : public rpc::Channel {
 public:
  absl::StatusOr<std::string> RawUnary(const std::string& path, std::string request,
                                       const rpc::CallOptions&) override {
    if (!answer.ok()) return answer;
    const std::string service = "/shareway.catalog.v1.CatalogService/";
    if (path == service + "ListUpdateClocks") {
      catalog::v1::ListUpdateClocksRequest asked;
      REQUIRE(asked.ParseFromString(request));
      CHECK(asked.overdue());
      catalog::v1::ListUpdateClocksResponse page;
      return Page(asked, clocks, [&](const UpdateClock& c) { *page.add_clocks() = c; }, &page);
    }
    if (path == service + "ListSources") {
      catalog::v1::ListSourcesRequest asked;
      REQUIRE(asked.ParseFromString(request));
      catalog::v1::ListSourcesResponse page;
      return Page(asked, sources, [&](const catalog::v1::Source& s) { *page.add_sources() = s; },
                  &page);
    }
    if (path == service + "ListCollectedItems") {
      if (!items_answer.ok()) return items_answer;
      catalog::v1::ListCollectedItemsRequest asked;
      REQUIRE(asked.ParseFromString(request));
      catalog::v1::ListCollectedItemsResponse page;
      return Page(asked, items,
                  [&](const catalog::v1::CollectedItem& i) { *page.add_items() = i; }, &page);
    }
    return absl::UnimplementedError(path);
  }
  template <typename Request, typename T, typename Add, typename Response>
  static std::string Page(const Request& asked, const std::vector<T>& all, Add add,
                          Response* page) {
    size_t at = 0;
    if (!asked.page_token().empty()) REQUIRE(absl::SimpleAtoi(asked.page_token(), &at));
    for (size_t i = at; i < all.size() && i < at + 2; ++i) add(all[i]);
    if (at + 2 < all.size()) page->set_next_page_token(absl::StrCat(at + 2));
    return page->SerializeAsString();
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
  absl::Status items_answer;
  std::vector<UpdateClock> clocks;
  std::vector<catalog::v1::Source> sources;
  std::vector<catalog::v1::CollectedItem> items;
};

struct Fixture : TestDesk {
  std::shared_ptr<FakeCatalog> catalog = std::make_shared<FakeCatalog>();
  const Findings findings{&desk};

  Fixture() {
    Authority province{.name = "authorities/province",
                       .agency = kProvince,
                       .government = "演示省人民政府",
                       .profile = "cn-2025-809",
                       .level = Level::kProvince};
    authorities[province.name] = province;
    authorities[City().name].superior = province.name;
    for (auto& [name, agency] : agencies) agency.authority.superior = province.name;
    agencies[kProvince] = AgencyOf(kProvince);
    agencies[kProvince].authority = province;
  }

  absl::StatusOr<int> Look() { return CatalogLook(catalog, &desk).Look(); }
  // Due yesterday.
  UpdateClock& Late(const std::string& id, const std::string& provider = kCivil) {
    UpdateClock& clock_of = catalog->clocks.emplace_back();
    clock_of.set_name("updateClocks/" + id);
    clock_of.set_kind(UpdateClock::UPDATE);
    clock_of.set_resource(Marriages().name);
    clock_of.set_provider(provider);
    clock_of.set_authority(City().name);
    clock_of.set_profile("cn-2025-809@1");
    clock_of.set_state(UpdateClock::RUNNING);
    clock_of.mutable_change()->set_subject("婚姻登记条例修订");
    clock_of.mutable_change()->set_document("国令第804号");
    *clock_of.mutable_trigger_time() =
        evidence::ToTimestamp(clock.Now() - absl::Hours(20 * 24));
    *clock_of.mutable_due_time() =
        evidence::ToTimestamp(statute::StartOfDay(statute::LawDay(clock.Now())));
    return clock_of;
  }
  void Collects(const std::string& name, const std::vector<std::string>& by,
                const std::string& source = "") {
    catalog::v1::CollectedItem& item = catalog->items.emplace_back();
    item.set_name(name);
    item.set_source(source);
    for (const std::string& agency : by) {
      catalog::v1::CollectedItem::Collector* collector = item.add_collectors();
      collector->set_provider(agency);
      collector->add_resources("resources/of-" + agency.substr(9));
    }
  }
  // The item of an entry of kCivil, designated by the city now.
  catalog::v1::Source& Designates(const std::string& item, const Resource& resource) {
    catalog::v1::Source& source = catalog->sources.emplace_back();
    source.set_name("sources/s");
    source.set_resource(resource.name);
    source.set_item(item);
    source.set_provider(resource.provider);
    source.set_authority(City().name);
    *source.mutable_designate_time() = evidence::ToTimestamp(clock.Now());
    return source;
  }
  std::vector<Finding> Seen(const Actor& actor) {
    std::vector<Finding> seen;
    const Page<Finding> page =
        findings.List(actor, "", 1000, [](const Finding&) { return true; }).value();
    for (const Stored<Finding>& f : page.values) seen.push_back(f.value);
    return seen;
  }
};

const Actor kProvinceOfficer{.name = "people/po", .agency = kProvince, .officer = true};

TEST_CASE("An overdue update clock opens one finding about its agency, over restarts",
          "[findings]") {
  Fixture t;
  CHECK(*t.Look() == 0);
  t.Late("a");
  CHECK(*t.Look() == 1);
  CHECK(*t.Look() == 0);  // each look is a new one, as after a restart
  REQUIRE(t.Seen(Officer()).size() == 1);
  const Finding finding = t.Seen(Officer())[0];
  CHECK(finding.origin == Finding::Origin::kAutomatic);
  CHECK(finding.state == Finding::State::kSuspected);
  CHECK(finding.detector == "r25-39-1");
  CHECK(finding.article == "cn-2025-809@1 R25 第三十九条第一项");
  CHECK(finding.about == kCivil);
  CHECK(finding.competent == City().name);
  CHECK(finding.subject == Marriages().name);
  CHECK(finding.due == statute::LawDay(t.clock.Now()) - 1);
  REQUIRE(finding.evidence.size() == 3);
  CHECK(finding.evidence[0].object == "updateClocks/a");
  CHECK(finding.evidence[0].time == t.clock.Now() - absl::Hours(20 * 24));
  CHECK(absl::StrContains(finding.evidence[0].note, "国令第804号"));
  CHECK(finding.evidence[1].note == "婚姻登记条例修订");
  CHECK(finding.evidence[2].time == statute::StartOfDay(statute::LawDay(t.clock.Now())));
  CHECK(t.Seen(ProviderHead()).size() == 1);
  CHECK(t.Seen(Stranger()).empty());
  CHECK(t.Events().back().kind() == evidence::RecordKind::FINDING_CHANGED);
  // Many of them, over pages: each its own.
  for (const char* id : {"b", "c", "d", "e"}) t.Late(id);
  CHECK(*t.Look() == 4);
  CHECK(t.Seen(Officer()).size() == 5);
}

TEST_CASE("A late clock that ended is found too, and its end undoes nothing", "[findings]") {
  Fixture t;
  t.Late("a");
  REQUIRE(*t.Look() == 1);
  UpdateClock& ended = t.catalog->clocks[0];
  ended.set_state(UpdateClock::MET);
  *ended.mutable_end_time() = evidence::ToTimestamp(t.clock.Now());
  CHECK(*t.Look() == 0);
  CHECK(*t.Look() == 0);
  REQUIRE(t.Seen(Officer()).size() == 1);
  const Finding finding = t.Seen(Officer())[0];
  CHECK(finding.state == Finding::State::kSuspected);
  REQUIRE(finding.evidence.size() == 4);
  CHECK(finding.evidence[3].note == "逾期后已办结");
  // What was ruled on stays as it is.
  const Stored<Finding> stored = t.store.LoadCase<Finding>(finding.name).value();
  REQUIRE(t.findings
              .Confirm(t.By(Officer()), finding.name, Desk::EtagOf(stored.version), "属实")
              .ok());
  CHECK(*t.Look() == 0);
  CHECK(t.Seen(Officer())[0].evidence.size() == 4);
  // It ran out and ended while this service was away.
  UpdateClock& unseen = t.Late("b");
  *unseen.mutable_end_time() = evidence::ToTimestamp(t.clock.Now());
  CHECK(*t.Look() == 1);
  REQUIRE(t.Seen(Officer()).size() == 2);
}

TEST_CASE("A publication that is late is the authority's, and its superior judges", "[findings]") {
  Fixture t;
  t.Late("a").set_kind(UpdateClock::PUBLICATION);
  CHECK(*t.Look() == 1);
  REQUIRE(t.Seen(kProvinceOfficer).size() == 1);
  const Finding finding = t.Seen(kProvinceOfficer)[0];
  CHECK(finding.detector == "r25-17-2-authority");
  CHECK(finding.about == City().name);
  CHECK(finding.competent == "authorities/province");
  // Of an authority that the directory does not have nobody answers.
  UpdateClock& unknown = t.Late("b");
  unknown.set_kind(UpdateClock::PUBLICATION);
  unknown.set_authority("authorities/none");
  CHECK(*t.Look() == 0);
}

TEST_CASE("Nobody is suspected of a clock that is not late, or on a provisional day",
          "[findings]") {
  Fixture t;
  t.Late("a").set_provisional(true);
  *t.Late("b").mutable_due_time() = evidence::ToTimestamp(t.clock.Now() + absl::Seconds(1));
  UpdateClock& in_time = t.Late("c");
  *in_time.mutable_end_time() = evidence::ToTimestamp(
      statute::StartOfDay(statute::LawDay(t.clock.Now())) - absl::Seconds(1));
  CHECK(*t.Look() == 0);
  CHECK(t.Seen(Officer()).empty());
  t.clock.Advance(absl::Seconds(1));  // 24:00 of the last day is the first instant late
  CHECK(*t.Look() == 1);
  t.clock.Advance(absl::Hours(1));
  // The text before has an update clock of its own, and no time for publishing.
  t.Late("d").set_profile("cn-2016-51@1");
  UpdateClock& published = t.Late("e");
  published.set_profile("cn-2016-51@1");
  published.set_kind(UpdateClock::PUBLICATION);
  CHECK(*t.Look() == 1);
  CHECK(t.Seen(Officer())[0].detector == "m16-24-1");
}

TEST_CASE("A clock that cannot be judged hinders no other, and a catalogue that is away nothing",
          "[findings]") {
  Fixture t;
  const std::vector<std::function<void(UpdateClock*)>> spoils = {
      [](UpdateClock* c) { c->clear_name(); },
      [](UpdateClock* c) { c->set_name("resources/r"); },
      [](UpdateClock* c) { c->clear_resource(); },
      [](UpdateClock* c) { c->clear_provider(); },
      [](UpdateClock* c) { c->set_kind(UpdateClock::KIND_UNSPECIFIED); },
      [](UpdateClock* c) { c->set_profile("cn-2025-809"); },
  };
  for (const auto& spoil : spoils) {
    t.catalog->clocks.clear();
    spoil(&t.Late("bad"));
    CHECK(t.Look().status().code() == absl::StatusCode::kInvalidArgument);
  }
  CHECK(t.Seen(Officer()).empty());
  t.Late("good");
  CHECK(!t.Look().ok());
  CHECK(t.Seen(Officer()).size() == 1);
  t.catalog->answer = absl::UnavailableError("away");
  CHECK(absl::IsUnavailable(t.Look().status()));
  t.catalog->answer = absl::OkStatus();
  t.catalog->clocks.clear();
  // Long words are cut for the evidence, at a character.
  UpdateClock& wordy = t.Late("wordy");
  std::string words;
  for (int i = 0; i < 500; ++i) words += "据";
  wordy.mutable_change()->set_subject(words);
  wordy.mutable_change()->set_document(words.substr(0, 600));
  CHECK(*t.Look() == 1);
  for (const Finding& finding : t.Seen(Officer())) {
    for (const Finding::Proof& proof : finding.evidence) CHECK(proof.note.size() <= 600);
  }
}

const absl::Duration kDesignation = absl::Hours(24 * kDesignationDays);

TEST_CASE("An item that several agencies collect warns the authority, then is a suspicion, once",
          "[findings]") {
  Fixture t;
  t.Collects("登记机关", {kCivil, kTax});
  for (const char* name : {"一", "二", "三"}) t.Collects(name, {kCivil});  // pages go on
  CHECK(*t.Look() == 1);
  CHECK(*t.Look() == 0);
  REQUIRE(t.Seen(kProvinceOfficer).size() == 1);
  Finding finding = t.Seen(kProvinceOfficer)[0];
  CHECK(finding.state == Finding::State::kPrewarning);
  CHECK(finding.origin == Finding::Origin::kAutomatic);
  CHECK(finding.detector == "r25-41-1");
  CHECK(finding.about == City().name);
  CHECK(finding.competent == "authorities/province");
  CHECK(finding.due == statute::LawDay(t.clock.Now()) + kDesignationDays);
  REQUIRE(finding.evidence.size() == 3);
  CHECK(absl::StrContains(finding.evidence[0].note, "登记机关"));
  CHECK(finding.evidence[1].object == "resources/of-civil");
  CHECK(finding.evidence[2].object == "resources/of-tax");
  CHECK(t.Seen(Stranger()).empty());
  // Written otherwise it is the same item; one more collector makes no other finding.
  t.catalog->items[0].set_name(" 登记 机关");
  t.clock.Advance(kDesignation);
  CHECK(*t.Look() == 0);  // the last day
  t.clock.Advance(absl::Hours(24));
  CHECK(*t.Look() == 1);
  CHECK(*t.Look() == 0);
  REQUIRE(t.Seen(kProvinceOfficer).size() == 1);
  finding = t.Seen(kProvinceOfficer)[0];
  CHECK(finding.state == Finding::State::kSuspected);
  CHECK(finding.evidence.size() == 4);
  // What was found stays, also when the item is collected by one only.
  t.catalog->items.clear();
  CHECK(*t.Look() == 0);
  CHECK(t.Seen(kProvinceOfficer)[0].state == Finding::State::kSuspected);
}

TEST_CASE("A source designated in time settles the warning, and so does an end of the overlap",
          "[findings]") {
  Fixture t;
  t.Collects("登记机关", {kCivil, kTax});
  t.Collects("证件号码", {kCivil, kTax});
  REQUIRE(*t.Look() == 2);
  (void)t.Designates("husband", Marriages());
  t.catalog->items[0].set_source("sources/s");
  // A list that breaks off says nothing of what is not in it.
  t.catalog->items_answer = absl::UnavailableError("away");
  CHECK(absl::IsUnavailable(t.Look().status()));
  t.catalog->items_answer = absl::OkStatus();
  CHECK(*t.Look() == 1);
  t.catalog->items.pop_back();
  CHECK(*t.Look() == 1);
  CHECK(*t.Look() == 0);
  std::vector<std::string> rulings;
  for (const Finding& finding : t.Seen(kProvinceOfficer)) {
    CHECK(finding.state == Finding::State::kDismissed);
    rulings.push_back(finding.ruling);
  }
  std::sort(rulings.begin(), rulings.end());
  CHECK(rulings == std::vector<std::string>{"不再由多个部门采集", "已明确数源部门"});
}

TEST_CASE("Only an authority over all collectors is warned, where its text asks for a source",
          "[findings]") {
  Fixture t;
  t.Collects("登记机关", {kCivil, "agencies/unknown"});
  CHECK(*t.Look() == 0);
  // Of another city: the province is over both, and nobody is over the province.
  t.agencies[kHousing].authority = {.name = "authorities/other",
                                    .agency = kHousing,
                                    .government = "另一市人民政府",
                                    .profile = "cn-2025-809",
                                    .level = Level::kCity,
                                    .division = "",
                                    .superior = "authorities/province"};
  t.Collects("证件号码", {kCivil, kHousing});
  CHECK(*t.Look() == 1);
  CHECK(t.Seen(Officer()).empty());
  CHECK(t.Seen(kProvinceOfficer)[0].about == "authorities/province");
  CHECK(t.Seen(kProvinceOfficer)[0].competent.empty());
  // An item without a name is told, and hinders no other.
  t.Collects("  ", {kCivil, kTax});
  t.Collects("有效期", {kCivil, kTax});
  CHECK(t.Look().status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(t.Seen(Officer()).size() == 1);
  Fixture before;
  before.Govern("cn-2016-51");
  before.Collects("登记机关", {kCivil, kTax});
  CHECK(*before.Look() == 0);
}

TEST_CASE("Who collects what the designated source shares is suspected after a time, once",
          "[findings]") {
  Fixture t;
  (void)t.Designates("husband", Marriages());
  t.Collects("丈夫姓名", {kCivil, kTax}, "sources/s");
  CHECK(*t.Look() == 0);
  t.clock.Advance(kDesignation - absl::Seconds(1));
  CHECK(*t.Look() == 0);
  t.clock.Advance(absl::Seconds(1));
  CHECK(*t.Look() == 1);
  CHECK(*t.Look() == 0);
  REQUIRE(t.Seen(Officer()).size() == 1);
  const Finding finding = t.Seen(Officer())[0];
  CHECK(finding.detector == "r25-40-1");
  CHECK(finding.about == kTax);
  CHECK(finding.state == Finding::State::kSuspected);
  CHECK(finding.subject == "resources/of-tax");
  CHECK(finding.evidence[0].object == "sources/s");
  CHECK(finding.evidence[1].object == Marriages().name);
}

TEST_CASE("Nobody collects again what is not to be had from its source", "[findings]") {
  struct Row {
    std::string what;
    std::function<void(Fixture*)> spoil;
  };
  const std::vector<Row> table = {
      {"not shared",
       [](Fixture* f) {
         f->catalog->sources[0].set_resource(Adoptions().name);
         f->catalog->sources[0].set_item("cert_no");
       }},
      {"no such item", [](Fixture* f) { f->catalog->sources[0].set_item("none"); }},
      {"no such entry",
       [](Fixture* f) { f->catalog->sources[0].set_resource("resources/none"); }},
      {"suspended",
       [](Fixture* f) {
         Resource suspended = Marriages();
         suspended.state = Resource::State::kSuspended;
         REQUIRE(f->grants.Follow(suspended).ok());
       }},
      {"of another place",
       [](Fixture* f) { f->catalog->sources[0].set_authority("authorities/other"); }},
      {"designated since", [](Fixture* f) { f->catalog->sources.clear(); }},
  };
  for (const Row& row : table) {
    Fixture f;
    (void)f.Designates("husband", Marriages());
    f.Collects("丈夫姓名", {kCivil, kTax}, "sources/s");
    f.clock.Advance(kDesignation);
    row.spoil(&f);
    CAPTURE(row.what);
    CHECK(*f.Look() == 0);
    CHECK(f.Seen(Officer()).empty());
  }
}

}  // namespace
}  // namespace shareway::sharing
