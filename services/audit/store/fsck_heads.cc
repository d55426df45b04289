// SPDX-License-Identifier: Apache-2.0
#include "services/audit/store/fsck_heads.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/note.h"
#include "libs/merkle/proof.h"
#include "services/audit/store/checkpoint.h"
#include "services/audit/store/keys.h"
#include "services/audit/store/witness_store.h"

namespace shareway::audit {
namespace {

// A stamp is over the text of a checkpoint, of which the log keeps size and root.
std::string StampedText(const std::string& origin, uint64_t size, const Hash32& root) {
  return absl::StrCat(origin, "\n", size, "\n", ToBase64(root.view()), "\n");
}

size_t CosignedBy(const WitnessSet& set, const WitnessedCheckpoint& witnessed) {
  return static_cast<size_t>(
      std::count_if(set.witnesses().begin(), set.witnesses().end(), [&](const Witness& witness) {
        return std::any_of(witnessed.cosignatures.begin(), witnessed.cosignatures.end(),
                           [&](const std::string& line) {
                             return evidence::VerifyCosignature(witnessed.checkpoint.note, line,
                                                                witness.verifier_key)
                                 .value_or(false);
                           });
      }));
}

}  // namespace

absl::StatusOr<Hash32> HeadsCheck::RootAt(uint64_t size) const {
  return merkle::RootAt(crypto::LogHasher(), size,
                        [&](merkle::NodeId node) { return reader_->Node(*state_, node); });
}

absl::Status HeadsCheck::CheckRoot(absl::string_view whose, uint64_t size,
                                   const Hash32& root) const {
  if (size > state_->size()) {
    return absl::DataLossError(
        absl::StrCat("I20: ", whose, " has ", size, " entries, the log ", state_->size()));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const Hash32 have, RootAt(size));
  if (have == root) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("I8: ", whose, " of ", size, " entries has root ",
                                          ToHex(root.view()), ", the log had ",
                                          ToHex(have.view())));
}

absl::Status HeadsCheck::CheckSigned(const std::vector<std::string>& notes,
                                     FsckReport* report) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Checkpoint checkpoint, ReadCheckpoint(*store_, verifier_key_));
  SHAREWAY_RETURN_IF_ERROR(CheckRoot("the signed checkpoint", checkpoint.size, checkpoint.root));
  report->checkpoint_size = checkpoint.size;
  for (size_t i = 0; i < notes.size(); ++i) {
    const absl::StatusOr<evidence::TreeHead> head = evidence::OpenNote(notes[i], verifier_key_);
    if (!head.ok()) {
      return absl::DataLossError(absl::StrCat("I8: note ", i, ": ", head.status().message()));
    }
    SHAREWAY_RETURN_IF_ERROR(CheckRoot(absl::StrCat("note ", i), head->size, head->root));
  }
  return absl::OkStatus();
}

absl::Status HeadsCheck::CheckWitnessed(const std::vector<SetAt>* sets, FsckReport* report) const {
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<WitnessedCheckpoint> witnessed,
                            ReadWitnessed(*store_, verifier_key_));
  if (!witnessed) return absl::OkStatus();
  const Checkpoint& checkpoint = witnessed->checkpoint;
  SHAREWAY_RETURN_IF_ERROR(CheckRoot("the witnessed checkpoint", checkpoint.size, checkpoint.root));
  report->witnessed_size = checkpoint.size;
  // Before the first set every signed head was witnessed, without cosignatures.
  if (sets == nullptr || sets->empty() || sets->front().index >= checkpoint.size) {
    return absl::OkStatus();
  }
  // Mostly the set that was named last below that size. But a head that covers the naming of
  // a set may be the one by which a set before handed over to it, and the last head that a set
  // witnessed stays while the next ones are named: who was in force, the store does not say.
  std::string want = "nobody";
  bool reached = false;
  for (size_t i = 0; i < sets->size() && !reached; ++i) {
    const WitnessSet& set = (*sets)[i].set;
    const bool before = i + 1 < sets->size() && (*sets)[i + 1].index < checkpoint.size;
    if (before && set.empty()) continue;  // nobody watched; that is over
    const size_t cosigned = CosignedBy(set, *witnessed);
    reached = cosigned >= set.quorum();
    report->witnesses = cosigned;
    want = absl::StrCat(cosigned, " of ", set.size());
  }
  if (reached || sets->empty()) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat("I12: the witnessed checkpoint of ", checkpoint.size,
                                          " entries has cosignatures by ", want,
                                          " witnesses, want a majority"));
}

absl::Status HeadsCheck::CheckStamps(const std::vector<StampAt>& stamps) const {
  for (const StampAt& stamp : stamps) {
    if (stamp.size > stamp.index) {
      return Violation("I8", stamp.index,
                       absl::StrCat("stamps ", stamp.size, " entries, before they were there"),
                       stamp.token);
    }
    SHAREWAY_ASSIGN_OR_RETURN(const Hash32 root, RootAt(stamp.size));
    const Hash32 imprint = crypto::Sha256(StampedText(stamp.origin, stamp.size, root));
    if (!absl::StrContains(stamp.token, imprint.view())) {
      return Violation("I8", stamp.index,
                       absl::StrCat("the stamp is not over the tree of ", stamp.size, " entries"),
                       stamp.token);
    }
  }
  return absl::OkStatus();
}

}  // namespace shareway::audit
