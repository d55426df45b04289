// SPDX-License-Identifier: Apache-2.0
// One JSON object a line on stderr, for machines first and people second.
//
//   log::Info("served", {{"method", path}, {"milliseconds", 12}});
//   {"time":"2026-01-02T03:04:05.678901Z","level":"info","service":"audit",
//    "event":"served","method":"/x.Y/Z","milliseconds":12}
//
// A line is one write(2). No payload byte, secret or personal record is ever
// logged. Text is made harmless: control characters and marks that turn the
// direction of writing are escaped, broken UTF-8 becomes U+FFFD, and a value
// over 1 KiB is cut. Thread-safe.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <type_traits>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace shareway::log {

// One member of the line. Lives only for the call: it borrows key and value.
class Field {
 public:
  Field(absl::string_view key, absl::string_view value) : key_(key), text_(value) {}
  Field(absl::string_view key, const char* value) : key_(key), text_(value) {}
  Field(absl::string_view key, const std::string& value) : key_(key), text_(value) {}
  // Code and message, not the payloads.
  Field(absl::string_view key, const absl::Status& status)
      : key_(key), owned_(status.ToString(absl::StatusToStringMode::kWithNoExtraData)) {}
  template <typename Number, typename = std::enable_if_t<std::is_arithmetic_v<Number>>>
  Field(absl::string_view key, Number number) : key_(key), owned_(Literal(number)), bare_(true) {}

  // Adds ,"key":value to `line`.
  void AppendTo(std::string* line) const;

 private:
  static std::string Literal(bool value) { return value ? "true" : "false"; }
  static std::string Literal(double value);  // "null" if not finite: JSON has no such number
  template <typename Integer>
  static std::enable_if_t<std::is_integral_v<Integer>, std::string> Literal(Integer value) {
    return absl::StrCat(value);
  }

  absl::string_view key_;
  absl::string_view text_;
  std::string owned_;
  bool bare_ = false;  // a JSON literal, not a string
};

using Fields = std::initializer_list<Field>;

// `event` is a fixed lower-case-name, one for each place that logs.
void Info(absl::string_view event, Fields fields = {});
// Something that an operator should look at when there is time.
void Warn(absl::string_view event, Fields fields = {});
// Something that failed and needs an operator now.
void Error(absl::string_view event, Fields fields = {});

// Names the process in every line from now on; main calls it once.
void SetService(absl::string_view name);

// While it lives, lines of this thread carry "traceparent" (W3C Trace Context).
class TraceScope {
 public:
  explicit TraceScope(absl::string_view traceparent);
  ~TraceScope();
  TraceScope(const TraceScope&) = delete;
  TraceScope& operator=(const TraceScope&) = delete;

 private:
  std::string outer_;
};

// Where lines go, each with its line feed; nullptr: stderr. For tests. A sink
// must not log.
using Sink = std::function<void(absl::string_view line)>;
void SetSink(Sink sink);

}  // namespace shareway::log
