// SPDX-License-Identifier: Apache-2.0
// Measures, by hand: exchange_service_test "[.bench]". A grant decision in process against a
// read of a cached key (P9).
#include <algorithm>
#include <iostream>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "catch2/catch.hpp"
#include "libs/kv/rocks_store.h"
#include "libs/kv/test_folder.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/domain/permission.h"

namespace shareway::exchange {
namespace {

constexpr int kGrants = 100'000;
constexpr int kRounds = 300'000;

std::string NameOf(int i) { return absl::StrCat("grants/g", i); }

// Nanoseconds at the median and at 99 %, of calls with a number each.
template <typename Call>
std::pair<int64_t, int64_t> Measure(Call call) {
  std::vector<int64_t> took(kRounds);
  uint32_t at = 1;
  for (int round = 0; round < kRounds; ++round) {
    at = at * 1664525u + 1013904223u;
    const int i = static_cast<int>((at >> 8) % kGrants);
    const int64_t before = absl::GetCurrentTimeNanos();
    call(i);
    took[static_cast<size_t>(round)] = absl::GetCurrentTimeNanos() - before;
  }
  std::sort(took.begin(), took.end());
  return {took[kRounds / 2], took[kRounds / 100 * 99]};
}

TEST_CASE("A grant decision against a cached read", "[.bench]") {
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);  // as the services do
  GrantTable table;
  std::vector<Grant> grants;
  kv::TestFolder folder;
  const std::unique_ptr<kv::Store> store =
      *kv::OpenRocks(folder.File("store"), {.cache_bytes = 256 << 20});
  kv::Batch batch;
  std::vector<std::string> names;
  for (int i = 0; i < kGrants; ++i) {
    names.push_back(NameOf(i));
    grants.push_back({.name = names.back(),
                      .consumer = "agencies/11330100MB1L1234AA",
                      .provider = "agencies/11330100MB1L1234BB",
                      .resource = "resources/r1",
                      .items = {"code", "name", "level", "address", "phone", "status"},
                      .rows = {{{"code", filter::Op::kPrefix, "3301"}}},
                      .purposes = {1, 2},
                      .methods = {Method::kQuery, Method::kVerify},
                      .end_time = absl::InfiniteFuture(),
                      .state = Grant::State::kActive});
    batch.Put(names.back(), std::string(600, 'g'));
    if (i % 1000 == 999) {
      REQUIRE(store->Commit(std::exchange(batch, kv::Batch())).ok());
    }
  }
  table.Replace(std::move(grants), {1, 1});
  for (const std::string& name : names) REQUIRE(store->Get(name).ok());

  const Wanted wanted{.consumer = "agencies/11330100MB1L1234AA",
                      .method = Method::kQuery,
                      .purpose = 1,
                      .items = {"code", "name", "phone"},
                      .where = {{{"code", filter::Op::kEquals, "330106199001011234"}}}};
  const absl::Time now = absl::Now();
  int permitted = 0;
  const auto nothing = Measure([&](int) { ++permitted; });
  const auto decision = Measure([&](int i) {
    permitted += Decide(*table.Find(names[static_cast<size_t>(i)]), wanted, now).ok();
  });
  const auto permission = Measure([&](int i) {
    permitted += Permit(*table.Find(names[static_cast<size_t>(i)]), wanted, now).ok();
  });
  const auto read =
      Measure([&](int i) { permitted += store->Get(names[static_cast<size_t>(i)]).ok(); });
  CHECK(permitted == 4 * kRounds);
  const auto print = [&](const char* what, std::pair<int64_t, int64_t> took) {
    std::cout << what << ": p50 " << took.first - nothing.first << " ns, p99 "
              << took.second - nothing.first << " ns\n";
  };
  print("grant decision", decision);
  print("decision and what may leave", permission);
  print("cached read", read);
  std::cout << "P9: "
            << static_cast<double>(read.first - nothing.first) /
                   static_cast<double>(std::max<int64_t>(1, decision.first - nothing.first))
            << "\n";
}

}  // namespace
}  // namespace shareway::exchange
