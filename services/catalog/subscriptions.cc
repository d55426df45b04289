// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/subscriptions.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"
#include "services/catalog/search_query.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog {
namespace {

constexpr size_t kAtOnce = 100;            // changes of one commit
constexpr size_t kMaxAtOnce = 5000;        // notifications after which a commit takes no more changes
constexpr size_t kMaxSearchBytes = 4096;
constexpr size_t kDropAtOnce = 1000;
constexpr int kTries = 5;

// The same wish of the same subscriber has the same name.
std::string NameFor(const v1::Subscription& wish) {
  const Hash32 digest = crypto::Sha256(
      absl::StrCat(wish.subscriber(), "\n", wish.resource(), "\n",
                   wish.has_search() ? wish.search().SerializeAsString() : ""));
  return absl::StrCat("subscriptions/", IdFromRandom(digest.view().substr(0, 15)));
}

absl::Status CheckSearch(const v1::SearchResourcesRequest& search) {
  if (search.page_size() != 0 || !search.page_token().empty()) {
    return Error::Field("subscription.search", "names a page; a subscription is to all of them");
  }
  if (search.ByteSizeLong() > kMaxSearchBytes) {
    return Error::Field("subscription.search", absl::StrCat("takes ", search.ByteSizeLong(),
                                                            " bytes, at most ", kMaxSearchBytes));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const search::Query query, QueryFrom(search));
  return search::CheckQuery(query);
}

const v1::Subscription* FindIn(const SubscriptionStore::Own& own, absl::string_view name) {
  for (const SubscriptionStore::Loaded& loaded : own.subscriptions) {
    if (loaded.subscription.name() == name) return &loaded.subscription;
  }
  return nullptr;
}

// What a repeated request gets of a subscription that is no more.
v1::Subscription Named(const std::string& name) {
  v1::Subscription ended;
  ended.set_name(name);
  return ended;
}

Event EventOf(const Cause& cause, const std::string& name, absl::Time now) {
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::SUBSCRIPTION_CHANGED);
  record.set_object(name);
  if (!cause.caller.agency.empty()) record.add_agencies(cause.caller.agency);
  return {.records = {std::move(record)}, .cause = &cause, .result = name, .now = now};
}

search::Searched SearchedOf(const Entry& entry, const Register& all) {
  const Agency* provider = all.Find<Agency>(entry.provider);
  return search::Searched(entry, provider == nullptr ? "" : provider->display_name);
}

}  // namespace

Subscriptions::Subscriptions(Parts parts) : parts_(std::move(parts)) {
  if (parts_.metrics == nullptr) return;
  told_ = parts_.metrics->AddCounter("shareway_catalog_notifications_total",
                                     "Notifications that subscribers were told.");
  behind_ = parts_.metrics->AddGauge("shareway_catalog_untold_changes",
                                     "Changes of the catalogue that subscribers were not told yet.");
}

absl::Status Subscriptions::CheckResource(const std::string& name) const {
  if (!HasForm("resources/{r}", name)) {
    return Error::Field("subscription.resource", "is not resources/{r}");
  }
  const absl::StatusOr<ResourceStore::Loaded> loaded = parts_.resources->Load(name);
  if (!loaded.ok() && !absl::IsNotFound(loaded.status())) return loaded.status();
  // A draft is nobody's to follow, its own agency's neither: nothing of it is told to anybody.
  if (!loaded.ok() || !loaded->resource.fields().published) return Error::NotVisible(name);
  if (loaded->resource.fields().published->state != Resource::State::kWithdrawn) {
    return absl::OkStatus();
  }
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(name, " was withdrawn; nothing more will be told of it"))
      .With("name", name)
      .With("state", "WITHDRAWN");
}

