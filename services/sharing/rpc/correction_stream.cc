// SPDX-License-Identifier: Apache-2.0
// WatchCorrections: snapshot, deltas, progress.
#include "services/sharing/rpc/correction_stream.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/sharing/rpc/convert_correction.h"

namespace shareway::sharing {
namespace {

constexpr int kChunk = 256;

}  // namespace

v1::CorrectionChange CorrectionStream::At(uint64_t number) const {
  v1::CorrectionChange change;
  change.mutable_revision()->set_epoch(store_->epoch());
  change.mutable_revision()->set_number(number);
  return change;
}

absl::StatusOr<bool> CorrectionStream::ServesOthers() {
  std::shared_ptr<const rpc::Directory> now = directory_->Get();
  if (now == seen_) return false;
  seen_ = std::move(now);
  if (!seen_->Stands(node_)) {
    return absl::Status(Error(Reason::kKeyRevoked, absl::StatusCode::kPermissionDenied,
                              absl::StrCat(node_, " does not stand any more"))
                            .With("node", node_));
  }
  const std::vector<std::string> agencies = seen_->ServedBy(node_);
  std::set<std::string> served(agencies.begin(), agencies.end());
  if (served == served_) return false;
  served_ = std::move(served);
  return true;
}

std::string CorrectionStream::ServedDigest() const {
  std::string lines;
  for (const std::string& agency : served_) absl::StrAppend(&lines, agency, "\n");
  return crypto::Sha256(lines).str();
}

absl::Status CorrectionStream::Begin(const v1::WatchCorrectionsRequest& request) {
  SHAREWAY_RETURN_IF_ERROR(ServesOthers().status());
  const uint64_t from = request.from_revision().number();
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t tail, store_->CaseTail(kCorrectionLog));
  if (request.from_revision().epoch() != store_->epoch() ||
      from > store_->CaseHead(kCorrectionLog) || from + 1 < tail ||
      request.served_digest() != ServedDigest()) {
    return Snapshot();
  }
  at_ = from;
  return Deltas();
}

absl::Status CorrectionStream::Snapshot() {
  // Changes after this head may be in the snapshot already; they come again, whole.
  const uint64_t head = store_->CaseHead(kCorrectionLog);
  v1::CorrectionChange begin;
  begin.set_snapshot_begin(true);
  SHAREWAY_RETURN_IF_ERROR(write_(begin));
  std::vector<std::string> lists;
  for (const std::string& agency : served_) lists.push_back(WatchedList(agency));
  std::string cursor;
  do {
    SHAREWAY_ASSIGN_OR_RETURN(const Page<Correction> page,
                              store_->ListCases<Correction>(
                                  lists, cursor, kChunk, [](const Correction&) { return true; }));
    for (const Stored<Correction>& correction : page.values) {
      v1::CorrectionChange change;
      *change.mutable_correction() = ToNode(correction.value, node_);
      if (!change.correction().open() && change.correction().recall() == 0) continue;
      SHAREWAY_RETURN_IF_ERROR(write_(change));
    }
    cursor = page.next;
  } while (!cursor.empty());
  v1::CorrectionChange end = At(head);
  end.set_snapshot_end(true);
  end.set_served_digest(ServedDigest());
  SHAREWAY_RETURN_IF_ERROR(write_(end));
  at_ = head;
  return absl::OkStatus();
}

absl::Status CorrectionStream::Deltas() {
  while (true) {
    std::vector<std::pair<uint64_t, Correction>> ours;
    uint64_t last = at_;
    int read = 0;
    SHAREWAY_RETURN_IF_ERROR(store_->ReadCases<Correction>(
        kCorrectionLog, at_ + 1, [&](uint64_t number, const Correction& correction) {
          last = number;
          if (served_.count(correction.provider) > 0) ours.emplace_back(number, correction);
          return ++read < kChunk;
        }));
    for (const auto& [number, correction] : ours) {
      v1::CorrectionChange change = At(number);
      *change.mutable_correction() = ToNode(correction, node_);
      SHAREWAY_RETURN_IF_ERROR(write_(change));
    }
    if (ours.empty() || ours.back().first != last) {
      v1::CorrectionChange progress = At(last);
      progress.set_progress(true);
      SHAREWAY_RETURN_IF_ERROR(write_(progress));
    }
    at_ = last;
    if (read < kChunk) return absl::OkStatus();
  }
}

absl::Status CorrectionStream::Continue(absl::Duration wait) {
  SHAREWAY_ASSIGN_OR_RETURN(const bool others, ServesOthers());
  if (others) return Snapshot();
  if (!store_->WaitCases(kCorrectionLog, at_, wait)) return absl::OkStatus();
  return Deltas();
}

}  // namespace shareway::sharing
