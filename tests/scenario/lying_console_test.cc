// SPDX-License-Identifier: Apache-2.0
// A console that lies, over real processes: it holds its own certificate and names whom it likes,
// and all that passes through it it may keep, alter and show elsewhere. Of that comes no decision.
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/evidence/envelope.h"
#include "libs/rpc/actor.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace ev = evidence::v1;
namespace sh = sharing::v1;

constexpr char kReviewer[] = "civil-reviewer";
constexpr char kHead[] = "civil-sharing-head";

struct Liar {
  Liar() : cluster(OptionsOf()) {
    const auto resource = Publish(cluster, kCivil, Marriages(cluster));
    REQUIRE_OK(resource);
    marriages = resource->name();
    const auto asked = AskUntilOk([&] {  // once sharing knows the resource
      return SubmitRequest(cluster, kTax, Ask(marriages, {"cert_no", "husband"}));
    });
    REQUIRE_OK(asked);
    request = *asked;
    const auto second = SubmitRequest(cluster, kTax, Ask(marriages, {"cert_no", "id_a"}));
    REQUIRE_OK(second);
    other = *second;
  }
  static Cluster::Options OptionsOf() {
    Cluster::Options options;
    options.nodes = {kCivil};
    options.console = true;
    return options;
  }

  // What the reviewer decides of a request.
  static sh::DecideRequestRequest Deciding(const sh::SharingRequest& of,
                                           sh::Decision::Verdict verdict) {
    sh::DecideRequestRequest decide;
    decide.set_name(of.name());
    decide.set_etag(of.etag());
    decide.mutable_decision()->set_verdict(verdict);
    if (verdict == sh::Decision::REFUSE) {
      decide.mutable_decision()->set_reason("与所列条件不符");
      decide.mutable_decision()->set_citation("《演示条例》第三条");
    }
    return decide;
  }
  // An act as its person signed it.
  template <typename Req>
  ev::SignedAct Signed(const std::string& who, const std::string& method, const Req& of) const {
    const auto act = evidence::SignAct(cluster.identity(who).key, Cluster::Person(who), method,
                                       of.SerializeAsString(), absl::Now());
    REQUIRE_OK(act);
    return *act;
  }
  // The console calls for `who`, whose factor it says to be fresh.
  template <typename Resp, typename Req>
  absl::StatusOr<Resp> For(const std::string& who, const std::string& to,
                           const std::string& method, const Req& of) {
    rpc::CallOptions options;
    options.actor = rpc::ToMetadata({.person = Cluster::Person(who),
                                     .factor = rpc::Factor::kCertificate,
                                     .factor_time = absl::Now()});
    return cluster.Channel("console", to)->Unary<Resp>(method, of, options);
  }
  absl::StatusOr<sh::SharingRequest> Decide(const std::string& who, const ev::SignedAct& act) {
    sh::DecideRequestRequest outer;
    *outer.mutable_signed_act() = act;
    return For<sh::SharingRequest>(who, "sharing", RequestMethod("DecideRequest"), outer);
  }
  // The request as it stands.
  sh::SharingRequest Now(const std::string& name) {
    sh::GetRequestRequest get;
    get.set_name(name);
    const auto now = cluster.Call<sh::SharingRequest>(kReviewer, "sharing",
                                                      RequestMethod("GetRequest"), get);
    REQUIRE_OK(now);
    return *now;
  }

  Cluster cluster;
  std::string marriages;
  sh::SharingRequest request;
  sh::SharingRequest other;
};

// `change` done to the act that was signed, the signature left as it was.
ev::SignedAct Altered(ev::SignedAct signed_act, const std::function<void(ev::Act*)>& change) {
  ev::Act act;
  REQUIRE(act.ParseFromString(signed_act.act()));
  change(&act);
  signed_act.set_act(act.SerializeAsString());
  return signed_act;
}

