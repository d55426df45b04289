// SPDX-License-Identifier: Apache-2.0
// What a grant allows, as a node enforces it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/filter/row_filter.h"
#include "services/exchange/domain/grant_terms.h"
#include "services/exchange/domain/quota.h"

namespace shareway::exchange {

// 共享方式. The numbers are those of shareway.evidence.v1.Method.
enum class Method : int {
  kUnspecified = 0,
  kQuery = 1,
  kVerify = 2,
  kDownload = 3,
  kCall = 4,
  kSubscribe = 5,
};

// 用途, by the numbers of shareway.evidence.v1.Purpose. 0: not stated.
using Purpose = int;

// A revision of a change log. A restored log starts a new epoch.
struct Revision {
  uint64_t epoch = 0;
  uint64_t number = 0;

  friend bool operator==(const Revision&, const Revision&) = default;
  friend auto operator<=>(const Revision&, const Revision&) = default;
};

// 共享授权. A value; a change of the grant is another one.
struct Grant {
  enum class State : int { kUnspecified = 0, kActive = 1, kSuspended = 2, kRevoked = 3 };

  GrantTerms terms = {};      // made by the table that holds it; first, with the name
  std::string name = {};      // grants/{g}
  std::string consumer = {};  // agencies/{a} that may ask
  std::string provider = {};  // agencies/{a} that answers
  std::string resource = {};  // resources/{r}
  uint32_t resource_revision = 0;
  std::vector<std::string> items = {};         // that may leave; nothing else does
  std::vector<std::string> masked_items = {};  // of `items`: they leave masked only
  filter::RowFilter rows = {};                 // that may leave
  std::vector<Purpose> purposes = {};
  std::vector<Method> methods = {};
  absl::Time start_time = {};  // first instant of validity
  absl::Time end_time = {};    // first instant after it
  bool case_required = false;
  Amounts day = {};  // that may leave a day, all nodes of the provider together; 0: not limited
  State state = State::kUnspecified;
  Revision revision = {};       // of the grant log, after its last change
  std::string request = {};     // requests/{r} it rests on
  std::string rule = {};        // legal text and article
  bool limited = false;         // sets what this version cannot enforce
  bool pinned_decision = true;  // false: its decision is by none of the keys that this node pinned
  bool by_publication = false;  // its pinned decision is a publication; see CheckPublication
  std::string message = {};     // exact bytes that sharing sent
};

}  // namespace shareway::exchange
