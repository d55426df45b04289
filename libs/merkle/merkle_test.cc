// SPDX-License-Identifier: Apache-2.0
// Trees, proofs and verifiers against a reference written straight from RFC 6962.
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/merkle/frontier.h"
#include "libs/merkle/proof.h"
#include "libs/merkle/small_tree.h"
#include "libs/merkle/test_sha256.h"
#include "libs/merkle/verify.h"

namespace shareway::merkle {
namespace {

using Hashes = std::vector<Hash32>;

// A quick mix, injective enough for exhaustive tests; not cryptographic.
Hash32 Mix(uint64_t seed, absl::string_view a, absl::string_view b) {
  Hash32 out;
  uint64_t state = seed;
  for (absl::string_view part : {a, b}) {
    for (char c : part) state = (state ^ static_cast<uint8_t>(c)) * 0x9e3779b97f4a7c15u + 1;
  }
  for (int i = 0; i < 4; ++i) {
    state ^= state >> 29;
    state *= 0xbf58476d1ce4e5b9u;
    state ^= state >> 32;
    std::memcpy(out.bytes.data() + 8 * i, &state, 8);
  }
  return out;
}
const Hasher kQuick = {
    .leaf = [](absl::string_view data) { return Mix(1, data, ""); },
    .node = [](const Hash32& l, const Hash32& r) { return Mix(2, l.view(), r.view()); },
    .empty = Mix(3, "", "")};
const Hasher kSha256 = {
    .leaf =
        [](absl::string_view data) {
          return TestSha256(absl::StrCat(absl::string_view("\0", 1), data));
        },
    .node = [](const Hash32& l,
               const Hash32& r) { return TestSha256(absl::StrCat("\1", l.view(), r.view())); },
    .empty = TestSha256("")};

Hashes Leaves(size_t count) {
  Hashes leaves;
  for (size_t i = 0; i < count; ++i) leaves.push_back(kQuick.leaf(absl::StrCat("leaf ", i)));
  return leaves;
}

// MTH(D[begin:end]) of RFC 6962 section 2.1.
Hash32 Mth(const Hashes& d, size_t begin, size_t end) {
  if (begin == end) return kQuick.empty;
  if (end - begin == 1) return d[begin];
  size_t k = 1;
  while (k * 2 < end - begin) k *= 2;
  return kQuick.node(Mth(d, begin, begin + k), Mth(d, begin + k, end));
}

// PATH(m, D[n]) of section 2.1.1.
Hashes Path(const Hashes& d, size_t m, size_t begin, size_t end) {
  if (end - begin == 1) return {};
  size_t k = 1;
  while (k * 2 < end - begin) k *= 2;
  const bool left = m < k;
  Hashes path = left ? Path(d, m, begin, begin + k) : Path(d, m - k, begin + k, end);
  path.push_back(left ? Mth(d, begin + k, end) : Mth(d, begin, begin + k));
  return path;
}

// SUBPROOF(m, D[n], b) of section 2.1.2.
Hashes Subproof(const Hashes& d, size_t m, size_t begin, size_t end, bool b) {
  if (m == end - begin) return b ? Hashes{} : Hashes{Mth(d, begin, end)};
  size_t k = 1;
  while (k * 2 < end - begin) k *= 2;
  const bool left = m <= k;
  Hashes proof =
      left ? Subproof(d, m, begin, begin + k, b) : Subproof(d, m - k, begin + k, end, false);
  proof.push_back(left ? Mth(d, begin + k, end) : Mth(d, begin, begin + k));
  return proof;
}

// A log's store of complete subtrees, filled by a Frontier, that notes what is read.
class Nodes {
 public:
  explicit Nodes(const Hashes& leaves) {
    for (size_t i = 0; i < leaves.size(); ++i) {
      stored_[{0, i}] = leaves[i];
      frontier_.Append(kQuick, leaves[i], [&](NodeId node, const Hash32& hash) {
        REQUIRE(stored_.emplace(node, hash).second);
      });
    }
  }
  absl::StatusOr<Hash32> Read(NodeId node) {
    read_.push_back(node);
    auto it = stored_.find(node);
    if (it == stored_.end()) return absl::NotFoundError("no such node");
    return it->second;
  }
  std::vector<NodeId> TakeRead() { return std::exchange(read_, {}); }
  const std::map<NodeId, Hash32>& stored() const { return stored_; }

