// SPDX-License-Identifier: Apache-2.0
// Withdrawals and narrower revisions, with what sharing says of who uses the entry.
#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/statute/calendar.h"
#include "services/catalog/world_test.h"

namespace shareway::catalog {
namespace {

constexpr char kName[] = "resources/306002-000001";
constexpr char kEnd[] = "service-changes/end1";
using State = Resource::State;
using Face = Resource::Face;

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

// A published entry, and a withdrawal of it.
struct Withdrawing {
  absl::StatusOr<Catalog::Loaded> Withdraw(const std::string& change = "",
                                           const std::string& who = "officer",
                                           const std::string& request_id = "") {
    Cause cause = world.ActBy(who, "withdraw");
    cause.once.request_id = request_id;
    return world.catalog->Withdraw(cause, kName, etag, "机构改革", change);
  }
  State Now() const {
    return world.resources->Load(kName)->resource.StateOf(Face::kPublished);
  }
  // Tax uses it, and this is the END that stands over it.
  void UseIt(ResourceUse::Change::State state) {
    world.use = [this, state](absl::string_view resource, absl::string_view change) {
      ++asked;
      ResourceUse use = {.consumers = {kTax}, .consumer_count = 1};
      const ResourceUse::Change end = {.name = kEnd,
                                       .kind = ResourceUse::Change::Kind::kEnd,
                                       .state = state,
                                       .effect = statute::LawDay(world.clock.Now()),
                                       .consulted = {kTax}};
      if (resource == kName) use.changes = {end};
      if (resource == kName && change == kEnd) use.asked = end;
      return use;
    };
  }

