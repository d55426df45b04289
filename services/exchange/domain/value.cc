// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/value.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/civil_time.h"
#include "libs/base/bytes.h"

namespace shareway::exchange {
namespace {

constexpr size_t kWholeDigits = 38;
constexpr size_t kFractionDigits = 18;
constexpr size_t kNanoDigits = 9;

bool IsDigits(absl::string_view text, size_t most) {
  return !text.empty() && text.size() <= most &&
         std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

bool IsDecimal(absl::string_view text) {
  absl::ConsumePrefix(&text, "-");
  const size_t point = text.find('.');
  if (point == absl::string_view::npos) return IsDigits(text, kWholeDigits);
  return IsDigits(text.substr(0, point), kWholeDigits) &&
         IsDigits(text.substr(point + 1), kFractionDigits);
}

bool IsInteger(absl::string_view text) {
  absl::string_view digits = text;
  const bool negative = absl::ConsumePrefix(&digits, "-");
  if (!IsDigits(digits, 19)) return false;
  if (digits[0] == '0' && (negative || digits.size() > 1)) return false;
  int64_t value;
  return absl::SimpleAtoi(text, &value);
}

// Two digits at `at` that say at most `most`.
bool IsPart(absl::string_view text, size_t at, int most) {
  const absl::string_view part = text.substr(at, 2);
  return part.size() == 2 && IsDigits(part, 2) &&
         (part[0] - '0') * 10 + (part[1] - '0') <= most;
}

bool IsDate(absl::string_view text) {
  if (text.size() != 10 || text[4] != '-' || text[7] != '-') return false;
  const absl::string_view fields[] = {text.substr(0, 4), text.substr(5, 2), text.substr(8, 2)};
  int numbers[3];
  for (int i = 0; i < 3; ++i) {
    if (!IsDigits(fields[i], 4) || !absl::SimpleAtoi(fields[i], &numbers[i])) return false;
  }
  if (numbers[0] < 1) return false;
  // Abseil normalizes what is no day of the calendar.
  const absl::CivilDay day(numbers[0], numbers[1], numbers[2]);
  return day.year() == numbers[0] && day.month() == numbers[1] && day.day() == numbers[2];
}

bool IsDatetime(absl::string_view text) {
  if (text.size() < 20 || !IsDate(text.substr(0, 10)) || text[10] != 'T') return false;
  if (!IsPart(text, 11, 23) || text[13] != ':' || !IsPart(text, 14, 59) || text[16] != ':' ||
      !IsPart(text, 17, 59)) {
    return false;
  }
  absl::string_view rest = text.substr(19);
  if (absl::ConsumePrefix(&rest, ".")) {
    const size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
    if (digits < 1 || digits > kNanoDigits) return false;
    rest.remove_prefix(digits);
  }
  if (rest == "Z") return true;
  return rest.size() == 6 && (rest[0] == '+' || rest[0] == '-') && IsPart(rest, 1, 23) &&
         rest[3] == ':' && IsPart(rest, 4, 59);
}

}  // namespace

std::string ShownValue(absl::string_view value) {
  constexpr size_t kShown = 64;
  absl::string_view head = value.substr(0, kShown);
  while (!head.empty() && head.size() < value.size() &&
         (static_cast<uint8_t>(value[head.size()]) & 0xc0) == 0x80) {
    head.remove_suffix(1);
  }
  return absl::StrCat("\"", IsText(head) ? absl::Utf8SafeCEscape(head) : absl::CHexEscape(head),
                      head.size() < value.size() ? "…\"" : "\"");
}

std::optional<std::string> BrokenRule(const SchemaItem& item,
                                      std::optional<absl::string_view> value) {
  if (!value) {
    if (item.key) return "is null, a key item never is";
    if (item.required) return "is null, a required item never is";
    return std::nullopt;
  }
  const auto unless = [&](bool good, absl::string_view form) -> std::optional<std::string> {
    if (good) return std::nullopt;
    return absl::StrCat(ShownValue(*value), " is not ", form);
  };
  switch (item.type) {
    case ItemType::kText:
      // Bytes are never fewer than code points.
      if (item.length == 0 || value->size() <= item.length) return std::nullopt;
      if (const int points = CodePoints(*value); points > static_cast<int64_t>(item.length)) {
        return absl::StrCat(ShownValue(*value), " has ", points, " characters, at most ",
                            item.length);
      }
      return std::nullopt;
    case ItemType::kDecimal:
      return unless(IsDecimal(*value),
                    "a decimal number of at most 38 digits before the point and 18 after it");
    case ItemType::kInteger:
      return unless(IsInteger(*value), "a whole number of 64 bits without leading zeros");
    case ItemType::kDate:
      return unless(IsDate(*value), "a date CCYY-MM-DD of the calendar");
    case ItemType::kDatetime:
      return unless(IsDatetime(*value), "a time of RFC 3339 as 2023-06-30T08:00:00+08:00");
    case ItemType::kBoolean:
      return unless(*value == "true" || *value == "false", "true or false");
  }
  return "has an unknown type";
}

}  // namespace shareway::exchange
