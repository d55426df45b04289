// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/directory_store.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/catalog/store/directory_message.h"

namespace shareway::catalog {
namespace {

constexpr char kPrefix[] = "directory/";
constexpr char kHeadKey[] = "directory/head";
constexpr char kObjects[] = "directory/o/";

absl::Status Unreadable(absl::string_view what) {
  return absl::DataLossError(absl::StrCat(what, " of the directory cannot be read"));
}

}  // namespace

absl::StatusOr<DirectoryStore> DirectoryStore::Open(kv::Store* kv, const outbox::Outbox* outbox) {
  SHAREWAY_ASSIGN_OR_RETURN(ChangeLog log, ChangeLog::Open(kv, "directory"));
  return DirectoryStore(kv, outbox, std::move(log));
}

absl::StatusOr<DirectoryStore::Head> DirectoryStore::ReadHead() const {
  absl::StatusOr<kv::Entry> head = kv_->Get(kHeadKey);
  if (absl::IsNotFound(head.status())) return Head{};
  if (!head.ok()) return head.status();
  return Head{ReadBigEndian64(head->value), head->version};
}

absl::StatusOr<DirectoryStore::Snapshot> DirectoryStore::Load() const {
  Snapshot snapshot;
  bool readable = true;
  SHAREWAY_RETURN_IF_ERROR(kv_->Scan(kPrefix, PrefixEnd(kPrefix),
                                     [&](absl::string_view key, absl::string_view value, uint64_t) {
                                       if (key == kHeadKey) {
                                         snapshot.number = ReadBigEndian64(value);
                                       } else {
                                         readable = snapshot.changes.emplace_back().ParseFromArray(
                                             value.data(), static_cast<int>(value.size()));
                                       }
                                       return readable;
                                     }));
  if (!readable) return Unreadable("an object");
  return snapshot;
}

absl::StatusOr<DirectoryObject> DirectoryStore::Parse(absl::string_view bytes) {
  v1::DirectoryChange change;
  if (!change.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Unreadable("a change");
  }
  return FromChange(change);
}

absl::StatusOr<uint64_t> DirectoryStore::Save(const Head& head,
                                              const std::vector<DirectoryObject>& objects,
                                              Event event) {
  kv::Batch batch;
  if (head.version == 0) {
    batch.ExpectAbsent(kHeadKey);
  } else {
    batch.Expect(kHeadKey, head.version);
  }
  int place = 0;
  for (size_t i = 0; i < objects.size(); ++i) {
    const std::string bytes = ToChange(objects[i]).SerializeAsString();
    batch.Put(absl::StrCat(kObjects, NameOf(objects[i])), bytes);
    place = log_.Append(bytes, &batch);
    event.records[i].set_state(bytes);
  }
  batch.PutNumber(kHeadKey, place);
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Committed committed,
                            Commit(kv_, *outbox_, std::move(event), std::move(batch)));
  return committed.numbers[static_cast<size_t>(place)];
}

}  // namespace shareway::catalog
