// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/lone_child.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdlib>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"

namespace shareway::testing {

LoneChild::LoneChild(const std::string& store, const std::string& key_file, LogOracle* oracle,
                     const std::string& power_cut)
    : oracle_(oracle) {
  // A child that another thread starts meanwhile must not inherit the far end.
  static absl::Mutex& starting = *new absl::Mutex;
  absl::MutexLock lock(&starting);
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) std::abort();
  ::fcntl(ends[0], F_SETFD, FD_CLOEXEC);
  channel_ = ends[0];
  std::vector<std::string> argv = {absl::StrCat(SHAREWAY_BIN_DIR, "/lone_audit"),
                                   "--store=" + store, "--key=" + key_file,
                                   absl::StrCat("--channel=", ends[1])};
  if (!power_cut.empty()) argv.push_back("--power_cut=" + power_cut);
  child_ = std::make_unique<Child>(std::move(argv), store + ".log");
  ::close(ends[1]);
}

LoneChild::~LoneChild() {
  ::close(channel_);
  child_->Wait(absl::Seconds(5));
}

std::optional<std::string> LoneChild::ReadLine(absl::Duration limit) {
  const absl::Time end = absl::Now() + limit;
  for (;;) {
    for (size_t at; (at = unread_.find('\n')) != std::string::npos;) {
      const std::string line = unread_.substr(0, at);
      unread_.erase(0, at + 1);
      if (!oracle_->Take(line)) return line;
    }
    pollfd ready = {channel_, POLLIN, 0};
    const int64_t left = absl::ToInt64Milliseconds(end - absl::Now());
    if (left <= 0 || ::poll(&ready, 1, static_cast<int>(left)) <= 0) return std::nullopt;
    char bytes[4096];
    const ssize_t got = ::recv(channel_, bytes, sizeof bytes, 0);
    if (got <= 0) return std::nullopt;
    unread_.append(bytes, static_cast<size_t>(got));
  }
}

std::optional<std::string> LoneChild::Ask(const std::string& command, absl::Duration limit) {
  const std::string line = command + "\n";
  if (::send(channel_, line.data(), line.size(), MSG_NOSIGNAL) < 0) return std::nullopt;
  return ReadLine(limit);
}

void LoneChild::Drain() {
  while (ReadLine(absl::Seconds(10))) {
  }
}

}  // namespace shareway::testing
