// SPDX-License-Identifier: Apache-2.0
// Packs over real mTLS: complete, oldest first, verified offline, and only for parties.
#include "catch2/catch.hpp"
#include "libs/evidence/pack.h"
#include "services/audit/rpc/test_world.h"

namespace shareway::audit {
namespace {

TEST_CASE("A pack of an exchange verifies offline, and strangers get none", "[audit]") {
  World world;
  REQUIRE(world.Append(world.provider, {GoodRecord(1), GoodRecord(2)}).ok());
  REQUIRE(world.Append(world.consumer, {GoodReceipt(2)}).ok());
  v1::ExportEvidenceRequest request;
  request.set_exchange("x2");
  for (const auto& as : {world.head, world.auditor, world.provider}) {
    absl::StatusOr<v1::ExportEvidenceResponse> response =
        world.Call<v1::ExportEvidenceResponse>(as, "ExportEvidence", request);
    INFO(response.status());
    REQUIRE(response.ok());
    absl::StatusOr<evidence::Pack> pack = evidence::ReadPack(response->pack());
    REQUIRE(pack.ok());
    CHECK(pack->entries.size() == 2);
    CHECK(pack->keys.size() == 1);
    absl::StatusOr<uint64_t> verified = evidence::VerifyPack(*pack, {TestLogKey().verifier_key()});
    INFO(verified.status());
    CHECK(verified.ok());
  }
  const auto status = [&](const std::shared_ptr<rpc::Channel>& as) {
    return world.Call<v1::ExportEvidenceResponse>(as, "ExportEvidence", request).status();
  };
  const absl::Status not_yours = status(world.outsider);
  CHECK(ReasonOf(not_yours) == Reason::kNotVisible);
  request.set_exchange("x9");
  const absl::Status absent = status(world.head);
  CHECK(ReasonOf(absent) == Reason::kNotVisible);
  CHECK(absent.code() == not_yours.code());

  request.clear_exchange();
  request.add_indices(0);
  CHECK(status(world.head).ok());
  CHECK(ReasonOf(status(world.outsider)) == Reason::kNotVisible);
  request.add_indices(1000);
  CHECK(ReasonOf(status(world.head)) == Reason::kLogTooSmall);
  request.set_exchange("x2");
  CHECK(absl::IsInvalidArgument(status(world.head)));
  request.Clear();
  CHECK(absl::IsInvalidArgument(status(world.head)));
}

TEST_CASE("A dossier holds all that names its object, and what came of a request", "[audit]") {
  World world;
  uint64_t sequence = 0;
  const auto record = [&](evidence::RecordKind kind, const std::string& object,
                          const std::string& request, const std::string& grant) {
    evidence::AuditRecord r = GoodRecord(++sequence);
    r.clear_exchange();
    r.set_kind(kind);
    r.set_object(object);
    r.set_request(request);
    r.set_grant(grant);
    r.set_resource("resources/r1");
    return r;
  };
  evidence::AuditRecord strange =
      record(evidence::v1::REQUEST_SUBMITTED, "requests/q1", "requests/q1", "");
  strange.clear_agencies();
  strange.add_agencies(kStranger);
  evidence::AuditRecord exchange = GoodRecord(++sequence);
  exchange.set_grant("grants/g7");
  evidence::AuditRecord created =
      record(evidence::v1::GRANT_CREATED, "grants/g7", "requests/q1", "grants/g7");
  created.set_producer(kCatalogUri);
  const std::vector<evidence::AuditRecord> before = {
      strange, exchange, record(evidence::v1::REQUEST_DRAFTED, "requests/q1", "requests/q1", "")};
  const std::vector<evidence::AuditRecord> after = {
      record(evidence::v1::GRANT_SUSPENDED, "grants/g7", "", "grants/g7"),
      record(evidence::v1::GRANT_SUSPENDED, "grants/g8", "", "grants/g8"),
      record(evidence::v1::DISPUTE_OPENED, "disputes/d1", "requests/q1", ""),
      record(evidence::v1::RESOURCE_PUBLISHED, "resources/r1", "", ""),
      // By a node, which makes no grants: what names grants/g8 does not come in by it.
      record(evidence::v1::GRANT_CREATED, "grants/g8", "requests/q1", "grants/g8")};
  REQUIRE(world.Append(world.provider, before).ok());
  REQUIRE(world.Append(world.catalog, {created}).ok());
  REQUIRE(world.Append(world.provider, after).ok());
  const auto dossier = [&](const std::shared_ptr<rpc::Channel>& as, const std::string& object) {
    v1::ExportEvidenceRequest request;
    request.set_case_object(object);
    absl::StatusOr<v1::ExportEvidenceResponse> response =
        world.Call<v1::ExportEvidenceResponse>(as, "ExportEvidence", request);
    INFO(object << ": " << response.status());
    REQUIRE(response.ok());
    CHECK(response->next_page_token().empty());
    absl::StatusOr<evidence::Pack> pack = evidence::ReadPack(response->pack());
    REQUIRE(pack.ok());
    CHECK(evidence::VerifyPack(*pack, {TestLogKey().verifier_key()}).ok());
    std::vector<uint64_t> indices;
    for (const evidence::PackEntry& entry : pack->entries) indices.push_back(entry.index);
    return indices;
  };
  using Indices = std::vector<uint64_t>;
  CHECK(dossier(world.head, "requests/q1") == Indices{1, 2, 3, 4, 6, 8});
  CHECK(dossier(world.auditor, "requests/q1") == Indices{0, 1, 2, 3, 4, 6, 8});
  CHECK(dossier(world.outsider, "requests/q1") == Indices{0});
  CHECK(dossier(world.head, "grants/g7") == Indices{1, 3, 4});
  CHECK(dossier(world.head, "disputes/d1") == Indices{6});
  CHECK(dossier(world.head, "resources/r1") == Indices{2, 3, 4, 5, 6, 7, 8});
  v1::ExportEvidenceRequest stranger;
  stranger.set_case_object("grants/g7");
  CHECK(ReasonOf(world.Call<v1::ExportEvidenceResponse>(world.outsider, "ExportEvidence", stranger)
                     .status()) == Reason::kNotVisible);
}

TEST_CASE("A period comes in packs, oldest first, each complete in itself", "[audit]") {
  World world;
  constexpr uint64_t kEntries = 2300;
  for (uint64_t from = 1; from <= kEntries; from += 256) {
    std::vector<evidence::AuditRecord> records;
    for (uint64_t i = from; i < from + 256 && i <= kEntries; ++i) records.push_back(GoodRecord(i));
    REQUIRE(world.Append(world.provider, records).ok());
  }
  v1::ExportEvidenceRequest request;
  request.set_agency(kConsumer);
  *request.mutable_start_time() = GoodRecord(101).time();
  *request.mutable_end_time() = GoodRecord(2251).time();
  std::vector<uint64_t> indices;
  std::vector<size_t> sizes;
  std::string second;
  do {
    absl::StatusOr<v1::ExportEvidenceResponse> response =
        world.Call<v1::ExportEvidenceResponse>(world.head, "ExportEvidence", request);
    INFO(response.status());
    REQUIRE(response.ok());
    absl::StatusOr<evidence::Pack> pack = evidence::ReadPack(response->pack());
    REQUIRE(pack.ok());
    CHECK(evidence::VerifyPack(*pack, {TestLogKey().verifier_key()}).ok());
    for (const evidence::PackEntry& entry : pack->entries) indices.push_back(entry.index);
    sizes.push_back(pack->entries.size());
    request.set_page_token(response->next_page_token());
    if (second.empty()) second = request.page_token();
  } while (!request.page_token().empty());
  CHECK(indices == Numbers(100, 2250));
  CHECK(sizes == std::vector<size_t>{1000, 1000, 150});

  // The token is the caller's and the query's.
  const auto reason = [&](const std::shared_ptr<rpc::Channel>& as) {
    return ReasonOf(
        world.Call<v1::ExportEvidenceResponse>(as, "ExportEvidence", request).status());
  };
  request.set_page_token(second);
  CHECK(world.Call<v1::ExportEvidenceResponse>(world.head, "ExportEvidence", request).ok());
  CHECK(reason(world.auditor) == Reason::kPageTokenInvalid);
  request.set_agency(kProvider);
  CHECK(reason(world.head) == Reason::kPageTokenInvalid);
  request.set_agency(kConsumer);
  *request.mutable_start_time() = GoodRecord(102).time();
  CHECK(reason(world.head) == Reason::kPageTokenInvalid);
}

// Packs made directly, by calls that may cost so much.
struct Room {
  absl::StatusOr<ExportedPack> Next(const Reader& reader, ExportBudget budget) {
    absl::StatusOr<ExportedPack> pack =
        packs.Next(request, cursor, reader, *world->directory.Get(), &budget);
    if (pack.ok()) cursor = pack->next;
    return pack;
  }

