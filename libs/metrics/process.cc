// SPDX-License-Identifier: Apache-2.0
// Reads the process's own figures from /proc, see proc(5).
#include "libs/metrics/process.h"

#include <dirent.h>
#include <sys/resource.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace shareway::metrics {
namespace {

std::string ReadAll(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Fields of /proc/self/stat from number 3 on: the name before may hold spaces.
std::vector<std::string> StatFields() {
  const std::string stat = ReadAll("/proc/self/stat");
  const size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  return absl::StrSplit(absl::string_view(stat).substr(name_end + 1), ' ', absl::SkipEmpty());
}

bool BootTime(double* unix_seconds) {
  const std::string stat = ReadAll("/proc/stat");
  for (absl::string_view line : absl::StrSplit(stat, '\n')) {
    if (absl::StartsWith(line, "btime ")) return absl::SimpleAtod(line.substr(6), unix_seconds);
  }
  return false;
}

int OpenFiles() {
  DIR* dir = opendir("/proc/self/fd");
  if (dir == nullptr) return -1;
  int count = -3;  // ".", ".." and the folder itself
  while (readdir(dir) != nullptr) ++count;
  closedir(dir);
  return count;
}

}  // namespace

std::vector<prometheus::MetricFamily> ProcessFigures::Collect() const {
  using prometheus::MetricType;
  std::vector<prometheus::MetricFamily> families;
  const auto add = [&](const char* name, const char* help, MetricType type, double value) {
    prometheus::ClientMetric metric;
    (type == MetricType::Counter ? metric.counter.value : metric.gauge.value) = value;
    families.push_back({name, help, type, {metric}});
  };
  const std::vector<std::string> stat = StatFields();
  const auto field = [&](size_t number, double* value) {
    return number - 3 < stat.size() && absl::SimpleAtod(stat[number - 3], value);
  };
  const double ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  double user = 0, system = 0, threads = 0, start = 0, pages = 0, boot = 0;
  if (field(14, &user) && field(15, &system)) {
    add("process_cpu_seconds_total", "User and system CPU time spent, in seconds.",
        MetricType::Counter, (user + system) / ticks_per_second);
  }
  if (field(20, &threads)) {
    add("process_threads", "Number of threads.", MetricType::Gauge, threads);
  }
  if (field(22, &start) && BootTime(&boot)) {
    add("process_start_time_seconds", "When the process started, in seconds of Unix time.",
        MetricType::Gauge, boot + start / ticks_per_second);
  }
  if (field(24, &pages)) {
    add("process_resident_memory_bytes", "Resident memory, in bytes.", MetricType::Gauge,
        pages * static_cast<double>(sysconf(_SC_PAGESIZE)));
  }
  if (const int files = OpenFiles(); files >= 0) {
    add("process_open_fds", "Number of open file descriptors.", MetricType::Gauge, files);
  }
  if (rlimit limit = {}; getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    add("process_max_fds", "Limit of open file descriptors.", MetricType::Gauge,
        static_cast<double>(limit.rlim_cur));
  }
  return families;
}

}  // namespace shareway::metrics
