// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/table.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "libs/base/status.h"
#include "services/catalog/domain/entry_rules.h"
#include "services/catalog/files/template_columns.h"
#include "services/catalog/store/resource_message.h"

namespace shareway::catalog::files {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

constexpr absl::string_view kAgencies = "agencies/";  // before the credit code in an agency's name

std::string Shown(absl::string_view field, const ListedEntry& listed, uint32_t number) {
  if (field == "number") return absl::StrCat(number);
  if (field == "classification") return listed.entry.code.substr(0, listed.entry.code.find('/'));
  if (field == "provider_name") return listed.provider_name;
  if (field == "publish_date") return listed.publish_date;
  if (field == "state") return listed.state;
  return listed.revision == 0 ? "" : absl::StrCat(listed.revision);
}

class TableReader : public Reader {
 public:
  explicit TableReader(std::unique_ptr<RowSource> source) : source_(std::move(source)) {}

  absl::StatusOr<std::optional<FileEntry>> Next() override {
    if (ended_) return std::nullopt;
    auto next = Read();
    ended_ = !next.ok() || !next->has_value();
    return next;
  }
  uint32_t rows() const override { return rows_; }

 private:
  static bool Empty(const Row& row) {
    return std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) {
      return absl::StripAsciiWhitespace(cell).empty();
    });
  }
  std::string Cell(const Row& row, size_t column) const {
    const auto at = place_[column];
    return at && *at < row.cells.size() ? row.cells[*at] : "";
  }
  bool Begins(const Row& row) const {
    const std::string code = Cell(row, code_);
    if (!code.empty() && code != open_code_) return true;
    // A title again below the same code is a second entry, which the check of doubled codes then tells.
    return !Cell(row, title_).empty() && row.row != open_row_ && Cell(row, title_) != open_title_;
  }

  absl::Status TakeHeadings(const Row& row) {
    place_.assign(Columns().size(), std::nullopt);
    understood_.clear();
    for (size_t i = 0; i < row.cells.size(); ++i) {
      const std::string heading(absl::StripAsciiWhitespace(row.cells[i]));
      if (heading.empty()) continue;
      const auto other =
          std::find_if(OtherHeadings().begin(), OtherHeadings().end(),
                       [&](const Heading& known) { return heading == known.heading; });
      if (other != OtherHeadings().end() && other->column == nullptr) {
        if (other->understood != nullptr) understood_.emplace_back(i, &*other);
        continue;
      }
      const std::string ours = other == OtherHeadings().end() ? heading : other->column;
      const auto column = std::find_if(Columns().begin(), Columns().end(),
                                       [&](const Column& c) { return ours == c.heading; });
      const std::string where =
          absl::StrCat(row.sheet, row.sheet.empty() ? "" : " ", "row ", row.row, ": ");
      if (column == Columns().end()) {
        return Refused(absl::StrCat(where, "no column of the template is called ", Quoted(heading)));
      }
      auto& place = place_[static_cast<size_t>(column - Columns().begin())];
      if (place) return Refused(absl::StrCat(where, "the column ", heading, " is there twice"));
      place = i;
    }
    for (const size_t needed : {code_, title_}) {
      if (!place_[needed]) {
        return Refused(absl::StrCat(row.sheet, row.sheet.empty() ? "" : " ", "row ", row.row,
                                    ": the column ", Columns()[needed].heading, " is missing"));
      }
    }
    return absl::OkStatus();
  }

  // The next row of an entry, with headings taken on the way.
  absl::StatusOr<std::optional<Row>> NextRow() {
    while (true) {
      SHAREWAY_ASSIGN_OR_RETURN(std::optional<Row> row, source_->Next());
      if (!row) {
        if (!headed_) return Refused("the file has no headings");
        return std::nullopt;
      }
      if (Empty(*row)) continue;
      if (!headed_ || row->sheet != sheet_) {
        SHAREWAY_RETURN_IF_ERROR(TakeHeadings(*row));
        headed_ = true;
        sheet_ = row->sheet;
        continue;
      }
      if (++rows_ > kMaxRows) return TooLarge(absl::StrCat("the file has more than ", kMaxRows, " rows"));
      return row;
    }
  }

  static void AddFault(CellFault fault, FileEntry& entry) {
    if (entry.faults.size() < kMaxCellFaults) entry.faults.push_back(std::move(fault));
  }

  // What the entry's first row says in a column: the cell, and, once another cell was compared with it,
  // the cell as it would be written. A comparison so costs what the two cells do, and not the entry.
  struct FirstCell {
    std::string text = {};
    std::optional<std::string> written = {};
  };

  // The cell as it would be written, by a message of its own; what is wrong with it goes to `wrong`.
  static std::string Written(Of of, const FieldDescriptor& field, const std::string& cell,
                             std::string* wrong) {
    v1::Resource resource;
    Message& whole = of == Of::kEntry ? static_cast<Message&>(resource)
                                      : *resource.mutable_assessment();
    if (!absl::StripAsciiWhitespace(cell).empty()) *wrong = TakeCell(whole, field, cell);
    return wrong->empty() ? CellOf(whole, field) : "";
  }

  // What is wrong with a cell that repeats column `i` in a further row, as merged cells come out: it is
  // the same, or a contradiction.
  std::string Repeated(size_t i, const FieldDescriptor& field, const std::string& cell) {
    FirstCell& first = first_[i];
    if (cell == first.text) return "";
    const Of of = Columns()[i].of;
    std::string wrong;
    const std::string written = Written(of, field, cell, &wrong);
    if (!wrong.empty()) return wrong;
    std::string first_wrong;  // and told of the first row
    if (!first.written) first.written = Written(of, field, first.text, &first_wrong);
    if (first_wrong.empty() && written == *first.written) return "";
    return absl::StrCat(Quoted(cell), " is not what the entry's first row says");
  }

  void TakeRow(const Row& row, bool first, FileEntry& entry, v1::Resource& message) {
    if (first) first_.assign(Columns().size(), {});
    v1::Item* item = nullptr;
    for (size_t i = 0; i < Columns().size(); ++i) {
      const Column& column = Columns()[i];
      if (!place_[i] || column.of == Of::kShown) continue;
      std::string cell = Cell(row, i);
      if (absl::StripAsciiWhitespace(cell).empty()) continue;
      const Spot spot = {.sheet = row.sheet,
                         .row = static_cast<uint32_t>(row.row),
                         .column = column.heading};
      const FieldDescriptor* field = &FieldOf(column);
      if (field->name() == "provider" && cell.find('/') == std::string::npos) {
        cell = absl::StrCat(kAgencies, absl::StripAsciiWhitespace(cell));
      }
      // The template has one column for the conditions and for the basis of not sharing.
      if (field->name() == "conditions" && message.declared_class() == v1::NOT_SHARED &&
          cell.front() != '[') {
        field = v1::Resource::descriptor()->FindFieldByName("not_shared_basis");
      }
      std::string path = absl::StrCat(
          column.of == Of::kAssessment ? "resource.assessment." : "resource.", field->name());
      std::string wrong;
      if (column.of == Of::kItem) {
        if (item == nullptr) item = message.add_items();
        path = absl::StrCat("resource.items[", message.items_size() - 1, "].", column.field);
        wrong = TakeCell(*item, *field, cell);
      } else if (!first) {
        // Of an entry whose faults are not told any more nothing needs to be compared.
        if (entry.faults.size() < kMaxCellFaults) wrong = Repeated(i, *field, cell);
      } else if (column.of == Of::kAssessment) {
        wrong = TakeCell(*message.mutable_assessment(), *field, cell);
      } else {
        wrong = TakeCell(message, *field, cell);
      }
      if (first && column.of != Of::kItem) first_[i].text = cell;
      if (!wrong.empty()) AddFault({.spot = spot, .field = path, .rule = wrong}, entry);
      entry.spots.emplace(path, spot);
    }
    for (const auto& [at, heading] : understood_) {
      const std::string cell(
          absl::StripAsciiWhitespace(at < row.cells.size() ? row.cells[at] : ""));
      if (cell.empty()) continue;
      const std::vector<absl::string_view> known = absl::StrSplit(heading->understood, "、");
      if (std::find(known.begin(), known.end(), cell) != known.end()) continue;
      AddFault(
          {.spot = {.sheet = row.sheet,
                    .row = static_cast<uint32_t>(row.row),
                    .column = heading->heading},
           .field = "resource",
           .rule = absl::StrCat(Quoted(cell), " would be lost: ",
                                *heading->understood == '\0'
                                    ? "an entry has no field for it but extensions (扩展字段)"
                                    : absl::StrCat("want one of ", heading->understood))},
          entry);
    }
    if (item != nullptr) {
      entry.spots.emplace(absl::StrCat("resource.items[", message.items_size() - 1, "]"),
                          Spot{.sheet = row.sheet, .row = static_cast<uint32_t>(row.row)});
    }
  }

  absl::StatusOr<std::optional<FileEntry>> Read() {
    if (!ahead_) {
      SHAREWAY_ASSIGN_OR_RETURN(ahead_, NextRow());
      if (!ahead_) return std::nullopt;
    }
    if (number_ == kMaxEntries) {
      return TooLarge(absl::StrCat("the file has more than ", kMaxEntries, " entries"));
    }
    FileEntry entry = {.number = ++number_,
                       .sheet = ahead_->sheet,
                       .first_row = static_cast<uint32_t>(ahead_->row),
                       .last_row = static_cast<uint32_t>(ahead_->row)};
    open_code_ = Cell(*ahead_, code_);
    open_title_ = Cell(*ahead_, title_);
    open_row_ = ahead_->row;
    v1::Resource message;
    bool first = true;
    bool cut = false;
    do {
      // The rules of entries refuse it by now; what else it says takes neither room nor time.
      if (message.items_size() <= static_cast<int>(kMaxItems)) {
        TakeRow(*ahead_, first, entry, message);
      } else if (!cut) {
        cut = true;
        AddFault({.spot = {.sheet = ahead_->sheet, .row = static_cast<uint32_t>(ahead_->row)},
                  .field = "resource.items",
                  .rule = absl::StrCat("has more than ", kMaxItems, "; this row and what follows "
                                       "of the entry is not read")},
                 entry);
      }
      entry.last_row = static_cast<uint32_t>(ahead_->row);
      first = false;
      const std::string sheet = ahead_->sheet;
      SHAREWAY_ASSIGN_OR_RETURN(ahead_, NextRow());
      if (ahead_ && ahead_->sheet != sheet) break;
    } while (ahead_ && !Begins(*ahead_));
    entry.entry = EntryFrom(message);
    entry.items_unnamed = !place_[item_id_];
    return entry;
  }

  static size_t IndexOf(Of of, absl::string_view field) {
    const auto found = std::find_if(Columns().begin(), Columns().end(), [&](const Column& c) {
      return c.of == of && field == c.field;
    });
    return static_cast<size_t>(found - Columns().begin());
  }

  const std::unique_ptr<RowSource> source_;
  const size_t code_ = IndexOf(Of::kEntry, "code");
  const size_t title_ = IndexOf(Of::kEntry, "title");
  const size_t item_id_ = IndexOf(Of::kItem, "id");
  std::vector<std::optional<size_t>> place_ = {};  // cells, by column
  std::vector<std::pair<size_t, const Heading*>> understood_ = {};  // cells without a column of ours
  std::optional<Row> ahead_ = {};
  std::vector<FirstCell> first_ = {};  // of the open entry, by column
  std::string sheet_ = {};
  std::string open_code_ = {};
  std::string open_title_ = {};
  uint64_t open_row_ = 0;
  uint32_t rows_ = 0;
  uint32_t number_ = 0;
  bool headed_ = false;
  bool ended_ = false;
};

}  // namespace

