// SPDX-License-Identifier: Apache-2.0
// What is not shared, under both texts, over real processes: negotiated and agreed in 2016; refused,
// disputed, reclassified and requested anew in 2025; and one struck item that is disputed alone.
#include <map>
#include <string>

#include "absl/strings/match.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/pack.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "shareway/catalog/v1/catalog_service.pb.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace au = audit::v1;
namespace cat = catalog::v1;
namespace ev = evidence::v1;
namespace sh = sharing::v1;

constexpr char kRows[] = "cert_no\n演示2026-0001\n演示2026-0002\n";

// The pack of a case, once the log has all of `kinds`; it verifies offline.
void CheckPack(Cluster& cluster, const std::string& as, const std::string& object,
               const std::vector<ev::RecordKind>& kinds) {
  std::map<ev::RecordKind, int> found;
  const auto export_pack = [&]() -> absl::StatusOr<evidence::Pack> {
    au::ExportEvidenceRequest ask;
    ask.set_case_object(object);
    const auto response =
        cluster.Call<au::ExportEvidenceResponse>(as, "audit", AuditMethod("ExportEvidence"), ask);
    if (!response.ok()) return response.status();
    return evidence::ReadPack(response->pack());
  };
  const absl::StatusOr<evidence::Pack> pack = AskUntil(export_pack, [&](const auto& exported) {
    if (!exported.ok()) return false;
    found.clear();
    for (const evidence::PackEntry& entry : exported->entries) {
      ++found[evidence::Open(entry.sealed)->record.kind()];
    }
    return std::all_of(kinds.begin(), kinds.end(),
                       [&](ev::RecordKind kind) { return found.contains(kind); });
  });
  REQUIRE_OK(pack);
  for (const ev::RecordKind kind : kinds) {
    INFO(object << " " << ev::RecordKind_Name(kind));
    CHECK(found.contains(kind));
  }
  const auto verified = evidence::VerifyPack(*pack, {cluster.log_key()});
  INFO(verified.status());
  CHECK(verified.ok());
}

template <typename Req>
absl::StatusOr<sh::Dispute> Move(Cluster& cluster, const std::string& who,
                                 const std::string& method, Req request,
                                 const absl::StatusOr<sh::Dispute>& before) {
  if (!before.ok()) return before;
  request.set_name(before->name());
  request.set_etag(before->etag());
  return cluster.Call<sh::Dispute>(who, "sharing", DisputeMethod(method), request);
}
template <typename Req>
absl::StatusOr<sh::Dispute> MoveByAct(Cluster& cluster, const std::string& who,
                                      const std::string& method, Req request,
                                      const absl::StatusOr<sh::Dispute>& before) {
  if (!before.ok()) return before;
  request.set_name(before->name());
  request.set_etag(before->etag());
  return cluster.Act<sh::Dispute>(who, "sharing", DisputeMethod(method), request);
}

sh::DeclareDeadlockRequest Deadlock() {
  sh::DeclareDeadlockRequest deadlock;
  deadlock.set_reason("双方未能协商一致");
  return deadlock;
}
sh::EscalateDisputeRequest Escalation() {
  sh::EscalateDisputeRequest escalate;
  escalate.set_reason("协商未果，提请协调");
  return escalate;
}
sh::RecordDecisionRequest Ruling(sh::Dispute::Outcome outcome) {
  sh::RecordDecisionRequest ruling;
  ruling.set_outcome(outcome);
  ruling.set_deciding_body("演示市数据局");
  ruling.set_document_number("演示数协〔2026〕3号");
  ruling.set_document_date("2026-01-15");
  ruling.set_reasons("履职确需，依法可以共享");
  ruling.mutable_document()->set_sha256(crypto::Sha256("ruling").str());
  return ruling;
}

