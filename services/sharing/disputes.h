// SPDX-License-Identifier: Apache-2.0
// The writes of disputes: load, decide, store.
#pragma once

#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "services/sharing/desk.h"
#include "services/sharing/sharing.h"

namespace shareway::sharing {

// Disputes (M16 12; R25 28). Thread-safe. Errors: as Sharing.
class Disputes {
 public:
  // Both must outlive it.
  Disputes(const Desk* desk, const Sharing* sharing) : desk_(desk), sharing_(sharing) {}

  // `subject` is a request of the actor's own agency, or a resource. ALREADY_EXISTS if the
  // agency has an open dispute over it.
  absl::StatusOr<Stored<Dispute>> Open(const Errand& errand, absl::string_view subject,
                                       absl::string_view claim);
  absl::StatusOr<Stored<Dispute>> Escalate(const Errand& errand, absl::string_view name,
                                           absl::string_view etag, absl::string_view reason);
  // Outcome GRANT makes an APPROVED request and its grant in the same batch. `scope` is what
  // is granted; for a dispute over a request it lies within what was asked (INVALID_ARGUMENT),
  // or may be left out: all of that.
  absl::StatusOr<Stored<Dispute>> Record(const Errand& errand, absl::string_view name,
                                         absl::string_view etag, Dispute::Outcome outcome,
                                         const Ruling& ruling, const std::optional<Scope>& scope);
  absl::StatusOr<Stored<Dispute>> Withdraw(const Errand& errand, absl::string_view name,
                                           absl::string_view etag);

  // The dispute, if the actor may see it.
  absl::StatusOr<Stored<Dispute>> Get(const Actor& actor, absl::string_view name) const;

 private:
  struct Case {
    const Dispute& dispute;
    const Parties& parties;
    const StatuteText& text;
    absl::Time now;
  };
  using Transition = absl::FunctionRef<absl::StatusOr<Dispute>(const Case&, Change*)>;
  absl::StatusOr<Stored<Dispute>> Write(const Errand& errand, absl::string_view name,
                                        absl::string_view etag, evidence::RecordKind kind,
                                        Transition transition);
  absl::StatusOr<Stored<Dispute>> Commit(const Errand& errand, Dispute after, uint64_t version,
                                         evidence::RecordKind kind, const Parties& parties,
                                         const StatuteText& text, Change change, absl::Time now);
  absl::StatusOr<Dispute> OpenOver(const Errand& errand, absl::string_view subject,
                                   absl::string_view claim, absl::Time now,
                                   Change* change) const;
  // Adds the request and the grant that outcome GRANT stands for.
  absl::Status AddGrant(const Errand& errand, const Dispute& closed, const Case& before,
                        const std::optional<Scope>& scope, Change* change) const;

  const Desk* const desk_;
  const Sharing* const sharing_;
};

}  // namespace shareway::sharing
