// SPDX-License-Identifier: Apache-2.0
// Timestamps by an authority (RFC 3161): the question, the answer, the check.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"

namespace shareway::crypto {

// What an authority said of a digest: it existed before `time`.
struct Timestamp {
  std::string token = {};   // CMS SignedData over a TSTInfo, DER; the proof, to be kept
  absl::Time time = {};     // genTime, by the authority's clock
  std::string serial = {};  // of the token, hexadecimal
  std::string policy = {};  // under which it was given, dotted
};

// A TimeStampReq in DER for a SHA-256 digest that asks for the authority's
// certificate. `nonce` is 8 random bytes: it ties the answer to this question.
absl::StatusOr<std::string> TimestampQuery(const Hash32& sha256, absl::string_view nonce);

// The timestamp in a TimeStampResp (DER) to the query of these two. `authority` has
// certificates in PEM form: those of the roots, or the authority's own; each is
// trusted as it stands. UNAVAILABLE if the authority granted none, with its words;
// DATA_LOSS if what it granted does not verify; INVALID_ARGUMENT if the response or
// `authority` cannot be read.
absl::StatusOr<Timestamp> OpenTimestampResponse(absl::string_view response, const Hash32& sha256,
                                                absl::string_view nonce,
                                                absl::string_view authority);

// The same of a token that was kept. The authority's certificate must have been
// valid at the token's time, not now. Revocation is not looked at.
absl::StatusOr<Timestamp> OpenTimestampToken(absl::string_view token, const Hash32& sha256,
                                             absl::string_view authority);

}  // namespace shareway::crypto
