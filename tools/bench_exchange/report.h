// SPDX-License-Identifier: Apache-2.0
// What was measured, beside its goal.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "nlohmann/json.hpp"

namespace shareway::bench {

// A bound that a figure should keep.
struct Goal {
  enum class Side { kAtLeast, kAtMost } side = Side::kAtLeast;
  double bound = 0;
};
inline Goal AtLeast(double bound) { return {Goal::Side::kAtLeast, bound}; }
inline Goal AtMost(double bound) { return {Goal::Side::kAtMost, bound}; }

// One line of the table.
struct Row {
  std::string id = {};
  std::string what = {};  // and against what
  std::string unit = {};
  std::vector<double> runs = {};  // of each repeat; the median is the figure, the ends its spread
  std::optional<Goal> goal = {};  // nothing: for orientation
  std::string void_because = {};  // why the figure does not count; empty: it does
};

// Rows in the order added.
class Report {
 public:
  // `bench`: its name, for the file.
  explicit Report(std::string bench) : bench_(std::move(bench)) {}
  // Rows without runs are left out.
  void Add(Row row);
  // Something beside the rows, for the file only.
  void Put(const std::string& name, nlohmann::json value) { more_[name] = std::move(value); }

  void Print() const;
  // Nothing if `file` is empty.
  void Write(const std::string& file) const;

 private:
  const std::string bench_;
  std::vector<Row> rows_;
  nlohmann::json more_ = nlohmann::json::object();
};

}  // namespace shareway::bench
