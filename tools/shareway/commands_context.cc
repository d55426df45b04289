// SPDX-License-Identifier: Apache-2.0
// shareway context: where to call and as whom.
#include <algorithm>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

struct ContextArgs {
  std::string name;
  std::vector<std::string> settings;
};

absl::Status Set(const ContextArgs& args) {
  const std::string path = Contexts::DefaultPath();
  SHAREWAY_ASSIGN_OR_RETURN(Contexts contexts, Contexts::Load(path));
  Context& context = contexts.by_name[args.name];
  for (const std::string& setting : args.settings) {
    const size_t equals = setting.find('=');
    const std::string key = setting.substr(0, equals);
    if (equals == std::string::npos ||
        std::find(kContextKeys.begin(), kContextKeys.end(), key) == kContextKeys.end()) {
      return UsageError(absl::StrCat("'", setting, "' is not KEY=VALUE with a KEY of ",
                                     absl::StrJoin(kContextKeys, ", ")));
    }
    context[key] = setting.substr(equals + 1);
    if (context[key].empty()) context.erase(key);
  }
  if (contexts.current.empty()) contexts.current = args.name;
  return contexts.Save(path);
}

absl::Status Use(const ContextArgs& args) {
  const std::string path = Contexts::DefaultPath();
  SHAREWAY_ASSIGN_OR_RETURN(Contexts contexts, Contexts::Load(path));
  SHAREWAY_RETURN_IF_ERROR(contexts.Get(args.name).status());
  contexts.current = args.name;
  return contexts.Save(path);
}

absl::Status List(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const Contexts contexts, Contexts::Load(Contexts::DefaultPath()));
  Json list = Json::array();
  for (const auto& [name, context] : contexts.by_name) {
    Json one = {{"name", name}, {"current", name == contexts.current}};
    for (const auto& [key, value] : context) one[key] = value;
    list.push_back(std::move(one));
  }
  session->Print(list, {{"NAME", "name"},
                        {"CURRENT", "current"},
                        {"IDENTITY", "identity"},
                        {"CATALOG", "catalog"},
                        {"SHARING", "sharing"},
                        {"AUDIT", "audit"},
                        {"CONSOLE", "console"},
                        {"NODE", "node"}});
  return absl::OkStatus();
}

}  // namespace

void AddContextCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "context", "Named endpoints and identities");
  auto args = std::make_shared<ContextArgs>();
  CLI::App* set =
      Verb(noun, session, "set", "Create or change a context", [=] { return Set(*args); });
  set->add_option("NAME", args->name)->required();
  set->add_option("SETTING", args->settings, "KEY=VALUE; an empty VALUE removes the key");
  Verb(noun, session, "use", "Make a context the current one", [=] { return Use(*args); })
      ->add_option("NAME", args->name)
      ->required();
  Verb(noun, session, "list", "All contexts", [=] { return List(session); });
}

}  // namespace shareway::cli
