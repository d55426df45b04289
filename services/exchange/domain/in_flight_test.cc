// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/in_flight.h"

#include "catch2/catch.hpp"

namespace shareway::exchange {
namespace {

using Entry = InFlight::Entry;

TEST_CASE("Each id enters once, and not more than the most", "[exchange]") {
  InFlight in_flight;
  for (size_t i = 0; i < InFlight::kMost; ++i) {
    REQUIRE(in_flight.Enter(absl::StrCat(i)) == Entry::kEntered);
  }
  CHECK(in_flight.Enter("0") == Entry::kTwice);
  CHECK(in_flight.Enter("more") == Entry::kFull);
  CHECK_FALSE(in_flight.Has("more"));
  CHECK(absl::IsResourceExhausted(in_flight.Full()));
  CHECK(DetailsOf(in_flight.Full())->reason == Reason::kOverloaded);
  in_flight.Leave("0");
  CHECK(in_flight.Enter("more") == Entry::kEntered);
  in_flight.Leave("more");
  for (size_t i = 1; i < InFlight::kMost; ++i) in_flight.Leave(absl::StrCat(i));
}

}  // namespace
}  // namespace shareway::exchange
