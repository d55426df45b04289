// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_exchange/scrape.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "tools/bench_exchange/check.h"

namespace shareway::bench {
namespace {

constexpr char kRequest[] = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

std::string Fetch(int port) {
  const int connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to = {};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  std::string text;
  if (::connect(connection, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0 &&
      ::send(connection, kRequest, sizeof kRequest - 1, MSG_NOSIGNAL) > 0) {
    char part[16 << 10];
    for (ssize_t n; (n = ::recv(connection, part, sizeof part, 0)) > 0;) {
      text.append(part, static_cast<size_t>(n));
    }
  }
  ::close(connection);
  return text;
}

// The series' name without `suffix` and without the label le, and the value of that label.
std::pair<std::string, std::string> Histogram(absl::string_view series, absl::string_view suffix) {
  const size_t brace = series.find('{');
  absl::string_view name = series.substr(0, brace);
  if (!absl::ConsumeSuffix(&name, suffix)) return {};
  std::vector<std::string> labels;
  std::string bound;
  if (brace != absl::string_view::npos) {
    absl::string_view inside = series.substr(brace + 1);
    absl::ConsumeSuffix(&inside, "}");
    for (absl::string_view label : absl::StrSplit(inside, ',', absl::SkipEmpty())) {
      if (absl::ConsumePrefix(&label, "le=\"")) {
        absl::ConsumeSuffix(&label, "\"");
        bound = std::string(label);
      } else {
        labels.emplace_back(label);
      }
    }
  }
  return {absl::StrCat(name, "{", absl::StrJoin(labels, ","), "}"), bound};
}

// Milliseconds below which `share` of what is in the cumulative buckets lies.
double Quantile(const std::map<double, double>& buckets, double share) {
  if (buckets.empty()) return 0;
  const double wanted = share * buckets.rbegin()->second;
  double low = 0, below = 0;
  for (const auto& [bound, count] : buckets) {
    if (count >= wanted && count > below) {
      return 1e3 * (low + (bound - low) * (wanted - below) / (count - below));
    }
    low = bound;
    below = count;
  }
  return 1e3 * low;
}

}  // namespace

Figures Scrape(const testing::Cluster& cluster, const std::string& process) {
  std::ifstream ports(cluster.dir() / (process + ".ports"));
  int port = 0, metrics_port = 0;
  ports >> port >> metrics_port;
  const std::string text = Fetch(metrics_port);
  Figures figures;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    const size_t space = line.rfind(' ');
    double value = 0;
    if (line.empty() || line[0] == '#' || space == absl::string_view::npos) continue;
    if (!absl::SimpleAtod(absl::StripAsciiWhitespace(line.substr(space + 1)), &value)) continue;
    figures[std::string(line.substr(0, space))] = value;
  }
  if (figures.count("process_threads") == 0) {
    CheckStep(absl::UnavailableError(text.substr(0, 200)), ("metrics of " + process).c_str());
  }
  return figures;
}

void AddGrowth(const Figures& before, const Figures& after, Figures* sum) {
  for (const auto& [series, value] : after) {
    const auto was = before.find(series);
    (*sum)[series] += value - (was == before.end() ? 0 : was->second);
  }
}

std::vector<Stage> StagesOf(const Figures& growth) {
  std::map<std::string, Stage> stages;
  std::map<std::string, std::map<double, double>> buckets;
  for (const auto& [series, value] : growth) {
    if (const auto [name, none] = Histogram(series, "_seconds_sum"); !name.empty()) {
      stages[name].mean_millis = value;  // all together, until it is known of how many
    } else if (const auto [counted, none2] = Histogram(series, "_seconds_count");
               !counted.empty()) {
      stages[counted].count = value;
    } else if (const auto [part, bound] = Histogram(series, "_seconds_bucket"); !part.empty()) {
      double seconds = 0;
      // What is beyond the last bound is in no bucket here.
      if (bound == "+Inf" || !absl::SimpleAtod(bound, &seconds)) continue;
      buckets[part][seconds] = value;
    }
  }
  std::vector<Stage> grown;
  for (auto& [name, stage] : stages) {
    if (stage.count <= 0) continue;
    stage.name = name;
    stage.mean_millis *= 1e3 / stage.count;
    stage.p50_millis = Quantile(buckets[name], 0.50);
    stage.p99_millis = Quantile(buckets[name], 0.99);
    grown.push_back(stage);
  }
  return grown;
}

}  // namespace shareway::bench
