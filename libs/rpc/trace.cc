// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/trace.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/crypto/hash.h"

namespace shareway::rpc {
namespace {

constexpr size_t kIdBytes = 16 + 8;  // of trace and span

// 00-{32 hex}-{16 hex}-{2 hex}, lower case, ids not all zero.
bool Valid(absl::string_view t) {
  if (t.size() != 55 || t.substr(0, 3) != "00-" || t[35] != '-' || t[52] != '-') return false;
  auto hex = [](absl::string_view s) {
    return std::all_of(s.begin(), s.end(), [](char c) {
      return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    });
  };
  auto zero = [](absl::string_view s) {
    return std::all_of(s.begin(), s.end(), [](char c) { return c == '0'; });
  };
  const absl::string_view trace = t.substr(3, 32), span = t.substr(36, 16);
  return hex(trace) && hex(span) && hex(t.substr(53)) && !zero(trace) && !zero(span);
}

}  // namespace

std::string TraceparentOr(absl::string_view given) {
  if (Valid(given)) return std::string(given);
  // For many calls at once: the generator takes longer to call than to run.
  thread_local std::string unused;
  if (unused.empty()) unused = crypto::RandomBytes(64 * kIdBytes);
  const std::string ids = ToHex(absl::string_view(unused).substr(unused.size() - kIdBytes));
  unused.resize(unused.size() - kIdBytes);
  const absl::string_view hex = ids;
  return absl::StrCat("00-", hex.substr(0, 32), "-", hex.substr(32), "-01");
}

}  // namespace shareway::rpc
