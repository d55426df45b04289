// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/deliveries.h"

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/kv/memory_store.h"
#include "services/exchange/store/exchange_store.h"

namespace shareway::exchange {
namespace {

constexpr char kMarriages[] = "resources/r1";
constexpr char kTax[] = "agencies/tax";
constexpr char kHousing[] = "agencies/housing";

std::string Digest(char letter) { return std::string(16, letter); }

struct World {
  kv::MemoryStore kv;
  ExchangeStore store{&kv};
  int second = 0;

  Answered Query(const std::string& consumer, const std::string& exchange,
                 const std::string& recall) {
    return {.consumer = consumer,
            .exchange = exchange,
            .attempt = 1,
            .method = Method::kQuery,
            .outcome = Outcome::kDelivered,
            .resource = kMarriages,
            .dataset_version = "v1",
            .recall = recall,
            .settle_time = absl::FromUnixSeconds(++second)};
  }
  Answered Download(const std::string& consumer, const std::string& exchange) {
    Answered download = Query(consumer, exchange, "");
    download.method = Method::kDownload;
    return download;
  }
  void Keep(const Answered& answered) {
    kv::Batch batch;
    store.PutAnswered(answered, &batch);
    REQUIRE(store.Commit(std::move(batch)).ok());
  }
  // consumer: exchanges, or ~exchanges in bulk.
  std::vector<std::string> Recipients(const std::string& record,
                                      const std::string& resource = kMarriages) {
    std::vector<std::string> out;
    const auto recipients = RecipientsOf(kv, resource, record);
    REQUIRE(recipients.ok());
    for (const Recipient& r : *recipients) {
      out.push_back(absl::StrCat(r.consumer, r.bulk ? "~" : ":"));
      for (const std::string& e : r.exchanges) absl::StrAppend(&out.back(), " ", e);
    }
    return out;
  }
};
using Told = std::vector<std::string>;

TEST_CASE("A record is found by the exchange that brought it and its place", "[deliveries]") {
  World w;
  Answered refused = w.Query(kTax, "e1", "");
  refused.outcome = Outcome::kRefused;
  w.Keep(refused);
  Answered second = w.Query(kTax, "e1", Digest('a') + Digest('b'));
  second.attempt = 2;
  w.Keep(second);
  const auto at = [&](const std::string& consumer, const std::string& exchange, uint32_t place,
                      const std::string& resource = kMarriages) {
    return *RecordAt(&w.kv, resource, consumer, exchange, place);
  };
  CHECK(at(kTax, "e1", 0) == Digest('a'));
  CHECK(at(kTax, "e1", 1) == Digest('b'));
  CHECK(at(kTax, "e1", 2).empty());
  CHECK(at(kTax, "e1", 4'294'967'295).empty());
  CHECK(at(kHousing, "e1", 0).empty());  // another's exchange
  CHECK(at(kTax, "e2", 0).empty());
  CHECK(at(kTax, "e1", 0, "resources/r2").empty());
}

TEST_CASE("Who received a record is told apart from who may have", "[deliveries]") {
  World w;
  w.Keep(w.Query(kTax, "e1", Digest('b') + Digest('a')));
  w.Keep(w.Query(kTax, "e2", Digest('b')));
  w.Keep(w.Query(kTax, "e3", Digest('a')));
  w.Keep(w.Query("agencies/school", "e4", Digest('c')));
  w.Keep(w.Query("agencies/police", "e5", ""));  // found nothing
  w.Keep(w.Download(kTax, "e6"));
  w.Keep(w.Download(kHousing, "e7"));
  Answered elsewhere = w.Query("agencies/bank", "e8", Digest('a'));
  elsewhere.resource = "resources/r2";
  w.Keep(elsewhere);
  Answered refused = w.Query("agencies/court", "e9", Digest('a'));
  refused.outcome = Outcome::kRefused;
  w.Keep(refused);
  CHECK(w.Recipients(Digest('a')) == Told{"agencies/housing~ e7", "agencies/tax: e3 e1"});
  CHECK(w.Recipients("") == Told{"agencies/housing: e7", "agencies/police: e5",
                                 "agencies/school: e4", "agencies/tax: e6 e3 e2 e1"});
  CHECK(w.Recipients(Digest('z')) == Told{"agencies/housing~ e7", "agencies/tax~ e6"});
  CHECK(w.Recipients("", "resources/r9").empty());
}

TEST_CASE("A transfer that was cut has left rows, one that never began has not", "[deliveries]") {
  World w;
  Answered cut = w.Download(kTax, "e1");
  cut.outcome = Outcome::kRefused;
  w.Keep(cut);
  Answered open = w.Download("agencies/school", "e2");
  open.outcome = Outcome::kUnspecified;
  w.Keep(open);
  Answered denied = w.Download(kHousing, "e3");
  denied.outcome = Outcome::kRefused;
  denied.dataset_version.clear();
  w.Keep(denied);
  CHECK(w.Recipients(Digest('a')) == Told{"agencies/school~ e2", "agencies/tax~ e1"});
}

TEST_CASE("Of many deliveries the newest twenty are named", "[deliveries]") {
  World w;
  for (int i = 0; i < 30; ++i) w.Keep(w.Query(kTax, absl::StrCat("e", i), Digest('a')));
  const auto recipients = *RecipientsOf(w.kv, kMarriages, Digest('a'));
  REQUIRE(recipients.size() == 1);
  REQUIRE(recipients[0].exchanges.size() == 20);
  CHECK(recipients[0].exchanges.front() == "e29");
  CHECK(recipients[0].exchanges.back() == "e10");
}

}  // namespace
}  // namespace shareway::exchange
