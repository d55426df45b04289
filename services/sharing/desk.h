// SPDX-License-Identifier: Apache-2.0
// What every case of the service needs: store, time, legal texts, and who is who.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/base/status.h"
#include "libs/outbox/once.h"
#include "libs/statute/calendar.h"
#include "libs/statute/profile.h"
#include "services/sharing/calendar_shelf.h"
#include "services/sharing/domain/forum.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/statute_text.h"
#include "services/sharing/store/sharing_store.h"

namespace shareway::sharing {

// One write that a person asks for.
struct Errand {
  Actor actor = {};
  outbox::Once once = {};
  std::optional<evidence::SignedAct> act = {};  // verified; of methods that ask for one
  std::string traceparent = {};

  // Exact bytes of the act; empty if there is none.
  std::string act_bytes() const;
};

// The directory, as the service needs it. Nothing if there is no such agency.
using FindAgency = std::function<std::optional<Agency>(absl::string_view name)>;

// Thread-safe. All that is given to it must outlive it.
class Desk {
 public:
  Desk(SharingStore* store, const Clock* clock, const statute::ProfileSet* profiles,
       const statute::CalendarSet* calendars, std::string default_profile, FindAgency find_agency,
       FindAuthority find_authority = {})
      : store_(store),
        clock_(clock),
        profiles_(profiles),
        calendars_(std::make_unique<CalendarShelf>(calendars)),
        default_profile_(std::move(default_profile)),
        find_agency_(std::move(find_agency)),
        find_authority_(std::move(find_authority)) {}

  SharingStore& store() const { return *store_; }
  absl::Time Now() const { return clock_->Now(); }
  const statute::ProfileSet& profiles() const { return *profiles_; }
  // Those in force now; what this answers stays valid as long as the desk.
  const statute::CalendarSet& calendars() const { return *calendars_->Get(); }
  // A year that was loaded takes effect for everybody at once. FAILED_PRECONDITION,
  // STATE_FORBIDS, unless its version is above that of the year in force.
  absl::Status AddCalendar(statute::Calendar calendar) const {
    return calendars_->Add(std::move(calendar));
  }
  // Whether the clocks that wait for a calendar were computed by the one in force; see
  // statutes/recompute.h, which alone says so.
  bool ClocksSettled() const { return calendars_->Settled(); }
  void SettleClocks(const statute::CalendarSet& by) const { calendars_->Settle(&by); }

  // Both sides as the directory knows them now; an unknown agency has a name only.
  Parties PartiesOf(absl::string_view consumer, absl::string_view provider) const;
  // Where a dispute of these parties goes under this text. Errors: as sharing::ForumOf.
  absl::StatusOr<Forum> ForumOf(const Parties& parties, const StatuteText& text) const {
    return sharing::ForumOf(parties, text.profile->dispute_forum, find_authority_);
  }
  // Nothing if the directory has no such authority.
  std::optional<Authority> AuthorityNamed(absl::string_view name) const {
    return find_authority_ ? find_authority_(name) : std::nullopt;
  }
  // Whose lists an object of these parties stands in.
  static std::vector<std::string> Owners(const Parties& parties);
  // Whose lists the actor may read: the own agency's, and the authority's that it acts for.
  std::vector<std::string> OwnersFor(const Actor& actor) const;

  // The text that governs what this provider owes: its authority's, or the installation's.
  // FAILED_PRECONDITION if that profile is not loaded.
  absl::StatusOr<StatuteText> TextOf(const Agency& provider) const;
  // The text that an object cites as profile@version.
  absl::StatusOr<StatuteText> TextCited(absl::string_view cited) const;

  // NOT_VISIBLE if the catalogue has never published it.
  absl::StatusOr<Stored<Resource>> LoadResource(absl::string_view name) const;

  // A fresh name: {collection}/{id}.
  static std::string NewName(absl::string_view collection);
  // INVALID_ARGUMENT unless `name` has the form {collection}/{id}.
  static absl::Status CheckName(absl::string_view collection, absl::string_view name);
  // ABORTED, CHANGED_MEANWHILE, unless `etag` is that of `version`; INVALID_ARGUMENT if empty.
  static absl::Status CheckEtag(absl::string_view etag, absl::string_view name, uint64_t version);
  static std::string EtagOf(uint64_t version);

  // An event about `object`, known to both parties.
  evidence::AuditRecord Event(evidence::RecordKind kind, const Errand& errand,
                              const Parties& parties, absl::string_view object) const;

  // Names in `event` only these agencies, each once; empty names are none.
  static void TellOnly(const std::vector<std::string>& readers, evidence::AuditRecord* event);
  // The same: those that may read the request, whose record it holds.
  static void TellOnly(const Request& request, evidence::AuditRecord* event);

  // Runs `act` unless the errand's request id was seen, in which case `load` answers for
  // the object that it made. A twin that won the race counts as seen.
  template <typename T, typename Load, typename Act>
  absl::StatusOr<T> Once(const Errand& errand, Load load, Act act) const {
    SHAREWAY_ASSIGN_OR_RETURN(std::optional<std::string> seen, store_->Seen(errand.once, Now()));
    if (seen) return load(*seen);
    absl::StatusOr<T> result = act();
    if (!absl::IsAborted(result.status())) return result;
    SHAREWAY_ASSIGN_OR_RETURN(seen, store_->Seen(errand.once, Now()));
    if (seen) return load(*seen);
    return result;
  }

 private:
  SharingStore* const store_;
  const Clock* const clock_;
  const statute::ProfileSet* const profiles_;
  const std::unique_ptr<CalendarShelf> calendars_;
  const std::string default_profile_;
  const FindAgency find_agency_;
  const FindAuthority find_authority_;
};

}  // namespace shareway::sharing
