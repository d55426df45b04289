// SPDX-License-Identifier: Apache-2.0
// Measures, by hand: fsck_records_test "[.bench]". SHAREWAY_ENTRIES says of how many entries.
#include <cstdlib>
#include <ctime>
#include <iostream>
#include <vector>

#include "absl/time/clock.h"
#include "libs/kv/test_folder.h"
#include "services/audit/indexer.h"
#include "tools/shareway/fsck_records.h"
#include "tools/shareway/test_signed.h"

namespace shareway::cli {
namespace {

using namespace audit;  // NOLINT: the log's vocabulary is the subject

constexpr size_t kBatch = 64;  // records under one signature, as a busy outbox seals them

// Both halves of `count` exchanges from number `first` on, as their nodes deliver them. Each
// message of an exchange is signed alone, as on a node that is not busy: the worst case.
std::vector<EntryPtr> Exchanges(uint64_t first, size_t count) {
  std::vector<EntryPtr> entries;
  std::vector<evidence::AuditRecord> records;
  for (size_t i = 0; i < count; ++i) {
    const std::string exchange = absl::StrCat("exchange-of-a-usual-length-", first + i);
    records.push_back(Delivery(first + i, exchange).record);
  }
  for (const bool delivery : {true, false}) {
    std::vector<std::string> payloads;
    for (evidence::AuditRecord& record : records) {
      if (!delivery) {
        record.set_kind(evidence::v1::EXCHANGE_RECEIVED);
        record.set_producer(kConsumerUri);
      }
      payloads.push_back(record.SerializeAsString());
    }
    const std::vector<crypto::BatchSignature> signatures =
        *crypto::SignBatch(KeyOfName(delivery ? kProviderNode : kConsumerNode), payloads);
    for (size_t i = 0; i < count; ++i) {
      evidence::v1::Envelope envelope;
      envelope.set_payload(payloads[i]);
      *envelope.mutable_signature() = evidence::ToProto(signatures[i]);
      evidence::v1::SealedRecord sealed;
      sealed.set_record(envelope.SerializeAsString());
      sealed.set_salt(crypto::RandomBytes(16));
      entries.push_back(std::make_shared<const Entry>(*OpenEntry(std::move(sealed))));
    }
  }
  return entries;
}

TEST_CASE("Entries a second that fsck proves", "[.bench]") {
  const char* const wanted = std::getenv("SHAREWAY_ENTRIES");
  const uint64_t size = wanted == nullptr ? 200'000 : std::strtoull(wanted, nullptr, 10);
  kv::TestFolder folder;
  const std::unique_ptr<kv::Store> store = kv::MustOpen(folder.File("store"));
  std::unique_ptr<LogWriter> writer = MustOpenLog(store.get());
  for (const char* owner : {kConsumerNode, kProviderNode}) MustKnow(store.get(), KeyObject(owner));
  for (uint64_t i = 1; writer->state()->size() < size; i += kBatch) {
    MustAppend(writer.get(), Exchanges(i, kBatch));
  }
  MustSign(store.get(), *writer->state());
  metrics::Registry metrics;
  Indexer indexer(
      store.get(), nullptr, [&] { return writer->state(); }, &metrics);
  REQUIRE(indexer.Turn().ok());

  for (const bool records : {false, true}) {
    const absl::Time start = absl::Now();
    const std::clock_t began = std::clock();
    RecordsCheck judge(*KeyHistory::Read(*store));
    const absl::StatusOr<FsckReport> report =
        CheckLog(*store, {.judge = records ? &judge : nullptr});
    const double cpu = static_cast<double>(std::clock() - began) / CLOCKS_PER_SEC;
    INFO(report.status());
    REQUIRE(report.ok());
    std::cout << (records ? "with" : "without") << " records: " << report->read << " entries in "
              << absl::Now() - start << ", " << cpu << " s of CPU: "
              << static_cast<uint64_t>(static_cast<double>(report->read) / cpu * 60)
              << " a minute on one core, " << judge.signatures() << " signatures\n";
  }
}

}  // namespace
}  // namespace shareway::cli