  World* world;
  v1::ExportEvidenceRequest request = {};
  ExportCursor cursor = {};
  const Prover prover{world->audit.get(), &world->reader_};
  const PackRoom packs{world->audit.get(), &world->reader_, &prover};
};

// The entries of each pack until the last one; every call may cost `budget`.
std::vector<std::vector<uint64_t>> AllPacks(Room* room, const Reader& reader,
                                            const ExportBudget& budget) {
  std::vector<std::vector<uint64_t>> packs;
  for (bool last = false; !last;) {
    REQUIRE(packs.size() < 200);
    absl::StatusOr<ExportedPack> next = room->Next(reader, budget);
    INFO(next.status());
    REQUIRE(next.ok());
    last = next->last;
    packs.emplace_back();
    REQUIRE(next->json.empty() == (next->entries == 0));
    if (next->json.empty()) continue;
    absl::StatusOr<evidence::Pack> pack = evidence::ReadPack(next->json);
    REQUIRE(pack.ok());
    for (const evidence::PackEntry& entry : pack->entries) packs.back().push_back(entry.index);
  }
  room->cursor = {};
  return packs;
}

std::vector<uint64_t> Together(const std::vector<std::vector<uint64_t>>& packs) {
  std::vector<uint64_t> all;
  for (const std::vector<uint64_t>& pack : packs) all.insert(all.end(), pack.begin(), pack.end());
  return all;
}

TEST_CASE("An export that one call cannot finish goes on where its budget was spent", "[audit]") {
  World world;
  std::vector<EntryPtr> entries;
  for (uint64_t i = 1; i <= 3000; ++i) {
    evidence::AuditRecord record = GoodRecord(i);
    // All in the second in which the period begins: each must be read to know.
    *record.mutable_time() = GoodRecord(0).time();
    if (i == 11 || i == 2991) {
      record.mutable_time()->set_nanos(700'000'000);
      record.add_agencies(kStranger);
    }
    entries.push_back(MakeEntry(record));
  }
  REQUIRE(world.audit->AppendAndWait(std::move(entries)).ok());
  Room room{.world = &world};
  room.request.set_agency(kConsumer);
  *room.request.mutable_start_time() = GoodRecord(0).time();
  room.request.mutable_start_time()->set_nanos(500'000'000);
  *room.request.mutable_end_time() = GoodRecord(9000).time();
  const Reader all{.all = true};
  using Indices = std::vector<uint64_t>;
  const std::vector<Indices> packs = AllPacks(&room, all, {.examined = 1500});
  CHECK(Together(packs) == Indices{10, 2990});
  CHECK(packs.front() == Indices{10});
  CHECK(packs.size() > 2);
  CHECK(packs.size() < 8);
  CHECK(AllPacks(&room, all, {}).size() == 1);

  // However little a call may spend, it gets a step further, or the next one takes a smaller one.
  for (const ExportBudget& little :
       {ExportBudget{.examined = 1}, ExportBudget{.bytes_read = 1},
        ExportBudget{.over = [] { return true; }}}) {
    const std::vector<Indices> steps = AllPacks(&room, all, little);
    CHECK(Together(steps) == Indices{10, 2990});
    CHECK(steps.size() < 3000 / 64 + 5);
  }

  // What others have costs a reader nothing.
  const Reader stranger{.agencies = {kStranger}};
  CHECK(AllPacks(&room, stranger, {.examined = 2}) == std::vector<Indices>{{10, 2990}});
  // Who may read nothing of it is told so.
  CHECK(ReasonOf(room.Next({}, {.examined = 1500}).status()) == Reason::kNotVisible);
}

TEST_CASE("A dossier pages to its end however dense the records under its grants are", "[audit]") {
  constexpr uint64_t kGrants = 100;
  constexpr uint64_t kRecords = 900;
  World world;
  std::vector<EntryPtr> entries;
  for (uint64_t i = 1; i <= kRecords; ++i) {
    evidence::AuditRecord record = GoodRecord(i);
    record.set_grant(absl::StrCat("grants/g", i % kGrants));
    if (i <= kGrants) {
      record.clear_exchange();
      record.set_producer(kCatalogUri);
      record.set_kind(evidence::v1::GRANT_CREATED);
      record.set_request("requests/q1");
      record.set_object(record.grant());
    } else {
      record.set_state(std::string(6'000, 's'));
    }
    entries.push_back(MakeEntry(record));
  }
  REQUIRE(world.audit->AppendAndWait(std::move(entries)).ok());
  Room room{.world = &world};
  room.request.set_case_object("requests/q1");
  // A call may read the log about twice; one that read it for each grant would need 200 times.
  for (const Reader& reader : {Reader{.all = true}, Reader{.agencies = {kConsumer}}}) {
    CHECK(Together(AllPacks(&room, reader, {.bytes_read = 12 << 20})) == Numbers(0, kRecords));
  }
}

TEST_CASE("An export tells a reader nothing of what others have", "[audit]") {
  std::vector<std::string> told[2];
  for (const bool busy : {false, true}) {
    World world;
    std::vector<EntryPtr> entries;
    for (uint64_t i = 1; i <= 2600; ++i) {
      evidence::AuditRecord record = GoodRecord(i);
      record.clear_agencies();
      record.add_agencies(i % 6 == 0 ? kConsumer : kStranger);
      if (i % 6 != 0 && busy) record.set_state(std::string(i % 3000, 's'));
      if (i % 6 != 0 && !busy) record.set_grant("grants/g2");
      entries.push_back(MakeEntry(record));
    }
    REQUIRE(world.audit->AppendAndWait(std::move(entries)).ok());
    Room room{.world = &world};
    room.request.set_case_object("grants/g1");
    for (const ExportBudget& budget :
         {ExportBudget{}, ExportBudget{.examined = 50}, ExportBudget{.bytes_read = 1 << 20}}) {
      room.cursor = {};
      for (bool last = false; !last;) {
        absl::StatusOr<ExportedPack> next = room.Next({.agencies = {kConsumer}}, budget);
        REQUIRE(next.ok());
        last = next->last;
        told[busy].push_back(absl::StrCat(next->next.text(), ": ", next->entries));
      }
    }
  }
  CHECK(told[0] == told[1]);
  CHECK(told[0].size() > 8);
}

TEST_CASE("A request's dossier has the dossiers of at most 100 grants", "[audit]") {
  World world;
  std::vector<EntryPtr> entries;
  for (uint64_t i = 1; i <= 150; ++i) {
    evidence::AuditRecord record = GoodRecord(2 * i);
    record.clear_exchange();
    record.set_producer(kCatalogUri);
    record.set_kind(evidence::v1::GRANT_CREATED);
    record.set_request("requests/q1");
    record.set_grant(absl::StrCat("grants/g", i));
    entries.push_back(MakeEntry(record));
    record.set_sequence(2 * i + 1);
    record.set_kind(evidence::v1::GRANT_SUSPENDED);
    record.clear_request();
    entries.push_back(MakeEntry(record));
  }
  REQUIRE(world.audit->AppendAndWait(std::move(entries)).ok());
  Room room{.world = &world};
  room.request.set_case_object("requests/q1");
  absl::StatusOr<ExportedPack> pack = room.Next({.all = true}, {});
  INFO(pack.status());
  REQUIRE(pack.ok());
  CHECK(pack->last);
  CHECK(pack->entries == 150 + 100);
}

TEST_CASE("Large records make more packs, not larger ones", "[audit]") {
  World world;
  for (uint64_t i = 1; i <= 60; i += 15) {
    std::vector<evidence::AuditRecord> records;
    for (uint64_t j = i; j < i + 15; ++j) {
      records.push_back(GoodRecord(j));
      records.back().set_exchange("large");
      records.back().set_state(std::string(60000, 's'));
    }
    REQUIRE(world.Append(world.provider, records).ok());
  }
  v1::ExportEvidenceRequest by_exchange;
  by_exchange.set_exchange("large");
  v1::ExportEvidenceRequest by_index;
  for (uint64_t i = 0; i < 60; ++i) by_index.add_indices(59 - i);
  for (v1::ExportEvidenceRequest request : {by_exchange, by_index}) {
    std::vector<uint64_t> indices;
    do {
      absl::StatusOr<v1::ExportEvidenceResponse> response =
          world.Call<v1::ExportEvidenceResponse>(world.provider, "ExportEvidence", request);
      INFO(response.status());
      REQUIRE(response.ok());
      CHECK(response->pack().size() < 4 << 20);
      absl::StatusOr<evidence::Pack> pack = evidence::ReadPack(response->pack());
      REQUIRE(pack.ok());
      CHECK(evidence::VerifyPack(*pack, {TestLogKey().verifier_key()}).ok());
      for (const evidence::PackEntry& entry : pack->entries) indices.push_back(entry.index);
      request.set_page_token(response->next_page_token());
    } while (!request.page_token().empty());
    CHECK(indices == Numbers(0, 60));
  }
}

}  // namespace
}  // namespace shareway::audit
