// SPDX-License-Identifier: Apache-2.0
#include "libs/outbox/sealed.h"

#include <iterator>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/base/wire.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/signed_batch.h"
#include "libs/outbox/keys.h"

namespace shareway::outbox {
namespace {

using evidence::v1::SealedRecord;

constexpr size_t kSaltBytes = 16;

std::string EnvelopeOf(absl::string_view payload, const crypto::BatchSignature& signature) {
  WireWriter inner(128 + signature.bytes.size() + 34 * signature.path.size());
  inner.Number(1, static_cast<uint64_t>(signature.suite))
      .Bytes(2, signature.key_id.view())
      .Number(3, signature.index)
      .Number(4, signature.size);
  for (const Hash32& hash : signature.path) inner.Bytes(5, hash.view());
  inner.Bytes(6, signature.bytes);
  const std::string proof = std::move(inner).Take();
  WireWriter envelope(payload.size() + proof.size() + 16);
  envelope.Bytes(1, payload).Message(2, proof);
  return std::move(envelope).Take();
}

std::vector<SealedRecord> RecordsOf(const std::vector<std::string>& payloads,
                                    const std::vector<crypto::BatchSignature>& signatures,
                                    absl::string_view salts) {
  std::vector<SealedRecord> records(payloads.size());
  for (size_t i = 0; i < payloads.size(); ++i) {
    records[i].set_record(EnvelopeOf(payloads[i], signatures[i]));
    const absl::string_view salt = salts.substr(i * kSaltBytes, kSaltBytes);
    records[i].set_salt(salt.data(), salt.size());
  }
  return records;
}

absl::Status Damaged(uint64_t first, absl::string_view how) {
  return absl::DataLossError(absl::StrCat("sealed batch ", first, " ", how));
}

}  // namespace

std::string PayloadOf(absl::string_view logged, uint64_t number) {
  // Protobuf parsers merge: the record is what was stored, and its number.
  WireWriter field(11);
  field.Number(5, number);
  return absl::StrCat(logged, std::move(field).Take());
}

absl::StatusOr<Sealed> SealBatch(const crypto::PrivateKey& key,
                                 std::vector<std::string> payloads) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<crypto::BatchSignature> signatures,
                            crypto::SignBatch(key, payloads));
  SealedBatch batch;
  batch.set_size(static_cast<uint32_t>(payloads.size()));
  batch.set_suite(static_cast<uint32_t>(signatures[0].suite));
  batch.set_key_id(signatures[0].key_id.str());
  batch.set_signature(signatures[0].bytes);
  batch.set_salts(crypto::RandomBytes(kSaltBytes * payloads.size()));
  return Sealed{.records = RecordsOf(payloads, signatures, batch.salts()),
                .kept = batch.SerializeAsString()};
}

absl::StatusOr<std::vector<SealedRecord>> OpenSealed(const kv::Store& store, uint64_t first,
                                                     absl::string_view kept) {
  SealedBatch batch;
  if (!batch.ParseFromArray(kept.data(), static_cast<int>(kept.size()))) {
    return Damaged(first, "cannot be read");
  }
  if (batch.records_size() > 0) {  // of an older store, whose log does not have them any more
    return std::vector<SealedRecord>(std::make_move_iterator(batch.mutable_records()->begin()),
                                     std::make_move_iterator(batch.mutable_records()->end()));
  }
  const absl::StatusOr<Hash32> key_id = Hash32::From(batch.key_id());
  if (!key_id.ok() || batch.size() == 0 || batch.size() > crypto::kMaxBatch ||
      batch.salts().size() != kSaltBytes * batch.size()) {
    return Damaged(first, "does not say what was sealed");
  }
  std::vector<std::string> payloads;
  payloads.reserve(batch.size());
  SHAREWAY_RETURN_IF_ERROR(
      store.ReadLog(kLog, first, [&](uint64_t number, absl::string_view logged) {
        if (number != first + payloads.size()) return false;
        payloads.push_back(PayloadOf(logged, number));
        return payloads.size() < batch.size();
      }));
  if (payloads.size() != batch.size()) {
    return Damaged(first, absl::StrCat("has ", batch.size(), " entries, of which the log lacks ",
                                       first + payloads.size()));
  }
  return RecordsOf(payloads,
                   crypto::SignaturesOf(static_cast<crypto::Suite>(batch.suite()), *key_id,
                                        batch.signature(), payloads),
                   batch.salts());
}

}  // namespace shareway::outbox
