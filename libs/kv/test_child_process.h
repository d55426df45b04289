// SPDX-License-Identifier: Apache-2.0
// This test binary run again as a child: one of its hidden test cases, with a
// folder to work in and a pipe to tell what it was answered.
#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>

#include "catch2/catch.hpp"

namespace shareway::kv {

// Set for the child only.
inline constexpr char kChildFolder[] = "SHAREWAY_KV_CHILD_FOLDER";
inline constexpr char kChildPipe[] = "SHAREWAY_KV_CHILD_PIPE";

// A running child. Killed and waited for at the end.
class ChildProcess {
 public:
  // Runs the test cases with `tag`.
  ChildProcess(const std::string& tag, const std::string& folder) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    read_end_ = ends[0];
    const std::string pipe = std::to_string(ends[1]);
    id_ = ::fork();
    REQUIRE(id_ >= 0);
    if (id_ == 0) {
      ::setenv(kChildFolder, folder.c_str(), 1);
      ::setenv(kChildPipe, pipe.c_str(), 1);
      ::close(STDOUT_FILENO);
      ::close(STDERR_FILENO);
      ::execl("/proc/self/exe", "kv_test", tag.c_str(), static_cast<char*>(nullptr));
      ::_exit(127);
    }
    ::close(ends[1]);
  }
  ~ChildProcess() {
    if (id_ > 0) (void)Kill();
    ::close(read_end_);
  }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  int read_end() const { return read_end_; }

  // The wait status once it has ended by itself.
  int Wait() {
    int status = 0;
    while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
    }
    id_ = 0;
    return status;
  }
  int Kill() {
    ::kill(id_, SIGKILL);
    return Wait();
  }

 private:
  pid_t id_ = 0;
  int read_end_ = -1;
};

}  // namespace shareway::kv
