// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/import_file.h"

#include <signal.h>

#include <string>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"

namespace shareway::cli {
namespace {

namespace pb = catalog::v1;
using Parts = std::vector<pb::ExportResourcesResponse>;

pb::ExportResourcesResponse Data(const std::string& data) {
  pb::ExportResourcesResponse part;
  part.set_data(data);
  return part;
}

pb::ExportResourcesResponse Last(const std::string& whole, uint64_t entries) {
  pb::ExportResourcesResponse part;
  part.set_entries(entries);
  part.set_digest(crypto::Sha256(whole).str());
  return part;
}

struct Taken {
  absl::StatusOr<pb::ExportResourcesResponse> last = absl::UnknownError("none");
  std::string text = {};
};

// What is taken of these messages, after which the stream ends with `end`.
Taken Take(const Parts& parts, const absl::Status& end = absl::OkStatus()) {
  Taken taken;
  size_t at = 0;
  taken.last = TakeExport(
      [&]() -> absl::StatusOr<std::optional<pb::ExportResourcesResponse>> {
        if (at < parts.size()) return std::optional(parts[at++]);
        if (!end.ok()) return end;
        return std::optional<pb::ExportResourcesResponse>();
      },
      [&](absl::string_view bytes) {
        taken.text.append(bytes.data(), bytes.size());
        return absl::OkStatus();
      });
  return taken;
}

TEST_CASE("An export is whole with its last message and the digest of what came, and only then") {
  const Taken whole = Take({Data("ab"), Data("c"), Last("abc", 2)});
  REQUIRE(whole.last.ok());
  CHECK(whole.last->entries() == 2);
  CHECK(whole.text == "abc");
  CHECK(Take({Last("", 0)}).last.ok());

  CHECK(absl::IsUnavailable(Take({}).last.status()));
  CHECK(absl::IsUnavailable(Take({Data("ab"), Data("c")}).last.status()));
  CHECK(absl::IsDataLoss(Take({Data("ab"), Last("abc", 2)}).last.status()));
  CHECK(absl::IsDataLoss(Take({Data("abc"), Last("abc", 2), Data("d")}).last.status()));
  CHECK(absl::IsCancelled(Take({Data("abc")}, absl::CancelledError("cut")).last.status()));
  CHECK(absl::IsCancelled(
      Take({Data("abc"), Last("abc", 2)}, absl::CancelledError("cut")).last.status()));
}

TEST_CASE("An export ends with the first byte that cannot be written") {
  int reads = 0;
  const auto last = TakeExport(
      [&]() -> absl::StatusOr<std::optional<pb::ExportResourcesResponse>> {
        ++reads;
        return std::optional(Data("a"));
      },
      [](absl::string_view) { return absl::UnknownError("disk full"); });
  CHECK(absl::IsUnknown(last.status()));
  CHECK(reads == 1);
}

TEST_CASE("A fault is one line with what is known of its place") {
  pb::ImportFault fault;
  fault.set_row(12);
  fault.set_rule("is empty (R25 15)");
  CHECK(FaultLine(fault) == "12: is empty (R25 15)");
  fault.set_field("resource.title");
  CHECK(FaultLine(fault) == "12: resource.title: is empty (R25 15)");
  fault.set_sheet("目录");
  fault.set_column("资源名称");
  CHECK(FaultLine(fault) == "目录!12 资源名称: resource.title: is empty (R25 15)");
  fault.set_rule("a\x1b[2J\nb");
  CHECK(FaultLine(fault).find('\x1b') == std::string::npos);
  CHECK(FaultLine(fault).find('\n') == std::string::npos);
}

TEST_CASE("A file's name tells its format by the extension alone") {
  CHECK(FormatOfFile("/a/b.XLSX") == pb::XLSX);
  CHECK(FormatOfFile("b.csv") == pb::CSV);
  CHECK(FormatOfFile("b.json") == pb::ENTRIES_JSON);
  CHECK(FormatOfFile("b.jsonld") == pb::DCAT_JSON_LD);
  for (const char* name : {"", "csv", "b.txt", "b.csv.gz", "-", "json/"}) {
    INFO(name);
    CHECK(FormatOfFile(name) == pb::FILE_FORMAT_UNSPECIFIED);
  }
  CHECK(FormatNamed("gb18030") == pb::CSV_GB18030);
  CHECK(FormatNamed("auto") == pb::FILE_FORMAT_UNSPECIFIED);
}

TEST_CASE("A signal wakes who waits, also one that came before") {
  const Interrupt interrupt;
  CHECK(interrupt.Sleep(1));
  raise(SIGINT);
  CHECK_FALSE(interrupt.Sleep(600'000));
  CHECK_FALSE(interrupt.Sleep(600'000));
}

}  // namespace
}  // namespace shareway::cli
