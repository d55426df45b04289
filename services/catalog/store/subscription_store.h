// SPDX-License-Identifier: Apache-2.0
// Keeps subscriptions and what they told.
//
// Keys ({s} is a subscriber: people/{p} or agencies/{a}/systems/{s}; {~n} the complement of a number,
// 8 bytes big-endian: newest first):
//   subscription/o/{s}/{id} -> SubscriptionRecord
//   subscription/c/{s}      -> empty; written with each change of his, which are serial
//   notice/o/{s}/{~n}       -> Notification n of the subscriber, named notifications/n{n}
//   notice/u/{s}/{~n}       -> empty; it is not marked as read
//   notice/n/{s}            -> SubscriberRecord, the number given last
//   notice/r/{r}            -> ToldRecord of resources/{r}
//   notice/cursor           -> NoticeCursor: how far the catalogue's log was told
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "services/catalog/domain/subscription.h"
#include "services/catalog/store/catalog_record.pb.h"
#include "services/catalog/store/commit.h"

namespace shareway::catalog {

// Thread-safe. DATA_LOSS for what cannot be read.
class SubscriptionStore {
 public:
  // Both must outlive it.
  SubscriptionStore(kv::Store* kv, const outbox::Outbox* outbox) : kv_(kv), outbox_(outbox) {}

  struct Loaded {
    v1::Subscription subscription;
    uint64_t since = 0;  // later changes of the log are told
  };
  // One subscriber's, by name, and the version that the next change of them expects.
  struct Own {
    std::vector<Loaded> subscriptions;
    uint64_t version = 0;
  };
  absl::StatusOr<Own> Of(absl::string_view subscriber) const;
  // Everybody's.
  absl::StatusOr<std::vector<Loaded>> All() const;

  // Stores or ends one, with the one record of `event`. ABORTED if the subscriber's changed since
  // `own` was read; other errors as Commit.
  absl::Status Add(const Own& own, const Loaded& added, Event event);
  absl::Status End(const Own& own, const v1::Subscription& ended, Event event);

  // How far the log was told, and the version of that.
  struct Cursor {
    uint64_t number = 0;
    uint64_t version = 0;
  };
  absl::StatusOr<Cursor> LoadCursor() const;
  // Nothing if nothing was told of the entry.
  absl::StatusOr<std::optional<Told>> LoadTold(absl::string_view resource) const;

  // What is told at once.
  struct Telling {
    Cursor from = {};
    uint64_t number = 0;                  // the last change that is told
    std::map<std::string, Told> told = {};  // by resources/{r}; of withdrawn ones, too
    // By subscriber, in the order of changes; names are given here.
    std::vector<std::pair<std::string, v1::Notification>> notifications = {};
  };
  // Stores all or nothing, and drops what a subscriber has beyond kMaxNotifications. ABORTED if
  // another telling came first.
  absl::Status Tell(Telling telling);

  struct Page {
    std::vector<v1::Notification> notifications = {};
    std::string next = {};  // cursor; empty at the end
  };
  absl::StatusOr<Page> List(absl::string_view subscriber, bool unread_only,
                            absl::string_view cursor, size_t limit) const;
  absl::StatusOr<int> CountUnread(absl::string_view subscriber) const;
  // Marks these, or all, and answers how many were not marked. Names of other forms, and of what is
  // not there, pass. ABORTED if one changed meanwhile.
  absl::StatusOr<int> MarkRead(absl::string_view subscriber, const std::vector<std::string>& names,
                               bool all, absl::Time now);
  // Deletes up to `limit` that were made before `until`, after `cursor`, and moves it; empty at the
  // end. Answers how many.
  absl::StatusOr<int> DropOld(absl::Time until, size_t limit, std::string* cursor);

  // The result of this request id, if it was taken.
  absl::StatusOr<std::optional<std::string>> Find(const outbox::Once& once, absl::Time now) const {
    return once.Find(*kv_, now);
  }
  // Of the notices to everybody (publications.h).
  const kv::Store& engine() const { return *kv_; }

 private:
  absl::StatusOr<uint64_t> LastNumber(absl::string_view subscriber) const;

  kv::Store* const kv_;
  const outbox::Outbox* const outbox_;
};

}  // namespace shareway::catalog
