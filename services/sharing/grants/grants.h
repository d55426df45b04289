// SPDX-License-Identifier: Apache-2.0
// The writes of grants and standing consents: load, decide, store.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "services/sharing/desk.h"
#include "services/sharing/domain/service_change.h"

namespace shareway::sharing {

// What happened to a grant, known to both its parties; with the errand's act.
evidence::AuditRecord GrantEvent(const Desk& desk, evidence::RecordKind kind, const Errand& errand,
                                 const Grant& grant, const Parties& parties);

// Ends every live grant whose period is over, by rule, and opens its disposal. How many it ended; what
// somebody else changed at the same time is left to the next call. One that fails is logged and does
// not hinder the others. Errors of the store.
absl::StatusOr<int> GrantsDue(const Desk& desk);

// Grants (R25 21-29) and standing consents. Thread-safe. Errors: as Sharing; CONSENT_REQUIRED for a
// grant that is claimed, accepted, renewed or resumed over data that its provider received and may not
// pass on to the consumer (passing_on.h).
class Grants {
 public:
  // `desk` must outlive it.
  explicit Grants(const Desk* desk) : desk_(desk) {}

  // Takes an unconditional resource directly; the grant is active once OK (M16 12).
  absl::StatusOr<Stored<Grant>> Claim(const Errand& errand, absl::string_view resource,
                                      const Grant::Claim& claim);
  // ALREADY_EXISTS if the resource has a live consent.
  absl::StatusOr<Stored<Consent>> GiveConsent(const Errand& errand, absl::string_view resource);
  absl::StatusOr<Stored<Consent>> WithdrawConsent(const Errand& errand, absl::string_view name);

  // Ground MISUSE opens a notice in the same batch.
  absl::StatusOr<Stored<Grant>> Suspend(const Errand& errand, absl::string_view name,
                                        SuspendGround ground, absl::string_view reason);
  // An open notice of the grant is closed with it.
  absl::StatusOr<Stored<Grant>> Resume(const Errand& errand, absl::string_view name,
                                       absl::string_view reason);
  // Opens the disposal of what was in force. `document` as the ground asks, see Grant::Revoke.
  absl::StatusOr<Stored<Grant>> Revoke(const Errand& errand, absl::string_view name,
                                       RevokeGround ground, absl::string_view document);
  // Suspends all ACTIVE grants of the consumer that the actor may stop, in batches of 50; how many.
  // The errand's request id is required (INVALID_ARGUMENT): a call that was cut off goes on under it.
  // 0, and nothing recorded, where the actor may stop none.
  absl::StatusOr<int> SuspendConsumer(const Errand& errand, absl::string_view consumer,
                                      SuspendGround ground, absl::string_view reason);

  // The grant that it changes, if it does, ends in the same batch: until then that one goes on.
  // FAILED_PRECONDITION, STATE_FORBIDS, once that one is live no more.
  absl::StatusOr<Stored<Grant>> AcceptTerms(const Errand& errand, absl::string_view name);
  absl::StatusOr<Stored<Grant>> AskRenewal(const Errand& errand, absl::string_view name,
                                           absl::CivilDay end, absl::string_view reason);
  absl::StatusOr<Stored<Grant>> Renew(const Errand& errand, absl::string_view name,
                                      absl::CivilDay end);
  absl::StatusOr<Stored<Grant>> DeclineRenewal(const Errand& errand, absl::string_view name,
                                               absl::string_view reason);
  // Opens the disposal of what was in force; an open notice of the grant is closed with it.
  absl::StatusOr<Stored<Grant>> End(const Errand& errand, absl::string_view name, EndGround ground,
                                    absl::string_view reason);

  // The grant, if the actor may see it.
  absl::StatusOr<Stored<Grant>> Get(const Actor& actor, absl::string_view name) const;

  // Follows the catalogue: keeps the resource and, if it is not PUBLISHED, suspends its
  // active grants. Once OK no grant of it is active, and none can become so. A revision that names a
  // grant as its source which is none opens a finding, and so do stale data (WatchStaleness).
  absl::Status Follow(const Resource& resource);

 private:
  struct Case {
    const Grant& grant;
    const Parties& parties;
    const StatuteText& text;  // that the grant cites
    absl::Time now;
  };
  using Transition = absl::FunctionRef<absl::StatusOr<Grant>(const Case&, Change*)>;
  // `article` of the text is the event's rule.
  absl::StatusOr<Stored<Grant>> Write(const Errand& errand, absl::string_view name,
                                      evidence::RecordKind kind,
                                      std::string statute::Articles::*article,
                                      Transition transition);
  absl::StatusOr<Stored<Grant>> Commit(const Errand& errand, Grant after, uint64_t version,
                                       evidence::RecordKind kind, std::string rule,
                                       const Parties& parties, Change change, absl::Time now);
  // Adds the end of the grant that this one changes and waited for its terms with.
  absl::Status EndChanged(const Errand& errand, const Grant& accepted, const Case& c,
                          Change* change) const;
  absl::Status CloseNoticeOf(const Errand& errand, const Case& before, absl::string_view reason,
                             Change* change) const;
  absl::StatusOr<Stored<Consent>> VisibleConsent(const Actor& actor, absl::string_view name) const;
  // Opens the notice that a suspension for MISUSE names.
  absl::Status AddNotice(const Errand& errand, const Grant& suspended, const Case& before,
                         absl::string_view finding, Change* change) const;
  // What a revocation's document names, as far as it is there.
  struct Found {
    std::optional<Notice> notice = {};
    std::optional<ServiceChange> service_change = {};
    std::optional<Dispute> dispute = {};
  };
  absl::StatusOr<Found> FindDocument(RevokeGround ground, absl::string_view document) const;
  // Suspends up to 50 grants of one provider; how many.
  absl::StatusOr<int> SuspendSome(const Errand& errand, bool first, absl::string_view consumer,
                                  SuspendGround ground, absl::string_view reason);
  // Suspends up to 100 active grants of the resource; true if there were none.
  absl::StatusOr<bool> SuspendSome(const Resource& resource);

  const Desk* const desk_;
};

}  // namespace shareway::sharing
