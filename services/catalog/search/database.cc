// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/search/database.h"

#include <groonga.h>

#include <algorithm>
#include <mutex>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "libs/base/status.h"
#include "nlohmann/json.hpp"
#include "services/catalog/search/words.h"

namespace shareway::catalog::search {
namespace {

using Json = nlohmann::json;

// Conditions of filters add a few points to Groonga's scores: weights are hundreds, and what is
// below does not count.
constexpr int64_t kPoint = 100;
constexpr int kWeights[] = {1000, 300, 300, 100, 100, 1};  // of kTextFields
constexpr int kFacetValues = 100;

// Once a process, for good.
absl::Status InitGroonga() {
  static const grn_rc rc = [] {
    grn_default_logger_set_max_level(static_cast<grn_log_level>(GRN_LOG_NONE));
    return grn_init();
  }();
  return rc == GRN_SUCCESS ? absl::OkStatus()
                           : absl::InternalError(absl::StrCat("Groonga does not start: ",
                                                              static_cast<int>(rc)));
}

// Groonga tells some failures, a lock that it does not get for one, in errbuf alone.
absl::StatusOr<std::string> Send(grn_ctx* context, const std::string& command) {
  context->rc = GRN_SUCCESS;
  context->errbuf[0] = '\0';
  grn_ctx_send(context, command.data(), static_cast<unsigned int>(command.size()), 0);
  const grn_rc rc = context->rc;
  const std::string error(context->errbuf);
  char* answer = nullptr;
  unsigned int size = 0;
  int flags = 0;
  grn_ctx_recv(context, &answer, &size, &flags);
  if (rc != GRN_SUCCESS || !error.empty()) {
    return absl::InternalError(absl::StrCat("the search index fails (", static_cast<int>(rc), ", ",
                                            error, ") at ", command.substr(0, 60)));
  }
  return std::string(answer == nullptr ? "" : answer, answer == nullptr ? 0 : size);
}

// True for what streams and phrases are made of.
bool IsStream(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0x80u) != 0 || absl::ascii_isalnum(c) || c == ' ';
  });
}

absl::Status CheckPlain(absl::string_view what, absl::string_view text) {
  return IsPlain(text) ? absl::OkStatus()
                       : absl::InvalidArgumentError(absl::StrCat(
                             what, " of an entry has characters that no such value has"));
}

absl::StatusOr<std::string> RowOf(const Document& document) {
  SHAREWAY_RETURN_IF_ERROR(CheckPlain("the name", document.name));
  SHAREWAY_RETURN_IF_ERROR(CheckPlain("the code", document.code));
  std::string row = absl::StrCat(R"({"_key":")", document.name, R"(","code":")", document.code,
                                 R"(","length":)", document.length, R"(,"place":)",
                                 OrderOf(document.name));
  for (const char* field : kTextFields) {
    const auto it = document.texts.find(field);
    const std::string text = it == document.texts.end() ? "" : it->second;
    if (!IsStream(text)) return absl::InvalidArgumentError("a stream is none of words.h");
    absl::StrAppend(&row, ",\"", field, "\":\"", text, "\"");
  }
  for (const char* field : kMarkFields) {
    const auto it = document.marks.find(field);
    const std::string mark = it == document.marks.end() ? "" : it->second;
    SHAREWAY_RETURN_IF_ERROR(CheckPlain(field, mark));
    absl::StrAppend(&row, ",\"", field, "\":\"", mark, "\"");
  }
  return row + "}";
}

// With `once`, for phrases that no field has twice: the scorer, which counts others once, takes as
// long as the rest of the look-up.
std::string MatchColumns(bool once) {
  std::string columns;
  for (size_t i = 0; i < std::size(kTextFields); ++i) {
    absl::StrAppend(&columns, i == 0 ? "" : " || ", once ? "" : "scorer_tf_at_most(",
                    kTextFields[i], once ? "" : ", 1)", " * ", kWeights[i] * kPoint);
  }
  return columns;
}

absl::StatusOr<std::string> FilterOf(const Selection& selection) {
  std::vector<std::string> conditions;
  for (const auto& [field, values] : selection.marks) {
    std::vector<std::string> any;
    for (const std::string& value : values) {
      SHAREWAY_RETURN_IF_ERROR(CheckPlain(field, value));
      any.push_back(absl::StrCat(field, " == \"", value, "\""));
    }
    if (!any.empty()) conditions.push_back(absl::StrCat("(", absl::StrJoin(any, " || "), ")"));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckPlain("the code", selection.code_prefix));
  if (!selection.code_prefix.empty()) {
    conditions.push_back(absl::StrCat("code @^ \"", selection.code_prefix, "\""));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckPlain("the division", selection.division_prefix));
  if (!selection.division_prefix.empty()) {
    conditions.push_back(absl::StrCat("division._key @^ \"", selection.division_prefix, "\""));
  }
  return absl::StrJoin(conditions, " && ");
}

