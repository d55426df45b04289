// SPDX-License-Identifier: Apache-2.0
// What the CLI prints: one object or a list of them as a table, JSON, YAML or names.
#pragma once

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/message.h"
#include "nlohmann/json.hpp"

namespace shareway::cli {

using Json = nlohmann::ordered_json;

enum class Format { kTable, kJson, kYaml, kName };

// A column of a table: its title and where its value is, members joined by dots.
struct Column {
  std::string title;
  std::string path;
};
using Columns = std::vector<Column>;

// Protobuf's JSON mapping with lowerCamel names; members with default values are left out.
Json ToJson(const google::protobuf::Message& message);

// INVALID_ARGUMENT naming the first thing in `text` that is not `message` in the
// mapping, unknown members included.
absl::Status FromJson(absl::string_view text, google::protobuf::Message* message);

// INVALID_ARGUMENT unless `text` is one JSON value.
absl::Status ParseJson(absl::string_view text, Json* value);

// `value` in `format`, ending in a line feed. An array becomes a table with
// `columns` (an object: one member a line), or one name a line. The name of an
// object without `name` is its first column's value.
std::string Render(Format format, const Json& value, const Columns& columns);

// A value as a table shows it: one line, control characters as spaces.
std::string CellText(const Json& value);

// Columns that `text` takes on a terminal: two for East Asian wide characters,
// none for marks that combine.
int DisplayWidth(absl::string_view text);

}  // namespace shareway::cli
