// SPDX-License-Identifier: Apache-2.0
// A creation that is only tried out (validate_only).
#pragma once

#include <utility>

#include "absl/status/statusor.h"
#include "libs/base/status.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// What `make` would store; nothing is stored.
template <typename T, typename Make>
absl::StatusOr<Stored<T>> TryOut(const Desk& desk, Make make) {
  Change unused;
  SHAREWAY_ASSIGN_OR_RETURN(T value, make(desk.Now(), &unused));
  return Stored<T>{std::move(value), 0};
}

}  // namespace shareway::sharing
