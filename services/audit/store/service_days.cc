// SPDX-License-Identifier: Apache-2.0
// Counting days of service.
#include "services/audit/store/service_days.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/audit/store/keys.h"

namespace shareway::audit {
namespace {

constexpr absl::Duration kDay = absl::Hours(24);
// Two processes' clocks, or a clock that is steered, may disagree by less.
constexpr absl::Duration kShortestDay = absl::Hours(23);
constexpr absl::string_view kFileGuard = "service-days";
constexpr size_t kDayBytes = 16;

std::string DayKey(uint64_t number) { return absl::StrCat(kDayPrefix, BigEndian64(number)); }

std::string DayBytes(const ServiceDay& day) {
  return absl::StrCat(BigEndian64(static_cast<uint64_t>(absl::ToUnixNanos(day.time))),
                      BigEndian64(day.size));
}

ServiceDay ParseDay(absl::string_view bytes) {
  return {.time = absl::FromUnixNanos(static_cast<int64_t>(ReadBigEndian64(bytes))),
          .size = ReadBigEndian64(bytes.substr(8))};
}

}  // namespace

absl::StatusOr<ServiceDays> ServiceDays::Read(kv::Store* store) {
  ServiceDays days(store);
  absl::Status status;
  SHAREWAY_RETURN_IF_ERROR(store->Scan(
      kDayPrefix, PrefixEnd(kDayPrefix),
      [&](absl::string_view key, absl::string_view value, uint64_t) {
        absl::StatusOr<std::string> bytes = Unguard(key, value);
        if (key != DayKey(days.days_.size()) || !bytes.ok() || bytes->size() != kDayBytes) {
          status = Damaged(key, "is no day of service, or one before it is missing");
          return false;
        }
        days.days_.push_back(ParseDay(*bytes));
        return true;
      }));
  SHAREWAY_RETURN_IF_ERROR(status);
  return days;
}

absl::Status ServiceDays::Mark(absl::Time now, absl::Duration boot, uint64_t size) {
  if (begun_ == -absl::InfiniteDuration()) begun_ = boot;
  if (!days_.empty()) {
    const absl::Duration wall = now - days_.back().time;
    const absl::Duration here = boot - begun_;
    if (own_ && here < kShortestDay) return absl::OkStatus();
    if (wall < kDay && (wall >= absl::ZeroDuration() || here < kDay)) return absl::OkStatus();
  }
  const ServiceDay day{.time = now, .size = size};
  const std::string key = DayKey(days_.size());
  kv::Batch batch;
  batch.Put(key, Guarded(key, DayBytes(day)));
  SHAREWAY_RETURN_IF_ERROR(store_->Commit(std::move(batch)).status());
  days_.push_back(day);
  begun_ = boot;
  own_ = true;
  return absl::OkStatus();
}

uint64_t ServiceDays::SizeBefore(int days) const {
  const size_t back = static_cast<size_t>(days);
  if (days < 1 || days_.size() <= back) return 0;
  return days_[days_.size() - 1 - back].size;
}

std::string ServiceDays::Bytes() const {
  std::string bytes;
  for (const ServiceDay& day : days_) bytes += DayBytes(day);
  return Guarded(kFileGuard, bytes);
}

absl::StatusOr<std::vector<ServiceDay>> ServiceDays::Parse(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string value, Unguard(kFileGuard, bytes));
  if (value.size() % kDayBytes != 0) return Damaged(kFileGuard, "has a part of a day");
  std::vector<ServiceDay> days;
  for (size_t at = 0; at < value.size(); at += kDayBytes) {
    days.push_back(ParseDay(absl::string_view(value).substr(at)));
  }
  return days;
}

void ServiceDays::Put(const std::vector<ServiceDay>& days, kv::Batch* batch) {
  for (size_t number = 0; number < days.size(); ++number) {
    const std::string key = DayKey(number);
    batch->Put(key, Guarded(key, DayBytes(days[number])));
  }
}

}  // namespace shareway::audit
