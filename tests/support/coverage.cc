// SPDX-License-Identifier: Apache-2.0
// The rows of deploy/statutes/coverage.yaml.
#include "tests/support/coverage.h"

#include <map>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "yaml-cpp/yaml.h"

namespace shareway::testing {

std::vector<CoverageRow> BuiltRows(absl::string_view package) {
  const YAML::Node file = YAML::LoadFile(SHAREWAY_SOURCE_DIR "/deploy/statutes/coverage.yaml");
  const auto packages = file["packages"].as<std::map<std::string, std::string>>();
  std::vector<CoverageRow> built;
  for (const YAML::Node& node : file["rows"]) {
    if (node["status"].as<std::string>() != "built") continue;
    CoverageRow row{.id = node["id"].as<std::string>(),
                    .bad_input = node["bad_input"].as<std::string>(),
                    .tests = node["tests"].as<std::vector<std::string>>()};
    for (std::string method : node["methods"].as<std::vector<std::string>>()) {
      const auto home = packages.find(method.substr(0, method.find('/')));
      if (home != packages.end()) method = absl::StrCat(home->second, ".", method);
      if (absl::StartsWith(method, absl::StrCat(package, "."))) row.methods.push_back(method);
    }
    if (!row.methods.empty()) built.push_back(std::move(row));
  }
  return built;
}

}  // namespace shareway::testing
