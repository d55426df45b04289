// SPDX-License-Identifier: Apache-2.0
// Markers that are sent through the whole system, and the search for where they came to lie.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace shareway::testing {

// A marker is found as it is, in hexadecimal and in base64 at any place; a secret, which no stem
// tells apart, in the same forms of its own bytes.
class Canaries {
 public:
  // The marker of a kind, [A-Z]+: what is to be recognised begins with it.
  static std::string Of(absl::string_view kind);
  // Looks for `bytes` too, 16 at least, under this name.
  void AddSecret(const std::string& name, absl::string_view bytes);

  // The kinds and names that lie in the bytes; a marker whose kind cannot be read is "?".
  std::set<std::string> In(absl::string_view bytes) const;

  // What lies where, by path under `dir`: every file whole, and what its name tells. Paths without
  // a finding are not in it. Fails the test if a file cannot be read.
  using Findings = std::map<std::string, std::set<std::string>>;
  Findings InFiles(const std::string& dir) const;
  // The same in the keys, values and logs of a store, decompressed, by the first part of a key
  // or by "log" and the log's name.
  Findings InStore(const std::string& dir) const;

  // Bytes that were looked through.
  uint64_t searched() const { return searched_; }

 private:
  void AddTo(const std::string& place, absl::string_view bytes, Findings* findings) const;

  std::map<std::string, std::vector<std::string>> secrets_;  // by name, in all forms
  mutable uint64_t searched_ = 0;
};

// The metrics page of a process that wrote its ports into the file.
std::string MetricsPage(const std::string& port_file);

}  // namespace shareway::testing
