// SPDX-License-Identifier: Apache-2.0
// Numbers checked, nodes read, proofs made by libs/merkle.
#include "services/audit/rpc/prover.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/record.h"
#include "libs/merkle/proof.h"

namespace shareway::audit {
namespace {

constexpr uint64_t kMaxRange = 4096;

void AddHashes(const std::vector<Hash32>& hashes,
               google::protobuf::RepeatedPtrField<std::string>* field) {
  for (const Hash32& hash : hashes) field->Add(hash.str());
}

absl::Status Outside(absl::string_view field, uint64_t value, uint64_t size) {
  return Error::Field(field, absl::StrCat(value, " is outside the tree of ", size, " entries"));
}

}  // namespace

absl::Status TooSmall(uint64_t wanted, uint64_t size) {
  return Error(Reason::kLogTooSmall, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("the log has ", size, " signed entries, but ", wanted, " are needed"))
      .With("size", absl::StrCat(size))
      .With("wanted", absl::StrCat(wanted));
}

v1::Checkpoint ToProto(const Checkpoint& checkpoint, const std::string& verifier_key) {
  v1::Checkpoint proto;
  proto.set_size(checkpoint.size);
  proto.set_root(checkpoint.root.str());
  proto.set_note(checkpoint.note);
  *proto.mutable_time() = evidence::ToTimestamp(checkpoint.time);
  proto.set_verifier_key(verifier_key);
  return proto;
}

// The newest witnessed checkpoint first, then a signed one and a state that are at least as large.
struct Prover::View {
  explicit View(const Prover& prover)
      : witnessed(prover.Witnessed()),
        newest(prover.audit_->signer().newest()),
        state(prover.audit_->state()) {}
  const std::shared_ptr<const WitnessedCheckpoint> witnessed;
  const std::shared_ptr<const Checkpoint> newest;
  const std::shared_ptr<const LogState> state;

  // How many entries can be meant where `size` was asked for.
  uint64_t Limit(uint64_t size) const {
    return size == 0 ? witnessed->checkpoint.size : newest->size;
  }
  // The tree that is meant by `size`.
  absl::StatusOr<uint64_t> Size(uint64_t size) const {
    if (size > newest->size) return TooSmall(size, newest->size);
    return size == 0 ? witnessed->checkpoint.size : size;
  }
};

namespace {

v1::Checkpoint WitnessedProto(const WitnessedCheckpoint& witnessed,
                              const std::string& verifier_key) {
  v1::Checkpoint proto = ToProto(witnessed.checkpoint, verifier_key);
  for (const std::string& line : witnessed.cosignatures) proto.add_cosignatures(line);
  proto.set_witnessed(true);
  return proto;
}

}  // namespace

std::shared_ptr<const WitnessedCheckpoint> Prover::Witnessed() const {
  if (witnesses_ != nullptr) return witnesses_->newest();
  return std::make_shared<const WitnessedCheckpoint>(
      WitnessedCheckpoint{.checkpoint = *audit_->signer().newest(), .cosignatures = {}});
}

bool Prover::WaitWitnessed(uint64_t size, absl::Duration timeout) const {
  return witnesses_ != nullptr ? witnesses_->WaitCovers(size, timeout)
                               : audit_->signer().WaitCovers(size, timeout);
}

absl::StatusOr<v1::Checkpoint> Prover::Newest() const {
  const std::shared_ptr<const WitnessedCheckpoint> newest = Witnessed();
  if (newest->checkpoint.note.empty()) {
    return Error(Reason::kNotReady, absl::StatusCode::kUnavailable,
                 "no checkpoint of the log is witnessed yet");
  }
  return WitnessedProto(*newest, audit_->verifier_key());
}

v1::Checkpoint Prover::NewestSigned() const {
  const std::shared_ptr<const WitnessedCheckpoint> witnessed = Witnessed();
  const std::shared_ptr<const Checkpoint> newest = audit_->signer().newest();
  return witnessed->checkpoint.size == newest->size
             ? WitnessedProto(*witnessed, audit_->verifier_key())
             : ToProto(*newest, audit_->verifier_key());
}

absl::StatusOr<std::vector<Hash32>> Prover::Path(uint64_t index,
                                                 const Checkpoint& checkpoint) const {
  const std::shared_ptr<const LogState> state = audit_->state();
  return merkle::MakeInclusionProof(
      crypto::LogHasher(), index, checkpoint.size,
      [&](merkle::NodeId node) { return reader_->Node(*state, node); });
}

absl::StatusOr<v1::InclusionProof> Prover::Inclusion(
    const v1::GetInclusionProofRequest& request) const {
  const View view(*this);
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t size, view.Size(request.size()));
  if (const uint64_t limit = view.Limit(request.size()); request.index() >= limit) {
    return TooSmall(request.index() + 1, limit);
  }
  if (request.index() >= size) return Outside("index", request.index(), size);
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Hash32> path,
                            merkle::MakeInclusionProof(crypto::LogHasher(), request.index(), size,
                                                       [&](merkle::NodeId node) {
                                                         return reader_->Node(*view.state, node);
                                                       }));
  v1::InclusionProof answer;
  answer.set_index(request.index());
  answer.set_size(size);
  AddHashes(path, answer.mutable_path());
  return answer;
}

