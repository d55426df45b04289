// SPDX-License-Identifier: Apache-2.0
// Keeps the catalogue current: reports of changed duties, and the clocks that they and approvals
// start. M16 8; R25 16(1), 17(2).
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
#include "services/catalog/domain/update_clock.h"
#include "services/catalog/store/resource_store.h"
#include "services/catalog/store/update_store.h"

namespace shareway::catalog {

// Thread-safe.
class Updates {
 public:
  using Loaded = UpdateStore::Loaded;
  // All must outlive it.
  struct Parts {
    const UpdateStore* store = nullptr;
    const ResourceStore* resources = nullptr;
    const statute::ProfileSet* statutes = nullptr;
    const statute::CalendarSet* calendars = nullptr;
    const Clock* clock = nullptr;
    std::function<std::shared_ptr<const Register>()> directory = {};
  };
  explicit Updates(Parts parts) : parts_(std::move(parts)) {}

  // Starts a clock for each entry named, or for all that the agencies published; with one entry or
  // more. Errors:
  //   INVALID_ARGUMENT     CheckDutyChange; more than kMaxDutyClocks entries
  //   PERMISSION_DENIED    Error::NotVisible, for the first agency that is not the caller's own nor
  //                        in the charge of his authority, and for an entry that is none of theirs
  //   FAILED_PRECONDITION  nothing of theirs is published, or an entry named is not any more
  absl::StatusOr<store::DutyChangeRecord> Report(const Cause& cause, DutyChange change);

  // Errors of UpdateClock's steps; NotVisible for a clock that is not there; ABORTED,
  // CHANGED_MEANWHILE, for a stale etag.
  absl::StatusOr<Loaded> AskExtension(const Cause& cause, absl::string_view name,
                                      absl::string_view etag, int days, absl::string_view reason);
  absl::StatusOr<Loaded> ConsentExtension(const Cause& cause, absl::string_view name,
                                          absl::string_view etag, absl::string_view document);
  absl::StatusOr<Loaded> RefuseExtension(const Cause& cause, absl::string_view name,
                                         absl::string_view etag, absl::string_view reason);
  absl::StatusOr<Loaded> Complete(const Cause& cause, absl::string_view name,
                                  absl::string_view etag, absl::string_view statement);

  // Clocks that the caller sees, after `cursor`, up to `limit`.
  struct Query {
    std::string agency = {};
    UpdateClock::State state = UpdateClock::State::kUnspecified;
    UpdateClock::Kind kind = UpdateClock::Kind::kUnspecified;
    bool overdue = false;
  };
  struct Page {
    std::vector<Loaded> clocks = {};
    std::string next = {};  // where the next page begins; empty: there is none
  };
  // NotVisible for an agency whose clocks the caller does not see.
  absl::StatusOr<Page> List(const Caller& caller, const Query& query, absl::string_view cursor,
                            size_t limit) const;
  // As it stands now, with etag and what depends on the time of reading.
  absl::StatusOr<v1::UpdateClock> Shown(const Loaded& loaded) const;

  // That a revision of `resource` may answer these clocks. INVALID_ARGUMENT naming the first that it
  // may not: not an open UPDATE clock of it, or more than 50, or one twice.
  absl::Status CheckAnswers(absl::string_view resource,
                            const std::vector<std::string>& clocks) const;
  // What a change of an entry does to its clocks, for its commit: an approval starts that of the
  // authority, a publication ends it and those that the revision answers, a return by the authority
  // ends it, a withdrawal drops all.
  absl::Status Follow(evidence::RecordKind kind, const Resource& before, const Resource& after,
                      const Cause& cause, absl::Time now,
                      std::vector<evidence::AuditRecord>* records, kv::Batch* batch) const;

 private:
  using Step = std::function<absl::StatusOr<UpdateClock>(const UpdateClock&, const Actor&)>;
  absl::StatusOr<Loaded> Change(const Cause& cause, absl::string_view name, absl::string_view etag,
                                const Step& step);
  Actor ActorFor(const Caller& caller, absl::string_view provider) const;
  const Authority* AuthorityOf(const Register& all, absl::string_view provider) const;
  absl::StatusOr<std::vector<std::string>> Concerned(const DutyChange& change) const;
  // Nothing if the legal text has no term for this kind.
  absl::StatusOr<std::optional<UpdateClock>> Start(UpdateClock::Kind kind,
                                                   absl::string_view resource,
                                                   absl::string_view provider,
                                                   const DutyChange* change,
                                                   absl::Time trigger) const;
  // Counted again if a calendar was missing when it started.
  absl::StatusOr<UpdateClock> Current(UpdateClock clock) const;
  evidence::AuditRecord RecordOf(const UpdateClock& clock) const;

  const Parts parts_;
};

}  // namespace shareway::catalog
