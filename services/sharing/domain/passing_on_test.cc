// SPDX-License-Identifier: Apache-2.0
// What a grant over received data asks of the grant under which they were received.
#include "services/sharing/domain/passing_on.h"

#include <functional>
#include <optional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/sharing/domain/request_states.h"

namespace shareway::sharing {
namespace {

constexpr char kSource[] = "grants/source";

// Marriages, of which civil has husband from housing.
Resource Received() {
  Resource resource = Marriages();
  resource.items[1].received_under = kSource;
  return resource;
}

// What civil has from housing.
Grant::Fields SourceFields() {
  return {.name = kSource,
          .consumer = kCivil,
          .provider = kHousing,
          .resource = "resources/306090-000001",
          .items = {"husband", "address"},
          .end_time = statute::EndOfDay(absl::CivilDay(2026, 9, 30)),
          .state = Grant::State::kActive};
}

const ReceivedItem kHusband = {"husband", kSource};

absl::Status Hand(const Grant::Fields& source, absl::string_view receiver,
                  const StatuteText& text = R25()) {
  const Grant grant = Grant::Restore(source);
  return CheckHanding(kHusband, Received(), &grant, receiver, text, Morning());
}

TEST_CASE("What was received is handed on with consent only, to one agency at a time",
          "[passing]") {
  Grant::Fields source = SourceFields();
  for (const StatuteText& text : {R25(), M16()}) {
    const absl::Status refused = Hand(source, kTax, text);
    CHECK(absl::IsFailedPrecondition(refused));
    REQUIRE(ReasonOf(refused) == Reason::kConsentRequired);
    const auto said = DetailsOf(refused)->metadata;
    CHECK(said.at("grant") == kSource);
    CHECK(said.at("item") == "husband");
    CHECK(said.at("agency") == kTax);
    CHECK(said.at("want") == "ChangeScope");
    CHECK(said.at("rule") == text.Cite(text.profile->articles.use_limits));
    CHECK(absl::StrContains(refused.message(), "THIRD_PARTY"));
  }
  CHECK(Hand(source, kHousing).ok());  // it goes back to where it came from
  source.third_parties = {kTax};
  CHECK(Hand(source, kTax).ok());
  CHECK(ReasonOf(Hand(source, kBureau)) == Reason::kConsentRequired);
}

TEST_CASE("A source is the provider's own grant in force over that item", "[passing]") {
  using State = Grant::State;
  const struct {
    const char* about;
    std::function<void(Grant::Fields&)> spoil;
  } table[] = {
      {"of another agency", [](Grant::Fields& f) { f.consumer = kBureau; }},
      {"over other items", [](Grant::Fields& f) { f.items = {"address"}; }},
      {"terms not accepted", [](Grant::Fields& f) { f.state = State::kPendingTerms; }},
      {"suspended", [](Grant::Fields& f) { f.state = State::kSuspended; }},
      {"revoked", [](Grant::Fields& f) { f.state = State::kRevoked; }},
      {"ended", [](Grant::Fields& f) { f.state = State::kEnded; }},
      {"over since this instant", [](Grant::Fields& f) { f.end_time = Morning(); }},
  };
  Grant::Fields good = SourceFields();
  good.third_parties = {kTax};
  REQUIRE(Hand(good, kTax).ok());
  const absl::Status absent =
      CheckHanding(kHusband, Received(), nullptr, kTax, R25(), Morning());
  REQUIRE(ReasonOf(absent) == Reason::kConsentRequired);
  CHECK(DetailsOf(absent)->metadata.at("grant") == kSource);
  CHECK(DetailsOf(absent)->metadata.at("item") == "husband");
  for (const auto& row : table) {
    Grant::Fields source = good;
    row.spoil(source);
    INFO(row.about);
    // Who reads it does not learn whether there is such a grant.
    CHECK(Hand(source, kTax) == absent);
  }
}

TEST_CASE("A grant hands on what it gives and what it chooses rows by", "[passing]") {
  Grant::Fields given{.name = "grants/g", .consumer = kTax, .provider = kCivil};
  const auto handed = [&] { return HandingOf(Grant::Restore(given), Received()); };
  given.items = {"cert_no", "wife"};
  CHECK(handed().items.empty());
  given.rows.conditions = {{"husband", filter::Op::kPrefix, "王"}};
  REQUIRE(handed().items.size() == 1);
  CHECK(handed().items[0].source == kSource);
  CHECK(handed().receiver == kTax);
  given.rows = {};
  given.items = {"husband"};
  CHECK(handed().items.size() == 1);
  CHECK(HandingOf(Grant::Restore(given), Marriages()).items.empty());
}

TEST_CASE("A request hands on what it is approved for, and to whom", "[passing]") {
  const Resource resource = Received();
  CHECK(HandingOf(InReview(resource), resource).items.empty());  // nobody has decided
  CHECK(HandingOf(Decided(Refusal(), resource), resource).items.empty());
  const Handing whole = HandingOf(Decided({.verdict = Decision::Verdict::kApprove}, resource),
                                  resource);
  CHECK(whole.items.size() == 1);
  CHECK(whole.receiver == kTax);
  Scope less = ScopeOver(resource);
  less.items = {"cert_no"};
  const Decision reduced{.verdict = Decision::Verdict::kApproveReduced,
                         .scope = less,
                         .cuts = {{"husband", "无同意"}, {"wife", "不需要"}}};
  CHECK(HandingOf(Decided(reduced, resource), resource).items.empty());
  // To pass on further is to hand it to the third party.
  Request::Fields further = Decided({.verdict = Decision::Verdict::kApprove}, resource).fields();
  further.change = {ScopeChange::Kind::kThirdParty, "grants/g", kBureau};
  CHECK(HandingOf(Request::Restore(further), resource).receiver == kBureau);
}

}  // namespace
}  // namespace shareway::sharing
