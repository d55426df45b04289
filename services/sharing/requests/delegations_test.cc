// SPDX-License-Identifier: Apache-2.0
// A delegate acts in the post for the time of the delegation, and takes no second part in a case.
#include "services/sharing/requests/delegations.h"

#include <functional>
#include <utility>

#include "catch2/catch.hpp"
#include "services/sharing/test_desk.h"

namespace shareway::sharing {
namespace {

const Actor kDeputy{.name = "people/d", .agency = kCivil};

struct Staff {
  TestDesk t;
  std::map<std::string, Actor, std::less<>> people = {{"people/ph", ProviderHead()},
                                                      {"people/r", Reviewer()},
                                                      {"people/d", kDeputy},
                                                      {"people/a", Applicant()}};
  Delegations delegations{&t.desk, [this](absl::string_view name) -> std::optional<Actor> {
                            const auto found = people.find(name);
                            if (found == people.end()) return std::nullopt;
                            return found->second;
                          }};

  Delegation Asked(Delegation::Post post, const std::string& delegate = "people/d") const {
    const absl::CivilDay today = statute::LawDay(t.clock.Now());
    return {.delegate = delegate, .post = post, .start = today, .end = today + 9, .reason = "休假"};
  }
  Stored<Delegation> Give(const Actor& giver, Delegation::Post post,
                          const std::string& delegate = "people/d") {
    return delegations.Give(t.By(giver), Asked(post, delegate), false).value();
  }
  Actor In(const Actor& actor) const { return delegations.InPosts(actor).value(); }
};

TEST_CASE("A delegate signs in the post of the head, and the step names both", "[delegation]") {
  Staff s;
  const Stored<Request> decided = s.t.Decided();
  CHECK(ReasonOf(s.t.sharing
                     .SignOffDecision(s.t.By(s.In(kDeputy)), s.t.NameOf(decided),
                                      s.t.EtagOf(decided))
                     .status()) == Reason::kPolicyDenied);
  s.Give(ProviderHead(), Delegation::Post::kHead);
  const Stored<Request> approved =
      s.t.sharing
          .SignOffDecision(s.t.By(s.In(kDeputy)), s.t.NameOf(decided), s.t.EtagOf(decided))
          .value();
  CHECK(approved.value.fields().state == Request::State::kApproved);
  CHECK(approved.value.fields().provider_head == "people/d");
  const Request::Step& step = approved.value.fields().steps.back();
  CHECK(step.actor == "people/d");
  CHECK(step.note.find("for people/ph") == 0);
}

TEST_CASE("A delegate does not sign what he or his principal took part in", "[delegation]") {
  Staff s;
  // The reviewer stands in for the head: not on what he reviewed himself.
  s.Give(ProviderHead(), Delegation::Post::kHead, "people/r");
  const Stored<Request> decided = s.t.Decided();
  CHECK(ReasonOf(s.t.sharing
                     .SignOffDecision(s.t.By(s.In(Reviewer())), s.t.NameOf(decided),
                                      s.t.EtagOf(decided))
                     .status()) == Reason::kOwnRequest);
}

TEST_CASE("Who lent his post does not sign what his delegate reviewed in it", "[delegation]") {
  Staff s;
  // The head is a reviewer, too, and lends that post.
  Actor both = ProviderHead();
  both.reviewer = true;
  s.people["people/ph"] = both;
  s.Give(both, Delegation::Post::kReviewer);
  const Stored<Request> submitted = s.t.Submitted();
  const Stored<Request> decided =
      s.t.sharing
          .Decide(s.t.By(s.In(kDeputy)), s.t.NameOf(submitted), s.t.EtagOf(submitted),
                  {.verdict = Decision::Verdict::kApprove})
          .value();
  CHECK(decided.value.fields().steps.back().note == "for people/ph");
  const auto sign = [&](const Stored<Request>& request) {
    return s.t.sharing.SignOffDecision(s.t.By(both), s.t.NameOf(request), s.t.EtagOf(request));
  };
  CHECK(ReasonOf(sign(decided).status()) == Reason::kOwnRequest);
  CHECK(decided.value.AvailableActions(both, TaxAsksCivil()) ==
        std::vector<std::string>{"DecideRequest"});
  // Once another reviewer has decided anew, it is his decision.
  const Stored<Request> anew = s.t.sharing
                                   .Decide(s.t.By(Reviewer()), s.t.NameOf(decided),
                                           s.t.EtagOf(decided),
                                           {.verdict = Decision::Verdict::kApprove})
                                   .value();
  CHECK(sign(anew).ok());
}

TEST_CASE("A delegation ends by its last day, by its end, and when its giver loses the post",
          "[delegation]") {
  Staff s;
  const Stored<Delegation> given = s.Give(ProviderHead(), Delegation::Post::kHead);
  CHECK(s.In(kDeputy).head);
  CHECK(s.In(kDeputy).head_for == "people/ph");
  CHECK_FALSE(s.In(Reviewer()).head);
  s.people["people/ph"].head = false;
  CHECK_FALSE(s.In(kDeputy).head);
  s.people["people/ph"].head = true;
  CHECK(s.In(kDeputy).head);
  const Stored<Delegation> ended =
      s.delegations.End(s.t.By(kDeputy), given.value.name, Desk::EtagOf(given.version)).value();
  CHECK_FALSE(s.In(kDeputy).head);
  CHECK(ended.value.ended_by == "people/d");
  CHECK(ReasonOf(s.delegations
                     .End(s.t.By(Stranger()), given.value.name, Desk::EtagOf(ended.version))
                     .status()) == Reason::kNotVisible);
  s.Give(ProviderHead(), Delegation::Post::kHead);
  s.t.clock.Advance(absl::Hours(24 * 10));
  CHECK_FALSE(s.In(kDeputy).head);
}

TEST_CASE("A post is lent to one person at a time", "[delegation]") {
  Staff s;
  s.Give(ProviderHead(), Delegation::Post::kHead);
  s.people["people/e"] = {.name = "people/e", .agency = kCivil};
  const auto again = [&](absl::CivilDay start) {
    Delegation asked = s.Asked(Delegation::Post::kHead, "people/e");
    asked.start = start;
    asked.end = start + 3;
    return s.delegations.Give(s.t.By(ProviderHead()), asked, false);
  };
  const absl::CivilDay today = statute::LawDay(s.t.clock.Now());
  CHECK(ReasonOf(again(today + 9).status()) == Reason::kDelegationInvalid);
  CHECK(again(today + 10).ok());
  CHECK(s.delegations.List(ProviderHead(), false, "", 10)->values.size() == 2);
  CHECK(s.delegations.List(ProviderHead(), true, "", 10)->values.size() == 1);
  CHECK(s.delegations.List(Stranger(), false, "", 10)->values.empty());
}

// A store that lets somebody else write before one commit.
class Between final : public kv::Store {
 public:
  explicit Between(kv::Store* kv) : kv_(kv) {}
  std::function<void()> before_commit;  // once

