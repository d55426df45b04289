// SPDX-License-Identifier: Apache-2.0
// Who wants to be told of which entries, and telling them: each change once.
//
// Notifications follow the catalogue's change log: a round reads what comes after the cursor and
// commits the notifications together with the cursor, so that a kill between a change and its
// notifications loses none and makes none twice.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/metrics/registry.h"
#include "services/catalog/domain/register.h"
#include "services/catalog/search/match.h"
#include "services/catalog/store/resource_store.h"
#include "services/catalog/store/subscription_store.h"

namespace shareway::catalog {

// Thread-safe. Errors of every write: INVALID_ARGUMENT; PERMISSION_DENIED, NOT_VISIBLE, for what is
// not published and for others' subscriptions; errors of the store.
class Subscriptions {
 public:
  // All must outlive it.
  struct Parts {
    SubscriptionStore* store = nullptr;
    const ResourceStore* resources = nullptr;
    const Clock* clock = nullptr;
    // The register now.
    std::function<std::shared_ptr<const Register>()> directory = {};
    metrics::Registry* metrics = nullptr;  // may be null
  };
  explicit Subscriptions(Parts parts);

  // `wish` has a resource or a search. The same wish again answers the subscription that there is.
  // FAILED_PRECONDITION for an entry that was withdrawn; RESOURCE_EXHAUSTED beyond kMaxSubscriptions.
  absl::StatusOr<v1::Subscription> Subscribe(const Cause& cause, const v1::Subscription& wish);
  absl::StatusOr<std::vector<v1::Subscription>> List(const Caller& caller) const;
  // Answers what was ended; of a repetition its name alone.
  absl::StatusOr<v1::Subscription> Unsubscribe(const Cause& cause, const std::string& name);
  // How many of these were not marked; see SubscriptionStore::MarkRead.
  absl::StatusOr<int> MarkRead(const Caller& caller, const std::vector<std::string>& names,
                               bool all);

  // Tells some changes of the log that were not told yet. False: there were none. ABORTED if somebody
  // else tells, too.
  absl::StatusOr<bool> TellSome();
  // Drops notifications that are older than kNotificationLife, all of them.
  absl::Status DropOld();

 private:
  // One subscription as a round looks at it.
  struct Wish {
    const SubscriptionStore::Loaded* loaded = nullptr;
    std::optional<search::Matcher> search = {};
  };
  struct Wishes {
    std::map<std::string, std::vector<Wish>> by_resource = {};
    std::vector<Wish> searches = {};
  };
  static Wishes WishesOf(const std::vector<SubscriptionStore::Loaded>& all);
  absl::Status CheckResource(const std::string& name) const;
  // Adds what the change means to the wishes.
  absl::Status Add(uint64_t number, const v1::Resource& resource, const Wishes& wishes,
                   const Register& all, SubscriptionStore::Telling* telling) const;
  // The entry as searches found it before; nothing if they did not.
  absl::StatusOr<std::optional<search::Searched>> FoundBefore(const std::string& resource,
                                                              const std::optional<Told>& told,
                                                              const Register& all) const;

  const Parts parts_;
  metrics::Counter told_;  // notifications
  metrics::Gauge behind_;  // changes of the log that were not told yet
};

}  // namespace shareway::catalog
