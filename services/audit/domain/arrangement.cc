// SPDX-License-Identifier: Apache-2.0
// Guessing, one head at a time: what one head has proven is never asked again.
#include "services/audit/domain/arrangement.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <utility>

#include "absl/types/span.h"

namespace shareway::audit {
namespace {

using Rivals = std::vector<Pieces::Rival>;

// So many entries one giver may have given for one index.
constexpr size_t kTries = 3;
// What it costs to try the next combination, at most times.
constexpr uint64_t kHashesOfOne = 16;
// The share of the budget that a search without an end gets: one in so many.
constexpr uint64_t kShortLook = 256;

// A tree, of which the leaves from an edge on may be replaced.
class TreeEnd {
 public:
  TreeEnd(const merkle::Hasher& hasher, const RightEdge& edge, std::vector<Hash32> leaves)
      : hasher_(hasher), begin_(edge.size()), end_(edge.size() + leaves.size()) {
    levels_.push_back(std::move(leaves));
    for (int level = 0; (end_ - 1) >> level > 0; ++level) {
      const uint64_t first = begin_ >> level;
      // Left of the first node of a level may lie one that the edge has.
      lefts_.push_back(first % 2 == 1 ? *edge.Node({level, first - 1}) : Hash32());
      levels_.emplace_back(((end_ - 1) >> (level + 1)) - (begin_ >> (level + 1)) + 1);
      Update(level, begin_ >> (level + 1), (end_ - 1) >> (level + 1));
    }
  }

  void Set(uint64_t index, absl::Span<const Hash32> leaves) {
    std::copy(leaves.begin(), leaves.end(),
              levels_[0].begin() + static_cast<ptrdiff_t>(index - begin_));
    const uint64_t last = index + leaves.size() - 1;
    for (size_t level = 0; level + 1 < levels_.size(); ++level) {
      Update(static_cast<int>(level), index >> (level + 1), last >> (level + 1));
    }
  }
  const Hash32& Root() const { return levels_.back()[0]; }
  uint64_t hashed() const { return hashed_; }

 private:
  // Hashes the nodes [from, to] above `level`. A node without a right sibling stands in for
  // its parent.
  void Update(int level, uint64_t from, uint64_t to) {
    const std::vector<Hash32>& below = levels_[static_cast<size_t>(level)];
    std::vector<Hash32>& above = levels_[static_cast<size_t>(level) + 1];
    const uint64_t first = begin_ >> level;
    for (uint64_t node = from; node <= to; ++node) {
      const Hash32& left = 2 * node < first ? lefts_[static_cast<size_t>(level)]
                                            : below[2 * node - first];
      const uint64_t right = 2 * node + 1 - first;
      above[node - (first >> 1)] = right < below.size() ? hasher_.node(left, below[right]) : left;
    }
    hashed_ += to - from + 1;
  }

  const merkle::Hasher hasher_;
  const uint64_t begin_;
  const uint64_t end_;
  std::vector<std::vector<Hash32>> levels_;  // from node begin_ >> level on
  std::vector<Hash32> lefts_;
  uint64_t hashed_ = 0;
};

// The search between two heads.
class Search {
 public:
  // `next` says how many runs of each stream are placed already.
  Search(const merkle::Hasher& hasher, const Pieces& pieces, const RightEdge& edge,
         std::pair<uint64_t, Hash32> head, std::map<uint32_t, size_t> next)
      : hasher_(hasher),
        pieces_(pieces),
        edge_(edge),
        begin_(edge.size()),
        end_(head.first),
        root_(head.second),
        next_(std::move(next)) {
    for (uint64_t index = begin_; index < end_; ++index) base_.push_back(PlaceAt(index).leaf);
    for (auto at = pieces.rivals.lower_bound(begin_);
         at != pieces.rivals.end() && at->first < end_; ++at) {
      disputed_.push_back(&*at);
      base_[at->first - begin_] = at->second[0].leaf;
    }
    chosen_.resize(disputed_.size());
    for (size_t run = 0; run < pieces.runs.size(); ++run) {
      streams_[pieces.runs[run].stream].push_back(run);
    }
    FindCells(0);
  }

