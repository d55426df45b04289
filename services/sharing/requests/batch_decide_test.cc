// SPDX-License-Identifier: Apache-2.0
// One decision on many requests: each by its own rules, all of one grading, in one write.
#include "catch2/catch.hpp"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

const Decision kApprove{.verdict = Decision::Verdict::kApprove};
const Decision kRefuse{.verdict = Decision::Verdict::kRefuse,
                       .reason = "不符合条件",
                       .condition = "c1"};

Sharing::Seen SeenOf(const Stored<Request>& request) {
  return {TestDesk::NameOf(request), TestDesk::EtagOf(request)};
}
Request::State StateOf(TestDesk& t, const Stored<Request>& request) {
  return t.store.LoadRequest(t.NameOf(request))->value.fields().state;
}

// Like Marriages, with one item of grading 2.
Resource Graded() {
  Resource resource = Marriages();
  resource.name = "resources/306002-000009";
  resource.items[1].grading = 2;
  return resource;
}

TEST_CASE("A batch decides what it can and says of the rest why not", "[batch]") {
  TestDesk t;
  const Stored<Request> a = t.Submitted();
  const Stored<Request> b = t.Submitted();
  const Stored<Request> draft = t.Draft();
  const Stored<Request> done = t.Decided();
  Sharing::Seen stale = SeenOf(b);
  stale.etag = "v1";
  const size_t events = t.Events().size();
  const Sharing::Outcomes outcomes =
      t.sharing
          .DecideAll(t.By(Reviewer()),
                     {SeenOf(a), stale, SeenOf(draft), {"requests/none", "v1"}, SeenOf(done)},
                     kRefuse, false)
          .value();
  REQUIRE(outcomes.size() == 5);
  REQUIRE(outcomes[0].ok());
  CHECK(outcomes[0]->value.fields().reviewer == Reviewer().name);
  CHECK(ReasonOf(outcomes[1].status()) == Reason::kChangedMeanwhile);
  CHECK(ReasonOf(outcomes[2].status()) == Reason::kNotVisible);
  CHECK(ReasonOf(outcomes[3].status()) == Reason::kNotVisible);
  CHECK(outcomes[4].ok());  // decided anew, as long as it is not signed
  CHECK(StateOf(t, a) == Request::State::kDecided);
  CHECK(StateOf(t, b) == Request::State::kInReview);
  CHECK(t.Events().size() == events + 2);  // one each
  CHECK(t.Events().back().has_act());
  CHECK(outcomes[0]->version == t.store.LoadRequest(t.NameOf(a))->version);
}

TEST_CASE("A preview says the same and stores nothing", "[batch]") {
  TestDesk t;
  const Stored<Request> a = t.Submitted();
  const size_t events = t.Events().size();
  const Sharing::Outcomes outcomes =
      t.sharing.DecideAll(t.By(Reviewer()), {SeenOf(a)}, kApprove, true).value();
  REQUIRE(outcomes[0].ok());
  CHECK(outcomes[0]->value.fields().state == Request::State::kDecided);
  CHECK(outcomes[0]->version == 0);
  CHECK(StateOf(t, a) == Request::State::kInReview);
  CHECK(t.Events().size() == events);
}

TEST_CASE("Gradings are not mixed in a batch", "[batch]") {
  TestDesk t;
  REQUIRE(t.grants.Follow(Graded()).ok());
  const Stored<Request> general = t.Submitted();
  const Stored<Request> important = t.Submitted(Graded());
  CHECK(ReasonOf(t.sharing
                     .DecideAll(t.By(Reviewer()), {SeenOf(general), SeenOf(important)}, kRefuse,
                                false)
                     .status()) == Reason::kGradingMixed);
  CHECK(StateOf(t, general) == Request::State::kInReview);
  CHECK(t.sharing.DecideAll(t.By(Reviewer()), {SeenOf(important)}, kRefuse, false)->at(0).ok());
}

