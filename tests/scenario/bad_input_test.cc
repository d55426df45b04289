// SPDX-License-Identifier: Apache-2.0
// What is malformed or against the law, over real processes: each is refused with its reason, and
// names the field with its value and rule, or the article. One row, one input.
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace pb = google::protobuf;
namespace sh = sharing::v1;

using absl::StatusCode;

struct Bad {
  std::string what;
  std::string who;     // "tax-applicant"
  std::string method;  // RequestService/CreateRequest
  std::string text;    // the request in text format; $names are replaced
  StatusCode code = StatusCode::kInvalidArgument;
  Reason reason = Reason::kFieldInvalid;
  std::string field;  // of a malformed input; empty for what is against the law or the state
  std::string says;   // value and rule, or the article
};

// Two cities with a request in review, one that is approved with its grant, and one that is not
// shared.
class World {
 public:
  World() {
    Cluster::Options options;
    options.nodes = {};
    cluster_ = std::make_unique<Cluster>(options);
    Cluster& c = *cluster_;
    const auto marriages = Publish(c, kCivil, Marriages(c));
    REQUIRE_OK(marriages);
    const auto divisions = Publish(c, kStatistics, Divisions(c));
    REQUIRE_OK(divisions);
    const auto adoptions = Publish(c, kCivil, Adoptions(c));
    REQUIRE_OK(adoptions);
    catalog::v1::Resource old = Adoptions(c);
    old.set_code("306002/000009");
    old.set_provider(c.Agency(kOldCivil));
    const auto negotiated = Publish(c, kOldCivil, old, kOldBureau);
    REQUIRE_OK(negotiated);
    const auto submit = [&](const std::string& consumer, const sh::CreateRequestRequest& ask) {
      return AskUntilOk([&] { return SubmitRequest(c, consumer, ask); });
    };
    const auto ask = Ask(marriages->name(), {"cert_no", "husband"});
    const auto review = submit(kTax, ask);
    REQUIRE_OK(review);
    const auto second = submit(kTax, ask);
    REQUIRE_OK(second);
    sh::Decision approve;
    approve.set_verdict(sh::Decision::APPROVE);
    const auto approved = Decide(c, kCivil, *second, approve);
    REQUIRE_OK(approved);
    const auto refused = submit(kTax, Ask(adoptions->name(), {"cert_no"}));
    REQUIRE_OK(refused);
    const auto draft = c.Call<sh::SharingRequest>("tax-applicant", "sharing",
                                                  RequestMethod("CreateRequest"), ask);
    REQUIRE_OK(draft);
    const sh::Scope& scope = ask.request().scope();
    names_ = {{"$marriages", marriages->name()},
              {"$divisions", divisions->name()},
              {"$adoptions", adoptions->name()},
              {"$negotiated", negotiated->name()},
              {"$review_etag", review->etag()},
              {"$review", review->name()},
              {"$approved_etag", approved->etag()},
              {"$approved", approved->name()},
              {"$refused_etag", refused->etag()},
              {"$refused", refused->name()},
              {"$draft_etag", draft->etag()},
              {"$draft", draft->name()},
              {"$grant", approved->grant()},
              {"$tax", c.Agency(kTax)},
              {"$civil", c.Agency(kCivil)},
              {"$start", scope.start_date()},
              {"$end", scope.end_date()}};
    names_["$scope"] = absl::StrCat("items: \"cert_no\" purposes: ADMINISTRATIVE_BASIS methods: "
                                    "QUERY start_date: \"",
                                    scope.start_date(), "\" end_date: \"", scope.end_date(),
                                    "\"");
    names_["$five"] = "legal_basis: \"《演示市税务征管办法》第三条\" scenario: \"核定税种\"";
  }

