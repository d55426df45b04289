// SPDX-License-Identifier: Apache-2.0
// Halves that never come: each is reported once, whatever happens meanwhile.
#include "services/audit/matcher.h"

#include <memory>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"
#include "services/audit/test_log.h"

namespace shareway::audit {
namespace {

// A log that can be closed and opened again.
struct Place {
  Place() { Open(); }
  void Close() {
    matcher.reset();
    own.reset();
    audit.reset();
  }
  void Open() {
    Close();
    metrics = std::make_unique<metrics::Registry>();
    Audit::Options options;
    options.metrics = metrics.get();
    options.clock = &clock;
    audit = *Audit::Open(&store, TestLogKey(), options);
    own = std::make_unique<OwnRecords>(audit.get(), &reader, &key, "shareway://test/service/audit");
    matcher = std::make_unique<Matcher>(Matcher::Parts{.store = &store,
                                                       .audit = audit.get(),
                                                       .reader = &reader,
                                                       .own = own.get(),
                                                       .metrics = metrics.get()});
  }
  void Append(const std::vector<evidence::AuditRecord>& records) {
    std::vector<EntryPtr> entries;
    for (const evidence::AuditRecord& record : records) entries.push_back(MakeEntry(record));
    REQUIRE(audit->AppendAndWait(std::move(entries)).ok());
  }
  // All HALF_MISSING records, oldest first.
  std::vector<evidence::AuditRecord> Reports() {
    std::vector<evidence::AuditRecord> reports;
    const std::shared_ptr<const LogState> state = audit->state();
    for (uint64_t i = 0; i < state->size(); ++i) {
      absl::StatusOr<std::vector<Found>> found = reader.Entries(*state, i, i + 1, 1 << 20);
      REQUIRE(found.ok());
      evidence::AuditRecord record = evidence::Open((*found)[0].stored.sealed)->record;
      if (record.kind() == evidence::v1::HALF_MISSING) reports.push_back(std::move(record));
    }
    return reports;
  }