 private:
  Frontier frontier_;
  std::map<NodeId, Hash32> stored_;
  std::vector<NodeId> read_;
};

struct Damage {
  const char* what;
  Hashes proof;
};

// Every way to spoil `proof` that must not verify.
std::vector<Damage> Damaged(const Hashes& proof) {
  std::vector<Damage> all;
  for (size_t i = 0; i < proof.size(); ++i) {
    Hashes flipped = proof;
    flipped[i].bytes[(i * 7) % 32] ^= 1 << (i % 8);
    all.push_back({"one bit flipped", flipped});
    Hashes without = proof;
    without.erase(without.begin() + static_cast<std::ptrdiff_t>(i));
    all.push_back({"one hash less", without});
    if (i > 0) {
      Hashes swapped = proof;
      std::swap(swapped[i - 1], swapped[i]);
      all.push_back({"two hashes swapped", swapped});
    }
  }
  for (size_t i = 0; i <= proof.size(); ++i) {
    Hashes more = proof;
    more.insert(more.begin() + static_cast<std::ptrdiff_t>(i), kQuick.empty);
    all.push_back({"one hash more", more});
  }
  return all;
}

// Catch assertions are slow; the loops count and assert once.
struct Tally {
  int good_refused = 0;
  int bad_accepted = 0;
  int wrong_code = 0;
  int cases = 0;

