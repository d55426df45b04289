// SPDX-License-Identifier: Apache-2.0
// 汇聚风险: rules, as data, for what one consumer or operator puts together (R25 25).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace shareway::exchange {

// One rule.
struct AggregationRule {
  enum class Kind {
    kUnspecified = 0,
    // One consumer got `count` of the named items of one record, by whatever grants.
    kCombine = 1,
    // One operator, or one consumer by whatever operators, got `count` different records.
    kSubjects = 2,
    // Verifications that did not match, a record, consumer and day: refused beyond `count`.
    kMismatches = 3,
  };
  // Of kSubjects: whose records are counted. Who the operator is, is the consumer's word.
  enum class By {
    kUnspecified = 0,  // as kOperator
    kOperator = 1,
    kConsumer = 2,
  };
  enum class Action {
    kUnspecified = 0,
    kAlert = 1,  // recorded, logged, counted
    kHold = 2,   // and the grant is held at this node until a person releases it
  };

  std::string id = {};  // [a-z][a-z0-9-]{0,62}
  Kind kind = Kind::kUnspecified;
  uint32_t count = 0;
  absl::Duration window = {};        // of kCombine and kSubjects
  std::string resource = {};         // of kCombine: resources/{r}; of kSubjects: only it, or empty
  std::vector<std::string> items = {};  // of kCombine
  Action action = Action::kUnspecified;  // of kCombine and kSubjects
  By by = By::kUnspecified;              // of kSubjects
};

inline constexpr uint32_t kMaxRuleCount = 100'000;
inline constexpr absl::Duration kMaxRuleWindow = absl::Hours(24 * 31);

// INVALID_ARGUMENT naming the rule and every part of it that breaks the form above, two rules of one
// id, and a second rule of kMismatches.
absl::Status CheckRules(const std::vector<AggregationRule>& rules);

}  // namespace shareway::exchange
