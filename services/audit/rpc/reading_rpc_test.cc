// SPDX-License-Identifier: Apache-2.0
// Reading the log over real mTLS: who sees what, in pages, and that it is recorded.
#include <algorithm>

#include "catch2/catch.hpp"
#include "services/audit/rpc/test_world.h"
#include "services/audit/store/retention.h"

namespace shareway::audit {
namespace {

TEST_CASE("Parties and auditors read records, others commitments only, services nothing",
          "[audit]") {
  World world;
  REQUIRE(world.Append(world.provider, {GoodRecord(1), GoodRecord(2)}).ok());
  v1::GetEntriesRequest request;
  request.set_end(2);
  const auto get = [&](const std::shared_ptr<rpc::Channel>& as) {
    absl::StatusOr<v1::GetEntriesResponse> response =
        world.Call<v1::GetEntriesResponse>(as, "GetEntries", request);
    REQUIRE(response.ok());
    REQUIRE(response->entries_size() == 2);
    return response->entries(1);
  };
  for (const auto& as :
       {world.provider, world.consumer, world.head, world.auditor}) {
    const v1::LogEntry entry = get(as);
    CHECK(entry.index() == 1);
    CHECK(evidence::Commitment(entry.sealed()).str() == entry.commitment());
  }
  const v1::LogEntry entry = get(world.outsider);
  CHECK(entry.commitment().size() == 32);
  CHECK_FALSE(entry.has_sealed());
  CHECK(ReasonOf(
            world.Call<v1::GetEntriesResponse>(world.catalog, "GetEntries", request).status()) ==
        Reason::kPolicyDenied);

  request.set_begin(world.audit->state()->size());
  request.set_end(request.begin() + 1);
  CHECK(ReasonOf(world.Call<v1::GetEntriesResponse>(world.head, "GetEntries", request).status()) ==
        Reason::kLogTooSmall);
  request.set_begin(0);
  request.set_end(257);
  CHECK(absl::IsInvalidArgument(
      world.Call<v1::GetEntriesResponse>(world.head, "GetEntries", request).status()));
}

TEST_CASE("A search pages, and shows each reader only what is theirs", "[audit]") {
  World world;
  std::vector<evidence::AuditRecord> records;
  for (uint64_t i = 1; i <= 25; ++i) records.push_back(GoodRecord(i));
  REQUIRE(world.Append(world.provider, records).ok());
  v1::SearchEntriesRequest request;
  request.set_agency(kProvider);
  request.set_page_size(10);
  const auto search = [&](const std::shared_ptr<rpc::Channel>& as) {
    request.clear_page_token();
    std::vector<uint64_t> found;
    do {
      absl::StatusOr<v1::SearchEntriesResponse> response =
          world.Call<v1::SearchEntriesResponse>(as, "SearchEntries", request);
      INFO(response.status());
      REQUIRE(response.ok());
      for (const v1::LogEntry& entry : response->entries()) found.push_back(entry.index());
      request.set_page_token(response->next_page_token());
    } while (!request.page_token().empty());
    return found;
  };
  std::vector<uint64_t> newest_first = Numbers(0, 25);
  std::reverse(newest_first.begin(), newest_first.end());
  CHECK(search(world.auditor) == newest_first);
  CHECK(search(world.head) == newest_first);
  CHECK(search(world.provider) == newest_first);
  CHECK(search(world.outsider).empty());

  request.clear_agency();
  request.set_exchange("x7");
  CHECK(search(world.head) == std::vector<uint64_t>{6});
  request.set_page_token("forged");
  CHECK(ReasonOf(
            world.Call<v1::SearchEntriesResponse>(world.head, "SearchEntries", request).status()) ==
        Reason::kPageTokenInvalid);
  v1::SearchEntriesRequest nothing;
  CHECK(absl::IsInvalidArgument(
      world.Call<v1::SearchEntriesResponse>(world.head, "SearchEntries", nothing).status()));
  nothing.set_agency(kProvider);
  nothing.set_page_size(-1);
  CHECK(absl::IsInvalidArgument(
      world.Call<v1::SearchEntriesResponse>(world.head, "SearchEntries", nothing).status()));
}

TEST_CASE("A node is told of halves that it owes, once they are a minute old", "[audit]") {
  World world;
  REQUIRE(world.Append(world.provider, {GoodRecord(1), GoodRecord(2)}).ok());
  REQUIRE(world.Append(world.consumer, {GoodReceipt(2)}).ok());
  const auto list = [&](const std::shared_ptr<rpc::Channel>& as) {
    absl::StatusOr<v1::ListUnmatchedResponse> response =
        world.Call<v1::ListUnmatchedResponse>(as, "ListUnmatched", v1::ListUnmatchedRequest());
    REQUIRE(response.ok());
    return *response;
  };
  CHECK(list(world.consumer).exchanges().empty());
  world.clock_.Advance(absl::Minutes(2));
  const v1::ListUnmatchedResponse owed = list(world.consumer);
  REQUIRE(owed.exchanges_size() == 1);
  CHECK(owed.exchanges(0).exchange() == "x1");
  CHECK(owed.exchanges(0).attempt() == 1);
  CHECK(owed.exchanges(0).index() == 0);
  CHECK(evidence::Open(owed.exchanges(0).sealed())->record.exchange() == "x1");
  CHECK(list(world.provider).exchanges().empty());
}

// The entry at the end of the log.
evidence::AuditRecord LastRecord(World& world) {
  const std::shared_ptr<const LogState> state = world.audit->state();
  absl::StatusOr<std::vector<Found>> found =
      world.reader_.Entries(*state, state->size() - 1, state->size(), 1 << 20);
  REQUIRE(found.ok());
  return evidence::Open((*found)[0].stored.sealed)->record;
}

TEST_CASE("What a person reads is recorded before the answer, what a node reads is not",
          "[audit]") {
  World world;
  REQUIRE(world.Append(world.provider, {GoodRecord(1), GoodRecord(2), GoodRecord(3)}).ok());
  v1::GetEntriesRequest get;
  get.set_end(2);
  v1::SearchEntriesRequest search;
  search.set_agency(kProvider);
  search.set_page_size(2);
  v1::ExportEvidenceRequest pack;
  pack.set_exchange("x3");
  const auto read = [&](const std::shared_ptr<rpc::Channel>& as, int which) {
    if (which == 0) {
      REQUIRE(world.Call<v1::GetEntriesResponse>(as, "GetEntries", get).ok());
      return get.SerializeAsString();
    }
    if (which == 1) {
      absl::StatusOr<v1::SearchEntriesResponse> page =
          world.Call<v1::SearchEntriesResponse>(as, "SearchEntries", search);
      REQUIRE(page.ok());
      v1::SearchEntriesRequest next = search;
      next.set_page_token(page->next_page_token());
      REQUIRE_FALSE(next.page_token().empty());
      REQUIRE(world.Call<v1::SearchEntriesResponse>(as, "SearchEntries", next).ok());
      return search.SerializeAsString();
    }
    REQUIRE(world.Call<v1::ExportEvidenceResponse>(as, "ExportEvidence", pack).ok());
    return pack.SerializeAsString();
  };
  const uint64_t shown[] = {2, 1, 1};
  for (int which = 0; which < 3; ++which) {
    const uint64_t before = world.audit->state()->size();
    read(world.provider, which);
    CHECK(world.audit->state()->size() == before);
    const std::string request = read(world.head, which);
    CHECK(world.audit->state()->size() == before + (which == 1 ? 2 : 1));
    const evidence::AuditRecord record = LastRecord(world);
    CHECK(record.kind() == evidence::v1::LOG_READ);
    CHECK(record.producer() == kServerUri);
    CHECK(record.object() == "people/head");
    REQUIRE(record.agencies_size() == 1);
    CHECK(record.agencies(0) == kConsumer);
    CHECK(record.record_count() == shown[which]);
    CHECK(record.state() == request);
    CHECK(record.operator_digest().empty());
    CHECK(record.rule().empty());
  }
  // Who sees only commitments was shown nothing, and that is recorded too.
  REQUIRE(world.Call<v1::GetEntriesResponse>(world.outsider, "GetEntries", get).ok());
  CHECK(LastRecord(world).object() == "people/outsider");
  CHECK(LastRecord(world).record_count() == 0);
  // The person's readings are found by the person.
  v1::SearchEntriesRequest by_person;
  by_person.set_person("people/head");
  by_person.set_kind(evidence::v1::LOG_READ);
  absl::StatusOr<v1::SearchEntriesResponse> readings =
      world.Call<v1::SearchEntriesResponse>(world.auditor, "SearchEntries", by_person);
  REQUIRE(readings.ok());
  CHECK(readings->entries_size() == 4);
}

TEST_CASE("A supervisor reads the records of the agency under his mandate, which the record names",
          "[audit][mandate]") {
  World world;
  evidence::AuditRecord other = GoodRecord(2);
  other.clear_agencies();
  other.add_agencies(kConsumer);
  REQUIRE(world.audit->AppendAndWait({MakeEntry(GoodRecord(1)), MakeEntry(other)}).ok());
  const std::shared_ptr<rpc::Channel> supervisor = world.AddSupervisor();
  v1::GetEntriesRequest get;
  get.set_end(2);
  const auto read = [&] {
    return world.Call<v1::GetEntriesResponse>(supervisor, "GetEntries", get);
  };
  const uint64_t before = world.audit->state()->size();
  CHECK(ReasonOf(read().status()) == Reason::kPolicyDenied);
  world.PutMandate(kProvider, "2001-01-01", "2001-12-31");
  CHECK(ReasonOf(read().status()) == Reason::kPolicyDenied);
  CHECK(world.audit->state()->size() == before);

  world.PutMandate(kProvider, "2001-01-01", "2999-12-31");
  const absl::StatusOr<v1::GetEntriesResponse> response = read();
  INFO(response.status());
  REQUIRE(response.ok());
  REQUIRE(response->entries_size() == 2);
  CHECK(response->entries(0).has_sealed());
  CHECK_FALSE(response->entries(1).has_sealed());
  CHECK(world.audit->state()->size() == before + 1);
  const evidence::AuditRecord record = LastRecord(world);
  CHECK(record.kind() == evidence::v1::LOG_READ);
  CHECK(record.object() == "people/supervisor");
  CHECK(record.rule() == "mandates/m");
  REQUIRE(record.agencies_size() == 1);
  CHECK(record.agencies(0) == kProvider);
  CHECK(record.record_count() == 1);
  // A mandate is for reading.
  CHECK(ReasonOf(world.Call<v1::AppendResponse>(supervisor, "Append", v1::AppendRequest())
                     .status()) == Reason::kPolicyDenied);
}

TEST_CASE("A reading that cannot be recorded is not answered", "[audit][fault]") {
  World world;
  REQUIRE(world.Append(world.provider, {GoodRecord(1)}).ok());
  world.AwaitSigned();
  v1::GetEntriesRequest get;
  get.set_end(1);
  world.store.on_commit = [](const kv::Batch&) {
    return kv::Outcome{.apply = false, .status = absl::ResourceExhaustedError("disk full")};
  };
  absl::StatusOr<v1::GetEntriesResponse> person =
      world.Call<v1::GetEntriesResponse>(world.head, "GetEntries", get);
  CHECK_FALSE(person.ok());
  CHECK(world.Call<v1::GetEntriesResponse>(world.provider, "GetEntries", get).ok());
}

TEST_CASE("A record that was deleted is told by its commitment, and no pack holds it",
          "[audit]") {
  World world;
  std::vector<evidence::AuditRecord> records;
  for (uint64_t i = 1; i <= 256; ++i) records.push_back(GoodRecord(i));
  REQUIRE(world.Append(world.provider, records).ok());
  DeletedRecords deleted(SegmentOf(7, kSegment));
  deleted.Add(7);
  REQUIRE(DeleteFromStore(&world.store, {7}, deleted).ok());

  v1::GetEntriesRequest get;
  get.set_begin(6);
  get.set_end(8);
  absl::StatusOr<v1::GetEntriesResponse> response =
      world.Call<v1::GetEntriesResponse>(world.auditor, "GetEntries", get);
  INFO(response.status());
  REQUIRE(response.ok());
  CHECK(response->entries(0).has_sealed());
  CHECK_FALSE(response->entries(1).has_sealed());
  CHECK(response->entries(1).commitment().size() == 32);
  v1::ExportEvidenceRequest pack;
  pack.add_indices(7);
  const auto reason = [&](const std::shared_ptr<rpc::Channel>& as) {
    return ReasonOf(world.Call<v1::ExportEvidenceResponse>(as, "ExportEvidence", pack).status());
  };
  CHECK(reason(world.auditor) == Reason::kRecordExpired);
  // Whose it was is not known any more: a stranger is not told that it was there.
  CHECK(reason(world.outsider) == Reason::kNotVisible);
  CHECK(reason(world.head) == Reason::kNotVisible);
  pack.clear_indices();
  pack.set_exchange("x8");
  CHECK(reason(world.auditor) == Reason::kNotVisible);
}

TEST_CASE("Pages and tokens of a search do not tell that others have what it looks for",
          "[audit]") {
  std::vector<std::pair<int, size_t>> told[2];
  for (const bool busy : {false, true}) {
    World world;
    std::vector<EntryPtr> entries;
    for (uint64_t i = 1; i <= 1500; ++i) {
      evidence::AuditRecord record = GoodRecord(i);
      const bool theirs = i % 50 == 0;
      record.clear_agencies();
      record.add_agencies(theirs ? kConsumer : kProvider);
      if (!theirs && !busy) record.set_grant("grants/g2");
      entries.push_back(MakeEntry(record));
    }
    REQUIRE(world.audit->AppendAndWait(std::move(entries)).ok());
    v1::SearchEntriesRequest search;
    search.set_grant("grants/g1");
    for (const int page_size : {7, 15, 1000}) {
      search.set_page_size(page_size);
      search.clear_page_token();
      do {
        absl::StatusOr<v1::SearchEntriesResponse> page =
            world.Call<v1::SearchEntriesResponse>(world.head, "SearchEntries", search);
        INFO(page.status());
        REQUIRE(page.ok());
        search.set_page_token(page->next_page_token());
        told[busy].emplace_back(page->entries_size(), page->next_page_token().size());
      } while (!search.page_token().empty());
    }
  }
  CHECK(told[0] == told[1]);
  CHECK(told[0].size() == 5 + 2 + 1);
}

TEST_CASE("How many entries come does not tell how large those of others are", "[audit]") {
  World world;
  for (uint64_t from = 1; from <= 60; from += 15) {
    std::vector<evidence::AuditRecord> records;
    for (uint64_t i = from; i < from + 15; ++i) {
      records.push_back(GoodRecord(i));
      records.back().set_state(std::string(60000, 's'));
    }
    REQUIRE(world.Append(world.provider, records).ok());
  }
  v1::GetEntriesRequest get;
  get.set_end(60);
  absl::StatusOr<v1::GetEntriesResponse> party =
      world.Call<v1::GetEntriesResponse>(world.provider, "GetEntries", get);
  REQUIRE(party.ok());
  CHECK(party->entries_size() == 52);
  absl::StatusOr<v1::GetEntriesResponse> stranger =
      world.Call<v1::GetEntriesResponse>(world.outsider, "GetEntries", get);
  REQUIRE(stranger.ok());
  CHECK(stranger->entries_size() == 60);
}

}  // namespace
}  // namespace shareway::audit
