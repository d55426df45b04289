// SPDX-License-Identifier: Apache-2.0
// Attempts: a retry is the next attempt under the same exchange id with the same query.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/exchange/domain/grant.h"
#include "services/exchange/domain/request.h"

namespace shareway::exchange {

// What the consumer's node knows of an exchange: its last attempt.
struct Asked {
  std::string exchange = {};
  std::string grant = {};
  Method method = Method::kUnspecified;
  std::string query_digest = {};  // SHA-256 of the query's bytes
  uint32_t attempt = 0;           // the last one that was recorded
  bool received = false;
  std::string request_digest = {};
  std::string response_digest = {};
  std::string reason = {};  // why not, if it failed
};

// What the provider's node knows of one attempt that it settled.
struct Answered {
  std::string consumer = {};  // agencies/{a}
  std::string exchange = {};
  uint32_t attempt = 0;
  std::string query_digest = {};
  Method method = Method::kUnspecified;  // unspecified in what older versions kept
  Outcome outcome = Outcome::kUnspecified;
  std::string request_digest = {};
  std::string response_digest = {};
  std::string reason = {};
  std::string resource = {};
  std::string dataset_version = {};
  // For recall: the keyed digests of the records let through, 16 bytes each.
  std::string recall = {};
  std::string grant = {};  // grants/{g}; this and the time are empty in what older versions kept
  absl::Time settle_time = absl::UnixEpoch();
};

// The number of the next attempt, after `before` (nothing: the first).
// INVALID_ARGUMENT, QUERY_CHANGED, if grant, method or query are not those of the
// attempts before; FAILED_PRECONDITION, ATTEMPTS_EXHAUSTED, after kMaxAttempts.
absl::StatusOr<uint32_t> NextAttempt(const std::optional<Asked>& before, const Asked& now);

// Whether `now`, whose query has this SHA-256, asks what the attempt `before` asked, as far as that
// is known: by the same bytes, in the same way, under the same grant. The bytes alone say neither
// whether they are for a page, a whole dataset or an operation, nor whose permission they use.
bool SameQuestion(const Answered& before, const Request& now, absl::string_view query_digest);

// INVALID_ARGUMENT, QUERY_CHANGED.
absl::Status QueryChanged(absl::string_view exchange);
// FAILED_PRECONDITION, ATTEMPTS_EXHAUSTED.
absl::Status AttemptsExhausted(absl::string_view exchange);
// ALREADY_EXISTS, EXCHANGE_SETTLED, with attempt, outcome and digests (hexadecimal).
absl::Status Settled(const Answered& answered);

// True if the failure of a call says nothing of what was asked: the provider's node was
// not reached, starts, ends or cannot keep evidence. Then another node of the agency may
// be asked, under the next attempt.
bool AnotherNodeMayAnswer(const absl::Status& failed);

}  // namespace shareway::exchange