  // True once the root is found; costs at most about `budget` hashes and what a tree costs.
  bool Solve(uint64_t budget) {
    budget_ = budget;
    const auto first = [](const Pieces::Rival&) { return true; };
    return Try(first, 0, 0, budget / 8) || TryDistrusting(budget / 8) || TryReplacing(budget / 4) ||
           TryAll();
  }

  const std::vector<Hash32>& leaves() const { return base_; }
  const std::map<uint32_t, size_t>& next() const { return next_; }
  void AddTo(Arrangement* found) const {
    for (size_t i = 0; i < disputed_.size(); ++i) found->chosen[disputed_[i]->first] = chosen_[i];
    for (const auto& [index, run] : placed_) {
      found->placed[index] = run;
      const uint64_t end = index + pieces_.runs[run].leaves.size();
      found->chosen.erase(found->chosen.lower_bound(index), found->chosen.lower_bound(end));
    }
  }

 private:
  using Liking = std::function<bool(const Pieces::Rival&)>;
  // An index at which a run may lie; `room` of them follow each other from here on.
  struct Cell {
    uint64_t index = 0;
    uint64_t room = 1;
    size_t next_gap = 0;  // the first cell from here on that has to be filled
  };

  const Pieces::Place& PlaceAt(uint64_t index) const {
    return pieces_.places[index - pieces_.edge.size()];
  }
  // What somebody else but these gave as well.
  static Liking Without(const std::set<uint32_t>& liars) {
    return [&liars](const Pieces::Rival& rival) {
      return rival.givers.empty() || !std::includes(liars.begin(), liars.end(),
                                                    rival.givers.begin(), rival.givers.end());
    };
  }
  static Liking By(uint32_t one) {
    return [one](const Pieces::Rival& rival) { return rival.givers.contains(one); };
  }
  std::set<uint32_t> GiversOfRivals() const {
    std::set<uint32_t> givers;
    for (const auto* at : disputed_) {
      for (const Pieces::Rival& rival : at->second) {
        givers.insert(rival.givers.begin(), rival.givers.end());
      }
    }
    return givers;
  }
  std::set<uint32_t> Givers() const {
    std::set<uint32_t> givers = GiversOfRivals();
    for (uint64_t index = begin_; index < end_; ++index) givers.insert(PlaceAt(index).giver);
    givers.erase(0);
    return givers;
  }

  // Finds where runs may lie: in the gaps, and where only `liar` gave anything.
  void FindCells(uint32_t liar) {
    liar_ = liar;
    cells_.clear();
    std::vector<bool> gap;
    const auto by_liar = [&](const Pieces::Rival& rival) {
      return rival.givers.size() == 1 && rival.givers.contains(liar);
    };
    for (uint64_t index = begin_; index < end_; ++index) {
      const uint32_t giver = PlaceAt(index).giver;
      if (giver != 0 && liar == 0) continue;
      const auto rivals = pieces_.rivals.find(index);
      const bool free = rivals == pieces_.rivals.end()
                            ? giver == 0 || giver == liar
                            : std::all_of(rivals->second.begin(), rivals->second.end(), by_liar);
      if (!free) continue;
      cells_.push_back({.index = index});
      gap.push_back(giver == 0);
    }
    size_t next_gap = cells_.size();
    for (size_t at = cells_.size(); at-- > 0;) {
      if (gap[at]) next_gap = at;
      cells_[at].next_gap = next_gap;
      if (at + 1 < cells_.size() && cells_[at + 1].index == cells_[at].index + 1) {
        cells_[at].room = cells_[at + 1].room + 1;
      }
    }
  }

  // All who gave what others dispute, who did so alone in the most places first: who lies lies
  // in many.
  std::vector<uint32_t> Suspects() const {
    std::map<uint32_t, size_t> alone;
    for (const uint32_t giver : GiversOfRivals()) alone[giver] = 0;
    for (const auto* at : disputed_) {
      for (const Pieces::Rival& rival : at->second) {
        if (rival.givers.size() == 1) ++alone[*rival.givers.begin()];
      }
    }
    std::vector<uint32_t> suspects;
    for (const auto& [giver, places] : alone) suspects.push_back(giver);
    std::stable_sort(suspects.begin(), suspects.end(), [&alone](uint32_t one, uint32_t other) {
      return alone.at(one) > alone.at(other);
    });
    return suspects;
  }

