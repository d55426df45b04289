// SPDX-License-Identifier: Apache-2.0
// The forms of the audit commands that need no log: usage, times, file names, completion.
#include "tools/shareway/audit_export.h"

#include <sstream>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/evidence/record.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

struct Ran {
  int exit = 0;
  std::string out, err;
};

Ran RunAudit(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "audit");
  std::ostringstream out, err;
  Ran ran;
  ran.exit = RunCommand(std::move(arguments), &out, &err);
  ran.out = out.str();
  ran.err = err.str();
  return ran;
}

TEST_CASE("a wrong audit command exits 2 and says why on stderr") {
  const std::vector<std::vector<std::string>> wrong = {
      {"export", "--out", "p"},
      {"export", "--exchange", "x"},
      {"export", "--exchange", "x", "--case", "grants/g", "--out", "p"},
      {"export", "--agency", "a", "--out", "p"},
      {"export", "--agency", "a", "--from", "2026-01-01", "--out", "p"},
      {"export", "--agency", "a", "--from", "yesterday", "--to", "2026-01-01", "--out", "p"},
      {"export", "--exchange", "x", "--from", "2026-01-01", "--to", "2026-02-01", "--out", "p"},
      {"export", "--index", "one", "--out", "p"},
      {"search", "--kind", "NO_SUCH_KIND"},
      {"search", "--result", "PERHAPS"},
      {"search", "--agency", "a", "--from", "2026-02-30"},
      {"show"},
      {"name-witnesses", "--reason", "away"},
      {"name-witnesses", "agencies/a/nodes/n1"},
      {"propose-stop"},
      {"propose-retention", "--exchange-days", "1200", "--reason", "the volume fills"},
      {"propose-retention", "--exchange-days", "long", "--calls-days", "0", "--reason", "why"},
      {"propose-retention", "--exchange-days", "1200", "--calls-days", "0"},
      {"confirm"},
      {"confirm", "c", "--exchange-days", "1200"},
      {"confirm", "c", "--stop", "--exchange-days", "1200", "--calls-days", "0"},
      {"unmatched", "--limit", "-1"}};
  for (const auto& arguments : wrong) {
    const Ran ran = RunAudit(arguments);
    INFO(arguments.front() << ": " << ran.err);
    CHECK(ran.exit == 2);
    CHECK(ran.out.empty());
    CHECK_FALSE(ran.err.empty());
  }
}

TEST_CASE("a moment is a day in China's time or RFC 3339") {
  const auto seconds = [](const std::string& text) { return ParseMoment(text)->seconds(); };
  CHECK(seconds("1970-01-01") == -8 * 3600);
  CHECK(seconds("1970-01-01T00:00:00Z") == 0);
  CHECK(seconds("1970-01-01T08:00:01+08:00") == 1);
  CHECK(ParseMoment("1970-01-01T00:00:00.5Z")->nanos() == 500000000);
  for (const char* text : {"", "today", "2026-02-30", "2026-1-1", "2026-01-01 00:00:00",
                           "2026-01-01T00:00:00"}) {
    INFO(text);
    CHECK(ExitCodeOf(ParseMoment(text).status()) == kUsage);
  }
}

TEST_CASE("several packs are numbered before the extension") {
  CHECK(PackFile("dossier.json", 2) == "dossier-2.json");
  CHECK(PackFile("dir.json/dossier", 10) == "dir.json/dossier-10.json");
}

TEST_CASE("completion knows what the audit commands take") {
  std::ostringstream out, err;
  REQUIRE(RunCommand({"completion", "bash"}, &out, &err) == 0);
  const std::string script = out.str();
  const auto words = [&](const std::string& path) {
    const size_t begin = script.find("'" + path + "') words='");
    REQUIRE(begin != std::string::npos);
    return script.substr(begin, script.find('\n', begin) - begin);
  };
  for (const char* flag : {"--agency", "--exchange", "--grant", "--object", "--person",
                           "--resource", "--request", "--kind", "--result", "--reason", "--from",
                           "--to", "--limit"}) {
    INFO(flag);
    CHECK(absl::StrContains(words(" audit search"), flag));
  }
  for (const char* flag : {"--exchange", "--index", "--case", "--agency", "--from", "--to",
                           "--out"}) {
    INFO(flag);
    CHECK(absl::StrContains(words(" audit export"), flag));
  }
  CHECK(absl::StrContains(words(" audit checkpoint"), "--signed"));
  for (const char* verb : {"search", "show", "proof", "export", "verify", "checkpoint",
                           "unmatched", "name-witnesses", "propose-stop", "propose-retention",
                           "confirm", "controls"}) {
    INFO(verb);
    CHECK(absl::StrContains(words(" audit"), verb));
  }
}

}  // namespace
}  // namespace shareway::cli
