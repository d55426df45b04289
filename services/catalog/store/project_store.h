// SPDX-License-Identifier: Apache-2.0
// Keeps projects, and which entries came in with them.
//
// Keys ({p} is the id of projects/{p}, {r} of resources/{r}, {a} of agencies/{a}):
//   project/o/{p}      -> Project, without etag and what the reader sees of it; its version is the etag
//   project/a/{a}/{p}  -> empty; the projects of agency {a}
//   project/r/{r}      -> {p}: the entry was handed in by the acceptance of that project
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "services/catalog/domain/project.h"
#include "services/catalog/store/catalog_record.pb.h"
#include "services/catalog/store/commit.h"

namespace shareway::catalog {

// A project travels whole inside an audit record, which has at most 64 KiB with its act.
inline constexpr size_t kMaxProjectBytes = 52 << 10;

// Thread-safe.
class ProjectStore {
 public:
  // Both must outlive it.
  ProjectStore(kv::Store* kv, const outbox::Outbox* outbox) : kv_(kv), outbox_(outbox) {}

  // A project as it was read.
  struct Loaded {
    Project project;
    uint64_t version = 0;
  };
  // Nothing if there is none. DATA_LOSS if it cannot be read.
  absl::StatusOr<std::optional<Loaded>> Load(absl::string_view name) const;
  // Projects after `name` in byte order, up to `limit`, of `agency` (agencies/{a}) if it is not
  // empty. DATA_LOSS.
  absl::StatusOr<std::vector<Loaded>> List(absl::string_view agency, absl::string_view name,
                                           size_t limit) const;
  // The project by whose acceptance the entry was handed in: projects/{p}; empty if by none.
  absl::StatusOr<std::string> ProjectOf(absl::string_view resource) const;

  // INVALID_ARGUMENT if the project is longer than kMaxProjectBytes.
  static absl::Status CheckSize(const Project& project);

  // Stores `after` in the place of `before`, with the one record of `event`. When it becomes
  // ACCEPTED, its entries bear it from then on. ABORTED if the project changed meanwhile, or one of
  // the entries came to bear another; other errors as Commit.
  absl::StatusOr<Loaded> Save(const std::optional<Loaded>& before, const Project& after,
                              Event event);

  // The result of this request id, if it was taken.
  absl::StatusOr<std::optional<std::string>> Find(const outbox::Once& once, absl::Time now) const {
    return once.Find(*kv_, now);
  }

 private:
  kv::Store* const kv_;
  const outbox::Outbox* const outbox_;
};

// Everything but etag and available_actions, and back.
v1::Project ToMessage(const Project& project);
Project FromMessage(const v1::Project& message);
// What the agency says of it, and the entries that it plans.
Project::Request RequestFrom(const v1::Project& message);
Project::Planned PlannedFrom(const v1::PlannedEntry& message);

}  // namespace shareway::catalog
