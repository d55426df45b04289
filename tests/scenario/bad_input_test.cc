// SPDX-License-Identifier: Apache-2.0
// What is malformed or against the law, over real processes: each is refused with its reason, and
// names the field with its value and rule, or the article.
#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "google/protobuf/text_format.h"
#include "tests/scenario/bad_inputs.h"
#include "tests/scenario/steps.h"
#include "tests/support/coverage.h"

namespace shareway::testing {
namespace {

namespace pb = google::protobuf;
namespace sh = sharing::v1;

using absl::StatusCode;

// One act that makes the world; its answer's name and etag become $object and $object_etag.
struct WorldStep {
  std::string object;
  std::string who;
  std::string method;
  std::string text;
};

const std::vector<WorldStep>& WorldSteps() {
  static const auto& steps = *new std::vector<WorldStep>{
      {"$spent", "civil-reviewer", "RequestService/AskSupplement",
       "name: \"$spent\" etag: \"$spent_etag\" items { subject: \"scenario\" missing: \"x\" }"},
      {"$spent", "tax-applicant", "RequestService/SupplementRequest",
       "name: \"$spent\" etag: \"$spent_etag\" items { subject: \"scenario\" answer: \"y\" }"},
      {"$spent", "civil-reviewer", "RequestService/AskExtension",
       "name: \"$spent\" etag: \"$spent_etag\" days: 5 reason: \"x\""},
      {"$spent", "bureau-officer", "RequestService/ConsentExtension",
       "name: \"$spent\" etag: \"$spent_etag\" document: \"x\""},
      {"$ended", "tax-sharing-head", "GrantService/EndGrant",
       "name: \"$ended\" ground: ACHIEVED reason: \"x\""},
      {"$disposal", "tax-applicant", "GrantService/GetDisposal", "name: \"$disposal\""},
      {"$correction", "tax-applicant", "CorrectionService/OpenCorrection",
       "resource: \"$marriages\" item: \"husband\" description: \"x\""},
      {"$change", "civil-sharing-head", "GrantService/ProposeServiceChange",
       "resource: \"$marriages\" kind: END reason: \"x\" effect_date: \"$end\""},
      {"$flow", "civil-sharing-head", "GrantService/DeclareReturnFlow",
       "resource: \"$marriages\" division_item: \"cert_no\""},
      {"$inquiry", "tax-applicant", "FeedbackService/OpenInquiry",
       "resource: \"$marriages\" question: \"x\""},
      {"$incident", "civil-sharing-head", "IncidentService/ReportIncident",
       "severity: GENERAL title: \"x\" text: \"x\" happen_time { seconds: 1767225600 }"},
      {"$finding", "civil-sharing-head", "SupervisionService/OpenFinding",
       "detector: \"r25-40-2\" about: \"$tax\" subject: \"$grant\" summary: \"x\""},
      {"$report", "tax-head", "SupervisionService/SubmitAnnualReport", "year: 2024 text: \"x\""},
      {"$evaluation", "bureau-officer", "SupervisionService/PublishEvaluation",
       "year: 2024 text: \"x\""},
  };
  return steps;
}

// Two cities with a request in review, one that is approved with its grant, and one that is not
// shared; and what WorldSteps makes.
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
    const auto spent = submit(kTax, ask);
    REQUIRE_OK(spent);
    const auto approve = [&]() -> absl::StatusOr<sh::SharingRequest> {
      const auto asked = submit(kTax, ask);
      if (!asked.ok()) return asked;
      sh::Decision decision;
      decision.set_verdict(sh::Decision::APPROVE);
      return Decide(c, kCivil, *asked, decision);
    };
    const auto approved = approve();
    REQUIRE_OK(approved);
    const auto ended = approve();
    REQUIRE_OK(ended);
    // An entry of tax over what it received under that grant, which housing asks for.
    catalog::v1::Resource families = Marriages(c);
    families.set_code("306003/000001");
    families.set_title("纳税家庭信息");
    families.set_provider(c.Agency(kTax));
    KeepItems(2, &families);
    families.mutable_items(1)->set_received_under(approved->grant());
    const auto received = Publish(c, kTax, families);
    REQUIRE_OK(received);
    const auto handed = submit(kHousing, Ask(received->name(), {"cert_no", "husband"}));
    REQUIRE_OK(handed);
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
              {"$handed", handed->name()},
              {"$handed_etag", handed->etag()},
              {"$spent", spent->name()},
              {"$spent_etag", spent->etag()},
              {"$ended", ended->grant()},
              {"$disposal", absl::StrReplaceAll(ended->grant(), {{"grants/", "disposals/"}})},
              {"$tax", c.Agency(kTax)},
              {"$civil", c.Agency(kCivil)},
              {"$start", scope.start_date()},
              {"$end", scope.end_date()}};
    names_["$scope"] = absl::StrCat("items: \"cert_no\" purposes: ADMINISTRATIVE_BASIS methods: "
                                    "QUERY start_date: \"",
                                    scope.start_date(), "\" end_date: \"", scope.end_date(),
                                    "\"");
    names_["$five"] = "legal_basis: \"《演示市税务征管办法》第三条\" scenario: \"核定税种\"";
    for (const WorldStep& step : WorldSteps()) Take(step);
  }

  // The refusal; OK if it was taken.
  absl::Status Try(const BadInput& bad) { return Call(bad.who, bad.method, bad.text).status(); }

 private:
  // Its answer.
  absl::StatusOr<std::unique_ptr<pb::Message>> Call(const std::string& who,
                                                    const std::string& name,
                                                    const std::string& text) {
    const std::string full = absl::StrCat("shareway.sharing.v1.", name);
    const std::string path = absl::StrCat("/", full);
    const pb::MethodDescriptor* method = pb::DescriptorPool::generated_pool()->FindMethodByName(
        absl::StrReplaceAll(full, {{"/", "."}}));
    REQUIRE(method != nullptr);
    const std::string replaced = absl::StrReplaceAll(
        absl::StrReplaceAll(text, {{"$scope", names_["$scope"]}}),
        std::vector<std::pair<std::string, std::string>>(names_.begin(), names_.end()));
    rpc::CallOptions options;
    options.timeout = absl::Seconds(10);
    std::unique_ptr<pb::Message> answer = New(method->output_type());
    absl::StatusOr<std::string> bytes;
    if (method->client_streaming()) {
      const auto stream = cluster_->Channel(who, "sharing")->RawClientStream(path, options);
      for (absl::string_view part : absl::StrSplit(replaced, '\n')) {
        stream->Write(Parsed(method, std::string(part))->SerializeAsString());
      }
      bytes = stream->Finish();
    } else {
      const std::string request = Signed(who, path, Parsed(method, replaced));
      bytes = cluster_->Channel(who, "sharing")->RawUnary(path, request, options);
    }
    if (!bytes.ok()) return bytes.status();
    REQUIRE(answer->ParseFromString(*bytes));
    return answer;
  }

  static std::unique_ptr<pb::Message> New(const pb::Descriptor* type) {
    return std::unique_ptr<pb::Message>(
        pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
  }

  static std::unique_ptr<pb::Message> Parsed(const pb::MethodDescriptor* method,
                                             const std::string& text) {
    std::unique_ptr<pb::Message> request = New(method->input_type());
    INFO(text);
    REQUIRE(pb::TextFormat::ParseFromString(text, request.get()));
    return request;
  }

  // The request's bytes, or those of the act of `who` with it, where the method asks for one.
  std::string Signed(const std::string& who, const std::string& path,
                     const std::unique_ptr<pb::Message>& request) {
    const pb::FieldDescriptor* act = request->GetDescriptor()->FindFieldByName("signed_act");
    if (act == nullptr) return request->SerializeAsString();
    const auto signed_act =
        evidence::SignAct(cluster_->identity(who).key, Cluster::Person(who), path,
                          request->SerializeAsString(), absl::Now());
    REQUIRE(signed_act.ok());
    request->Clear();
    request->GetReflection()->MutableMessage(request.get(), act)->CopyFrom(*signed_act);
    return request->SerializeAsString();
  }

  void Take(const WorldStep& step) {
    const auto answer = Call(step.who, step.method, step.text);
    INFO(step.method << ": " << answer.status().ToString());
    REQUIRE(answer.ok());
    for (const char* field : {"name", "etag"}) {
      const pb::FieldDescriptor* found = (*answer)->GetDescriptor()->FindFieldByName(field);
      if (found == nullptr) continue;
      const std::string suffix = field == std::string("etag") ? "_etag" : "";
      names_[absl::StrCat(step.object, suffix)] =
          (*answer)->GetReflection()->GetString(**answer, found);
    }
  }

  std::unique_ptr<Cluster> cluster_;
  std::map<std::string, std::string> names_;
};

