// SPDX-License-Identifier: Apache-2.0
// What a change of the catalogue is to those who wanted to be told.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "services/catalog/domain/resource.h"

namespace shareway::catalog {

inline constexpr size_t kMaxSubscriptions = 100;    // of one subscriber
inline constexpr uint64_t kMaxNotifications = 1000;  // of one subscriber, the newest
inline constexpr absl::Duration kNotificationLife = absl::Hours(24 * 180);

// What was told of an entry last.
struct Told {
  uint32_t revision = 0;
  Resource::State state = Resource::State::kUnspecified;
  // The newest revision that searches could find: published and not suspended. 0: none yet.
  uint32_t found_revision = 0;

  friend bool operator==(const Told&, const Told&) = default;
};

// What happened to an entry. The numbers are those of Notification.Kind.
enum class Happening { kNothing = 0, kFirstPublished, kRevised, kClosed, kReopened, kGone };

// What it is that an entry of which `before` was told, or nothing, has this revision published in this
// state now. A revision that was published while the entry was suspended is a revision.
Happening WhatHappened(const std::optional<Told>& before, uint32_t revision,
                       Resource::State state);

// What was told after that.
Told ToldAfter(const std::optional<Told>& before, uint32_t revision, Resource::State state);

}  // namespace shareway::catalog