// Selects what comes after `place` in the order of hits.
absl::StatusOr<std::string> PostFilterOf(const Place& place) {
  SHAREWAY_RETURN_IF_ERROR(CheckPlain("the name", place.name));
  const int64_t from = place.score * kPoint;
  return absl::StrCat("_score < ", from, " || (_score >= ", from, " && _score < ", from + kPoint,
                      " && (length > ", place.length, " || (length == ", place.length,
                      " && _key > \"", place.name, "\")))");
}

absl::Status Unreadable() {
  return absl::InternalError("the search index gave an answer of another form");
}

std::string TextOf(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

bool IsTable(const Json& table) {
  return table.is_array() && table.size() >= 2 && table[0].is_array() && table[0].size() == 1 &&
         table[0][0].is_number_integer();
}

}  // namespace

bool IsPlain(absl::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '/' || c == '-' || c == '_' || c == '.';
  });
}

uint64_t OrderOf(absl::string_view name) {
  // Four bits a character, while it is exact: digits and '-' have one each, all others share one
  // with their neighbours, and what follows such a one does not count.
  constexpr int kCharacters = 15;
  constexpr uint64_t kBelow = 1, kHyphen = 2, kBetween = 3, kZero = 4, kAbove = 14;
  if (!absl::ConsumePrefix(&name, "resources/")) {
    return name < "resources/" ? 0 : UINT64_C(0xF) << (4 * kCharacters - 4);
  }
  uint64_t order = 0;
  bool exact = true;
  for (int i = 0; i < kCharacters; ++i) {
    uint64_t digit = 0;  // the end
    if (exact && static_cast<size_t>(i) < name.size()) {
      const char c = name[static_cast<size_t>(i)];
      if (absl::ascii_isdigit(c)) {
        digit = kZero + static_cast<uint64_t>(c - '0');
      } else {
        const auto byte = static_cast<unsigned char>(c);
        exact = c == '-';
        digit = exact ? kHyphen : byte < '-' ? kBelow : byte < '0' ? kBetween : kAbove;
      }
    }
    order = order << 4 | digit;
  }
  return order;
}

absl::StatusOr<std::unique_ptr<Database>> Database::Create(const std::string& folder) {
  SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<Database> database, At(folder, true));
  std::vector<std::string> commands = {
      "table_create Resources TABLE_HASH_KEY ShortText",
      "column_create Resources code COLUMN_SCALAR ShortText",
      "column_create Resources length COLUMN_SCALAR UInt32",
      "column_create Resources place COLUMN_SCALAR UInt64",
      // Values that are counted are kept once and referred to by number: to count texts, Groonga
      // would read and hash one for each hit and field.
      "table_create Marks TABLE_PAT_KEY ShortText"};
  for (const char* field : kMarkFields) {
    commands.push_back(absl::StrCat("column_create Resources ", field, " COLUMN_SCALAR Marks"));
  }
  for (const char* field : kTextFields) {
    commands.push_back(absl::StrCat("column_create Resources ", field, " COLUMN_SCALAR LongText"));
  }
  commands.push_back(
      "table_create Terms TABLE_PAT_KEY ShortText --default_tokenizer TokenDelimit");
  commands.push_back(
      absl::StrCat("column_create Terms streams COLUMN_INDEX|WITH_SECTION|WITH_POSITION Resources ",
                   absl::StrJoin(kTextFields, ",")));
  for (const std::string& command : commands) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::string answer, database->Run(command));
    if (answer != "true") return Unreadable();
  }
  return database;
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const std::string& folder) {
  SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<Database> database, At(folder, false));
  SHAREWAY_RETURN_IF_ERROR(database->Size().status());
  return database;
}

absl::StatusOr<std::unique_ptr<Database>> Database::At(const std::string& folder, bool create) {
  SHAREWAY_RETURN_IF_ERROR(InitGroonga());
  auto database = std::unique_ptr<Database>(new Database);
  database->owner_ = grn_ctx_open(0);
  if (database->owner_ == nullptr) return absl::InternalError("Groonga gives no context");
  const std::string path = folder + "/db";
  database->database_ = create ? grn_db_create(database->owner_, path.c_str(), nullptr)
                               : grn_db_open(database->owner_, path.c_str());
  if (database->database_ == nullptr) {
    return absl::InternalError(absl::StrCat("Groonga cannot ", create ? "make " : "open ", path,
                                            ": ", database->owner_->errbuf));
  }
  return database;
}

Database::~Database() {
  absl::MutexLock lock(&mutex_);
  for (grn_ctx* context : idle_) grn_ctx_close(context);
  if (database_ != nullptr) grn_obj_close(owner_, database_);
  if (owner_ != nullptr) grn_ctx_close(owner_);
}

grn_ctx* Database::Take() const {
  {
    absl::MutexLock lock(&mutex_);
    if (!idle_.empty()) {
      grn_ctx* context = idle_.back();
      idle_.pop_back();
      return context;
    }
  }
  grn_ctx* context = grn_ctx_open(0);
  if (context == nullptr) return nullptr;
  grn_ctx_use(context, database_);
  // Words are found as they are or not at all.
  grn_ctx_set_match_escalation_threshold(context, -1);
  return context;
}

