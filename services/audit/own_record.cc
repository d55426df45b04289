// SPDX-License-Identifier: Apache-2.0
// Making and sealing the service's own records.
#include "services/audit/own_record.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "libs/base/status.h"
#include "libs/crypto/batch.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/record.h"

namespace shareway::audit {

absl::StatusOr<uint64_t> RecordStart(Audit* audit, const LogReader& reader,
                                     const crypto::PrivateKey& message_key,
                                     absl::string_view producer) {
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t last,
                            reader.LastSequence(producer, audit->incarnation()));
  evidence::AuditRecord record;
  record.set_nonce(crypto::RandomBytes(16));
  record.set_kind(evidence::v1::SERVICE_STARTED);
  record.set_producer(std::string(producer));
  record.set_incarnation(audit->incarnation());
  record.set_sequence(last + 1);
  *record.mutable_time() = evidence::ToTimestamp(audit->clock().Now());

  evidence::v1::Envelope envelope;
  envelope.set_payload(record.SerializeAsString());
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<crypto::BatchSignature> signatures,
                            crypto::SignBatch(message_key, {envelope.payload()}));
  *envelope.mutable_signature() = evidence::ToProto(signatures[0]);
  evidence::v1::SealedRecord sealed;
  sealed.set_record(envelope.SerializeAsString());
  sealed.set_salt(crypto::RandomBytes(kSaltBytes));
  SHAREWAY_ASSIGN_OR_RETURN(Entry entry, OpenEntry(std::move(sealed)));
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::vector<uint64_t> indices,
      audit->AppendAndWait({std::make_shared<const Entry>(std::move(entry))}));
  return indices[0];
}

}  // namespace shareway::audit
