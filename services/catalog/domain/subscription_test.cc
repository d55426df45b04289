// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/subscription.h"

#include "catch2/catch.hpp"

namespace shareway::catalog {
namespace {

using State = Resource::State;

TEST_CASE("What a change is follows from what was told before", "[catalog][subscription]") {
  struct Row {
    std::optional<Told> before;
    uint32_t revision;
    State state;
    Happening happening;
    uint32_t found_after;
  };
  const Told open = {.revision = 2, .state = State::kPublished, .found_revision = 2};
  const Told closed = {.revision = 2, .state = State::kSuspended, .found_revision = 2};
  const Told revised_closed = {.revision = 3, .state = State::kSuspended, .found_revision = 2};
  const Told gone = {.revision = 2, .state = State::kWithdrawn, .found_revision = 2};
  const Row rows[] = {
      {std::nullopt, 1, State::kPublished, Happening::kFirstPublished, 1},
      {open, 3, State::kPublished, Happening::kRevised, 3},
      {open, 2, State::kSuspended, Happening::kClosed, 2},
      {open, 2, State::kWithdrawn, Happening::kGone, 2},
      {open, 2, State::kPublished, Happening::kNothing, 2},
      {closed, 2, State::kPublished, Happening::kReopened, 2},
      {closed, 3, State::kSuspended, Happening::kRevised, 2},  // nobody finds it yet
      {closed, 2, State::kSuspended, Happening::kNothing, 2},
      {closed, 2, State::kWithdrawn, Happening::kGone, 2},
      {revised_closed, 3, State::kPublished, Happening::kReopened, 3},
      {gone, 2, State::kWithdrawn, Happening::kNothing, 2},
      {std::nullopt, 1, State::kWithdrawn, Happening::kGone, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.revision, static_cast<int>(row.state), static_cast<int>(row.happening));
    CHECK(WhatHappened(row.before, row.revision, row.state) == row.happening);
    const Told after = ToldAfter(row.before, row.revision, row.state);
    CHECK(after.revision == row.revision);
    CHECK(after.state == row.state);
    CHECK(after.found_revision == row.found_after);
    // The same again is nothing.
    CHECK(WhatHappened(after, row.revision, row.state) == Happening::kNothing);
  }
}

}  // namespace
}  // namespace shareway::catalog
