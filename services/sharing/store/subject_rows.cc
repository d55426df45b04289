// SPDX-License-Identifier: Apache-2.0
// The rows of lists that follow from what a subject is now.
#include "services/sharing/store/subject_rows.h"

#include <algorithm>
#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/sharing/store/keys.h"
#include "services/sharing/store/record_parts.h"

namespace shareway::sharing {
namespace {

constexpr char kLookPrefix[] = "look/";

std::string RowsKey(absl::string_view subject) { return absl::StrCat("rows/", subject); }

std::string LookKey(absl::string_view day, absl::string_view subject, absl::string_view kind) {
  return absl::StrCat(kLookPrefix, day, "|", subject, "|", kind);
}

std::string WarnedPrefix(absl::string_view tray) { return absl::StrCat("warned/", tray, "|"); }

std::string WarnedKey(absl::string_view tray, absl::string_view due, absl::string_view subject,
                      absl::string_view kind) {
  return absl::StrCat(WarnedPrefix(tray), due, "|", subject, "|", kind);
}

bool IsWarned(absl::string_view key) { return absl::StartsWith(key, "warned/"); }

struct ReadRows {
  store::RowsRecord record;
  uint64_t version = 0;
};

// Version 0 if the subject has none.
absl::StatusOr<ReadRows> LoadRows(const kv::Store& kv, absl::string_view subject) {
  absl::StatusOr<kv::Entry> entry = kv.Get(RowsKey(subject));
  if (absl::IsNotFound(entry.status())) return ReadRows{};
  SHAREWAY_RETURN_IF_ERROR(entry.status());
  ReadRows rows;
  rows.version = entry->version;
  if (!rows.record.ParseFromString(entry->value)) return Unreadable(subject);
  return rows;
}

const store::WarnedRecord* Find(const store::RowsRecord& rows, absl::string_view kind,
                                int64_t trigger_nanos) {
  for (const store::WarnedRecord& warned : rows.warned()) {
    if (warned.kind() == kind && warned.trigger_nanos() == trigger_nanos) return &warned;
  }
  return nullptr;
}

// Warned rows carry their mark, all others nothing.
std::string ValueOf(absl::string_view key, const store::RowsRecord& rows) {
  if (!IsWarned(key)) return "";
  const absl::string_view kind = key.substr(key.rfind('|') + 1);
  for (const store::WarnedRecord& warned : rows.warned()) {
    if (warned.kind() == kind) return std::string(1, static_cast<char>('0' + warned.mark()));
  }
  return "0";
}

// Puts the rows of `after`, removes those of `before` that it lacks, and its record.
void Replace(absl::string_view subject, const store::RowsRecord& before,
             const store::RowsRecord& after, kv::Batch* batch) {
  std::set<absl::string_view> kept(after.keys().begin(), after.keys().end());
  for (const std::string& key : before.keys()) {
    if (kept.count(key) == 0) batch->Delete(key);
  }
  const std::set<absl::string_view> had(before.keys().begin(), before.keys().end());
  for (const std::string& key : after.keys()) {
    if (had.count(key) == 0 || IsWarned(key)) batch->Put(key, ValueOf(key, after));
  }
  batch->Put(RowsKey(subject), after.SerializeAsString());
}

}  // namespace

void SubjectRows::AddClock(const statute::Clock& clock, const std::vector<std::string>& owners) {
  const std::string kind(statute::ClockKindName(clock.kind));
  const std::string due = absl::FormatCivilTime(clock.due.day);
  const bool paused = !clock.pauses.empty() && !clock.pauses.back().to;
  std::string place = ClockPlace(clock.due.day, subject_, kind);
  if (paused) place = absl::StrCat(kPausedPlace, "|", subject_, "|", kind);
  if (clock.stop) place = ClockPlace(statute::LawDay(*clock.stop), subject_, kind);
  owners_.insert(owners.begin(), owners.end());
  if (!clock.stop) {
    Add(absl::StrCat(kRunningPrefix, place));
    if (clock.due.provisional) Add(ProvisionalKey(subject_));
  }
  clocks_.push_back({kind, std::move(place), due, Nanos(clock.trigger), clock.stop.has_value(),
                     paused, clock.promised ? clock.promised->day : clock.due.day});
}

void SubjectRows::AddOpen(std::string place, const std::vector<std::string>& owners) {
  owners_.insert(owners.begin(), owners.end());
  open_ = std::move(place);
}

void SubjectRows::CarryWarnings(const store::RowsRecord& before, store::RowsRecord* after) {
  for (const Listed& clock : clocks_) {
    if (clock.ended) continue;
    uint32_t mark = 0;
    if (const store::WarnedRecord* warned = Find(before, clock.kind, clock.trigger_nanos)) {
      *after->add_warned() = *warned;
      mark = warned->mark();
      for (const std::string& tray : warned->trays()) {
        Add(WarnedKey(tray, clock.due, subject_, clock.kind));
      }
    }
    // The store has no calendars to say when a mark is reached; upkeep has. No half of a period's
    // working days lies in the first fifth of its days.
    if (!clock.paused && mark < static_cast<uint32_t>(statute::Warning::kAuthority)) {
      const absl::CivilDay from = statute::LawDay(TimeOf(clock.trigger_nanos));
      const absl::CivilDay day = from + std::max<absl::civil_diff_t>(0, clock.first_due - from) / 5;
      Add(LookKey(absl::FormatCivilTime(day), subject_, clock.kind));
    }
  }
}

absl::Status SubjectRows::Write(const kv::Store& kv, kv::Batch* batch) {
  SHAREWAY_ASSIGN_OR_RETURN(const ReadRows before, LoadRows(kv, subject_));
  version_ = before.version;
  store::RowsRecord after;
  for (const std::string& key : before.record.keys()) {
    for (absl::string_view list : {"clock/", "ended/"}) {
      if (absl::StartsWith(key, list)) {
        owners_.insert(key.substr(list.size(), key.find('|') - list.size()));
      }
    }
  }
  for (const Listed& clock : clocks_) {
    for (const std::string& owner : owners_) {
      Add(absl::StrCat(clock.ended ? EndedPrefix(owner) : ClockPrefix(owner), clock.place));
    }
  }
  for (const std::string& owner : owners_) {
    if (open_.empty() || !absl::StartsWith(owner, "authorities/")) continue;
    Add(absl::StrCat(ListPrefix("requests", OpenList(owner)), open_));
  }
  CarryWarnings(before.record, &after);
  std::sort(keys_.begin(), keys_.end());
  keys_.erase(std::unique(keys_.begin(), keys_.end()), keys_.end());
  for (std::string& key : keys_) after.add_keys(std::move(key));
  keys_.clear();
  if (version_ == 0 && after.keys().empty()) return absl::OkStatus();
  if (version_ == 0) {
    batch->ExpectAbsent(RowsKey(subject_));
  } else {
    batch->Expect(RowsKey(subject_), version_);
  }
  Replace(subject_, before.record, after, batch);
  return absl::OkStatus();
}

bool SubjectRows::Moved(const kv::Store& kv) const {
  const absl::StatusOr<kv::Entry> now = kv.Get(RowsKey(subject_));
  return (now.ok() ? now->version : 0) != version_;
}

absl::StatusOr<std::vector<Look>> DueLooks(const kv::Store& kv, absl::CivilDay today, int limit) {
  std::vector<Look> looks;
  const std::string end = absl::StrCat(kLookPrefix, absl::FormatCivilTime(today + 1));
  SHAREWAY_RETURN_IF_ERROR(
      kv.Scan(kLookPrefix, end, [&](absl::string_view key, absl::string_view, uint64_t) {
        key.remove_prefix(sizeof(kLookPrefix) - 1);
        const std::vector<std::string> parts = absl::StrSplit(key, '|');
        if (parts.size() == 3) looks.push_back({parts[0], parts[1], parts[2]});
        return static_cast<int>(looks.size()) < limit;
      }));
  return looks;
}

absl::StatusOr<Told> ToldOf(const kv::Store& kv, absl::string_view subject,
                            const statute::Clock& clock) {
  SHAREWAY_ASSIGN_OR_RETURN(const ReadRows rows, LoadRows(kv, subject));
  const store::WarnedRecord* warned =
      Find(rows.record, statute::ClockKindName(clock.kind), Nanos(clock.trigger));
  if (warned == nullptr) return Told{};
  return Told{static_cast<statute::Warning>(warned->mark()), GetStrings(warned->trays()),
              warned->promise()};
}

absl::StatusOr<bool> Tell(const kv::Store& kv, const Look& look, const statute::Clock& clock,
                          const Told& told, std::optional<absl::CivilDay> next,
                          kv::Batch* batch) {
  SHAREWAY_ASSIGN_OR_RETURN(const ReadRows before, LoadRows(kv, look.subject));
  const std::string gone = LookKey(look.day, look.subject, look.kind);
  batch->Delete(gone);
  std::set<std::string> keys(before.record.keys().begin(), before.record.keys().end());
  if (keys.erase(gone) == 0) return false;
  store::RowsRecord after;
  for (const store::WarnedRecord& warned : before.record.warned()) {
    if (warned.kind() != look.kind) *after.add_warned() = warned;
  }
  if (told.mark != statute::Warning::kNone) {
    store::WarnedRecord* warned = after.add_warned();
    warned->set_kind(look.kind);
    warned->set_trigger_nanos(Nanos(clock.trigger));
    warned->set_mark(static_cast<uint32_t>(told.mark));
    warned->set_promise(told.promise);
    for (const std::string& tray : told.trays) {
      warned->add_trays(tray);
      keys.insert(WarnedKey(tray, absl::FormatCivilTime(clock.due.day), look.subject, look.kind));
    }
  }
  if (next) keys.insert(LookKey(absl::FormatCivilTime(*next), look.subject, look.kind));
  for (const std::string& key : keys) after.add_keys(key);
  batch->Expect(RowsKey(look.subject), before.version);
  Replace(look.subject, before.record, after, batch);
  return true;
}

absl::StatusOr<std::vector<WarnedClock>> WarnedOf(const kv::Store& kv,
                                                  const std::vector<std::string>& trays,
                                                  int limit) {
  // By place, so that a clock of which two posts are warned comes once.
  std::map<std::string, statute::Warning> places;
  for (const std::string& tray : trays) {
    const std::string prefix = WarnedPrefix(tray);
    int taken = 0;
    SHAREWAY_RETURN_IF_ERROR(kv.Scan(
        prefix, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view value, uint64_t) {
          const auto mark = static_cast<statute::Warning>(value.empty() ? 0 : value[0] - '0');
          places.emplace(key.substr(prefix.size()), mark);
          return ++taken < limit;
        }));
  }
  std::vector<WarnedClock> clocks;
  for (const auto& [place, mark] : places) {
    const std::vector<std::string> parts = absl::StrSplit(place, '|');
    if (parts.size() != 3 || static_cast<int>(clocks.size()) == limit) break;
    clocks.push_back({parts[1], parts[2], parts[0], mark});
  }
  return clocks;
}

}  // namespace shareway::sharing
