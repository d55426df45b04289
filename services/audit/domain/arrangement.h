// SPDX-License-Identifier: Apache-2.0
// Which entries lay where in a log, found again by the roots that were signed over them.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <vector>

#include "libs/base/bytes.h"
#include "libs/merkle/hasher.h"
#include "services/audit/domain/tile.h"

namespace shareway::audit {

// All that is known of the entries from the end of a copy up to the largest signed head.
// Those who gave it are numbers; 0 is nobody.
struct Pieces {
  // The entry that was given for an index; nothing if nobody gave one.
  struct Place {
    Hash32 leaf = {};
    uint32_t giver = 0;
  };
  // One of several entries that were given for an index, and all who gave it; they may be
  // unknown.
  struct Rival {
    Hash32 leaf = {};
    std::set<uint32_t> givers = {};
  };
  // Entries that were sent together and may have been appended, nobody knows where: if so,
  // at consecutive indices, between two heads.
  struct Run {
    uint32_t giver = 0;
    uint32_t stream = 0;
    uint64_t from = 0;  // all that the stream has placed before the run lies below it
    std::vector<Hash32> leaves = {};
  };

  RightEdge edge = {};
  std::vector<Place> places = {};                      // from the edge's size on
  std::map<uint64_t, std::vector<Rival>> rivals = {};  // by index, where there are at least two
  std::vector<Run> runs = {};                          // by stream, then in their order
  std::map<uint64_t, Hash32> heads = {};               // roots by size; the last one covers all
};

struct Arrangement {
  uint64_t fits = 0;                       // the largest head, or the edge, that it has the root of
  std::map<uint64_t, size_t> chosen = {};  // which of the rivals, by index
  std::map<uint64_t, size_t> placed = {};  // which run, by the index at which it begins
};

// The arrangement that has the roots of all heads; otherwise one for as many heads, from the
// smallest on, as it finds one for. Of a stream the first runs are placed, or none.
//
// Tries, for one head after the other: what was given first; one giver's entries preferred to
// all rivals, the givers in turn; none of those who alone gave the most that is disputed, of the
// first, the first two and so on; none of any one's, any two's and so on; one giver's entries, in
// turn, replaced by others' runs; every combination of rivals, if these are not too many. Each
// time with runs in the gaps, which they have to fill. Stops at `budget` hashes for a head; beyond
// them it costs three for each place.
Arrangement Arrange(const merkle::Hasher& hasher, const Pieces& pieces, uint64_t budget);

}  // namespace shareway::audit
