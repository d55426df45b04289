// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_exchange/machine.h"

#include <fcntl.h>
#include <unistd.h>

#include <fstream>
#include <functional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "libs/crypto/key.h"
#include "tools/bench_exchange/check.h"
#include "tools/bench_exchange/load.h"

namespace shareway::bench {
namespace {

constexpr int kRounds = 300;

absl::Duration MedianOf(const std::function<void()>& step) {
  std::vector<double> nanos;
  for (int i = 0; i < kRounds; ++i) {
    const int64_t begin = absl::GetCurrentTimeNanos();
    step();
    nanos.push_back(static_cast<double>(absl::GetCurrentTimeNanos() - begin));
  }
  return absl::Nanoseconds(Median(std::move(nanos)));
}

}  // namespace

Limits MeasureLimits(crypto::Suite suite, const std::string& dir) {
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(suite);
  const std::string message(100, 'm');
  std::string signature;
  Limits limits;
  limits.sign = MedianOf([&] {
    absl::StatusOr<std::string> made = key.Sign(message);
    CheckStep(made.status(), "sign");
    signature = *std::move(made);
  });
  limits.verify =
      MedianOf([&] { CheckStep(key.public_key().Verify(message, signature), "verify"); });
  const std::string path = dir + "/fdatasync";
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  const std::string kilobyte(1024, 'k');
  limits.fdatasync = MedianOf([&] {
    if (::write(file, kilobyte.data(), kilobyte.size()) < 0 || ::fdatasync(file) != 0) {
      CheckStep(absl::UnavailableError(path), "fdatasync");
    }
  });
  ::close(file);
  ::unlink(path.c_str());
  return limits;
}

double ProportionalMib(int pid) {
  std::ifstream in(absl::StrCat("/proc/", pid, "/smaps_rollup"));
  for (std::string word; in >> word;) {
    double kib = 0;
    if (word == "Pss:" && in >> kib) return kib / 1024;
  }
  CheckStep(absl::NotFoundError(absl::StrCat("smaps_rollup of ", pid)), "memory");
  return 0;
}

}  // namespace shareway::bench
