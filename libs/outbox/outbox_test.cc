// SPDX-License-Identifier: Apache-2.0
#include "libs/outbox/outbox.h"

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/fake_clock.h"
#include "libs/evidence/envelope.h"
#include "libs/kv/memory_store.h"
#include "libs/outbox/once.h"

namespace shareway::outbox {
namespace {

// Audit in a few lines: keeps each entry id once, like the real one. Can lose
// what it is sent, or only its answer.
class FakeAudit final : public Sink {
 public:
  bool lose_next = false;
  bool lose_next_answer = false;
  std::vector<std::string> log;  // records in order of index

  absl::StatusOr<Appended> Append(const std::vector<evidence::v1::SealedRecord>& records) override {
    if (std::exchange(lose_next, false)) return absl::UnavailableError("lost");
    Appended appended;
    for (const auto& sealed : records) {
      auto opened = evidence::Open(sealed);
      REQUIRE(opened.ok());
      auto [it, fresh] = ids_.emplace(opened->record.sequence(), log.size());
      if (fresh) {
        log.push_back(sealed.record());
        commitments_.push_back(evidence::Commitment(sealed));
      }
      CHECK(log[it->second] == sealed.record());  // what is sent again is the same to the byte
      appended.indices.push_back(it->second);
    }
    if (std::exchange(lose_next_answer, false)) return absl::UnavailableError("answer lost");
    return appended;
  }
  absl::Status ProveIncluded(const std::vector<uint64_t>& indices,
                             const std::vector<Hash32>& commitments) override {
    for (size_t i = 0; i < indices.size(); ++i) CHECK(commitments_[indices[i]] == commitments[i]);
    return absl::OkStatus();
  }
  absl::StatusOr<uint64_t> LastSequence(absl::string_view) override { return last_sequence; }
  uint64_t last_sequence = 0;

