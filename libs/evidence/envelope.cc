// SPDX-License-Identifier: Apache-2.0
#include "libs/evidence/envelope.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"

namespace shareway::evidence {
namespace {

constexpr absl::string_view kEntry = "shareway/v1/entry\n";

absl::StatusOr<crypto::Suite> SuiteFromProto(v1::Suite suite) {
  switch (suite) {
    case v1::P256_SHA256:
      return crypto::Suite::kP256Sha256;
    case v1::SM2_SM3:
      return crypto::Suite::kSm2Sm3;
    default:
      return Error::Field(
          "signature.suite",
          absl::StrCat(static_cast<int>(suite), " is unknown, want P256_SHA256 or SM2_SM3"));
  }
}

absl::StatusOr<Hash32> DigestField(absl::string_view field, absl::string_view raw) {
  absl::StatusOr<Hash32> hash = Hash32::From(raw);
  if (!hash.ok()) return Error::Field(field, absl::StrCat("has ", raw.size(), " bytes, want 32"));
  return hash;
}

}  // namespace

v1::Signature ToProto(const crypto::BatchSignature& signature) {
  v1::Signature proto;
  proto.set_suite(static_cast<v1::Suite>(signature.suite));
  proto.set_key_id(signature.key_id.str());
  proto.set_index(signature.index);
  proto.set_size(signature.size);
  proto.mutable_path()->Reserve(static_cast<int>(signature.path.size()));
  for (const Hash32& hash : signature.path) proto.add_path(hash.str());
  proto.set_bytes(signature.bytes);
  return proto;
}

absl::StatusOr<crypto::BatchSignature> FromProto(const v1::Signature& signature) {
  crypto::BatchSignature out;
  SHAREWAY_ASSIGN_OR_RETURN(out.suite, SuiteFromProto(signature.suite()));
  SHAREWAY_ASSIGN_OR_RETURN(out.key_id, DigestField("signature.key_id", signature.key_id()));
  out.index = signature.index();
  out.size = signature.size();
  out.path.reserve(signature.path_size());
  for (int i = 0; i < signature.path_size(); ++i) {
    const absl::StatusOr<Hash32> hash = Hash32::From(signature.path(i));
    if (!hash.ok()) {
      return DigestField(absl::StrCat("signature.path[", i, "]"), signature.path(i)).status();
    }
    out.path.push_back(*hash);
  }
  out.bytes = signature.bytes();
  return out;
}

absl::Status Verify(crypto::BatchVerifier* verifier, const crypto::PublicKey& key,
                    absl::string_view payload, const v1::Signature& signature) {
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::BatchSignature batch, FromProto(signature));
  return verifier->Verify(key, payload, batch);
}

absl::Status VerifyDigest(crypto::BatchVerifier* verifier, const crypto::PublicKey& key,
                          absl::string_view payload_digest, const v1::Signature& signature) {
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::BatchSignature batch, FromProto(signature));
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 digest, DigestField("payload_digest", payload_digest));
  return verifier->VerifyDigest(key, digest, batch);
}

Hash32 Commitment(const v1::SealedRecord& sealed) {
  return crypto::Sha256(absl::StrCat(kEntry, sealed.salt(), sealed.record()));
}

std::string WithSequence(absl::string_view record, uint64_t sequence) {
  v1::AuditRecord number;
  number.set_sequence(sequence);
  return absl::StrCat(record, number.SerializeAsString());
}

absl::StatusOr<OpenedRecord> Open(const v1::SealedRecord& sealed) {
  OpenedRecord opened;
  if (!opened.envelope.ParseFromString(sealed.record())) {
    return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kDataLoss,
                 absl::StrCat("the ", sealed.record().size(), " bytes are no envelope"));
  }
  if (!opened.record.ParseFromString(opened.envelope.payload())) {
    return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kDataLoss,
                 absl::StrCat("the envelope's payload of ", opened.envelope.payload().size(),
                              " bytes is no audit record"));
  }
  return opened;
}

absl::StatusOr<v1::SignedAct> SignAct(const crypto::PrivateKey& key, absl::string_view person,
                                      absl::string_view method, absl::string_view request,
                                      absl::Time now) {
  v1::Act act;
  act.set_nonce(crypto::RandomBytes(16));
  act.set_person(std::string(person));
  act.set_method(std::string(method));
  *act.mutable_time() = ToTimestamp(now);
  act.set_request(std::string(request));
  v1::SignedAct signed_act;
  signed_act.set_act(act.SerializeAsString());
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<crypto::BatchSignature> signatures,
                            crypto::SignBatch(key, {signed_act.act()}));
  *signed_act.mutable_signature() = ToProto(signatures[0]);
  return signed_act;
}

}  // namespace shareway::evidence
