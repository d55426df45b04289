// SPDX-License-Identifier: Apache-2.0
// Keeps the directory and its change log.
//
// Keys:
//   directory/head     -> number of the last change, 8 bytes big-endian
//   directory/o/{name} -> DirectoryChange holding the object, without revision
//   directory/a/{node} -> NodeApplication without etag; its version is the etag
// Log "directory": a DirectoryChange an entry, without revision.
//
// Every change expects directory/head as it was read: directory writes are
// serial, so that a rule over several objects holds when it is committed. An
// application that changes no object writes the head again with the same number.
#pragma once

#include <optional>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "services/catalog/domain/directory.h"
#include "services/catalog/domain/node_application.h"
#include "services/catalog/store/catalog_record.pb.h"
#include "services/catalog/store/change_log.h"
#include "services/catalog/store/commit.h"

namespace shareway::catalog {

// Thread-safe.
class DirectoryStore {
 public:
  // Both must outlive it.
  static absl::StatusOr<DirectoryStore> Open(kv::Store* kv, const outbox::Outbox* outbox);

  // The change that a writer builds on.
  struct Head {
    uint64_t number = 0;
    uint64_t version = 0;  // of the key; 0: absent
  };
  absl::StatusOr<Head> ReadHead() const;

  // Everything at one moment. DATA_LOSS if an object cannot be read.
  struct Snapshot {
    uint64_t number = 0;
    std::vector<v1::DirectoryChange> changes = {};  // one an object, by name
  };
  absl::StatusOr<Snapshot> Load() const;
  // The object in a change that this store holds. DATA_LOSS if it cannot be read.
  static absl::StatusOr<DirectoryObject> Parse(absl::string_view bytes);

  // Stores `objects`, in order, and returns the number of the last change. The
  // event's records get the stored bytes as their state, one each.
  // ABORTED if the directory is no longer at `head`; other errors as Commit.
  // `application`, if there is one, is stored in the same commit; its record is the event's last.
  absl::StatusOr<uint64_t> Save(const Head& head, const std::vector<DirectoryObject>& objects,
                                Event event, const NodeApplication* application = nullptr);

  // An application and the commit that wrote it.
  struct Application {
    NodeApplication application;
    uint64_t version = 0;
  };
  // By the node's name; nothing if there is none. DATA_LOSS if it cannot be read.
  absl::StatusOr<std::optional<Application>> LoadApplication(absl::string_view node) const;
  // By name, those after `cursor` that `wanted` takes, up to `limit`.
  absl::StatusOr<std::vector<Application>> ListApplications(
      absl::string_view cursor, size_t limit,
      absl::FunctionRef<bool(const NodeApplication&)> wanted) const;

  // The result of this request id, if it was taken.
  absl::StatusOr<std::optional<std::string>> Find(const outbox::Once& once, absl::Time now) const {
    return once.Find(*kv_, now);
  }
  const ChangeLog& log() const { return log_; }

 private:
  DirectoryStore(kv::Store* kv, const outbox::Outbox* outbox, ChangeLog log)
      : kv_(kv), outbox_(outbox), log_(std::move(log)) {}

  kv::Store* kv_;
  const outbox::Outbox* outbox_;
  ChangeLog log_;
};

}  // namespace shareway::catalog