  absl::Status Try(const Bad& bad) {
    const std::string text = absl::StrReplaceAll(
        absl::StrReplaceAll(bad.text, {{"$scope", names_["$scope"]}}),
        std::vector<std::pair<std::string, std::string>>(names_.rbegin(), names_.rend()));
    const std::string path = absl::StrCat("shareway.sharing.v1.", bad.method);
    const pb::MethodDescriptor* method = pb::DescriptorPool::generated_pool()->FindMethodByName(
        absl::StrReplaceAll(path, {{"/", "."}}));
    REQUIRE(method != nullptr);
    const std::unique_ptr<pb::Message> request(
        pb::MessageFactory::generated_factory()->GetPrototype(method->input_type())->New());
    if (!pb::TextFormat::ParseFromString(text, request.get())) return absl::UnknownError(text);
    const std::string full = absl::StrCat("/", path);
    std::string bytes = request->SerializeAsString();
    if (const pb::FieldDescriptor* act = method->input_type()->FindFieldByName("signed_act")) {
      const auto signed_act =
          evidence::SignAct(cluster_->identity(bad.who).key, Cluster::Person(bad.who), full, bytes,
                            absl::Now());
      REQUIRE(signed_act.ok());
      request->Clear();
      request->GetReflection()->MutableMessage(request.get(), act)->CopyFrom(*signed_act);
      bytes = request->SerializeAsString();
    }
    rpc::CallOptions options;
    options.timeout = absl::Seconds(10);
    return cluster_->Channel(bad.who, "sharing")->RawUnary(full, bytes, options).status();
  }

 private:
  std::unique_ptr<Cluster> cluster_;
  std::map<std::string, std::string> names_;
};