void Database::Give(grn_ctx* context) const {
  absl::MutexLock lock(&mutex_);
  idle_.push_back(context);
}

absl::StatusOr<std::string> Database::Run(const std::string& command) const {
  grn_ctx* context = Take();
  if (context == nullptr) return absl::InternalError("Groonga gives no context");
  const absl::Cleanup give = [this, context] { Give(context); };
  return Send(context, command);
}

absl::Status Database::Put(const std::vector<Document>& documents) {
  if (documents.empty()) return absl::OkStatus();
  if (documents.size() > kMaxPut) {
    return absl::InvalidArgumentError(
        absl::StrCat(documents.size(), " documents at once, want up to ", kMaxPut));
  }
  std::vector<std::string> rows;
  for (const Document& document : documents) {
    SHAREWAY_ASSIGN_OR_RETURN(std::string row, RowOf(document));
    rows.push_back(std::move(row));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::string loaded,
                            Run(absl::StrCat("load --table Resources --values '[",
                                             absl::StrJoin(rows, ","), "]'")));
  if (loaded == absl::StrCat(rows.size())) return absl::OkStatus();
  return absl::InternalError(
      absl::StrCat("the search index took ", loaded, " of ", rows.size(), " entries"));
}

absl::Status Database::Drop(absl::string_view name) {
  SHAREWAY_RETURN_IF_ERROR(CheckPlain("the name", name));
  // To remove what is not there is an error to Groonga in some releases, an empty entry to none.
  Document empty = {.name = std::string(name)};
  SHAREWAY_RETURN_IF_ERROR(Put({empty}));
  return Run(absl::StrCat("delete Resources ", name)).status();
}

absl::StatusOr<Found> Database::Select(const Selection& selection) const {
  std::vector<std::string> phrases;
  for (const std::string& phrase : selection.phrases) {
    if (phrase.empty() || !IsStream(phrase)) {
      return absl::InvalidArgumentError("a phrase is none of words.h");
    }
    phrases.push_back(absl::StrCat("\"", phrase, "\""));
  }
  if (phrases.empty()) return absl::InvalidArgumentError("there is nothing to look for");
  SHAREWAY_ASSIGN_OR_RETURN(const std::string filter, FilterOf(selection));
  static const std::string& capped = *new std::string(MatchColumns(false));
  static const std::string& plain = *new std::string(MatchColumns(true));
  const bool once =
      std::all_of(selection.phrases.begin(), selection.phrases.end(), OccursOnce);
  const std::string& columns = once ? plain : capped;
  std::string command = absl::StrCat(
      "select Resources --cache no --match_columns '", columns, "' --query '",
      absl::StrJoin(phrases, " "),
      "' --output_columns _key,_score,length --sort_keys -_score,length,place,_key --limit ",
      selection.limit);
  if (!filter.empty()) absl::StrAppend(&command, " --filter '", filter, "'");
  if (!selection.after.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::string rest, PostFilterOf(selection.after.front()));
    absl::StrAppend(&command, " --post_filter '", rest, "'");
  }
  if (selection.facets) {
    absl::StrAppend(&command, " --drilldown ", absl::StrJoin(kMarkFields, ","),
                    " --drilldown_output_columns _key,_nsubrecs --drilldown_sort_keys "
                    "-_nsubrecs,_key --drilldown_limit ",
                    kFacetValues);
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, Run(command));
  const Json answer = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!answer.is_array() || answer.empty() || !IsTable(answer[0])) return Unreadable();
  Found found = {.total = answer[0][0][0].get<int64_t>()};
  for (size_t i = 2; i < answer[0].size(); ++i) {
    const Json& row = answer[0][i];
    if (!row.is_array() || row.size() != 3 || !row[0].is_string() || !row[1].is_number() ||
        !row[2].is_number()) {
      return Unreadable();
    }
    found.hits.push_back({.score = row[1].get<int64_t>() / kPoint,
                          .length = row[2].get<int64_t>(),
                          .name = row[0].get<std::string>()});
  }
  if (!selection.facets) return found;
  if (answer.size() != 1 + std::size(kMarkFields)) return Unreadable();
  for (size_t f = 0; f < std::size(kMarkFields); ++f) {
    const Json& table = answer[f + 1];
    if (!IsTable(table)) return Unreadable();
    auto& values = found.facets[kMarkFields[f]];
    for (size_t i = 2; i < table.size(); ++i) {
      if (!table[i].is_array() || table[i].size() != 2 || !table[i][1].is_number()) {
        return Unreadable();
      }
      // What an entry does not state is no value.
      if (std::string value = TextOf(table[i][0]); !value.empty()) {
        values.emplace_back(std::move(value), table[i][1].get<int64_t>());
      }
    }
  }
  return found;
}

absl::StatusOr<int64_t> Database::Size() const {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text,
                            Run("select Resources --cache no --limit 0 --output_columns _key"));
  const Json answer = Json::parse(text, nullptr, false);
  if (!answer.is_array() || answer.empty() || !IsTable(answer[0])) return Unreadable();
  return answer[0][0][0].get<int64_t>();
}

}  // namespace shareway::catalog::search
