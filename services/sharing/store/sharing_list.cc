// SPDX-License-Identifier: Apache-2.0
// The lists of the sharing store: several owners' rows as one, each row once.
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/bytes.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "services/sharing/store/keys.h"
#include "services/sharing/store/notice_codec.h"
#include "services/sharing/store/record_codec.h"
#include "services/sharing/store/record_parts.h"
#include "services/sharing/store/sharing_store.h"

namespace shareway::sharing {
namespace {

constexpr size_t kChunk = 256;
constexpr int kMaxRead = 10'000;

// The next places after `after` under any of `prefixes`, in order, at most kChunk.
absl::StatusOr<std::vector<std::string>> Places(const kv::Store& kv,
                                                const std::vector<std::string>& prefixes,
                                                absl::string_view after) {
  std::set<std::string> merged;
  for (const std::string& prefix : prefixes) {
    size_t taken = 0;
    // A key after the cursor's own: the cursor and a zero byte.
    const std::string start =
        after.empty() ? prefix : absl::StrCat(prefix, after, absl::string_view("\0", 1));
    SHAREWAY_RETURN_IF_ERROR(kv.Scan(
        start, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view, uint64_t) {
          merged.emplace(key.substr(prefix.size()));
          return ++taken < kChunk;
        }));
  }
  // Beyond the first kChunk of the union an owner may have rows that were not read.
  std::vector<std::string> places(merged.begin(), merged.end());
  if (places.size() > kChunk) places.resize(kChunk);
  return places;
}

// Walks the places from `cursor` on until `limit` rows were taken, or kMaxRead were read: a page
// of what is rare among a million may be short. `read` answers the row at a place, or nothing if
// it is not wanted; the walk ends where it sets `over`.
template <typename T, typename ReadRow>
absl::StatusOr<Page<T>> Walk(const kv::Store& kv, const std::vector<std::string>& prefixes,
                             absl::string_view cursor, int limit, ReadRow read,
                             const bool* over = nullptr) {
  Page<T> page;
  std::string at(cursor);
  for (int rows_read = 0; true;) {
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<std::string> places, Places(kv, prefixes, at));
    if (places.empty()) return page;
    for (const std::string& place : places) {
      if (rows_read++ == kMaxRead) {
        page.next = at;
        return page;
      }
      SHAREWAY_ASSIGN_OR_RETURN(std::optional<Stored<T>> row, read(place));
      if (over != nullptr && *over) return page;
      if (row) {
        if (static_cast<int>(page.values.size()) == limit) {
          page.next = at;
          return page;
        }
        page.values.push_back(*std::move(row));
      }
      at = place;
    }
  }
}

std::vector<std::string> Prefixes(absl::string_view kind, const std::vector<std::string>& owners) {
  std::vector<std::string> prefixes;
  for (const std::string& owner : owners) prefixes.push_back(ListPrefix(kind, owner));
  return prefixes;
}

template <typename T, typename Load, typename Want>
absl::StatusOr<Page<T>> WalkNamed(const kv::Store& kv, absl::string_view kind,
                                  const std::vector<std::string>& owners,
                                  absl::string_view cursor, int limit, Load load, Want want) {
  return Walk<T>(kv, Prefixes(kind, owners), cursor, limit,
                 [&](const std::string& place) -> absl::StatusOr<std::optional<Stored<T>>> {
                   SHAREWAY_ASSIGN_OR_RETURN(Stored<T> row, load(NameAt(place)));
                   if (!want(row.value)) return std::nullopt;
                   return std::optional<Stored<T>>(std::move(row));
                 });
}

// The owners of lists under `prefix`, {prefix}{owner}|…, each found by its first row.
absl::Status AddOwners(const kv::Store& kv, const std::string& prefix,
                       std::set<std::string>* owners) {
  std::string start = prefix;
  while (true) {
    std::string first;
    SHAREWAY_RETURN_IF_ERROR(kv.Scan(
        start, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view, uint64_t) {
          first = std::string(key);
          return false;
        }));
    const size_t bar = first.find('|', prefix.size());
    if (bar == std::string::npos) return absl::OkStatus();
    owners->insert(first.substr(prefix.size(), bar - prefix.size()));
    start = PrefixEnd(first.substr(0, bar + 1));
  }
}

// The clocks of one subject, oldest first, and the subject where it is no case.
struct Clocks {
  std::vector<ClockRow> rows = {};
  std::optional<Request> request = {};
  std::optional<Dispute> dispute = {};
  uint64_t version = 0;
};