const std::vector<Bad>& Table() {
  static const auto& table = *new std::vector<Bad>{
      // ---- the five elements and the scope (R25 20)
      {"no legal basis", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" scenario: \"x\" scope { $scope } }", {}, {},
       "request.legal_basis", "has 0 characters, want 1 to 500"},
      {"no scenario", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" legal_basis: \"x\" scope { $scope } }", {}, {},
       "request.scenario", "has 0 characters"},
      {"no items", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { purposes: ADMINISTRATIVE_BASIS methods: "
       "QUERY start_date: \"$start\" end_date: \"$end\" } }",
       {}, {}, "request.scope.items", ""},
      {"an item that is not there", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { $scope items: \"dowry\" } }", {}, {},
       "request.scope.items[1]", "dowry"},
      {"an item twice", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { $scope items: \"cert_no\" } }", {}, {},
       "request.scope.items[1]", "cert_no"},
      {"no purpose", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { items: \"cert_no\" methods: QUERY "
       "start_date: \"$start\" end_date: \"$end\" } }",
       {}, {}, "request.scope.purposes", ""},
      {"no way of sharing", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { items: \"cert_no\" purposes: "
       "ADMINISTRATIVE_BASIS start_date: \"$start\" end_date: \"$end\" } }",
       {}, {}, "request.scope.methods", ""},
      {"a way that the entry does not have", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { $scope methods: SUBSCRIBE } }", {}, {},
       "request.scope.methods[1]", "SUBSCRIBE"},
      {"a day that is none", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { items: \"cert_no\" purposes: "
       "ADMINISTRATIVE_BASIS methods: QUERY start_date: \"2026-02-30\" end_date: \"$end\" } }",
       {}, {}, "request.scope.start_date", "2026-02-30"},
      {"a period that is over", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { items: \"cert_no\" purposes: "
       "ADMINISTRATIVE_BASIS methods: QUERY start_date: \"2020-01-01\" end_date: \"$end\" } }",
       {}, {}, "request.scope.start_date", "is over"},
      {"a period that ends before it begins", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { items: \"cert_no\" purposes: "
       "ADMINISTRATIVE_BASIS methods: QUERY start_date: \"$end\" end_date: \"$start\" } }",
       {}, {}, "request.scope.end_date", ""},
      {"a period of ten years", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { items: \"cert_no\" purposes: "
       "ADMINISTRATIVE_BASIS methods: QUERY start_date: \"$start\" end_date: \"2037-01-01\" } }",
       {}, {}, "request.scope.end_date", "2037-01-01"},
      {"rows that exclude each other", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { $scope row_filter { item: \"cert_no\" "
       "operator: EQUALS value: \"1\" } row_filter { item: \"cert_no\" operator: EQUALS value: "
       "\"2\" } } }",
       {}, {}, "request.scope.row_filter", "matches no row"},
      {"rows by an item that is not there", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { $scope row_filter { item: \"dowry\" "
       "operator: EQUALS value: \"1\" } } }",
       {}, {}, "request.scope.row_filter[0].item", "dowry"},
      {"rows without an operator", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { $scope row_filter { item: \"cert_no\" "
       "value: \"1\" } } }",
       {}, {}, "request.scope.row_filter[0].operator", "EQUALS or PREFIX"},
      {"an expression that does not read", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { $scope row_expression: \"cert_no == 1\" } }",
       {}, {}, "request.scope.row_expression", "at character"},
      {"an expression over an item that is not there", "tax-applicant",
       "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { $scope row_expression: 'dowry = \"1\"' } }",
       {}, {}, "request.scope.row_expression", "dowry"},
      {"a mask on what is not asked for", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { $scope masked_items: \"wife\" } }", {}, {},
       "request.scope.masked_items[0]", "wife"},
      {"one's own resource", "civil-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" $five scope { $scope } }", {}, {}, "request.resource",
       "own resource"},
      {"a name that is none", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"marriages\" $five scope { $scope } }", {}, {}, "name", ""},
      {"a resource that is not there", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"resources/306002-999999\" $five scope { $scope } }",
       StatusCode::kPermissionDenied, Reason::kNotVisible, "", ""},
      {"a request id of 37 characters", "tax-applicant", "RequestService/CreateRequest",
       "request_id: \"0123456789012345678901234567890123456\" request { resource: \"$marriages\" "
       "$five scope { $scope } }",
       {}, {}, "request_id", ""},
      {"a control character", "tax-applicant", "RequestService/CreateRequest",
       "request { resource: \"$marriages\" legal_basis: \"a\\001b\" scenario: \"x\" scope { $scope "
       "} }",
       {}, {}, "request.legal_basis", "control"},

      // ---- who and when
      {"signed off by the applicant", "tax-applicant", "RequestService/SignOffRequest",
       "name: \"$draft\" etag: \"$draft_etag\"", StatusCode::kPermissionDenied,
       Reason::kPolicyDenied, "", ""},
      {"submitted before the head signed", "tax-applicant", "RequestService/SubmitRequest",
       "name: \"$draft\" etag: \"$draft_etag\"", StatusCode::kFailedPrecondition,
       Reason::kStateForbids, "", "want SIGNED_OFF"},
      {"decided by a stranger", "statistics-reviewer", "RequestService/DecideRequest",
       "name: \"$review\" etag: \"$review_etag\" decision { verdict: APPROVE }",
       StatusCode::kPermissionDenied, Reason::kNotVisible, "", ""},
      {"decided over a stale etag", "civil-reviewer", "RequestService/DecideRequest",
       "name: \"$review\" etag: \"v1\" decision { verdict: APPROVE }", StatusCode::kAborted,
       Reason::kChangedMeanwhile, "", ""},
      {"decided without an etag", "civil-reviewer", "RequestService/DecideRequest",
       "name: \"$review\" decision { verdict: APPROVE }", {}, {}, "etag", "is empty"},
      {"decided twice", "civil-reviewer", "RequestService/DecideRequest",
       "name: \"$approved\" etag: \"$approved_etag\" decision { verdict: APPROVE }",
       StatusCode::kFailedPrecondition, Reason::kStateForbids, "", "allowed now"},
      {"withdrawn after the decision", "tax-applicant", "RequestService/WithdrawRequest",
       "name: \"$approved\" etag: \"$approved_etag\"", StatusCode::kFailedPrecondition,
       Reason::kStateForbids, "", ""},
      {"a stranger looks", "housing-applicant", "RequestService/GetRequest", "name: \"$review\"",
       StatusCode::kPermissionDenied, Reason::kNotVisible, "", ""},
      {"a request that is not there", "housing-applicant", "RequestService/GetRequest",
       "name: \"requests/none\"", StatusCode::kPermissionDenied, Reason::kNotVisible, "", ""},

      // ---- the answer (R25 21)
      {"no verdict", "civil-reviewer", "RequestService/DecideRequest",
       "name: \"$review\" etag: \"$review_etag\" decision { }", {}, {}, "decision.verdict", ""},
      {"refused without a reason", "civil-reviewer", "RequestService/DecideRequest",
       "name: \"$review\" etag: \"$review_etag\" decision { verdict: REFUSE }", {}, {},
       "decision.reason", "has 0 characters, want 1 to 1000"},
      {"refused for what is missing", "civil-reviewer", "RequestService/DecideRequest",
       "name: \"$review\" etag: \"$review_etag\" decision { verdict: REFUSE reason: \"材料不全\" "
       "ground: INCOMPLETE }",
       StatusCode::kFailedPrecondition, Reason::kIncompleteIsNoGround, "", "R25 21"},
      {"refused for a condition that is not published", "civil-reviewer",
       "RequestService/DecideRequest",
       "name: \"$review\" etag: \"$review_etag\" decision { verdict: REFUSE reason: \"x\" "
       "condition: \"c9\" }",
       {}, {}, "decision.condition", "c9"},
      {"reduced to more than was asked", "civil-reviewer", "RequestService/DecideRequest",
       "name: \"$review\" etag: \"$review_etag\" decision { verdict: APPROVE_REDUCED scope { $scope "
       "methods: DOWNLOAD items: \"wife\" } cuts { subject: \"husband\" reason: \"x\" } }",
       {}, {}, "decision.scope.items", "was not asked for"},
      {"reduced without a reason for the cut", "civil-reviewer", "RequestService/DecideRequest",
       "name: \"$review\" etag: \"$review_etag\" decision { verdict: APPROVE_REDUCED scope { $scope "
       "} }",
       {}, {}, "decision.cuts", "R25 21"},
      {"a cut of what was not cut", "civil-reviewer", "RequestService/DecideRequest",
       "name: \"$review\" etag: \"$review_etag\" decision { verdict: APPROVE_REDUCED scope { $scope "
       "} cuts { subject: \"wife\" reason: \"x\" } cuts { subject: \"husband\" reason: \"x\" } }",
       {}, {}, "decision.cuts[0].subject", "wife"},
      {"a supplement that lists nothing", "civil-reviewer", "RequestService/AskSupplement",
       "name: \"$review\" etag: \"$review_etag\"", {}, {}, "items", ""},
      {"a supplement for what is decided", "civil-reviewer", "RequestService/AskSupplement",
       "name: \"$approved\" etag: \"$approved_etag\" items { subject: \"x\" missing: \"y\" }",
       StatusCode::kFailedPrecondition, Reason::kStateForbids, "", "want IN_REVIEW"},
      {"a supplement that nobody asked for", "tax-applicant", "RequestService/SupplementRequest",
       "name: \"$review\" etag: \"$review_etag\" items { subject: \"x\" answer: \"y\" }",
       StatusCode::kFailedPrecondition, Reason::kStateForbids, "", "NEEDS_SUPPLEMENT"},
      {"an extension of eleven days", "civil-reviewer", "RequestService/AskExtension",
       "name: \"$review\" etag: \"$review_etag\" days: 11 reason: \"x\"", {}, {}, "days", "11"},
      {"an extension without a reason", "civil-reviewer", "RequestService/AskExtension",
       "name: \"$review\" etag: \"$review_etag\" days: 5", {}, {}, "reason", "0 characters"},
      {"consent to what was not asked", "bureau-officer", "RequestService/ConsentExtension",
       "name: \"$review\" etag: \"$review_etag\" document: \"x\"", StatusCode::kFailedPrecondition,
       Reason::kStateForbids, "", ""},
      {"forwarded where no text asks for a check", "bureau-officer",
       "RequestService/ForwardRequest", "name: \"$review\" etag: \"$review_etag\"",
       StatusCode::kFailedPrecondition, Reason::kStateForbids, "", "AUTHORITY_CHECK"},
      {"a second review of what needs none", "civil-reviewer", "RequestService/ConfirmDecision",
       "name: \"$review\" etag: \"$review_etag\"", StatusCode::kFailedPrecondition,
       Reason::kStateForbids, "", ""},

      // ---- the two texts
      {"what is not shared is not requested but negotiated (2016)", "oldschool-applicant",
       "RequestService/CreateRequest",
       "request { resource: \"resources/none\" $five scope { $scope } }",
       StatusCode::kPermissionDenied, Reason::kNotVisible, "", ""},
      {"taken directly where the text asks for a request", "tax-applicant",
       "GrantService/ClaimGrant",
       "resource: \"$divisions\" purposes: WORK_REFERENCE scenario: \"x\" end_date: \"$end\"",
       StatusCode::kFailedPrecondition, Reason::kRequestRequired, "", "第二十条第二款"},
      {"a consent beforehand to what is conditional", "civil-sharing-head",
       "GrantService/GiveStandingConsent", "resource: \"$marriages\"",
       StatusCode::kFailedPrecondition, Reason::kStateForbids, "", "R25 21"},
      {"a consent to another's resource", "tax-sharing-head", "GrantService/GiveStandingConsent",
       "resource: \"$divisions\"", StatusCode::kPermissionDenied, Reason::kPolicyDenied, "",
       "R25 21"},

      // ---- grants (R25 25 to 29)
      {"revoked without a ground", "civil-sharing-head", "GrantService/RevokeGrant",
       "name: \"$grant\" document: \"x\"", {}, {}, "ground", "R25 27"},
      {"revoked for a rectification that never was", "civil-sharing-head",
       "GrantService/RevokeGrant",
       "name: \"$grant\" ground: RECTIFICATION_FAILED document: \"notices/none\"",
       StatusCode::kFailedPrecondition, Reason::kGroundRequired, "", "R25 27"},
      {"revoked for a change that was not filed", "civil-sharing-head", "GrantService/RevokeGrant",
       "name: \"$grant\" ground: SERVICE_CHANGE document: \"service-changes/none\"",
       StatusCode::kFailedPrecondition, Reason::kGroundRequired, "", "R25 27"},
      {"suspended without a reason", "civil-sharing-head", "GrantService/SuspendGrant",
       "name: \"$grant\" ground: MISUSE", {}, {}, "reason", "0 characters"},
      {"suspended without a ground", "civil-sharing-head", "GrantService/SuspendGrant",
       "name: \"$grant\" reason: \"x\"", {}, {}, "ground", ""},
      {"suspended by the consumer", "tax-sharing-head", "GrantService/SuspendGrant",
       "name: \"$grant\" ground: MISUSE reason: \"x\"", StatusCode::kPermissionDenied,
       Reason::kPolicyDenied, "", ""},
      {"resumed while it runs", "civil-sharing-head", "GrantService/ResumeGrant",
       "name: \"$grant\" reason: \"x\"", StatusCode::kFailedPrecondition, Reason::kStateForbids, "",
       "want SUSPENDED"},
      {"ended without a ground", "tax-sharing-head", "GrantService/EndGrant",
       "name: \"$grant\" reason: \"x\"", {}, {}, "ground", ""},
      {"ended by the provider", "civil-sharing-head", "GrantService/EndGrant",
       "name: \"$grant\" ground: ACHIEVED reason: \"x\"", StatusCode::kPermissionDenied,
       Reason::kPolicyDenied, "", "consumer"},
      {"renewed into the past", "tax-sharing-head", "GrantService/AskRenewal",
       "name: \"$grant\" end_date: \"2020-01-01\" reason: \"x\"", {}, {}, "end_date",
       "2020-01-01"},
      {"a use record that says nothing", "tax-applicant", "GrantService/ReportUse",
       "grant: \"$grant\" start_date: \"$start\" end_date: \"$start\"", {}, {}, "scenario",
       "0 characters"},
      {"a use record of another's grant", "housing-applicant", "GrantService/ReportUse",
       "grant: \"$grant\" scenario: \"x\" process: \"x\" effect: \"x\" storage: \"x\" destruction: "
       "\"x\" start_date: \"$start\" end_date: \"$start\"",
       StatusCode::kPermissionDenied, Reason::kNotVisible, "", ""},
      {"a service change without a reason", "civil-sharing-head",
       "GrantService/ProposeServiceChange",
       "resource: \"$marriages\" kind: END effect_date: \"$end\"", {}, {}, "reason", ""},
      {"a delivery on a medium without a digest", "civil-applicant",
       "GrantService/RecordOfflineDelivery",
       "grant: \"$grant\" label: \"x\" giver: \"a\" receiver: \"b\" delivery_date: \"$start\"",
       StatusCode::kPermissionDenied, Reason::kPolicyDenied, "", ""},
      {"a change of scope that changes nothing", "tax-applicant", "RequestService/ChangeScope",
       "grant: \"$grant\" $five scope { $scope items: \"husband\" }", {}, {}, "kind", ""},

      // ---- disputes (R25 28)
      {"a dispute over what was approved as asked", "tax-applicant", "DisputeService/OpenDispute",
       "subject: \"$approved\" claim: \"x\"", StatusCode::kFailedPrecondition,
       Reason::kStateForbids, "", ""},
      {"a dispute without a claim", "tax-applicant", "DisputeService/OpenDispute",
       "subject: \"$refused\"", {}, {}, "claim", "0 characters"},
      {"a dispute over what is shared", "tax-applicant", "DisputeService/OpenDispute",
       "subject: \"$marriages\" claim: \"x\"", StatusCode::kFailedPrecondition,
       Reason::kStateForbids, "", ""},
      {"a dispute over nothing", "tax-applicant", "DisputeService/OpenDispute",
       "subject: \"laws/none\" claim: \"x\"", {}, {}, "subject", ""},

      // ---- corrections, demands, supervision, statutes
      {"a demand without items", "tax-applicant", "DemandService/CreateDemand",
       "title: \"x\" legal_basis: \"x\" scenario: \"x\"", {}, {}, "items", ""},
      {"a demand for what the catalogue has", "tax-applicant", "DemandService/CreateDemand",
       "title: \"婚姻登记信息\" items { title: \"证号\" } legal_basis: \"x\" scenario: \"x\"",
       StatusCode::kFailedPrecondition, Reason::kAlreadyCatalogued, "", ""},
      {"a correction that describes nothing", "tax-applicant", "CorrectionService/OpenCorrection",
       "resource: \"$marriages\"", {}, {}, "description", "0 characters"},
      {"a recall of a correction that is not there", "civil-reviewer",
       "CorrectionService/GetCorrection", "name: \"corrections/none\"",
       StatusCode::kPermissionDenied, Reason::kNotVisible, "", ""},
      {"a finding about nobody", "bureau-officer", "SupervisionService/OpenFinding",
       "detector: \"r25-39-4\" summary: \"x\"", {}, {}, "about", ""},
      {"a rating of six stars", "tax-applicant", "FeedbackService/RateGrant",
       "grant: \"$grant\" stars: 6", {}, {}, "stars", "6"},
      {"251 working days", "tax-applicant", "StatuteService/ComputeDue",
       "from_date: \"2026-01-05\" working_days: 251", {}, {}, "working_days", "251"},
      {"an area without a calendar", "tax-applicant", "StatuteService/ComputeDue",
       "from_date: \"2026-01-05\" working_days: 1 area: \"xx\"", {}, {}, "area", "xx"},
      {"a profile that is not there", "bureau-officer", "StatuteService/CompareProfiles",
       "from: \"profiles/cn-2016-51\" to: \"profiles/cn-2031\"", {}, {}, "to", "cn-2031"},
      {"a page of -1", "tax-applicant", "RequestService/ListRequests", "page_size: -1", {}, {},
       "page_size", "-1"},
      {"a page token of somebody else", "tax-applicant", "RequestService/ListRequests",
       "page_token: \"AAAA\"", {}, Reason::kPageTokenInvalid, "", ""},
  };
  return table;
}

TEST_CASE("What is malformed or against the law is refused with reason, field and article",
          "[scenario]") {
  World world;
  REQUIRE(Table().size() >= 60);
  for (const Bad& row : Table()) {
    Bad bad = row;
    if (bad.code == StatusCode::kOk) bad.code = StatusCode::kInvalidArgument;
    if (bad.reason == Reason::kUnspecified) bad.reason = Reason::kFieldInvalid;
    const absl::Status status = world.Try(bad);
    const auto details = DetailsOf(status);
    INFO(bad.what << ": " << status.ToString());
    CHECK(status.code() == bad.code);
    CHECK(ReasonName(ReasonOf(status)) == ReasonName(bad.reason));
    if (!bad.field.empty()) {
      const std::string field =
          details && !details->fields.empty() ? details->fields[0].field : "none";
      CHECK(field == bad.field);
    }
    if (!bad.says.empty()) CHECK(absl::StrContains(status.ToString(), bad.says));
  }
}

}  // namespace
}  // namespace shareway::testing
