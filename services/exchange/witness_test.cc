// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/witness.h"

#include "catch2/catch.hpp"
#include "libs/base/fake_clock.h"
#include "libs/kv/memory_store.h"
#include "services/exchange/test_audit_log.h"

namespace shareway::exchange {
namespace {

constexpr char kNode[] = "agencies/tax/nodes/n1";

// A witness on a store that survives restarts.
struct Watch {
  Watch() { Restart(); }
  void Restart() {
    heads = *LogHeads::Open(
        {.log = &log, .store = &store, .clock = &clock, .log_key = FakeLog::VerifierKey()});
    witness = *Witness::Open({.log = &log,
                              .heads = heads.get(),
                              .store = &store,
                              .clock = &clock,
                              .key = key ? &*key : nullptr,
                              .node = kNode,
                              .log_key = FakeLog::VerifierKey(),
                              .listed = [this] { return listed; },
                              .witnessed = [this](const WitnessedNote&) { return enough; },
                              .rolled_back = [this] { return rolled_back; }});
  }
  // The log asks for a cosignature over its first `entries`.
  absl::Status Ask(uint64_t entries, std::vector<OwnEntry> own = {}, uint64_t safe_size = 0) {
    const absl::Status taken = witness->Take({.note = log.Note(entries),
                                              .own = std::move(own),
                                              .own_next = entries,
                                              .safe_size = safe_size});
    if (!taken.ok()) return taken;
    return witness->Cosign();
  }
  std::string VerifierKey() const {
    return evidence::WitnessVerifierKey(kNode, key->public_key());
  }
  // The sizes that were cosigned, each by a line that verifies.
  std::vector<uint64_t> Cosigned() const {
    std::vector<uint64_t> sizes;
    for (const auto& [note, line] : log.cosigned) {
      sizes.push_back(evidence::OpenNote(note, FakeLog::VerifierKey())->size);
      CHECK(*evidence::VerifyCosignature(note, line, VerifierKey()));
    }
    return sizes;
  }
  std::vector<uint64_t> KeptOwn() const {
    const std::vector<OwnEntry> kept = *store.LoadOwn(0);
    std::vector<uint64_t> indices;
    for (const OwnEntry& entry : kept) indices.push_back(entry.index);
    return indices;
  }

