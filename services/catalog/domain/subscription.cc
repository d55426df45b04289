// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/subscription.h"

namespace shareway::catalog {

using State = Resource::State;

Happening WhatHappened(const std::optional<Told>& before, uint32_t revision, State state) {
  if (state == State::kWithdrawn) {
    return before && before->state == State::kWithdrawn ? Happening::kNothing : Happening::kGone;
  }
  if (!before) return Happening::kFirstPublished;
  if (revision > before->revision) return Happening::kRevised;
  if (before->state == state) return Happening::kNothing;
  return state == State::kSuspended ? Happening::kClosed : Happening::kReopened;
}

Told ToldAfter(const std::optional<Told>& before, uint32_t revision, State state) {
  Told after = {.revision = revision, .state = state};
  if (before) after.found_revision = before->found_revision;
  if (state == State::kPublished) after.found_revision = revision;
  return after;
}

}  // namespace shareway::catalog
