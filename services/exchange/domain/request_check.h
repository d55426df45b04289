// SPDX-License-Identifier: Apache-2.0
// The checks of signed messages that need neither grant nor key: form, audience, time.
#pragma once

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/exchange/domain/request.h"

namespace shareway::exchange {

// How far two nodes' clocks may be apart.
inline constexpr absl::Duration kMaxSkew = absl::Seconds(2);
// The longest validity of a request.
inline constexpr absl::Duration kMaxValidity = absl::Seconds(60);
// Counted from a request's issue, how long its attempt must be remembered.
// It is kMaxValidity and twice kMaxSkew.
inline constexpr absl::Duration kReplayWindow = absl::Seconds(64);

// OK if the request can be judged and its refusal attributed. INVALID_ARGUMENT,
// ENVELOPE_INVALID, naming the first field that is malformed: another kind or
// version, nonce, names, ids or digests of another form.
absl::Status CheckForm(const Request& request);

// PERMISSION_DENIED: WRONG_NODE unless the request names `node`; ENVELOPE_EXPIRED
// if it was issued more than kMaxSkew ahead of `now`, is past its expiry by more
// than kMaxSkew, or is valid for longer than kMaxValidity.
absl::Status CheckAudience(const Request& request, absl::string_view node, absl::Time now);

// OK if `response` answers `request`, whose digest is `request_digest`, in the name
// of `provider`. DATA_LOSS, ENVELOPE_INVALID or ENVELOPE_EXPIRED, otherwise.
absl::Status CheckResponse(const Response& response, const Request& request,
                           absl::string_view request_digest, absl::string_view provider,
                           absl::Time now);

// The same for a manifest of a transfer.
absl::Status CheckManifest(const Manifest& manifest, const Request& request,
                           absl::string_view request_digest, absl::Time now);

}  // namespace shareway::exchange
