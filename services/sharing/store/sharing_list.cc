// SPDX-License-Identifier: Apache-2.0
// The lists of the sharing store: several owners' rows as one, each row once.
#include <algorithm>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/sharing/store/keys.h"
#include "services/sharing/store/record_codec.h"
#include "services/sharing/store/sharing_store.h"

namespace shareway::sharing {
namespace {

constexpr size_t kChunk = 256;

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

// Walks the places from `cursor` on until `limit` rows were taken. `read` answers the
// row at a place, or nothing if it is not wanted.
template <typename T, typename ReadRow>
absl::StatusOr<Page<T>> Walk(const kv::Store& kv, const std::vector<std::string>& prefixes,
                             absl::string_view cursor, int limit, ReadRow read) {
  Page<T> page;
  std::string at(cursor);
  while (true) {
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<std::string> places, Places(kv, prefixes, at));
    if (places.empty()) return page;
    for (const std::string& place : places) {
      SHAREWAY_ASSIGN_OR_RETURN(std::optional<Stored<T>> row, read(place));
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

const statute::Clock* ClockAt(const statute::Clock& clock, absl::string_view due,
                              absl::string_view kind) {
  const bool same = statute::ClockKindName(clock.kind) == kind &&
                    absl::FormatCivilTime(clock.due.day) == due;
  return same ? &clock : nullptr;  // a row of a superseded due date is passed over
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
  return WalkNamed<Notice>(
      *kv_, "notices", owners, cursor, limit,
      [this](absl::string_view name) { return LoadNotice(name); }, want);
}

absl::StatusOr<Page<ClockRow>> SharingStore::ListClocks(const std::vector<std::string>& owners,
                                                        absl::string_view cursor, int limit,
                                                        WantClock want) const {
  std::vector<std::string> prefixes;
  for (const std::string& owner : owners) prefixes.push_back(ClockPrefix(owner));
  using Row = absl::StatusOr<std::optional<Stored<ClockRow>>>;
  return Walk<ClockRow>(*kv_, prefixes, cursor, limit, [&](const std::string& place) -> Row {
    const std::vector<absl::string_view> parts = absl::StrSplit(place, '|');
    if (parts.size() != 3) return absl::DataLossError("a clock's row does not read");
    const absl::string_view subject = parts[1];
    ClockRow row{.subject = std::string(subject), .debtor = {}, .clock = {}};
    if (absl::StartsWith(subject, "requests/")) {
      SHAREWAY_ASSIGN_OR_RETURN(Stored<Request> request, LoadRequest(subject));
      const Request::Fields& f = request.value.fields();
      if (!f.clock || ClockAt(*f.clock, parts[0], parts[2]) == nullptr) return std::nullopt;
      row.debtor = f.provider;
      row.clock = *f.clock;
      if (!want(row, &request.value, nullptr)) return std::nullopt;
      return Row(Stored<ClockRow>{std::move(row), request.version});
    }
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Dispute> dispute, LoadDispute(subject));
    const Dispute::Fields& f = dispute.value.fields();
    for (const statute::Clock& clock : f.clocks) {
      if (ClockAt(clock, parts[0], parts[2]) == nullptr) continue;
      row.debtor = clock.kind == statute::ClockKind::kCoordination ? f.coordinator_agency
                                                                   : f.provider;
      row.clock = clock;
      if (!want(row, nullptr, &dispute.value)) return std::nullopt;
      return Row(Stored<ClockRow>{std::move(row), dispute.version});
    }
    return std::nullopt;
  });
}

}  // namespace shareway::sharing
