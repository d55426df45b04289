// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/attempt.h"

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"

namespace shareway::exchange {

absl::Status QueryChanged(absl::string_view exchange) {
  return Error(Reason::kQueryChanged, absl::StatusCode::kInvalidArgument,
               absl::StrCat("exchange ", exchange, " was used with another query"))
      .With("exchange", exchange);
}

absl::Status AttemptsExhausted(absl::string_view exchange) {
  return Error(Reason::kAttemptsExhausted, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("exchange ", exchange, " had its ", kMaxAttempts,
                            " attempts; ask under another id"))
      .With("exchange", exchange);
}

absl::Status Settled(const Answered& answered) {
  const bool known = answered.outcome != Outcome::kUnspecified;
  return Error(Reason::kExchangeSettled, absl::StatusCode::kAlreadyExists,
               absl::StrCat("attempt ", answered.attempt, " of exchange ", answered.exchange,
                            " was settled before"))
      .With("exchange", answered.exchange)
      .With("attempt", absl::StrCat(answered.attempt))
      .With("outcome", !known                                    ? "UNKNOWN"
                       : answered.outcome == Outcome::kDelivered ? "DELIVERED"
                                                                 : "REFUSED")
      .With("reason", answered.reason)
      .With("request_digest", ToHex(answered.request_digest))
      .With("response_digest", ToHex(answered.response_digest));
}

bool SameQuestion(const Answered& before, const Request& now, absl::string_view query_digest) {
  // Of an attempt that only audit remembered, and of a grant that was not the caller's, nothing is
  // known.
  return (before.query_digest.empty() || before.query_digest == query_digest) &&
         (before.method == Method::kUnspecified || before.method == now.method) &&
         (before.grant.empty() || before.grant == now.grant);
}

absl::StatusOr<uint32_t> NextAttempt(const std::optional<Asked>& before, const Asked& now) {
  if (!before) return 1;
  // Of an attempt that only audit remembered, the query is not known.
  const bool known = !before->query_digest.empty();
  if (known && (before->grant != now.grant || before->method != now.method ||
                before->query_digest != now.query_digest)) {
    return QueryChanged(now.exchange);
  }
  if (before->attempt >= kMaxAttempts) return AttemptsExhausted(now.exchange);
  return before->attempt + 1;
}

bool AnotherNodeMayAnswer(const absl::Status& failed) {
  if (!absl::IsUnavailable(failed) && !absl::IsDeadlineExceeded(failed)) return false;
  const std::optional<ErrorDetails> details = DetailsOf(failed);
  if (!details) return true;  // not the node's own words
  switch (details->reason) {
    case Reason::kPeerUnreachable:
    case Reason::kNotReady:
    case Reason::kDraining:
    case Reason::kEvidenceUnavailable:
    case Reason::kLeaseStale:
      return true;
    default:
      return false;
  }
}

}  // namespace shareway::exchange
