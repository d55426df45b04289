// SPDX-License-Identifier: Apache-2.0
// The guide's table out of a workbook (ECMA-376), the sheets that are shown, in order.
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "services/catalog/files/formats.h"
#include "services/catalog/files/table.h"
#include "services/catalog/files/xml_reader.h"
#include "services/catalog/files/zip_reader.h"

namespace shareway::catalog::files {
namespace {

constexpr const char* kBook = "xl/workbook.xml";
// What no workbook of entries has, and what each of them costs memory for as long as it is read.
constexpr size_t kMaxSheets = 200;         // that are shown
constexpr size_t kMaxSheetName = 31 * 4;   // Excel's 31 characters, in UTF-8
constexpr size_t kMaxRelationships = 1000;
constexpr size_t kMaxReference = 1 << 10;  // an identifier or a target of a relationship

std::string Of(const XmlEvents::Attributes& attributes, absl::string_view name) {
  const auto at = attributes.find(name);
  return at == attributes.end() ? "" : at->second;
}

// Excel writes characters that XML has none for as _xHHHH_.
std::string Unescaped(absl::string_view text) {
  if (!absl::StrContains(text, "_x")) return std::string(text);
  std::string out;
  for (size_t i = 0; i < text.size();) {
    uint32_t code = 0;
    if (text.size() - i >= 7 && text[i] == '_' && text[i + 1] == 'x' && text[i + 6] == '_' &&
        absl::SimpleHexAtoi(text.substr(i + 2, 4), &code) && code > 0 && code < 0x80) {
      out.push_back(static_cast<char>(code));
      i += 7;
    } else {
      out.push_back(text[i++]);
    }
  }
  return out;
}

// The column of a reference such as AB12, from 0.
absl::StatusOr<size_t> ColumnOf(absl::string_view reference) {
  size_t column = 0;
  size_t i = 0;
  for (; i < reference.size() && i < 3 && absl::ascii_isupper(static_cast<unsigned char>(reference[i])); ++i) {
    column = column * 26 + static_cast<size_t>(reference[i] - 'A') + 1;
  }
  if (i == 0) return Refused("a cell has no place");
  if (column > kMaxColumns) return TooLarge(absl::StrCat("a row has more than ", kMaxColumns, " columns"));
  return column - 1;
}

struct SheetPart {
  std::string name = {};
  std::string part = {};
};

class XlsxRows : public RowSource {
 public:
  static absl::StatusOr<std::unique_ptr<RowSource>> Open(const std::string& path) {
    std::unique_ptr<XlsxRows> rows(new XlsxRows);
    SHAREWAY_ASSIGN_OR_RETURN(rows->zip_, ZipReader::Open(path, rows->limits_));
    SHAREWAY_RETURN_IF_ERROR(rows->ReadBook());
    return rows;
  }
  ~XlsxRows() override { part_.reset(); }

  absl::StatusOr<std::optional<Row>> Next() override {
    while (waiting_.empty()) {
      if (part_ == nullptr) {
        if (next_ == sheets_.size()) return std::nullopt;
        SHAREWAY_RETURN_IF_ERROR(BeginSheet(sheets_[next_++]));
      }
      SHAREWAY_ASSIGN_OR_RETURN(const absl::string_view piece, part_->Next());
      if (piece.empty()) {
        SHAREWAY_RETURN_IF_ERROR(xml_->Finish());
        xml_.reset();
        part_.reset();
        continue;
      }
      // By small pieces, so that few rows wait.
      for (size_t at = 0; at < piece.size(); at += 4096) {
        SHAREWAY_RETURN_IF_ERROR(xml_->Feed(piece.substr(at, 4096)));
      }
    }
    Row row = std::move(waiting_.front());
    waiting_.pop_front();
    return row;
  }

 private:
  XlsxRows() = default;

  absl::Status ReadXml(const std::string& part, XmlEvents events) {
    if (!events.end) events.end = [](absl::string_view) { return absl::OkStatus(); };
    if (!events.text) events.text = [](absl::string_view) { return absl::OkStatus(); };
    XmlReader reader(part, limits_, std::move(events));
    SHAREWAY_RETURN_IF_ERROR(zip_->Read(part, [&](absl::string_view piece) { return reader.Feed(piece); }));
    return reader.Finish();
  }

