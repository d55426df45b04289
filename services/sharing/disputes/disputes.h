// SPDX-License-Identifier: Apache-2.0
// The writes of disputes: load, decide, store.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "services/sharing/desk.h"
#include "services/sharing/sharing.h"

namespace shareway::sharing {

// A dispute and what it concerns, as this service keeps it.
struct DisputePack {
  struct Object {
    std::string name = {};
    std::string record = {};  // as the newest event about it holds it
  };
  Stored<Dispute> dispute;
  std::vector<Object> objects = {};  // the dispute first
};

// Disputes (M16 12; R25 28). Thread-safe. Errors: as Sharing.
class Disputes {
 public:
  // Both must outlive it.
  Disputes(const Desk* desk, const Sharing* sharing) : desk_(desk), sharing_(sharing) {}

  // What an applicant opens.
  struct Opening {
    std::string subject = {};  // a request of the actor's agency, a resource, …
    std::string claim = {};
    Matter matter = Matter::kUnspecified;
    std::vector<std::string> cuts = {};
    std::vector<DisputeAttachment> attachments = {};
  };
  // ALREADY_EXISTS if the agency has an open dispute over the subject. With `validate_only`
  // nothing is stored and the version is 0.
  absl::StatusOr<Stored<Dispute>> Open(const Errand& errand, const Opening& opening,
                                       bool validate_only = false);
  absl::StatusOr<Stored<Dispute>> Respond(const Errand& errand, absl::string_view name,
                                          absl::string_view etag, absl::string_view statement,
                                          const std::vector<DisputeAttachment>& attachments);
  // Terms that could not be granted are refused when they are proposed, not when they are
  // accepted: as Record.
  absl::StatusOr<Stored<Dispute>> Propose(const Errand& errand, absl::string_view name,
                                          absl::string_view etag, const Terms& terms);
  // Once both sides agreed: as Record. The grant rests on the act of the provider's head.
  absl::StatusOr<Stored<Dispute>> Accept(const Errand& errand, absl::string_view name,
                                         absl::string_view etag, Outcome outcome);
  absl::StatusOr<Stored<Dispute>> DeclareDeadlock(const Errand& errand, absl::string_view name,
                                                  absl::string_view etag,
                                                  absl::string_view reason);
  absl::StatusOr<Stored<Dispute>> Escalate(const Errand& errand, absl::string_view name,
                                           absl::string_view etag, absl::string_view reason);
  absl::StatusOr<Stored<Dispute>> RecordMediation(const Errand& errand, absl::string_view name,
                                                  absl::string_view etag,
                                                  const Mediation& mediation);
  // Outcome GRANT makes an APPROVED request and its grant in the same batch. `scope` is what
  // is granted; for a dispute over a request it lies within what was asked (INVALID_ARGUMENT),
  // or may be left out: all of that. Over cuts the new grant takes the place of the one that
  // gave the rest, which ends in the same batch. FAILED_PRECONDITION, PROPOSAL_OUTDATED, where
  // what is not sent can no longer be granted.
  absl::StatusOr<Stored<Dispute>> Record(const Errand& errand, absl::string_view name,
                                         absl::string_view etag, Outcome outcome,
                                         const Ruling& ruling, const std::optional<Scope>& scope,
                                         bool validate_only = false);
  absl::StatusOr<Stored<Dispute>> Withdraw(const Errand& errand, absl::string_view name,
                                           absl::string_view etag);

  // The dispute, if the actor may see it.
  absl::StatusOr<Stored<Dispute>> Get(const Actor& actor, absl::string_view name) const;
  // The same with what it concerns, for whoever may see it: but for a change of service on which
  // other consumers were consulted, too, which the consumer may not read whole.
  absl::StatusOr<DisputePack> Pack(const Actor& actor, absl::string_view name) const;

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
                                        Transition transition, bool validate_only = false);
  absl::StatusOr<Stored<Dispute>> Commit(const Errand& errand, Dispute after, uint64_t version,
                                         evidence::RecordKind kind, const Parties& parties,
                                         const StatuteText& text, Change change, absl::Time now);
  // What the opening is about and the text that governs it; adds what that rests on.
  absl::StatusOr<DisputeSubject> SubjectOf(const Errand& errand, const Opening& opening,
                                           StatuteText* text, Change* change) const;
  absl::StatusOr<DisputeSubject> OtherSubject(const Errand& errand, const std::string& name,
                                              StatuteText* text, Change* change) const;
  template <typename T>
  absl::Status PackCase(const std::string& name, DisputePack* pack) const;

  const Desk* const desk_;
  const Sharing* const sharing_;
};

}  // namespace shareway::sharing
