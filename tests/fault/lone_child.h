// SPDX-License-Identifier: Apache-2.0
// The other end of a lone audit process: commands, answers, its end.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "tests/fault/lone_log.h"
#include "tests/support/child.h"

namespace shareway::testing {

class LoneChild {
 public:
  // Starts it on `store`; the oracle is told of every acknowledgement and head.
  LoneChild(const std::string& store, const std::string& key_file, LogOracle* oracle,
            const std::string& power_cut = "");
  ~LoneChild();
  LoneChild(const LoneChild&) = delete;
  LoneChild& operator=(const LoneChild&) = delete;

  // Gives a command and waits for its answer: "done" or "error CODE MESSAGE".
  // Nothing if the process ended first, or did not answer within `limit`.
  std::optional<std::string> Ask(const std::string& command,
                                 absl::Duration limit = absl::Seconds(30));
  // Takes what it still said before it ended.
  void Drain();

  int pid() const { return child_->pid(); }
  bool running() { return child_->running(); }
  void Kill() { child_->Signal(9); }
  // As Child::Wait.
  int Wait(absl::Duration limit = absl::Seconds(30)) { return child_->Wait(limit); }

 private:
  // The next line that is no news for the oracle.
  std::optional<std::string> ReadLine(absl::Duration limit);

  LogOracle* const oracle_;
  int channel_ = -1;
  std::string unread_;
  std::unique_ptr<Child> child_;
};

}  // namespace shareway::testing