absl::StatusOr<v1::Subscription> Subscriptions::Subscribe(const Cause& cause,
                                                          const v1::Subscription& wish) {
  const absl::Time now = parts_.clock->Now();
  SubscriptionStore::Loaded added;
  added.subscription.set_subscriber(cause.caller.name);
  if (wish.has_search()) {
    SHAREWAY_RETURN_IF_ERROR(CheckSearch(wish.search()));
    *added.subscription.mutable_search() = wish.search();
  } else if (wish.target_case() == v1::Subscription::kResource) {
    SHAREWAY_RETURN_IF_ERROR(CheckResource(wish.resource()));
    added.subscription.set_resource(wish.resource());
  } else {
    return Error::Field("subscription", "names neither resource nor search");
  }
  const std::string name = NameFor(added.subscription);
  added.subscription.set_name(name);
  *added.subscription.mutable_create_time() = evidence::ToTimestamp(now);
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> done,
                            parts_.store->Find(cause.once, now));
  absl::Status stored;
  for (int i = 0; i < kTries; ++i) {
    SHAREWAY_ASSIGN_OR_RETURN(const SubscriptionStore::Own own,
                              parts_.store->Of(cause.caller.name));
    if (const v1::Subscription* known = FindIn(own, name)) return *known;
    if (done) return Named(*done);  // ended since
    if (own.subscriptions.size() >= kMaxSubscriptions) {
      return Error(Reason::kFieldInvalid, absl::StatusCode::kResourceExhausted,
                   absl::StrCat(cause.caller.name, " has ", own.subscriptions.size(),
                                " subscriptions, at most ", kMaxSubscriptions, "; end some"))
          .With("subscriber", cause.caller.name);
    }
    // What is published from now on is told; it may be in the log before this is stored.
    added.since = parts_.resources->log().head();
    stored = parts_.store->Add(own, added, EventOf(cause, name, now));
    if (!absl::IsAborted(stored)) break;
  }
  SHAREWAY_RETURN_IF_ERROR(stored);
  return added.subscription;
}

absl::StatusOr<std::vector<v1::Subscription>> Subscriptions::List(const Caller& caller) const {
  SHAREWAY_ASSIGN_OR_RETURN(SubscriptionStore::Own own, parts_.store->Of(caller.name));
  std::vector<v1::Subscription> all;
  for (SubscriptionStore::Loaded& loaded : own.subscriptions) {
    all.push_back(std::move(loaded.subscription));
  }
  return all;
}

absl::StatusOr<v1::Subscription> Subscriptions::Unsubscribe(const Cause& cause,
                                                            const std::string& name) {
  const absl::Time now = parts_.clock->Now();
  for (int i = 0;; ++i) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<std::string> done,
                              parts_.store->Find(cause.once, now));
    if (done) return Named(*done);
    SHAREWAY_ASSIGN_OR_RETURN(const SubscriptionStore::Own own,
                              parts_.store->Of(cause.caller.name));
    const v1::Subscription* known = FindIn(own, name);
    if (known == nullptr) return Error::NotVisible(name);
    v1::Subscription ended = *known;
    *ended.mutable_end_time() = evidence::ToTimestamp(now);
    const absl::Status stored = parts_.store->End(own, ended, EventOf(cause, name, now));
    if (stored.ok()) return ended;
    if (!absl::IsAborted(stored) || i == kTries) return stored;
  }
}

absl::StatusOr<int> Subscriptions::MarkRead(const Caller& caller,
                                            const std::vector<std::string>& names, bool all) {
  if (all != names.empty()) {
    return Error::Field("names", all ? "is given beside `all`" : "is empty, and `all` is not set");
  }
  if (names.size() > kMaxNotifications) {
    return Error::Field("names", absl::StrCat("has ", names.size(), " names, at most ",
                                              kMaxNotifications));
  }
  absl::StatusOr<int> marked = absl::AbortedError("");
  for (int i = 0; i < kTries && absl::IsAborted(marked.status()); ++i) {
    marked = parts_.store->MarkRead(caller.name, names, all, parts_.clock->Now());
  }
  return marked;
}

Subscriptions::Wishes Subscriptions::WishesOf(const std::vector<SubscriptionStore::Loaded>& all) {
  Wishes wishes;
  for (const SubscriptionStore::Loaded& loaded : all) {
    const v1::Subscription& subscription = loaded.subscription;
    if (!subscription.has_search()) {
      wishes.by_resource[subscription.resource()].push_back({.loaded = &loaded});
      continue;
    }
    // It was checked when it was made; a later version may ask more of searches.
    absl::StatusOr<search::Query> query = QueryFrom(subscription.search());
    if (!query.ok() || !search::CheckQuery(*query).ok()) {
      log::Warn("subscription-unsearchable", {{"name", subscription.name()}});
      continue;
    }
    Wish& wish = wishes.searches.emplace_back();
    wish.loaded = &loaded;
    wish.search.emplace(*std::move(query));
  }
  return wishes;
}

absl::StatusOr<std::optional<search::Searched>> Subscriptions::FoundBefore(
    const std::string& resource, const std::optional<Told>& told, const Register& all) const {
  if (!told || told->found_revision == 0) return std::nullopt;
  SHAREWAY_ASSIGN_OR_RETURN(const Resource::Published before,
                            parts_.resources->LoadRevision(resource, told->found_revision));
  return std::make_optional(SearchedOf(before.entry, all));
}

