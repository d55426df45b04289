// SPDX-License-Identifier: Apache-2.0
// Makes a log line and writes it.
#include "libs/log/log.h"

#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <mutex>
#include <utility>

#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/log/json_text.h"

namespace shareway::log {
namespace {

struct Output {
  std::mutex mutex;
  std::string service;
  Sink sink;
};
Output& TheOutput() {
  static Output* output = new Output;  // never destroyed: threads may log while the process ends
  return *output;
}

thread_local std::string thread_traceparent;

void WriteToStderr(absl::string_view line) {
  while (!line.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written < 0 && errno != EINTR) return;  // nowhere is left to complain
    if (written > 0) line.remove_prefix(static_cast<size_t>(written));
  }
}

void Log(absl::string_view level, absl::string_view event, Fields fields) {
  std::string line = absl::FormatTime("{\"time\":\"%Y-%m-%dT%H:%M:%E6SZ\"", SystemClock().Now(),
                                      absl::UTCTimeZone());
  Output& output = TheOutput();
  std::lock_guard<std::mutex> lock(output.mutex);
  Field("level", level).AppendTo(&line);
  if (!output.service.empty()) Field("service", output.service).AppendTo(&line);
  Field("event", event).AppendTo(&line);
  if (!thread_traceparent.empty()) Field("traceparent", thread_traceparent).AppendTo(&line);
  for (const Field& field : fields) field.AppendTo(&line);
  line.append("}\n");
  output.sink ? output.sink(line) : WriteToStderr(line);
}

}  // namespace

void Field::AppendTo(std::string* line) const {
  line->push_back(',');
  AppendJsonText(key_, line);
  line->push_back(':');
  bare_ ? void(line->append(owned_)) : AppendJsonText(owned_.empty() ? text_ : owned_, line);
}

std::string Field::Literal(double value) {
  return std::isfinite(value) ? absl::StrCat(value) : "null";
}

void Info(absl::string_view event, Fields fields) { Log("info", event, fields); }
void Warn(absl::string_view event, Fields fields) { Log("warn", event, fields); }
void Error(absl::string_view event, Fields fields) { Log("error", event, fields); }

void SetService(absl::string_view name) {
  std::lock_guard<std::mutex> lock(TheOutput().mutex);
  TheOutput().service = std::string(name);
}

void SetSink(Sink sink) {
  std::lock_guard<std::mutex> lock(TheOutput().mutex);
  TheOutput().sink = std::move(sink);
}

TraceScope::TraceScope(absl::string_view traceparent)
    : outer_(std::exchange(thread_traceparent, std::string(traceparent))) {}
TraceScope::~TraceScope() { thread_traceparent = std::move(outer_); }

}  // namespace shareway::log
