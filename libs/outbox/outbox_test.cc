// SPDX-License-Identifier: Apache-2.0
#include "libs/outbox/outbox.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/fake_clock.h"
#include "libs/evidence/envelope.h"
#include "libs/kv/memory_store.h"
#include "libs/outbox/keys.h"
#include "libs/outbox/once.h"
#include "libs/outbox/test_audit.h"

namespace shareway::outbox {
namespace {

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

// A store, its outbox, and an audit that takes it all. Everything runs on this thread.
struct Delivery {
  explicit Delivery(int entries) {
    Add(entries);
    Restart();
  }
  void Add(int entries) {
    for (int i = 0; i < entries; ++i) AddOne(outbox.get(), &store, absl::StrCat("o", ++added));
  }
  // The process comes up again on the same store.
  void Restart() {
    drain.reset();
    drain = std::make_unique<Drain>(
        outbox.get(), &audit, &key,
        Drain::Options{.audit_rolled_back = [this](bool behind) { told = behind; },
                       .thread = false,
                       .tries = 1});
  }
  // How many sealed batches the store holds.
  uint64_t Retained() const {
    uint64_t batches = 0;
    (void)store.Scan(kSealedPrefix, PrefixEnd(kSealedPrefix),
                     [&](absl::string_view, absl::string_view, uint64_t) {
                       ++batches;
                       return true;
                     });
    return batches;
  }

