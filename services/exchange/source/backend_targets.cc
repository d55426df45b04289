// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/source/backend_targets.h"

#include <map>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "nlohmann/json.hpp"

namespace shareway::exchange {
namespace {

using Json = nlohmann::json;

absl::Status Bad(absl::string_view where, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("backends: ", where, " ", what));
}

bool IsOperationName(absl::string_view name) {
  // Operations are words with underscores, which names of the API do not have.
  const size_t slash = name.rfind('/');
  return slash != absl::string_view::npos && slash + 1 < name.size() &&
         ParseName("resources/{r}/operations", name.substr(0, slash)).ok();
}

absl::StatusOr<BackendTarget> ReadTarget(const Json& json, const std::string& where) {
  if (!json.is_object()) return Bad(where, "is no object");
  BackendTarget target;
  std::string method;
  const std::map<std::string, std::vector<std::string*>> members = {
      {"operation", {&target.operation}},
      {"url", {&target.http.url}},
      {"method", {&method}},
      {"authorization", {&target.http.authorization}},
      {"grpc", {&target.grpc.address}},
      {"ca", {&target.http.ca, &target.grpc.ca}},
      {"certificate", {&target.http.certificate, &target.grpc.certificate}},
      {"key", {&target.http.key, &target.grpc.key}}};
  for (const auto& [name, value] : json.items()) {
    const auto member = members.find(name);
    if (member == members.end()) return Bad(where, absl::StrCat("has unknown member ", name));
    if (!value.is_string()) return Bad(where, absl::StrCat("has no text as ", name));
    for (std::string* text : member->second) *text = value.get<std::string>();
  }
  if (!IsOperationName(target.operation)) {
    return Bad(where, "has no operation, want resources/{r}/operations/{o}");
  }
  if (target.http.url.empty() == target.grpc.address.empty()) {
    return Bad(where, "has both url and grpc, or neither: want one");
  }
  if (!method.empty() && ((method != "GET" && method != "POST") || target.http.url.empty())) {
    return Bad(where, "has a method, want GET or POST with a url");
  }
  target.http.post = method == "POST";
  return target;
}

}  // namespace

absl::StatusOr<std::vector<BackendTarget>> ReadBackendTargets(absl::string_view text) {
  const Json json = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (!json.is_object() || json.size() != 1 || !json.contains("backends") ||
      !json["backends"].is_array()) {
    return Bad("the file", "is not a JSON object with the one member backends, an array");
  }
  std::vector<BackendTarget> targets;
  std::set<std::string> seen;
  for (const Json& one : json["backends"]) {
    const std::string where = absl::StrCat("[", targets.size(), "]");
    SHAREWAY_ASSIGN_OR_RETURN(BackendTarget target, ReadTarget(one, where));
    if (!seen.insert(target.operation).second) {
      return Bad(where, absl::StrCat("serves ", target.operation, " again"));
    }
    targets.push_back(std::move(target));
  }
  return targets;
}

}  // namespace shareway::exchange
