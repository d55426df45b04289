// SPDX-License-Identifier: Apache-2.0
// Findings and circulars: who reports, who judges, who sees; what an act itself shows.
#include "services/sharing/supervision/findings.h"

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/grants/nodes.h"
#include "services/sharing/store/supervision_codec.h"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

constexpr char kProvince[] = "agencies/province";
constexpr char kCivilNode[] = "agencies/civil/nodes/n1";

Actor ProvinceOfficer() {
  return {.name = "people/po", .agency = kProvince, .officer = true};
}

// The city's authority has a superior, whose officers are the province's.
struct Fixture : TestDesk {
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

  // A grant that is ACTIVE: over personal data once its terms are accepted.
  std::string LiveGrant() {
    const Stored<Grant> granted = Granted();
    const std::string name = NameOf(granted);
    if (granted.value.fields().state == Grant::State::kPendingTerms) {
      (void)grants.AcceptTerms(By(ConsumerHead()), name).value();
    }
    return name;
  }
  static Finding Reported() {
    return {.detector = "r25-39-4",
            .about = kCivil,
            .summary = "多次未按时答复",
            .evidence = {{.object = "requests/r", .note = "见往来函件"}}};
  }
  Stored<Finding> Open(const Finding& finding = Reported()) {
    return findings.Open(By(ConsumerHead()), finding, false).value();
  }
  std::vector<Finding> Seen(const Actor& actor) {
    std::vector<Finding> seen;
    const Page<Finding> page =
        findings.List(actor, "", 100, [](const Finding&) { return true; }).value();
    for (const Stored<Finding>& f : page.values) seen.push_back(f.value);
    return seen;
  }
  static std::string Etag(const Stored<Finding>& finding) {
    return Desk::EtagOf(finding.version);
  }
};

TEST_CASE("A finding is reported, answered and judged, and others learn nothing", "[findings]") {
  Fixture t;
  const Stored<Finding> opened = t.Open();
  CHECK(opened.value.competent == City().name);
  CHECK(opened.value.article == "cn-2025-809@1 R25 第三十九条第四项");
  CHECK(t.Events().back().kind() == evidence::RecordKind::FINDING_CHANGED);
  CHECK(t.Events().back().object() == opened.value.name);
  for (const Actor& actor : {ConsumerHead(), ProviderHead(), Officer()}) {
    CHECK(t.Seen(actor).size() == 1);
    CHECK(t.findings.Get(actor, opened.value.name).ok());
  }
  for (const Actor& actor : {Stranger(), ProvinceOfficer()}) {
    CHECK(t.Seen(actor).empty());
    const absl::Status refused = t.findings.Get(actor, opened.value.name).status();
    CHECK(ReasonOf(refused) == Reason::kNotVisible);
    CHECK(refused.code() ==
          t.findings.Get(actor, Desk::NewName("findings")).status().code());
  }
  const Stored<Finding> answered = t.findings
                                       .Justify(t.By(ProviderHead()), opened.value.name,
                                                Fixture::Etag(opened), "系统迁移", {})
                                       .value();
  CHECK(ReasonOf(t.findings
                     .Confirm(t.By(Officer()), opened.value.name, Fixture::Etag(opened), "属实")
                     .status()) == Reason::kChangedMeanwhile);
  const Stored<Finding> judged = t.findings
                                     .Confirm(t.By(Officer()), opened.value.name,
                                              Fixture::Etag(answered), "属实")
                                     .value();
  CHECK(judged.value.state == Finding::State::kConfirmed);
  CHECK(t.Events().back().rule() == "cn-2025-809@1 R25 第二十九条第一款");
  CHECK(t.store.LoadCase<Finding>(opened.value.name)->value == judged.value);
}