  absl::Status ReadBook() {
    for (const std::string& name : zip_->names()) {
      const std::string low = absl::AsciiStrToLower(name);
      if (absl::StrContains(low, "vbaproject") || absl::StrContains(low, "macrosheets/")) {
        return Refused("the workbook has macros; save it without");
      }
      if (absl::StrContains(low, "externallinks/")) {
        return Refused("the workbook has links to other files; break them and save it");
      }
    }
    if (!zip_->Has(kBook)) return Refused("the archive is no workbook: it lacks xl/workbook.xml");
    std::map<std::string, std::string> parts;  // by relationship
    SHAREWAY_RETURN_IF_ERROR(ReadXml("xl/_rels/workbook.xml.rels", {.begin = [&](absl::string_view name, const auto& attributes) {
      if (name != "Relationship") return absl::OkStatus();
      if (absl::EqualsIgnoreCase(Of(attributes, "TargetMode"), "External")) {
        return Refused("the workbook has links to other files; break them and save it");
      }
      const std::string target = Of(attributes, "Target");
      const std::string id = Of(attributes, "Id");
      if (target.size() > kMaxReference || id.size() > kMaxReference) {
        return TooLarge(absl::StrCat("the workbook has a relationship of more than ", kMaxReference, " bytes"));
      }
      if (parts.size() == kMaxRelationships) {
        return TooLarge(absl::StrCat("the workbook has more than ", kMaxRelationships, " relationships"));
      }
      parts[id] = absl::StartsWith(target, "/") ? target.substr(1) : absl::StrCat("xl/", target);
      if (absl::EndsWith(Of(attributes, "Type"), "/sharedStrings")) shared_part_ = parts[id];
      return absl::OkStatus();
    }}));
    SHAREWAY_RETURN_IF_ERROR(ReadXml(kBook, {.begin = [&](absl::string_view name, const auto& attributes) {
      if (name != "sheet" || absl::StrContains(absl::AsciiStrToLower(Of(attributes, "state")), "hidden")) {
        return absl::OkStatus();
      }
      const auto part = parts.find(Of(attributes, "id"));
      if (part == parts.end()) return Refused("a sheet of the workbook has no part");
      const std::string title = Of(attributes, "name");
      if (title.size() > kMaxSheetName) {
        return Refused(absl::StrCat("a sheet's name has more than ", kMaxSheetName, " bytes"));
      }
      if (sheets_.size() == kMaxSheets) {
        return TooLarge(absl::StrCat("the workbook has more than ", kMaxSheets, " sheets"));
      }
      sheets_.push_back({title, part->second});
      return absl::OkStatus();
    }}));
    if (sheets_.empty()) return Refused("the workbook has no sheet that is shown");
    return shared_part_.empty() ? absl::OkStatus() : ReadShared();
  }

  absl::Status ReadShared() {
    uint64_t bytes = 0;
    int phonetic = 0;
    bool in_text = false;
    return ReadXml(shared_part_, {
        .begin = [&](absl::string_view name, const auto&) {
          if (name == "si") {
            if (shared_.size() == limits_.strings) return TooLarge("the workbook has too many texts");
            shared_.emplace_back();
          }
          phonetic += name == "rPh" ? 1 : 0;
          in_text = name == "t" && phonetic == 0;
          return absl::OkStatus();
        },
        .end = [&](absl::string_view name) {
          phonetic -= name == "rPh" ? 1 : 0;
          in_text = false;
          return absl::OkStatus();
        },
        .text = [&](absl::string_view text) {
          if (!in_text || shared_.empty()) return absl::OkStatus();
          bytes += text.size();
          if (bytes > limits_.string_bytes) {
            return TooLarge(absl::StrCat("the workbook's texts have more than ", limits_.string_bytes, " bytes"));
          }
          shared_.back().append(text.data(), text.size());
          return absl::OkStatus();
        }});
  }

  absl::Status BeginSheet(const SheetPart& sheet) {
    row_ = {.sheet = sheet.name};
    SHAREWAY_ASSIGN_OR_RETURN(part_, zip_->OpenPart(sheet.part));
    xml_ = std::make_unique<XmlReader>(sheet.part, limits_, XmlEvents{
        .begin = [this](absl::string_view name, const auto& attributes) { return Begin(name, attributes); },
        .end = [this](absl::string_view name) { return End(name); },
        .text = [this](absl::string_view text) { return Text(text); }});
    return absl::OkStatus();
  }

  std::string Where() const { return absl::StrCat(row_.sheet, " row ", row_.row, ": "); }