  // By one alone, or without some, all may fit at once: the most suspicious together, then any
  // one, any two, and so on while the budget lasts.
  bool TryDistrusting(uint64_t share) {
    const std::vector<uint32_t> suspects = Suspects();
    for (const uint32_t one : suspects) {
      if (Try(By(one), 0, 0, share / suspects.size())) return true;
    }
    const uint64_t end = std::min(budget_, spent_ + share);
    std::set<uint32_t> liars;
    for (const uint32_t one : suspects) {
      liars.insert(one);
      if (TryWithout(liars, end)) return true;
    }
    for (size_t count = 1; count < suspects.size() && spent_ < end; ++count) {
      if (TryWithoutSome(suspects, count, end)) return true;
    }
    return false;
  }
  // Who first lied of what only they know may have told the truth in their second try.
  bool TryWithout(const std::set<uint32_t>& liars, uint64_t end) {
    for (size_t nth = 0; nth < kTries && spent_ < end; ++nth) {
      if (Try(Without(liars), nth, 0, end - spent_)) return true;
    }
    return false;
  }
  // Without any `count` of them.
  bool TryWithoutSome(const std::vector<uint32_t>& suspects, size_t count, uint64_t end) {
    std::vector<bool> chosen(suspects.size());
    std::fill(chosen.begin(), chosen.begin() + static_cast<ptrdiff_t>(count), true);
    do {
      std::set<uint32_t> liars;
      for (size_t i = 0; i < suspects.size(); ++i) {
        if (chosen[i]) liars.insert(suspects[i]);
      }
      if (TryWithout(liars, end)) return true;
    } while (spent_ < end && std::prev_permutation(chosen.begin(), chosen.end()));
    return false;
  }
  // What one gave alone gives way to others' runs.
  bool TryReplacing(uint64_t share) {
    if (pieces_.runs.empty()) return false;
    const std::set<uint32_t> givers = Givers();
    for (const uint32_t liar : givers) {
      const std::set<uint32_t> liars = {liar};
      if (Try(Without(liars), 0, liar, share / givers.size())) return true;
    }
    return false;
  }

  // Chooses the first rival of each index that is liked, the `nth` if none is, and fills in
  // runs.
  bool Try(const Liking& liked, size_t nth, uint32_t liar, uint64_t share) {
    spent_ += disputed_.size();
    std::vector<size_t> choices;
    for (const auto* at : disputed_) {
      const Rivals& all = at->second;
      const auto found = std::find_if(all.begin(), all.end(), liked);
      choices.push_back(found == all.end() ? std::min(nth, all.size() - 1)
                                           : static_cast<size_t>(found - all.begin()));
    }
    return TryChoices(choices, liar, share);
  }
  bool TryAll() {
    // Of more combinations than can be tried the first ones are as likely as any: a short look.
    const uint64_t left = budget_ - std::min(budget_, spent_);
    uint64_t combinations = 1;
    for (const auto* at : disputed_) {
      combinations = std::min(combinations * at->second.size(), left);
    }
    const bool all = combinations * kHashesOfOne < left;
    const uint64_t end = spent_ + (all ? left : left / kShortLook);
    for (uint64_t number = 0; spent_ < end; ++number) {
      // Every combination, as the digits of a number.
      uint64_t rest = number;
      std::vector<size_t> choices;
      for (const auto* at : disputed_) {
        choices.push_back(rest % at->second.size());
        rest /= at->second.size();
      }
      if (rest != 0 || (number > 0 && disputed_.empty())) return false;
      if (TryChoices(choices, 0, budget_)) return true;
    }
    return false;
  }
  bool TryChoices(const std::vector<size_t>& choices, uint32_t liar, uint64_t share) {
    if (liar != liar_) FindCells(liar);
    spent_ += choices.size() / 8;
    for (size_t i = 0; i < choices.size(); ++i) {
      if (choices[i] == chosen_[i]) continue;
      chosen_[i] = choices[i];
      Hash32& leaf = base_[disputed_[i]->first - begin_];
      leaf = disputed_[i]->second[choices[i]].leaf;
      if (tree_) Replace(disputed_[i]->first, absl::MakeConstSpan(&leaf, 1));
    }
    limit_ = std::min(budget_, spent_ + share);
    return Fill(0);
  }

