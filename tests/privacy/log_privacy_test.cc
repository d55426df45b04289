// SPDX-License-Identifier: Apache-2.0
// The evidence of real processes, from publication to exchange, read whole by
// somebody who can list every operator, every case and every record key.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"
#include "libs/crypto/key.h"
#include "libs/evidence/envelope.h"
#include "shareway/audit/v1/audit_service.pb.h"
#include "tests/privacy/attacker.h"
#include "tests/scenario/story.h"
#include "tests/support/await.h"

namespace shareway::testing {
namespace {

namespace au = audit::v1;

constexpr int kAll = 1000;
constexpr int kKey = 101;   // of the record that is asked for
constexpr int kCase = 123;  // and the case: see QueryBy
constexpr int kOperator = 1;
constexpr char kHeader[] = "code,name,level\n";

std::string KeyOf(int n) { return absl::StrFormat("990%03d000000", n); }
std::string FileOf(int n) { return absl::StrCat(kHeader, KeyOf(n), ",演示一区,COUNTY\n"); }

std::vector<Candidate> Everything(int size = kAll) {
  std::vector<Candidate> all;
  for (int n = 0; n < size; ++n) {
    all.push_back({absl::StrCat("operator ", n), "shareway/v1/operator\n",
                   {absl::StrFormat("T-%04d", n)}});
    all.push_back({absl::StrCat("case ", n), "shareway/v1/case\n",
                   {absl::StrFormat("演示2026-%06d", n)}});
    all.push_back({absl::StrCat("key ", n),
                   "shareway/v1/dataset\n",
                   {KeyOf(n), absl::StrCat("code=", KeyOf(n)), FileOf(n)}});
  }
  return all;
}

// All entries of the log, by index, as an auditor gets them.
std::vector<au::LogEntry> ReadAll(Cluster& cluster, uint64_t size) {
  std::vector<au::LogEntry> all;
  while (all.size() < size) {
    au::GetEntriesRequest get;
    get.set_begin(all.size());
    get.set_end(std::min<uint64_t>(size, all.size() + 256));
    const auto page =
        cluster.Call<au::GetEntriesResponse>("auditor", "audit", AuditMethod("GetEntries"), get);
    INFO(page.status());
    REQUIRE(page.ok());
    for (const au::LogEntry& entry : page->entries()) all.push_back(entry);
  }
  return all;
}

// The size of the log once both nodes have told of the exchange.
uint64_t AwaitBothHalves(Cluster& cluster, const std::string& exchange) {
  au::SearchEntriesRequest find;
  find.set_exchange(exchange);
  const auto found = AskUntil(
      [&] {
        return cluster.Call<au::SearchEntriesResponse>("statistics-node", "audit",
                                                       AuditMethod("SearchEntries"), find);
      },
      [](const auto& answer) { return !answer.ok() || answer->entries_size() >= 2; });
  INFO(found.status());
  REQUIRE(found.ok());
  REQUIRE(found->entries_size() >= 2);
  return found->entries(0).index() + 1;
}

TEST_CASE("The evidence of a whole story tells nobody who was looked up, by whom, in which case",
          "[privacy]") {
  Cluster cluster;
  const auto divisions = Publish(cluster, kStatistics, Divisions(cluster));
  INFO(divisions.status());
  REQUIRE(divisions.ok());
  // A file so small that it can be guessed. The node follows the catalogue.
  const auto loaded = AskUntilOk(
      [&] { return Load(cluster, kStatistics, divisions->name(), FileOf(kKey)); });
  INFO(loaded.status());
  REQUIRE(loaded.ok());
  sharing::v1::GiveStandingConsentRequest consent;
  consent.set_resource(divisions->name());
  REQUIRE(cluster
              .Act<sharing::v1::StandingConsent>("statistics-sharing-head", "sharing",
                                                 GrantMethod("GiveStandingConsent"), consent)
              .ok());
  const auto request = SubmitRequest(cluster, kTax, Ask(divisions->name(), {"code", "name"}));
  INFO(request.status());
  REQUIRE(request.ok());
  const auto answer =
      QueryWhenKnown(cluster, kTax, QueryBy(request->grant(), "code", KeyOf(kKey)));
  INFO(answer.status());
  REQUIRE(answer.ok());
  REQUIRE(answer->answer().batch().records_size() == 1);
  const uint64_t size = AwaitBothHalves(cluster, answer->exchange());

  const std::vector<au::LogEntry> entries = ReadAll(cluster, size);
  Attacker outsider;
  Attacker reader;
  for (const au::LogEntry& entry : entries) {
    outsider.Read(entry.commitment());
    outsider.Read(crypto::LogHasher().leaf(entry.commitment()).view());
    REQUIRE(entry.has_sealed());
    reader.Read(entry.commitment());
    reader.Read(entry.sealed());
  }
  const std::vector<Candidate> all = Everything();
  CHECK(outsider.Guess(all).empty());
  CHECK(reader.Guess(all).empty());
  for (const Candidate& candidate : all) {
    for (const std::string& text : candidate.texts) {
      INFO(text);
      if (reader.SawText(text)) FAIL("stands in clear");
    }
  }
  // Control: what the story did is in there, for those who have the agency's secret.
  const absl::StatusOr<std::string> secret =
      crypto::ReadFile(cluster.identity("tax-node").dir + "/agency.secret");
  REQUIRE(secret.ok());
  reader.Use(*secret);
  CHECK(reader.Guess(Everything(kCase + 1)) ==
        std::vector<std::string>{
            absl::StrCat("operator ", kOperator, ": HMAC-SHA-256 under a visible value"),
            absl::StrCat("case ", kCase, ": HMAC-SHA-256 under a visible value")});
}

}  // namespace
}  // namespace shareway::testing
