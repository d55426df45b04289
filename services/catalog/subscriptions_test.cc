// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/subscriptions.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/notifier.h"
#include "services/catalog/world_test.h"

namespace shareway::catalog {
namespace {

constexpr char kName[] = "resources/306002-000001";
using State = Resource::State;
using Notes = std::vector<v1::Notification>;

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

v1::Subscription To(const std::string& resource) {
  v1::Subscription wish;
  wish.set_resource(resource);
  return wish;
}
v1::Subscription ToSearch(const std::string& words) {
  v1::Subscription wish;
  wish.mutable_search()->set_query(words);
  return wish;
}
Entry Titled(const std::string& code, const std::string& title) {
  Entry entry = GoodEntry();
  entry.code = code;
  entry.title = title;
  return entry;
}

// A catalogue, and its subscribers in the tax bureau and in civil affairs.
struct Telling {
  absl::StatusOr<v1::Subscription> Subscribe(const std::string& who, const v1::Subscription& wish) {
    return world.subscriptions->Subscribe(world.By(who), wish);
  }
  void TellAll() {
    for (;;) {
      const absl::StatusOr<bool> told = world.subscriptions->TellSome();
      REQUIRE(told.ok());
      if (!*told) return;
    }
  }
  // Newest first, of everything that there is to tell.
  Notes Of(const std::string& who, bool unread_only = false) {
    TellAll();
    return world.subscription_store->List("people/" + who, unread_only, "", 10'000)
        ->notifications;
  }
  Catalog::Loaded Now(const std::string& name) { return world.resources->Load(name).value(); }
  std::string Publish(const Entry& entry) {
    return world.Publish(entry).resource.fields().name;
  }
  void Revise(const std::string& name, const Entry& entry) {
    auto next = world.catalog->Update(world.By("editor"), name, "", entry).value();
    next = world.catalog->Submit(world.By("editor"), name, "").value();
    next = world.catalog->Approve(world.ActBy("head"), name, Catalog::Etag(next)).value();
    REQUIRE(world.catalog->Publish(world.ActBy("officer"), name, Catalog::Etag(next)).ok());
  }
  void Suspend(const std::string& name) {
    REQUIRE(world.catalog
                ->Suspend(world.ActBy("officer"), name, Catalog::Etag(Now(name)), "核查")
                .ok());
  }
  void Resume(const std::string& name) {
    REQUIRE(world.catalog
                ->Resume(world.ActBy("officer"), name, Catalog::Etag(Now(name)), "核查完毕")
                .ok());
  }
  void Withdraw(const std::string& name) {
    REQUIRE(world.catalog
                ->Withdraw(world.ActBy("officer"), name, Catalog::Etag(Now(name)), "停用", "")
                .ok());
  }
  static std::vector<int> Kinds(const Notes& notes) {
    std::vector<int> kinds;
    for (auto it = notes.rbegin(); it != notes.rend(); ++it) kinds.push_back(it->kind());
    return kinds;
  }

  TestWorld world;
};

TEST_CASE("Who subscribes to an entry is told each of its changes once, in order",
          "[catalog][subscription]") {
  Telling t;
  t.Publish(GoodEntry());
  const v1::Subscription subscription = t.Subscribe("tax-editor", To(kName)).value();
  CHECK(subscription.subscriber() == "people/tax-editor");
  CHECK(t.Of("tax-editor").empty());  // what was before is no news
  t.Revise(kName, Titled("306002/000001", "低保对象信息"));
  t.Suspend(kName);
  t.Resume(kName);
  t.Withdraw(kName);
  const Notes notes = t.Of("tax-editor");
  CHECK(Telling::Kinds(notes) ==
        std::vector<int>{v1::Notification::REVISED, v1::Notification::CLOSED,
                         v1::Notification::REOPENED, v1::Notification::GONE});
  REQUIRE(notes.size() == 4);
  CHECK(notes[3].name() == "notifications/n1");
  CHECK(notes[3].resource() == kName);
  CHECK(notes[3].revision() == 2);
  CHECK(notes[3].title() == "低保对象信息");
  CHECK(notes[3].provider() == kCivil);
  REQUIRE(notes[3].subscriptions_size() == 1);
  CHECK(notes[3].subscriptions(0) == subscription.name());
  CHECK(t.Of("editor").empty());  // nobody else
  CHECK(t.Of("tax-editor").size() == 4);
}

TEST_CASE("Who subscribes to a search is told what it finds newly", "[catalog][subscription]") {
  Telling t;
  t.Publish(GoodEntry());
  REQUIRE(t.Subscribe("tax-editor", ToSearch("低保")).ok());
  CHECK(t.Of("tax-editor").empty());
  // It was found before, and is again.
  t.Revise(kName, Titled("306002/000001", "低保对象信息"));
  t.Suspend(kName);
  t.Resume(kName);
  CHECK(t.Of("tax-editor").empty());
  // Another one has it among its keywords.
  const std::string other = t.Publish(Titled("306002/000002", "特困人员信息"));
  const Notes notes = t.Of("tax-editor");
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].kind() == v1::Notification::FIRST_PUBLISHED);
  CHECK(notes[0].resource() == other);
}

TEST_CASE("An entry that begins to match is told when it can be found",
          "[catalog][subscription]") {
  Telling t;
  const std::string name = t.Publish(Titled("306002/000002", "特困人员信息"));
  // Traditional characters and full-width letters are one with the others.
  REQUIRE(t.Subscribe("tax-editor", ToSearch("婚姻登記")).ok());
  REQUIRE(t.Subscribe("tax-editor", ToSearch("ABC")).ok());
  t.Suspend(name);
  t.Revise(name, Titled("306002/000002", "婚姻登记与ＡＢＣ信息"));
  CHECK(t.Of("tax-editor").empty());  // it is suspended, and found by nobody
  t.Resume(name);
  const Notes notes = t.Of("tax-editor");
  REQUIRE(notes.size() == 1);  // one change, one notification
  CHECK(notes[0].kind() == v1::Notification::REOPENED);
  CHECK(notes[0].subscriptions_size() == 2);
  t.Revise(name, Titled("306002/000002", "特困人员信息"));
  CHECK(t.Of("tax-editor").size() == 1);
  t.Revise(name, Titled("306002/000002", "婚姻登记信息"));
  CHECK(t.Of("tax-editor").size() == 2);
  t.Publish(Titled("306002/000003", "婚姻登记年报"));
  CHECK(t.Of("tax-editor").front().kind() == v1::Notification::FIRST_PUBLISHED);
}

TEST_CASE("A search is matched by its filters and the provider's name, too",
          "[catalog][subscription]") {
  Telling t;
  v1::Subscription wish = ToSearch("民政局 特困");
  wish.mutable_search()->add_share_classes(v1::UNCONDITIONAL);
  REQUIRE(t.Subscribe("tax-editor", wish).ok());
  REQUIRE(t.Subscribe("officer", ToSearch("民政局 特困")).ok());
  t.Publish(Titled("306002/000002", "特困人员信息"));
  CHECK(t.Of("tax-editor").empty());  // it is conditional
  CHECK(t.Of("officer").size() == 1);
}

TEST_CASE("Nothing but what is published is ever told", "[catalog][subscription]") {
  Telling t;
  REQUIRE(t.world.catalog->Create(t.world.By("editor"), GoodEntry(), false).ok());
  for (const char* who : {"tax-editor", "editor", "officer"}) {
    CHECK(t.Subscribe(who, To(kName)).status() == Error::NotVisible(kName));
  }
  CHECK(t.Subscribe("tax-editor", To("resources/306002-000009")).status() ==
        Error::NotVisible("resources/306002-000009"));
  REQUIRE(t.Subscribe("tax-editor", ToSearch("低保")).ok());
  REQUIRE(t.world.catalog->Submit(t.world.By("editor"), kName, "").ok());
  CHECK(t.Of("tax-editor").empty());
}

TEST_CASE("Wishes that nothing can be told of are refused", "[catalog][subscription]") {
  Telling t;
  const size_t before = t.world.Events().size();
  v1::Subscription paged = ToSearch("低保");
  paged.mutable_search()->set_page_size(10);
  v1::Subscription unknown = ToSearch("低保");
  unknown.mutable_search()->add_share_classes(static_cast<v1::ShareClass>(99));
  v1::Subscription huge = ToSearch("低保");
  for (int i = 0; i < 5000; ++i) huge.mutable_search()->add_share_classes(v1::CONDITIONAL);
  for (const v1::Subscription& wish : {v1::Subscription(), To("x"), To(""), ToSearch(""),
                                       ToSearch("，"), ToSearch(std::string(999, 'a')), paged,
                                       unknown, huge}) {
    CAPTURE(wish.ShortDebugString().substr(0, 100));
    CHECK(absl::IsInvalidArgument(t.Subscribe("tax-editor", wish).status()));
  }
  CHECK(t.world.Events().size() == before);
  t.Publish(GoodEntry());
  t.Withdraw(kName);
  CHECK(ReasonOf(t.Subscribe("tax-editor", To(kName)).status()) == Reason::kStateForbids);
}

TEST_CASE("A subscription is made once, on record, and ended by its subscriber alone",
          "[catalog][subscription]") {
  Telling t;
  t.Publish(GoodEntry());
  size_t events = t.world.Events().size();
  const std::string name = t.Subscribe("tax-editor", To(kName))->name();
  CHECK(t.Subscribe("tax-editor", To(kName))->name() == name);
  CHECK(t.Subscribe("editor", To(kName))->name() != name);
  CHECK(t.world.subscriptions->List(t.world.By("tax-editor").caller)->size() == 1);
  REQUIRE(t.world.Events().size() == events + 2);
  const evidence::AuditRecord made = t.world.Events()[events];
  CHECK(made.kind() == evidence::v1::SUBSCRIPTION_CHANGED);
  CHECK(made.object() == name);
  v1::Subscription state;
  REQUIRE(state.ParseFromString(made.state()));
  CHECK(state.resource() == kName);
  CHECK_FALSE(state.has_end_time());

  events = t.world.Events().size();
  CHECK(t.world.subscriptions->Unsubscribe(t.world.By("editor"), name).status() ==
        Error::NotVisible(name));
  CHECK(t.world.subscriptions->Unsubscribe(t.world.By("tax-editor"), "subscriptions/x").status() ==
        Error::NotVisible("subscriptions/x"));
  CHECK(t.world.Events().size() == events);
  CHECK(t.world.subscriptions->Unsubscribe(t.world.By("tax-editor", "id-1"), name)
            ->has_end_time());
  // A repetition is the same; another request is refused.
  CHECK(t.world.subscriptions->Unsubscribe(t.world.By("tax-editor", "id-1"), name)->name() ==
        name);
  CHECK_FALSE(t.world.subscriptions->Unsubscribe(t.world.By("tax-editor", "id-2"), name).ok());
  CHECK(t.world.Events().size() == events + 1);
  t.Suspend(kName);
  CHECK(t.Of("tax-editor").empty());
  CHECK(t.Of("editor").size() == 1);
}

TEST_CASE("A system is a subscriber of its own, whatever others are called",
          "[catalog][subscription]") {
  Telling t;
  t.Publish(GoodEntry());
  const auto by = [&t](const std::string& system) {
    Cause cause = t.world.By("tax-editor");
    cause.caller = {.name = absl::StrCat(kTax, "/systems/", system), .agency = kTax};
    return cause;
  };
  REQUIRE(t.world.subscriptions->Subscribe(by("s1"), To(kName)).ok());
  REQUIRE(t.world.subscriptions->Subscribe(by("s10"), ToSearch("低保")).ok());
  CHECK(t.world.subscriptions->List(by("s1").caller)->size() == 1);
  t.Suspend(kName);
  t.TellAll();
  const auto told = [&t](const std::string& system) {
    return t.world.subscription_store
        ->List(absl::StrCat(kTax, "/systems/", system), false, "", 10)
        ->notifications.size();
  };
  CHECK(told("s1") == 1);
  CHECK(told("s10") == 0);
}

TEST_CASE("A subscriber has a hundred subscriptions at most", "[catalog][subscription]") {
  Telling t;
  for (size_t i = 0; i < kMaxSubscriptions; ++i) {
    REQUIRE(t.Subscribe("tax-editor", ToSearch(absl::StrCat("word", i))).ok());
  }
  CHECK(absl::IsResourceExhausted(t.Subscribe("tax-editor", ToSearch("more")).status()));
  CHECK(t.Subscribe("tax-editor", ToSearch("word7")).ok());  // it has that one
  CHECK(t.Subscribe("editor", ToSearch("more")).ok());
}

TEST_CASE("A kill between a change and its notifications loses none and makes none twice",
          "[catalog][subscription][fault]") {
  const auto [what, outcome] = GENERATE(table<const char*, kv::Outcome>(
      {{"the telling is lost", {.apply = false, .status = absl::UnavailableError("disk")}},
       {"only its answer is lost", {.apply = true, .status = absl::UnavailableError("disk")}}}));
  CAPTURE(what);
  Telling t;
  t.Publish(GoodEntry());
  REQUIRE(t.Subscribe("tax-editor", To(kName)).ok());
  t.TellAll();
  t.Suspend(kName);
  t.world.Reopen();  // killed: the change is in the log, nothing was told
  t.Resume(kName);
  const kv::Outcome fault = outcome;
  t.world.kv.on_commit = [fault](const kv::Batch&) { return fault; };
  CHECK(absl::IsUnavailable(t.world.subscriptions->TellSome().status()));
  t.world.kv.on_commit = nullptr;
  t.world.Reopen();
  CHECK(Telling::Kinds(t.Of("tax-editor")) ==
        std::vector<int>{v1::Notification::CLOSED, v1::Notification::REOPENED});
  t.world.Reopen();
  CHECK(t.Of("tax-editor").size() == 2);
}

TEST_CASE("Of two that tell at once one does", "[catalog][subscription][fault]") {
  Telling t;
  t.Publish(GoodEntry());
  REQUIRE(t.Subscribe("tax-editor", To(kName)).ok());
  t.Suspend(kName);
  const auto from = t.world.subscription_store->LoadCursor().value();
  REQUIRE(t.world.subscriptions->TellSome().value());
  CHECK(absl::IsAborted(t.world.subscription_store->Tell({.from = from, .number = 2})));
  CHECK(t.Of("tax-editor").size() == 1);
}

TEST_CASE("What was told is marked as read, once", "[catalog][subscription]") {
  Telling t;
  t.Publish(GoodEntry());
  REQUIRE(t.Subscribe("tax-editor", To(kName)).ok());
  t.Suspend(kName);
  t.Resume(kName);
  t.Suspend(kName);
  REQUIRE(t.Of("tax-editor", true).size() == 3);
  Subscriptions& subscriptions = *t.world.subscriptions;
  const Caller tax = t.world.By("tax-editor").caller;
  const Caller other = t.world.By("editor").caller;
  CHECK(absl::IsInvalidArgument(subscriptions.MarkRead(tax, {}, false).status()));
  CHECK(absl::IsInvalidArgument(
      subscriptions.MarkRead(tax, {"notifications/n1"}, true).status()));
  CHECK(subscriptions.MarkRead(other, {"notifications/n1"}, false).value() == 0);
  CHECK(subscriptions
            .MarkRead(tax, {"notifications/n2", "notifications/n2", "notifications/n9", "x"},
                      false)
            .value() == 1);
  const Notes unread = t.Of("tax-editor", true);
  REQUIRE(unread.size() == 2);
  CHECK(unread[0].name() == "notifications/n3");
  CHECK(unread[1].name() == "notifications/n1");
  CHECK(t.world.subscription_store->CountUnread("people/tax-editor").value() == 2);
  const absl::Time first = t.world.clock.Now();
  t.world.clock.Advance(absl::Hours(1));
  CHECK(subscriptions.MarkRead(tax, {"notifications/n2"}, false).value() == 0);
  CHECK(evidence::FromTimestamp(t.Of("tax-editor")[1].read_time()) == first);
  CHECK(subscriptions.MarkRead(tax, {}, true).value() == 2);
  CHECK(t.Of("tax-editor", true).empty());
  CHECK(t.Of("tax-editor").size() == 3);
}

TEST_CASE("Notifications are paged, newest first", "[catalog][subscription]") {
  Telling t;
  t.Publish(GoodEntry());
  REQUIRE(t.Subscribe("tax-editor", To(kName)).ok());
  for (int i = 0; i < 3; ++i) {
    t.Suspend(kName);
    t.Resume(kName);
  }
  t.TellAll();
  for (const bool unread_only : {false, true}) {
    std::vector<std::string> names;
    std::string cursor;
    do {
      const auto page =
          t.world.subscription_store->List("people/tax-editor", unread_only, cursor, 4).value();
      for (const v1::Notification& one : page.notifications) names.push_back(one.name());
      cursor = page.next;
    } while (!cursor.empty());
    CHECK(names == std::vector<std::string>{"notifications/n6", "notifications/n5",
                                            "notifications/n4", "notifications/n3",
                                            "notifications/n2", "notifications/n1"});
  }
}

TEST_CASE("The newest thousand are kept, for 180 days", "[catalog][subscription]") {
  Telling t;
  t.Publish(GoodEntry());
  REQUIRE(t.Subscribe("tax-editor", To(kName)).ok());
  SubscriptionStore& store = *t.world.subscription_store;
  for (uint64_t told = 0; told < kMaxNotifications + 20;) {
    SubscriptionStore::Telling telling = {.from = store.LoadCursor().value(), .number = 1};
    for (int i = 0; i < 60; ++i, ++told) {
      v1::Notification one;
      one.set_resource(kName);
      *one.mutable_create_time() = evidence::ToTimestamp(t.world.clock.Now());
      telling.notifications.emplace_back("people/tax-editor", one);
    }
    REQUIRE(store.Tell(std::move(telling)).ok());
  }
  Notes notes = t.Of("tax-editor");
  REQUIRE(notes.size() == kMaxNotifications);
  CHECK(notes[0].name() == "notifications/n1020");
  CHECK(notes.back().name() == "notifications/n21");
  CHECK(store.CountUnread("people/tax-editor").value() == static_cast<int>(kMaxNotifications));
  t.world.clock.Advance(absl::Hours(24 * 179));
  REQUIRE(t.world.subscriptions->DropOld().ok());
  CHECK(t.Of("tax-editor").size() == kMaxNotifications);
  t.Suspend(kName);
  t.TellAll();
  t.world.clock.Advance(absl::Hours(24 * 2));
  REQUIRE(t.world.subscriptions->DropOld().ok());
  notes = t.Of("tax-editor");
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].name() == "notifications/n1021");  // numbers are never given again
  CHECK(store.CountUnread("people/tax-editor").value() == 1);
}

TEST_CASE("The thread tells what was there before it and what comes", "[catalog][subscription]") {
  Telling t;
  t.Publish(GoodEntry());
  REQUIRE(t.Subscribe("tax-editor", To(kName)).ok());
  t.Suspend(kName);
  const Notifier notifier({.subscriptions = t.world.subscriptions.get(),
                           .clock = &t.world.clock,
                           .wait = [&](absl::Duration limit) {
                             const auto told = t.world.subscription_store->LoadCursor();
                             if (told.ok()) t.world.resources->log().Wait(told->number, limit);
                           }});
  const auto await = [&](size_t count) {
    size_t seen = 0;
    for (int i = 0; i < 1000 && seen != count; ++i) {
      seen = t.world.subscription_store->List("people/tax-editor", false, "", 100)
                 ->notifications.size();
      if (seen != count) absl::SleepFor(absl::Milliseconds(5));
    }
    return seen;
  };
  CHECK(await(1) == 1);
  t.Resume(kName);
  CHECK(await(2) == 2);
}

}  // namespace
}  // namespace shareway::catalog
