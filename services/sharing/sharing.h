// SPDX-License-Identifier: Apache-2.0
// The writes of sharing requests: load, decide, store. Read this first.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// Sharing requests (M16 12; R25 20-22). Thread-safe.
//
// Each write is one batch with its events: a request is APPROVED exactly when its
// grant exists. Errors of every write: PERMISSION_DENIED, NOT_VISIBLE, alike for
// what is not there and what is not the actor's; ABORTED for a stale etag, a lost
// race or a replayed act; any error of the store whose outcome is unknown; and
// those of the transition (domain/request.h).
class Sharing {
 public:
  // `desk` must outlive it.
  explicit Sharing(const Desk* desk) : desk_(desk) {}

  // With `validate_only` nothing is stored and the version is 0.
  absl::StatusOr<Stored<Request>> Create(const Errand& errand, const Request::Fields& asked,
                                         bool validate_only);
  absl::StatusOr<Stored<Request>> SignOff(const Errand& errand, absl::string_view name,
                                          absl::string_view etag);
  absl::StatusOr<Stored<Request>> Submit(const Errand& errand, absl::string_view name,
                                         absl::string_view etag);
  absl::StatusOr<Stored<Request>> Decide(const Errand& errand, absl::string_view name,
                                         absl::string_view etag, const Decision& decision);
  absl::StatusOr<Stored<Request>> SignOffDecision(const Errand& errand, absl::string_view name,
                                                  absl::string_view etag);
  absl::StatusOr<Stored<Request>> Withdraw(const Errand& errand, absl::string_view name,
                                           absl::string_view etag);

  // The request, if the actor may see it.
  absl::StatusOr<Stored<Request>> Get(const Actor& actor, absl::string_view name) const;

 private:
  // A request that is about to change, and what its transition needs.
  struct Case {
    const Request& request;
    const Parties& parties;
    const StatuteText& text;  // that the request cites
    absl::Time now;
  };
  struct Step {
    Request after;
    evidence::RecordKind kind;
  };
  // Decides, and adds to the change what goes with it.
  using Transition = absl::FunctionRef<absl::StatusOr<Step>(const Case&, Change*)>;
  absl::StatusOr<Stored<Request>> Write(const Errand& errand, absl::string_view name,
                                        absl::string_view etag, Transition transition);
  absl::StatusOr<Stored<Request>> Commit(const Errand& errand, Step step, uint64_t version,
                                         const Parties& parties, Change change, absl::Time now);
  evidence::AuditRecord Event(evidence::RecordKind kind, const Errand& errand,
                              const Request& request, const Parties& parties) const;
  // Adds the grant of an APPROVED request to the change.
  void AddGrant(const Errand& errand, const Request& approved, std::string decision,
                std::string consent, const Case& before, Change* change) const;

  const Desk* const desk_;
};

}  // namespace shareway::sharing