  absl::StatusOr<kv::Entry> Get(absl::string_view key) const override { return kv_->Get(key); }
  absl::Status Scan(absl::string_view start, absl::string_view limit,
                    Visitor visit) const override {
    return kv_->Scan(start, limit, visit);
  }
  absl::Status ReadLog(absl::string_view log, uint64_t from, LogVisitor visit) const override {
    return kv_->ReadLog(log, from, visit);
  }
  uint64_t LogHead(absl::string_view log) const override { return kv_->LogHead(log); }
  absl::StatusOr<uint64_t> LogTail(absl::string_view log) const override {
    return kv_->LogTail(log);
  }
  bool WaitLog(absl::string_view log, uint64_t number, absl::Duration timeout) const override {
    return kv_->WaitLog(log, number, timeout);
  }
  void CommitAsync(kv::Batch batch,
                   std::function<void(absl::StatusOr<kv::Committed>)> done) override {
    if (before_commit) std::exchange(before_commit, nullptr)();
    kv_->CommitAsync(std::move(batch), std::move(done));
  }
  absl::Status Compact(absl::string_view start, absl::string_view limit) override {
    return kv_->Compact(start, limit);
  }
  absl::Status Checkpoint(const std::string& dir) override { return kv_->Checkpoint(dir); }

 protected:
  absl::Status IngestChecked(absl::Span<const kv::Pair> sorted) override {
    return kv_->Ingest(sorted);
  }

 private:
  kv::Store* const kv_;
};

TEST_CASE("Of two loans of one post at the same instant one is refused", "[delegation]") {
  Staff s;
  s.people["people/e"] = {.name = "people/e", .agency = kCivil};
  Between between(&s.t.kv);
  SharingStore store(&between, s.t.outbox.get());
  const Desk desk(&store, &s.t.clock, &Profiles(), &Calendars(), "cn-2025-809",
                  [&s](absl::string_view name) -> std::optional<Agency> {
                    const auto found = s.t.agencies.find(name);
                    if (found == s.t.agencies.end()) return std::nullopt;
                    return found->second;
                  });
  Delegations slow(&desk, [&s](absl::string_view name) -> std::optional<Actor> {
    const auto found = s.people.find(name);
    if (found == s.people.end()) return std::nullopt;
    return found->second;
  });
  const auto lend = [&](const std::string& delegate) {
    return slow.Give(s.t.By(ProviderHead()), s.Asked(Delegation::Post::kHead, delegate), false);
  };
  // Both have seen that the post is free.
  between.before_commit = [&] { s.Give(ProviderHead(), Delegation::Post::kHead); };
  CHECK(absl::IsAborted(lend("people/e").status()));
  const auto given = s.delegations.List(ProviderHead(), true, "", 10).value().values;
  REQUIRE(given.size() == 1);
  CHECK(given[0].value.delegate == "people/d");
  CHECK(ReasonOf(lend("people/e").status()) == Reason::kDelegationInvalid);
  // Another post is another matter.
  between.before_commit = [&] { s.Give(Reviewer(), Delegation::Post::kReviewer, "people/e"); };
  REQUIRE(s.delegations.End(s.t.By(ProviderHead()), given[0].value.name,
                            Desk::EtagOf(given[0].version))
              .ok());
  CHECK(lend("people/e").ok());
}

TEST_CASE("A delegation that is only checked is not stored", "[delegation]") {
  Staff s;
  const Stored<Delegation> checked =
      s.delegations.Give(s.t.By(ProviderHead()), s.Asked(Delegation::Post::kHead), true).value();
  CHECK(checked.version == 0);
  CHECK_FALSE(s.In(kDeputy).head);
  CHECK(ReasonOf(s.delegations
                     .Give(s.t.By(ProviderHead()), s.Asked(Delegation::Post::kHead, "people/a"),
                           true)
                     .status()) == Reason::kDelegationInvalid);
}

}  // namespace
}  // namespace shareway::sharing