TEST_CASE("Evidence tells whom a finding is about which agency reported it, not who",
          "[findings]") {
  Fixture t;
  const Stored<Finding> opened = t.Open();
  const Stored<Finding> answered = t.findings
                                       .Justify(t.By(ProviderHead()), opened.value.name,
                                                Fixture::Etag(opened), "系统迁移", {})
                                       .value();
  int told = 0, whole = 0, acts = 0;
  std::string last;
  for (const evidence::AuditRecord& event : t.Events()) {
    if (event.object() != opened.value.name) continue;
    REQUIRE(event.agencies_size() == 1);
    const bool named = event.SerializeAsString().find(ConsumerHead().name) != std::string::npos;
    CHECK(named == (event.agencies(0) == kTax));
    Finding read;
    REQUIRE(Decode(event.state(), &read).ok());
    CHECK(read.consumer == kTax);
    ++(named ? whole : told);
    if (event.has_act()) ++acts;
    last = event.state();
  }
  CHECK(told == 2);
  CHECK(whole == 2);
  CHECK(acts == 2);  // each once
  CHECK(last == Encode(answered.value));
}

TEST_CASE("A finding about an authority is its superior's to judge", "[findings]") {
  Fixture t;
  Finding about = Fixture::Reported();
  about.about = City().name;
  about.detector = "r25-41-2";
  const Stored<Finding> opened = t.Open(about);
  CHECK(opened.value.provider == kBureau);
  CHECK(opened.value.competent == "authorities/province");
  CHECK(t.Seen(ProvinceOfficer()).size() == 1);
  CHECK(t.Seen(Officer()).size() == 1);
  const std::string etag = Fixture::Etag(opened);
  CHECK(t.findings.Confirm(t.By(Officer()), opened.value.name, etag, "属实").status().code() ==
        absl::StatusCode::kPermissionDenied);
  CHECK(t.findings.Confirm(t.By(ProvinceOfficer()), opened.value.name, etag, "属实").ok());
  // The agency whose officers act for the authority is not judged by them either.
  Finding own = Fixture::Reported();
  own.about = kBureau;
  CHECK(t.Open(own).value.competent == "authorities/province");
}

TEST_CASE("What is wrong with a reported finding is told before anything is stored",
          "[findings]") {
  Fixture t;
  const std::string request = t.NameOf(t.Submitted());
  const size_t events = t.Events().size();
  struct Row {
    std::string field;
    std::function<void(Finding*)> spoil;
  };
  const std::vector<Row> table = {
      {"about", [](Finding* f) { f->about = "agencies/unknown"; }},
      {"about", [](Finding* f) { f->about = ""; }},
      {"detector", [](Finding* f) { f->detector = "r25-99"; }},
      {"detector", [](Finding* f) { f->detector = "m16-24-2"; }},
      {"detector", [](Finding* f) { f->detector = "r25-41-2"; }},
      {"detector", [](Finding* f) { f->about = "authorities/city"; }},
      {"summary", [](Finding* f) { f->summary = "涉嫌违法"; }},
      {"subject", [](Finding* f) { f->subject = "resources/r"; }},
      {"about", [&](Finding* f) { f->subject = request, f->about = kHousing; }},
  };
  for (const Row& row : table) {
    Finding finding = Fixture::Reported();
    row.spoil(&finding);
    for (const bool validate_only : {true, false}) {
      const absl::Status refused =
          t.findings.Open(t.By(ConsumerHead()), finding, validate_only).status();
      CAPTURE(row.field, refused.ToString());
      REQUIRE(refused.code() == absl::StatusCode::kInvalidArgument);
      CHECK(DetailsOf(refused)->fields[0].field == row.field);
    }
  }
  Finding finding = Fixture::Reported();
  CHECK(ReasonOf(t.findings.Open(t.By(Applicant()), finding, false).status()) ==
        Reason::kPolicyDenied);
  // A subject that is there and one that is not look alike to who has no part in it.
  finding.subject = request;
  const absl::Status there = t.findings.Open(t.By(Stranger()), finding, false).status();
  finding.subject = "requests/none";
  const absl::Status absent = t.findings.Open(t.By(Stranger()), finding, false).status();
  CHECK(ReasonOf(there) == Reason::kNotVisible);
  CHECK(ReasonOf(absent) == Reason::kNotVisible);
  CHECK(t.findings.Open(t.By(ConsumerHead()), Fixture::Reported(), true)->version == 0);
  CHECK(t.Events().size() == events);
  // A draft is the consumer's own: the provider learns nothing of it in this way either.
  finding.subject = t.NameOf(t.Draft());
  finding.about = kTax;
  CHECK(ReasonOf(t.findings.Open(t.By(ProviderHead()), finding, true).status()) ==
        Reason::kNotVisible);
  CHECK(t.findings.Open(t.By(ConsumerHead()), finding, true).ok());
}

