// SPDX-License-Identifier: Apache-2.0
#include "services/audit/domain/arrangement.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/crypto/hash.h"
#include "libs/merkle/small_tree.h"

namespace shareway::audit {
namespace {

constexpr uint64_t kBudget = 1 << 18;

Hash32 Leaf(absl::string_view text) { return crypto::LogHasher().leaf(text); }

// A log of `size` entries, of which the copy has `begin`; giver 2 gave back all others.
struct Known {
  Known(uint64_t begin, uint64_t size) {
    for (uint64_t index = 0; index < size; ++index) {
      leaves.push_back(Leaf(absl::StrCat(index)));
      if (index < begin) pieces.edge.Append(crypto::LogHasher(), leaves.back());
      if (index >= begin) pieces.places.push_back({leaves.back(), 2});
    }
    AddHead(size);
  }
  void AddHead(uint64_t size) {
    const std::vector<Hash32> first(leaves.begin(), leaves.begin() + static_cast<ptrdiff_t>(size));
    pieces.heads[size] = merkle::RootOf(crypto::LogHasher(), first);
  }
  Pieces::Place& At(uint64_t index) { return pieces.places[index - pieces.edge.size()]; }
  // Nobody knows the place of these any more: a run of its own stream.
  void Lift(uint64_t begin, uint64_t end, uint32_t giver = 3) {
    Pieces::Run run{.giver = giver, .stream = Streams()};
    for (uint64_t index = begin; index < end; ++index) {
      At(index) = {};
      run.leaves.push_back(leaves[index]);
    }
    pieces.runs.push_back(run);
  }
  // A run that was never appended.
  void AddStray(uint64_t count, uint32_t giver = 4) {
    Pieces::Run run{.giver = giver, .stream = Streams()};
    for (uint64_t i = 0; i < count; ++i) {
      run.leaves.push_back(Leaf(absl::StrCat("stray ", run.stream, " ", i)));
    }
    pieces.runs.push_back(run);
  }
  uint32_t Streams() const { return static_cast<uint32_t>(pieces.runs.size()); }
  Arrangement Arranged() const { return Arrange(crypto::LogHasher(), pieces, kBudget); }

