// SPDX-License-Identifier: Apache-2.0
// What a rule does to every case of a kind whose time has come.
#pragma once

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "libs/base/status.h"
#include "libs/log/log.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// Offers `move` every case of type T (store/case_row.h) whose `wake` has come, `at_once` in a round,
// until none moves any more; how many moved. An ABORTED of `move`, that somebody else changed the case
// at the same time, leaves it to the next call; one that fails otherwise is logged and does not hinder
// the others.
template <typename T>
absl::StatusOr<int> WakeAll(const Desk& desk, int at_once,
                            absl::FunctionRef<absl::Status(const Stored<T>&)> move) {
  int moved = 0;
  while (true) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                              desk.store().Woken(T::kCollection, desk.Now(), at_once));
    int now_moved = 0;
    for (const std::string& name : names) {
      const absl::StatusOr<Stored<T>> before = desk.store().template LoadCase<T>(name);
      const absl::Status done = before.ok() ? move(*before) : before.status();
      if (done.ok()) ++now_moved;
      if (done.ok() || absl::IsAborted(done)) continue;
      log::Warn("rule-not-applied", {{"case", name}, {"status", done}});
    }
    if (now_moved == 0) return moved;
    moved += now_moved;
  }
}

}  // namespace shareway::sharing
