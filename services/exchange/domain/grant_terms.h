// SPDX-License-Identifier: Apache-2.0
// A grant's terms made ready for deciding: what calls are measured by, side by side.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/filter/row_filter.h"

namespace shareway::exchange {

struct Grant;
struct Wanted;

// What many grants have alike, held once.
struct GrantShape {
  struct Item {
    uint64_t tag = 0;  // of the name: most others differ in it
    bool masked = false;
    std::string name = {};
  };
  std::vector<Item> items = {};
  filter::RowFilter rows = {};
};

// A decision reads nothing else of a grant than this, which is small and lies at its front,
// and what grants share: with many grants it is memory that a decision waits for.
// Terms belong to the grant that they were made of: a copy of it, which may be changed, has none.
class GrantTerms {
 public:
  GrantTerms() = default;
  GrantTerms(const GrantTerms&) {}
  GrantTerms& operator=(const GrantTerms&) {
    shape_ = nullptr;
    return *this;
  }

  // True only if the grant permits `wanted` at `now`. False: Decide tells, and why not.
  bool Permit(const Wanted& wanted, absl::Time now) const;

 private:
  friend class GrantShapes;
  std::shared_ptr<const GrantShape> shape_;  // null: not made ready, or never in force
  std::shared_ptr<const std::string> consumer_;
  uint64_t purposes_ = 0;  // bit n: purpose n. Others are Decide's to find.
  uint32_t methods_ = 0;
  bool case_required_ = false;
  absl::Time start_ = absl::InfiniteFuture();
  absl::Time end_ = absl::InfinitePast();
};

// Makes terms, and finds what they have alike with those that it made before. One thread.
class GrantShapes {
 public:
  // To be kept in `grant` itself, which must not change any more.
  void Set(Grant* grant);

 private:
  template <typename Part>
  using Parts = absl::flat_hash_map<std::string, std::weak_ptr<const Part>>;
  // Forgets what no grant has any more, each time that there is twice as much.
  void Sweep();

  Parts<std::string> consumers_;
  Parts<GrantShape> shapes_;  // by their bytes
  size_t sweep_at_ = 1024;
};

}  // namespace shareway::exchange
