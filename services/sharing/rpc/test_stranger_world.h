// SPDX-License-Identifier: Apache-2.0
// A living world behind a real server: an object of every kind between parties, and callers of whom
// none has a part in it. For tests.
#pragma once

#include <cstdlib>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "absl/time/clock.h"
#include "libs/crypto/identity.h"
#include "libs/rpc/mandate_reads.h"
#include "libs/rpc/test_stranger_sweep.h"
#include "services/sharing/disputes/dispute_bench.h"
#include "services/sharing/grants/corrections.h"
#include "services/sharing/grants/disposals.h"
#include "services/sharing/grants/return_flows.h"
#include "services/sharing/grants/service_changes.h"
#include "services/sharing/grants/uses.h"
#include "services/sharing/requests/attachments.h"
#include "services/sharing/requests/comments.h"
#include "services/sharing/requests/delegations.h"
#include "services/sharing/requests/demands.h"
#include "services/sharing/rpc/delegation_rpc.h"
#include "services/sharing/rpc/sharing_api.h"
#include "services/sharing/store/keys.h"
#include "services/sharing/supervision/feedback.h"
#include "services/sharing/supervision/findings.h"
#include "services/sharing/supervision/incidents.h"
#include "services/sharing/supervision/reports.h"
#include "tests/support/temp_dir.h"
#include "tests/support/test_pki.h"

namespace shareway::sharing {

// Acts for an authority that is in charge of neither party.
inline constexpr char kFarBureau[] = "agencies/far-bureau";
inline constexpr char kCounty[] = "agencies/county-tax";

// Kinds of objects that are somebody's. Return flows are told to everybody (R25 24); resources,
// agencies, profiles and calendars are public.
inline const std::vector<std::string>& OwnedKinds() {
  static const auto* const kinds = new std::vector<std::string>{
      "requests", "grants", "disputes", "consents", Notice::kCollection, Disposal::kCollection,
      UseRecord::kCollection, UseInspection::kCollection, OfflineDelivery::kCollection,
      ServiceChange::kCollection, ReturnRequest::kCollection, Correction::kCollection,
      Recall::kCollection, Demand::kCollection, Comment::kCollection, Attachment::kCollection,
      Delegation::kCollection, Finding::kCollection, Circular::kCollection, Inquiry::kCollection,
      Complaint::kCollection, Rating::kCollection, Incident::kCollection, Drill::kCollection,
      AnnualReport::kCollection, Evaluation::kCollection};
  return *kinds;
}

class StrangerWorld : public DisputeBench {
 public:
  StrangerWorld() {
    agencies[kFarBureau] = AgencyOf(kFarBureau);
    agencies[kFarBureau].authority = {.name = "authorities/far",
                                      .agency = kFarBureau,
                                      .government = "远方市人民政府",
                                      .profile = "cn-2025-809",
                                      .level = Level::kCity};
    authorities["authorities/far"] = agencies[kFarBureau].authority;
    agencies[kCounty] = AgencyOf(kCounty);
    agencies[kCounty].level = Level::kCounty;
    agencies[kCounty].division = "990101";
    Serve();
    for (const char* agency : {kTax, kCivil, kHousing, kBureau, kFarBureau, kCounty}) {
      catalog::v1::DirectoryChange change;
      change.mutable_agency()->set_name(agency);
      change.mutable_agency()->set_standing(catalog::v1::ACTIVE);
      Apply(change);
    }
    PutPerson("people/r", kCivil, {PROVIDER_REVIEWER});
    PutPerson("people/d", kCivil, {});
    MakeRequests();
    MakeGrants();
    MakeSupervision();
    MakeFeedback();
  }
  ~StrangerWorld() { server->Drain(absl::ZeroDuration()); }

