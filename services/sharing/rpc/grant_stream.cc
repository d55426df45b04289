// SPDX-License-Identifier: Apache-2.0
// WatchGrants: snapshot, deltas, progress.
#include "services/sharing/rpc/grant_stream.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/sharing/rpc/convert.h"

namespace shareway::sharing {
namespace {

constexpr int kChunk = 256;

}  // namespace

v1::GrantChange GrantStream::At(uint64_t number) const {
  v1::GrantChange change;
  change.mutable_revision()->set_epoch(store_->epoch());
  change.mutable_revision()->set_number(number);
  return change;
}

absl::StatusOr<bool> GrantStream::ServesOthers() {
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

std::string GrantStream::ServedDigest() const {
  std::string lines;
  for (const std::string& agency : served_) absl::StrAppend(&lines, agency, "\n");
  return crypto::Sha256(lines).str();
}

absl::Status GrantStream::Begin(const evidence::v1::Revision& from,
                                absl::string_view served_digest) {
  SHAREWAY_RETURN_IF_ERROR(ServesOthers().status());
  const uint64_t head = store_->GrantHead();
  if (from.epoch() != store_->epoch()) return Snapshot();
  if (from.number() > head) {
    return Error(Reason::kRolledBack, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat("the node has applied ", from.number(), ", the log ends at ", head))
        .With("applied", absl::StrCat(from.number()))
        .With("head", absl::StrCat(head));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t tail, store_->GrantTail());
  if (from.number() + 1 < tail || served_digest != ServedDigest()) return Snapshot();
  at_ = from.number();
  return Deltas();
}

absl::Status GrantStream::Snapshot() {
  // Changes after this head may be in the snapshot already; they come again as deltas, and
  // a whole grant applied twice is the same grant.
  const uint64_t head = store_->GrantHead();
  v1::GrantChange begin;
  begin.set_snapshot_begin(true);
  SHAREWAY_RETURN_IF_ERROR(write_(begin));
  const std::vector<std::string> owners(served_.begin(), served_.end());
  std::string cursor;
  do {
    SHAREWAY_ASSIGN_OR_RETURN(Page<Grant> page,
                              store_->ListGrants(owners, cursor, kChunk, [&](const Grant& grant) {
                                return served_.count(grant.fields().consumer) > 0 ||
                                       served_.count(grant.fields().provider) > 0;
                              }));
    for (const Stored<Grant>& grant : page.values) {
      v1::GrantChange change;
      *change.mutable_grant() = ToProto(grant.value, store_->epoch());
      SHAREWAY_RETURN_IF_ERROR(write_(change));
    }
    cursor = page.next;
  } while (!cursor.empty());
  v1::GrantChange end = At(head);
  end.set_snapshot_end(true);
  end.set_served_digest(ServedDigest());
  SHAREWAY_RETURN_IF_ERROR(write_(end));
  at_ = head;
  return absl::OkStatus();
}

absl::Status GrantStream::Deltas() {
  while (true) {
    std::vector<Grant> ours;
    uint64_t last = at_;
    int read = 0;
    SHAREWAY_RETURN_IF_ERROR(store_->ReadGrants(at_ + 1, [&](const Grant& grant) {
      last = grant.fields().number;
      if (served_.count(grant.fields().consumer) > 0 ||
          served_.count(grant.fields().provider) > 0) {
        ours.push_back(grant);
      }
      return ++read < kChunk;
    }));
    for (const Grant& grant : ours) {
      v1::GrantChange change = At(grant.fields().number);
      *change.mutable_grant() = ToProto(grant, store_->epoch());
      SHAREWAY_RETURN_IF_ERROR(write_(change));
    }
    // The lease needs the node at the head, whoever the change was for.
    if (ours.empty() || ours.back().fields().number != last) {
      v1::GrantChange progress = At(last);
      progress.set_progress(true);
      SHAREWAY_RETURN_IF_ERROR(write_(progress));
    }
    at_ = last;
    if (read < kChunk) return absl::OkStatus();
  }
}

absl::Status GrantStream::Continue(absl::Duration wait) {
  SHAREWAY_ASSIGN_OR_RETURN(const bool others, ServesOthers());
  if (others) return Snapshot();
  if (!store_->WaitGrants(at_, wait)) return absl::OkStatus();
  return Deltas();
}

}  // namespace shareway::sharing