std::string Long(int characters) {
  std::string text;
  for (int i = 0; i < characters; ++i) text += "据";
  return text;
}

TEST_CASE("The longest finding, incident and report fit into one piece of evidence",
          "[findings]") {
  constexpr size_t kEvidence = 60 << 10;
  constexpr size_t kFrame = 1024;  // names, times, the act's envelope
  Finding finding = Fixture::Reported();
  finding.summary = Long(1000);
  finding.justification = Long(2000);
  finding.evidence.assign(30, {.object = Long(100), .note = Long(200)});
  // The act that justifies has the reason and ten pieces, the one that rules has the ruling.
  CHECK(Encode(finding).size() + 3 * (2000 + 10 * 300) + kFrame < kEvidence);
  finding.ruling = Long(2000);
  CHECK(Encode(finding).size() + 3 * 2000 + kFrame < kEvidence);
  Incident incident{.title = Long(100),
                    .text = Long(2000),
                    .grants = std::vector<std::string>(100, "grants/" + std::string(24, 'g')),
                    .conclusion = Long(2000)};
  incident.measures.assign(60, {.actor = "people/" + std::string(24, 'p'), .text = Long(133)});
  incident.notices.assign(20, {.actor = "people/" + std::string(24, 'p'),
                               .body = Long(100),
                               .document_number = Long(100)});
  CHECK(Encode(incident).size() + kFrame < kEvidence);
  CHECK(Encode(AnnualReport{.text = Long(8000)}).size() + 3 * 8000 + kFrame < kEvidence);
  Circular circular{.title = Long(100), .text = Long(5000), .document_number = Long(100)};
  circular.findings.assign(100, "findings/" + std::string(24, 'f'));
  CHECK(2 * Encode(circular).size() + kFrame < kEvidence);
}

TEST_CASE("A repeated report is the same finding", "[findings]") {
  Fixture t;
  const Errand errand = t.By(ConsumerHead(), "id-1");
  const Stored<Finding> first = t.findings.Open(errand, Fixture::Reported(), false).value();
  CHECK(t.findings.Open(errand, Fixture::Reported(), false)->value == first.value);
  CHECK(t.Seen(Officer()).size() == 1);
}

TEST_CASE("A circular is published over what its authority confirmed", "[findings]") {
  Fixture t;
  Stored<Finding> finding = t.Open();
  const Circular asked{.title = "关于政务数据共享情况的通报",
                       .text = "现将有关情况通报如下。",
                       .document_number = "演数〔2025〕3号",
                       .findings = {finding.value.name}};
  CHECK(ReasonOf(t.findings.Publish(t.By(Officer()), asked).status()) == Reason::kStateForbids);
  finding = t.findings
                .Confirm(t.By(Officer()), finding.value.name, Fixture::Etag(finding), "属实")
                .value();
  CHECK(ReasonOf(t.findings.Publish(t.By(ProviderHead()), asked).status()) ==
        Reason::kPolicyDenied);
  // Who cannot see the finding learns nothing of it.
  CHECK(ReasonOf(t.findings.Publish(t.By(ProvinceOfficer()), asked).status()) ==
        Reason::kNotVisible);
  const Stored<Circular> circular = t.findings.Publish(t.By(Officer()), asked).value();
  CHECK(circular.value.agencies == std::vector<std::string>{kCivil});
  CHECK(t.Events().back().kind() == evidence::RecordKind::CIRCULAR_PUBLISHED);
  CHECK(t.Events().back().has_act());
  CHECK(t.store.LoadCase<Circular>(circular.value.name)->value == circular.value);
  CHECK(t.findings.ListCirculars(ProviderHead(), "", 10)->values.size() == 1);
  CHECK(t.findings.ListCirculars(Officer(), "", 10)->values.size() == 1);
  CHECK(t.findings.ListCirculars(Stranger(), "", 10)->values.empty());
}

