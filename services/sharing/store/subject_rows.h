// SPDX-License-Identifier: Apache-2.0
// The rows of lists that follow from what a subject is now: its clocks, and the trays it lies in.
//
// Keys (see keys.h for the lists):
//   rows/{subject} -> RowsRecord: which rows it has, so that the next write of the subject removes
//       what no longer holds; and which warnings its clocks gave
//   look/{day}|{subject}|{kind} -> empty; upkeep reads this clock on that day, for its marks
//   warned/{agency}/{post}|{due}|{subject}|{kind} -> one byte, the mark; a clock that this post is
//       warned of, while it runs
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "libs/kv/store.h"
#include "libs/statute/clock.h"
#include "services/sharing/store/inbox_record.pb.h"

namespace shareway::sharing {

// A warning mark of a clock, reached and told.
struct Told {
  statute::Warning mark = statute::Warning::kNone;
  std::vector<std::string> trays = {};  // {agency}/{post} of those who are told, all marks together
  bool promise = false;  // the reviewer knows that a promise nears its end
};

// The rows of one subject, for one batch.
class SubjectRows {
 public:
  explicit SubjectRows(std::string subject) : subject_(std::move(subject)) {}

  // A clock of the subject in the lists of `owners`, and of all that listed one before: by its due
  // date while it runs, at the end of them while it is paused, among those that ended once it is
  // stopped.
  void AddClock(const statute::Clock& clock, const std::vector<std::string>& owners);
  // A request at this place in the lists of what is open, of the authorities among `owners` and
  // among those that list one of its clocks.
  void AddOpen(std::string place, const std::vector<std::string>& owners);
  // A row of any other list, by its whole key.
  void Add(std::string key) { keys_.push_back(std::move(key)); }

  // Reads what the subject had, and adds the difference to the batch, which commits only if nobody
  // else changed it meanwhile.
  absl::Status Write(const kv::Store& kv, kv::Batch* batch);
  // True if somebody changed the rows after Write read them.
  bool Moved(const kv::Store& kv) const;

 private:
  struct Listed {
    std::string kind = {};
    std::string place = {};
    std::string due = {};
    int64_t trigger_nanos = 0;
    bool ended = false;
    bool paused = false;
    absl::CivilDay first_due = {};  // the promised day, or the law's
  };
  // Keeps the warnings of clocks that run on, and plans the next look at each.
  void CarryWarnings(const store::RowsRecord& before, store::RowsRecord* after);

  const std::string subject_;
  std::vector<std::string> keys_;
  std::set<std::string> owners_;
  std::vector<Listed> clocks_;
  std::string open_;  // empty: no request, or not open
  uint64_t version_ = 0;  // of the record that Write read
};

// A clock that is to be looked at.
struct Look {
  std::string day = {};  // CCYY-MM-DD
  std::string subject = {};
  std::string kind = {};
};

// Up to `limit` clocks whose day has come by `today`, earliest first.
absl::StatusOr<std::vector<Look>> DueLooks(const kv::Store& kv, absl::CivilDay today, int limit);

// The mark that the clock's warnings have reached; kNone if none was given to this run of it.
absl::StatusOr<Told> ToldOf(const kv::Store& kv, absl::string_view subject,
                            const statute::Clock& clock);

// Adds to the batch that `told` was told, and that the clock is looked at on `next`, or never
// again. The batch commits only if the subject was not written meanwhile. False if it was before
// this call: then only the row of the look goes.
absl::StatusOr<bool> Tell(const kv::Store& kv, const Look& look, const statute::Clock& clock,
                  const Told& told, std::optional<absl::CivilDay> next, kv::Batch* batch);

// A clock that a post is warned of.
struct WarnedClock {
  std::string subject = {};
  std::string kind = {};
  std::string due = {};
  statute::Warning mark = statute::Warning::kNone;
};

// Up to `limit` clocks that any of `trays` ({agency}/{post}) is warned of, soonest due first.
absl::StatusOr<std::vector<WarnedClock>> WarnedOf(const kv::Store& kv,
                                                  const std::vector<std::string>& trays, int limit);

}  // namespace shareway::sharing
