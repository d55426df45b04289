// SPDX-License-Identifier: Apache-2.0
// Envelopes, commitments and acts: exact bytes, signed and verified
// (proto/FORMATS.md sections 2 and 3).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"
#include "libs/crypto/batch.h"
#include "shareway/evidence/v1/envelope.pb.h"
#include "shareway/evidence/v1/record.pb.h"

namespace shareway::evidence {

v1::Signature ToProto(const crypto::BatchSignature& signature);
// INVALID_ARGUMENT for a digest of the wrong length or an unknown suite.
absl::StatusOr<crypto::BatchSignature> FromProto(const v1::Signature& signature);

// Verifies the envelope's signature over its exact payload. DATA_LOSS or INVALID_ARGUMENT.
absl::Status Verify(crypto::BatchVerifier* verifier, const crypto::PublicKey& key,
                    absl::string_view payload, const v1::Signature& signature);

// The same for a payload of which a record has only the digest: 32 bytes, by the
// digest of the signature's suite.
absl::Status VerifyDigest(crypto::BatchVerifier* verifier, const crypto::PublicKey& key,
                          absl::string_view payload_digest, const v1::Signature& signature);

// What enters the tree: SHA-256("shareway/v1/entry\n" ‖ salt ‖ record).
Hash32 Commitment(const v1::SealedRecord& sealed);

// The payload of a record's envelope: the record as stored, and the sequence
// number that it got, appended as a field. Parsers merge the two.
std::string WithSequence(absl::string_view record, uint64_t sequence);

// The envelope inside a sealed record, and the record inside the envelope.
// DATA_LOSS if either does not parse.
struct OpenedRecord {
  v1::Envelope envelope;
  v1::AuditRecord record;
};
absl::StatusOr<OpenedRecord> Open(const v1::SealedRecord& sealed);

// Signs a request as an act of `person`; the CLI and tests use it. `request` is
// the exact bytes of the method's request without signed_act.
absl::StatusOr<v1::SignedAct> SignAct(const crypto::PrivateKey& key, absl::string_view person,
                                      absl::string_view method, absl::string_view request,
                                      absl::Time now);

}  // namespace shareway::evidence
