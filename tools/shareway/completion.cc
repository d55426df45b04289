// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/completion.h"

#include <map>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace shareway::cli {
namespace {

// What can follow each chain of nouns and verbs, for example " audit export".
using Words = std::map<std::string, std::vector<std::string>>;

void Collect(const CLI::App& app, const std::string& path, Words* words) {
  std::vector<std::string>& here = (*words)[path];
  for (const CLI::App* sub : app.get_subcommands({})) {
    here.push_back(sub->get_name());
    Collect(*sub, absl::StrCat(path, " ", sub->get_name()), words);
  }
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) here.push_back("--" + name);
  }
}

std::string Bash(const Words& words) {
  std::string script =
      "_shareway() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} at='' word\n"
      "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
      "    case \"$at $word\" in\n      ";
  std::vector<std::string> paths;
  for (const auto& [path, ignored] : words) {
    if (!path.empty()) paths.push_back(absl::StrCat("'", path, "'"));
  }
  absl::StrAppend(&script, absl::StrJoin(paths, "|"),
                  ") at=\"$at $word\" ;;\n    esac\n  done\n  local words=''\n"
                  "  case \"$at\" in\n");
  for (const auto& [path, following] : words) {
    absl::StrAppend(&script, "    '", path, "') words='", absl::StrJoin(following, " "), "' ;;\n");
  }
  absl::StrAppend(&script,
                  "  esac\n"
                  "  COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"))\n"
                  "  [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                  "}\n"
                  "complete -F _shareway shareway\n");
  return script;
}

std::string Fish(const Words& words) {
  std::string script;
  for (const auto& [path, following] : words) {
    std::string condition = "__fish_use_subcommand";
    if (!path.empty()) {
      // The chain of nouns and verbs so far, flags and all else left out.
      condition = absl::StrCat("string match -q -- '", path,
                               "*' ' '(string join ' ' (commandline -opc)[2..-1])");
    }
    for (const std::string& word : following) {
      absl::StrAppend(&script, "complete -c shareway -n \"", condition, "\" -a '", word, "'\n");
    }
  }
  return script;
}

}  // namespace

std::string Completion(const std::string& shell, const CLI::App& app) {
  std::vector<std::string> global;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) global.push_back("--" + name);
  }
  Words words;
  Collect(app, "", &words);
  for (auto& [path, following] : words) {
    if (!path.empty()) following.insert(following.end(), global.begin(), global.end());
  }
  if (shell == "fish") return Fish(words);
  const std::string bash = Bash(words);
  if (shell == "bash") return bash;
  return "#compdef shareway\nautoload -U +X bashcompinit && bashcompinit\n" + bash;
}

}  // namespace shareway::cli
