// SPDX-License-Identifier: Apache-2.0
// The command tree: one function for each noun, and the words they are built from.
#pragma once

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/generated_enum_reflection.h"
#include "shareway/evidence/v1/exchange.pb.h"
#include "tools/shareway/failure.h"
#include "tools/shareway/session.h"

namespace shareway::cli {

// Runs one command line (without the program's name) and returns its exit code.
int RunCommand(std::vector<std::string> arguments, std::ostream* out, std::ostream* err);

void AddCalendarCommands(CLI::App* app, Session* session);
void AddCodeCommands(CLI::App* app, Session* session);
void AddContextCommands(CLI::App* app, Session* session);
void AddDirectoryCommands(CLI::App* app, Session* session);
void AddMandateCommands(CLI::App* app, Session* session);
void AddCatalogCommands(CLI::App* app, Session* session);
void AddSourceCommands(CLI::App* app, Session* session);
void AddAssessmentCommands(CLI::App* app, Session* session);
void AddProjectCommands(CLI::App* app, Session* session);
// catalog categories, code and extensions; AddCatalogCommands adds them to its noun.
void AddClassificationCommands(CLI::App* catalog, Session* session);
void AddSubscriptionCommands(CLI::App* app, Session* session);
// catalog publications; AddCatalogCommands adds it to its noun.
void AddPublicationsVerb(CLI::App* catalog, Session* session);
// catalog bundle; AddCatalogCommands adds it to its noun.
void AddBundleCommands(CLI::App* catalog, Session* session);
// Import and export of files, and what imports did: verbs of catalog, likewise.
void AddImportVerbs(CLI::App* catalog, Session* session);
// Revisions, update clocks, freshness: verbs of catalog, likewise.
void AddLifeCommands(CLI::App* catalog, Session* session);
void AddRequestCommands(CLI::App* app, Session* session);
// Signatures, checks, supplements, extensions, supply; what revises a draft or changes a grant; and
// watch. AddRequestCommands adds them.
void AddRequestSteps(CLI::App* noun, Session* session);
void AddRequestChangeVerbs(CLI::App* noun, Session* session);
void AddRequestWatchVerb(CLI::App* noun, Session* session);
void AddAttachmentCommands(CLI::App* app, Session* session);
void AddAccountCommands(CLI::App* app, Session* session);
void AddSessionCommands(CLI::App* app, Session* session);
void AddNotifyCommands(CLI::App* app, Session* session);
void AddGrantCommands(CLI::App* app, Session* session);
void AddDisputeCommands(CLI::App* app, Session* session);
// After the two above: it adds verbs to their nouns grant and notice.
void AddGrantLifeCommands(CLI::App* app, Session* session);
void AddSupervisionCommands(CLI::App* app, Session* session);
// Also verbs of the nouns calendar and profile, which have to be there.
void AddDeskCommands(CLI::App* app, Session* session);
// finding, score, inquiry, complaint, incident.
void AddFindingCommands(CLI::App* app, Session* session);
// Verbs of nouns that have to be there: request batch-decide, delegation end, grant rate and
// deliver-offline, incident drill, score submit-annual and evaluate, finding circular.
void AddRecordCommands(CLI::App* app, Session* session);
// correction, recall, demand.
void AddCorrectionCommands(CLI::App* app, Session* session);
void AddExchangeCommands(CLI::App* app, Session* session);
// exchange call, and exchange show, receipt, list; AddExchangeCommands adds them.
void AddCallCommand(CLI::App* noun, Session* session);
void AddReportCommands(CLI::App* noun, Session* session);
void AddDatasetCommands(CLI::App* app, Session* session);
void AddAuditCommands(CLI::App* app, Session* session);
void AddOperationCommands(CLI::App* app, Session* session);
// fsck; AddOperationCommands adds it.
void AddFsckCommand(CLI::App* app, Session* session);

CLI::App* Noun(CLI::App* app, const std::string& name, const std::string& description);
CLI::App* Verb(CLI::App* noun, Session* session, const std::string& name,
               const std::string& description, std::function<absl::Status()> run);
// An option that may be repeated and takes one value each time, or several with commas.
CLI::Option* Repeated(CLI::App* verb, const std::string& flag, std::vector<std::string>* values,
                      const std::string& help, bool commas = false);

// The value of an enum that `text` names: as in the proto, in any case, '-' for
// '_', without the words that the proto adds to keep names apart. -1 if none.
int FindEnum(const google::protobuf::EnumDescriptor* type, absl::string_view text);
// For option->check(): the error that names the values, or nothing.
std::function<std::string(const std::string&)> IsEnum(const google::protobuf::EnumDescriptor* type);
template <typename E>
std::function<std::string(const std::string&)> Is() {
  return IsEnum(google::protobuf::GetEnumDescriptor<E>());
}
// The value of a text that was checked; zero for an empty one.
template <typename E>
E EnumOf(absl::string_view text) {
  return static_cast<E>(text.empty() ? 0
                                     : FindEnum(google::protobuf::GetEnumDescriptor<E>(), text));
}
template <typename E>
void AddEnums(const std::vector<std::string>& texts, google::protobuf::RepeatedField<int>* to) {
  for (const std::string& text : texts) to->Add(EnumOf<E>(text));
}

// COLLECTION/ID for an id or a whole name; a resource's code is taken too.
std::string FullName(absl::string_view collection, absl::string_view text);

// Adds `--where` texts as conditions. A usage error as filter::Parse.
absl::Status AddConditions(const std::vector<std::string>& texts,
                           google::protobuf::RepeatedPtrField<evidence::v1::Condition>* to);

// The whole of a file; "-" is standard input. NOT_FOUND naming the path.
absl::StatusOr<std::string> ReadInput(const std::string& path);
// The same without the line end behind it: a password, a code, a token.
absl::StatusOr<std::string> ReadSecretLine(const std::string& path);

}  // namespace shareway::cli