std::unique_ptr<Reader> ReadTable(std::unique_ptr<RowSource> source) {
  return std::make_unique<TableReader>(std::move(source));
}

std::vector<std::string> Headings() {
  std::vector<std::string> headings;
  for (const Column& column : Columns()) headings.emplace_back(column.heading);
  return headings;
}

std::vector<std::vector<std::string>> RowsOf(const ListedEntry& listed, uint32_t number) {
  const v1::Resource message = ToMessage(listed.name, Resource::Published{.entry = listed.entry});
  const int count = std::max(1, message.items_size());
  std::vector<std::vector<std::string>> rows(static_cast<size_t>(count), std::vector<std::string>(Columns().size()));
  for (size_t i = 0; i < Columns().size(); ++i) {
    const Column& column = Columns()[i];
    switch (column.of) {
      case Of::kShown:
        rows[0][i] = Shown(column.field, listed, number);
        break;
      case Of::kEntry:
        rows[0][i] = CellOf(message, FieldOf(column));
        if (absl::string_view(column.field) == "provider") {
          rows[0][i] = std::string(absl::StripPrefix(rows[0][i], kAgencies));
        }
        break;
      case Of::kAssessment:
        rows[0][i] = CellOf(message.assessment(), FieldOf(column));
        break;
      case Of::kItem:
        for (int item = 0; item < message.items_size(); ++item) {
          rows[static_cast<size_t>(item)][i] = CellOf(message.items(item), FieldOf(column));
        }
        break;
    }
  }
  return rows;
}

}  // namespace shareway::catalog::files
