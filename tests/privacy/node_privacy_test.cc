// SPDX-License-Identifier: Apache-2.0
// What nodes write about an exchange, read by somebody who can list every person,
// every case and every record key there is.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/outbox/outbox.h"
#include "services/exchange/test_datasets.h"
#include "services/exchange/test_world.h"
#include "shareway/evidence/v1/exchange.pb.h"
#include "tests/privacy/attacker.h"

namespace shareway::testing {
namespace {

using evidence::v1::SealedRecord;

constexpr int kTrue = 711;  // the number of what was really asked
constexpr char kOperatorLabel[] = "shareway/v1/operator\n";
constexpr char kCaseLabel[] = "shareway/v1/case\n";
constexpr char kDatasetLabel[] = "shareway/v1/dataset\n";
const std::string& Secret() {  // the agencies', as test_world.h and test_datasets.h have it
  static const std::string secret(32, 's');
  return secret;
}

std::string Person(int n) { return absl::StrFormat("T-%04d", n); }
std::string Case(int n) { return absl::StrFormat("演示2026-%06d", n); }
std::string Key(int n) { return absl::StrFormat("11%04d", n); }
std::string File(int n) { return absl::StrCat(exchange::kHeader, Key(n), ",name,\n"); }
exchange::Query QueryOf(int n) {
  return {.where = {{{"code", filter::Op::kEquals, Key(n)}}}};
}

// A whole small world: all persons, all cases, all keys, in the forms that may be hashed.
std::vector<Candidate> All(int size, int from = 0) {
  std::vector<Candidate> all;
  for (int n = from; n < size; ++n) {
    all.push_back({absl::StrCat("person ", n), kOperatorLabel, {Person(n)}});
    all.push_back({absl::StrCat("case ", n), kCaseLabel, {Case(n)}});
    all.push_back({absl::StrCat("key ", n),
                   kDatasetLabel,
                   {Key(n), absl::StrCat("code=", Key(n)), Encode(QueryOf(n)), File(n)}});
  }
  return all;
}

// Takes what a drain seals.
class Taker final : public outbox::Sink {
 public:
  std::vector<SealedRecord> records;

  absl::StatusOr<Appended> Append(const std::vector<SealedRecord>& batch) override {
    records.insert(records.end(), batch.begin(), batch.end());
    return absl::UnavailableError("taken");
  }
  absl::StatusOr<size_t> ProveIncluded(const std::vector<uint64_t>&,
                                       const std::vector<Hash32>&) override {
    return absl::UnavailableError("taken");
  }
  absl::StatusOr<Seen> LastSeen(absl::string_view) override { return Seen(); }
  absl::StatusOr<uint64_t> Restore(const std::vector<uint64_t>&,
                                   const std::vector<SealedRecord>&) override {
    return absl::UnavailableError("taken");
  }
};

std::vector<SealedRecord> SealedOf(outbox::Outbox* outbox, const crypto::PrivateKey& key) {
  Taker taker;
  outbox::Drain drain(outbox, &taker, &key, {.thread = false});
  CHECK_FALSE(drain.Flush().ok());
  REQUIRE_FALSE(taker.records.empty());
  return taker.records;
}

// All that two nodes and a host of datasets have to tell.
struct Evidence {
  explicit Evidence(crypto::Suite suite) : world(suite), host(&dataset_store) {
    world.source.rows.push_back({{"code", Key(kTrue)}, {"name", "名"}, {"secret", "CANARY"}});
    exchange::Ask ask = exchange::World::GoodAsk();
    ask.operator_id = Person(kTrue);
    ask.case_number = Case(kTrue);
    ask.demand = QueryOf(kTrue);
    const auto answer = world.Query(ask);
    INFO(answer.status());
    REQUIRE(answer.ok());
    evidence::v1::QueryAnswer body;
    REQUIRE(body.ParseFromString(answer->body));
    REQUIRE(body.batch().records_size() == 1);
    asked = world.sent.back();

    exchange::Ask greedy = ask;  // refused by its own node
    greedy.exchange = "x2";
    exchange::QueryOf(greedy).items = {"code", "secret"};
    CHECK_FALSE(world.Query(greedy).ok());
    world.civil->holds.Set("grants/g1", true);  // refused by the provider
    exchange::Ask held = ask;
    held.exchange = "x3";
    CHECK_FALSE(world.Query(held).ok());
    world.civil->holds.Set("grants/g1", false);
    exchange::Ask bulk = ask;  // a transfer
    bulk.exchange = "x4";
    bulk.method = exchange::Method::kDownload;
    std::vector<std::string> batches;
    REQUIRE(world.Download(bulk, &batches).ok());
    REQUIRE(host.Load(File(kTrue)).ok());

    const auto take = [this](std::vector<SealedRecord> records) {
      sealed.insert(sealed.end(), records.begin(), records.end());
    };
    take(SealedOf(world.tax->outbox.get(), exchange::TestKey(exchange::kTaxNode, suite)));
    take(SealedOf(world.civil->outbox.get(), exchange::TestKey(exchange::kCivilNode, suite)));
    take(SealedOf(host.outbox.get(), exchange::TestKey(exchange::kCivilNode, suite)));
  }