  static std::vector<Role> AllRoles() {
    std::vector<Role> roles;
    for (int i = 1; Role_IsValid(i); ++i) roles.push_back(static_cast<Role>(i));
    return roles;
  }
  void PutPerson(const std::string& name, const std::string& agency,
                 const std::vector<Role>& roles) {
    catalog::v1::DirectoryChange change;
    catalog::v1::Person* person = change.mutable_person();
    person->set_name(name);
    person->set_agency(agency);
    person->set_standing(catalog::v1::ACTIVE);
    for (const Role role : roles) person->add_roles(role);
    Apply(change);
  }
  // A mandate of this supervisor over the agency, from and to so many days after today; in the
  // place of the one before.
  void PutMandate(const std::string& supervisor, const std::string& agency, int first, int last) {
    const absl::CivilDay today = statute::LawDay(absl::Now());
    catalog::v1::DirectoryChange change;
    catalog::v1::Mandate* mandate = change.mutable_mandate();
    mandate->set_name("mandates/m");
    mandate->add_supervisors(supervisor);
    mandate->add_agencies(agency);
    mandate->set_start_date(absl::FormatCivilTime(today + first));
    mandate->set_end_date(absl::FormatCivilTime(today + last));
    Apply(change);
  }
  // The certificate of a caller, registered. `uri` without its domain: person/s.
  testing::TestIdentity Admit(const std::string& uri) {
    return sweep::Admit(&pki, &directory, uri);
  }

  // The names of all that is somebody's, by kind, and their versions.
  std::map<std::string, std::vector<std::string>> Names() const {
    std::map<std::string, std::vector<std::string>> names;
    for (const std::string& kind : OwnedKinds()) {
      const std::string prefix = kind + "/";
      std::vector<std::string>& of = names[kind];
      (void)store.engine()->Scan(
          prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view, uint64_t) {
            std::string name(key.substr(0, key.find('/', prefix.size())));
            if (of.empty() || of.back() != name) of.push_back(std::move(name));
            return true;
          });
    }
    return names;
  }
  uint64_t VersionOf(const std::string& name) const {
    const bool grant = absl::StartsWith(name, "grants/");
    const auto entry = store.engine()->Get(grant ? GrantRecordKey(name) : name);
    return entry.ok() ? entry->version : 0;
  }
  std::map<std::string, uint64_t> Versions() const {
    std::map<std::string, uint64_t> versions;
    for (const auto& [kind, names] : Names()) {
      for (const std::string& name : names) versions[name] = VersionOf(name);
    }
    return versions;
  }

  testing::TempDir dir;
  testing::TestPki pki{dir.path()};
  rpc::DirectoryHolder directory;
  metrics::Registry registry;
  Statutes statutes{&desk};
  NodeStore node_store{store.engine(), outbox.get()};
  std::unique_ptr<SharingApi> api;
  std::unique_ptr<rpc::Server> server;

 private:
  void Apply(const catalog::v1::DirectoryChange& change) {
    rpc::Directory next = *directory.Get();
    next.Apply(change);
    directory.Set(std::make_shared<const rpc::Directory>(next));
  }

  void Serve() {
    rpc::Server::Options options;
    options.tls = pki.Issue("sharing", {"shareway://test/service/sharing"}).tls;
    options.pool_threads = 4;
    server = std::make_unique<rpc::Server>(options, &directory);
    api = std::make_unique<SharingApi>(SharingParts{.desk = &desk,
                                                    .node_store = &node_store,
                                                    .statutes = &statutes,
                                                    .directory = &directory,
                                                    .metrics = &registry,
                                                    .attachment_key = std::string(32, 'k')},
                                       server.get());
    server->SetOnMandateRead(rpc::MandateReads(store.engine(), outbox.get()));
    const absl::Status started = server->Start();
    if (!started.ok()) Stop(started);
    server->SetReady(true);
  }

  [[noreturn]] static void Stop(const absl::Status& status) {
    std::cerr << "the world cannot be built: " << status << std::endl;
    std::abort();
  }
  template <typename T>
  static T Must(absl::StatusOr<T> made) {
    if (!made.ok()) Stop(made.status());
    return *std::move(made);
  }
  template <typename T>
  static std::string CaseEtag(const Stored<T>& stored) {
    return Desk::EtagOf(stored.version);
  }

