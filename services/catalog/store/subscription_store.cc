// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/subscription_store.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"

namespace shareway::catalog {
namespace {

constexpr char kSubscriptions[] = "subscription/o/";
constexpr char kNotices[] = "notice/o/";
constexpr char kUnread[] = "notice/u/";
constexpr char kCursor[] = "notice/cursor";

std::string SubscriptionKey(const v1::Subscription& subscription) {
  return absl::StrCat(kSubscriptions, subscription.subscriber(), "/",
                      absl::StripPrefix(subscription.name(), "subscriptions/"));
}

std::string GuardKey(absl::string_view subscriber) {
  return absl::StrCat("subscription/c/", subscriber);
}

std::string LastKey(absl::string_view subscriber) {
  return absl::StrCat("notice/n/", subscriber);
}

std::string ToldKey(absl::string_view resource) {
  return absl::StrCat("notice/r/", absl::StripPrefix(resource, "resources/"));
}

std::string NoticePrefix(absl::string_view folder, absl::string_view subscriber) {
  return absl::StrCat(folder, subscriber, "/");
}

std::string NoticeKey(absl::string_view folder, absl::string_view subscriber, uint64_t number) {
  return absl::StrCat(NoticePrefix(folder, subscriber), BigEndian64(~number));
}

// Of a key under kNotices or kUnread.
uint64_t NumberOf(absl::string_view key) {
  return ~ReadBigEndian64(key.substr(key.size() - sizeof(uint64_t)));
}

// notifications/n{number}; 0 for any other name.
uint64_t NumberFrom(absl::string_view name) {
  uint64_t number = 0;
  if (!absl::ConsumePrefix(&name, "notifications/n") || !absl::SimpleAtoi(name, &number)) return 0;
  return number;
}

template <typename Message>
bool Parse(absl::string_view bytes, Message* message) {
  return message->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

absl::Status Unreadable() {
  return absl::DataLossError("a stored subscription or notification cannot be read");
}

absl::StatusOr<std::vector<SubscriptionStore::Loaded>> ReadAll(const kv::Store& kv,
                                                               const std::string& prefix) {
  std::vector<SubscriptionStore::Loaded> all;
  bool readable = true;
  SHAREWAY_RETURN_IF_ERROR(kv.Scan(
      prefix, PrefixEnd(prefix), [&](absl::string_view, absl::string_view value, uint64_t) {
        store::SubscriptionRecord record;
        readable = Parse(value, &record);
        all.push_back({.subscription = std::move(*record.mutable_subscription()),
                       .since = record.since()});
        return readable;
      }));
  if (!readable) return Unreadable();
  return all;
}

void ExpectVersion(const std::string& key, uint64_t version, kv::Batch* batch) {
  if (version == 0) {
    batch->ExpectAbsent(key);
  } else {
    batch->Expect(key, version);
  }
}

}  // namespace

absl::StatusOr<SubscriptionStore::Own> SubscriptionStore::Of(absl::string_view subscriber) const {
  Own own;
  // The guard first: what is changed after it is read makes the write fail.
  const absl::StatusOr<kv::Entry> guard = kv_->Get(GuardKey(subscriber));
  if (!guard.ok() && !absl::IsNotFound(guard.status())) return guard.status();
  if (guard.ok()) own.version = guard->version;
  SHAREWAY_ASSIGN_OR_RETURN(own.subscriptions,
                            ReadAll(*kv_, absl::StrCat(kSubscriptions, subscriber, "/")));
  return own;
}

absl::StatusOr<std::vector<SubscriptionStore::Loaded>> SubscriptionStore::All() const {
  return ReadAll(*kv_, kSubscriptions);
}

absl::Status SubscriptionStore::Add(const Own& own, const Loaded& added, Event event) {
  const std::string guard = GuardKey(added.subscription.subscriber());
  store::SubscriptionRecord record;
  *record.mutable_subscription() = added.subscription;
  record.set_since(added.since);
  kv::Batch batch;
  ExpectVersion(guard, own.version, &batch);
  batch.Put(guard, "");
  batch.Put(SubscriptionKey(added.subscription), record.SerializeAsString());
  event.records.front().set_state(added.subscription.SerializeAsString());
  return Commit(kv_, *outbox_, std::move(event), std::move(batch)).status();
}

absl::Status SubscriptionStore::End(const Own& own, const v1::Subscription& ended, Event event) {
  const std::string guard = GuardKey(ended.subscriber());
  kv::Batch batch;
  ExpectVersion(guard, own.version, &batch);
  batch.Put(guard, "");
  batch.Delete(SubscriptionKey(ended));
  event.records.front().set_state(ended.SerializeAsString());
  return Commit(kv_, *outbox_, std::move(event), std::move(batch)).status();
}

absl::StatusOr<SubscriptionStore::Cursor> SubscriptionStore::LoadCursor() const {
  const absl::StatusOr<kv::Entry> entry = kv_->Get(kCursor);
  if (absl::IsNotFound(entry.status())) return Cursor();
  if (!entry.ok()) return entry.status();
  store::NoticeCursor cursor;
  if (!Parse(entry->value, &cursor)) return Unreadable();
  return Cursor{.number = cursor.number(), .version = entry->version};
}

absl::StatusOr<std::optional<Told>> SubscriptionStore::LoadTold(absl::string_view resource) const {
  const absl::StatusOr<kv::Entry> entry = kv_->Get(ToldKey(resource));
  if (absl::IsNotFound(entry.status())) return std::nullopt;
  if (!entry.ok()) return entry.status();
  store::ToldRecord record;
  if (!Parse(entry->value, &record)) return Unreadable();
  return Told{.revision = record.revision(),
              .state = static_cast<Resource::State>(record.state()),
              .found_revision = record.found_revision()};
}

absl::StatusOr<uint64_t> SubscriptionStore::LastNumber(absl::string_view subscriber) const {
  const absl::StatusOr<kv::Entry> entry = kv_->Get(LastKey(subscriber));
  if (absl::IsNotFound(entry.status())) return 0;
  if (!entry.ok()) return entry.status();
  store::SubscriberRecord record;
  if (!Parse(entry->value, &record)) return Unreadable();
  return record.last();
}

absl::Status SubscriptionStore::Tell(Telling telling) {
  kv::Batch batch;
  ExpectVersion(kCursor, telling.from.version, &batch);
  store::NoticeCursor cursor;
  cursor.set_number(telling.number);
  batch.Put(kCursor, cursor.SerializeAsString());
  for (const auto& [resource, told] : telling.told) {
    store::ToldRecord record;
    record.set_revision(told.revision);
    record.set_state(static_cast<v1::Resource::State>(told.state));
    record.set_found_revision(told.found_revision);
    batch.Put(ToldKey(resource), record.SerializeAsString());
  }
  // Only tellings give numbers, and the cursor makes them serial.
  std::map<std::string, uint64_t> last;
  for (auto& [subscriber, notification] : telling.notifications) {
    const auto [it, fresh] = last.try_emplace(subscriber, 0);
    if (fresh) {
      SHAREWAY_ASSIGN_OR_RETURN(it->second, LastNumber(subscriber));
    }
    const uint64_t number = ++it->second;
    notification.set_name(absl::StrCat("notifications/n", number));
    batch.Put(NoticeKey(kNotices, subscriber, number), notification.SerializeAsString());
    batch.Put(NoticeKey(kUnread, subscriber, number), "");
    if (number > kMaxNotifications) {
      batch.Delete(NoticeKey(kNotices, subscriber, number - kMaxNotifications));
      batch.Delete(NoticeKey(kUnread, subscriber, number - kMaxNotifications));
    }
  }
  for (const auto& [subscriber, number] : last) {
    store::SubscriberRecord record;
    record.set_last(number);
    batch.Put(LastKey(subscriber), record.SerializeAsString());
  }
  return kv_->Commit(std::move(batch)).status();
}

absl::StatusOr<SubscriptionStore::Page> SubscriptionStore::List(absl::string_view subscriber,
                                                                bool unread_only,
                                                                absl::string_view cursor,
                                                                size_t limit) const {
  const std::string prefix = NoticePrefix(unread_only ? kUnread : kNotices, subscriber);
  const std::string start =
      cursor.empty() ? prefix : absl::StrCat(prefix, cursor, std::string(1, '\0'));
  Page page;
  std::vector<uint64_t> numbers;
  bool readable = true;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
      start, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view value, uint64_t) {
        if (numbers.size() == limit) {
          page.next = BigEndian64(~numbers.back());
          return false;
        }
        numbers.push_back(NumberOf(key));
        if (unread_only) return true;
        readable = Parse(value, &page.notifications.emplace_back());
        return readable;
      }));
  if (!readable) return Unreadable();
  if (!unread_only) return page;
  for (const uint64_t number : numbers) {
    const absl::StatusOr<kv::Entry> entry = kv_->Get(NoticeKey(kNotices, subscriber, number));
    if (absl::IsNotFound(entry.status())) continue;  // dropped since the scan
    if (!entry.ok()) return entry.status();
    v1::Notification notification;
    if (!Parse(entry->value, &notification)) return Unreadable();
    if (!notification.has_read_time()) page.notifications.push_back(std::move(notification));
  }
  return page;
}

