// SPDX-License-Identifier: Apache-2.0
// Evidence that an incident holds: it outlives its retention until all incidents release it.
#include "services/audit/store/holds.h"

#include "services/audit/domain/hold.h"
#include "services/audit/test_upkeep.h"

namespace shareway::audit {
namespace {

constexpr char kGrant[] = "grants/g1";
constexpr char kSharingUri[] = "shareway://test/service/sharing";
constexpr char kHeld1[] = "EVIDENCE_HELD: incidents/i1";
constexpr char kHeld2[] = "EVIDENCE_HELD: incidents/i2";
constexpr char kReleased1[] = "EVIDENCE_RELEASED: incidents/i1";
constexpr char kReleased2[] = "EVIDENCE_RELEASED: incidents/i2";
// Of the first two segments: all calls, all exchanges of one.
constexpr uint64_t kCalls = 64;
constexpr uint64_t kExchanges = 160;

void Append(SmallLog* log, evidence::AuditRecord record) {
  record.set_sequence(log->state()->size() + 1);
  MustAppend(log->writer(), {MakeEntry(record)});
  MustSign(&log->store, *log->state());
}

// What services/sharing says of kGrant, or who else says it.
void Say(SmallLog* log, const char* reason, const char* producer = kSharingUri) {
  evidence::AuditRecord record = SmallRecord(7);
  record.set_kind(evidence::v1::INCIDENT_CHANGED);
  record.set_producer(producer);
  record.set_object(kGrant);
  record.set_grant(kGrant);
  record.set_reason(reason);
  Append(log, record);
}

// 600 entries, of which the ninth is an exchange of kGrant.
void Fill(World* world, bool archived = false) {
  world->Restart({.mirror = world->files.File("m"),
                  .archive_after_days = 30,
                  .retention = {.exchange_days = 1096, .calls_days = 184}},
                 archived);
  evidence::AuditRecord exchange = SmallRecord(9);
  exchange.set_grant(kGrant);
  Append(&world->log, exchange);
  world->log.Grow(600 - world->log.state()->size());
}

void TurnAnHourLater(World* world) {
  world->clock.Advance(absl::Hours(1));
  world->Turn();
}

uint64_t ExpiriesOf(const World& world, absl::string_view object) {
  uint64_t count = 0;
  for (const evidence::AuditRecord& record : world.records) {
    count += record.object() == object && record.rule() == LawOf(RetentionClass::kExchange) ? 1 : 0;
  }
  return count;
}

TEST_CASE("Records of a held grant outlive their retention until it is released", "[upkeep]") {
  for (const bool archived : {false, true}) {
    World world(8);
    Fill(&world, archived);
    Say(&world.log, kHeld1);
    world.Age(1097);
    world.Turn();
    // Its segment keeps all its exchanges, and no other is kept for it.
    CHECK(world.Empty() == kCalls + kExchanges);
    CHECK(ExpiriesOf(world, "entries/0-256") == 0);
    CHECK(ExpiriesOf(world, "entries/256-512") == 1);
    CHECK_THAT(world.metrics->Text(), Catch::Contains("shareway_audit_held_segments 1"));
    CHECK(world.MustBeClean().deleted == kCalls + kExchanges);
    TurnAnHourLater(&world);
    CHECK(world.Empty() == kCalls + kExchanges);
    Say(&world.log, kReleased1);
    TurnAnHourLater(&world);
    CHECK(world.Empty() == kCalls + 2 * kExchanges);
    CHECK(ExpiriesOf(world, "entries/0-256") == 1);
    CHECK(world.records.back().record_count() == kExchanges);
    CHECK_THAT(world.metrics->Text(), Catch::Contains("shareway_audit_held_segments 0"));
    CHECK(world.MustBeClean().deleted == kCalls + 2 * kExchanges);
  }
}

TEST_CASE("Two incidents hold a grant until both have released it", "[upkeep]") {
  World world(8);
  Fill(&world);
  Say(&world.log, kHeld1);
  Say(&world.log, kHeld2);
  world.Age(1097);
  world.Turn();
  Say(&world.log, kReleased1);
  TurnAnHourLater(&world);
  CHECK(world.Empty() == kCalls + kExchanges);
  Say(&world.log, kReleased2);
  TurnAnHourLater(&world);
  CHECK(world.Empty() == kCalls + 2 * kExchanges);
}

TEST_CASE("Nobody but the sharing service holds or releases evidence", "[upkeep]") {
  const char* const others[] = {kConsumerUri, kProviderUri, "shareway://test/service/catalog",
                                "shareway://test/agency/services/node/sharing"};
  World world(8);
  Fill(&world);
  for (const char* other : others) Say(&world.log, kHeld1, other);
  CHECK_FALSE(*IsHeld(*world.reader, *world.log.state(), kGrant, world.log.state()->size()));
  world.Age(1097);
  world.Turn();
  CHECK(world.Empty() == kCalls + 2 * kExchanges);
  World held(8);
  Fill(&held);
  Say(&held.log, kHeld1);
  for (const char* other : others) Say(&held.log, kReleased1, other);
  held.Age(1097);
  held.Turn();
  CHECK(held.Empty() == kCalls + kExchanges);
}

TEST_CASE("A new process finds what is held, and what was released meanwhile", "[upkeep]") {
  World world(8);
  Fill(&world);
  Say(&world.log, kHeld1);
  world.Age(1097);
  world.Turn();
  world.Age(1);
  world.Turn();
  CHECK(world.Empty() == kCalls + kExchanges);
  CHECK_THAT(world.metrics->Text(), Catch::Contains("shareway_audit_held_segments 1"));
  Say(&world.log, kReleased1);
  world.Age(1);
  world.Turn();
  CHECK(world.Empty() == kCalls + 2 * kExchanges);
  CHECK(ExpiriesOf(world, "entries/256-512") == 1);
}

TEST_CASE("A hold that comes after the records are gone changes nothing", "[upkeep]") {
  World world(8);
  Fill(&world);
  world.Age(1097);
  world.Turn();
  REQUIRE(world.Empty() == kCalls + 2 * kExchanges);
  const size_t said = world.records.size();
  Say(&world.log, kHeld1);
  TurnAnHourLater(&world);
  world.Age(1);
  world.Turn();
  CHECK(world.Empty() == kCalls + 2 * kExchanges);
  CHECK(world.records.size() == said);
  CHECK_THAT(world.metrics->Text(), Catch::Contains("shareway_audit_held_segments 0"));
}

TEST_CASE("A deletion that was announced is finished, whatever is held since", "[upkeep]") {
  World world(8);
  Fill(&world);
  const SegmentSpan span = SegmentOf(0, kSmall);
  const absl::StatusOr<SegmentRecords> records =
      RecordsOf(*world.reader, *world.log.state(), span, RetentionClass::kExchange);
  REQUIRE(records.ok());
  CHECK(records->indices.size() == kExchanges);
  CHECK(records->grants == std::set<std::string>{kGrant});
  DeletedRecords deleted(span);
  for (const uint64_t index : records->indices) deleted.Add(index);
  deleted.set_settled(false);
  kv::Batch batch;
  deleted.Put(&batch);
  REQUIRE(world.log.store.Commit(std::move(batch)).ok());
  Say(&world.log, kHeld1);
  world.Age(1097);
  world.Turn();
  CHECK(world.Empty() == kCalls + 2 * kExchanges);
  CHECK(ExpiriesOf(world, "entries/0-256") == 0);  // it was said before
  world.MustBeClean();
}

TEST_CASE("Archive and mirror tell of holds what the store tells", "[upkeep]") {
  World world(8);
  Fill(&world, /*archived=*/true);
  Say(&world.log, kHeld1);
  world.log.Grow(300);
  world.Age(31);
  world.Turn();
  REQUIRE(*world.archive->Size() == 768);  // the hold included
  CHECK(*IsHeld(*world.reader, *world.log.state(), kGrant, 900));
  kv::MemoryStore store;
  REQUIRE(CopyTo(&store, world.files.File("m")).ok());
  const std::unique_ptr<LogWriter> writer = MustOpenLog(&store);
  CHECK(*IsHeld(LogReader(&store), *writer->state(), kGrant, 900));
}

TEST_CASE("A hold counts from its leaf, a release once it is witnessed", "[upkeep]") {
  SmallLog log(8);
  const LogReader reader(&log.store);
  const auto held = [&](uint64_t witnessed) {
    return *IsHeld(reader, *log.state(), kGrant, witnessed);
  };
  CHECK_FALSE(held(8));
  Say(&log, kHeld1);
  CHECK(held(0));
  Say(&log, kReleased1);
  CHECK(held(9));
  CHECK_FALSE(held(10));
  // Whichever of the two comes first.
  Say(&log, kReleased2);
  Say(&log, kHeld2);
  CHECK_FALSE(held(12));
  CHECK(*FirstHeld(reader, *log.state(), {"grants/g0", kGrant}, 12) == "");
  CHECK(*FirstHeld(reader, *log.state(), {"grants/g0", kGrant}, 9) == kGrant);
}

TEST_CASE("A hold names its grant twice and its incident", "[upkeep]") {
  const Facts good{.kind = kIncidentChanged,
                   .producer = "services/sharing",
                   .grant = kGrant,
                   .object = kGrant,
                   .reason = kHeld1};
  CHECK(kIncidentChanged == static_cast<int>(evidence::v1::INCIDENT_CHANGED));
  CHECK(HoldOf(good) == Hold{.grant = kGrant, .incident = "incidents/i1"});
  Facts released = good;
  released.reason = kReleased1;
  CHECK(HoldOf(released) == Hold{.grant = kGrant, .incident = "incidents/i1", .released = true});
  const auto spoilt = [&good](void (*spoil)(Facts*)) {
    Facts facts = good;
    spoil(&facts);
    return HoldOf(facts);
  };
  CHECK_FALSE(spoilt([](Facts* f) { f->kind = 145; }).has_value());
  CHECK_FALSE(spoilt([](Facts* f) { f->producer = "services/catalog"; }).has_value());
  CHECK_FALSE(spoilt([](Facts* f) { f->producer = ""; }).has_value());
  CHECK_FALSE(spoilt([](Facts* f) { f->grant = ""; }).has_value());
  CHECK_FALSE(spoilt([](Facts* f) { f->object = "incidents/i1"; }).has_value());
  CHECK_FALSE(spoilt([](Facts* f) { f->reason = ""; }).has_value());
  CHECK_FALSE(spoilt([](Facts* f) { f->reason = "EVIDENCE_HELD: "; }).has_value());
  CHECK_FALSE(spoilt([](Facts* f) { f->reason = "GRANT_SUSPENDED"; }).has_value());
}

TEST_CASE("Kept segments are looked at once a round, the oldest first", "[upkeep]") {
  HeldSegments held;
  held.LookAgain();
  CHECK_FALSE(held.next().has_value());
  held.Note(512, kGrant);
  held.Note(0, kGrant);
  CHECK_FALSE(held.next().has_value());  // they were looked at just now
  held.LookAgain();
  CHECK(*held.next() == 0);
  held.Note(0, "");
  CHECK(held.GrantOf(0).empty());
  CHECK(*held.next() == 512);
  CHECK(held.GrantOf(512) == kGrant);
  held.Note(512, kGrant);
  CHECK_FALSE(held.next().has_value());
  CHECK(held.size() == 1);
}

}  // namespace
}  // namespace shareway::audit