  FakeLog log;
  FakeClock clock;
  std::optional<bool> rolled_back = false;
  bool listed = true;
  bool enough = true;  // cosigned what the log calls witnessed
  kv::MemoryStore kv;
  WitnessStore store{&kv};
  std::optional<crypto::PrivateKey> key = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  std::unique_ptr<LogHeads> heads;
  std::unique_ptr<Witness> witness;
};

using Sizes = std::vector<uint64_t>;

Reason WhyOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

OwnEntry Own(uint64_t index) {
  OwnEntry entry{.index = index};
  entry.sealed.set_record(absl::StrCat("own ", index));
  entry.sealed.set_salt(std::string(16, 's'));
  return entry;
}

TEST_CASE("A witness cosigns heads that grow, at most one a second, over restarts", "[exchange]") {
  Watch watch;
  watch.log.Append(20);
  REQUIRE(watch.Ask(5).ok());
  CHECK(watch.Cosigned() == Sizes{5});
  CHECK(watch.witness->Wait() == absl::Seconds(1));
  CHECK(absl::IsUnavailable(watch.Ask(7)));
  const bool restart = GENERATE(false, true);
  CAPTURE(restart);
  watch.clock.Advance(absl::Milliseconds(400));
  if (restart) watch.Restart();
  CHECK(watch.witness->Wait() == absl::Milliseconds(600));
  CHECK(absl::IsUnavailable(watch.Ask(9)));
  watch.clock.Advance(absl::Milliseconds(600));
  REQUIRE(watch.witness->Cosign().ok());  // the newest that was asked for
  CHECK(watch.Cosigned() == Sizes{5, 9});
  CHECK(watch.witness->Cosign().ok());  // once
  CHECK(watch.Cosigned() == Sizes{5, 9});
}

TEST_CASE("A wall clock that was set back stops a witness for a second at most", "[exchange]") {
  Watch watch;
  watch.log.Append(20);
  REQUIRE(watch.Ask(5).ok());
  watch.clock.Jump(-absl::Hours(1));
  watch.Restart();
  CHECK(watch.witness->Wait() == absl::Seconds(1));
}

TEST_CASE("A witness never cosigns less than it did", "[exchange]") {
  Watch watch;
  watch.log.Append(20);
  REQUIRE(watch.Ask(9).ok());
  watch.clock.Advance(absl::Seconds(2));
  if (GENERATE(false, true)) watch.Restart();
  CHECK(watch.Ask(5).ok());
  CHECK(watch.Cosigned() == Sizes{9});
  // The same head is the same line: it may have been lost on its way.
  CHECK(watch.Ask(9).ok());
  CHECK(watch.Cosigned() == Sizes{9, 9});
  CHECK(watch.log.cosigned[0].second == watch.log.cosigned[1].second);
}

TEST_CASE("A head is durable before the log has its cosignature", "[exchange]") {
  const bool applied = GENERATE(false, true);
  CAPTURE(applied);
  Watch watch;
  watch.log.Append(20);
  REQUIRE(watch.Ask(5).ok());
  watch.clock.Advance(absl::Seconds(1));
  watch.kv.on_commit = [&](const kv::Batch&) {
    return kv::Outcome{.apply = applied, .status = absl::UnavailableError("disk")};
  };
  CHECK_FALSE(watch.Ask(7).ok());
  CHECK(watch.Cosigned() == Sizes{5});
  watch.kv.on_commit = nullptr;
  // Whether it was written is what the store says.
  CHECK((watch.witness->Wait() > absl::ZeroDuration()) == applied);
  REQUIRE(watch.witness->Cosign().ok());
  CHECK(watch.Cosigned() == Sizes{5, 7});
}

TEST_CASE("A forked head is not cosigned, and nothing after it", "[exchange]") {
  Watch watch;
  watch.log.Append(10);
  REQUIRE(watch.Ask(10).ok());
  FakeLog other;
  other.Append(8);
  other.Append(8, "another");
  watch.clock.Advance(absl::Seconds(2));
  REQUIRE(watch.witness->Take({.note = other.Note(), .own_next = 16}).ok());
  watch.log.Append(6);
  CHECK(absl::IsDataLoss(watch.witness->Cosign()));
  CHECK(absl::IsDataLoss(watch.Ask(16)));
  watch.Restart();
  CHECK(absl::IsDataLoss(watch.Ask(16)));
  CHECK(watch.Cosigned() == Sizes{10});
}

TEST_CASE("While peers' heads wait for a link nothing is cosigned", "[exchange]") {
  Watch watch;
  watch.log.Append(10);
  REQUIRE(watch.Ask(5).ok());
  watch.log.away = absl::UnavailableError("away");
  watch.heads->Heard(watch.log.Head(7), "agencies/b/nodes/n1");
  watch.heads->CheckHeard();
  watch.clock.Advance(kLinkWithin);
  watch.heads->CheckHeard();
  watch.log.away = absl::OkStatus();
  CHECK(absl::IsFailedPrecondition(watch.Ask(9)));
  watch.heads->CheckHeard();
  CHECK(watch.witness->Cosign().ok());
  CHECK(watch.Cosigned() == Sizes{5, 9});
}

TEST_CASE("What the log cannot take now is handed in later, and what it never will is dropped",
          "[exchange]") {
  Watch watch;
  watch.log.Append(10);
  watch.log.on_cosign = absl::UnavailableError("away");
  CHECK(absl::IsUnavailable(watch.Ask(5)));
  watch.log.on_cosign = absl::OkStatus();
  CHECK(watch.witness->Cosign().ok());
  CHECK(watch.Cosigned() == Sizes{5});

  watch.clock.Advance(absl::Seconds(1));
  watch.log.on_cosign = Error(Reason::kCandidateUnknown, absl::StatusCode::kFailedPrecondition, "");
  CHECK(absl::IsFailedPrecondition(watch.Ask(7)));
  watch.log.on_cosign = absl::OkStatus();
  CHECK(watch.witness->Cosign().ok());
  CHECK(watch.Cosigned() == Sizes{5});
}

TEST_CASE("A witness keeps the log's own entries until they are safe", "[exchange]") {
  Watch watch;
  watch.log.Append(20);
  CHECK(watch.witness->Rewind() == 0);
  // Durable as they come, before the candidate is there whole.
  REQUIRE(watch.witness
              ->Take({.note = watch.log.Note(10), .own = {Own(0), Own(4)}, .own_next = 5,
                      .more = true})
              .ok());
  CHECK(watch.KeptOwn() == Sizes{0, 4});
  CHECK(watch.witness->Cosign().ok());
  CHECK(watch.Cosigned().empty());
  watch.Restart();
  CHECK(watch.KeptOwn() == Sizes{0, 4});
  REQUIRE(watch.Ask(10, {Own(9)}).ok());
  CHECK(watch.Cosigned() == Sizes{10});
  CHECK(watch.KeptOwn() == Sizes{0, 4, 9});
  watch.clock.Advance(absl::Seconds(1));
  REQUIRE(watch.Ask(12, {}, 9).ok());
  CHECK(watch.KeptOwn() == Sizes{9});
  watch.Restart();
  CHECK(watch.witness->Rewind() == 12);

  watch.log.rebuilding = GENERATE(true, false);
  REQUIRE(watch.witness->GiveBack().ok());
  REQUIRE(watch.witness->GiveBack().ok());  // not twice within moments
  REQUIRE(watch.log.restored.size() == (watch.log.rebuilding ? 1 : 0));
  if (watch.log.rebuilding) CHECK(watch.log.restored[0].sealed.record() == "own 9");
}

TEST_CASE("Own entries that cannot be kept stop the candidate", "[exchange]") {
  Watch watch;
  watch.log.Append(20);
  watch.kv.on_commit = [&](const kv::Batch&) {
    return kv::Outcome{.apply = false, .status = absl::ResourceExhaustedError("full")};
  };
  CHECK(absl::IsResourceExhausted(watch.Ask(10, {Own(3)})));
  watch.kv.on_commit = nullptr;
  CHECK(watch.witness->Cosign().ok());
  CHECK(watch.Cosigned().empty());
  CHECK(watch.witness->Rewind() == 0);
}

TEST_CASE("What a log lost beyond the head last cosigned is neither given back nor kept",
          "[exchange]") {
  Watch watch;
  watch.log.Append(10);
  REQUIRE(watch.Ask(10, {Own(4), Own(9)}).ok());
  FakeLog lost;
  lost.Append(10);
  lost.Append(10, "lost");
  REQUIRE(watch.witness
              ->Take({.note = lost.Note(), .own = {Own(10), Own(12), Own(18)}, .own_next = 20})
              .ok());
  CHECK_FALSE(watch.witness->Cosign().ok());  // the log does not reach so far any more
  if (GENERATE(false, true)) watch.Restart();

  watch.log.rebuilding = true;
  REQUIRE(watch.witness->GiveBack().ok());
  REQUIRE(watch.log.restored.size() == 2);
  CHECK(watch.log.restored[1].index == 9);

  // It serves again, and grows with others at these places.
  watch.log.Append(10, "anew");
  CHECK(watch.witness->Rewind() == 10);
  REQUIRE(watch.witness
              ->Take({.note = watch.log.Note(20), .own = {Own(13)}, .own_next = 14, .more = true})
              .ok());
  CHECK(watch.KeptOwn() == Sizes{4, 9, 13, 18});
  watch.clock.Advance(absl::Seconds(1));
  REQUIRE(watch.Ask(20).ok());
  CHECK(watch.KeptOwn() == Sizes{4, 9, 13});
  CHECK(watch.Cosigned() == Sizes{10, 20});
  // A log that takes this node for no witness for a while deletes nothing by that.
  REQUIRE(watch.witness->Take({.note = watch.log.Note(20), .own_next = 0}).ok());
  REQUIRE(watch.witness->Take({.note = watch.log.Note(20), .own_next = 20}).ok());
  CHECK(watch.KeptOwn() == Sizes{4, 9, 13});
}

TEST_CASE("A witness whose store is an old copy neither reports nor cosigns", "[exchange]") {
  Watch watch;
  watch.log.Append(20);
  REQUIRE(watch.Ask(5).ok());
  watch.clock.Advance(absl::Seconds(1));
  watch.rolled_back.reset();
  watch.Restart();
  // Not known yet: the log may wait for the report before it tells.
  CHECK(*watch.witness->Report());
  CHECK(absl::IsUnavailable(watch.Ask(9)));
  CHECK(watch.Cosigned() == Sizes{5});
  watch.rolled_back = GENERATE(true, false);
  if (!*watch.rolled_back) {
    CHECK(watch.witness->Cosign().ok());
    CHECK(watch.Cosigned() == Sizes{5, 9});
    return;
  }
  CHECK(WhyOf(watch.witness->Report().status()) == Reason::kRolledBack);
  CHECK(watch.log.reported.size() == 1);
  CHECK(WhyOf(watch.witness->Cosign()) == Reason::kRolledBack);
  CHECK(WhyOf(watch.Ask(12)) == Reason::kRolledBack);
  CHECK(watch.Cosigned() == Sizes{5});
}

TEST_CASE("A report names what was last cosigned", "[exchange]") {
  Watch watch;
  watch.log.Append(20);
  CHECK(*watch.witness->Report());
  CHECK(watch.log.reported.back() == std::pair<std::string, std::string>());
  REQUIRE(watch.Ask(10).ok());
  watch.Restart();
  watch.log.serves = false;
  CHECK_FALSE(*watch.witness->Report());
  CHECK(watch.log.reported.back() == watch.log.cosigned.back());
  watch.log.away = Error(Reason::kNotAWitness, absl::StatusCode::kPermissionDenied, "");
  CHECK(*watch.witness->Report());  // it may follow the log all the same
  watch.log.away = absl::UnavailableError("away");
  CHECK_FALSE(watch.witness->Report().ok());
}

TEST_CASE("A node without a witness key follows the log and signs nothing", "[exchange]") {
  Watch watch;
  watch.key.reset();
  watch.Restart();
  watch.log.Append(20);
  CHECK(watch.witness->Rewind() == ~uint64_t{0});
  watch.log.witnessed.note = watch.log.Note(10);
  REQUIRE(watch.Ask(10, {Own(3)}).ok());
  CHECK(watch.log.cosigned.empty());
  CHECK(watch.KeptOwn().empty());
  watch.Restart();
  CHECK(watch.heads->newest()->size == 10);
  CHECK(*watch.witness->Report());
  CHECK(watch.log.reported.empty());

  // One that gets a key wants all own entries.
  watch.key = crypto::PrivateKey::Generate(crypto::Suite::kEd25519);
  watch.Restart();
  CHECK(watch.witness->Rewind() == 0);
  watch.clock.Advance(absl::Seconds(1));
  REQUIRE(watch.Ask(12).ok());
  CHECK(watch.Cosigned() == Sizes{12});
}

TEST_CASE("A node that does not cosign keeps only what enough others did", "[exchange]") {
  Watch watch;
  const bool key = GENERATE(false, true);  // that the directory does not list
  CAPTURE(key);
  if (!key) watch.key.reset();
  watch.listed = false;
  watch.Restart();
  watch.log.Append(20);
  REQUIRE(watch.Ask(10).ok());  // nothing is witnessed yet
  CHECK(watch.heads->newest() == nullptr);
  CHECK_FALSE((*watch.store.LoadHead()).has_value());
  watch.log.witnessed.note = watch.log.Note(5);
  REQUIRE(watch.witness->Cosign().ok());  // the same candidate, again and again
  CHECK(watch.heads->newest()->size == 5);
  watch.enough = false;  // the log says so, but too few did
  watch.log.witnessed.note = watch.log.Note(12);
  REQUIRE(watch.witness->Cosign().ok());
  CHECK(watch.heads->newest()->size == 5);
  watch.enough = true;
  REQUIRE(watch.witness->Cosign().ok());
  CHECK(watch.heads->newest()->size == 12);
  CHECK((*watch.store.LoadHead())->note == watch.log.Note(12));
  watch.log.witnessed.note = watch.log.Note(15);
  REQUIRE(watch.witness->Cosign().ok());  // it is witnessed: until the next there is no more to ask
  CHECK(watch.heads->newest()->size == 12);
  watch.log.away = absl::UnavailableError("away");
  CHECK(absl::IsUnavailable(watch.Ask(14)));
  watch.log.away = absl::OkStatus();
  REQUIRE(watch.witness->Cosign().ok());
  CHECK(watch.heads->newest()->size == 15);
  CHECK(watch.log.cosigned.empty());
}

TEST_CASE("What a log lost that nobody witnessed is no fork to a node that does not cosign",
          "[exchange]") {
  Watch watch;
  watch.key.reset();
  watch.Restart();
  watch.log.Append(10);
  FakeLog lost;
  lost.Append(10);
  lost.Append(10, "lost");
  watch.log.witnessed.note = watch.log.Note(10);
  REQUIRE(watch.witness->Take({.note = lost.Note(), .own_next = 20}).ok());
  REQUIRE(watch.witness->Cosign().ok());
  CHECK(watch.heads->newest()->size == 10);
  if (GENERATE(false, true)) watch.Restart();
  // It comes up again from a copy, and goes on with other entries.
  watch.log.Append(20, "anew");
  watch.log.witnessed.note = watch.log.Note(30);
  REQUIRE(watch.Ask(30).ok());
  CHECK(watch.heads->newest()->size == 30);
  CHECK_FALSE(watch.heads->forked());
}

TEST_CASE("A witness key is an Ed25519 key", "[exchange]") {
  Watch watch;
  const crypto::PrivateKey wrong = crypto::PrivateKey::Generate(crypto::Suite::kP256Sha256);
  CHECK(absl::IsInvalidArgument(
      Witness::Open({.log = &watch.log,
                     .heads = watch.heads.get(),
                     .store = &watch.store,
                     .clock = &watch.clock,
                     .key = &wrong,
                     .node = kNode,
                     .log_key = FakeLog::VerifierKey()})
          .status()));
}

}  // namespace
}  // namespace shareway::exchange