  // Requests in every state that this text knows, two disputes, and what is said beside them.
  void MakeRequests() {
    (void)Draft();
    (void)SignedOff();
    const std::string review = NameOf(Submitted());
    const Stored<Request> lacking = Submitted();
    (void)Must(sharing.AskSupplement(By(Reviewer()), NameOf(lacking), EtagOf(lacking),
                                     {{"依据", "缺少文号", ""}}));
    (void)Decided();
    const Stored<Request> back = Submitted();
    (void)Must(sharing.Withdraw(By(Applicant()), NameOf(back), EtagOf(back)));
    const Stored<Request> longer = Submitted();
    (void)Must(sharing.AskExtension(By(Reviewer()), NameOf(longer), EtagOf(longer), 1, "数据量大"));
    // Checked by the authority first, as the text of a county has it.
    agencies[kCivil].authority.profile = "cn-2025-809/county-2-5-10";
    (void)Submitted();
    agencies[kCivil].authority.profile = City().profile;
    // Decided, and waits for a second reviewer.
    Resource core = Marriages();
    core.name = "resources/306002-000003";
    core.items[0].grading = 3;
    if (const absl::Status followed = grants.Follow(core); !followed.ok()) Stop(followed);
    (void)Decided({.verdict = Decision::Verdict::kApprove}, Asked(core));
    (void)Must(Propose(Open(RefusedRequest()), ProviderHead(), Outcome::kUpheld));
    (void)Coordinated(NameOf(StruckRequest()));
    Comments comments(&desk, &sharing);
    (void)Must(comments.Add(By(Reviewer()),
                            {.request = review, .text = "内部意见", .internal = true}));
    const Subjects subjects(&desk);
    Attachments attachments(&desk, &subjects, std::string(32, 'k'));
    Attachments::Upload upload = Must(
        attachments.Begin(By(Applicant()), {.subject = review, .file_name = "依据.pdf"}));
    if (const absl::Status added = upload.Add("%PDF-1.7 abc"); !added.ok()) Stop(added);
    (void)Must(upload.Finish());
    Delegations delegations(&desk, PersonsOf(&directory));
    const absl::CivilDay today = statute::LawDay(clock.Now());
    (void)Must(delegations.Give(By(Reviewer()),
                                {.delegate = "people/d",
                                 .post = Delegation::Post::kReviewer,
                                 .start = today,
                                 .end = today + 9,
                                 .reason = "休假"},
                                false));
    const Demands demands(&desk);
    const Stored<Demand> demand = Must(demands.Create(By(Applicant()),
                                                      {.title = "公墓登记信息",
                                                       .items = {{"plot_no", "墓位编号"}},
                                                       .legal_basis = "《殡葬管理条例》第八条",
                                                       .scenario = "核对丧葬补助申领",
                                                       .presumed_source = kCivil},
                                                      false));
    (void)Must(demands.Route(By(Officer()), demand.value.name, CaseEtag(demand), kCivil));
  }