TEST_CASE("A batch that is sent again answers what the first one did", "[batch]") {
  TestDesk t;
  const Stored<Request> a = t.Submitted();
  const Stored<Request> draft = t.Draft();
  const Errand errand = t.By(Reviewer(), "batch-1", "body");
  const std::vector<Sharing::Seen> seen = {SeenOf(a), SeenOf(draft)};
  REQUIRE(t.sharing.DecideAll(errand, seen, kRefuse, false)->at(0).ok());
  const size_t events = t.Events().size();
  const Sharing::Outcomes again = t.sharing.DecideAll(errand, seen, kRefuse, false).value();
  REQUIRE(again.size() == 2);
  CHECK(again[0].ok());
  CHECK(ReasonOf(again[1].status()) == Reason::kNotVisible);
  CHECK(t.Events().size() == events);
}

// What is remembered of a batch is one line of names.
TEST_CASE("A batch with a name of no request is refused, and remembered is none of it",
          "[batch]") {
  TestDesk t;
  const Stored<Request> a = t.Submitted();
  const size_t events = t.Events().size();
  for (const char* given : {"", "requests/a requests/b requests/c", "requests/a=NOT_VISIBLE",
                            "requests/", "grants/a", "requests/a/b", "requests/甲"}) {
    const std::string name = given;
    const Errand errand = t.By(Reviewer(), "batch-2", "body " + name);
    for (int i = 0; i < 2; ++i) {
      const auto refused =
          t.sharing.DecideAll(errand, {SeenOf(a), {name, "v1"}}, kRefuse, false);
      INFO(name);
      REQUIRE(ReasonOf(refused.status()) == Reason::kFieldInvalid);
      CHECK(DetailsOf(refused.status())->fields.front().field == "items[1].name");
    }
  }
  CHECK(StateOf(t, a) == Request::State::kInReview);
  CHECK(t.Events().size() == events);
}

TEST_CASE("A malformed batch is refused whole", "[batch]") {
  TestDesk t;
  const Stored<Request> a = t.Submitted();
  const auto refused = [&](const std::vector<Sharing::Seen>& seen, const Decision& decision) {
    return ReasonOf(t.sharing.DecideAll(t.By(Reviewer()), seen, decision, false).status());
  };
  CHECK(refused({}, kApprove) == Reason::kFieldInvalid);
  CHECK(refused({SeenOf(a), SeenOf(a)}, kApprove) == Reason::kFieldInvalid);
  CHECK(refused(std::vector<Sharing::Seen>(101, SeenOf(a)), kApprove) == Reason::kFieldInvalid);
  CHECK(refused({SeenOf(a)}, {.verdict = Decision::Verdict::kApproveReduced}) ==
        Reason::kFieldInvalid);
  CHECK(refused({SeenOf(a)}, {}) == Reason::kFieldInvalid);
  // Who may not decide learns it of each request.
  const Sharing::Outcomes head =
      t.sharing.DecideAll(t.By(ProviderHead()), {SeenOf(a)}, kApprove, false).value();
  CHECK(ReasonOf(head[0].status()) == Reason::kPolicyDenied);
  const Sharing::Outcomes stranger =
      t.sharing.DecideAll(t.By(Stranger()), {SeenOf(a)}, kApprove, false).value();
  CHECK(ReasonOf(stranger[0].status()) == Reason::kNotVisible);
}

TEST_CASE("A batch leaves each request in the lists of its own parties alone", "[batch]") {
  TestDesk t;
  const Stored<Request> a = t.Submitted();
  REQUIRE(t.sharing.DecideAll(t.By(Reviewer()), {SeenOf(a)}, kApprove, false)->at(0).ok());
  const auto clocks = [&](const char* owner) {
    return t.store
        .ListClocks({owner}, "", 10,
                    [](const ClockRow&, const Request*, const Dispute*) { return true; })
        ->values.size();
  };
  CHECK(clocks(kCivil) == 1);
  CHECK(clocks(kTax) == 1);
  CHECK(clocks("authorities/city") == 1);
  CHECK(clocks(kHousing) == 0);
}

}  // namespace
}  // namespace shareway::sharing
