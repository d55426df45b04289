// SPDX-License-Identifier: Apache-2.0
// The project gate: load, look up what the decision rests on, decide, store. M16 21; R25 38.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/statute/profile.h"
#include "services/catalog/domain/project.h"
#include "services/catalog/domain/register.h"
#include "services/catalog/sources.h"
#include "services/catalog/store/cause.h"
#include "services/catalog/store/project_store.h"
#include "services/catalog/store/resource_store.h"

namespace shareway::catalog {

// Thread-safe. Errors of every write are Project's and ProjectStore::Save's, NOT_VISIBLE for who
// may not see the project, and ABORTED, CHANGED_MEANWHILE, for an etag that is stale.
class Projects {
 public:
  using Loaded = ProjectStore::Loaded;
  // All must outlive it.
  struct Parts {
    ProjectStore* store = nullptr;
    const ResourceStore* resources = nullptr;
    const Sources* sources = nullptr;  // the collection check
    const statute::ProfileSet* statutes = nullptr;
    const Clock* clock = nullptr;
    std::function<std::shared_ptr<const Register>()> directory = {};
  };
  explicit Projects(Parts parts) : parts_(std::move(parts)) {}

  // Of the caller's own agency.
  absl::StatusOr<Loaded> Create(const Cause& cause, Project::Request request);
  absl::StatusOr<Loaded> Update(const Cause& cause, absl::string_view name, absl::string_view etag,
                                Project::Request request);
  // FAILED_PRECONDITION, REFERENCE_MISSING, if an entry that is used is not published.
  absl::StatusOr<Loaded> Precompile(const Cause& cause, absl::string_view name,
                                    absl::string_view etag, std::vector<Project::Planned> entries);
  absl::StatusOr<Loaded> Opine(const Cause& cause, absl::string_view name, absl::string_view etag,
                               Project::Result result, absl::string_view reason);
  absl::StatusOr<Loaded> HandIn(const Cause& cause, absl::string_view name, absl::string_view etag,
                                const std::vector<Project::Binding>& bindings);
  absl::StatusOr<Loaded> Accept(const Cause& cause, absl::string_view name, absl::string_view etag);
  absl::StatusOr<Loaded> Withdraw(const Cause& cause, absl::string_view name,
                                  absl::string_view etag, absl::string_view reason);

  absl::StatusOr<Loaded> Get(const Caller& caller, absl::string_view name) const;
  // Which projects: everything that is set has to hold.
  struct Filter {
    std::string agency = {};  // agencies/{a}
    uint32_t year = 0;
    Project::State state = Project::State::kUnspecified;
    bool without_catalogue = false;  // and not withdrawn
  };
  struct Page {
    std::vector<Loaded> projects = {};
    std::string next = {};  // where the next page begins; empty: this is the last
  };
  // Those that the caller may see, after `name`, up to `limit`. A page may be short and go on.
  absl::StatusOr<Page> List(const Caller& caller, const Filter& filter, absl::string_view name,
                            size_t limit) const;

  // How a caller stands to the projects of `agency`.
  Actor ActorFor(const Caller& caller, absl::string_view agency) const;
  static std::string Etag(const Loaded& loaded);

 private:
  using Decision = std::function<absl::StatusOr<Project>(const Project&, const Actor&)>;
  absl::StatusOr<Loaded> Change(const Cause& cause, absl::string_view name, absl::string_view etag,
                                evidence::RecordKind kind, const Decision& decide);
  absl::StatusOr<Loaded> Save(const Cause& cause, const std::optional<Loaded>& before,
                              const Project& after, evidence::RecordKind kind);
  absl::StatusOr<std::optional<Loaded>> Repeated(const Cause& cause) const;
  bool Sees(const Register& all, const Caller& caller, absl::string_view agency) const;
  absl::Status CheckUsed(const std::vector<Project::Planned>& entries) const;
  absl::Status AddFindings(std::vector<Project::Planned>* entries) const;
  absl::StatusOr<std::vector<std::string>> Admitted(const Project& project,
                                                    const std::vector<std::string>& names) const;

  const Parts parts_;
};

}  // namespace shareway::catalog
