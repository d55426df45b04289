// SPDX-License-Identifier: Apache-2.0
// Writes entries out to files.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/bytes.h"
#include "libs/metrics/registry.h"
#include "services/catalog/catalog.h"
#include "services/catalog/files/entries_file.h"

namespace shareway::catalog {

// Thread-safe.
class Exports {
 public:
  static constexpr int kMaxWriting = 2;
  static constexpr int kMaxUnderWay = 16;  // one of a caller
  static constexpr size_t kMaxNames = 1000;

  // All must outlive it.
  struct Parts {
    const ResourceStore* resources = nullptr;
    const Catalog* catalog = nullptr;
    std::function<std::shared_ptr<const Register>()> directory = {};
    std::string folder = {};  // of temporary files, that of imports; made if it is not there
    metrics::Registry* metrics = nullptr;  // may be null
  };
  // Deletes what exports left that were cut off.
  static absl::StatusOr<std::unique_ptr<Exports>> Open(Parts parts);

  // Which entries: all that these let through. Entries of other installations are in none.
  struct Options {
    files::Format format = files::Format::kUnspecified;
    std::string provider = {};         // agencies/{a}
    std::string category = {};         // what codes start with
    std::string division = {};         // what division codes start with
    bool drafts = false;               // the working copies of the caller's agency, too
    std::set<std::string> names = {};  // resources/{r}
    // Asked for each entry while the file is written; true ends it, CANCELLED. Empty: never.
    std::function<bool()> gone = {};
  };
  struct Whole {
    uint64_t entries = 0;
    Hash32 digest = {};
  };
  // Gives the file to `take` in pieces of at most 1 MiB once all of it is written, and ends at the
  // first error of `take`. What the caller may not see is left out. INVALID_ARGUMENT for options;
  // RESOURCE_EXHAUSTED, OVERLOADED, while the caller has one under way, kMaxWriting are being written
  // or kMaxUnderWay under way; UNAVAILABLE for the disk.
  absl::StatusOr<Whole> Run(const Caller& caller, const Options& options,
                            const std::function<absl::Status(std::string)>& take);

 private:
  explicit Exports(Parts parts);
  absl::StatusOr<Whole> Give(const Caller& caller, const Options& options,
                             const std::function<absl::Status(std::string)>& take);
  absl::StatusOr<uint64_t> Write(const Caller& caller, const Options& options,
                                 files::Writer* writer) const;
  // Whether it was one for the file.
  absl::StatusOr<bool> WriteOne(const Caller& caller, const Options& options,
                                const ResourceStore::Loaded& loaded, files::Writer* writer) const;

  const Parts parts_;
  // Handles that count nothing without metrics.
  metrics::Family<metrics::Counter, 2> ended_;  // format, code
  metrics::Counter entries_;                    // given out in whole files
  absl::Mutex mutex_;
  int writing_ ABSL_GUARDED_BY(mutex_) = 0;
  std::set<std::string> callers_ ABSL_GUARDED_BY(mutex_) = {};  // whose export is under way
};

}  // namespace shareway::catalog
