// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/records.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "libs/base/bytes.h"

namespace shareway::cli {
namespace {

using evidence::v1::Cell;

Json CellToJson(const Cell& cell) {
  switch (cell.value_case()) {
    case Cell::kText:
      return cell.text();
    case Cell::kInteger:
      return cell.integer();
    case Cell::kDecimal:
      return cell.decimal();
    case Cell::kBoolean:
      return cell.boolean();
    case Cell::kDate:
      return cell.date();
    case Cell::kTime:
      return cell.time();
    case Cell::kBinary:
      return ToBase64(cell.binary());
    default:
      return nullptr;
  }
}

std::string CsvField(absl::string_view text) {
  if (!text.empty() && text.find_first_of(",\"\r\n") == absl::string_view::npos) {
    return std::string(text);
  }
  return absl::StrCat("\"", absl::StrReplaceAll(text, {{"\"", "\"\""}}), "\"");
}

}  // namespace

Json RecordsToJson(const evidence::v1::RecordBatch& batch) {
  Json rows = Json::array();
  for (const evidence::v1::Record& record : batch.records()) {
    Json row = Json::object();
    for (int i = 0; i < batch.items_size(); ++i) {
      row[batch.items(i)] = i < record.cells_size() ? CellToJson(record.cells(i)) : Json(nullptr);
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

std::string CsvHeader(const google::protobuf::RepeatedPtrField<std::string>& items) {
  std::string line;
  for (const std::string& item : items) {
    absl::StrAppend(&line, line.empty() ? "" : ",", CsvField(item));
  }
  return line + "\r\n";
}

std::string CsvLine(const evidence::v1::Record& record) {
  std::string line;
  for (int i = 0; i < record.cells_size(); ++i) {
    if (i > 0) line += ',';
    const Json value = CellToJson(record.cells(i));
    if (value.is_string()) {
      line += CsvField(value.get_ref<const std::string&>());
    } else if (!value.is_null()) {
      line += value.dump();
    }
  }
  return line + "\r\n";
}

}  // namespace shareway::cli
