// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/csv.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::exchange {
namespace {

constexpr absl::string_view kMark = "\xEF\xBB\xBF";

}  // namespace

absl::Status CsvError(int64_t line, size_t column, absl::string_view item,
                      absl::string_view rule) {
  std::string at = absl::StrCat("line ", line);
  if (column > 0) absl::StrAppend(&at, ", column ", column);
  if (!item.empty()) absl::StrAppend(&at, " (", item, ")");
  return Error(Reason::kRowInvalid, absl::StatusCode::kInvalidArgument,
               absl::StrCat(at, ": ", rule))
      .With("line", absl::StrCat(line))
      .With("column", absl::StrCat(column))
      .With("item", item)
      .With("rule", rule);
}

absl::Status CsvParser::Feed(absl::string_view chunk, Visitor visit) {
  SkipMark(&chunk);
  for (size_t at = 0; at < chunk.size();) {
    const size_t run = TakeRun(chunk, at);
    if (run > at) {
      SHAREWAY_RETURN_IF_ERROR(CheckRoom());
      at = run;
      continue;
    }
    SHAREWAY_RETURN_IF_ERROR(Step(chunk[at], visit));
    ++at;
  }
  return absl::OkStatus();
}

absl::Status CsvParser::Finish(Visitor visit) {
  if (mark_bytes_ > 0) return Fault("the file ends inside a byte order mark");
  switch (state_) {
    case State::kRecordStart:
      return absl::OkStatus();
    case State::kQuoted:
      return CsvError(field_.line, fields_.size() + 1,
                      fields_.size() < names_.size() ? names_[fields_.size()] : "",
                      "the quote that opens here is never closed");
    case State::kReturnSeen:
      return Fault("a carriage return without a line feed");
    case State::kFieldStart:
      OpenField();
      [[fallthrough]];
    case State::kPlain:
    case State::kQuoteSeen:
      SHAREWAY_RETURN_IF_ERROR(CloseField());
      return CloseRecord(visit);
  }
  return absl::InternalError("unknown state of the CSV parser");
}

void CsvParser::SkipMark(absl::string_view* chunk) {
  while (mark_bytes_ >= 0 && !chunk->empty()) {
    if (chunk->front() != kMark[mark_bytes_]) {
      // What looked like a mark was the start of a field.
      if (mark_bytes_ > 0) {
        OpenField();
        state_ = State::kPlain;
        bytes_.append(kMark.data(), mark_bytes_);
      }
      mark_bytes_ = -1;
      return;
    }
    chunk->remove_prefix(1);
    if (++mark_bytes_ == static_cast<int>(kMark.size())) mark_bytes_ = -1;
  }
}

size_t CsvParser::TakeRun(absl::string_view chunk, size_t at) {
  if (state_ != State::kPlain && state_ != State::kQuoted) return at;
  size_t end = at;
  if (state_ == State::kPlain) {
    while (end < chunk.size()) {
      const char c = chunk[end];
      if (c == ',' || c == '\n' || c == '\r' || c == '"') break;
      ++end;
    }
  } else {
    while (end < chunk.size()) {
      const char c = chunk[end];
      if (c == '"' || c == '\n' || c == '\r') break;
      ++end;
    }
    if (end > at) return_in_quotes_ = false;
  }
  // A field beyond its limit is refused either way; do not hold more of it than needed.
  bytes_.append(chunk.data() + at, std::min(end - at, kMaxFieldBytes + 1));
  return end;
}

absl::Status CsvParser::Step(char c, Visitor visit) {
  switch (state_) {
    case State::kRecordStart:
    case State::kFieldStart:
      OpenField();
      if (c == '"') {
        field_.quoted = true;
        state_ = State::kQuoted;
        return absl::OkStatus();
      }
      state_ = State::kPlain;
      [[fallthrough]];
    case State::kPlain:
    case State::kQuoteSeen:
      if (c == ',') {
        state_ = State::kFieldStart;
        return CloseField();
      }
      if (c == '\n') {
        SHAREWAY_RETURN_IF_ERROR(CloseField());
        return CloseRecord(visit);
      }
      if (c == '\r') {
        state_ = State::kReturnSeen;
        return absl::OkStatus();
      }
      if (state_ == State::kQuoteSeen) {
        if (c != '"') return Fault("text after the closing quote");
        bytes_.push_back('"');
        state_ = State::kQuoted;
        return absl::OkStatus();
      }
      if (c == '"') return Fault("a quote inside a field that does not begin with one");
      bytes_.push_back(c);
      return absl::OkStatus();
    case State::kQuoted:
      if (c == '"') {
        return_in_quotes_ = false;
        state_ = State::kQuoteSeen;
        return absl::OkStatus();
      }
      if (c == '\n') {
        if (return_in_quotes_) bytes_.pop_back();
        ++line_;
      }
      return_in_quotes_ = c == '\r';
      bytes_.push_back(c);
      return CheckRoom();
    case State::kReturnSeen:
      if (c != '\n') return Fault("a carriage return without a line feed");
      SHAREWAY_RETURN_IF_ERROR(CloseField());
      return CloseRecord(visit);
  }
  return absl::InternalError("unknown state of the CSV parser");
}

void CsvParser::OpenField() {
  field_ = {.begin = bytes_.size(), .end = 0, .quoted = false, .line = line_};
  return_in_quotes_ = false;
}

absl::Status CsvParser::CloseField() {
  SHAREWAY_RETURN_IF_ERROR(CheckRoom());
  field_.end = bytes_.size();
  const absl::string_view text(bytes_.data() + field_.begin, field_.end - field_.begin);
  if (!IsText(text)) {
    return Fault("is not UTF-8 text without control characters other than tab and line feed");
  }
  if (text.find(kMark) != absl::string_view::npos) {
    return Fault("a byte order mark, which may stand only at the start of the file");
  }
  fields_.push_back(field_);
  if (fields_.size() > kMaxColumns) {
    return CsvError(line_, 0, "", absl::StrCat("has more than ", kMaxColumns, " columns"));
  }
  return absl::OkStatus();
}

absl::Status CsvParser::CloseRecord(Visitor visit) {
  views_.clear();
  for (const Bounds& field : fields_) {
    views_.push_back({.text = absl::string_view(bytes_.data() + field.begin,
                                                field.end - field.begin),
                      .quoted = field.quoted,
                      .line = field.line});
  }
  SHAREWAY_RETURN_IF_ERROR(visit(views_));
  fields_.clear();
  bytes_.clear();
  state_ = State::kRecordStart;
  ++line_;
  return absl::OkStatus();
}

absl::Status CsvParser::CheckRoom() const {
  if (bytes_.size() - field_.begin > kMaxFieldBytes) {
    return Fault(absl::StrCat("has more than ", kMaxFieldBytes, " bytes"));
  }
  if (bytes_.size() > kMaxRecordBytes) {
    return CsvError(line_, 0, "", absl::StrCat("the record has more than ", kMaxRecordBytes,
                                               " bytes of values"));
  }
  return absl::OkStatus();
}

absl::Status CsvParser::Fault(absl::string_view rule) const {
  const size_t column = fields_.size();
  return CsvError(line_, column + 1, column < names_.size() ? names_[column] : "", rule);
}

}  // namespace shareway::exchange