  TestWorld world;
  const Catalog::Loaded published = world.Publish();
  const std::string etag = Catalog::Etag(published);
  int asked = 0;
};

TEST_CASE("An entry that is used is withdrawn under a filed end alone", "[catalog][withdrawal]") {
  Withdrawing w;
  w.UseIt(ResourceUse::Change::State::kConsulting);
  const size_t before = w.world.Events().size();
  const absl::Status refused = w.Withdraw().status();
  CHECK(ReasonOf(refused) == Reason::kConsumersLive);
  CHECK(DetailsOf(refused)->metadata.at("consumers") == kTax);
  CHECK(DetailsOf(refused)->metadata.at("article") == "R25 第二十七条第三款");
  CHECK(ReasonOf(w.Withdraw(kEnd).status()) == Reason::kConsumersLive);
  CHECK(w.world.Events().size() == before);
  CHECK(w.Now() == State::kPublished);
  CHECK(w.world.resources->log().head() == 1);

  w.UseIt(ResourceUse::Change::State::kFiled);
  REQUIRE(w.Withdraw(kEnd, "officer", "id-1").ok());
  CHECK(w.Now() == State::kWithdrawn);
  const evidence::AuditRecord event = w.world.Events().back();
  CHECK(event.kind() == evidence::v1::RESOURCE_STATE_CHANGED);
  CHECK(event.has_act());
  store::ResourceChange state;
  REQUIRE(state.ParseFromString(event.state()));
  CHECK(state.record().withdrawn_under() == kEnd);
  CHECK(state.record().state_reason() == "机构改革");
  // A repetition gets the first result, and sharing is not asked again.
  const int asked = w.asked;
  CHECK(w.Withdraw(kEnd, "officer", "id-1").ok());
  CHECK(w.asked == asked);
  w.world.Reopen();
  CHECK(w.world.resources->Load(kName)->resource.fields().withdrawn_under == kEnd);
}

TEST_CASE("Sharing is asked at the decision, and without its word nothing is withdrawn",
          "[catalog][withdrawal][fault]") {
  Withdrawing w;
  const size_t before = w.world.Events().size();
  const auto [what, use] = GENERATE(table<const char*, Catalog::AskUse>(
      {{"away",
        [](absl::string_view, absl::string_view) { return absl::UnavailableError("refused"); }},
       {"slow", [](absl::string_view,
                   absl::string_view) { return absl::DeadlineExceededError("5 s"); }},
       {"does not admit us", [](absl::string_view, absl::string_view) {
          return absl::PermissionDeniedError("POLICY_DENIED");
        }}}));
  CAPTURE(what);
  w.world.use = use;
  const absl::Status refused = w.Withdraw().status();
  CHECK(absl::IsUnavailable(refused));
  CHECK(w.Now() == State::kPublished);
  CHECK(w.world.Events().size() == before);
  // What needs nobody's word goes on.
  CHECK(w.world.catalog->Suspend(w.world.ActBy("officer"), kName, w.etag, "核查").ok());
}

TEST_CASE("An entry that changes while sharing is asked is not withdrawn", "[catalog][withdrawal]") {
  Withdrawing w;
  w.world.use = [&w](absl::string_view, absl::string_view) {
    REQUIRE(w.world.catalog->Suspend(w.world.ActBy("officer"), kName, w.etag, "核查").ok());
    return ResourceUse();
  };
  CHECK(ReasonOf(w.Withdraw().status()) == Reason::kChangedMeanwhile);
  CHECK(w.Now() == State::kSuspended);
  w.world.use = [](absl::string_view, absl::string_view) { return ResourceUse(); };
  const std::string etag = Catalog::Etag(w.world.resources->Load(kName).value());
  CHECK(w.world.catalog->Withdraw(w.world.ActBy("officer"), kName, etag, "停用", "").ok());
  CHECK(w.Now() == State::kWithdrawn);
}

TEST_CASE("A catalogue that knows no sharing withdraws nothing", "[catalog][withdrawal]") {
  Withdrawing w;
  const auto alone = Catalog::Open({.store = &*w.world.resources,
                                    .statutes = &TestStatutes(),
                                    .clock = &w.world.clock,
                                    .directory = [&w] { return w.world.registrar->Now(); },
                                    .announce = [](absl::string_view, const Entry*) {}})
                         .value();
  CHECK(absl::IsUnavailable(
      alone->Withdraw(w.world.ActBy("officer"), kName, w.etag, "机构改革", "").status()));
  CHECK(w.Now() == State::kPublished);
  CHECK(alone->Suspend(w.world.ActBy("officer"), kName, w.etag, "核查").ok());
}

TEST_CASE("Strangers and wrong requests are refused before anybody is asked",
          "[catalog][withdrawal]") {
  Withdrawing w;
  w.UseIt(ResourceUse::Change::State::kFiled);
  CHECK(w.Withdraw(kEnd, "tax-editor").status() == Error::NotVisible(kName));
  CHECK(w.Withdraw(kEnd, "head").status() == Error::NotVisible(kName));
  CHECK(absl::IsInvalidArgument(w.Withdraw("grants/g").status()));
  CHECK(absl::IsInvalidArgument(
      w.world.catalog->Withdraw(w.world.ActBy("officer"), kName, w.etag, "", kEnd).status()));
  CHECK(absl::IsAborted(
      w.world.catalog->Withdraw(w.world.ActBy("officer"), kName, "v1", "机构改革", kEnd).status()));
  CHECK(w.asked == 0);
  // One that is over something else.
  CHECK(absl::IsInvalidArgument(w.Withdraw("service-changes/other").status()));
  CHECK(w.Now() == State::kPublished);
}

TEST_CASE("A revision that takes something away rests on a filed change, too",
          "[catalog][withdrawal]") {
  Withdrawing w;
  Entry fewer = GoodEntry();
  fewer.items.pop_back();
  fewer.change_reason = "系统改造，不再采集。";
  auto next = w.world.catalog->Update(w.world.By("editor"), kName, w.etag, fewer).value();
  next = w.world.catalog->Submit(w.world.By("editor"), kName, "").value();
  next = w.world.catalog->Approve(w.world.ActBy("head"), kName, Catalog::Etag(next)).value();
  const auto publish = [&] {
    return w.world.catalog->Publish(w.world.ActBy("officer"), kName, Catalog::Etag(next));
  };
  w.UseIt(ResourceUse::Change::State::kFiled);
  CHECK(ReasonOf(publish().status()) == Reason::kConsumersLive);
  CHECK(w.world.resources->Load(kName)->resource.fields().published->revision == 1);
  next = w.world.catalog->Return(w.world.ActBy("officer"), kName, Catalog::Etag(next), "须先备案")
             .value();
  fewer.service_change = kEnd;
  next = w.world.catalog->Update(w.world.By("editor"), kName, Catalog::Etag(next), fewer).value();
  next = w.world.catalog->Submit(w.world.By("editor"), kName, "").value();
  next = w.world.catalog->Approve(w.world.ActBy("head"), kName, Catalog::Etag(next)).value();
  REQUIRE(publish().ok());
  CHECK(w.world.resources->Load(kName)->resource.fields().published->revision == 2);
  // One change carries one revision.
  Entry fewest = fewer;
  fewest.items.pop_back();
  fewest.change_reason = "再次缩减。";
  next = w.world.catalog
             ->Update(w.world.By("editor"), kName,
                      Catalog::Etag(w.world.resources->Load(kName).value()), fewest)
             .value();
  next = w.world.catalog->Submit(w.world.By("editor"), kName, "").value();
  next = w.world.catalog->Approve(w.world.ActBy("head"), kName, Catalog::Etag(next)).value();
  const absl::Status again = publish().status();
  CHECK(absl::IsInvalidArgument(again));
  CHECK(DetailsOf(again)->fields.at(0).field == "resource.service_change");
  REQUIRE(w.world.catalog
              ->Return(w.world.ActBy("officer"), kName, Catalog::Etag(next), "须另行备案")
              .ok());
  // What takes nothing away asks nobody.
  const int asked = w.asked;
  next = w.world.catalog
             ->Update(w.world.By("editor"), kName,
                      Catalog::Etag(w.world.resources->Load(kName).value()), GoodEntry())
             .value();
  next = w.world.catalog->Submit(w.world.By("editor"), kName, "").value();
  next = w.world.catalog->Approve(w.world.ActBy("head"), kName, Catalog::Etag(next)).value();
  CHECK(publish().ok());
  CHECK(w.asked == asked);
  // Nor does the change carry a later one, with another revision in between.
  next = w.world.catalog
             ->Update(w.world.By("editor"), kName,
                      Catalog::Etag(w.world.resources->Load(kName).value()), fewer)
             .value();
  next = w.world.catalog->Submit(w.world.By("editor"), kName, "").value();
  next = w.world.catalog->Approve(w.world.ActBy("head"), kName, Catalog::Etag(next)).value();
  const absl::Status later = publish().status();
  REQUIRE(absl::IsInvalidArgument(later));
  CHECK(DetailsOf(later)->fields.at(0).field == "resource.service_change");
  CHECK(absl::StrContains(later.message(), "carried revision 2"));
  CHECK(w.asked == asked);
}

}  // namespace
}  // namespace shareway::catalog
