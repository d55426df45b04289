// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/tally_store.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"

namespace shareway::exchange {
namespace {

constexpr char kTally[] = "tally/";
constexpr size_t kMaxLooked = 100'000;
constexpr int kMostKnown = 5;  // of purposes and of methods, both from 1 on

// Who asks under numbers that nobody knows makes no keys of them.
int Known(int number) { return number >= 1 && number <= kMostKnown ? number : 0; }

std::string DayPrefix(absl::CivilDay day) {
  return absl::StrCat(kTally, absl::FormatCivilTime(day), "/");
}

std::string IdOf(absl::string_view name, absl::string_view collection) {
  absl::ConsumePrefix(&name, collection);
  return name.empty() ? "-" : std::string(name);
}

template <typename Counts>
bool ReadCounts(absl::string_view bytes, Counts* counts) {
  if (bytes.size() != 8 * counts->size()) return false;
  for (size_t i = 0; i < counts->size(); ++i) (*counts)[i] = ReadBigEndian64(bytes.substr(8 * i));
  return true;
}

// False if the key or the value is not one of ours.
bool ReadTally(absl::CivilDay day, absl::string_view rest, absl::string_view value, Tally* tally) {
  const std::vector<absl::string_view> parts = absl::StrSplit(rest, '/');
  std::array<uint64_t, 4> counts = {};
  int method = 0;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[2], &tally->purpose) ||
      !absl::SimpleAtoi(parts[3], &method) || !ReadCounts(value, &counts)) {
    return false;
  }
  tally->day = day;
  tally->consumer = absl::StrCat("agencies/", parts[0]);
  tally->grant = parts[1] == "-" ? "" : absl::StrCat("grants/", parts[1]);
  tally->method = static_cast<Method>(method);
  tally->delivered = counts[0];
  tally->refused = counts[1];
  tally->records = counts[2];
  tally->payload_bytes = counts[3];
  return true;
}

}  // namespace

absl::CivilDay DayOf(absl::Time time) {
  return absl::ToCivilDay(time, absl::FixedTimeZone(8 * 60 * 60));
}

void TallyStore::Add(const Request& request, absl::string_view grant, absl::Time now,
                     const Counts& counts) {
  const std::string key =
      absl::StrCat(DayPrefix(DayOf(now)), IdOf(request.consumer, "agencies/"), "/",
                   IdOf(grant, "grants/"), "/", Known(request.purpose), "/",
                   Known(static_cast<int>(request.method)));
  absl::MutexLock lock(&mutex_);
  Counts& sums = counted_[key];
  for (size_t i = 0; i < counts.size(); ++i) sums[i] += counts[i];
}

void TallyStore::AddDelivered(const Request& request, absl::string_view grant, uint64_t records,
                              uint64_t payload_bytes, absl::Time now) {
  Add(request, grant, now, {1, 0, records, payload_bytes});
}

void TallyStore::AddRefused(const Request& request, absl::string_view grant, absl::Time now) {
  Add(request, grant, now, {0, 1, 0, 0});
}

absl::Status TallyStore::Flush() {
  absl::MutexLock flushing(&flush_mutex_);
  absl::flat_hash_map<std::string, Counts> taken;
  {
    absl::MutexLock lock(&mutex_);
    taken.swap(counted_);
  }
  if (taken.empty()) return absl::OkStatus();
  const absl::Status kept = [&]() -> absl::Status {
    kv::Batch batch;
    for (const auto& [key, counts] : taken) {
      Counts sums = {};
      absl::StatusOr<kv::Entry> before = kv_->Get(key);
      if (!before.ok() && !absl::IsNotFound(before.status())) return before.status();
      if (before.ok() && !ReadCounts(before->value, &sums)) {
        return absl::DataLossError(absl::StrCat(key, " cannot be read"));
      }
      std::string value;
      for (size_t i = 0; i < sums.size(); ++i) {
        absl::StrAppend(&value, BigEndian64(sums[i] + counts[i]));
      }
      batch.Put(key, std::move(value));
    }
    return kv_->Commit(std::move(batch)).status();
  }();
  if (kept.ok()) return kept;
  absl::MutexLock lock(&mutex_);
  for (const auto& [key, counts] : taken) {
    Counts& sums = counted_[key];
    for (size_t i = 0; i < counts.size(); ++i) sums[i] += counts[i];
  }
  return kept;
}

absl::Status TallyStore::DropBefore(absl::CivilDay day) {
  kv::Batch batch;
  batch.DeleteRange(kTally, DayPrefix(day));
  return kv_->Commit(std::move(batch)).status();
}

absl::StatusOr<TallyStore::Page> TallyStore::List(const Range& range, absl::string_view after,
                                                  size_t limit) {
  SHAREWAY_RETURN_IF_ERROR(Flush());
  Page page;
  size_t looked = 0;
  absl::CivilDay day = range.last;
  std::string start = DayPrefix(day);
  // A cursor is a key: its day, and what of it was told.
  if (!after.empty()) {
    if (!absl::ParseCivilTime(after.substr(sizeof(kTally) - 1, 10), &day)) {
      return absl::InvalidArgumentError("the cursor is no key of a day");
    }
    start = absl::StrCat(after, absl::string_view("\0", 1));
  }
  for (; day >= range.first; --day, start = DayPrefix(day)) {
    const std::string prefix = DayPrefix(day);
    absl::Status unreadable;
    bool full = false;
    std::string last;
    SHAREWAY_RETURN_IF_ERROR(kv_->Scan(
        start, PrefixEnd(prefix), [&](absl::string_view key, absl::string_view value, uint64_t) {
          full = page.tallies.size() == limit || ++looked > kMaxLooked;
          if (full) return false;
          last.assign(key.data(), key.size());
          Tally tally;
          if (!ReadTally(day, key.substr(prefix.size()), value, &tally)) {
            unreadable = absl::DataLossError(absl::StrCat(key, " cannot be read"));
            return false;
          }
          const bool wanted = (range.consumer.empty() || tally.consumer == range.consumer) &&
                              (range.grant.empty() || tally.grant == range.grant);
          if (wanted) page.tallies.push_back(std::move(tally));
          return true;
        }));
    SHAREWAY_RETURN_IF_ERROR(unreadable);
    if (!last.empty()) page.next = std::move(last);
    if (full) return page;
  }
  page.next.clear();
  return page;
}

}  // namespace shareway::exchange