// The rows of coverage.yaml whose sentence says nothing of a call to this service, and the test of
// that row that shows it.
const std::map<std::string, std::string>& ShownElsewhere() {
  static const auto& shown = *new std::map<std::string, std::string>{
      {"R08", "Conditions are stated where they are needed, and only there"},
      {"R40", "Without a favourable opinion the gate is closed to hand-in and acceptance"},
      {"R23", "Only a node of the provider tells of a refresh, and only what can be"},
      {"S2-16", "Whoever reads all records and has a list of all there is learns none of it"},
      {"S1-32", "An application for a node is refused by field"},
      {"S1-17", "A check of nothing, of too much or of no name is refused with its field"},
      {"D9", "A use record has its five parts and is kept as long as the text asks"},
  };
  return shown;
}

// What is wrong with how the row is shown; empty if nothing.
std::string NotShown(const CoverageRow& row) {
  if (row.bad_input == "none of its own") return "";
  if (const auto other = ShownElsewhere().find(row.id); other != ShownElsewhere().end()) {
    const bool there =
        std::find(row.tests.begin(), row.tests.end(), other->second) != row.tests.end();
    return there ? "" : absl::StrCat(row.id, " has no test \"", other->second, "\"");
  }
  absl::string_view rule = row.bad_input;
  const bool as_another = absl::ConsumePrefix(&rule, "as ");
  if (!as_another) rule = row.id;
  const bool shown = std::any_of(BadInputs().begin(), BadInputs().end(), [&](const BadInput& bad) {
    const std::string method = absl::StrCat("shareway.sharing.v1.", bad.method);
    const bool calls = std::find(row.methods.begin(), row.methods.end(), method) !=
                       row.methods.end();
    return bad.rule == rule && (calls || as_another);
  });
  return shown ? "" : absl::StrCat(row.id, ": no input shows \"", row.bad_input, "\"");
}