  // Grants that are in force, stopped and over, and all that follows one.
  void MakeGrants() {
    const std::string grant = NameOf(Granted());
    (void)Must(grants.Suspend(By(ProviderHead()), NameOf(Granted()), SuspendGround::kMisuse,
                              "超出用途使用"));
    const std::string over = NameOf(Granted());
    (void)Must(grants.End(By(ConsumerHead()), over, EndGround::kAchieved, "完毕"));
    const Stored<Disposal> owed = Must(store.LoadCase<Disposal>(Disposal::NameFor(over)));
    (void)Must(Disposals(&desk).Report(By(Applicant()), owed.value.name, CaseEtag(owed),
                                       {.method = DisposalMethod::kErased,
                                        .day = statute::LawDay(clock.Now()),
                                        .person = "people/a",
                                        .manifest_digest = std::string(32, 'd')}));
    (void)Must(grants.AskRenewal(By(ConsumerHead()), grant, absl::CivilDay(2027, 9, 30),
                                 "仍需核定税种"));
    (void)Must(grants.GiveConsent(By(ProviderHead()), Divisions().name));
    (void)Must(ServiceChanges(&desk).Propose(By(ProviderHead()),
                                             {.resource = Marriages().name,
                                              .kind = ServiceChange::Kind::kEnd,
                                              .reason = "系统停用",
                                              .effect = absl::CivilDay(2025, 11, 3)}));
    ReturnFlows flows(&desk);
    const Stored<ReturnFlow> flow =
        Must(flows.Declare(By(ProviderHead()), Marriages().name, "cert_no"));
    const Actor county = {.name = "people/kh", .agency = kCounty, .head = true};
    (void)Must(flows.Request(By(county), flow.value.name, "", {Purpose::kWorkReference}));
    clock.Advance(absl::Hours(48));  // into the grant's days
    Uses uses(&desk);
    const absl::CivilDay today = statute::LawDay(clock.Now());
    (void)Must(uses.Report(By(Applicant()), grant,
                           {.scenario = "核定税种",
                            .process = "逐户比对",
                            .effect = "减少材料",
                            .storage = "业务库",
                            .destruction = "尚未销毁",
                            .start = today,
                            .end = today}));
    (void)Must(uses.Inspect(By(Officer()), grant, "年度检查", absl::InfiniteFuture()));
    (void)Must(uses.RecordDelivery(By(Reviewer()), grant,
                                   {.medium = OfflineDelivery::Medium::kTape,
                                    .label = "带-1",
                                    .digest = std::string(32, 'd'),
                                    .giver = "people/r",
                                    .receiver = "people/a",
                                    .day = today}));
    const Corrections corrections(&desk, [](absl::string_view, absl::string_view) { return true; });
    const Actor steward = {.name = "people/st", .agency = kCivil, .steward = true};
    const Stored<Correction> opened =
        Must(corrections.Open(By(Applicant()), Marriages().name,
                              {.exchange = "ex-1",
                               .place = 1,
                               .item = "husband",
                               .description = "姓名与证件不一致",
                               .proposed_value = "王小明"},
                              false));
    const Stored<Correction> taken = Must(
        corrections.Acknowledge(By(steward), opened.value.name, CaseEtag(opened)));
    (void)Must(corrections.BeginRecall(By(steward), opened.value.name, CaseEtag(taken), "姓名有误",
                                       true));
  }

  void MakeSupervision() {
    const Findings findings(&desk);
    const Stored<Finding> open =
        Must(findings.Open(By(ConsumerHead()),
                           {.detector = "r25-39-4",
                            .about = kCivil,
                            .summary = "多次未按时答复",
                            .evidence = {{.object = "", .time = {}, .note = "见往来函件"}}},
                           false));
    (void)Must(findings.Confirm(By(Officer()), open.value.name, CaseEtag(open), "属实"));
    (void)Must(findings.Publish(By(Officer()), {.title = "通报",
                                                .text = "一家单位多次未按时答复",
                                                .document_number = "演数通〔2025〕1号",
                                                .findings = {open.value.name}}));
    const Reports reports(&desk, [](absl::string_view) { return std::string(); });
    (void)Must(reports.Submit(By(ProviderHead()), 2024, "年度报告"));
    (void)Must(reports.Publish(By(Officer()), 2024, "评估"));
  }

  void MakeFeedback() {
    const Feedback feedback(&desk);
    (void)Must(feedback.OpenInquiry(By(Applicant()), Marriages().name, "是否含补办登记？"));
    const Complaint entered{.kind = Complaint::Kind::kRights,
                            .about = kCivil,
                            .file_number = "信访 2025-17",
                            .text = "登记信息有误，影响办事"};
    (void)Must(feedback.OpenComplaint(By(Applicant()), entered));
    const Stored<Complaint> taken = Must(feedback.OpenComplaint(By(Applicant()), entered));
    (void)Must(feedback.AssignComplaint(By(Officer()), taken.value.name, CaseEtag(taken), kCivil));
    const std::string grant = Names().at("grants").front();
    (void)Must(feedback.RateGrant(By(Applicant()), grant, 4, "及时"));
    const Incidents incidents(&desk);
    (void)Must(incidents.Report(By(ProviderHead()),
                                {.severity = Incident::Severity::kSerious,
                                 .title = "接口密钥外泄",
                                 .text = "值守发现异常调用",
                                 .happen_time = clock.Now() - absl::Hours(1),
                                 .grants = {grant}}));
    (void)Must(incidents.RecordDrill(By(ProviderHead()), {.title = "断网演练",
                                                          .date = absl::CivilDay(2025, 9, 29),
                                                          .scenario = "主用链路中断",
                                                          .result = "12 分钟恢复"}));
  }
};

}  // namespace shareway::sharing
