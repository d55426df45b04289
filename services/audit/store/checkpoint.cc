// SPDX-License-Identifier: Apache-2.0
// Checkpoint and birth in the store.
#include "services/audit/store/checkpoint.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/evidence/note.h"
#include "services/audit/store/keys.h"
#include "services/audit/store/log_state.h"

namespace shareway::audit {
namespace {

std::string CheckpointBytes(const Checkpoint& checkpoint) {
  return Guarded(
      kCheckpointKey,
      absl::StrCat(BigEndian64(static_cast<uint64_t>(absl::ToUnixNanos(checkpoint.time))),
                   checkpoint.note));
}

absl::StatusOr<std::string> ReadGuarded(const kv::Store& store, absl::string_view key) {
  const absl::StatusOr<kv::Entry> found = store.Get(key);
  if (absl::IsNotFound(found.status())) return Damaged(key, "is missing");
  SHAREWAY_RETURN_IF_ERROR(found.status());
  return Unguard(key, found->value);
}

absl::StatusOr<bool> HasLogKeys(const kv::Store& store) {
  bool any = false;
  SHAREWAY_RETURN_IF_ERROR(
      store.Scan("", "", [&](absl::string_view key, absl::string_view, uint64_t) {
        any = !absl::StartsWith(key, kForeignPrefix);
        return !any;
      }));
  return any;
}

}  // namespace

absl::StatusOr<Checkpoint> ReadCheckpoint(const kv::Store& store, absl::string_view verifier_key) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string value, ReadGuarded(store, kCheckpointKey));
  if (value.size() < 8) return Damaged(kCheckpointKey, "too short");
  const std::string note = value.substr(8);
  absl::StatusOr<evidence::TreeHead> head = evidence::OpenNote(note, verifier_key);
  if (!head.ok()) return Damaged(kCheckpointKey, head.status().message());
  return Checkpoint{.size = head->size,
                    .root = head->root,
                    .time = absl::FromUnixNanos(static_cast<int64_t>(ReadBigEndian64(value))),
                    .note = note};
}

absl::Status WriteCheckpoint(kv::Store* store, const Checkpoint& checkpoint) {
  kv::Batch batch;
  batch.Put(kCheckpointKey, CheckpointBytes(checkpoint));
  return store->Commit(std::move(batch)).status();
}

absl::StatusOr<Birth> ReadBirth(const kv::Store& store) {
  SHAREWAY_ASSIGN_OR_RETURN(const bool any, HasLogKeys(store));
  if (!any) return absl::NotFoundError("the store has no audit log");
  Birth birth;
  SHAREWAY_ASSIGN_OR_RETURN(birth.verifier_key, ReadGuarded(store, kLogKeyKey));
  SHAREWAY_ASSIGN_OR_RETURN(birth.incarnation, ReadGuarded(store, kIncarnationKey));
  return birth;
}

absl::Status WriteBirth(kv::Store* store, const Birth& birth, const Checkpoint& empty) {
  kv::Batch batch;
  batch.ExpectAbsent(kHeadKey);
  batch.Put(kHeadKey, HeadBytes({empty.size, empty.root}));
  batch.Put(kLogKeyKey, Guarded(kLogKeyKey, birth.verifier_key));
  batch.Put(kIncarnationKey, Guarded(kIncarnationKey, birth.incarnation));
  batch.Put(kCheckpointKey, CheckpointBytes(empty));
  return store->Commit(std::move(batch)).status();
}

}  // namespace shareway::audit
