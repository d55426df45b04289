// SPDX-License-Identifier: Apache-2.0
// What a log line looks like, whatever is put into it.
#include "libs/log/log.h"

#include <unistd.h>

#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "catch2/catch.hpp"
#include "nlohmann/json.hpp"

namespace shareway::log {
namespace {

// Collects lines while it lives.
class Lines {
 public:
  Lines() {
    SetSink([this](absl::string_view line) { lines_.emplace_back(line); });
  }
  ~Lines() {
    SetSink(nullptr);
    SetService("");
  }
  // The only line so far, without its line feed.
  std::string Only() const {
    REQUIRE(lines_.size() == 1);
    REQUIRE(absl::EndsWith(lines_[0], "}\n"));
    return lines_[0].substr(0, lines_[0].size() - 1);
  }
  const std::vector<std::string>& all() const { return lines_; }

 private:
  std::vector<std::string> lines_;
};

TEST_CASE("A line is one JSON object with time, level, service and event first") {
  Lines lines;
  SetService("audit");
  const absl::Time before = absl::Now();
  Warn("disk-nearly-full", {{"free_percent", 10.5},
                            {"bytes", uint64_t{1} << 63},
                            {"ok", false},
                            {"path", "/数据"},
                            {"delta", -3}});
  const auto json = nlohmann::ordered_json::parse(lines.Only());
  std::vector<std::string> keys;
  for (const auto& item : json.items()) keys.push_back(item.key());
  CHECK(keys == std::vector<std::string>{"time", "level", "service", "event", "free_percent",
                                         "bytes", "ok", "path", "delta"});
  CHECK(json["level"] == "warn");
  CHECK(json["service"] == "audit");
  CHECK(json["event"] == "disk-nearly-full");
  CHECK(json["free_percent"] == 10.5);
  CHECK(json["bytes"] == uint64_t{1} << 63);
  CHECK(json["ok"] == false);
  CHECK(json["path"] == "/数据");
  CHECK(json["delta"] == -3);
  absl::Time time;
  std::string error;
  const std::string text = json["time"];
  CHECK(text.size() == 27);
  CHECK(text.back() == 'Z');
  REQUIRE(absl::ParseTime(absl::RFC3339_full, text, &time, &error));
  CHECK(time - before > -absl::Milliseconds(1));
  CHECK(time - before < absl::Minutes(1));
}

TEST_CASE("No value can break the line, move a cursor or turn the text") {
  auto [what, value, want] = GENERATE(table<const char*, std::string, std::string>({
      {"quote and backslash", R"(a"b\c)", R"("a\"b\\c")"},
      {"line ends", "a\r\nb", R"("a\u000d\u000ab")"},
      {"escape", "\x1b[2J", R"("\u001b[2J")"},
      {"NUL", std::string("a\0b", 3), R"("a\u0000b")"},
      {"DEL and C1 CSI", "\x7f\xc2\x9b", R"("\u007f\u009b")"},
      {"embedding and override", "\u202A\u202B\u202C\u202D\u202E",
       R"("\u202a\u202b\u202c\u202d\u202e")"},
      {"isolates", "\u2066\u2067\u2068\u2069", R"("\u2066\u2067\u2068\u2069")"},
      {"line separators", "\u2028\u2029", R"("\u2028\u2029")"},
      {"stray continuation", "a\x80z", R"("a\ufffdz")"},
      {"overlong", "\xc0\xaf", R"("\ufffd\ufffd")"},
      {"surrogate", "\xed\xa0\x80", R"("\ufffd\ufffd\ufffd")"},
      {"beyond Unicode", "\xf4\x90\x80\x80", R"("\ufffd\ufffd\ufffd\ufffd")"},
      {"cut character", "\xe4\xb8", R"("\ufffd\ufffd")"},
      {"Chinese and rare characters", "政务𠮷", R"("政务𠮷")"},
      {"empty", "", R"("")"},
  }));
  CAPTURE(what);
  Lines lines;
  Info("e", {{"v", value}});
  CHECK(absl::EndsWith(lines.Only(), absl::StrCat(",\"v\":", want, "}")));
  CHECK(nlohmann::json::accept(lines.Only()));
}

TEST_CASE("Event names and keys are escaped as values are") {
  Lines lines;
  Info("a\"\n", {{"k\"\n", 1}});
  CHECK(absl::StrContains(lines.Only(), R"("event":"a\"\u000a","k\"\u000a":1})"));
}

TEST_CASE("A value over one KiB is cut between characters") {
  Lines lines;
  std::string value;
  while (value.size() < 3000) value += "数";
  Info("e", {{"exact", std::string(1024, 'x')}, {"long", value}});
  const auto json = nlohmann::json::parse(lines.Only());
  CHECK(json["exact"].get<std::string>() == std::string(1024, 'x'));
  CHECK(json["long"].get<std::string>() == absl::StrCat(value.substr(0, 1023), "…"));
}

TEST_CASE("Numbers that JSON lacks are null") {
  Lines lines;
  Info("e", {{"a", std::nan("")}, {"b", std::numeric_limits<double>::infinity()}});
  CHECK(absl::EndsWith(lines.Only(), R"("a":null,"b":null})"));
}

TEST_CASE("A status is logged as code and message without its payloads") {
  Lines lines;
  absl::Status status = absl::NotFoundError("no leaf 7");
  status.SetPayload("type", absl::Cord("secret"));
  Error("failed", {{"status", status}, {"fine", absl::OkStatus()}});
  CHECK(absl::EndsWith(lines.Only(), R"("status":"NOT_FOUND: no leaf 7","fine":"OK"})"));
}

TEST_CASE("A trace scope marks the lines of its thread and restores the outer one") {
  Lines lines;
  {
    TraceScope outer("00-aa-bb-01");
    {
      TraceScope inner("00-cc-dd-01");
      Info("inner");
    }
    std::thread([] { Info("other-thread"); }).join();
    Info("outer");
  }
  Info("none");
  REQUIRE(lines.all().size() == 4);
  CHECK(absl::StrContains(lines.all()[0], R"("event":"inner","traceparent":"00-cc-dd-01"})"));
  CHECK_FALSE(absl::StrContains(lines.all()[1], "traceparent"));
  CHECK(absl::StrContains(lines.all()[2], R"("event":"outer","traceparent":"00-aa-bb-01"})"));
  CHECK_FALSE(absl::StrContains(lines.all()[3], "traceparent"));
}

TEST_CASE("Lines of many threads reach stderr whole") {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const int saved = dup(STDERR_FILENO);
  REQUIRE(dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
  close(ends[1]);
  std::string read_back;
  std::thread reader([&] {
    char buffer[4096];
    for (ssize_t n; (n = read(ends[0], buffer, sizeof buffer)) > 0;) {
      read_back.append(buffer, static_cast<size_t>(n));
    }
  });
  std::vector<std::thread> writers;
  for (int t = 0; t < 8; ++t) {
    writers.emplace_back([t] {
      for (int i = 0; i < 100; ++i) Info("e", {{"t", t}, {"x", std::string(900, 'x')}});
    });
  }
  for (std::thread& writer : writers) writer.join();
  dup2(saved, STDERR_FILENO);
  close(saved);
  reader.join();
  close(ends[0]);
  const std::vector<std::string> lines = absl::StrSplit(read_back, '\n', absl::SkipEmpty());
  CHECK(lines.size() == 800);
  int broken = 0;
  for (const std::string& line : lines) broken += !nlohmann::json::accept(line);
  CHECK(broken == 0);
}

}  // namespace
}  // namespace shareway::log
