// SPDX-License-Identifier: Apache-2.0
#include "tools/bench_exchange/report.h"

#include <algorithm>
#include <cstdio>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "tools/bench_exchange/load.h"

namespace shareway::bench {
namespace {

std::string Short(double value) { return absl::StrFormat(value < 100 ? "%.3f" : "%.0f", value); }

bool Met(const Goal& goal, double figure) {
  return goal.side == Goal::Side::kAtLeast ? figure >= goal.bound : figure <= goal.bound;
}

// "?" behind it: not all repeats say so.
std::string Verdict(const Row& row) {
  if (!row.goal) return "";
  if (!row.void_because.empty()) return "void";
  const bool met = Met(*row.goal, Median(row.runs));
  const bool all = std::all_of(row.runs.begin(), row.runs.end(),
                               [&](double run) { return Met(*row.goal, run) == met; });
  return absl::StrCat(met ? "met" : "missed", all ? "" : "?");
}

std::pair<double, double> Spread(const Row& row) {
  const auto [low, high] = std::minmax_element(row.runs.begin(), row.runs.end());
  return {*low, *high};
}

}  // namespace

void Report::Add(Row row) {
  if (!row.runs.empty()) rows_.push_back(std::move(row));
}

void Report::Print() const {
  std::printf("\n%-26s %9s %-6s %19s %8s %-7s %s\n", "row", "figure", "", "spread", "goal", "",
              "what");
  for (const Row& row : rows_) {
    const auto [low, high] = Spread(row);
    const std::string goal =
        row.goal ? absl::StrCat(row.goal->side == Goal::Side::kAtLeast ? ">= " : "<= ",
                                row.goal->bound)
                 : "";
    std::printf("%-26s %9s %-6s %19s %8s %-7s %s\n", row.id.c_str(),
                Short(Median(row.runs)).c_str(), row.unit.c_str(),
                absl::StrCat(Short(low), "..", Short(high)).c_str(), goal.c_str(),
                Verdict(row).c_str(), row.what.c_str());
    if (!row.void_because.empty()) {
      std::printf("%26s does not count: %s\n", "", row.void_because.c_str());
    }
  }
  std::fflush(stdout);
}

void Report::Write(const std::string& file) const {
  if (file.empty()) return;
  nlohmann::json out = more_;
  out["bench"] = bench_;
  out["metrics"] = nlohmann::json::array();
  for (const Row& row : rows_) {
    const auto [low, high] = Spread(row);
    nlohmann::json metric = {{"id", row.id},     {"value", Median(row.runs)}, {"unit", row.unit},
                             {"what", row.what}, {"runs", row.runs},          {"low", low},
                             {"high", high}};
    if (row.goal) {
      metric[row.goal->side == Goal::Side::kAtLeast ? "at_least" : "at_most"] = row.goal->bound;
      metric["verdict"] = Verdict(row);
    }
    if (!row.void_because.empty()) metric["void_because"] = row.void_because;
    out["metrics"].push_back(std::move(metric));
  }
  std::ofstream(file) << out.dump(2) << "\n";
}

}  // namespace shareway::bench