 private:
  std::map<uint64_t, uint64_t> ids_;
  std::vector<Hash32> commitments_;
};

constexpr char kProducer[] = "shareway://d/service/test";

void AddOne(Outbox* outbox, kv::Store* store, absl::string_view object) {
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::RESOURCE_DRAFTED);
  record.set_object(std::string(object));
  kv::Batch batch;
  batch.Put("x", object);
  outbox->Add(record, &batch);
  REQUIRE(store->Commit(std::move(batch)).ok());
}

TEST_CASE("Every entry reaches audit once, in order, whatever is lost on the way", "[outbox]") {
  const std::string fault = GENERATE("none", "request lost", "answer lost", "store: write lost",
                                     "store: answer lost");
  CAPTURE(fault);
  kv::MemoryStore store;
  FakeClock clock;
  FakeAudit audit;
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  auto outbox = Outbox::Open(&store, kProducer, &clock);
  REQUIRE(outbox.ok());
  for (int i = 0; i < 600; ++i) AddOne(outbox->get(), &store, absl::StrCat("resources/r", i));
  CHECK((*outbox)->depth() == 600);

  audit.lose_next = fault == "request lost";
  audit.lose_next_answer = fault == "answer lost";
  bool once = true;
  if (fault == "store: write lost") {
    store.on_commit = [&](const kv::Batch&) {
      return std::exchange(once, false) ? kv::Outcome{false, absl::UnavailableError("disk")}
                                        : kv::Outcome{};
    };
  }
  if (fault == "store: answer lost") {
    store.on_commit = [&](const kv::Batch&) {
      return std::exchange(once, false) ? kv::Outcome{true, absl::UnavailableError("disk")}
                                        : kv::Outcome{};
    };
  }
  {
    Drain drain(outbox->get(), &audit, &key);
    int tries = 0;
    while (!drain.Flush().ok()) REQUIRE(++tries < 20);
    CHECK(drain.rolled_back() == false);
  }
  CHECK((*outbox)->depth() == 0);
  REQUIRE(audit.log.size() == 600);
  for (int i = 0; i < 600; ++i) {
    evidence::v1::SealedRecord sealed;
    sealed.set_record(audit.log[i]);
    sealed.set_salt(std::string(16, 's'));
    const auto opened = evidence::Open(sealed);
    REQUIRE(opened.ok());
    CHECK(opened->record.sequence() == static_cast<uint64_t>(i + 1));
    CHECK(opened->record.object() == absl::StrCat("resources/r", i));
    CHECK(opened->record.producer() == kProducer);
    crypto::BatchVerifier verifier;
    CHECK(evidence::Verify(&verifier, key.public_key(), opened->envelope.payload(),
                           opened->envelope.signature())
              .ok());
  }
}

TEST_CASE("A store that is behind what audit has seen does not deliver", "[outbox]") {
  kv::MemoryStore store;
  FakeClock clock;
  FakeAudit audit;
  audit.last_sequence = 7;
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  auto outbox = Outbox::Open(&store, kProducer, &clock);
  AddOne(outbox->get(), &store, "a");
  Drain drain(outbox->get(), &audit, &key);
  for (int i = 0; i < 10; ++i) AddOne(outbox->get(), &store, "hides nothing");
  CHECK_FALSE(drain.Flush().ok());
  CHECK(drain.rolled_back() == true);
  CHECK(audit.log.empty());
}

TEST_CASE("A signed act is taken once", "[outbox]") {
  kv::MemoryStore store;
  FakeClock clock;
  auto outbox = Outbox::Open(&store, kProducer, &clock);
  evidence::AuditRecord record;
  record.mutable_act()->set_act("the exact bytes");
  auto commit = [&] {
    kv::Batch batch;
    (*outbox)->Add(record, &batch);
    return store.Commit(std::move(batch)).status();
  };
  CHECK_FALSE((*outbox)->Taken(record.act()));
  CHECK(commit().ok());
  CHECK(absl::IsAborted(commit()));
  CHECK((*outbox)->Taken(record.act()));
}

TEST_CASE("A record too large for audit is refused with its change", "[outbox]") {
  kv::MemoryStore store;
  FakeClock clock;
  auto outbox = Outbox::Open(&store, kProducer, &clock);
  evidence::AuditRecord record;
  record.set_object("resources/r");
  record.set_state(std::string(kMaxRecordBytes, 'x'));
  kv::Batch batch;
  batch.Put("x", "y");
  (*outbox)->Add(record, &batch);
  CHECK(absl::IsInvalidArgument(store.Commit(std::move(batch)).status()));
  CHECK_FALSE(store.Get("x").ok());
}

TEST_CASE("The incarnation stays with the store", "[outbox]") {
  kv::MemoryStore store;
  FakeClock clock;
  const std::string first = (*Outbox::Open(&store, kProducer, &clock))->incarnation();
  CHECK(first.size() == 16);
  CHECK((*Outbox::Open(&store, kProducer, &clock))->incarnation() == first);
}

TEST_CASE("A request id is taken once within a day", "[outbox]") {
  kv::MemoryStore store;
  FakeClock clock;
  const Once once = {"people/p", "/s/M", "id-1", "body"};
  auto record = [&](const Once& o) {
    kv::Batch batch;
    o.Record(store, "resources/r", clock.Now(), &batch);
    return store.Commit(std::move(batch)).status();
  };
  CHECK_FALSE(once.Find(store, clock.Now())->has_value());
  REQUIRE(record(once).ok());
  CHECK(once.Find(store, clock.Now())->value() == "resources/r");

  Once other_body = once;
  other_body.body = "another";
  CHECK(absl::IsInvalidArgument(other_body.Find(store, clock.Now()).status()));
  Once other_caller = once;
  other_caller.caller = "people/q";
  CHECK_FALSE(other_caller.Find(store, clock.Now())->has_value());

  CHECK(absl::IsAborted(record(other_body)));  // a twin between Find and Record

  clock.Advance(absl::Hours(25));
  CHECK_FALSE(once.Find(store, clock.Now())->has_value());
  CHECK(record(other_body).ok());

  for (const char* bad : {"has space", "0123456789012345678901234567890123456", "\x01"}) {
    Once malformed = once;
    malformed.request_id = bad;
    CHECK(absl::IsInvalidArgument(malformed.Find(store, clock.Now()).status()));
  }
}

}  // namespace
}  // namespace shareway::outbox