  exchange::World world;
  kv::MemoryStore dataset_store;
  exchange::Host host;
  evidence::v1::Envelope asked;  // the request that went over the wire
  std::vector<SealedRecord> sealed;
};

// Reads what the log itself holds and anybody may fetch: commitments and the tree over them.
void ReadLog(const std::vector<SealedRecord>& sealed, Attacker* attacker) {
  std::vector<Hash32> level;
  for (const SealedRecord& record : sealed) {
    const Hash32 commitment = evidence::Commitment(record);
    attacker->Read(commitment.view());
    level.push_back(crypto::LogHasher().leaf(commitment.view()));
  }
  while (level.size() > 1) {
    std::vector<Hash32> above;
    for (size_t i = 0; i + 1 < level.size(); i += 2) {
      above.push_back(crypto::LogHasher().node(level[i], level[i + 1]));
    }
    if (level.size() % 2 == 1) above.push_back(level.back());
    for (const Hash32& hash : level) attacker->Read(hash.view());
    level = std::move(above);
  }
}

// The key whose query makes a digest in the evidence, if all of the signed request but its
// nonce were known; -1 for none.
int KeyBehindRequest(const Attacker& attacker, const Evidence& evidence, int size,
                     const std::vector<std::string>& nonces) {
  evidence::v1::ExchangeRequest request;
  REQUIRE(request.ParseFromString(evidence.asked.payload()));
  for (int n = 0; n < size; ++n) {
    request.set_query(Encode(QueryOf(n)));
    for (const std::string& nonce : nonces) {
      request.set_nonce(nonce);
      const std::string payload = request.SerializeAsString();
      for (const crypto::Suite suite : {crypto::Suite::kP256Sha256, crypto::Suite::kSm2Sm3}) {
        const Hash32 digest = crypto::Digest(suite, payload);
        if (attacker.Saw(digest)) return n;
        if (attacker.Saw(crypto::StatementLeafOfDigest(suite, digest))) return n;
      }
    }
  }
  return -1;
}

TEST_CASE("Whoever has the whole log and a list of all there is learns none of it", "[privacy]") {
  const Evidence evidence(crypto::Suite::kP256Sha256);
  Attacker attacker;
  ReadLog(evidence.sealed, &attacker);
  attacker.Use(std::string(16, '\0'));
  CHECK(attacker.Guess(All(10000)).empty());
  // Not even whoever guesses a whole record can be sure of it: the salt is not in the log.
  for (const SealedRecord& sealed : evidence.sealed) {
    SealedRecord guessed = sealed;
    for (const std::string& salt : {std::string(), std::string(16, '\0'), std::string(16, 's')}) {
      guessed.set_salt(salt);
      CHECK_FALSE(attacker.Saw(evidence::Commitment(guessed)));
    }
    CHECK(attacker.Saw(evidence::Commitment(sealed)));
  }
}

TEST_CASE("Whoever reads all records and has a list of all there is learns none of it",
          "[privacy]") {
  const auto [suite, size] = GENERATE(table<crypto::Suite, int>(
      {{crypto::Suite::kP256Sha256, 10000}, {crypto::Suite::kSm2Sm3, 1000}}));
  const Evidence evidence(suite);
  Attacker attacker;
  ReadLog(evidence.sealed, &attacker);
  for (const SealedRecord& sealed : evidence.sealed) attacker.Read(sealed);
  INFO(evidence.sealed.size() << " records, " << attacker.bytes_read() << " bytes, "
                              << attacker.used().size() << " salts");
  REQUIRE(evidence.sealed.size() >= 8);
  REQUIRE(attacker.used().size() >= 20);

  for (int n = 0; n < size; ++n) {
    if (!attacker.SawText(Person(n)) && !attacker.SawText(Case(n)) && !attacker.SawText(Key(n))) {
      continue;
    }
    FAIL("number " << n << " stands in clear");
  }
  CHECK(attacker.Guess(All(size)).empty());

  // The key of the query, from the digest of the signed request: its nonce is what hides it.
  std::vector<std::string> nonces = {"", std::string(16, '\0')};
  nonces.insert(nonces.end(), attacker.used().begin(), attacker.used().end());
  CHECK(KeyBehindRequest(attacker, evidence, size, nonces) == -1);

  // Controls: the same attacker finds what is there to find. With the request's nonce the key;
  evidence::v1::ExchangeRequest request;
  REQUIRE(request.ParseFromString(evidence.asked.payload()));
  CHECK(KeyBehindRequest(attacker, evidence, size, {request.nonce()}) == kTrue);
  // with the agencies' secret person, case and file, which are there as FORMATS.md says;
  Attacker insider = attacker;
  insider.Use(Secret());
  CHECK(insider.Saw(crypto::HmacSha256(
      Secret(), absl::StrCat(kDatasetLabel, crypto::Sha256(File(kTrue)).view()))));
  CHECK(insider.Guess(All(kTrue + 5, kTrue - 5)) ==
        std::vector<std::string>{
            absl::StrCat("person ", kTrue, ": HMAC-SHA-256 under a visible value"),
            absl::StrCat("case ", kTrue, ": HMAC-SHA-256 under a visible value")});
}

TEST_CASE("A plain digest that is planted in a record is found", "[privacy]") {
  const Evidence evidence(crypto::Suite::kP256Sha256);
  struct Row {
    const char* how;
    std::string (*digest)(const SealedRecord&);
  };
  const Row row = GENERATE(values<Row>({
      {"SHA-256", [](const SealedRecord&) { return crypto::Sha256(Case(kTrue)).str(); }},
      {"SM3", [](const SealedRecord&) { return crypto::Sm3(Case(kTrue)).str(); }},
      {"SHA-256",
       [](const SealedRecord&) {
         return crypto::Sha256(absl::StrCat(kCaseLabel, Case(kTrue))).str();
       }},
      {"SHA-256", [](const SealedRecord&) { return ToHex(crypto::Sha256(Case(kTrue)).view()); }},
      {"SHA-256",
       [](const SealedRecord&) { return crypto::Sha256(Case(kTrue)).str().substr(0, 8); }},
      {"HMAC-SHA-256 under a guessed secret",
       [](const SealedRecord&) {
         return crypto::HmacSha256("", absl::StrCat(kCaseLabel, Case(kTrue))).str();
       }},
      {"HMAC-SHA-256 under a guessed secret",
       [](const SealedRecord&) {
         return crypto::HmacSha256(std::string(32, '\0'), Case(kTrue)).str();
       }},
      {"SHA-256 after a visible value",
       [](const SealedRecord& sealed) {
         return crypto::Sha256(absl::StrCat(sealed.salt(), Case(kTrue))).str();
       }},
      {"HMAC-SHA-256 under a visible value",
       [](const SealedRecord& sealed) {
         return crypto::HmacSha256(evidence::Open(sealed)->record.nonce(),
                                   absl::StrCat(kCaseLabel, Case(kTrue)))
             .str();
       }},
  }));
  SealedRecord planted = evidence.sealed[0];
  evidence::OpenedRecord opened = *evidence::Open(planted);
  opened.record.set_case_digest(row.digest(planted));
  opened.envelope.set_payload(opened.record.SerializeAsString());
  planted.set_record(opened.envelope.SerializeAsString());
  Attacker attacker;
  attacker.Read(planted);
  CHECK(attacker.Guess(All(kTrue + 50, kTrue - 50)) ==
        std::vector<std::string>{absl::StrCat("case ", kTrue, ": ", row.how)});
}

}  // namespace
}  // namespace shareway::testing