TEST_CASE("Under the 2016 measure what is not shared is negotiated, agreed and queried",
          "[scenario]") {
  Cluster::Options options;
  options.nodes = {kOldCivil, kOldSchool};
  Cluster cluster(options);
  cat::Resource draft = Adoptions(cluster);
  draft.set_provider(cluster.Agency(kOldCivil));
  const Served adoptions = PublishAndLoad(cluster, kOldCivil, draft, kRows, kOldBureau);

  // It is not requested: the refusal names the path.
  const sh::CreateRequestRequest ask = Ask(adoptions.resource.name(), {"cert_no"});
  const absl::Status refused =
      AskUntil([&] { return SubmitRequest(cluster, kOldSchool, ask).status(); },
               [](const absl::Status& status) { return ReasonOf(status) == Reason::kNotShared; });
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK(absl::StrContains(refused.message(), "OpenDispute"));

  sh::OpenDisputeRequest open;
  open.set_subject(adoptions.resource.name());
  open.set_claim("学籍核验依职责需要收养登记证号");
  absl::StatusOr<sh::Dispute> dispute = cluster.Call<sh::Dispute>(
      "oldschool-applicant", "sharing", DisputeMethod("OpenDispute"), open);
  REQUIRE_OK(dispute);
  CHECK(dispute->stage() == sh::Dispute::NEGOTIATION);
  CHECK(absl::StartsWith(dispute->profile(), "cn-2016-51"));
  sh::ProposeSettlementRequest propose;
  propose.mutable_terms()->set_outcome(sh::Dispute::GRANT);
  propose.mutable_terms()->set_text("仅用于学籍核验，逐案查询");
  *propose.mutable_terms()->mutable_scope() = ask.request().scope();
  dispute = MoveByAct(cluster, "oldcivil-sharing-head", "ProposeSettlement", propose, dispute);
  REQUIRE_OK(dispute);
  sh::AcceptSettlementRequest accept;
  accept.set_outcome(sh::Dispute::GRANT);
  dispute = MoveByAct(cluster, "oldschool-sharing-head", "AcceptSettlement", accept, dispute);
  REQUIRE_OK(dispute);
  CHECK(dispute->stage() == sh::Dispute::CLOSED);
  CHECK(dispute->settled());

  const auto answer = QueryWhenKnown(cluster, kOldSchool,
                                     QueryBy(dispute->grant(), "cert_no", "演示2026-0001"));
  REQUIRE_OK(answer);
  CHECK(answer->answer().batch().records_size() == 1);
  CheckPack(cluster, "oldschool-sharing-head", dispute->grant(),
            {ev::GRANT_CREATED, ev::EXCHANGE_DELIVERED, ev::EXCHANGE_RECEIVED});
  CheckPack(cluster, "oldschool-sharing-head", dispute->name(),
            {ev::DISPUTE_OPENED, ev::DISPUTE_DECIDED});
}

TEST_CASE("Under the 2025 regulation it is refused, disputed, reclassified, requested and queried",
          "[scenario]") {
  Cluster::Options options;
  options.nodes = {kCivil, kTax};
  Cluster cluster(options);
  const Served adoptions = PublishAndLoad(cluster, kCivil, Adoptions(cluster), kRows);
  const sh::CreateRequestRequest ask = Ask(adoptions.resource.name(), {"cert_no"});
  const auto request = AskUntilOk([&] { return SubmitRequest(cluster, kTax, ask); });
  REQUIRE_OK(request);
  CHECK(request->state() == sh::SharingRequest::REFUSED);
  CHECK(absl::StrContains(request->decision().citation(), "民法典"));

  sh::OpenDisputeRequest open;
  open.set_subject(request->name());
  open.set_claim("该依据不禁止向税务部门提供证号");
  absl::StatusOr<sh::Dispute> dispute =
      cluster.Call<sh::Dispute>("tax-applicant", "sharing", DisputeMethod("OpenDispute"), open);
  REQUIRE_OK(dispute);
  dispute = Move(cluster, "civil-reviewer", "DeclareDeadlock", Deadlock(), dispute);
  REQUIRE_OK(dispute);
  dispute = Move(cluster, "tax-applicant", "EscalateDispute", Escalation(), dispute);
  REQUIRE_OK(dispute);
  CHECK(dispute->stage() == sh::Dispute::COORDINATION);
  dispute = MoveByAct(cluster, "bureau-recording", "RecordDecision",
                      Ruling(sh::Dispute::RECLASSIFY), dispute);
  REQUIRE_OK(dispute);
  CHECK(dispute->stage() == sh::Dispute::CLOSED);
  CHECK(dispute->outcome() == sh::Dispute::RECLASSIFY);
  // The ruling alone opens nothing.
  CHECK(SubmitRequest(cluster, kTax, ask)->state() == sh::SharingRequest::REFUSED);

  cat::Resource revised = adoptions.resource;
  revised.set_declared_class(cat::CONDITIONAL);
  revised.clear_not_shared_reason();
  revised.clear_not_shared_basis();
  cat::ShareCondition* condition = revised.add_conditions();
  condition->set_id("c1");
  condition->set_kind(cat::ShareCondition::ITEMS);
  for (const cat::Item& item : revised.items()) condition->add_values(item.id());
  condition->set_text("限办理与收养有关的行政事项");
  AddPurposes(&revised);
  revised.add_methods(ev::QUERY);
  revised.add_methods(ev::DOWNLOAD);
  cat::UpdateResourceRequest update;
  *update.mutable_resource() = revised;
  auto resource = cluster.Call<cat::Resource>("civil-editor", "catalog",
                                              CatalogMethod("UpdateResource"), update);
  REQUIRE_OK(resource);
  resource = PublishRevision(cluster, kCivil, *resource);
  REQUIRE_OK(resource);
  CHECK(resource->share_class() == cat::CONDITIONAL);

  const auto asked = AskUntil([&] { return SubmitRequest(cluster, kTax, ask); },
                              [](const auto& anew) {
                                return anew.ok() && anew->state() == sh::SharingRequest::IN_REVIEW;
                              });
  REQUIRE_OK(asked);
  sh::Decision decision;
  decision.set_verdict(sh::Decision::APPROVE);
  const auto approved = Decide(cluster, kCivil, *asked, decision);
  REQUIRE_OK(approved);
  // The dataset is that of the entry's revision.
  const auto loaded =
      AskUntilOk([&] { return Load(cluster, kCivil, adoptions.resource.name(), kRows); });
  REQUIRE_OK(loaded);
  const auto answer = QueryWhenKnown(cluster, kTax,
                                     QueryBy(approved->grant(), "cert_no", "演示2026-0002"));
  REQUIRE_OK(answer);
  CHECK(answer->answer().batch().records_size() == 1);
  CheckPack(cluster, "tax-sharing-head", request->name(),
            {ev::REQUEST_DRAFTED, ev::REQUEST_ANSWERED});
  CheckPack(cluster, "tax-sharing-head", dispute->name(),
            {ev::DISPUTE_OPENED, ev::DISPUTE_CHANGED, ev::DISPUTE_DECIDED});
  CheckPack(cluster, "tax-sharing-head", approved->name(),
            {ev::REQUEST_SUBMITTED, ev::DECISION_SIGNED_OFF, ev::EXCHANGE_DELIVERED,
             ev::EXCHANGE_RECEIVED});
  // What the reviewer decided was the provider's own until its head signed.
  CheckPack(cluster, "civil-sharing-head", approved->name(),
            {ev::REQUEST_DECIDED, ev::DECISION_SIGNED_OFF});
}