absl::Status Subscriptions::Add(uint64_t number, const v1::Resource& resource,
                                const Wishes& wishes, const Register& all,
                                SubscriptionStore::Telling* telling) const {
  const std::string& name = resource.name();
  const auto state = static_cast<Resource::State>(resource.state());
  std::optional<Told> before;
  if (const auto it = telling->told.find(name); it != telling->told.end()) {
    before = it->second;
  } else {
    SHAREWAY_ASSIGN_OR_RETURN(before, parts_.store->LoadTold(name));
  }
  const Happening happening = WhatHappened(before, resource.revision(), state);
  const Told after = ToldAfter(before, resource.revision(), state);
  telling->told[name] = after;
  if (happening == Happening::kNothing) return absl::OkStatus();

  std::map<std::string, std::set<std::string>> to;  // subscriptions by subscriber
  const auto add = [&to](const Wish& wish) {
    const v1::Subscription& subscription = wish.loaded->subscription;
    to[subscription.subscriber()].insert(subscription.name());
  };
  if (const auto it = wishes.by_resource.find(name); it != wishes.by_resource.end()) {
    for (const Wish& wish : it->second) {
      if (number > wish.loaded->since) add(wish);
    }
  }
  const bool same = before && before->found_revision == resource.revision();
  if (state == Resource::State::kPublished && !same && !wishes.searches.empty()) {
    const search::Searched now = SearchedOf(EntryFrom(resource), all);
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<search::Searched> was,
                              FoundBefore(name, before, all));
    for (const Wish& wish : wishes.searches) {
      if (number <= wish.loaded->since || !wish.search->Finds(now)) continue;
      if (!was || !wish.search->Finds(*was)) add(wish);
    }
  }
  for (const auto& [subscriber, subscriptions] : to) {
    v1::Notification notification;
    notification.set_kind(static_cast<v1::Notification::Kind>(happening));
    notification.set_resource(name);
    notification.set_revision(resource.revision());
    notification.set_title(resource.title());
    notification.set_provider(resource.provider());
    for (const std::string& subscription : subscriptions) {
      notification.add_subscriptions(subscription);
    }
    *notification.mutable_create_time() = evidence::ToTimestamp(parts_.clock->Now());
    telling->notifications.emplace_back(subscriber, std::move(notification));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> Subscriptions::TellSome() {
  SubscriptionStore::Telling telling;
  SHAREWAY_ASSIGN_OR_RETURN(telling.from, parts_.store->LoadCursor());
  telling.number = telling.from.number;
  const ChangeLog& log = parts_.resources->log();
  const uint64_t head = log.head();
  behind_.Set(head > telling.number ? static_cast<double>(head - telling.number) : 0);
  SHAREWAY_ASSIGN_OR_RETURN(const bool reaches, log.Reaches(log.epoch(), telling.number));
  if (!reaches) {
    // The log keeps a million changes, and this follows it in the same process.
    log::Error("notifications-skipped", {{"from", absl::StrCat(telling.number)}});
  }
  SHAREWAY_ASSIGN_OR_RETURN(const auto changes, log.Read(telling.number, kAtOnce));
  if (changes.empty()) return false;
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<SubscriptionStore::Loaded> subscriptions,
                            parts_.store->All());
  const Wishes wishes = WishesOf(subscriptions);
  const std::shared_ptr<const Register> all = parts_.directory();
  for (const auto& [number, bytes] : changes) {
    v1::CatalogChange change;
    if (!change.ParseFromString(bytes)) {
      return absl::DataLossError(absl::StrCat("change ", number, " of the catalogue is unreadable"));
    }
    if (change.has_resource()) {
      SHAREWAY_RETURN_IF_ERROR(Add(number, change.resource(), wishes, *all, &telling));
    }
    telling.number = number;
    if (telling.notifications.size() >= kMaxAtOnce) break;
  }
  const size_t count = telling.notifications.size();
  SHAREWAY_RETURN_IF_ERROR(parts_.store->Tell(std::move(telling)));
  told_.Add(static_cast<double>(count));
  return true;
}

absl::Status Subscriptions::DropOld() {
  const absl::Time until = parts_.clock->Now() - kNotificationLife;
  std::string cursor;
  do {
    SHAREWAY_RETURN_IF_ERROR(parts_.store->DropOld(until, kDropAtOnce, &cursor).status());
  } while (!cursor.empty());
  return absl::OkStatus();
}

}  // namespace shareway::catalog
