// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/commands.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/crypto/identity.h"
#include "libs/filter/row_filter.h"

namespace shareway::cli {
namespace {

void AddFlags(CLI::App* app, Session* session) {
  Flags& flags = session->flags;
  const std::map<std::string, Format> formats = {{"table", Format::kTable},
                                                 {"json", Format::kJson},
                                                 {"yaml", Format::kYaml},
                                                 {"name", Format::kName}};
  app->add_option("--context", flags.context, "Use this context in place of the current one");
  for (const absl::string_view key : kContextKeys) {
    app->add_option("--" + absl::StrReplaceAll(key, {{"_", "-"}}),
                    flags.overrides[std::string(key)],
                    absl::StrCat("In place of the context's ", key));
  }
  app->add_option("-o,--output", flags.format, "table, json, yaml or name")
      ->transform(CLI::CheckedTransformer(formats).description(""))
      ->type_name("FORMAT");
  app->add_option("--timeout", flags.timeout, "How long a call may take: 30, 500ms, 2m")
      ->check([](const std::string& text) {
        return std::string(ParseTimeout(text).status().message());
      });
  app->add_option("--request-id", flags.request_id, "Idempotency key of a write");
  app->add_option("--etag", flags.etag, "Change only this state of the object");
  app->add_flag("--dry-run", flags.dry_run, "Check only, change nothing");
  app->add_option("--lang", flags.lang, "Language of messages: zh-Hans, zh-Hant, en");
  app->add_option("--inspect", flags.inspected,
                  "Agency, agencies/{a}, that an outside supervisor reads for under his mandate");
}

std::string LanguageOfEnvironment() {
  const char* lang = std::getenv("LANG");
  const std::string tag = lang == nullptr ? "" : absl::StrReplaceAll(lang, {{"_", "-"}});
  return absl::StartsWith(tag, "zh") ? tag.substr(0, tag.find('.')) : "";
}

}  // namespace

int RunCommand(std::vector<std::string> arguments, std::ostream* out, std::ostream* err) {
  Session session(out, err);
  CLI::App app("Shareway: government departments share data, with evidence", "shareway");
  app.require_subcommand(1);
  app.fallthrough();
  session.flags.lang = LanguageOfEnvironment();
  AddFlags(&app, &session);
  for (auto* add : {AddContextCommands, AddDirectoryCommands, AddMandateCommands,
                    AddCatalogCommands, AddSubscriptionCommands,
                    AddSourceCommands, AddAssessmentCommands, AddRequestCommands, AddGrantCommands, AddDisputeCommands,
                    AddSupervisionCommands, AddGrantLifeCommands, AddFindingCommands,
                    AddCorrectionCommands,
                    AddExchangeCommands, AddDatasetCommands, AddAuditCommands,
                    AddCalendarCommands, AddCodeCommands, AddDeskCommands, AddAttachmentCommands,
                    AddRecordCommands, AddAccountCommands, AddSessionCommands,
                    AddProjectCommands, AddNotifyCommands,
                    AddOperationCommands}) {
    add(&app, &session);
  }
  try {
    std::reverse(arguments.begin(), arguments.end());  // as the parser takes them
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& error) {
    return app.exit(error, *out, *err) == 0 ? kOk : kUsage;
  }
  const absl::Status status = session.run();
  Report(status, session.flags.format, session.language(), err);
  return ExitCodeOf(status);
}

CLI::App* Noun(CLI::App* app, const std::string& name, const std::string& description) {
  return app->add_subcommand(name, description)->require_subcommand(1);
}

CLI::App* Verb(CLI::App* noun, Session* session, const std::string& name,
               const std::string& description, std::function<absl::Status()> run) {
  CLI::App* verb = noun->add_subcommand(name, description);
  verb->callback([session, run = std::move(run)] { session->run = run; });
  return verb;
}

CLI::Option* Repeated(CLI::App* verb, const std::string& flag, std::vector<std::string>* values,
                      const std::string& help, bool commas) {
  CLI::Option* option = verb->add_option(flag, *values, help)->allow_extra_args(false);
  if (commas) option->delimiter(',');
  return option;
}

int FindEnum(const google::protobuf::EnumDescriptor* type, absl::string_view text) {
  const std::string wanted = absl::AsciiStrToUpper(absl::StrReplaceAll(text, {{"-", "_"}}));
  for (const bool whole : {true, false}) {
    for (int i = 0; i < type->value_count(); ++i) {
      const std::string& name = type->value(i)->name();
      if (type->value(i)->number() == 0 || wanted.empty()) continue;
      const bool same =
          whole ? name == wanted
                : absl::EndsWith(name, "_" + wanted) || absl::StartsWith(name, wanted + "_");
      if (same) return type->value(i)->number();
    }
  }
  return -1;
}

std::function<std::string(const std::string&)> IsEnum(
    const google::protobuf::EnumDescriptor* type) {
  return [type](const std::string& text) -> std::string {
    if (FindEnum(type, text) >= 0) return "";
    std::string names;
    for (int i = 0; i < type->value_count(); ++i) {
      if (type->value(i)->number() != 0) {
        absl::StrAppend(&names, names.empty() ? "" : ", ", type->value(i)->name());
      }
    }
    return absl::StrCat("'", text, "' is not one of ", names);
  };
}

std::string FullName(absl::string_view collection, absl::string_view text) {
  if (absl::StartsWith(text, absl::StrCat(collection, "/"))) return std::string(text);
  return absl::StrCat(collection, "/",
                      collection == "resources" ? absl::StrReplaceAll(text, {{"/", "-"}}) : text);
}

absl::Status AddConditions(const std::vector<std::string>& texts,
                           google::protobuf::RepeatedPtrField<evidence::v1::Condition>* to) {
  absl::StatusOr<filter::RowFilter> parsed = filter::Parse(texts);
  if (!parsed.ok()) return UsageError(parsed.status().message());
  for (const filter::Condition& condition : parsed->conditions) {
    evidence::v1::Condition* added = to->Add();
    added->set_item(condition.item);
    added->set_operator_(condition.op == filter::Op::kEquals ? evidence::v1::Condition::EQUALS
                                                             : evidence::v1::Condition::PREFIX);
    added->set_value(condition.value);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadInput(const std::string& path) {
  return crypto::ReadFile(path == "-" ? "/dev/stdin" : path);
}

}  // namespace shareway::cli
