// SPDX-License-Identifier: Apache-2.0
// A region that shares data for a year of simulated time: three authorities under three texts,
// their agencies, people and resources, and the whole service over any store. For tests.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "libs/base/fake_clock.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "libs/statute/calendar.h"
#include "libs/statute/profile.h"
#include "services/sharing/desk.h"
#include "services/sharing/disputes/disputes.h"
#include "services/sharing/grants/grants.h"
#include "services/sharing/sharing.h"
#include "services/sharing/statutes/statutes.h"

namespace shareway::sharing {

class YearFold;

// The first morning of the year; the last day is Options::last of year.h.
absl::Time YearMorning();

// How the next call is spoilt, so that it must be refused and leave no trace.
enum class Spoil { kNone, kText, kEtag, kPerson, kState };

// Everything that acts are done with. Deterministic from its seed but for the names of objects,
// which are random. Not thread-safe.
class YearWorld {
 public:
  // Opens the service on `kv`, which must outlive it. On a store that a world was in before, time
  // goes on where its newest event stands. Ends the program if the store fails.
  YearWorld(kv::Store* store, unsigned seed);
  YearWorld(const YearWorld&) = delete;
  YearWorld& operator=(const YearWorld&) = delete;

  // From 0 to `count` - 1.
  int Pick(int count);
  bool Chance(int percent) { return Pick(100) < percent; }
  template <typename T>
  const T& Any(const std::vector<T>& values) {
    return values[static_cast<size_t>(Pick(static_cast<int>(values.size())))];
  }

  absl::Time now() const { return clock.Now(); }
  absl::CivilDay today() const { return statute::LawDay(clock.Now()); }

  // What a person writes, and the etag that it saw: good, unless the call is to be spoilt by that.
  std::string Text(absl::string_view good);
  std::string Etag(uint64_t version);
  // True if the call that ran after `spoil` was set used what was spoilt.
  bool SpoilUsed() const { return spoil_used_; }
  void SetSpoil(Spoil how) {
    spoil_ = how;
    spoil_used_ = how == Spoil::kPerson || how == Spoil::kState;
  }

  // A call of this person with an act of its own, under the request id that was set.
  Errand By(const Actor& actor);
  // Of the calls to come; empty: none.
  void SetRequestId(std::string id) { request_id_ = std::move(id); }

  // People who may act on an object of these agencies: theirs, and those of every authority.
  std::vector<const Actor*> PeopleOf(absl::string_view consumer, absl::string_view provider) const;
  // Somebody of the agency in this post.
  const Actor& Someone(absl::string_view agency, Post post);
  const Actor& Someone(Post post);  // of any agency
  std::optional<Actor> Person(absl::string_view name) const;
  // Any resource that is not of `agency`; as the service follows it now.
  Resource AnyResource(absl::string_view agency = "");
  // A scope that fits the resource, from today on.
  Scope AnyScope(const Resource& resource);

  // The catalogue publishes, suspends or withdraws.
  absl::Status Follow(const Resource& resource) { return grants.Follow(resource); }
  // Every calendar year that a clock of the simulated time may have counted by: as it was before
  // the last one was loaded, and after.
  const statute::CalendarSet& early_calendars() const { return *early_; }
  const statute::CalendarSet& late_calendars() const { return *late_; }
  absl::CivilDay calendar_day() const { return absl::CivilDay(2025, 11, 6); }
  // The file of the last calendar year.
  const std::string& last_calendar() const { return last_calendar_; }

 private:
  void AddPeople(absl::string_view agency, bool bureau);
  void AddResources(absl::string_view provider, int number);
  void Start();

  std::mt19937 random_;
  std::unique_ptr<statute::CalendarSet> early_;
  std::unique_ptr<statute::CalendarSet> late_;
  std::string last_calendar_;
  Spoil spoil_ = Spoil::kNone;
  bool spoil_used_ = false;
  std::string request_id_;
  uint64_t acts_ = 0;
  std::string life_;  // of this process, so that acts differ from those before

 public:
  kv::Store* const kv;
  FakeClock clock;
  std::unique_ptr<outbox::Outbox> outbox;
  SharingStore store;
  std::map<std::string, Agency, std::less<>> agencies;
  std::map<std::string, Authority, std::less<>> authorities;
  std::vector<std::string> providers;
  std::vector<Actor> people;
  std::vector<Resource> resources;  // as the catalogue first published them
  Desk desk;
  Sharing sharing{&desk};
  Grants grants{&desk};
  Disputes disputes{&desk, &sharing};
  Statutes statutes{&desk};
  const YearFold* fold = nullptr;  // what the events so far come to
};

}  // namespace shareway::sharing
