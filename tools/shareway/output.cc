// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/output.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "google/protobuf/util/json_util.h"

namespace shareway::cli {
namespace {

constexpr std::pair<uint32_t, uint32_t> kWide[] = {
    {0x1100, 0x115f}, {0x2e80, 0x303e},   {0x3041, 0x33ff},   {0x3400, 0x4dbf},   {0x4e00, 0x9fff},
    {0xa000, 0xa4cf}, {0xac00, 0xd7a3},   {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},
    {0xffe0, 0xffe6}, {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
};
constexpr std::pair<uint32_t, uint32_t> kNoWidth[] = {
    {0x0300, 0x036f}, {0x200b, 0x200f}, {0xfe00, 0xfe0f}};

template <size_t N>
bool In(const std::pair<uint32_t, uint32_t> (&ranges)[N], uint32_t point) {
  return std::any_of(std::begin(ranges), std::end(ranges), [&](const auto& range) {
    return point >= range.first && point <= range.second;
  });
}

std::string Compact(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The value under a dotted path; null if there is none.
Json At(const Json& object, absl::string_view path) {
  const Json* value = &object;
  for (absl::string_view member : absl::StrSplit(path, '.')) {
    if (!value->is_object()) return nullptr;
    const auto found = value->find(std::string(member));
    if (found == value->end()) return nullptr;
    value = &*found;
  }
  return *value;
}

std::string RenderRows(const std::vector<std::vector<std::string>>& rows) {
  std::vector<int> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) {
        line.append(static_cast<size_t>(widths[i] - DisplayWidth(row[i]) + 2), ' ');
      }
    }
    absl::StripTrailingAsciiWhitespace(&line);
    absl::StrAppend(&out, line, "\n");
  }
  return out;
}

std::string RenderTable(const Json& value, const Columns& columns) {
  std::vector<std::vector<std::string>> rows;
  if (!value.is_array()) {
    for (const auto& member : value.items()) {
      rows.push_back({member.key(), CellText(member.value())});
    }
    return RenderRows(rows);
  }
  rows.emplace_back();
  for (const Column& column : columns) rows.back().push_back(column.title);
  for (const Json& object : value) {
    rows.emplace_back();
    for (const Column& column : columns) rows.back().push_back(CellText(At(object, column.path)));
  }
  return RenderRows(rows);
}

// Strings are quoted as JSON does it, so that no word or number is mistaken.
void EmitYaml(const Json& value, int indent, std::string* out) {
  const std::string margin(static_cast<size_t>(indent), ' ');
  if (value.is_object() && !value.empty()) {
    for (const auto& member : value.items()) {
      const Json& inner = member.value();
      const bool nested = inner.is_structured() && !inner.empty();
      absl::StrAppend(out, margin, Compact(member.key()), nested ? ":\n" : ": ");
      EmitYaml(inner, nested ? indent + 2 : 0, out);
    }
    return;
  }
  if (value.is_array() && !value.empty()) {
    for (const Json& item : value) {
      std::string inner;
      EmitYaml(item, indent + 2, &inner);
      // The item's first line begins behind the dash.
      const size_t begin = std::min(inner.find_first_not_of(' '), inner.size());
      absl::StrAppend(out, margin, "- ", inner.substr(begin));
    }
    return;
  }
  absl::StrAppend(out, Compact(value), "\n");
}

std::string NameOf(const Json& object, const Columns& columns) {
  const Json name = At(object, "name");
  if (name.is_string()) return CellText(name);
  if (!columns.empty()) return CellText(At(object, columns[0].path));
  return object.is_object() && !object.empty() ? CellText(object.begin().value())
                                               : CellText(object);
}

}  // namespace

Json ToJson(const google::protobuf::Message& message) {
  std::string text;
  Json json;
  const auto status = google::protobuf::util::MessageToJsonString(message, &text);
  if (status.ok()) json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  return json;
}

absl::Status FromJson(absl::string_view text, google::protobuf::Message* message) {
  const auto status = google::protobuf::util::JsonStringToMessage(
      google::protobuf::StringPiece(text.data(), text.size()), message);
  if (status.ok()) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(
      "no ", message->GetDescriptor()->name(),
      " in JSON: ", absl::string_view(status.message().data(), status.message().size())));
}

absl::Status ParseJson(absl::string_view text, Json* value) {
  *value = Json::parse(text.begin(), text.end(), nullptr, /*allow_exceptions=*/false);
  if (value->is_discarded()) return absl::InvalidArgumentError("the text is not JSON in UTF-8");
  return absl::OkStatus();
}

std::string Render(Format format, const Json& value, const Columns& columns) {
  switch (format) {
    case Format::kJson:
      return value.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    case Format::kYaml: {
      std::string out;
      EmitYaml(value, 0, &out);
      return out;
    }
    case Format::kName: {
      if (!value.is_array()) return NameOf(value, columns) + "\n";
      std::string out;
      for (const Json& object : value) absl::StrAppend(&out, NameOf(object, columns), "\n");
      return out;
    }
    case Format::kTable:
      break;
  }
  return RenderTable(value, columns);
}

std::string CellText(const Json& value) {
  std::string text;
  if (value.is_string()) {
    text = value.get<std::string>();
  } else if (value.is_array() && std::none_of(value.begin(), value.end(),
                                              [](const Json& v) { return v.is_structured(); })) {
    text = absl::StrJoin(value, ",", [](std::string* out, const Json& item) {
      absl::StrAppend(out, CellText(item));
    });
  } else if (!value.is_null()) {
    text = Compact(value);
  }
  // A terminal obeys control characters; a record must not command it.
  for (char& c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  return text;
}

int DisplayWidth(absl::string_view text) {
  int width = 0;
  for (size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const size_t bytes = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    uint32_t point = bytes == 1 ? lead : lead & (0x7fU >> bytes);
    for (size_t j = 1; j < bytes && i + j < text.size(); ++j) {
      point = point << 6 | (static_cast<unsigned char>(text[i + j]) & 0x3f);
    }
    width += In(kNoWidth, point) ? 0 : In(kWide, point) ? 2 : 1;
    i += bytes;
  }
  return width;
}

}  // namespace shareway::cli
