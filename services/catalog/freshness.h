// SPDX-License-Identifier: Apache-2.0
// How fresh the data behind published entries are: what nodes tell, what is stale, and reminders.
// M16 13; R25 18.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/statute/calendar.h"
#include "libs/statute/profile.h"
#include "services/catalog/domain/register.h"
#include "services/catalog/store/cause.h"
#include "services/catalog/store/resource_store.h"

namespace shareway::catalog {

// Thread-safe.
class Freshness {
 public:
  // All must outlive it.
  struct Parts {
    ResourceStore* store = nullptr;
    const statute::ProfileSet* statutes = nullptr;
    const statute::CalendarSet* calendars = nullptr;
    const Clock* clock = nullptr;
    std::function<std::shared_ptr<const Register>()> directory = {};
  };
  explicit Freshness(Parts parts) : parts_(std::move(parts)) {}

  // What the caller, a node of the provider or one that hosts it, tells of an entry. One that is not later than the last
  // told changes nothing and is answered with what is there: nodes repeat themselves. Errors:
  //   INVALID_ARGUMENT     a field beyond its limits, or a time more than five minutes ahead
  //   PERMISSION_DENIED    Error::NotVisible: no published entry of an agency that the node serves
  //   FAILED_PRECONDITION  the entry is withdrawn
  absl::StatusOr<v1::Freshness> Report(const Cause& cause, absl::string_view resource,
                                       v1::Refresh refresh);

  // Entries PUBLISHED and overdue, the longest first, after `cursor`, up to `limit`, of `provider` if
  // it is not empty.
  struct Page {
    std::vector<v1::StaleResource> resources = {};
    std::string next = {};  // empty: there is no more
  };
  absl::StatusOr<Page> ListStale(absl::string_view provider, absl::string_view cursor,
                                 size_t limit) const;

  // Sends the reminders that are due now: when data become stale, and every five working days from
  // then on. Each is a record that provider and authority find, and counts in the entry. Answers how
  // many; goes on with the others where one fails, and then answers the first failure.
  absl::StatusOr<int> Remind();

 private:
  // The calendar of the provider's legal text. FAILED_PRECONDITION if no authority is in charge.
  absl::StatusOr<std::string> AreaOf(absl::string_view provider) const;
  evidence::AuditRecord RecordOf(evidence::RecordKind kind, const Resource& resource) const;
  // True if the node is the provider's own, or hosts it by the directory.
  bool SpeaksFor(const Caller& caller, absl::string_view provider) const;
  absl::StatusOr<bool> RemindOf(absl::string_view name, absl::Time now);

  const Parts parts_;
};

}  // namespace shareway::catalog