TEST_CASE("A refusal without a ground opens a finding with the reply", "[findings]") {
  Fixture t;
  (void)t.Answered({.verdict = Decision::Verdict::kRefuse,
                    .reason = "不便提供",
                    .citation = "《演示市条例》第九条"});
  CHECK(t.Seen(Officer()).empty());
  const Stored<Request> refused =
      t.Answered({.verdict = Decision::Verdict::kRefuse, .reason = "不便提供"});
  REQUIRE(t.Seen(Officer()).size() == 1);
  const Finding finding = t.Seen(Officer())[0];
  CHECK(finding.subject == t.NameOf(refused));
  CHECK(finding.detector == "r25-39-2");
  CHECK(finding.about == kCivil);
  CHECK(finding.state == Finding::State::kSuspected);
  CHECK(finding.origin == Finding::Origin::kAutomatic);
  CHECK(t.Seen(ProviderHead()).size() == 1);
  CHECK(t.Seen(ConsumerHead()).empty());  // the refused party has no part in it
  // The reply and the finding are one batch.
  CHECK(t.store.LoadCase<Finding>(finding.name)->version == refused.version);
}

TEST_CASE("A withdrawal under live grants without a filed end opens a finding", "[findings]") {
  Fixture t;
  Resource resource = Marriages();
  resource.state = Resource::State::kWithdrawn;
  REQUIRE(t.grants.Follow(resource).ok());
  CHECK(t.Seen(Officer()).empty());  // nobody held a grant
  REQUIRE(t.grants.Follow(Marriages()).ok());
  const std::string grant = t.LiveGrant();
  resource.state = Resource::State::kSuspended;
  REQUIRE(t.grants.Follow(resource).ok());
  CHECK(t.Seen(Officer()).empty());
  REQUIRE(t.grants.Follow(Marriages()).ok());
  REQUIRE(t.grants.Resume(t.By(ProviderHead()), grant, "恢复").ok());
  resource.state = Resource::State::kWithdrawn;
  REQUIRE(t.grants.Follow(resource).ok());
  REQUIRE(t.grants.Follow(resource).ok());
  REQUIRE(t.Seen(Officer()).size() == 1);
  CHECK(t.Seen(Officer())[0].detector == "r25-39-7");
  CHECK(t.Seen(Officer())[0].about == kCivil);
  CHECK(t.store.LoadGrant(grant)->value.fields().state == Grant::State::kSuspended);
}

TEST_CASE("Two reminders without a refresh open one finding for each staleness", "[findings]") {
  Fixture t;
  Resource resource = Marriages();
  resource.fresh_time = t.clock.Now() - absl::Hours(24 * 60);
  resource.stale_reminders = 1;
  REQUIRE(t.grants.Follow(resource).ok());
  CHECK(t.Seen(Officer()).empty());
  for (const int reminders : {2, 2, 3}) {  // told again, and reminded again
    resource.stale_reminders = reminders;
    REQUIRE(t.grants.Follow(resource).ok());
  }
  REQUIRE(t.Seen(Officer()).size() == 1);
  const Finding finding = t.Seen(Officer())[0];
  CHECK(finding.detector == "r25-39-3");
  CHECK(absl::StrContains(finding.article, "R25 第三十九条第三项"));
  CHECK(absl::StrContains(finding.summary, "R25 第十八条"));
  CHECK(finding.about == kCivil);
  CHECK(finding.subject == resource.name);
  CHECK(finding.state == Finding::State::kSuspected);
  // The refresh is added for who judges, and undoes nothing.
  Resource refreshed = resource;
  refreshed.stale_reminders = 0;
  refreshed.fresh_time = t.clock.Now();
  REQUIRE(t.grants.Follow(refreshed).ok());
  REQUIRE(t.grants.Follow(refreshed).ok());
  REQUIRE(t.Seen(Officer()).size() == 1);
  REQUIRE(t.Seen(Officer())[0].evidence.size() == 2);
  CHECK(t.Seen(Officer())[0].evidence[1].note == "数据已更新");
  CHECK(t.Seen(Officer())[0].state == Finding::State::kSuspected);
  // Stale again: another finding.
  refreshed.stale_reminders = 2;
  REQUIRE(t.grants.Follow(refreshed).ok());
  CHECK(t.Seen(Officer()).size() == 2);
}

