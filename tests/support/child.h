// SPDX-License-Identifier: Apache-2.0
// A child process of a test: started, killed, waited for, by its own id only.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace shareway::testing {

class Child {
 public:
  // Starts argv[0]; stderr and stdout go to `log_path`. The child dies with this process.
  Child(std::vector<std::string> argv, const std::string& log_path);
  // Kills it if it runs.
  ~Child();
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int pid() const { return pid_; }
  bool running();
  void Signal(int signal);
  // Waits for the end; the exit code, or -signal. -1000 if it did not end within `limit`.
  int Wait(absl::Duration limit);

 private:
  int pid_ = -1;
  bool ended_ = false;
  int status_ = 0;
};

}  // namespace shareway::testing