  kv::MemoryStore store;
  FakeClock clock;
  FakeAudit audit;
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  std::unique_ptr<Outbox> outbox = *Outbox::Open(&store, kProducer, &clock);
  bool told = false;
  int added = 0;
  std::unique_ptr<Drain> drain;
};

TEST_CASE("Entries count as included once a witnessed checkpoint covers them", "[outbox]") {
  Delivery d(600);
  d.audit.witnessed = 0;
  CHECK(absl::IsUnavailable(d.drain->Flush()));
  CHECK(d.audit.log.size() == 600);  // delivery does not wait for witnesses
  CHECK(d.outbox->depth() == 600);

  // A batch counts whole, and one is tried before many.
  d.audit.witnessed = 300;
  CHECK(absl::IsUnavailable(d.drain->Flush()));
  CHECK(d.outbox->depth() == 600 - 256);
  CHECK(d.audit.proofs.front() == 256);

  d.audit.witnessed = 600;
  CHECK(d.drain->Flush().ok());
  CHECK(d.outbox->depth() == 0);
}

TEST_CASE("Indices survive a restart between the acknowledgement and the proof", "[outbox]") {
  Delivery d(10);
  d.audit.witnessed = 0;
  CHECK(absl::IsUnavailable(d.drain->Flush()));
  d.drain.reset();
  d.outbox = *Outbox::Open(&d.store, kProducer, &d.clock);
  d.audit.witnessed = 10;
  d.audit.lose_next = true;  // nothing is sent again
  d.Restart();
  CHECK(d.drain->Flush().ok());
  CHECK(d.audit.lose_next);
  CHECK(d.outbox->depth() == 0);
}

TEST_CASE("An audit that lacks what it proved to have gets nothing more", "[outbox]") {
  Delivery d(20);
  REQUIRE(d.drain->Flush().ok());
  CHECK_FALSE(d.drain->audit_rolled_back());

  d.audit.last_sequence = 19;
  const std::string how = GENERATE("asked again after ten seconds", "asked again after a failure",
                                   "asked at start");
  CAPTURE(how);
  if (how == "asked again after ten seconds") {
    CHECK(d.drain->Flush().ok());  // asked a moment ago
    d.clock.Advance(absl::Seconds(10));
  } else if (how == "asked again after a failure") {
    d.audit.lose_next = true;
    d.Add(1);
    (void)d.drain->Flush();
  } else {
    d.Restart();
  }
  d.Add(1);
  const size_t had = d.audit.log.size();
  CHECK(absl::IsFailedPrecondition(d.drain->Flush()));
  CHECK(d.drain->audit_rolled_back());
  CHECK(d.told);
  CHECK(d.audit.log.size() == had);
  CHECK(d.drain->rolled_back() == false);  // not this store's fault

  d.audit.last_sequence.reset();  // whole again
  d.clock.Advance(absl::Seconds(10));
  CHECK(d.drain->Flush().ok());
  CHECK_FALSE(d.drain->audit_rolled_back());
  CHECK_FALSE(d.told);
}

TEST_CASE("Audit that lost its disk gets its entries back at their places", "[outbox]") {
  Delivery d(700);
  d.audit.witnessed = 690;
  CHECK(absl::IsUnavailable(d.drain->Flush()));  // the last batch is not covered whole
  CHECK(d.outbox->depth() == 700 - 512);
  const std::vector<std::string> before = d.audit.log;

  // The copy has 100 entries, and witnesses cosigned 690.
  d.audit.LoseFrom(100, 690);
  d.Restart();
  CHECK(absl::IsUnavailable(d.drain->Flush()));
  CHECK_FALSE(d.drain->audit_rolled_back());
  CHECK(d.drain->rolled_back() == std::nullopt);
  CHECK(std::equal(d.audit.log.begin(), d.audit.log.end(), before.begin()));

  // It is whole. What it had acknowledged above the head is delivered anew.
  d.audit.rebuilding = false;
  d.audit.witnessed = ~uint64_t{0};
  d.clock.Advance(absl::Seconds(5));
  CHECK(d.drain->Flush().ok());
  CHECK(d.drain->rolled_back() == false);
  CHECK(d.audit.log == before);
  CHECK(d.outbox->depth() == 0);
}

TEST_CASE("What audit lost while nobody asked it is delivered anew", "[outbox]") {
  Delivery d(20);
  REQUIRE(d.drain->Flush().ok());
  d.Add(10);
  d.audit.witnessed = 20;
  CHECK(absl::IsUnavailable(d.drain->Flush()));  // at 20 to 29, and no proof yet
  // Rebuilt within moments, to what was witnessed: nothing failed, and nothing was asked.
  d.audit.ForgetFrom(20);
  d.Add(10);
  CHECK(absl::IsUnavailable(d.drain->Flush()));  // these lie there now
  REQUIRE(d.audit.log.size() == 30);
  d.audit.witnessed = ~uint64_t{0};
  const bool restart = GENERATE(false, true);
  CAPTURE(restart);
  if (restart) d.Restart();
  CHECK(absl::IsDataLoss(d.drain->Flush()));  // which tells
  CHECK(d.drain->Flush().ok());
  CHECK(d.audit.log.size() == 40);  // each once
  CHECK(d.outbox->depth() == 0);
  CHECK_FALSE(d.drain->audit_rolled_back());

  // A log that has them, and proves something else, is told each time.
  d.Add(5);
  d.audit.witnessed = 40;
  CHECK(absl::IsUnavailable(d.drain->Flush()));
  d.audit.SpoilLast();
  d.audit.witnessed = ~uint64_t{0};
  for (int i = 0; i < 3; ++i) CHECK(absl::IsDataLoss(d.drain->Flush()));
  CHECK(d.audit.log.size() == 45);
  CHECK(d.outbox->depth() == 5);
}

TEST_CASE("Audit that lost its disk gets what was sent to it and never answered", "[outbox]") {
  const bool appended = GENERATE(true, false);  // by the audit whose disk is lost
  const bool restart = GENERATE(true, false);
  CAPTURE(appended, restart);
  Delivery d(300);
  REQUIRE(d.drain->Flush().ok());
  d.Add(300);
  d.audit.lose_next_answer = appended;
  d.audit.lose_next = !appended;
  CHECK(absl::IsUnavailable(d.drain->Flush()));  // 256 are sealed, 44 are not
  const std::vector<std::string> before = d.audit.log;
  REQUIRE(before.size() == (appended ? 556 : 300));

  d.audit.LoseFrom(100, before.size());
  d.audit.last_sequence = 100;  // what is given back is in the log once all is there
  if (restart) d.Restart();
  CHECK(absl::IsUnavailable(d.drain->Flush()));
  CHECK(d.audit.unplaced == std::vector<uint64_t>{301});
  CHECK(d.audit.log == before);
  d.clock.Advance(absl::Seconds(5));
  CHECK(absl::IsUnavailable(d.drain->Flush()));  // again, as it may have been lost again
  CHECK(d.audit.unplaced.size() == 2);

  d.audit.rebuilding = false;
  d.audit.last_sequence.reset();
  d.clock.Advance(absl::Seconds(5));
  CHECK(d.drain->Flush().ok());
  CHECK(d.audit.log.size() == 600);  // each once
  CHECK(std::equal(before.begin(), before.end(), d.audit.log.begin()));
  CHECK(d.outbox->depth() == 0);
}

TEST_CASE("Sealed batches are kept until a backup of audit covers them, or seven days",
          "[outbox]") {
  Delivery d(300);
  REQUIRE(d.drain->Flush().ok());
  REQUIRE(d.drain->Sweep().ok());
  CHECK(d.Retained() == 2);
  const bool safe = GENERATE(true, false);
  CAPTURE(safe);
  if (safe) {
    d.audit.safe_size = 256;  // the first batch; the next answer tells
    d.Add(1);
    REQUIRE(d.drain->Flush().ok());
  } else {
    d.clock.Advance(absl::Hours(24 * 7) + absl::Seconds(1));
  }
  CHECK(*d.store.LogTail(kLog) == 1);
  REQUIRE(d.drain->Sweep().ok());
  CHECK(d.Retained() == (safe ? 2 : 0));
  CHECK(*d.store.LogTail(kLog) == (safe ? 257 : 301));  // the entries go with their batch
  d.Add(1);
  CHECK(d.drain->Flush().ok());
}

TEST_CASE("No batch is deleted while audit may want it back", "[outbox]") {
  Delivery d(300);
  d.audit.safe_size = 300;
  REQUIRE(d.drain->Flush().ok());
  d.clock.Advance(absl::Hours(24 * 7) + absl::Seconds(1));
  const std::string how = GENERATE("away", "rolled back", "being rebuilt", "this store is old");
  CAPTURE(how);
  const bool restart = GENERATE(true, false);  // nothing is known yet, or all was well before
  CAPTURE(restart);
  if (restart) d.Restart();
  d.audit.away = how == "away";
  d.audit.rebuilding = how == "being rebuilt";
  if (how == "rolled back") d.audit.last_sequence = 299;
  if (how == "this store is old" && restart) d.audit.last_sequence = 301;
  const bool whole = how == "this store is old" && !restart;  // it was known not to be
  REQUIRE(d.drain->Sweep().ok());
  CHECK(d.Retained() == (whole ? 0 : 2));
  if (how == "this store is old") return;

  d.audit.away = d.audit.rebuilding = false;
  d.audit.last_sequence.reset();
  d.clock.Advance(absl::Seconds(10));
  REQUIRE(d.drain->Sweep().ok());
  CHECK(d.Retained() == 0);
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
