// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/source/backend.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"

namespace shareway::exchange {

bool FitsHeader(absl::string_view value) {
  return std::all_of(value.begin(), value.end(), absl::ascii_isprint);
}

absl::Status BackendFailed(absl::string_view why) {
  return Error(Reason::kBackendFailed, absl::StatusCode::kUnavailable,
               absl::StrCat("the provider's system failed: ", why));
}

absl::Status BackendBusy(int most) {
  return Error(Reason::kOverloaded, absl::StatusCode::kUnavailable,
               absl::StrCat("the provider's systems work on ", most,
                            " calls, which is all that they are given at once"));
}

}  // namespace shareway::exchange