  absl::Status Begin(absl::string_view name, const XmlEvents::Attributes& attributes) {
    if (name == "row") {
      row_.cells.clear();
      row_bytes_ = 0;
      uint64_t number = row_.row + 1;
      const std::string stated = Of(attributes, "r");
      if (!stated.empty() && (!absl::SimpleAtoi(stated, &number) || number <= row_.row)) {
        return Refused(absl::StrCat(Where(), "the next row is out of order"));
      }
      if (number > kMaxStatedRow) return Refused(absl::StrCat(Where(), "the next row's number is none"));
      row_.row = number;
    } else if (name == "c") {
      column_ = row_.cells.size();
      const std::string place = Of(attributes, "r");
      if (!place.empty()) {
        SHAREWAY_ASSIGN_OR_RETURN(column_, ColumnOf(place));
      }
      if (column_ < row_.cells.size()) return Refused(absl::StrCat(Where(), "cells are out of order"));
      if (column_ >= kMaxColumns) return TooLarge(absl::StrCat(Where(), "more than ", kMaxColumns, " columns"));
      type_ = Of(attributes, "t");
      value_.clear();
    } else if (name == "f") {
      return Refused(absl::StrCat(Where(), "cell ", column_ + 1, " is a formula; paste its value instead"));
    }
    phonetic_ += name == "rPh" ? 1 : 0;
    in_value_ = name == "v" || (name == "t" && phonetic_ == 0);
    return absl::OkStatus();
  }

  absl::Status Text(absl::string_view text) {
    if (!in_value_) return absl::OkStatus();
    row_bytes_ += text.size();
    if (value_.size() + text.size() > kMaxCellBytes || row_bytes_ > limits_.row_bytes) {
      return TooLarge(absl::StrCat(Where(), "a cell or the row is too long"));
    }
    value_.append(text.data(), text.size());
    return absl::OkStatus();
  }

  absl::Status End(absl::string_view name) {
    in_value_ = false;
    phonetic_ -= name == "rPh" ? 1 : 0;
    if (name == "c") {
      if (type_ == "e") return Refused(absl::StrCat(Where(), "cell ", column_ + 1, " is an error of a formula"));
      if (value_.empty()) return absl::OkStatus();
      std::string cell = value_;
      if (type_ == "s") {
        uint64_t index = 0;
        if (!absl::SimpleAtoi(value_, &index) || index >= shared_.size()) {
          return Refused(absl::StrCat(Where(), "cell ", column_ + 1, " has a text that is not there"));
        }
        cell = shared_[index];
        row_bytes_ += cell.size();
        if (cell.size() > kMaxCellBytes || row_bytes_ > limits_.row_bytes) {
          return TooLarge(absl::StrCat(Where(), "a cell or the row is too long"));
        }
      }
      row_.cells.resize(column_ + 1);
      row_.cells[column_] = Restored(Unescaped(cell));
    } else if (name == "row" && !row_.cells.empty()) {
      // Texts that the workbook says once may stand in every row; the file's size tells nothing of that.
      told_bytes_ += row_bytes_;
      if (told_bytes_ > kMaxUnpackedBytes) {
        return TooLarge(absl::StrCat("the workbook's cells have more than ", kMaxUnpackedBytes, " bytes"));
      }
      waiting_.push_back(row_);
    }
    return absl::OkStatus();
  }

  static constexpr uint64_t kMaxStatedRow = 1'048'576;  // Excel's last

  const Limits limits_ = {.columns = kMaxColumns,
                          .cell_bytes = kMaxCellBytes,
                          .unpacked_bytes = kMaxUnpackedBytes,
                          .depth = kMaxXmlDepth};
  std::unique_ptr<ZipReader> zip_;
  std::vector<SheetPart> sheets_ = {};
  std::string shared_part_ = {};
  std::vector<std::string> shared_ = {};
  size_t next_ = 0;
  std::unique_ptr<ZipReader::Part> part_;
  std::unique_ptr<XmlReader> xml_;
  std::deque<Row> waiting_ = {};
  Row row_ = {};
  uint64_t row_bytes_ = 0;
  uint64_t told_bytes_ = 0;  // of all rows
  size_t column_ = 0;
  std::string type_ = {};
  std::string value_ = {};
  int phonetic_ = 0;
  bool in_value_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Reader>> OpenXlsx(const std::string& path) {
  SHAREWAY_ASSIGN_OR_RETURN(std::unique_ptr<RowSource> rows, XlsxRows::Open(path));
  return ReadTable(std::move(rows));
}

}  // namespace shareway::catalog::files