absl::StatusOr<v1::ConsistencyProof> Prover::Consistency(
    const v1::GetConsistencyProofRequest& request) const {
  const View view(*this);
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t size, view.Size(request.new_size()));
  if (const uint64_t limit = view.Limit(request.new_size()); request.old_size() > limit) {
    return TooSmall(request.old_size(), limit);
  }
  if (request.old_size() > size) return Outside("old_size", request.old_size(), size);
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Hash32> hashes,
                            merkle::MakeConsistencyProof(crypto::LogHasher(), request.old_size(),
                                                         size, [&](merkle::NodeId node) {
                                                           return reader_->Node(*view.state, node);
                                                         }));
  v1::ConsistencyProof answer;
  answer.set_old_size(request.old_size());
  answer.set_new_size(size);
  AddHashes(hashes, answer.mutable_hashes());
  return answer;
}

absl::StatusOr<v1::RangeProof> Prover::Range(const v1::GetRangeProofRequest& request) const {
  const View view(*this);
  if (request.begin() >= request.end() || request.end() - request.begin() > kMaxRange) {
    return Error::Field("end", absl::StrCat("from ", request.begin(), " to ", request.end(),
                                            ", want 1 to ", kMaxRange, " entries"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t size, view.Size(request.size()));
  if (const uint64_t limit = view.Limit(request.size()); request.end() > limit) {
    return TooSmall(request.end(), limit);
  }
  if (request.end() > size) return Outside("end", request.end(), size);
  const auto node = [&](merkle::NodeId id) { return reader_->Node(*view.state, id); };
  SHAREWAY_ASSIGN_OR_RETURN(
      const merkle::RangeProof proof,
      merkle::MakeRangeProof(crypto::LogHasher(), request.begin(), request.end(), size, node));
  v1::RangeProof answer;
  answer.set_begin(request.begin());
  answer.set_end(request.end());
  AddHashes(proof.left, answer.mutable_left());
  AddHashes(proof.right, answer.mutable_right());
  if (size == view.witnessed->checkpoint.size) {
    *answer.mutable_checkpoint() = WitnessedProto(*view.witnessed, audit_->verifier_key());
  } else if (size == view.newest->size) {
    *answer.mutable_checkpoint() = ToProto(*view.newest, audit_->verifier_key());
  } else {
    SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root, merkle::RootAt(crypto::LogHasher(), size, node));
    answer.mutable_checkpoint()->set_size(size);
    answer.mutable_checkpoint()->set_root(root.str());
  }
  return answer;
}

}  // namespace shareway::audit
