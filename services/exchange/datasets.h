// SPDX-License-Identifier: Apache-2.0
// The writes of hosted datasets: load a version, index it, serve an older one again.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/clock.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/record.h"
#include "services/exchange/domain/csv_rows.h"
#include "services/exchange/domain/dataset.h"
#include "services/exchange/store/dataset_store.h"

namespace shareway::exchange {

// Who changes a dataset; it goes into the event.
struct DatasetCause {
  std::string operator_digest = {};  // HMAC-SHA-256 of who acts under the agency's secret, or empty
  std::string traceparent = {};
};

class Datasets;

// A load that is running. Unless it finishes, nothing changes for readers: on
// destruction the rows written so far are swept. One thread.
class DatasetLoad {
 public:
  ~DatasetLoad();
  DatasetLoad(const DatasetLoad&) = delete;
  DatasetLoad& operator=(const DatasetLoad&) = delete;

  // The next bytes of the file. May block until earlier rows are durable. INVALID_ARGUMENT,
  // ROW_INVALID, naming line, column, item and rule (for a key that came before,
  // both lines), perhaps told by a later call; or the store's errors. After an
  // error the load only repeats it.
  absl::Status Write(absl::string_view chunk);
  // The end of the file. `digest` is the sender's SHA-256 over all of it;
  // INVALID_ARGUMENT if ours differs. Once it returns OK the version is durable
  // and serves. UNAVAILABLE and the like: unknown, see ListVersions.
  absl::StatusOr<DatasetVersion> Finish(const Hash32& digest);

 private:
  friend class Datasets;
  DatasetLoad(Datasets* datasets, DatasetSchema schema, std::vector<std::string> indexes,
              DatasetCause cause, uint64_t number, VersionPin pin);
  absl::Status Take(StoredRow row);
  absl::Status Named(absl::Status status) const;

  Datasets* const datasets_;
  const DatasetSchema schema_;
  const std::vector<std::string> indexes_;
  const DatasetCause cause_;
  const uint64_t number_;
  std::optional<VersionPin> pin_;
  std::unique_ptr<RowWriter> writer_;
  std::unique_ptr<IndexWriter> index_;
  CsvRows rows_;
  crypto::Sha256Stream digest_;
  uint64_t size_bytes_ = 0;
  absl::Status failed_;
};

// Changes hosted datasets. Thread-safe.
class Datasets {
 public:
  // The schema of a published resource of the own agency; NOT_FOUND for any other.
  using SchemaLookup = std::function<absl::StatusOr<DatasetSchema>(absl::string_view resource)>;
  // The items in the row filters of the grants on a resource that this node holds.
  using FilterLookup = std::function<std::vector<std::string>(absl::string_view resource)>;

  static constexpr size_t kMaxIndexes = 16;  // that a load may name

  // `agency` is the node's own, agencies/{a}. The pointers must outlive it.
  Datasets(DatasetStore* store, const Clock* clock, std::string agency, SchemaLookup schemas,
           FilterLookup filters);

  // Begins to load the next version of `resource`, which is indexed by `indexes` and
  // by what grants filter by. NOT_VISIBLE if it is not ours; INVALID_ARGUMENT naming
  // `indexes` if there are too many or one is named twice, is not in the schema or is
  // the first key item; FAILED_PRECONDITION if the schema cannot be loaded or a load of
  // it is running. The load must not outlive this object.
  absl::StatusOr<std::unique_ptr<DatasetLoad>> Begin(absl::string_view resource,
                                                     DatasetCause cause,
                                                     const std::vector<std::string>& indexes = {});
  // Serves version `number` again; OK without an event if it serves already.
  // NOT_VISIBLE if it is not kept; ABORTED if others kept changing the dataset.
  absl::StatusOr<DatasetVersion> Rollback(absl::string_view resource, uint64_t number,
                                          DatasetCause cause);
  // Deletes rows that no version has and no cursor reads: of loads that were cut
  // and of versions that were dropped. Call it at start, before calls are taken,
  // and now and then. The first error; it goes on with the next resource.
  absl::Status Sweep();
  // Indexes the serving versions by what grants filter by and they are not indexed by
  // yet. Takes long; ends early once `stop` says so. The first error; it goes on with
  // the next resource. One caller at a time.
  absl::Status Index(const std::function<bool()>& stop);

 private:
  friend class DatasetLoad;
  using Decision = std::function<absl::StatusOr<Dataset>(const Dataset&)>;
  using Telling = std::function<evidence::AuditRecord(const Dataset&)>;

  // Loads, decides and stores, again if others changed the dataset meanwhile.
  absl::StatusOr<Dataset> Change(absl::string_view resource, const Decision& decide,
                                 const Telling& tell);
  absl::Status SweepResource(absl::string_view resource);
  absl::Status IndexResource(absl::string_view resource, const std::function<bool()>& stop);
  // What grants filter by, of `schema`, but for the first key item and `known`.
  std::vector<std::string> Filtered(const DatasetSchema& schema,
                                    const std::vector<std::string>& known) const;
  void End(const std::string& resource);
  evidence::AuditRecord EventOf(const Dataset& dataset, const DatasetCause& cause) const;

  DatasetStore* const store_;
  const Clock* const clock_;
  const std::string agency_;
  const SchemaLookup schemas_;
  const FilterLookup filters_;
  absl::Mutex mutex_;
  absl::flat_hash_set<std::string> loading_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::exchange
