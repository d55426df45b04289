// SPDX-License-Identifier: Apache-2.0
#include "libs/base/name.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace shareway {
namespace {

bool IsSegment(absl::string_view s) {
  return !s.empty() && s.size() <= 63 && std::all_of(s.begin(), s.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '-';
  });
}

}  // namespace

bool HasForm(absl::string_view pattern, absl::string_view name) {
  for (;;) {
    const size_t want_end = pattern.find('/'), have_end = name.find('/');
    const absl::string_view want = pattern.substr(0, want_end), have = name.substr(0, have_end);
    if (want.front() == '{' ? !IsSegment(have) : want != have) return false;
    if (want_end == absl::string_view::npos || have_end == absl::string_view::npos) {
      return want_end == have_end;
    }
    pattern.remove_prefix(want_end + 1);
    name.remove_prefix(have_end + 1);
  }
}

absl::StatusOr<std::vector<std::string>> ParseName(absl::string_view pattern,
                                                   absl::string_view name) {
  const std::vector<absl::string_view> want = absl::StrSplit(pattern, '/');
  const std::vector<absl::string_view> have = absl::StrSplit(name, '/');
  std::vector<std::string> ids;
  bool fits = want.size() == have.size();
  for (size_t i = 0; fits && i < want.size(); ++i) {
    if (want[i].front() == '{') {
      fits = IsSegment(have[i]);
      ids.emplace_back(have[i]);
    } else {
      fits = want[i] == have[i];
    }
  }
  if (!fits) {
    return absl::InvalidArgumentError(absl::StrCat("\"", name.substr(0, 200), "\" is not of the form ", pattern));
  }
  return ids;
}

bool IsId(absl::string_view id) {
  if (id.empty() || id.size() > 63 || !absl::ascii_islower(id.front()) || id.back() == '-') {
    return false;
  }
  return std::all_of(id.begin(), id.end(), [](char c) {
    return absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '-';
  });
}

std::string IdFromRandom(absl::string_view random15) {
  static constexpr char kAlphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
  std::string id;
  id.reserve(24);
  uint32_t buffer = 0;
  int bits = 0;
  for (char c : random15) {
    buffer = buffer << 8 | static_cast<uint8_t>(c);
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      id += kAlphabet[buffer >> bits & 31];
    }
  }
  // A digit may not lead; map 2..7 onto a..f. Costs under a bit of 120.
  if (!id.empty() && absl::ascii_isdigit(id[0])) id[0] = static_cast<char>('a' + (id[0] - '2'));
  return id;
}

}  // namespace shareway
