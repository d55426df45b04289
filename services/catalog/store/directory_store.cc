// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/directory_store.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "services/catalog/store/directory_message.h"
#include "services/catalog/store/node_application_message.h"

namespace shareway::catalog {
namespace {

constexpr char kPrefix[] = "directory/";
constexpr char kHeadKey[] = "directory/head";
constexpr char kObjects[] = "directory/o/";
constexpr char kApplications[] = "directory/a/";

absl::Status Unreadable(absl::string_view what) {
  return absl::DataLossError(absl::StrCat(what, " of the directory cannot be read"));
}

absl::StatusOr<NodeApplication> ParseApplication(absl::string_view bytes) {
  v1::NodeApplication message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Unreadable("an application");
  }
  absl::StatusOr<NodeApplication> application = FromMessage(message);
  if (!application.ok()) return Unreadable("an application");
  return application;
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
                                       } else if (absl::StartsWith(key, kObjects)) {
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
                                              Event event, const NodeApplication* application) {
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
  if (application != nullptr) {
    const std::string bytes = ToMessage(*application).SerializeAsString();
    batch.Put(absl::StrCat(kApplications, application->fields().request.node.name), bytes);
    event.records.back().set_state(bytes);
  }
  if (objects.empty()) {
    batch.Put(kHeadKey, BigEndian64(head.number));
  } else {
    batch.PutNumber(kHeadKey, place);
  }
  SHAREWAY_ASSIGN_OR_RETURN(const kv::Committed committed,
                            Commit(kv_, *outbox_, std::move(event), std::move(batch)));
  return objects.empty() ? head.number : committed.numbers[static_cast<size_t>(place)];
}

absl::StatusOr<std::optional<DirectoryStore::Application>> DirectoryStore::LoadApplication(
    absl::string_view node) const {
  const absl::StatusOr<kv::Entry> entry = kv_->Get(absl::StrCat(kApplications, node));
  if (absl::IsNotFound(entry.status())) return std::nullopt;
  if (!entry.ok()) return entry.status();
  SHAREWAY_ASSIGN_OR_RETURN(NodeApplication application, ParseApplication(entry->value));
  return Application{std::move(application), entry->version};
}

absl::StatusOr<std::vector<DirectoryStore::Application>> DirectoryStore::ListApplications(
    absl::string_view cursor, size_t limit,
    absl::FunctionRef<bool(const NodeApplication&)> wanted) const {
  std::vector<Application> found;
  absl::Status status;
  SHAREWAY_RETURN_IF_ERROR(
      kv_->Scan(absl::StrCat(kApplications, cursor), PrefixEnd(kApplications),
                [&](absl::string_view, absl::string_view value, uint64_t version) {
                  absl::StatusOr<NodeApplication> application = ParseApplication(value);
                  status = application.status();
                  if (!status.ok()) return false;
                  if (application->fields().request.node.name != cursor && wanted(*application)) {
                    found.push_back({*std::move(application), version});
                  }
                  return found.size() < limit;
                }));
  SHAREWAY_RETURN_IF_ERROR(status);
  return found;
}

}  // namespace shareway::catalog
