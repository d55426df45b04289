// SPDX-License-Identifier: Apache-2.0
// The writes of findings and circulars: load, decide, store.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "services/sharing/cases.h"
#include "services/sharing/domain/detector.h"
#include "services/sharing/domain/finding.h"
#include "services/sharing/store/supervision_codec.h"

namespace shareway::sharing {

// Findings and circulars (M16 24; R25 29, 39-41). Thread-safe. Errors: as Cases, and
// NOT_COMPETENT.
class Findings {
 public:
  // `desk` must outlive it.
  explicit Findings(const Desk* desk) : desk_(desk), findings_(desk), circulars_(desk) {}

  // A person reports `about`, `detector`, `subject`, `summary` and `evidence` of `reported`.
  // INVALID_ARGUMENT naming fields; NOT_VISIBLE for a subject that is not the actor's. With
  // `validate_only` nothing is stored and the version is 0.
  absl::StatusOr<Stored<Finding>> Open(const Errand& errand, const Finding& reported,
                                       bool validate_only) const;
  absl::StatusOr<Stored<Finding>> Justify(const Errand& errand, absl::string_view name,
                                          absl::string_view etag, absl::string_view reason,
                                          const std::vector<Finding::Proof>& evidence) const;
  absl::StatusOr<Stored<Finding>> Confirm(const Errand& errand, absl::string_view name,
                                          absl::string_view etag, absl::string_view reasons) const;
  absl::StatusOr<Stored<Finding>> Dismiss(const Errand& errand, absl::string_view name,
                                          absl::string_view etag, absl::string_view reasons) const;
  absl::StatusOr<Stored<Finding>> Get(const Actor& actor, absl::string_view name) const {
    return findings_.Get(actor, name);
  }
  absl::StatusOr<Page<Finding>> List(const Actor& actor, absl::string_view cursor, int limit,
                                     absl::FunctionRef<bool(const Finding&)> want) const;

  // By an officer, for the authority that the officer acts for; the findings may not change
  // meanwhile.
  absl::StatusOr<Stored<Circular>> Publish(const Errand& errand, Circular asked) const;
  absl::StatusOr<Page<Circular>> ListCirculars(const Actor& actor, absl::string_view cursor,
                                               int limit) const;

 private:
  absl::StatusOr<Finding> Reported(const Actor& actor, const Finding& reported,
                                   absl::Time now) const;

  const Desk* const desk_;
  const Cases<Finding> findings_;
  const Cases<Circular> circulars_;
};

// What a detector saw.
struct Sighting {
  const Detector* detector = nullptr;
  std::string agency = {};  // agencies/{a} that is liable, or acts for the authority that is
  std::string profile = {};  // profile@version that governs it
  Finding::State state = Finding::State::kSuspected;
  std::string subject = {};
  std::string summary = {};
  Finding::Proof proof = {};
  std::vector<Finding::Proof> proofs = {};  // more of them, after it
  std::optional<absl::CivilDay> due = {};
  std::string clock = {};
  std::string key = {};  // one finding alone has it, for ever
};

// The finding that a sighting is. FAILED_PRECONDITION if its profile is not loaded.
absl::StatusOr<Finding> FindingOf(const Desk& desk, const Sighting& sighting, absl::Time now);

// Opens it; false if it was found before.
absl::StatusOr<bool> OpenByRule(const Desk& desk, const Sighting& sighting);

// Adds it to the change of the act that shows it.
absl::Status AddByRule(const Desk& desk, const Sighting& sighting, absl::Time now,
                       Change* change);

// A refusal that names neither a published condition nor a legal bar (R25 39(2)). Nothing where
// the decision has a ground.
std::optional<Sighting> RefusalSighting(const Request& request, absl::Time now);

// A resource that was withdrawn from the catalogue while grants of it are live, without an end of
// service that was filed (R25 39(7)). Nothing for any other state.
absl::StatusOr<std::optional<Sighting>> WithdrawalSighting(const Desk& desk,
                                                           const Resource& resource,
                                                           absl::Time now);

// What a change of the catalogue shows of stale data (M16 13, 24(3); R25 18, 39(3)): the second
// reminder without a refresh opens one finding for each time that the data became stale, and a
// refresh after it is added to the finding while that is open. `before` is the entry as it was
// followed last, null if it was not. May be repeated.
absl::Status WatchStaleness(const Desk& desk, const Resource* before, const Resource& resource);

// The authority that the actor is an officer of. PERMISSION_DENIED, POLICY_DENIED, if none.
absl::StatusOr<Authority> AuthorityOf(const Desk& desk, const Actor& actor);

}  // namespace shareway::sharing
