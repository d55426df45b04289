// SPDX-License-Identifier: Apache-2.0
// The writes of grants and standing consents: load, decide, store.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// Grants (R25 21-29) and standing consents. Thread-safe. Errors: as Sharing.
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
  absl::StatusOr<Stored<Grant>> Revoke(const Errand& errand, absl::string_view name,
                                       RevokeGround ground, absl::string_view document);

  // The grant, if the actor may see it.
  absl::StatusOr<Stored<Grant>> Get(const Actor& actor, absl::string_view name) const;

  // Follows the catalogue: keeps the resource and, if it is not PUBLISHED, suspends its
  // active grants. Once OK no grant of it is active, and none can become so.
  absl::Status Follow(const Resource& resource);

 private:
  struct Case {
    const Grant& grant;
    const Parties& parties;
    const StatuteText& text;
    absl::Time now;
  };
  using Transition = absl::FunctionRef<absl::StatusOr<Grant>(const Case&, Change*)>;
  absl::StatusOr<Stored<Grant>> Write(const Errand& errand, absl::string_view name,
                                      evidence::RecordKind kind, Transition transition);
  absl::StatusOr<Stored<Grant>> Commit(const Errand& errand, Grant after, uint64_t version,
                                       evidence::RecordKind kind, std::string rule,
                                       const Parties& parties, Change change, absl::Time now);
  evidence::AuditRecord Event(evidence::RecordKind kind, const Errand& errand,
                              const Grant& grant, const Parties& parties) const;
  absl::Status CloseNoticeOf(const Errand& errand, const Case& before, absl::string_view reason,
                             Change* change) const;
  absl::StatusOr<Stored<Consent>> VisibleConsent(const Actor& actor, absl::string_view name) const;
  // Suspends up to 100 active grants of the resource; true if there were none.
  absl::StatusOr<bool> SuspendSome(const Resource& resource);

  const Desk* const desk_;
};

}  // namespace shareway::sharing
