// SPDX-License-Identifier: Apache-2.0
// What the rules of sharing need to know of a published resource.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace shareway::sharing {

// 共享类型, from the widest to the strictest.
enum class ShareClass { kUnspecified = 0, kUnconditional, kConditional, kNotShared };

// UNCONDITIONAL, CONDITIONAL, NOT_SHARED.
absl::string_view ShareClassName(ShareClass share_class);

// 用途. Numbers as in shareway.evidence.v1.Purpose.
enum class Purpose {
  kUnspecified = 0,
  kAdministrativeBasis,
  kWorkReference,
  kDataVerification,
  kBusinessCollaboration,
  kOther,
};
absl::string_view PurposeName(Purpose purpose);

// 共享方式. Numbers as in shareway.evidence.v1.Method.
enum class Method { kUnspecified = 0, kQuery, kVerify, kDownload, kCall, kSubscribe };
absl::string_view MethodName(Method method);

// One item, with its own class resolved.
struct Item {
  std::string id = {};
  ShareClass share_class = ShareClass::kUnspecified;
  int grading = 0;  // 1 general, 2 important, 3 core
  bool personal = false;
  bool sensitive = false;
  // grants/{g} under which the provider says it received the data; empty: they are its own.
  std::string received_under = {};

  friend bool operator==(const Item&, const Item&) = default;
};

// One published condition of conditional sharing (R25 15).
struct ShareCondition {
  enum class Kind { kUnspecified = 0, kAgencies, kItems, kPurposes, kMethods, kOther };
  std::string id = {};
  Kind kind = Kind::kUnspecified;
  std::string text = {};
  std::vector<std::string> values = {};

  friend bool operator==(const ShareCondition&, const ShareCondition&) = default;
};

// The newest published revision of a catalogue entry.
struct Resource {
  enum class State { kUnspecified = 0, kPublished, kSuspended, kWithdrawn };
  std::string name = {};
  std::string title = {};
  std::string provider = {};
  ShareClass share_class = ShareClass::kUnspecified;
  std::vector<Item> items = {};
  std::vector<ShareCondition> conditions = {};
  std::vector<Method> methods = {};
  std::string not_shared_reason = {};
  std::vector<std::string> basis = {};  // each text that forbids sharing: title and article
  uint32_t revision = 0;
  State state = State::kUnspecified;
  std::string profile = {};  // that governs the entry: profile@version
  std::string publication = {};  // exact bytes of the SignedAct that published the revision
  // The level of each text in `basis`; numbers as in shareway.catalog.v1.BasisLevel.
  std::vector<int> basis_levels = {};
  // Working days that the provider promises for deciding what is conditional; 0: the statute's.
  int promised_days = 0;
  // Reminders since the data became stale; 0: they are not, or none was sent.
  int stale_reminders = 0;
  // When the data were refreshed last, else when the revision was published: names one staleness.
  absl::Time fresh_time = absl::UnixEpoch();

  // Null if there is no such item or condition.
  const Item* item(absl::string_view id) const;
  const ShareCondition* condition(absl::string_view id) const;
  // The cited texts in one line.
  std::string basis_text() const;
  // FAILED_PRECONDITION, STATE_FORBIDS, unless PUBLISHED.
  absl::Status CheckPublished() const;

  friend bool operator==(const Resource&, const Resource&) = default;
};

}  // namespace shareway::sharing