  void Good(const absl::Status& status) { ++cases, good_refused += !status.ok(); }
  void Bad(const absl::Status& status) {
    ++cases, bad_accepted += status.ok();
    wrong_code += !absl::IsInvalidArgument(status) && !absl::IsDataLoss(status);
  }
  void Check() const {
    CHECK(good_refused == 0);
    CHECK(bad_accepted == 0);
    CHECK(wrong_code == 0);
  }
};

constexpr size_t kMax = 64;

TEST_CASE("Roots are those of RFC 6962 for every size and every way to compute them") {
  const Hashes all = Leaves(kMax);
  Nodes nodes(all);
  auto read = [&](NodeId n) { return nodes.Read(n); };
  Frontier frontier;
  for (size_t size = 0; size <= kMax; ++size) {
    CAPTURE(size);
    const Hashes leaves(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size));
    const Hash32 want = Mth(all, 0, size);
    CHECK(frontier.size() == size);
    CHECK(frontier.Root(kQuick) == want);
    CHECK(RootOf(kQuick, leaves) == want);
    CHECK(RootAt(kQuick, size, read).value() == want);
    const absl::StatusOr<Frontier> restored = Frontier::Restore(size, frontier.hashes());
    REQUIRE(restored.ok());
    CHECK(restored->Root(kQuick) == want);
    if (size < kMax) frontier.Append(kQuick, all[size]);
  }
}

TEST_CASE("Append tells every complete inner node once, with its hash") {
  const Hashes all = Leaves(kMax - 1);
  const Nodes nodes(all);
  size_t want = 0;
  for (int level = 0; level < 7; ++level) want += all.size() >> level;
  CHECK(nodes.stored().size() == want);
  for (const auto& [node, hash] : nodes.stored()) {
    CHECK(hash == Mth(all, node.index << node.level, (node.index + 1) << node.level));
  }
}

TEST_CASE("A frontier is not restored from the wrong number of hashes") {
  CHECK(absl::IsInvalidArgument(Frontier::Restore(3, Leaves(1)).status()));
  CHECK(absl::IsInvalidArgument(Frontier::Restore(0, Leaves(1)).status()));
  CHECK(absl::IsInvalidArgument(Frontier::Restore(~uint64_t{0}, Leaves(64)).status()));
}

TEST_CASE("Inclusion proofs verify for every leaf and size, and no damaged one does") {
  const Hashes all = Leaves(kMax);
  Nodes nodes(all);
  auto read = [&](NodeId n) { return nodes.Read(n); };
  Tally tally;
  for (size_t size = 1; size <= kMax; ++size) {
    const Hash32 root = Mth(all, 0, size);
    const SmallTree tree(kQuick, {all.begin(), all.begin() + static_cast<std::ptrdiff_t>(size)});
    for (size_t i = 0; i < size; ++i) {
      const auto proof = MakeInclusionProof(kQuick, i, size, read);
      REQUIRE(proof.ok());
      REQUIRE(*proof == Path(all, i, 0, size));
      REQUIRE(nodes.TakeRead() == InclusionNodes(i, size));
      REQUIRE(tree.Path(i) == *proof);
      REQUIRE(PathLength(i, size) == static_cast<int>(proof->size()));
      REQUIRE(RootFromPath(kQuick, all[i], i, size, *proof).value() == root);
      tally.Good(VerifyInclusion(kQuick, all[i], i, size, *proof, root));
      for (const Damage& d : Damaged(*proof)) {
        tally.Bad(VerifyInclusion(kQuick, all[i], i, size, d.proof, root));
      }
      tally.Bad(VerifyInclusion(kQuick, kQuick.empty, i, size, *proof, root));
      tally.Bad(VerifyInclusion(kQuick, all[i], i, size, *proof, kQuick.empty));
      tally.Bad(VerifyInclusion(kQuick, all[i], i + size, size, *proof, root));
      for (size_t other = 0; other < size; ++other) {
        if (other != i) tally.Bad(VerifyInclusion(kQuick, all[i], other, size, *proof, root));
      }
    }
  }
  tally.Check();
  CHECK(PathOf(kQuick, all, 5) == Path(all, 5, 0, kMax));
}

TEST_CASE("Consistency proofs verify for every pair of sizes, and no damaged one does") {
  const Hashes all = Leaves(kMax);
  Nodes nodes(all);
  auto read = [&](NodeId n) { return nodes.Read(n); };
  Tally tally;
  for (size_t m = 0; m <= kMax; ++m) {
    const Hash32 before = Mth(all, 0, m);
    for (size_t n = m; n <= kMax; ++n) {
      const Hash32 after = Mth(all, 0, n);
      const auto proof = MakeConsistencyProof(kQuick, m, n, read);
      REQUIRE(proof.ok());
      REQUIRE(*proof == (m == 0 ? Hashes{} : Subproof(all, m, 0, n, true)));
      REQUIRE(nodes.TakeRead() == ConsistencyNodes(m, n));
      tally.Good(VerifyConsistency(kQuick, m, before, n, after, *proof));
      for (const Damage& d : Damaged(*proof)) {
        tally.Bad(VerifyConsistency(kQuick, m, before, n, after, d.proof));
      }
      tally.Bad(VerifyConsistency(kQuick, m, Mix(9, "", ""), n, after, *proof));
      if (m > 0 || n == 0) {
        tally.Bad(VerifyConsistency(kQuick, m, before, n, Mix(9, "", ""), *proof));
      }
      if (m != n) tally.Bad(VerifyConsistency(kQuick, n, after, m, before, *proof));
    }
  }
  tally.Check();
}

TEST_CASE("Range proofs verify for every range and size, and no damaged one does") {
  const Hashes all = Leaves(kMax);
  Nodes nodes(all);
  auto read = [&](NodeId n) { return nodes.Read(n); };
  Tally tally;
  for (size_t size = 1; size <= kMax; size += size < 20 ? 1 : 11) {
    const Hash32 root = Mth(all, 0, size);
    for (size_t begin = 0; begin < size; ++begin) {
      for (size_t end = begin + 1; end <= size; ++end) {
        const auto proof = MakeRangeProof(kQuick, begin, end, size, read);
        REQUIRE(proof.ok());
        REQUIRE(nodes.TakeRead() == RangeNodes(begin, end, size));
        Hashes run(all.begin() + static_cast<std::ptrdiff_t>(begin),
                   all.begin() + static_cast<std::ptrdiff_t>(end));
        tally.Good(VerifyRange(kQuick, begin, run, size, *proof, root));
        for (const Damage& d : Damaged(proof->left)) {
          tally.Bad(VerifyRange(kQuick, begin, run, size, {d.proof, proof->right}, root));
        }
        for (const Damage& d : Damaged(proof->right)) {
          tally.Bad(VerifyRange(kQuick, begin, run, size, {proof->left, d.proof}, root));
        }
        if (size < 20) {
          for (const Damage& d : Damaged(run)) {
            tally.Bad(VerifyRange(kQuick, begin, d.proof, size, *proof, root));
          }
        }
        tally.Bad(VerifyRange(kQuick, begin + 1, run, size, *proof, root));
      }
    }
  }
  tally.Check();
}

TEST_CASE("Numbers that make no sense are refused by name") {
  const Hashes leaves = Leaves(7);
  const Hash32 root = RootOf(kQuick, leaves);
  Nodes nodes(leaves);
  auto read = [&](NodeId n) { return nodes.Read(n); };
  CHECK(absl::IsInvalidArgument(MakeInclusionProof(kQuick, 7, 7, read).status()));
  CHECK(absl::IsInvalidArgument(MakeConsistencyProof(kQuick, 8, 7, read).status()));
  CHECK(absl::IsInvalidArgument(MakeRangeProof(kQuick, 3, 3, 7, read).status()));
  CHECK(absl::IsInvalidArgument(MakeRangeProof(kQuick, 3, 8, 7, read).status()));
  CHECK(absl::IsNotFound(MakeInclusionProof(kQuick, 0, 8, read).status()));
  CHECK(InclusionNodes(7, 7).empty());
  CHECK(ConsistencyNodes(8, 7).empty());
  CHECK(RangeNodes(3, 8, 7).empty());
  CHECK(absl::IsInvalidArgument(VerifyRange(kQuick, 0, {}, 7, {}, root)));
  CHECK(absl::IsInvalidArgument(VerifyRange(kQuick, ~uint64_t{0}, leaves, 7, {}, root)));
  CHECK(absl::IsInvalidArgument(VerifyRange(kQuick, 1, leaves, ~uint64_t{0}, {}, root)));
  const absl::Status outside = VerifyInclusion(kQuick, leaves[0], 0, 0, {}, root);
  CHECK(outside.message() == "leaf 0 is outside a tree of 0 leaves");
  REQUIRE(DetailsOf(outside).has_value());
  CHECK(DetailsOf(outside)->reason == Reason::kProofInvalid);
  CHECK(VerifyInclusion(kQuick, leaves[0], 0, 7, {}, root).message() ==
        "the audit path has 0 hashes, want 3");
}

TEST_CASE("Trees near the largest size verify and refuse without trouble") {
  const uint64_t huge = ~uint64_t{0};
  const Hashes path(64, kQuick.empty);
  CHECK(PathLength(0, huge) == 64);
  const Hash32 root = RootFromPath(kQuick, path[0], 0, huge, path).value();
  CHECK(VerifyInclusion(kQuick, path[0], 0, huge, path, root).ok());
  CHECK(InclusionNodes(huge - 1, huge).size() == 63);
  CHECK(VerifyRange(kQuick, 0, {path[0]}, huge, {{}, path}, root).ok());
  CHECK(absl::IsInvalidArgument(VerifyConsistency(kQuick, huge - 1, root, huge, root, {})));
}

TEST_CASE("The eight leaves of RFC 6962 have their published roots and proofs") {
  const char* inputs[] = {"",
                          "00",
                          "10",
                          "2021",
                          "3031",
                          "40414243",
                          "5051525354555657",
                          "606162636465666768696a6b6c6d6e6f"};
  const char* roots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                         "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                         "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                         "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                         "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                         "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                         "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                         "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                         "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
  Frontier frontier;
  Hashes leaves;
  CHECK(ToHex(frontier.Root(kSha256).view()) == roots[0]);
  for (int i = 0; i < 8; ++i) {
    leaves.push_back(kSha256.leaf(absl::HexStringToBytes(inputs[i])));
    frontier.Append(kSha256, leaves.back());
    CHECK(ToHex(frontier.Root(kSha256).view()) == roots[i + 1]);
  }
  const Hashes path = PathOf(kSha256, leaves, 0);
  REQUIRE(path.size() == 3);
  CHECK(ToHex(path[0].view()) ==
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7");
  CHECK(ToHex(path[1].view()) ==
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e");
  CHECK(ToHex(path[2].view()) ==
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4");
}

}  // namespace
}  // namespace shareway::merkle
