// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/domain/dataset.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/exchange/domain/value.h"

namespace shareway::exchange {

std::string DatasetVersion::name() const { return absl::StrCat("v", number); }

absl::StatusOr<uint64_t> ParseVersionName(absl::string_view name) {
  uint64_t number = 0;
  const bool form = name.size() > 1 && name.size() <= 20 && name[0] == 'v' && name[1] != '0' &&
                    std::all_of(name.begin() + 1, name.end(), absl::ascii_isdigit);
  if (!form || !absl::SimpleAtoi(name.substr(1), &number)) {
    return Error::Field("version", absl::StrCat(ShownValue(name), " is not a version as v3"));
  }
  return number;
}

Dataset Dataset::Of(absl::string_view resource) {
  return Dataset({.resource = std::string(resource)});
}

Dataset Dataset::Begun() const {
  Fields next = fields_;
  next.unreferenced.push_back(++next.last_number);
  return Dataset(std::move(next));
}

absl::StatusOr<Dataset> Dataset::Completed(DatasetVersion version) const {
  Fields next = fields_;
  const auto begun =
      std::find(next.unreferenced.begin(), next.unreferenced.end(), version.number);
  if (begun == next.unreferenced.end()) {
    return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(version.name(), " of ", fields_.resource,
                              " is not being loaded any more"))
        .With("resource", fields_.resource)
        .With("version", version.name());
  }
  next.unreferenced.erase(begun);
  next.serving = version.number;
  next.versions.push_back(std::move(version));
  while (next.versions.size() > kKeptVersions) {
    next.unreferenced.push_back(next.versions.front().number);
    next.versions.erase(next.versions.begin());
  }
  std::sort(next.unreferenced.begin(), next.unreferenced.end());
  return Dataset(std::move(next));
}

absl::StatusOr<Dataset> Dataset::RolledBack(uint64_t number) const {
  if (Find(number) == nullptr) {
    return Error::NotVisible(absl::StrCat(fields_.resource, " version v", number));
  }
  Fields next = fields_;
  next.serving = number;
  return Dataset(std::move(next));
}

absl::StatusOr<Dataset> Dataset::Indexed(uint64_t number,
                                         const std::vector<std::string>& items) const {
  Fields next = fields_;
  for (DatasetVersion& version : next.versions) {
    if (version.number != number) continue;
    version.indexes.insert(version.indexes.end(), items.begin(), items.end());
    std::sort(version.indexes.begin(), version.indexes.end());
    version.indexes.erase(std::unique(version.indexes.begin(), version.indexes.end()),
                          version.indexes.end());
    return Dataset(std::move(next));
  }
  return Error::NotVisible(absl::StrCat(fields_.resource, " version v", number));
}

Dataset Dataset::Swept(uint64_t number) const {
  Fields next = fields_;
  next.unreferenced.erase(
      std::remove(next.unreferenced.begin(), next.unreferenced.end(), number),
      next.unreferenced.end());
  return Dataset(std::move(next));
}

const DatasetVersion* Dataset::Find(uint64_t number) const {
  for (const DatasetVersion& version : fields_.versions) {
    if (version.number == number) return &version;
  }
  return nullptr;
}

}  // namespace shareway::exchange
