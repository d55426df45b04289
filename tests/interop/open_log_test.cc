// SPDX-License-Identifier: Apache-2.0
// A running log, witnessed and stamped, as somebody sees it who has a browser, `openssl` and
// the log's keys.
#include <array>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/note.h"
#include "nlohmann/json.hpp"
#include "services/audit/http/test_responder.h"
#include "services/audit/stamp.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "tests/scenario/story.h"

namespace shareway::testing {
namespace {

std::string OutputOf(const std::string& command) {
  FILE* pipe = popen((command + " 2>&1").c_str(), "r");
  std::string text;
  std::array<char, 4096> buffer;
  while (const size_t n = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), n);
  }
  if (pclose(pipe) != 0) absl::StrAppend(&text, "\n(failed)");
  return text;
}

// Asks again until there is an answer that `good` takes.
template <typename Ask, typename Good>
auto Await(const Ask& ask, const Good& good) {
  auto answer = ask();
  for (int i = 0; i < 1000 && !good(answer); ++i) {
    absl::SleepFor(absl::Milliseconds(20));
    answer = ask();
  }
  return answer;
}

TEST_CASE("A stranger checks a running log: its tiles, both signatures, cosignatures, the stamp",
          "[interop]") {
  const TempDir dir;
  const auto sm2 = crypto::PrivateKey::Generate(crypto::Suite::kSm2Sm3);
  WriteFile(dir / "sm2.key", sm2.ToPem());
  const crypto::TestAuthority authority;
  const audit::TestResponder responder(&authority);
  Cluster::Options options;
  options.flags["audit"] = {"--http=127.0.0.1:0", "--http_port_file=" + (dir / "http.port"),
                            "--national_log_key=" + (dir / "sm2.key"),
                            "--tsa_url=" + responder.url(), "--tsa_ca=" + authority.root_path()};
  Cluster cluster(options);
  REQUIRE(Publish(cluster, kStatistics, Divisions(cluster)).ok());

  // The stamp, as the log recorded it.
  audit::v1::SearchEntriesRequest search;
  search.set_object("test.example/audit");
  search.set_kind(evidence::v1::CHECKPOINT_STAMPED);
  const auto stamps = Await(
      [&] {
        return cluster.Call<audit::v1::SearchEntriesResponse>("auditor", "audit",
                                                              AuditMethod("SearchEntries"), search);
      },
      [](const auto& found) { return found.ok() && found->entries_size() > 0; });
  INFO(cluster.LogOf("audit"));
  REQUIRE(stamps.ok());
  REQUIRE(stamps->entries_size() == 1);
  const evidence::AuditRecord stamp = evidence::Open(stamps->entries(0).sealed())->record;

  // The text that was stamped follows from the log: origin, size, the root of that size.
  audit::v1::GetRangeProofRequest range;
  range.set_end(1);
  range.set_size(stamp.record_count());
  const auto proof = Await(
      [&] {
        return cluster.Call<audit::v1::RangeProof>("auditor", "audit", AuditMethod("GetRangeProof"),
                                                   range);
      },
      [](const auto& answer) { return answer.ok(); });
  REQUIRE(proof.ok());
  const std::string text = absl::StrCat(stamp.object(), "\n", stamp.record_count(), "\n",
                                        ToBase64(proof->checkpoint().root()), "\n");
  WriteFile(dir / "text", text);
  WriteFile(dir / "token", stamp.state());
  CHECK(absl::StrContains(
      OutputOf(absl::StrCat("openssl ts -verify -token_in -in ", dir / "token", " -data ",
                            dir / "text", " -CAfile ", authority.root_path())),
      "Verification: OK"));

  // The whole log, until it is witnessed beyond the stamp.
  std::string port;
  std::getline(std::ifstream(dir / "http.port"), port);
  const std::string site = absl::StrCat("http://127.0.0.1:", port, "/log");
  const std::string keys = Await(
      [&] {
        return OutputOf(
            "/usr/bin/python3 -c 'import sys, urllib.request as r; "
            "print(r.urlopen(sys.argv[1]).read().decode())' " +
            site + "/keys");
      },
      // The log's two, and a witness's for each node.
      [](const std::string& listed) { return evidence::VerifierKeysIn(listed).size() >= 5; });
  INFO(keys);
  REQUIRE(absl::StrContains(keys, cluster.log_key() + "\n"));
  REQUIRE(absl::StrContains(keys,
                            evidence::VerifierKey("test.example/audit", sm2.public_key()) + "\n"));
  WriteFile(dir / "keys", keys);
  const auto look = [&] {
    return OutputOf(absl::StrCat("/usr/bin/python3 ", SHAREWAY_SOURCE_DIR,
                                 "/tests/interop/tiles_client.py ", site, " ", dir / "keys"));
  };
  const std::string seen = Await(look, [&](const std::string& output) {
    const auto json = nlohmann::json::parse(output, nullptr, /*allow_exceptions=*/false);
    return json.is_object() && json["size"] > stamps->entries(0).index() &&
           json["cosignatures"] >= 2;
  });
  INFO(seen);
  const auto json = nlohmann::json::parse(seen, nullptr, /*allow_exceptions=*/false);
  REQUIRE(json.is_object());
  CHECK(json["log_lines"] == 1);
  CHECK(json["national_lines"] == 1);
  CHECK(json["cosignatures"] >= 2);
}

}  // namespace
}  // namespace shareway::testing
