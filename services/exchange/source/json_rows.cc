// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/source/json_rows.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "services/exchange/domain/operation.h"
#include "services/exchange/domain/value.h"
#include "services/exchange/source/backend.h"

namespace shareway::exchange {
namespace {

using Json = nlohmann::json;

// What the parser tells of the text, as it goes: nothing that is not asked for is kept. The names
// and signatures are the parser's; false stops it.
class RowHandler {
 public:
  explicit RowHandler(const std::vector<SchemaItem>& items) : items_(items) {}

  std::vector<Row> rows;
  std::string fault;  // empty: none

  bool null() { return Value(std::nullopt, Kind::kNull); }
  bool boolean(bool value) { return Value(value ? "true" : "false", Kind::kBoolean); }
  bool number_integer(Json::number_integer_t value) {
    return Value(absl::StrCat(value), Kind::kNumber);
  }
  bool number_unsigned(Json::number_unsigned_t value) {
    return Value(absl::StrCat(value), Kind::kNumber);
  }
  // The text as it stands: a double would not hold all decimals.
  bool number_float(Json::number_float_t, const std::string& text) {
    return Value(text, Kind::kNumber);
  }
  bool string(std::string& value) { return Value(std::move(value), Kind::kString); }
  bool binary(Json::binary_t&) { return Fail("is not JSON"); }

  bool start_object(size_t) {
    if (depth_ == RowDepth()) {
      if (rows.size() == kMaxCallRecords) {
        return Fail(absl::StrCat("has more than ", kMaxCallRecords, " records"));
      }
      rows.emplace_back(items_.size());
      seen_.assign(items_.size(), false);
    } else if (!Nested()) {
      return false;
    }
    ++depth_;
    return true;
  }
  bool key(std::string& name) {
    if (depth_ != RowDepth() + 1) return true;
    item_.reset();
    for (size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].id != name) continue;
      if (seen_[i]) return FailItem(i, "comes twice");
      seen_[i] = true;
      item_ = i;
    }
    return true;
  }
  bool end_object() {
    --depth_;
    return true;
  }
  bool start_array(size_t) {
    if (depth_ == 0) {
      in_array_ = true;
    } else if (!Nested()) {
      return false;
    }
    ++depth_;
    return true;
  }
  bool end_array() {
    --depth_;
    return true;
  }
  // The parser's own words would repeat the text.
  template <typename Exception>
  bool parse_error(size_t position, const std::string&, const Exception&) {
    return Fail(absl::StrCat("is not JSON at byte ", position));
  }

 private:
  enum class Kind { kNull, kBoolean, kNumber, kString };

  // How deep the braces of a row stand.
  int RowDepth() const { return in_array_ ? 1 : 0; }
  bool Fail(absl::string_view what) {
    if (fault.empty()) fault = absl::StrCat("its answer ", what);
    return false;
  }
  bool FailItem(size_t item, absl::string_view what) {
    return Fail(absl::StrCat("is wrong in record ", rows.size(), ": ", items_[item].id, " ", what));
  }
  // Something with an inside begins where a value may stand.
  bool Nested() {
    if (depth_ <= RowDepth()) return Fail("has a record that is no object");
    if (depth_ == RowDepth() + 1 && item_) return FailItem(*item_, "is no plain value");
    return true;
  }
  bool Value(std::optional<std::string> text, Kind kind) {
    if (depth_ <= RowDepth()) return Fail("has a record that is no object");
    if (depth_ != RowDepth() + 1 || !item_) return true;
    const SchemaItem& item = items_[*item_];
    bool fits = kind == Kind::kNull || kind == Kind::kString;
    if (item.type == ItemType::kBoolean) fits = kind == Kind::kNull || kind == Kind::kBoolean;
    if (item.type == ItemType::kDecimal || item.type == ItemType::kInteger) {
      fits = kind != Kind::kBoolean;
    }
    // What must not be null in a dataset may well be absent in an answer.
    const SchemaItem rule{.id = item.id, .type = item.type, .length = item.length};
    if (!fits || (text && BrokenRule(rule, *text))) {
      return FailItem(*item_, "is not of its type");
    }
    rows.back()[*item_] = std::move(text);
    return true;
  }

  const std::vector<SchemaItem>& items_;
  int depth_ = 0;
  bool in_array_ = false;       // the whole is an array of rows
  std::vector<bool> seen_;      // items of the row at hand
  std::optional<size_t> item_;  // that the next value is of; nothing: passed over
};

}  // namespace

absl::StatusOr<std::vector<Row>> ReadJsonRows(absl::string_view json,
                                              const std::vector<SchemaItem>& items) {
  RowHandler handler(items);
  const bool read = Json::sax_parse(json.begin(), json.end(), &handler);
  if (!read || !handler.fault.empty()) {
    return BackendFailed(handler.fault.empty() ? "its answer is not JSON" : handler.fault);
  }
  return std::move(handler.rows);
}

}  // namespace shareway::exchange
