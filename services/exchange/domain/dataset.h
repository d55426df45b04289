// SPDX-License-Identifier: Apache-2.0
// The dataset of one resource at one node: which versions there are and which serves.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"
#include "services/exchange/domain/schema.h"

namespace shareway::exchange {

// One complete version. Its rows never change.
struct DatasetVersion {
  uint64_t number = 0;
  uint64_t records = 0;
  uint64_t size_bytes = 0;  // of the file that was loaded
  Hash32 digest = {};       // SHA-256 of that file
  absl::Time load_time = {};
  DatasetSchema schema = {};  // that its rows have
  // Items by which its rows can be looked up besides the first key item; sorted, each once.
  std::vector<std::string> indexes = {};

  std::string name() const;  // v3
};

// The number in a version's name; INVALID_ARGUMENT if it has another form than v3.
absl::StatusOr<uint64_t> ParseVersionName(absl::string_view name);

// A value: transitions return a new dataset and leave this one alone. Rows of a
// version that is not in `versions` are under a number in `unreferenced`, before
// the first of them is written and until the last is deleted.
class Dataset {
 public:
  static constexpr size_t kKeptVersions = 3;

  struct Fields {
    std::string resource = {};  // resources/{r}
    uint64_t last_number = 0;   // numbers are never used again
    uint64_t serving = 0;       // 0: none yet
    std::vector<DatasetVersion> versions = {};  // oldest first
    std::vector<uint64_t> unreferenced = {};    // ascending
  };

  // A dataset without versions.
  static Dataset Of(absl::string_view resource);
  // Trusts `fields`: they come from our own store.
  static Dataset Restore(Fields fields) { return Dataset(std::move(fields)); }

  // Takes the next number, last_number, for rows that will be written.
  Dataset Begun() const;
  // `version` is complete and serves. Versions beyond the last kKeptVersions are
  // dropped to `unreferenced`. FAILED_PRECONDITION if its rows were swept meanwhile.
  absl::StatusOr<Dataset> Completed(DatasetVersion version) const;
  // Version `number` serves. NOT_VISIBLE if it is not kept.
  absl::StatusOr<Dataset> RolledBack(uint64_t number) const;
  // Version `number` can be looked up by `items` too. NOT_VISIBLE if it is not kept.
  absl::StatusOr<Dataset> Indexed(uint64_t number, const std::vector<std::string>& items) const;
  // The rows of an unreferenced number are gone.
  Dataset Swept(uint64_t number) const;

  // Nothing if the version is not kept.
  const DatasetVersion* Find(uint64_t number) const;
  // Nothing if none serves.
  const DatasetVersion* serving() const { return Find(fields_.serving); }
  const Fields& fields() const { return fields_; }

 private:
  explicit Dataset(Fields fields) : fields_(std::move(fields)) {}
  Fields fields_;
};

}  // namespace shareway::exchange
