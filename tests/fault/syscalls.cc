// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/syscalls.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace shareway::testing {
namespace {

bool Traced(const std::filesystem::path& task) {
  std::ifstream status(task / "status");
  for (std::string line; std::getline(status, line);) {
    if (absl::StartsWith(line, "TracerPid:")) return line != "TracerPid:\t0";
  }
  return false;
}

bool AllTraced(int pid) {
  std::error_code error;
  int threads = 0;
  for (const auto& task :
       std::filesystem::directory_iterator(absl::StrCat("/proc/", pid, "/task"), error)) {
    if (!Traced(task.path())) return false;
    ++threads;
  }
  return threads > 0;
}

std::vector<std::string> Command(int pid, const std::string& calls, const std::string& inject,
                                 const std::string& output) {
  std::vector<std::string> argv = {
      "/usr/bin/strace", "-f", "-p",         absl::StrCat(pid), "-o", output, "-e",
      "trace=" + calls,  "-e", "signal=none"};
  if (!inject.empty()) {
    argv.push_back("-e");
    argv.push_back("inject=" + inject);
  }
  return argv;
}

}  // namespace

Strace::Strace(int pid, const std::string& calls, const std::string& inject, std::string output)
    : output_(std::move(output)), child_(Command(pid, calls, inject, output_), output_ + ".err") {
  const absl::Time end = absl::Now() + absl::Seconds(10);
  while (!AllTraced(pid)) {
    if (absl::Now() > end || !child_.running()) {
      std::fprintf(stderr, "strace does not attach, see %s.err\n", output_.c_str());
      std::abort();
    }
    absl::SleepFor(absl::Milliseconds(1));
  }
}

void Strace::Stop() {
  if (!child_.running()) return;
  child_.Signal(SIGTERM);
  child_.Wait(absl::Seconds(10));
}

std::map<std::string, int> Strace::Counts() const {
  std::map<std::string, std::map<std::string, int>> by_thread;
  std::ifstream in(output_);
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string thread, call;
    words >> thread >> call;
    const size_t at = call.find('(');
    if (at == std::string::npos || at == 0 || !absl::ascii_islower(call[0])) continue;
    ++by_thread[thread][call.substr(0, at)];
  }
  std::map<std::string, int> counts;
  for (const auto& [thread, calls] : by_thread) {
    for (const auto& [call, count] : calls) counts[call] = std::max(counts[call], count);
  }
  return counts;
}

bool Strace::Injected() const {
  std::ifstream in(output_);
  std::stringstream text;
  text << in.rdbuf();
  return absl::StrContains(text.str(), "(INJECTED)");
}

}  // namespace shareway::testing
