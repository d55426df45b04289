// SPDX-License-Identifier: Apache-2.0
// The parts of a sharing request that come and go on its path: supplement, extension, supply, and
// the change of a grant that it asks for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/statute/clock.h"

namespace shareway::sharing {

// One thing that is missing, and what the consumer says to it.
struct SupplementItem {
  std::string subject = {};  // 1 to 100 characters, each once in a list
  std::string missing = {};  // 1 to 500 characters
  std::string answer = {};   // 1 to 2000 characters; empty until answered

  friend bool operator==(const SupplementItem&, const SupplementItem&) = default;
};

// 补正: asked once a submission, completely (R25 21(2)).
struct Supplement {
  std::vector<SupplementItem> items = {};  // 1 to 50
  absl::Time ask_time = {};
  std::string asker = {};      // people/{p}
  statute::Clock clock = {};   // kSupplement, owed by the consumer
  std::optional<absl::Time> answer_time = {};
  std::string answerer = {};   // people/{p}
};

// 延期: more working days for the reply, once a submission, by consent of the provider's authority
// (R25 21(1)).
struct ReplyExtension {
  enum class State { kUnspecified = 0, kAsked, kConsented, kRefused };
  State state = State::kUnspecified;
  int days = 0;
  std::string reason = {};  // 1 to 1000 characters
  absl::Time ask_time = {};
  std::string asker = {};   // people/{p}
  // Number of the document of consent, 1 to 200 characters, or reasons, 1 to 1000.
  std::string answer = {};
  std::optional<absl::Time> answer_time = {};
  std::string officer = {};  // people/{p}
};

// 提供: how the data of an APPROVED request come (R25 22(1)).
struct Supply {
  enum class State { kUnspecified = 0, kAwaited, kReported, kConfirmed, kDisputed };
  State state = State::kUnspecified;  // unspecified: not approved yet
  // kSupply, owed by the provider; nothing where the text gives no number.
  std::optional<statute::Clock> clock = {};
  std::optional<absl::Time> report_time = {};
  std::optional<absl::Time> confirm_time = {};
  std::string dispute_reason = {};  // of the last report, 1 to 1000 characters
  std::string exchange = {};        // id of the one that confirmed it; empty: a person did
};

// What the consumer's node received of the supply, by its own word: audit has the node's half of
// the exchange, with the provider's signature.
struct Receipt {
  std::string exchange = {};  // id
  uint32_t attempt = 0;       // of the exchange, from 1
  absl::Time time = {};       // when the node had it durably
};

// What a request asks to change of a live grant (M16 14; R25 25(1)).
struct ScopeChange {
  enum class Kind { kUnspecified = 0, kWiderScope, kNewPurpose, kThirdParty };
  Kind kind = Kind::kUnspecified;  // unspecified: it changes nothing, it asks for a new grant
  std::string grant = {};          // grants/{g}
  std::string third_party = {};    // agencies/{a}; of kThirdParty

  friend bool operator==(const ScopeChange&, const ScopeChange&) = default;
};

// AWAITED and so on.
absl::string_view SupplyStateName(Supply::State state);
// WIDER_SCOPE and so on.
absl::string_view ChangeKindName(ScopeChange::Kind kind);

}  // namespace shareway::sharing
