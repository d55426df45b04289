// SPDX-License-Identifier: Apache-2.0
// Early return on absl::Status. Drop this file when Abseil ships status macros.
#pragma once

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

#define SHAREWAY_RETURN_IF_ERROR(expression)                       \
  do {                                                             \
    if (absl::Status shareway_status = (expression);               \
        !shareway_status.ok()) {                                   \
      return shareway_status;                                      \
    }                                                              \
  } while (false)

#define SHAREWAY_CONCAT_INNER(a, b) a##b
#define SHAREWAY_CONCAT(a, b) SHAREWAY_CONCAT_INNER(a, b)

// SHAREWAY_ASSIGN_OR_RETURN(auto x, F()): x is F()'s value, or its status is returned.
#define SHAREWAY_ASSIGN_OR_RETURN(lhs, expression) \
  SHAREWAY_ASSIGN_OR_RETURN_INNER(SHAREWAY_CONCAT(shareway_statusor_, __LINE__), lhs, expression)
#define SHAREWAY_ASSIGN_OR_RETURN_INNER(statusor, lhs, expression) \
  auto statusor = (expression);                                    \
  if (!statusor.ok()) return std::move(statusor).status();         \
  lhs = std::move(statusor).value()