// `kind` is asked for: of a case no other is read.
absl::StatusOr<Clocks> LoadClocks(const SharingStore& store, const kv::Store& kv,
                                  absl::string_view subject, absl::string_view kind) {
  Clocks clocks;
  const auto add = [&](std::string debtor, statute::Clock clock) {
    clocks.rows.push_back({std::string(subject), std::move(debtor), std::move(clock)});
  };
  if (absl::StartsWith(subject, "requests/")) {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Request> request, store.LoadRequest(subject));
    for (Request::Owed& owed : request.value.Clocks()) {
      add(std::move(owed.debtor), *owed.clock);
    }
    clocks.version = request.version;
    clocks.request = std::move(request.value);
    return clocks;
  }
  if (absl::StartsWith(subject, "disputes/")) {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Dispute> dispute, store.LoadDispute(subject));
    const Dispute::Fields& f = dispute.value.fields();
    for (const statute::Clock& clock : f.clocks) {
      const bool coordinator = clock.kind == statute::ClockKind::kCoordination;
      add(coordinator ? f.coordinator_agency : f.provider, clock);
    }
    clocks.version = dispute.version;
    clocks.dispute = std::move(dispute.value);
    return clocks;
  }
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, kv.Get(ClockOfKey(subject, kind)));
  store::CaseClockRecord record;
  std::optional<statute::Clock> clock;
  if (record.ParseFromString(entry.value)) clock = FromRecord(record.clock());
  if (!clock) return Unreadable(subject);
  clocks.version = entry.version;
  add(record.debtor(), *std::move(clock));
  return clocks;
}

// What stands in place of {due} in the row of a clock.
std::string PlaceOf(const statute::Clock& clock) {
  if (clock.stop) return absl::FormatCivilTime(statute::LawDay(*clock.stop));
  const bool paused = !clock.pauses.empty() && !clock.pauses.back().to;
  return paused ? kPausedPlace : absl::FormatCivilTime(clock.due.day);
}

// The clock whose row stands at `place`, {due}|{subject}|{kind}. Nothing if it is not wanted, or
// the due date was superseded.
absl::StatusOr<std::optional<Stored<ClockRow>>> RowAt(const SharingStore& store,
                                                      const kv::Store& kv,
                                                      absl::string_view place,
                                                      SharingStore::WantClock want) {
  const std::vector<absl::string_view> parts = absl::StrSplit(place, '|');
  if (parts.size() != 3) return absl::DataLossError("a clock's row does not read");
  SHAREWAY_ASSIGN_OR_RETURN(Clocks clocks, LoadClocks(store, kv, parts[1], parts[2]));
  for (ClockRow& row : clocks.rows) {
    const bool here = statute::ClockKindName(row.clock.kind) == parts[2] &&
                      PlaceOf(row.clock) == parts[0];
    if (!here) continue;
    if (!want(row, clocks.request ? &*clocks.request : nullptr,
              clocks.dispute ? &*clocks.dispute : nullptr)) {
      return std::nullopt;
    }
    return std::optional<Stored<ClockRow>>({std::move(row), clocks.version});
  }
  return std::nullopt;
}

// The rows under `prefixes` from the day `from` on and before the day `to`.
absl::StatusOr<Page<ClockRow>> WalkDays(const SharingStore& store, const kv::Store& kv,
                                        const std::vector<std::string>& prefixes,
                                        absl::CivilDay from, absl::CivilDay to,
                                        absl::string_view cursor, int limit,
                                        SharingStore::WantClock want) {
  const std::string first = absl::FormatCivilTime(from);  // sorts before every row of that day
  const std::string end = absl::FormatCivilTime(to);
  bool over = false;
  using Row = absl::StatusOr<std::optional<Stored<ClockRow>>>;
  return Walk<ClockRow>(
      kv, prefixes, std::max(first, std::string(cursor)), limit,
      [&](const std::string& place) -> Row {
        over = place >= end;
        if (over) return Row(std::nullopt);
        return RowAt(store, kv, place, want);
      },
      &over);
}

}  // namespace

absl::StatusOr<Page<Request>> SharingStore::ListRequests(const std::vector<std::string>& owners,
                                                         absl::string_view cursor, int limit,
                                                         Want<Request> want) const {
  return WalkNamed<Request>(
      *kv_, "requests", owners, cursor, limit,
      [this](absl::string_view name) { return LoadRequest(name); }, want);
}

absl::StatusOr<Page<Grant>> SharingStore::ListGrants(const std::vector<std::string>& owners,
                                                     absl::string_view cursor, int limit,
                                                     Want<Grant> want) const {
  return WalkNamed<Grant>(
      *kv_, "grants", owners, cursor, limit,
      [this](absl::string_view name) { return LoadGrant(name); }, want);
}

absl::StatusOr<Page<Dispute>> SharingStore::ListDisputes(const std::vector<std::string>& owners,
                                                         absl::string_view cursor, int limit,
                                                         Want<Dispute> want) const {
  return WalkNamed<Dispute>(
      *kv_, "disputes", owners, cursor, limit,
      [this](absl::string_view name) { return LoadDispute(name); }, want);
}

