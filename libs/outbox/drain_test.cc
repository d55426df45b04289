// SPDX-License-Identifier: Apache-2.0
// The drain: its batches fill, and it may end between any two of its steps.
#include "catch2/catch.hpp"
#include "libs/base/fake_clock.h"
#include "libs/crypto/key.h"
#include "libs/kv/memory_store.h"
#include "libs/outbox/once.h"
#include "libs/outbox/outbox.h"
#include "libs/outbox/test_audit.h"

namespace shareway::outbox {
namespace {

// A producer whose drain may die and come again.
struct Producer {
  kv::MemoryStore store;
  FakeClock clock;
  FakeAudit audit;
  const crypto::PrivateKey key = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  std::unique_ptr<Outbox> outbox = *Outbox::Open(&store, kProducer, &clock);

  std::unique_ptr<Drain> NewDrain(bool thread) {
    return std::make_unique<Drain>(outbox.get(), &audit, &key,
                                   Drain::Options{.thread = thread, .tries = 1});
  }
};

TEST_CASE("A drain that ends between any two of its steps loses and doubles nothing", "[outbox]") {
  const bool applied = GENERATE(false, true);  // the commit that it ended at
  const bool over_audit = GENERATE(false, true);
  for (int at = 0; at < 9; ++at) {
    CAPTURE(applied, over_audit, at);
    Producer p;
    for (int i = 0; i < 300; ++i) AddOne(p.outbox.get(), &p.store, absl::StrCat("r", i));
    p.audit.lose_next_answer = over_audit;
    int commits = 0;
    p.store.on_commit = [&](const kv::Batch&) {
      return commits++ == at ? kv::Outcome{applied, absl::UnavailableError("the process ended")}
                             : kv::Outcome{};
    };
    int tries = 0;
    for (bool done = false; !done;) {
      REQUIRE(++tries < 20);
      done = p.NewDrain(/*thread=*/false)->Flush().ok();
    }
    p.store.on_commit = nullptr;
    AddOne(p.outbox.get(), &p.store, "later");
    REQUIRE(p.NewDrain(/*thread=*/false)->Flush().ok());
    CHECK(p.outbox->depth() == 0);
    CHECK(p.audit.log.size() == 301);  // FakeAudit checks the bytes and the proofs
  }
}

TEST_CASE("Batches are filled", "[outbox]") {
  Producer p;
  SECTION("from what lies there") {
    for (int i = 0; i < 600; ++i) AddOne(p.outbox.get(), &p.store, absl::StrCat("r", i));
    REQUIRE(p.NewDrain(/*thread=*/false)->Flush().ok());
    CHECK(p.audit.batches == std::vector<size_t>{256, 256, 88});
  }
  SECTION("by waiting for what comes") {
    const auto drain = p.NewDrain(/*thread=*/true);
    for (int i = 0; i < 400; ++i) AddOne(p.outbox.get(), &p.store, absl::StrCat("r", i));
    for (int i = 0; p.outbox->depth() > 0 && i < 1000; ++i) (void)drain->Flush();
    CHECK(p.audit.log.size() == 400);
    CHECK(p.audit.batches.size() < 100);
  }
}

TEST_CASE("Request ids of yesterday are swept, those of today are not", "[outbox]") {
  Producer p;
  const auto record = [&](int i) {
    kv::Batch batch;
    Once{"people/p", "/s/M", absl::StrCat("id-", i), "body"}.Record(p.store, "resources/r",
                                                                    p.clock.Now(), &batch);
    REQUIRE(p.store.Commit(std::move(batch)).ok());
  };
  const auto kept = [&] {
    int n = 0;
    REQUIRE(p.store.Scan("once/", "once0", [&](auto, auto, auto) { return ++n, true; }).ok());
    return n;
  };
  for (int i = 0; i < 2500; ++i) record(i);
  p.clock.Advance(absl::Hours(20));
  for (int i = 2500; i < 2510; ++i) record(i);
  const auto drain = p.NewDrain(/*thread=*/false);
  REQUIRE(drain->Sweep().ok());
  CHECK(kept() == 2510);
  p.clock.Advance(absl::Hours(5));
  REQUIRE(drain->Sweep().ok());
  CHECK(kept() == 10);
}

}  // namespace
}  // namespace shareway::outbox