  // Fills the gaps from a cell on; and replaces what the liar gave there, if that does not do.
  bool Fill(size_t from) {
    const size_t gap = from < cells_.size() ? cells_[from].next_gap : cells_.size();
    if (gap == cells_.size() ? Fits() : Begin(gap)) return true;
    for (size_t at = gap; at-- > from && spent_ < limit_;) {
      if (Begin(at)) return true;
    }
    return false;
  }
  // Tries all runs that may begin at a cell.
  bool Begin(size_t at) {
    const Cell& cell = cells_[at];
    ++spent_;
    std::vector<size_t> fitting;
    for (const auto& [stream, runs] : streams_) {
      ++spent_;
      const size_t next = next_[stream];
      if (next == runs.size()) continue;
      const Pieces::Run& run = pieces_.runs[runs[next]];
      if (run.giver == liar_ || run.from > cell.index || run.leaves.size() > cell.room) continue;
      fitting.push_back(runs[next]);
    }
    // What fills the gap alone comes first.
    std::stable_partition(fitting.begin(), fitting.end(), [&](size_t run) {
      return pieces_.runs[run].leaves.size() == cell.room;
    });
    for (const size_t run : fitting) {
      ++next_[pieces_.runs[run].stream];
      placed_.emplace_back(cell.index, run);
      if (Fill(at + pieces_.runs[run].leaves.size())) return true;
      placed_.pop_back();
      --next_[pieces_.runs[run].stream];
      if (spent_ >= limit_) return false;
    }
    return false;
  }
  // Compares the root, with what is placed now; keeps it there if that is right.
  bool Fits() {
    if (!tree_) tree_.emplace(hasher_, edge_, base_);
    for (const auto& [index, run] : placed_) Replace(index, pieces_.runs[run].leaves);
    ++spent_;
    const bool fits = tree_->Root() == root_;
    for (const auto& [index, run] : placed_) {
      const std::vector<Hash32>& leaves = pieces_.runs[run].leaves;
      const auto base = base_.begin() + static_cast<ptrdiff_t>(index - begin_);
      if (fits) {
        std::copy(leaves.begin(), leaves.end(), base);
      } else {
        Replace(index, absl::MakeConstSpan(&*base, leaves.size()));
      }
    }
    return fits;
  }
  void Replace(uint64_t index, absl::Span<const Hash32> leaves) {
    const uint64_t before = tree_->hashed();
    tree_->Set(index, leaves);
    spent_ += tree_->hashed() - before;
  }

  const merkle::Hasher hasher_;
  const Pieces& pieces_;
  const RightEdge& edge_;
  const uint64_t begin_;
  const uint64_t end_;
  const Hash32 root_;
  std::map<uint32_t, std::vector<size_t>> streams_;  // their runs
  std::map<uint32_t, size_t> next_;                  // of them
  std::vector<const std::pair<const uint64_t, Rivals>*> disputed_;
  std::vector<size_t> chosen_;                           // of each disputed index
  std::vector<Hash32> base_;                             // without runs; a gap has any hash
  std::optional<TreeEnd> tree_;                          // over base_
  std::vector<Cell> cells_;                              // by index
  std::vector<std::pair<uint64_t, size_t>> placed_;      // index, run
  uint32_t liar_ = 0;
  uint64_t spent_ = 0;  // hashes, and steps that cost as much
  uint64_t limit_ = 0;
  uint64_t budget_ = 0;
};

}  // namespace

Arrangement Arrange(const merkle::Hasher& hasher, const Pieces& pieces, uint64_t budget) {
  RightEdge edge = pieces.edge;
  Arrangement found{.fits = edge.size()};
  std::map<uint32_t, size_t> next;
  for (const auto& head : pieces.heads) {
    if (head.first <= edge.size()) continue;
    if (head.first > pieces.edge.size() + pieces.places.size()) break;
    Search search(hasher, pieces, edge, head, next);
    if (!search.Solve(budget)) break;
    search.AddTo(&found);
    next = search.next();
    for (const Hash32& leaf : search.leaves()) edge.Append(hasher, leaf);
    found.fits = head.first;
  }
  return found;
}

}  // namespace shareway::audit