absl::StatusOr<Page<Notice>> SharingStore::ListNotices(const std::vector<std::string>& owners,
                                                       absl::string_view cursor, int limit,
                                                       Want<Notice> want) const {
  return ListCases<Notice>(owners, cursor, limit, want);
}

absl::StatusOr<std::string> SharingStore::WalkCases(absl::string_view collection,
                                                    const std::vector<std::string>& owners,
                                                    absl::string_view cursor, int limit,
                                                    TakeCase take) const {
  using Row = absl::StatusOr<std::optional<Stored<bool>>>;
  int taken = 0;
  SHAREWAY_ASSIGN_OR_RETURN(
      const Page<bool> page,
      Walk<bool>(*kv_, Prefixes(collection, owners), cursor, limit,
                 [&](const std::string& place) -> Row {
                   SHAREWAY_ASSIGN_OR_RETURN(const kv::Entry entry, kv_->Get(NameAt(place)));
                   if (!take(entry.value, entry.version, taken < limit)) return std::nullopt;
                   ++taken;
                   return Row(Stored<bool>{true, entry.version});
                 }));
  return page.next;
}

absl::StatusOr<Page<ClockRow>> SharingStore::ListClocks(const std::vector<std::string>& owners,
                                                        absl::string_view cursor, int limit,
                                                        WantClock want) const {
  std::vector<std::string> prefixes;
  for (const std::string& owner : owners) prefixes.push_back(ClockPrefix(owner));
  return Walk<ClockRow>(*kv_, prefixes, cursor, limit, [&](const std::string& place) {
    return RowAt(*this, *kv_, place, want);
  });
}

absl::StatusOr<Page<ClockRow>> SharingStore::ListClocksDue(
    const std::vector<std::string>& owners, absl::CivilDay from, absl::CivilDay to,
    absl::string_view cursor, int limit, WantClock want) const {
  std::vector<std::string> prefixes;
  for (const std::string& owner : owners) prefixes.push_back(ClockPrefix(owner));
  return WalkDays(*this, *kv_, prefixes, from, to, cursor, limit, want);
}

absl::StatusOr<Page<ClockRow>> SharingStore::ListEndedClocks(
    const std::vector<std::string>& owners, absl::CivilDay from, absl::CivilDay to,
    absl::string_view cursor, int limit) const {
  std::vector<std::string> prefixes;
  for (const std::string& owner : owners) prefixes.push_back(EndedPrefix(owner));
  return WalkDays(*this, *kv_, prefixes, from, to, cursor, limit,
                  [](const ClockRow&, const Request*, const Dispute*) { return true; });
}

absl::StatusOr<std::vector<std::string>> SharingStore::PartyNames() const {
  std::set<std::string> found;
  for (const char* prefix : {"clock/", "ended/", "by/findings|", "by/ratings|", "by/incidents|",
                             "by/drills|"}) {
    SHAREWAY_RETURN_IF_ERROR(AddOwners(*kv_, prefix, &found));
  }
  std::vector<std::string> parties;
  for (const std::string& name : found) {
    if (HasForm("agencies/{a}", name)) parties.push_back(name);
  }
  return parties;
}

absl::StatusOr<Page<ClockRow>> SharingStore::RunningClocks(absl::string_view cursor,
                                                           int limit) const {
  const auto want = [](const ClockRow& row, const Request*, const Dispute*) {
    return !row.clock.stop;
  };
  return Walk<ClockRow>(*kv_, {kRunningPrefix}, cursor, limit, [&](const std::string& place) {
    return RowAt(*this, *kv_, place, want);
  });
}

absl::StatusOr<ClockRow> SharingStore::LoadRunning(absl::string_view subject,
                                                   statute::ClockKind kind) const {
  SHAREWAY_ASSIGN_OR_RETURN(Clocks clocks,
                            LoadClocks(*this, *kv_, subject, statute::ClockKindName(kind)));
  for (ClockRow& row : clocks.rows) {
    if (row.clock.kind == kind && !row.clock.stop) return std::move(row);
  }
  return absl::NotFoundError(
      absl::StrCat("no clock ", statute::ClockKindName(kind), " of ", subject, " runs"));
}

absl::StatusOr<ClockRow> SharingStore::LoadClock(absl::string_view subject,
                                                 statute::ClockKind kind) const {
  SHAREWAY_ASSIGN_OR_RETURN(Clocks clocks,
                            LoadClocks(*this, *kv_, subject, statute::ClockKindName(kind)));
  for (auto row = clocks.rows.rbegin(); row != clocks.rows.rend(); ++row) {
    if (row->clock.kind == kind) return std::move(*row);
  }
  return absl::NotFoundError(
      absl::StrCat("no clock ", statute::ClockKindName(kind), " of ", subject));
}

}  // namespace shareway::sharing
