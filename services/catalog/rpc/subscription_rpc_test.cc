// SPDX-License-Identifier: Apache-2.0
// Withdrawals, subscriptions and notices of publication over the wire.
#include "services/catalog/rpc/subscription_rpc.h"

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/rpc/test_served.h"

namespace shareway::catalog {
namespace {

std::string Path(absl::string_view method) { return absl::StrCat(kCatalogService, method); }

v1::SubscribeRequest ToEntry() {
  v1::SubscribeRequest request;
  request.mutable_subscription()->set_resource(kName);
  return request;
}

v1::Resource Move(Served* served, const char* method, const v1::Resource& at) {
  v1::SuspendResourceRequest request;  // all three begin alike
  request.set_name(kName);
  request.set_etag(at.etag());
  request.set_reason("核查");
  v1::ResumeResourceRequest resume;
  REQUIRE(resume.ParseFromString(request.SerializeAsString()));
  if (std::string(method) == "ResumeResource") {
    return served->Act<v1::Resource>("officer", Path(method), resume).value();
  }
  return served->Act<v1::Resource>("officer", Path(method), request).value();
}

void TellAll(Served* served) {
  while (served->world().subscriptions->TellSome().value()) {
  }
}

TEST_CASE("An officer withdraws what nobody uses, and what agencies use under a filed end alone",
          "[catalog][rpc][withdrawal]") {
  Served served;
  const v1::Resource published = served.Publish();
  ResourceUse use = {.consumers = {kTax}, .consumer_count = 1};
  served.world().use = [&use](absl::string_view, absl::string_view) { return use; };
  v1::WithdrawResourceRequest withdraw;
  withdraw.set_name(kName);
  withdraw.set_etag(published.etag());
  withdraw.set_reason("机构改革");
  const auto act = [&](const char* who) {
    return served.Act<v1::Resource>(who, Path("WithdrawResource"), withdraw);
  };
  CHECK_FALSE(served.Call<v1::Resource>("officer", Path("WithdrawResource"), withdraw).ok());
  CHECK(absl::IsPermissionDenied(act("head").status()));
  const absl::Status refused = act("officer").status();
  REQUIRE(absl::IsFailedPrecondition(refused));
  CHECK(DetailsOf(refused)->reason == Reason::kConsumersLive);
  CHECK(DetailsOf(refused)->metadata.at("consumers") == kTax);
  CHECK(served.Get("tax-editor")->state() == v1::Resource::PUBLISHED);

  use.asked = {.name = "service-changes/c",
               .kind = ResourceUse::Change::Kind::kEnd,
               .state = ResourceUse::Change::State::kInEffect,
               .effect = absl::CivilDay(2001, 1, 1),
               .consulted = {kTax}};
  withdraw.set_service_change("service-changes/c");
  const auto withdrawn = act("officer");
  INFO(withdrawn.status());
  REQUIRE(withdrawn.ok());
  CHECK(withdrawn->state() == v1::Resource::WITHDRAWN);
  CHECK(withdrawn->available_actions_size() == 0);
}

TEST_CASE("A person subscribes, is told, reads and leaves", "[catalog][rpc][subscription]") {
  Served served;
  v1::Resource at = served.Publish();
  const auto subscribed =
      served.Call<v1::Subscription>("tax-editor", Path("Subscribe"), ToEntry());
  INFO(subscribed.status());
  REQUIRE(subscribed.ok());
  CHECK(subscribed->subscriber() == "people/tax-editor");
  CHECK(absl::IsPermissionDenied(
      served.Call<v1::Subscription>("sharing", Path("Subscribe"), ToEntry()).status()));
  at = Move(&served, "SuspendResource", at);
  at = Move(&served, "ResumeResource", at);
  TellAll(&served);

  v1::ListNotificationsRequest list;
  list.set_page_size(1);
  auto page =
      served.Call<v1::ListNotificationsResponse>("tax-editor", Path("ListNotifications"), list);
  REQUIRE(page.ok());
  REQUIRE(page->notifications_size() == 1);
  CHECK(page->notifications(0).kind() == v1::Notification::REOPENED);
  CHECK(page->unread() == 2);
  list.set_page_token(page->next_page_token());
  page = served.Call<v1::ListNotificationsResponse>("tax-editor", Path("ListNotifications"), list);
  REQUIRE(page->notifications_size() == 1);
  CHECK(page->notifications(0).kind() == v1::Notification::CLOSED);
  CHECK(page->next_page_token().empty());
  // A token is its caller's.
  CHECK(absl::IsInvalidArgument(
      served.Call<v1::ListNotificationsResponse>("editor", Path("ListNotifications"), list)
          .status()));

  v1::MarkNotificationsReadRequest mark;
  mark.add_names(page->notifications(0).name());
  const auto marked = served.Call<v1::MarkNotificationsReadResponse>(
      "tax-editor", Path("MarkNotificationsRead"), mark);
  REQUIRE(marked.ok());
  CHECK(marked->marked() == 1);
  CHECK(marked->unread() == 1);
  list.Clear();
  list.set_unread_only(true);
  CHECK(served
            .Call<v1::ListNotificationsResponse>("tax-editor", Path("ListNotifications"), list)
            ->notifications_size() == 1);

  v1::UnsubscribeRequest leave;
  leave.set_name(subscribed->name());
  CHECK(served.Call<v1::UnsubscribeResponse>("editor", Path("Unsubscribe"), leave).status() ==
        Error::NotVisible(leave.name()));
  CHECK(served.Call<v1::UnsubscribeResponse>("tax-editor", Path("Unsubscribe"), leave)
            ->subscription()
            .has_end_time());
  CHECK(served
            .Call<v1::ListSubscriptionsResponse>("tax-editor", Path("ListSubscriptions"),
                                                 v1::ListSubscriptionsRequest())
            ->subscriptions_size() == 0);
}

TEST_CASE("The console alone is told what somebody's subscriptions told, each once",
          "[catalog][rpc][subscription]") {
  Served served;
  v1::Resource at = served.Publish();
  REQUIRE(served.Call<v1::Subscription>("tax-editor", Path("Subscribe"), ToEntry()).ok());
  const auto ask = [&](const char* who, const std::string& subscriber, const std::string& cursor) {
    v1::ListNewNotificationsRequest request;
    request.set_subscriber(subscriber);
    request.set_cursor(cursor);
    return served.Call<v1::ListNewNotificationsResponse>(
        who, "/shareway.catalog.v1.ReminderService/ListNewNotifications", request);
  };
  auto told = ask("console", "people/tax-editor", "");
  INFO(told.status());
  REQUIRE(told.ok());
  CHECK(told->notifications_size() == 0);
  CHECK_FALSE(told->cursor().empty());
  at = Move(&served, "SuspendResource", at);
  at = Move(&served, "ResumeResource", at);
  TellAll(&served);
  told = ask("console", "people/tax-editor", told->cursor());
  REQUIRE(told.ok());
  REQUIRE(told->notifications_size() == 2);
  CHECK(told->notifications(0).kind() == v1::Notification::CLOSED);
  CHECK(told->notifications(1).kind() == v1::Notification::REOPENED);
  CHECK_FALSE(told->notifications(0).has_read_time());
  const std::string cursor = told->cursor();
  told = ask("console", "people/tax-editor", cursor);
  CHECK(told->notifications_size() == 0);
  CHECK(told->cursor() == cursor);
  // Who asks first now hears nothing of before.
  CHECK(ask("console", "people/tax-editor", "")->notifications_size() == 0);
  CHECK(ask("console", "people/editor", "")->notifications_size() == 0);
  // Of a catalogue that has forgotten what came after its copy.
  CHECK(ask("console", "people/tax-editor", "notifications/n99")->cursor() == cursor);

  for (const char* bad : {"x", "notifications/", "notifications/n", "notifications/nx"}) {
    INFO(bad);
    CHECK(absl::IsInvalidArgument(ask("console", "people/tax-editor", bad).status()));
  }
  CHECK(absl::IsInvalidArgument(ask("console", "agencies/tax", "").status()));
  for (const char* who : {"sharing", "tax-editor", "officer"}) {
    INFO(who);
    CHECK(absl::IsPermissionDenied(ask(who, "people/tax-editor", "").status()));
  }
}

TEST_CASE("Every publication is told to everybody, with which agency published what and when",
          "[catalog][rpc][publication]") {
  Served served;
  const auto list = [&](const char* who, const v1::ListPublicationsRequest& request) {
    const auto page =
        served.Call<v1::ListPublicationsResponse>(who, Path("ListPublications"), request);
    REQUIRE(page.ok());
    return *page;
  };
  CHECK(list("tax-editor", {}).publications_size() == 0);
  const v1::Resource at = served.Publish();
  Move(&served, "SuspendResource", at);  // is no publication
  for (const char* who : {"tax-editor", "head", "supervisor", "sharing"}) {
    const v1::ListPublicationsResponse page = list(who, {});
    REQUIRE(page.publications_size() == 1);
    const v1::Publication& one = page.publications(0);
    CHECK(one.resource() == kName);
    CHECK(one.revision() == 1);
    CHECK(one.title() == GoodEntry().title);
    CHECK(one.provider() == kCivil);
    CHECK(one.division() == "990100");
    // People are the provider's and the authority's to know, and the services'.
    CHECK(one.publisher() == (who == std::string("tax-editor") || who == std::string("supervisor")
                                  ? ""
                                  : "people/officer"));
    CHECK(one.publishing_agency() == kBureau);
    CHECK(one.publish_time().seconds() == at.publish_time().seconds());
  }
  v1::ListPublicationsRequest some;
  *some.mutable_since() = at.publish_time();
  CHECK(list("tax-editor", some).publications_size() == 1);
  some.mutable_since()->set_seconds(at.publish_time().seconds() + 1);
  CHECK(list("tax-editor", some).publications_size() == 0);
  some.Clear();
  some.set_provider(kTax);
  CHECK(list("tax-editor", some).publications_size() == 0);
  some.set_provider(kCivil);
  some.set_division("9901");
  CHECK(list("tax-editor", some).publications_size() == 1);
  some.set_division("9902");
  CHECK(list("tax-editor", some).publications_size() == 0);
  for (const char* division : {"x", "1234567890123"}) {
    some.set_division(division);
    CHECK(absl::IsInvalidArgument(served
                                      .Call<v1::ListPublicationsResponse>(
                                          "tax-editor", Path("ListPublications"), some)
                                      .status()));
  }
}

TEST_CASE("Publications are paged, newest first, over all revisions",
          "[catalog][rpc][publication]") {
  Served served;
  TestWorld& world = served.world();
  for (int i = 1; i <= 3; ++i) {
    Entry entry = GoodEntry();
    entry.code = absl::StrCat("306002/00000", i);
    world.Publish(entry);
    if (i == 2) world.clock.Advance(absl::Hours(1));  // the first two at the same time
  }
  auto next = world.catalog->Update(world.By("editor"), kName, "", GoodEntry()).value();
  next = world.catalog->Submit(world.By("editor"), kName, "").value();
  next = world.catalog->Approve(world.ActBy("head"), kName, Catalog::Etag(next)).value();
  world.clock.Advance(absl::Hours(1));
  REQUIRE(world.catalog->Publish(world.ActBy("officer"), kName, Catalog::Etag(next)).ok());
  std::vector<std::string> seen;
  v1::ListPublicationsRequest request;
  request.set_page_size(1);
  do {
    const auto page = served.Call<v1::ListPublicationsResponse>(
        "tax-editor", Path("ListPublications"), request);
    REQUIRE(page.ok());
    for (const v1::Publication& one : page->publications()) {
      seen.push_back(absl::StrCat(one.resource().substr(one.resource().size() - 1), ".",
                                  one.revision()));
    }
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  CHECK(seen == std::vector<std::string>{"1.2", "3.1", "1.1", "2.1"});
}

}  // namespace
}  // namespace shareway::catalog
