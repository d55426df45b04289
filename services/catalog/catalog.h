// SPDX-License-Identifier: Apache-2.0
// The writes of the resource catalogue: load, decide, store.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/clock.h"
#include "libs/metrics/registry.h"
#include "libs/statute/calendar.h"
#include "libs/statute/profile.h"
#include "services/catalog/domain/consultation.h"
#include "services/catalog/codes.h"
#include "services/catalog/domain/extension.h"
#include "services/catalog/domain/register.h"
#include "services/catalog/domain/resource.h"
#include "services/catalog/store/assessment_store.h"
#include "services/catalog/store/cause.h"
#include "services/catalog/store/resource_store.h"
#include "services/catalog/store/source_store.h"
#include "services/catalog/updates.h"

namespace shareway::catalog {

// Thread-safe. Errors of every write are Resource's and ResourceStore::Save's,
// ABORTED, CHANGED_MEANWHILE, for an etag that is stale, and FAILED_PRECONDITION,
// REFERENCE_MISSING, for what an entry refers to and is not there: agencies, sources
// and division with every write of an entry and together with its other faults,
// related entries from the submission on; all of it once more at publication. After
// other errors the outcome is unknown; what others see follows the store in either case.
class Catalog {
 public:
  using Loaded = ResourceStore::Loaded;
  using AskUse = std::function<absl::StatusOr<ResourceUse>(absl::string_view resource,
                                                           absl::string_view service_change)>;
  // All must outlive it.
  struct Parts {
    ResourceStore* store = nullptr;
    const SourceStore* sources = nullptr;
    const statute::ProfileSet* statutes = nullptr;
    const Clock* clock = nullptr;
    metrics::Registry* metrics = nullptr;  // may be null
    const statute::CalendarSet* calendars = nullptr;
    const Updates* updates = nullptr;
    // The register now.
    std::function<std::shared_ptr<const Register>()> directory = {};
    // Told what everyone sees of an entry, null if that is nothing any more. One
    // call at a time, the newest state last. Must not call back.
    std::function<void(absl::string_view name, const Entry* published)> announce = {};
    // Asks sharing who uses an entry now and what stands over it, with the change of service that
    // is named, which may be empty. Null: sharing is not known, and what needs its word is
    // UNAVAILABLE.
    AskUse use = {};
    // What the installation adds; null: no tree, no codes, no extension fields.
    const Categories* categories = nullptr;
    const Extensions* extensions = nullptr;
    Codes* codes = nullptr;
    // Documents that assessments name; null: none is known.
    const AssessmentStore* assessments = nullptr;
  };

  // Announces nothing: search reads what is published for itself (published.h).
  static absl::StatusOr<std::unique_ptr<Catalog>> Open(Parts parts);

  // Adds to the commit that stores `after` what is true with it alone, or not at all. Called once for
  // each attempt to commit; what it expects and does not find makes the commit fail as if the entry
  // had changed. Empty: nothing.
  using Together = std::function<void(const Resource& after, kv::Batch* batch)>;