TEST_CASE("One struck item is disputed alone, and the rest stays granted", "[scenario]") {
  Cluster::Options options;
  options.nodes = {kCivil, kTax};
  Cluster cluster(options);
  const Served marriages =
      PublishAndLoad(cluster, kCivil, Marriages(cluster),
                     "cert_no,husband,wife,id_a,id_b,married_on\n"
                     "演示2026-0007,演示甲,演示乙,990101199001010011,990101199002020022,2026-01-02\n");
  const auto request = AskUntilOk([&] {
    return SubmitRequest(cluster, kTax,
                         Ask(marriages.resource.name(), {"cert_no", "husband", "id_a", "id_b"}));
  });
  REQUIRE_OK(request);
  sh::Decision reduced;
  reduced.set_verdict(sh::Decision::APPROVE_REDUCED);
  *reduced.mutable_scope() = request->scope();
  reduced.mutable_scope()->clear_items();
  reduced.mutable_scope()->add_items("cert_no");
  reduced.mutable_scope()->add_items("husband");
  for (const char* item : {"id_a", "id_b"}) {
    sh::Cut* cut = reduced.add_cuts();
    cut->set_subject(item);
    cut->set_reason("与所述事项无直接关系");
  }
  const auto approved = Decide(cluster, kCivil, *request, reduced);
  REQUIRE_OK(approved);
  CHECK(approved->state() == sh::SharingRequest::APPROVED);

  sh::OpenDisputeRequest open;
  open.set_subject(approved->name());
  open.set_claim("核对身份必须有证件号");
  open.add_cuts("id_a");
  absl::StatusOr<sh::Dispute> dispute =
      cluster.Call<sh::Dispute>("tax-applicant", "sharing", DisputeMethod("OpenDispute"), open);
  REQUIRE_OK(dispute);
  CHECK(dispute->matter() == sh::Dispute::CUTS);
  dispute = Move(cluster, "tax-applicant", "DeclareDeadlock", Deadlock(), dispute);
  REQUIRE_OK(dispute);
  dispute = Move(cluster, "tax-applicant", "EscalateDispute", Escalation(), dispute);
  REQUIRE_OK(dispute);
  dispute = MoveByAct(cluster, "bureau-recording", "RecordDecision", Ruling(sh::Dispute::GRANT),
                      dispute);
  REQUIRE_OK(dispute);
  REQUIRE_FALSE(dispute->grant().empty());

  const auto answer = QueryWhenKnown(cluster, kTax,
                                     QueryBy(dispute->grant(), "cert_no", "演示2026-0007"));
  REQUIRE_OK(answer);
  CHECK(std::vector<std::string>(answer->answer().batch().items().begin(), answer->answer().batch().items().end()) ==
        std::vector<std::string>{"cert_no", "husband", "id_a"});
  exchange::v1::QueryRequest beyond = QueryBy(dispute->grant(), "cert_no", "演示2026-0007");
  beyond.mutable_query()->add_items("id_b");
  CHECK(ReasonOf(Query(cluster, kTax, beyond).status()) == Reason::kItemNotGranted);
  CheckPack(cluster, "tax-sharing-head", dispute->name(),
            {ev::DISPUTE_OPENED, ev::DISPUTE_DECIDED});
  CheckPack(cluster, "tax-sharing-head", dispute->grant(),
            {ev::GRANT_CREATED, ev::EXCHANGE_DELIVERED, ev::EXCHANGE_RECEIVED});
}

}  // namespace
}  // namespace shareway::testing