TEST_CASE("Stale data are a matter of the published entry and of its text", "[findings]") {
  Fixture t;
  Resource resource = Marriages();
  resource.stale_reminders = 2;
  resource.state = Resource::State::kSuspended;
  REQUIRE(t.grants.Follow(resource).ok());
  CHECK(t.Seen(Officer()).empty());
  t.Govern("cn-2016-51");
  Resource divisions = Divisions();
  divisions.stale_reminders = 2;
  REQUIRE(t.grants.Follow(divisions).ok());
  REQUIRE(t.Seen(Officer()).size() == 1);
  CHECK(t.Seen(Officer())[0].detector == "m16-24-3");
  CHECK(absl::StrContains(t.Seen(Officer())[0].summary, "M16 第十三条"));
}

TEST_CASE("What became stale while it was suspended is found when it is resumed, once",
          "[findings]") {
  Fixture t;
  Resource resource = Marriages();
  resource.stale_reminders = 2;
  resource.state = Resource::State::kSuspended;
  REQUIRE(t.grants.Follow(resource).ok());
  CHECK(t.Seen(Officer()).empty());
  resource.state = Resource::State::kPublished;
  REQUIRE(t.grants.Follow(resource).ok());
  CHECK(t.Seen(Officer()).size() == 1);
  for (const Resource::State state : {Resource::State::kSuspended, Resource::State::kPublished}) {
    resource.state = state;
    REQUIRE(t.grants.Follow(resource).ok());
  }
  CHECK(t.Seen(Officer()).size() == 1);
  // Refreshed and stale again between two looks at the catalogue.
  resource.fresh_time = t.clock.Now();
  REQUIRE(t.grants.Follow(resource).ok());
  CHECK(t.Seen(Officer()).size() == 2);
}

TEST_CASE("A change that was found but not kept is found once", "[findings]") {
  Fixture t;
  const Resource before = Marriages();
  Resource stale = before;
  stale.stale_reminders = 2;
  REQUIRE(WatchStaleness(t.desk, &before, stale).ok());
  REQUIRE(t.grants.Follow(stale).ok());  // as after a crash between the two
  CHECK(t.Seen(Officer()).size() == 1);
}

TEST_CASE("A hold by an aggregation rule opens one finding", "[findings]") {
  Fixture t;
  NodeStore node_store(&t.kv, t.outbox.get());
  Nodes nodes(
      &t.desk, &node_store, [](absl::string_view, absl::string_view) { return true; },
      [](const FiledHold&) { return absl::OkStatus(); });
  const FiledHold hold{.node = kCivilNode,
                       .agency = kCivil,
                       .subject = t.Granted().value.fields().name,
                       .held = true,
                       .reason = "aggregation rule many-records",
                       .set_time = t.clock.Now()};
  REQUIRE(nodes.FileHold(hold, "").ok());
  REQUIRE(nodes.FileHold(hold, "").ok());
  REQUIRE(t.Seen(Officer()).size() == 1);
  CHECK(t.Seen(Officer())[0].detector == "r25-40-2");
  CHECK(t.Seen(Officer())[0].about == kTax);
  CHECK(t.Seen(Officer())[0].evidence[0].object == kCivilNode);
  FiledHold unknown = hold;
  unknown.subject = "grants/none";
  REQUIRE(nodes.FileHold(unknown, "").ok());
  CHECK(t.Seen(Officer()).size() == 1);
}

}  // namespace
}  // namespace shareway::sharing
