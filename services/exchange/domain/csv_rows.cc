// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/csv_rows.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/exchange/domain/value.h"

namespace shareway::exchange {
namespace {

// How a header differs from the schema.
struct Drift {
  std::vector<std::string> missing;
  std::vector<std::string> unknown;
  std::vector<std::string> repeated;
};

// The first few: a message has to fit into a trailer.
std::string Listed(const std::vector<std::string>& names) {
  constexpr size_t kListed = 10;
  const absl::Span<const std::string> all = names;
  std::string list = absl::StrJoin(all.subspan(0, kListed), ", ");
  if (all.size() > kListed) absl::StrAppend(&list, " and ", all.size() - kListed, " more");
  return list;
}

absl::Status DriftError(const DatasetSchema& schema, int64_t line, const Drift& drift) {
  std::vector<std::string> parts;
  const auto tell = [&parts](absl::string_view what, const std::vector<std::string>& names) {
    if (!names.empty()) parts.push_back(absl::StrCat(what, " ", Listed(names)));
  };
  tell("missing", drift.missing);
  tell("unknown", drift.unknown);
  tell("repeated", drift.repeated);
  return Error(Reason::kRowInvalid, absl::StatusCode::kInvalidArgument,
               absl::StrCat("line ", line, ": the header differs from ", schema.resource,
                            " revision ", schema.revision, ": ", absl::StrJoin(parts, "; ")))
      .With("line", absl::StrCat(line))
      .With("resource", schema.resource)
      .With("revision", absl::StrCat(schema.revision))
      .With("missing", Listed(drift.missing))
      .With("unknown", Listed(drift.unknown))
      .With("repeated", Listed(drift.repeated));
}

}  // namespace

CsvRows::CsvRows(DatasetSchema schema)
    : schema_(std::move(schema)), key_items_(schema_.KeyItems()) {}

absl::Status CsvRows::Feed(absl::string_view chunk, Visitor visit) {
  return parser_.Feed(chunk, [&](absl::Span<const CsvField> record) {
    return Take(record, visit);
  });
}

absl::Status CsvRows::Finish(Visitor visit) {
  SHAREWAY_RETURN_IF_ERROR(parser_.Finish([&](absl::Span<const CsvField> record) {
    return Take(record, visit);
  }));
  if (columns_.empty()) return CsvError(1, 0, "", "the file has no header");
  return absl::OkStatus();
}

absl::Status CsvRows::KeyError(int64_t line, absl::string_view rule) const {
  const size_t item = key_items_[0];
  return CsvError(line, columns_[item] + 1, schema_.items[item].id, rule);
}

absl::Status CsvRows::Take(absl::Span<const CsvField> record, Visitor visit) {
  return columns_.empty() ? TakeHeader(record) : TakeRow(record, visit);
}

absl::Status CsvRows::TakeHeader(absl::Span<const CsvField> record) {
  constexpr size_t kUnset = static_cast<size_t>(-1);
  Drift drift;
  std::vector<size_t> columns(schema_.items.size(), kUnset);
  std::vector<std::string> names;
  for (size_t column = 0; column < record.size(); ++column) {
    names.emplace_back(record[column].text);
    const std::optional<size_t> item = schema_.Find(names.back());
    if (!item) {
      drift.unknown.push_back(ShownValue(names.back()));
    } else if (columns[*item] != kUnset) {
      drift.repeated.push_back(names.back());
    } else {
      columns[*item] = column;
    }
  }
  for (size_t item = 0; item < columns.size(); ++item) {
    if (columns[item] == kUnset) drift.missing.push_back(schema_.items[item].id);
  }
  if (!drift.missing.empty() || !drift.unknown.empty() || !drift.repeated.empty()) {
    return DriftError(schema_, record[0].line, drift);
  }
  columns_ = std::move(columns);
  cells_.resize(columns_.size());
  parser_.NameColumns(std::move(names));
  return absl::OkStatus();
}

absl::Status CsvRows::TakeRow(absl::Span<const CsvField> record, Visitor visit) {
  const int64_t line = record[0].line;
  if (record.size() != columns_.size()) {
    return CsvError(line, 0, "", absl::StrCat("has ", record.size(), " fields, want ",
                                              columns_.size()));
  }
  for (size_t item = 0; item < columns_.size(); ++item) {
    const CsvField& field = record[columns_[item]];
    const bool null = field.text.empty() && !field.quoted;
    cells_[item] = null ? CellView() : CellView(field.text);
    if (std::optional<std::string> rule = BrokenRule(schema_.items[item], cells_[item])) {
      return CsvError(field.line, columns_[item] + 1, schema_.items[item].id, *rule);
    }
  }
  StoredRow row;
  row.line = line;
  for (size_t item : key_items_) AppendKeyItem(*cells_[item], &row.key);
  if (row.key.size() > kMaxKeyBytes) {
    return KeyError(line, absl::StrCat("the key has ", row.key.size(), " bytes, at most ",
                                       kMaxKeyBytes));
  }
  EncodeCells(line, cells_, &row.cells);
  ++rows_;
  return visit(std::move(row));
}

}  // namespace shareway::exchange