  // A DRAFT. ALREADY_EXISTS if the code is taken, or kept for another agency. An empty
  // code is the next one of the entry's category. With `validate_only` nothing is
  // stored and the version is 0.
  absl::StatusOr<Loaded> Create(const Cause& cause, Entry entry, bool validate_only,
                                const Together& together = {});
  // With `validate_only` nothing is stored and the version is 0.
  absl::StatusOr<Loaded> Update(const Cause& cause, absl::string_view name, absl::string_view etag,
                                Entry entry, bool validate_only = false,
                                const Together& together = {});
  // `answers` are the update clocks that the revision ends: Updates::CheckAnswers.
  absl::StatusOr<Loaded> Submit(const Cause& cause, absl::string_view name, absl::string_view etag,
                                std::vector<std::string> answers = {});
  // Answers what is left: without publication, nothing is.
  absl::StatusOr<Loaded> DeleteDraft(const Cause& cause, absl::string_view name,
                                     absl::string_view etag);
  absl::StatusOr<Loaded> Approve(const Cause& cause, absl::string_view name,
                                 absl::string_view etag);
  // A revision that takes something away is refused as a withdrawal is.
  absl::StatusOr<Loaded> Publish(const Cause& cause, absl::string_view name,
                                 absl::string_view etag);
  absl::StatusOr<Loaded> Return(const Cause& cause, absl::string_view name, absl::string_view etag,
                                absl::string_view reason);
  absl::StatusOr<Loaded> Suspend(const Cause& cause, absl::string_view name,
                                 absl::string_view etag, absl::string_view reason);
  absl::StatusOr<Loaded> Resume(const Cause& cause, absl::string_view name, absl::string_view etag,
                                absl::string_view reason);
  // FAILED_PRECONDITION, CONSUMERS_LIVE, as CheckConsulted; UNAVAILABLE if sharing does not answer.
  // Nothing is changed in either case. A grant that is made between sharing's answer and the commit
  // does no harm: sharing learns of the withdrawal, makes no grant over the entry from then on and
  // stops those that there are by rule, with a finding if no change was filed.
  absl::StatusOr<Loaded> Withdraw(const Cause& cause, absl::string_view name,
                                  absl::string_view etag, absl::string_view reason,
                                  absl::string_view service_change);

  // How a caller stands to the entries of `provider`.
  Actor ActorFor(const Caller& caller, absl::string_view provider) const;

  // What `etag` must be for an entry of this version.
  static std::string Etag(const Loaded& loaded);

 private:
  explicit Catalog(Parts parts) : parts_(parts) {}

  // Decides on the next state of an entry.
  using Decision = std::function<absl::StatusOr<Resource>(const Resource&, const Actor&)>;
  absl::StatusOr<Loaded> Change(const Cause& cause, absl::string_view name, absl::string_view etag,
                                evidence::RecordKind kind, const Decision& decide,
                                absl::string_view reason = "", bool validate_only = false,
                                const Together& together = {});
  absl::StatusOr<Loaded> Save(const Cause& cause, const Loaded& before, const Resource& after,
                              evidence::RecordKind kind, absl::string_view reason = "",
                              const Together& together = {});
  // What is published of it, due by its cycle and the provider's calendar.
  absl::StatusOr<Resource> WithDue(const Resource& before, Resource after) const;
  // The law in force for the provider's entries.
  absl::StatusOr<Law> LawFor(absl::string_view provider) const;
  // `written`, or its faults together with the references of `entry` that lead nowhere, with `related`
  // also to related entries. `entry` may be null only if `written` was refused for its state or actor.
  absl::StatusOr<Resource> WithReferences(absl::StatusOr<Resource> written, const Entry* entry,
                                          const Law& law, bool related) const;
  // The draft that `entry` makes, with all its references and of a size that a record holds.
  absl::StatusOr<Resource> Drafted(const Actor& actor, const Entry& entry, const Law& law) const;
  // Checks an entry without code under the next one, then takes that for it.
  absl::Status TakeCode(const Cause& cause, const Actor& actor, const Law& law,
                        bool validate_only, Entry* entry) const;
  // What a repeated request id gets; nothing if it is new.
  absl::StatusOr<std::optional<Loaded>> Repeated(const Cause& cause) const;
  // INVALID_ARGUMENT if a published revision names the change already: consumers were asked about
  // one change, and editors send along what they read.
  absl::Status CheckUncited(const Resource& resource, absl::string_view service_change,
                            const Law& law) const;
  // Asks sharing whether the cut may be made; see CheckConsulted.
  absl::Status Consulted(Cut cut, const Resource& resource, absl::string_view service_change) const;
  // Announces what the store has.
  void Announce(absl::string_view name);

  const Parts parts_;
  std::optional<metrics::Family<metrics::Counter, 1>> changes_;
  absl::Mutex announce_mutex_;  // from the look at the store to the end of the announcement
};

}  // namespace shareway::catalog
