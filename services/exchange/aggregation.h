// SPDX-License-Identifier: Apache-2.0
// Watches what consumers and operators put together, by rules that are data.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "services/exchange/domain/aggregation_rule.h"
#include "services/exchange/serving.h"

namespace shareway::exchange {

// A rule that was met. Names no record.
struct Alert {
  std::string rule = {};
  AggregationRule::Action action = AggregationRule::Action::kUnspecified;
  uint32_t count = 0;
  std::string consumer = {};
  std::string provider = {};
  std::string grant = {};
  std::string resource = {};
  std::string operator_digest = {};
  std::string exchange = {};
  absl::Time time = {};
};

// Thread-safe. Windows are in memory: a restart starts them over. Records are known by their keyed
// digests. A download counts for COMBINE as if every record's items had come; for SUBJECTS it does
// not count: that all rows leave is what its grant is for. Opaque answers are not seen.
class Aggregation {
 public:
  // `rules` are checked. At most `most_tracked` records are remembered; beyond, the older half of
  // what the consumer with the most of them got is forgotten, with a warning: nobody can make this
  // node forget what others got.
  explicit Aggregation(std::vector<AggregationRule> rules, size_t most_tracked = 2'000'000);

  // The limit of MISMATCHES, or `otherwise` if no rule says one.
  uint32_t most_mismatches(uint32_t otherwise) const;

  // Looks at what was delivered. A rule alerts once a window for the same consumer and record, or
  // operator.
  std::vector<Alert> See(const Permitted& permitted, const Served& served, absl::Time now);

 private:
  using Digest = std::array<char, kRecallBytes>;
  // What an operator, or a consumer, got: each record with the time it was seen last.
  struct Seen {
    absl::flat_hash_map<Digest, absl::Time> records = {};
    absl::Time alerted = absl::InfinitePast();
  };
  // What a consumer got of one record, or of all: each named item with the time.
  struct Combined {
    std::vector<absl::Time> items = {};  // by its place in the rule
    absl::Time alerted = absl::InfinitePast();
  };
  // What one consumer got. Rules are told apart by their place.
  struct Windows {
    // By operator; of rules that count the consumer, under "".
    absl::flat_hash_map<std::pair<size_t, std::string>, Seen> subjects = {};
    absl::flat_hash_map<std::pair<size_t, Digest>, Combined> combined = {};
    absl::flat_hash_map<size_t, Combined> whole = {};  // by downloads
    size_t tracked = 0;
  };

  static bool SeeSubjects(const AggregationRule& rule, size_t place, const Permitted& permitted,
                          const Served& served, absl::Time now, Windows* windows);
  static bool SeeCombined(const AggregationRule& rule, size_t place, const Served& served,
                          absl::Time now, Windows* windows);
  static bool SeeDownload(const AggregationRule& rule, size_t place, const Served& served,
                          absl::Time now, Windows* windows);
  void Bound() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::vector<AggregationRule> rules_;
  const size_t most_tracked_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Windows> windows_ ABSL_GUARDED_BY(mutex_);  // by consumer
  size_t tracked_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace shareway::exchange