  std::vector<Hash32> leaves;
  Pieces pieces;
};

TEST_CASE("What lacks nothing fits, wherever copy and head end", "[arrangement]") {
  for (const uint64_t begin : {0, 1, 2, 7, 255, 256, 257, 300, 511}) {
    for (const uint64_t more : {1, 2, 3, 8, 255, 256, 257, 400}) {
      CAPTURE(begin, more);
      Known known(begin, begin + more);
      CHECK(known.Arranged().fits == begin + more);
      known.At(begin + more / 2).leaf = Leaf("wrong");
      CHECK(known.Arranged().fits == begin);
    }
  }
}

TEST_CASE("A run is put into the gap that it fills", "[arrangement]") {
  const uint64_t begin = GENERATE(0, 5, 250);
  const uint64_t at = GENERATE(0, 3, 93);  // at the start, in the middle, at the end
  CAPTURE(begin, at);
  Known known(begin, begin + 100);
  known.AddStray(5);
  known.Lift(begin + at, begin + at + 7);
  known.AddStray(7);
  known.AddHead(begin + 50);
  const Arrangement found = known.Arranged();
  CHECK(found.fits == begin + 100);
  CHECK(found.placed == std::map<uint64_t, size_t>{{begin + at, 1}});
}

TEST_CASE("Runs of several streams share a gap in whatever order they lay", "[arrangement]") {
  std::vector<uint64_t> order = {0, 1, 2};
  do {
    CAPTURE(order);
    Known known(20, 80);
    std::vector<uint64_t> begins(3);
    uint64_t next = 40;
    for (const uint64_t one : order) {
      begins[one] = next;
      next += one + 2;
    }
    for (uint64_t one = 0; one < 3; ++one) known.Lift(begins[one], begins[one] + one + 2);
    known.AddStray(1);
    const Arrangement found = known.Arranged();
    CHECK(found.fits == 80);
    for (size_t one = 0; one < 3; ++one) CHECK(found.placed.at(begins[one]) == one);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("Of one stream the first runs are placed, each after what it has there",
          "[arrangement]") {
  Known known(10, 60);
  known.Lift(20, 22);
  known.Lift(30, 32);
  known.AddStray(2);
  for (Pieces::Run& run : known.pieces.runs) run.stream = 0;
  CHECK(known.Arranged().placed == std::map<uint64_t, size_t>{{20, 0}, {30, 1}});
  known.pieces.runs[0].from = 20;
  CHECK(known.Arranged().fits == 60);
  known.pieces.runs[0].from = 21;
  CHECK(known.Arranged().fits == 10);
}

TEST_CASE("What a liar gave for the place of a run is replaced", "[arrangement]") {
  Known known(10, 200);
  known.Lift(100, 104);
  // All of the gap, part of it, and a place of its own; and the liar has true entries, too.
  const uint64_t filled = GENERATE(4, 1);
  for (uint64_t index = 100; index < 100 + filled; ++index) {
    known.At(index) = {Leaf(absl::StrCat("lie ", index)), 7};
  }
  for (uint64_t index = 60; index < 80; ++index) known.At(index).giver = 7;
  for (int i = 0; i < 20; ++i) known.AddStray(1, 7);
  const Arrangement found = known.Arranged();
  CHECK(found.fits == 200);
  CHECK(found.placed == std::map<uint64_t, size_t>{{100, 0}});
}

TEST_CASE("The roots choose among rivals", "[arrangement]") {
  Known known(10, 100);
  known.AddHead(40);
  for (uint64_t index = 20; index < 60; ++index) {
    const Hash32 lie = Leaf(absl::StrCat("lie ", index));
    known.pieces.rivals[index] = {{lie, {7}}, {known.leaves[index], {2}}};
  }
  SECTION("one giver has lied everywhere") {}
  SECTION("and has told the truth first elsewhere") {
    for (uint64_t index = 30; index < 50; ++index) {
      std::swap(known.pieces.rivals[index][0], known.pieces.rivals[index][1]);
      known.pieces.rivals[index][0].givers = {2, 7};
    }
  }
  SECTION("and a run is missing") { known.Lift(70, 73); }
  SECTION("and another one, too") {
    for (uint64_t index = 30; index < 60; ++index) {
      known.pieces.rivals[index].insert(known.pieces.rivals[index].begin(),
                                        {Leaf(absl::StrCat("other lie ", index)), {8}});
    }
  }
  SECTION("and only then has told the truth of what only they know") {
    for (uint64_t index = 30; index < 60; ++index) {
      known.pieces.rivals[index][1].givers = {7};
    }
  }
  SECTION("and has rivals of its own truth, few of them") {
    known.pieces.rivals.erase(known.pieces.rivals.find(25), known.pieces.rivals.end());
    for (auto& [index, all] : known.pieces.rivals) {
      for (Pieces::Rival& one : all) one.givers = {7};
    }
    std::swap(known.pieces.rivals[22][0], known.pieces.rivals[22][1]);
  }
  const Arrangement found = known.Arranged();
  CHECK(found.fits == 100);
  for (const auto& [index, choice] : found.chosen) {
    CHECK(known.pieces.rivals[index][choice].leaf == known.leaves[index]);
  }
}

TEST_CASE("Many liars together are seen through", "[arrangement]") {
  // Each fourth entry is of giver 2, 3, 4 or 5; the liars have given others for all of them.
  const uint32_t liars = GENERATE(3, 6);
  const bool told_truth = GENERATE(false, true);  // some of the entries are the liars' own
  CAPTURE(liars, told_truth);
  Known known(10, 100);
  known.AddHead(40);
  for (uint64_t index = 10; index < 100; ++index) {
    std::vector<Pieces::Rival>& rivals = known.pieces.rivals[index];
    for (uint32_t liar = 0; liar < liars; ++liar) {
      if (told_truth && liar == index % 10) continue;
      rivals.push_back({Leaf(absl::StrCat("lie ", index, " ", liar)), {10 + liar}});
    }
    const uint32_t owner = told_truth && index % 10 < liars
                               ? 10 + static_cast<uint32_t>(index % 10)
                               : 2 + static_cast<uint32_t>(index % 4);
    if (owner >= 10) {  // nobody disputes it
      known.pieces.rivals.erase(index);
      known.At(index).giver = owner;
    } else {
      rivals.push_back({known.leaves[index], {owner}});
    }
  }
  const Arrangement found = known.Arranged();
  CHECK(found.fits == 100);
  for (const auto& [index, choice] : found.chosen) {
    CHECK(known.pieces.rivals[index][choice].leaf == known.leaves[index]);
  }
}

TEST_CASE("A search without an end is given up, and says up to where all fits", "[arrangement]") {
  Known known(10, 100);
  known.AddHead(40);
  for (uint64_t index = 60; index < 75; ++index) known.At(index) = {};
  for (int i = 0; i < 30; ++i) known.AddStray(1);
  for (uint64_t index = 76; index < 99; ++index) {
    known.pieces.rivals[index] = {{Leaf("x"), {7}}, {Leaf("y"), {8}}};
  }
  const Arrangement found = known.Arranged();
  CHECK(found.fits == 40);
  CHECK(found.placed.empty());
}

}  // namespace
}  // namespace shareway::audit
