// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/contexts.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/status.h"
#include "libs/crypto/identity.h"
#include "tools/shareway/new_file.h"

namespace shareway::cli {

std::string Contexts::DefaultPath() {
  if (const char* path = std::getenv("SHAREWAY_CONFIG"); path != nullptr && *path != '\0') {
    return path;
  }
  const char* home = std::getenv("HOME");
  return absl::StrCat(home == nullptr ? "." : home, "/.config/shareway/contexts.json");
}

absl::StatusOr<Contexts> Contexts::Load(const std::string& path) {
  Contexts contexts;
  const absl::StatusOr<std::string> text = crypto::ReadFile(path);
  if (absl::IsNotFound(text.status())) return contexts;
  SHAREWAY_RETURN_IF_ERROR(text.status());
  if (text->empty()) return contexts;
  const auto bad = [&](absl::string_view what) {
    return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
  };
  Json json;
  if (!ParseJson(*text, &json).ok() || !json.is_object()) return bad("is no JSON object");
  if (const auto current = json.find("current"); current != json.end() && current->is_string()) {
    contexts.current = current->get<std::string>();
  }
  const auto found = json.find("contexts");
  if (found == json.end()) return contexts;
  if (!found->is_object()) return bad("contexts is no object");
  for (const auto& named : found->items()) {
    if (!named.value().is_object()) return bad(named.key() + " is no object");
    Context& context = contexts.by_name[named.key()];
    for (const auto& item : named.value().items()) {
      if (std::find(kContextKeys.begin(), kContextKeys.end(), item.key()) == kContextKeys.end() ||
          !item.value().is_string()) {
        return bad(absl::StrCat(named.key(), ".", item.key(), " is not one of ",
                                absl::StrJoin(kContextKeys, ", "), " with a string"));
      }
      context[item.key()] = item.value().get<std::string>();
    }
  }
  return contexts;
}

Json Contexts::ToJson() const {
  Json json = {{"current", current}, {"contexts", Json::object()}};
  for (const auto& [name, context] : by_name) {
    Json& out = json["contexts"][name] = Json::object();
    for (const auto& [key, value] : context) out[key] = value;
  }
  return json;
}

absl::Status Contexts::Save(const std::string& path) const {
  std::error_code ignored;  // the file's own error says more
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(path));
  SHAREWAY_RETURN_IF_ERROR(file.Write(ToJson().dump(2) + "\n"));
  return file.Keep();
}

absl::StatusOr<Context> Contexts::Get(const std::string& name) const {
  const std::string& wanted = name.empty() ? current : name;
  if (wanted.empty()) return Context();
  const auto found = by_name.find(wanted);
  if (found == by_name.end()) {
    return absl::NotFoundError(absl::StrCat("there is no context ", wanted));
  }
  return found->second;
}

}  // namespace shareway::cli
