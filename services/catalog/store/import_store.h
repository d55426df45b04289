// SPDX-License-Identifier: Apache-2.0
// Keeps imports of files and what became of their entries.
//
// Keys ({i} of imports/{i}, {a} of agencies/{a}):
//   import/o/{i}             -> ImportRecord; its version guards it
//   import/r/{i}/{number}    -> ImportRowRecord (4 bytes big-endian)
//   import/a/{a}/{time}/{i}  -> empty; microseconds before the year 294247 in 16 hexadecimal digits, so
//                               that the newest comes first
//   import/u/{time}/{i}      -> {a}: under way; microseconds since 1970 in 16 hexadecimal digits
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "services/catalog/store/commit.h"
#include "services/catalog/store/import_record.pb.h"

namespace shareway::catalog {

// Thread-safe.
class ImportStore {
 public:
  // Both must outlive it.
  ImportStore(kv::Store* kv, const outbox::Outbox* outbox) : kv_(kv), outbox_(outbox) {}

  // An import as it was read.
  struct Loaded {
    store::ImportRecord record = {};
    uint64_t version = 0;  // 0: not stored yet
  };
  // Nothing if there is none. DATA_LOSS if it cannot be read.
  absl::StatusOr<std::optional<Loaded>> Load(absl::string_view name) const;
  // Row `number`; nothing if there is none. DATA_LOSS.
  absl::StatusOr<std::optional<store::ImportRowRecord>> LoadRow(absl::string_view name,
                                                                uint32_t number) const;
  // Rows after `number`, up to `limit`. DATA_LOSS.
  absl::StatusOr<std::vector<store::ImportRowRecord>> ListRows(absl::string_view name,
                                                               uint32_t number,
                                                               size_t limit) const;
  // Imports of `agency`, newest first, after the one at `cursor`, up to `limit`, with their cursors.
  struct Listed {
    std::string cursor = {};
    std::string name = {};
  };
  absl::StatusOr<std::vector<Listed>> List(absl::string_view agency, absl::string_view cursor,
                                           size_t limit) const;
  // Names of those under way, the oldest first, with their agencies.
  absl::StatusOr<std::vector<std::pair<std::string, std::string>>> UnderWay() const;

  // Stores `after` in the place of `before` with `rows`. With `event`, its records are put on record
  // with the import as their state. ABORTED if the import changed meanwhile; other errors as Commit.
  absl::StatusOr<Loaded> Save(const Loaded& before, store::ImportRecord after,
                              const std::vector<store::ImportRowRecord>& rows,
                              std::optional<Event> event);
  // Adds to `batch` what Save commits without an event. A commit of it is ABORTED alike.
  void Put(const Loaded& before, const store::ImportRecord& after,
           const std::vector<store::ImportRowRecord>& rows, kv::Batch* batch) const;
  // Deletes an import that is over, with its rows. ABORTED if it changed meanwhile.
  absl::Status Delete(const Loaded& loaded);
  // Names of imports that ended before `limit`. DATA_LOSS.
  absl::StatusOr<std::vector<std::string>> EndedBefore(absl::Time limit) const;

  // The result of this request id, if it was taken.
  absl::StatusOr<std::optional<std::string>> Find(const outbox::Once& once, absl::Time now) const {
    return once.Find(*kv_, now);
  }

 private:
  kv::Store* const kv_;
  const outbox::Outbox* const outbox_;
};

}  // namespace shareway::catalog