  kv::MemoryStore store;
  FakeClock clock{kTestTime};
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  const LogReader reader{&store};
  std::unique_ptr<metrics::Registry> metrics;
  std::unique_ptr<Audit> audit;
  std::unique_ptr<OwnRecords> own;
  std::unique_ptr<Matcher> matcher;
};

TEST_CASE("A half that is missing for over five minutes is reported once", "[audit]") {
  Place place;
  place.Append({GoodRecord(1), GoodReceipt(2)});
  place.clock.Advance(absl::Minutes(5));
  REQUIRE(place.matcher->Turn().ok());
  CHECK(place.Reports().empty());
  place.clock.Advance(absl::Seconds(1));
  for (int i = 0; i < 3; ++i) REQUIRE(place.matcher->Turn().ok());
  std::vector<evidence::AuditRecord> reports = place.Reports();
  REQUIRE(reports.size() == 2);
  CHECK(place.matcher->missing() == 2);
  for (const evidence::AuditRecord& report : reports) {
    const bool first = report.exchange() == "x1";
    CHECK(report.exchange() == (first ? "x1" : "x2"));
    CHECK(report.attempt() == 1);
    CHECK(report.grant() == "grants/g1");
    REQUIRE(report.nodes_size() == 2);
    CHECK(report.nodes(0) == (first ? kConsumerNode : kProviderNode));  // owes
    CHECK(report.object() == report.nodes(0));
    CHECK(report.reason() == "EXCHANGE_LOST");
    CHECK(report.rule() == (first ? "the consumer's half" : "the provider's half"));
    CHECK(report.nodes(1) == (first ? kProviderNode : kConsumerNode));
    REQUIRE(report.agencies_size() == 2);
  }
  // What a node owes is found by its name, and as failed.
  absl::StatusOr<SearchPage> owed = place.reader.Search(
      *place.audit->state(), Query{.object = kConsumerNode, .result = Result::kFailed},
      {.all = true}, place.audit->state()->size(), {});
  REQUIRE(owed.ok());
  REQUIRE(owed->found.size() == 1);
  CHECK(owed->found[0].facts.exchange == "x1");
  // Also not after a restart, when nothing is remembered.
  place.Open();
  REQUIRE(place.matcher->Turn().ok());
  CHECK(place.Reports().size() == 2);
  CHECK(place.matcher->missing() == 2);
}

TEST_CASE("A report that a node made up silences nothing", "[audit]") {
  Place place;
  evidence::AuditRecord forged = GoodReceipt(1);
  forged.set_kind(evidence::v1::HALF_MISSING);
  place.Append({GoodRecord(1), forged});
  place.clock.Advance(absl::Minutes(6));
  REQUIRE(place.matcher->Turn().ok());
  const std::vector<evidence::AuditRecord> reports = place.Reports();
  REQUIRE(reports.size() == 2);
  CHECK(reports[0].producer() == kConsumerUri);
  CHECK(reports[1].producer() == "shareway://test/service/audit");
  CHECK(reports[1].exchange() == "x1");
  CHECK(place.matcher->missing() == 1);
}

TEST_CASE("A half is not taken for missing because its exchange has many entries", "[audit]") {
  Place place;
  std::vector<evidence::AuditRecord> records = {GoodRecord(1), GoodReceipt(1)};
  for (uint64_t i = 2; i <= 1500; ++i) {
    records.push_back(GoodRecord(i));
    records.back().set_exchange("x1");
    records.back().set_kind(evidence::v1::GRANT_SUSPENDED);
  }
  evidence::AuditRecord again = GoodRecord(1);
  again.set_incarnation(std::string(16, 'j'));
  records.push_back(again);
  place.Append(records);
  place.clock.Advance(absl::Minutes(6));
  REQUIRE(place.matcher->Turn().ok());
  CHECK(place.Reports().empty());
  absl::StatusOr<LogReader::WaitingPage> owed =
      place.reader.WaitingFor(*place.audit->state(), kConsumerNode, 0, absl::InfiniteFuture(), 100);
  REQUIRE(owed.ok());
  CHECK(owed->waiting.empty());
  CHECK_FALSE(owed->next.has_value());
}

TEST_CASE("A half of which no report can be made stands in no other's way", "[audit]") {
  Place place;
  std::vector<evidence::AuditRecord> records;
  for (uint64_t i = 1; i <= 5; ++i) records.push_back(GoodRecord(i));
  const std::string large(60'000, 'x');
  records[0].set_nodes(0, large);
  records[1].set_grant(large);
  records[2].add_agencies(large);
  for (int i = 0; i < 1500; ++i) {
    records[3].add_agencies(absl::StrCat("agencies/with-long-name/", i));
  }
  place.Append(records);
  place.clock.Advance(absl::Minutes(6));
  REQUIRE(place.matcher->Turn().ok());
  const std::vector<evidence::AuditRecord> reports = place.Reports();
  REQUIRE(reports.size() == 3);
  CHECK(place.matcher->missing() == 3);
  const int agencies[] = {2, 64, 2};
  for (int i = 0; i < 3; ++i) {
    CHECK(reports[i].exchange() == absl::StrCat("x", i + 3));
    CHECK(reports[i].agencies_size() == agencies[i]);
  }
}

TEST_CASE("Nothing is reported of halves that came meanwhile", "[audit]") {
  Place place;
  place.Append({GoodRecord(1), GoodRecord(2), GoodRecord(3)});
  place.clock.Advance(absl::Minutes(4));
  place.Append({GoodReceipt(1)});
  place.clock.Advance(absl::Minutes(2));
  place.Append({GoodReceipt(2)});
  REQUIRE(place.matcher->Turn().ok());
  REQUIRE(place.Reports().size() == 1);
  CHECK(place.Reports()[0].exchange() == "x3");
  CHECK(place.matcher->missing() == 1);
  // A late half matches all the same.
  place.Append({GoodReceipt(3)});
  REQUIRE(place.matcher->Turn().ok());
  CHECK(place.Reports().size() == 1);
  CHECK(place.matcher->missing() == 0);
  // A half that is said again after its match waits for nothing.
  evidence::AuditRecord again = GoodRecord(3);
  again.set_incarnation(std::string(16, 'j'));
  place.Append({again});
  place.clock.Advance(absl::Minutes(6));
  REQUIRE(place.matcher->Turn().ok());
  CHECK(place.Reports().size() == 1);
  CHECK(place.matcher->missing() == 0);
}

TEST_CASE("Attempts and directions of one exchange id are told apart", "[audit]") {
  Place place;
  evidence::AuditRecord second = GoodRecord(1);
  second.set_attempt(2);
  second.set_sequence(2);
  evidence::AuditRecord back = GoodRecord(1);  // the other way round, under its own grant
  back.set_sequence(1);
  back.set_producer(kConsumerUri);
  back.set_grant("grants/g2");
  back.set_nodes(0, kProviderNode);
  back.set_nodes(1, kConsumerNode);
  place.Append({GoodRecord(1), second, back});
  place.clock.Advance(absl::Minutes(6));
  REQUIRE(place.matcher->Turn().ok());
  CHECK(place.Reports().size() == 3);
  REQUIRE(place.matcher->Turn().ok());
  place.Open();
  REQUIRE(place.matcher->Turn().ok());
  CHECK(place.Reports().size() == 3);
}

TEST_CASE("A report whose append fails, or only its answer is lost, is made once",
          "[audit][fault]") {
  const bool applied = GENERATE(true, false);
  Place place;
  place.Append({GoodRecord(1)});
  REQUIRE(place.audit->signer().WaitCovers(1, absl::Seconds(10)));
  place.clock.Advance(absl::Minutes(6));
  place.store.on_commit = [applied](const kv::Batch&) {
    return kv::Outcome{.apply = applied, .status = absl::UnavailableError("no answer")};
  };
  CHECK_FALSE(place.matcher->Turn().ok());
  place.Close();
  place.store.on_commit = nullptr;
  place.Open();
  REQUIRE(place.matcher->Turn().ok());
  REQUIRE(place.matcher->Turn().ok());
  CHECK(place.Reports().size() == 1);
  CHECK(place.matcher->missing() == 1);
}

TEST_CASE("Thousands of missing halves are reported in one turn", "[audit]") {
  Place place;
  std::vector<evidence::AuditRecord> records;
  for (uint64_t i = 1; i <= 1200; ++i) records.push_back(GoodRecord(i));
  place.Append(records);
  place.clock.Advance(absl::Minutes(6));
  REQUIRE(place.matcher->Turn().ok());
  CHECK(place.Reports().size() == 1200);
  CHECK(place.matcher->missing() == 1200);
}

}  // namespace
}  // namespace shareway::audit
