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

// The newest checkpoint first, then a state that is at least as large.
struct View {
  explicit View(const Audit& audit) : checkpoint(audit.signer().newest()), state(audit.state()) {}
  const std::shared_ptr<const Checkpoint> checkpoint;
  const std::shared_ptr<const LogState> state;

  // The tree that is meant by `size`.
  absl::StatusOr<uint64_t> Size(uint64_t size) const {
    if (size > checkpoint->size) return TooSmall(size, checkpoint->size);
    return size == 0 ? checkpoint->size : size;
  }
};

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

v1::Checkpoint Prover::Newest() const {
  const std::shared_ptr<const Checkpoint> newest = audit_->signer().newest();
  v1::Checkpoint answer;
  answer.set_size(newest->size);
  answer.set_root(newest->root.str());
  answer.set_note(newest->note);
  *answer.mutable_time() = evidence::ToTimestamp(newest->time);
  answer.set_verifier_key(audit_->verifier_key());
  return answer;
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
  const View view(*audit_);
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t size, view.Size(request.size()));
  if (request.index() >= view.checkpoint->size) {
    return TooSmall(request.index() + 1, view.checkpoint->size);
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
  const View view(*audit_);
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t size, view.Size(request.new_size()));
  if (request.old_size() > view.checkpoint->size) {
    return TooSmall(request.old_size(), view.checkpoint->size);
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
  const View view(*audit_);
  if (request.begin() >= request.end() || request.end() - request.begin() > kMaxRange) {
    return Error::Field("end", absl::StrCat("from ", request.begin(), " to ", request.end(),
                                            ", want 1 to ", kMaxRange, " entries"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t size, view.Size(request.size()));
  if (request.end() > view.checkpoint->size) {
    return TooSmall(request.end(), view.checkpoint->size);
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
  v1::Checkpoint* checkpoint = answer.mutable_checkpoint();
  checkpoint->set_size(size);
  if (size == view.checkpoint->size) {
    checkpoint->set_root(view.checkpoint->root.str());
    checkpoint->set_note(view.checkpoint->note);
    *checkpoint->mutable_time() = evidence::ToTimestamp(view.checkpoint->time);
    checkpoint->set_verifier_key(audit_->verifier_key());
  } else {
    SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root, merkle::RootAt(crypto::LogHasher(), size, node));
    checkpoint->set_root(root.str());
  }
  return answer;
}

}  // namespace shareway::audit
