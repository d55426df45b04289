// SPDX-License-Identifier: Apache-2.0
// Keeps hosted datasets in a kv::Store.
//
// Keys ({r} is the id in resources/{r}, {n} a version's number, 8 bytes big-endian):
//   dataset/{r}         -> DatasetRecord
//   dataset-secret      -> 32 random bytes, under which positions are sealed
//   d/{r}/{n}/row/{key} -> cells (domain/row.h)
//   d/{r}/{n}/ix/{entry} -> empty (domain/index_entry.h); ingested
//
// Crash order: a number is in the record's `unreferenced` before the first row is
// written under it, and until its last row is deleted. So rows that no version
// has are always found, and no reader sees them. An index is in the version's
// `indexes` after its last entry is durable: entries of others are not read, go
// with their version, and are written again by who builds that index next.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "libs/evidence/record.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "services/exchange/domain/dataset.h"
#include "services/exchange/store/index_writer.h"
#include "services/exchange/store/row_writer.h"

namespace shareway::exchange {

class DatasetStore;

// Holds a number's rows against the sweep while it lives. Not thread-safe.
class VersionPin {
 public:
  VersionPin(VersionPin&& other) noexcept;
  VersionPin& operator=(VersionPin&&) = delete;
  ~VersionPin();

 private:
  friend class DatasetStore;
  VersionPin(DatasetStore* store, std::string resource, uint64_t number);
  DatasetStore* store_;  // null once moved from
  std::string resource_;
  uint64_t number_;
};

// One version that stays readable while this lives.
class PinnedVersion {
 public:
  const DatasetVersion& version() const { return *version_; }
  // The number of the version that served when this one was pinned.
  uint64_t serving() const { return dataset_->fields().serving; }

  // Calls `visit` for each row with key in [start, limit), in order, until it
  // returns false. An empty `limit` means to the end.
  using Visitor = absl::FunctionRef<bool(absl::string_view key, absl::string_view cells)>;
  absl::Status Scan(absl::string_view start, absl::string_view limit, Visitor visit) const;
  // The cells of one row. NOT_FOUND if there is none of that key.
  absl::StatusOr<std::string> Get(absl::string_view key) const;
  // Calls `visit` for each index entry in [start, limit), in order, until it returns false. The
  // item must be among the version's indexes.
  using EntryVisitor = absl::FunctionRef<bool(absl::string_view entry)>;
  absl::Status ScanIndex(absl::string_view start, absl::string_view limit,
                         EntryVisitor visit) const;

 private:
  friend class DatasetStore;
  PinnedVersion(const kv::Store* kv, std::shared_ptr<const Dataset> dataset,
                const DatasetVersion* version, VersionPin pin);
  const kv::Store* kv_;
  std::shared_ptr<const Dataset> dataset_;  // shared with the store's memory of it
  const DatasetVersion* version_;           // in dataset_
  std::string prefix_;
  std::string index_prefix_;
  VersionPin pin_;
};

// Thread-safe. Resources are named resources/{r} everywhere.
class DatasetStore {
 public:
  // A dataset and the commit that wrote it (0: it is not there yet).
  struct Loaded {
    std::shared_ptr<const Dataset> dataset;
    uint64_t version = 0;
  };

  // Makes the secret at the first opening. Both must outlive the store. `agency_secret`
  // keys what evidence says of files.
  static absl::StatusOr<std::unique_ptr<DatasetStore>> Open(kv::Store* kv,
                                                            const outbox::Outbox* outbox,
                                                            std::string agency_secret);

  // An absent dataset is one without versions. INVALID_ARGUMENT if the name is not
  // a resource's; DATA_LOSS if the record cannot be read.
  absl::StatusOr<Loaded> Load(absl::string_view resource) const;
  // The resources that have a record.
  absl::StatusOr<std::vector<std::string>> Resources() const;

  // What evidence holds of a file's SHA-256 (proto/FORMATS.md section 7): a file may be
  // so small that its own digest could be guessed.
  std::string EvidenceDigest(const Hash32& digest) const;

  // Writes `after` and, if there is one, the event, whose `state` becomes the
  // record's figures, with evidence digests. ABORTED if the dataset changed since
  // `before` was loaded; see kv::Store::Commit for the rest.
  absl::Status Save(const Loaded& before, const Dataset& after,
                    std::optional<evidence::AuditRecord> event);
  // Deletes rows and indexes of an unreferenced number and forgets it, in one commit.
  absl::Status Sweep(const Loaded& before, uint64_t number);

  // Version `number`, or the serving one if 0. FAILED_PRECONDITION,
  // DATASET_MISSING, if none serves; NOT_FOUND if `number` is not kept.
  absl::StatusOr<PinnedVersion> Read(absl::string_view resource, uint64_t number);
  // Pins a number whether it is there or not.
  VersionPin Pin(absl::string_view resource, uint64_t number);
  bool Pinned(absl::string_view resource, uint64_t number) const;

  // A writer of rows under a number that is unreferenced and pinned.
  std::unique_ptr<RowWriter> Writer(absl::string_view resource, uint64_t number) const;
  // A writer of index entries under a number that is pinned.
  std::unique_ptr<IndexWriter> Indexer(const DatasetSchema& schema, uint64_t number,
                                       const std::vector<std::string>& items) const;

  // A position in a version's rows, in their own order or in that of an index, which
  // tells nobody the key or value that it holds, nor, but for steps of 64 bytes, its length: the
  // reader may not have been granted it. The same place has the same bytes for a minute.
  struct Position {
    uint64_t number = 0;
    bool by_index = false;
    std::string last = {};  // key of a row, or index entry
    absl::Time time = {};   // when it was given, in whole minutes
  };
  // For `holder` alone; it has no NUL.
  std::string Seal(absl::string_view resource, absl::string_view holder,
                   const Position& position) const;
  // INVALID_ARGUMENT for bytes that Seal did not make for this resource and holder.
  absl::StatusOr<Position> Unseal(absl::string_view resource, absl::string_view holder,
                                  absl::string_view sealed) const;

 private:
  friend class VersionPin;
  DatasetStore(kv::Store* kv, const outbox::Outbox* outbox, std::string secret,
               std::string agency_secret);
  void Unpin(const std::string& resource, uint64_t number);
  // Makes `loaded` what readers see, unless they see what is newer.
  void Remember(absl::string_view resource, const Loaded& loaded) const;
  // Commits a change that makes the dataset `after`.
  absl::Status Write(const Dataset& after, kv::Batch batch);
  // Pins a version of the newest record that this process knows; nothing if it has none.
  std::optional<PinnedVersion> PinNewest(absl::string_view resource, uint64_t number);
  std::string Masked(absl::string_view tag, absl::string_view text) const;
  std::string TagOf(absl::string_view resource, absl::string_view holder,
                    absl::string_view text) const;

  kv::Store* const kv_;
  const outbox::Outbox* const outbox_;
  const std::string tag_secret_;
  const std::string mask_secret_;
  const std::string agency_secret_;
  mutable absl::Mutex mutex_;
  // The records, all of which this object writes, so that readers need not ask the store.
  mutable absl::flat_hash_map<std::string, Loaded> newest_ ABSL_GUARDED_BY(mutex_);
  std::map<std::pair<std::string, uint64_t>, int> pins_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::exchange