absl::StatusOr<int> SubscriptionStore::CountUnread(absl::string_view subscriber) const {
  const std::string prefix = NoticePrefix(kUnread, subscriber);
  int count = 0;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(prefix, PrefixEnd(prefix),
                                     [&](absl::string_view, absl::string_view, uint64_t) {
                                       ++count;
                                       return true;
                                     }));
  return count;
}

absl::StatusOr<int> SubscriptionStore::MarkRead(absl::string_view subscriber,
                                                const std::vector<std::string>& names, bool all,
                                                absl::Time now) {
  std::vector<uint64_t> numbers;
  if (all) {
    const std::string prefix = NoticePrefix(kUnread, subscriber);
    SHAREWAY_RETURN_IF_ERROR(
        kv_->Scan(prefix, PrefixEnd(prefix),
                  [&numbers](absl::string_view key, absl::string_view, uint64_t) {
                    numbers.push_back(NumberOf(key));
                    return true;
                  }));
  }
  for (const std::string& name : names) {
    if (const uint64_t number = NumberFrom(name); number != 0) numbers.push_back(number);
  }
  kv::Batch batch;
  std::map<std::string, bool> marked;  // each once
  for (const uint64_t number : numbers) {
    const std::string key = NoticeKey(kNotices, subscriber, number);
    if (marked.count(key) > 0) continue;
    const absl::StatusOr<kv::Entry> entry = kv_->Get(key);
    if (absl::IsNotFound(entry.status())) continue;
    if (!entry.ok()) return entry.status();
    v1::Notification notification;
    if (!Parse(entry->value, &notification)) return Unreadable();
    if (notification.has_read_time()) continue;
    *notification.mutable_read_time() = evidence::ToTimestamp(now);
    batch.Expect(key, entry->version);  // it may be dropped meanwhile, and stays so
    batch.Put(key, notification.SerializeAsString());
    batch.Delete(NoticeKey(kUnread, subscriber, number));
    marked[key] = true;
  }
  if (marked.empty()) return 0;
  SHAREWAY_RETURN_IF_ERROR(kv_->Commit(std::move(batch)).status());
  return static_cast<int>(marked.size());
}

absl::StatusOr<int> SubscriptionStore::DropOld(absl::Time until, size_t limit,
                                               std::string* cursor) {
  const std::string start =
      cursor->empty() ? kNotices : absl::StrCat(*cursor, std::string(1, '\0'));
  cursor->clear();
  kv::Batch batch;
  int dropped = 0;
  size_t seen = 0;
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan(start, PrefixEnd(kNotices),
                [&](absl::string_view key, absl::string_view value, uint64_t) {
                  v1::Notification notification;
                  // One that cannot be read goes, too: nothing else would ever drop it.
                  const bool readable = Parse(value, &notification);
                  if (!readable ||
                      evidence::FromTimestamp(notification.create_time()) < until) {
                    batch.Delete(key);
                    batch.Delete(absl::StrCat(kUnread, absl::StripPrefix(key, kNotices)));
                    ++dropped;
                  }
                  if (++seen < limit) return true;
                  *cursor = std::string(key);
                  return false;
                }));
  if (dropped > 0) SHAREWAY_RETURN_IF_ERROR(kv_->Commit(std::move(batch)).status());
  return dropped;
}

}  // namespace shareway::catalog
