// SPDX-License-Identifier: Apache-2.0
// The halves of an exchange as evidence: what each node says for itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/record.h"
#include "services/exchange/domain/grant.h"
#include "services/exchange/domain/request.h"

namespace shareway::exchange {

// What a node knows beside the request. Borrows what is large.
struct HalfFacts {
  // The grant as this node applied it; null if it holds none of that name.
  const Grant* grant = nullptr;
  std::string provider = {};                        // agencies/{a}; empty: the grant's
  std::string request_digest = {};                  // RecordedDigest
  std::string response_digest = {};                 // RecordedDigest
  const std::vector<std::string>* items = nullptr;  // let through, in order; null: none
  uint64_t records = 0;
  uint64_t payload_bytes = 0;
  std::string reason = {};
  absl::string_view operation = {};  // of a CALL: its id
  bool opaque = false;               // of a CALL: its answer was one opaque item
  const evidence::v1::Signature* request_signature = nullptr;   // null: never signed
  const evidence::v1::Signature* response_signature = nullptr;  // null: none came
};

// The digest of a signed payload as evidence has it: that of the signature's suite, so
// that the signature verifies from the record alone (proto/FORMATS.md section 3).
// `sha256` is the payload's own, and the answer where nothing was signed by SM2.
std::string RecordedDigest(absl::string_view payload, const evidence::v1::Signature& signature,
                           const std::string& sha256);

// Of a signature that another node sent: DATA_LOSS, ENVELOPE_INVALID, if it has fields that this
// version does not know. Halves have signatures whole, so that what nobody verified would become
// evidence, and could make it larger than evidence may be.
absl::Status CheckWhole(const evidence::v1::Signature& signature);

// A record of `kind` about the exchange of `request`.
evidence::AuditRecord HalfOf(evidence::RecordKind kind, const Request& request,
                             const HalfFacts& facts);

// The exact bytes of that record, for Outbox::AddEncoded: nothing is built before.
std::string EncodeHalf(evidence::RecordKind kind, const Request& request, const HalfFacts& facts);

// The half that this node owes to `other`, the half of an exchange that it knows
// nothing of: it let nothing through and got nothing. `provider` is the provider's agency. Grant,
// purpose and operation stay empty: this node would sign what only the other one says.
evidence::AuditRecord LostHalf(evidence::RecordKind kind, const evidence::AuditRecord& other,
                               const std::string& provider, absl::string_view reason);

// SHA-256 of the item ids, each followed by a line feed.
std::string ItemSetDigest(const std::vector<std::string>& items);

}  // namespace shareway::exchange
