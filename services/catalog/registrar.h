// SPDX-License-Identifier: Apache-2.0
// The writes of the directory: load, decide, store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/clock.h"
#include "libs/metrics/registry.h"
#include "libs/statute/profile.h"
#include "services/catalog/domain/register.h"
#include "services/catalog/store/cause.h"
#include "services/catalog/store/directory_store.h"

namespace shareway::catalog {

// Keeps the register in memory as the store has it, and changes both. Thread-safe.
//
// After a change that answered with anything but OK and ABORTED the outcome is
// unknown to the caller; the register follows the store's log, so it is right
// in either case.
class Registrar {
 public:
  // Told of changes in the order of the log, one call at a time. Must not call back.
  using Follower =
      std::function<void(uint64_t number, const std::vector<DirectoryObject>& objects)>;

  // Reads the register from `store`. Store, clock and metrics (may be null) must outlive it.
  static absl::StatusOr<std::unique_ptr<Registrar>> Open(DirectoryStore* store, const Clock* clock,
                                                         const statute::ProfileSet& statutes,
                                                         metrics::Registry* metrics = nullptr);

  // Tells `follower` of everything there is, and then of every change.
  void Follow(Follower follower);

  // Creates or replaces. The rules and errors are Register::Put's; for a key also
  // INVALID_ARGUMENT if its SPKI does not parse. ABORTED if others kept writing.
  absl::StatusOr<DirectoryObject> Put(const Cause& cause, DirectoryObject object);

  // Suspends, resumes or retires. `reason` has 1 to 500 characters and stays in
  // the act. Returns the number of the change. Errors as Register::SetStanding.
  absl::StatusOr<uint64_t> SetStanding(const Cause& cause, absl::string_view name,
                                       Standing standing, absl::string_view reason);

  // Registers a mandate, created now; ends one. The caller is an officer whose agency has to act
  // for the authority in charge. Rules and errors are those of domain/mandate.h.
  absl::StatusOr<Mandate> PutMandate(const Cause& cause, Mandate mandate);
  absl::StatusOr<Mandate> EndMandate(const Cause& cause, absl::string_view name,
                                     absl::string_view reason);

  // Applications for nodes; the rules and errors are NodeApplication's. Applying checks also what
  // Register::Put asks of the node and its keys, and approving puts them, in one commit with the
  // application. ApplyNode: ALREADY_EXISTS if the node is registered. Decisions name the etag that
  // was seen: INVALID_ARGUMENT without one, ABORTED if it is another now. Until the approval Put
  // refuses the node and its keys, FAILED_PRECONDITION.
  using Application = DirectoryStore::Application;
  absl::StatusOr<Application> ApplyNode(const Cause& cause, NodeApplication::Request request);
  absl::StatusOr<Application> ApproveNode(const Cause& cause, absl::string_view name,
                                          absl::string_view etag);
  absl::StatusOr<Application> ReturnNode(const Cause& cause, absl::string_view name,
                                         absl::string_view etag, absl::string_view reason);
  // The node's application, if the caller sees it; else Error::NotVisible.
  absl::StatusOr<Application> FindApplication(const Caller& caller, absl::string_view name) const;
  // Those that the caller sees, by the node's name, after `cursor`, up to `limit`.
  absl::StatusOr<std::vector<Application>> ListApplications(const Caller& caller,
                                                            absl::string_view cursor,
                                                            size_t limit) const;
  static std::string Etag(const Application& application);

  // Founds the directory with the objects in the file at `path` (store/bootstrap.h),
  // all or none. Does nothing for an empty path, or, with a log line, if there are
  // people already. NOT_FOUND, INVALID_ARGUMENT naming line or object, and what
  // Register::Found says.
  absl::Status FoundFrom(const std::string& path);

  // The register now. Never null.
  std::shared_ptr<const Register> Now() const;

 private:
  Registrar(DirectoryStore* store, const Clock* clock, ProfileIds profiles)
      : store_(store), clock_(clock), profiles_(std::move(profiles)) {}

  using Decision = std::function<absl::StatusOr<DirectoryObject>(const Register&)>;
  struct Changed {
    DirectoryObject object;
    uint64_t number = 0;
  };
  absl::StatusOr<Changed> Change(const Cause& cause, absl::string_view result,
                                 const Decision& decide);
  struct Decided {
    NodeApplication application;
    std::vector<DirectoryObject> objects = {};  // that enter the register with it
  };
  using ApplicationDecision = std::function<absl::StatusOr<Decided>(
      const Register&, const std::optional<Application>& known)>;
  absl::StatusOr<Application> ChangeApplication(const Cause& cause, absl::string_view name,
                                                const ApplicationDecision& decide);
  absl::StatusOr<std::optional<Application>> LoadApplication(absl::string_view name) const;
  absl::StatusOr<std::vector<DirectoryObject>> Entering(const Register& all,
                                                        const NodeApplication& application) const;
  absl::Status CheckAdmitted(const DirectoryObject& object) const;
  // Brings the register up to the end of the log.
  absl::Status Sync();
  absl::Status SyncLocked() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Found(std::vector<DirectoryObject> objects);
  evidence::AuditRecord RecordOf(const Register& all, const DirectoryObject& object) const;

  DirectoryStore* const store_;
  const Clock* const clock_;
  const ProfileIds profiles_;
  absl::Mutex changing_;  // held by the one change that is being made
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Register> register_ ABSL_GUARDED_BY(mutex_);
  uint64_t number_ ABSL_GUARDED_BY(mutex_) = 0;
  std::optional<metrics::Gauge> revision_ ABSL_GUARDED_BY(mutex_);
  std::vector<Follower> followers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::catalog