TEST_CASE("What is malformed or against the law is refused with reason, field and article",
          "[scenario]") {
  World world;
  for (const BadInput& row : BadInputs()) {
    BadInput bad = row;
    if (bad.code == StatusCode::kOk) bad.code = StatusCode::kInvalidArgument;
    if (bad.reason == Reason::kUnspecified) bad.reason = Reason::kFieldInvalid;
    const absl::Status status = world.Try(bad);
    const auto details = DetailsOf(status);
    INFO(bad.rule << ", " << bad.what << ": " << status.ToString());
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

TEST_CASE("A rule that nothing shows is told", "[scenario]") {
  const std::vector<std::string> decide = {"shareway.sharing.v1.RequestService/DecideRequest"};
  CHECK(NotShown({.id = "R16", .bad_input = "x", .methods = decide}) == "");
  CHECK(NotShown({.id = "R99", .bad_input = "as R16"}) == "");
  CHECK(NotShown({.id = "R99", .bad_input = "x", .methods = decide}) != "");
  CHECK(NotShown({.id = "R16", .bad_input = "x"}) != "");  // no input calls a method of the row
  CHECK(NotShown({.id = "R08", .bad_input = "x", .methods = decide}) != "");  // its test is gone
}

TEST_CASE("Each rule of law that sharing answers is shown by what it refuses", "[scenario]") {
  const std::vector<CoverageRow> rows = BuiltRows("shareway.sharing.v1");
  CHECK(rows.size() >= 30);
  CHECK(BadInputs().size() >= 60);
  std::vector<std::string> wrong;
  for (const CoverageRow& row : rows) {
    if (const std::string why = NotShown(row); !why.empty()) wrong.push_back(why);
  }
  for (const BadInput& bad : BadInputs()) {
    const bool known = std::any_of(rows.begin(), rows.end(),
                                   [&](const CoverageRow& row) { return row.id == bad.rule; });
    if (!known) wrong.push_back(absl::StrCat(bad.what, ": ", bad.rule, " is no rule of sharing"));
  }
  CHECK(absl::StrJoin(wrong, "\n") == "");
}

}  // namespace
}  // namespace shareway::testing
