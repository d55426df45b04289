// SPDX-License-Identifier: Apache-2.0
// A recall: one consumer is told of a wrong value that it received, and says what it did (R25 26).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/sharing/domain/correction.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

// Exchanges that a recall names, at most.
inline constexpr size_t kMaxRecallExchanges = 20;

// A plain value. Errors: as Correction.
struct Recall {
  static constexpr char kCollection[] = "recalls";
  enum class State { kUnspecified = 0, kTold, kDisposed, kReplaced, kNotHeld };
  enum class Basis { kUnspecified = 0, kDelivered, kDeliveredInBulk, kGranted };

  std::string name = {};
  std::string correction = {};
  std::string resource = {};
  std::string item = {};
  std::string consumer = {};  // was told
  std::string provider = {};
  std::string profile = {};
  std::string authority = {};  // authorities/{a}, in charge of the consumer
  Basis basis = Basis::kUnspecified;
  std::vector<std::string> exchanges = {};  // newest first
  std::string reason = {};
  State state = State::kTold;
  absl::Time create_time = {};
  std::optional<absl::Time> confirm_time = {};
  std::string person = {};
  std::string note = {};
};

absl::string_view RecallStateName(Recall::State state);

// Who may do what when.
const StateTable& RecallTable();

// One consumer to be told, and why.
struct RecallRecipient {
  std::string consumer = {};
  Recall::Basis basis = Recall::Basis::kUnspecified;
  std::vector<std::string> exchanges = {};
};

// INVALID_ARGUMENT, naming recipients[i] and its field, unless each is an agency, none the
// provider, and no more than kMaxRecallExchanges exchanges are named of each.
absl::Status CheckRecipients(const std::vector<RecallRecipient>& recipients,
                             absl::string_view provider);

// A recall of what `correction` found wrong. `consumer` is the recipient as the directory knows it.
Recall Tell(std::string name, const Correction& correction, const RecallRecipient& recipient,
            const Agency& consumer, absl::Time now);

absl::StatusOr<Recall> Confirm(const Recall& before, const Actor& actor, const Parties& parties,
                               Recall::State outcome, absl::string_view note, absl::Time now);

// To the two sides and the authorities in charge of them.
bool Visible(const Recall& recall, const Actor& actor, const Parties& parties);

// The key by which a consumer is told of a correction once.
std::string ToldKey(absl::string_view correction, absl::string_view consumer);

}  // namespace shareway::sharing
