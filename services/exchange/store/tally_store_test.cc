// SPDX-License-Identifier: Apache-2.0
// What a provider is told of the use of its data, day by day.
#include "services/exchange/store/tally_store.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"

namespace shareway::exchange {
namespace {

// 2026-11-22, a minute before and after midnight in Asia/Shanghai.
const absl::Time kEvening =
    absl::FromCivil(absl::CivilMinute(2026, 11, 22, 15, 59), absl::UTCTimeZone());
const absl::Time kMorning = kEvening + absl::Minutes(2);

Request RequestOf(const char* consumer, Method method = Method::kQuery) {
  return {.consumer = consumer, .method = method, .purpose = 1};
}

std::string Text(const TallyStore::Page& page) {
  std::string text;
  for (const Tally& t : page.tallies) {
    absl::StrAppend(&text, absl::FormatCivilTime(t.day), " ", t.consumer, " ", t.grant, " ",
                    t.purpose, " ", static_cast<int>(t.method), ": ", t.delivered, " ", t.refused,
                    " ", t.records, " ", t.payload_bytes, "\n");
  }
  return text;
}

const TallyStore::Range kBoth = {.first = absl::CivilDay(2026, 11, 22),
                                 .last = absl::CivilDay(2026, 11, 23)};

TEST_CASE("Counts add up by day, consumer, grant, purpose and method, over restarts", "[tally]") {
  kv::MemoryStore kv;
  {
    TallyStore tallies(&kv);
    tallies.AddDelivered(RequestOf("agencies/tax"), "grants/g1", 3, 100, kEvening);
    tallies.AddDelivered(RequestOf("agencies/tax"), "grants/g1", 2, 50, kEvening);
    tallies.AddRefused(RequestOf("agencies/tax"), "grants/g1", kEvening);
    REQUIRE(tallies.Flush().ok());
    tallies.AddRefused(RequestOf("agencies/tax"), "grants/g1", kEvening);
    tallies.AddRefused(RequestOf("agencies/tax"), "", kMorning);
    tallies.AddDelivered(RequestOf("agencies/art", Method::kCall), "grants/g2", 1, 7, kMorning);
    REQUIRE(tallies.Flush().ok());
    tallies.AddRefused(RequestOf("agencies/lost"), "", kMorning);  // never written
  }
  TallyStore tallies(&kv);
  const auto page = tallies.List(kBoth, "", 10);
  REQUIRE(page.ok());
  CHECK(Text(*page) ==
        "2026-11-23 agencies/art grants/g2 1 4: 1 0 1 7\n"
        "2026-11-23 agencies/tax  1 1: 0 1 0 0\n"
        "2026-11-22 agencies/tax grants/g1 1 1: 2 2 5 150\n");
  CHECK(page->next.empty());
}

TEST_CASE("Purposes and methods that nobody knows are counted as one", "[tally]") {
  kv::MemoryStore kv;
  TallyStore tallies(&kv);
  for (const int number : {-1, 0, 6, 1000, 2'000'000'000}) {
    Request request = RequestOf("agencies/tax", static_cast<Method>(number));
    request.purpose = number;
    tallies.AddRefused(request, "", kMorning);
  }
  CHECK(Text(*tallies.List(kBoth, "", 10)) == "2026-11-23 agencies/tax  0 0: 0 5 0 0\n");
}

TEST_CASE("Pages of every size tell the same, and filters narrow", "[tally]") {
  kv::MemoryStore kv;
  TallyStore tallies(&kv);
  for (int i = 0; i < 7; ++i) {
    const std::string grant = absl::StrCat("grants/g", i);
    tallies.AddDelivered(RequestOf(i % 2 ? "agencies/tax" : "agencies/art"), grant, 1, 1,
                         i < 4 ? kEvening : kMorning);
  }
  const std::string whole = Text(*tallies.List(kBoth, "", 100));
  for (size_t size = 1; size <= 8; ++size) {
    CAPTURE(size);
    std::string text, after;
    do {
      const auto page = tallies.List(kBoth, after, size);
      REQUIRE(page.ok());
      CHECK(page->tallies.size() <= size);
      text += Text(*page);
      after = page->next;
    } while (!after.empty());
    CHECK(text == whole);
  }
  TallyStore::Range one = kBoth;
  one.consumer = "agencies/tax";
  CHECK(tallies.List(one, "", 100)->tallies.size() == 3);
  one.grant = "grants/g1";
  CHECK(tallies.List(one, "", 100)->tallies.size() == 1);
  one = kBoth;
  one.first = one.last;
  CHECK(tallies.List(one, "", 100)->tallies.size() == 3);

  REQUIRE(tallies.DropBefore(kBoth.last).ok());
  CHECK(tallies.List(kBoth, "", 100)->tallies.size() == 3);
}

TEST_CASE("A count that could not be written is not lost", "[tally]") {
  kv::MemoryStore kv;
  TallyStore tallies(&kv);
  tallies.AddRefused(RequestOf("agencies/tax"), "", kMorning);
  const auto put = [&kv](const std::string& value) {
    kv::Batch batch;
    batch.Put("tally/2026-11-23/tax/-/1/1", value);
    REQUIRE(kv.Commit(std::move(batch)).ok());
  };
  put("damaged");
  CHECK_FALSE(tallies.Flush().ok());
  put(std::string(32, '\0'));
  REQUIRE(tallies.Flush().ok());
  const auto page = tallies.List(kBoth, "", 10);
  REQUIRE(page.ok());
  CHECK(Text(*page) == "2026-11-23 agencies/tax  1 1: 0 1 0 0\n");
}

}  // namespace
}  // namespace shareway::exchange