TEST_CASE("A console that lies makes no decision that sharing takes", "[scenario]") {
  Liar liar;
  const std::string method = RequestMethod("DecideRequest");
  const sh::DecideRequestRequest refusal = Liar::Deciding(liar.request, sh::Decision::REFUSE);
  const sh::DecideRequestRequest approval = Liar::Deciding(liar.request, sh::Decision::APPROVE);
  const ev::SignedAct genuine = liar.Signed(kReviewer, method, refusal);

  // It can show the reviewer what is his to see: that much a console is trusted with.
  sh::GetRequestRequest get;
  get.set_name(liar.request.name());
  REQUIRE_OK(liar.For<sh::SharingRequest>(kReviewer, "sharing", RequestMethod("GetRequest"), get));

  CHECK_FALSE(liar.For<sh::SharingRequest>(kReviewer, "sharing", method, approval).ok());

  const auto by_console =
      evidence::SignAct(liar.cluster.identity("console").key, Cluster::Person(kReviewer), method,
                        approval.SerializeAsString(), absl::Now());
  REQUIRE_OK(by_console);
  struct Lie {
    std::string what;
    std::string person;
    ev::SignedAct act;
    Reason why = Reason::kActInvalid;
  };
  const std::vector<Lie> lies = {
      {"its own key in the reviewer's name", kReviewer, *by_console},
      {"a refusal turned into an approval", kReviewer,
       Altered(genuine, [&](ev::Act* act) { act->set_request(approval.SerializeAsString()); })},
      {"the reviewer's act in the head's name", kHead, genuine, Reason::kPolicyDenied},
      {"the reviewer's act, said to be the head's", kHead,
       Altered(genuine, [](ev::Act* act) { act->set_person(Cluster::Person(kHead)); }),
       Reason::kPolicyDenied},
      {"the reviewer's act in the applicant's name", "tax-applicant", genuine,
       Reason::kPolicyDenied},
      {"an act that the applicant signed, in the reviewer's name", kReviewer,
       liar.Signed("tax-applicant", method, approval)},
      {"the reviewer's act in the name of another reviewer", "statistics-reviewer", genuine},
      {"an act for another method", kReviewer,
       liar.Signed(kReviewer, RequestMethod("SignOffDecision"), approval)},
      {"an act for another request, turned to this one", kReviewer,
       Altered(liar.Signed(kReviewer, method, Liar::Deciding(liar.other, sh::Decision::APPROVE)),
               [&](ev::Act* act) { act->set_request(approval.SerializeAsString()); })},
      {"an act with another time", kReviewer,
       Altered(genuine,
               [](ev::Act* act) { act->mutable_time()->set_seconds(act->time().seconds() + 1); })},
  };
  for (const Lie& lie : lies) {
    INFO(lie.what);
    CHECK(ReasonOf(liar.Decide(lie.person, lie.act).status()) == lie.why);
  }
  const sh::SharingRequest still = liar.Now(liar.request.name());
  CHECK(still.state() == sh::SharingRequest::IN_REVIEW);
  CHECK(still.etag() == liar.request.etag());
  CHECK(liar.Now(liar.other.name()).etag() == liar.other.etag());

  // Carried as it was signed it is the reviewer's decision, once, and nothing without his head's.
  const auto decided = liar.Decide(kReviewer, genuine);
  REQUIRE_OK(decided);
  CHECK_FALSE(liar.Decide(kReviewer, genuine).ok());
  sh::SignOffDecisionRequest sign;
  sign.set_name(decided->name());
  sign.set_etag(decided->etag());
  sh::SignOffDecisionRequest outer;
  *outer.mutable_signed_act() = liar.Signed(kReviewer, RequestMethod("SignOffDecision"), sign);
  CHECK(ReasonOf(liar.For<sh::SharingRequest>(kHead, "sharing", RequestMethod("SignOffDecision"),
                                              outer)
                     .status()) == Reason::kActInvalid);
  CHECK(liar.Now(liar.request.name()).etag() == decided->etag());
}

TEST_CASE("A console that lies moves no node, and nobody else may name persons", "[scenario]") {
  Liar liar;
  const std::string method = "/shareway.exchange.v1.SourceService/Hold";
  exchange::v1::HoldRequest hold;
  hold.set_subject(liar.marriages);
  hold.set_held(true);
  hold.set_reason("疑似泄露");
  CHECK_FALSE(
      liar.For<exchange::v1::HoldResponse>("civil-steward", "civil-node", method, hold).ok());
  exchange::v1::HoldRequest outer;
  *outer.mutable_signed_act() = liar.Signed("tax-applicant", method, hold);
  CHECK(ReasonOf(liar.For<exchange::v1::HoldResponse>("civil-steward", "civil-node", method, outer)
                     .status()) == Reason::kActInvalid);
  const auto held = AskUntilOk([&] {  // once the node knows the resource
    *outer.mutable_signed_act() = liar.Signed("civil-steward", method, hold);
    return liar.For<exchange::v1::HoldResponse>("civil-steward", "civil-node", method, outer);
  });
  REQUIRE_OK(held);

  // Whose certificate is another's names nobody, be it a node's or the sharing service's.
  rpc::CallOptions options;
  options.actor = rpc::ToMetadata({.person = Cluster::Person(kReviewer),
                                   .factor = rpc::Factor::kCertificate,
                                   .factor_time = absl::Now()});
  sh::GetRequestRequest get;
  get.set_name(liar.request.name());
  for (const char* who : {"civil-node", "tax-applicant", kReviewer}) {
    INFO(who);
    CHECK(absl::IsUnauthenticated(liar.cluster.Channel(who, "sharing")
                                      ->Unary<sh::SharingRequest>(RequestMethod("GetRequest"), get,
                                                                  options)
                                      .status()));
  }
}

}  // namespace
}  // namespace shareway::testing
