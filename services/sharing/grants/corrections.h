// SPDX-License-Identifier: Apache-2.0
// The writes of corrections and recalls: load, decide, store.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "services/sharing/cases.h"
#include "services/sharing/domain/recall.h"
#include "services/sharing/store/correction_codec.h"

namespace shareway::sharing {

// Corrections (M16 15; R25 26) and the recalls of what they found wrong. Thread-safe.
//
// Each write is one batch with its events and, for nodes, its entry in log "corrections". Errors:
// as Cases, and those of the transition (domain/correction.h, domain/recall.h).
class Corrections {
 public:
  // True if the node, agencies/{a}/nodes/{n}, serves the agency and both stand.
  using Serves = std::function<bool(absl::string_view node, absl::string_view agency)>;
  // `desk` must outlive it.
  Corrections(const Desk* desk, Serves serves)
      : desk_(desk), serves_(std::move(serves)), cases_(desk), recalls_(desk) {}

  // With `validate_only` nothing is stored and the version is 0. ALREADY_EXISTS naming the agency's
  // own open correction of the same subject.
  absl::StatusOr<Stored<Correction>> Open(const Errand& errand, absl::string_view resource,
                                          const CorrectionAsked& asked, bool validate_only) const;
  absl::StatusOr<Stored<Correction>> Acknowledge(const Errand& errand, absl::string_view name,
                                                 absl::string_view etag) const;
  absl::StatusOr<Stored<Correction>> Resolve(const Errand& errand, absl::string_view name,
                                             absl::string_view etag,
                                             const CorrectionAnswer& answer) const;
  absl::StatusOr<Stored<Correction>> Reject(const Errand& errand, absl::string_view name,
                                            absl::string_view etag,
                                            absl::string_view reason) const;
  absl::StatusOr<Stored<Correction>> Withdraw(const Errand& errand, absl::string_view name,
                                              absl::string_view etag) const;

  // Asks the provider's nodes whom they gave the value. With `all_grantees` those are told at once,
  // too, who hold or held a grant on the resource, the newest 500.
  absl::StatusOr<Stored<Correction>> BeginRecall(const Errand& errand, absl::string_view name,
                                                 absl::string_view etag, absl::string_view reason,
                                                 bool all_grantees) const;
  absl::StatusOr<Stored<Recall>> ConfirmRecall(const Errand& errand, absl::string_view name,
                                               absl::string_view etag, Recall::State outcome,
                                               absl::string_view note) const;

  // A node's word. NOT_VISIBLE unless it serves the correction's provider; ABORTED: say it again.
  absl::Status Place(absl::string_view node, absl::string_view name,
                     absl::string_view record) const;
  // Tells those of `recipients` who are not told yet, at most 200 of them. Of another round than
  // the last, or from a node that was complete already: nothing is done.
  absl::Status Report(absl::string_view node, absl::string_view name, uint32_t round,
                      const std::vector<RecallRecipient>& recipients, bool complete) const;

  absl::StatusOr<Stored<Correction>> Get(const Actor& actor, absl::string_view name) const {
    return cases_.Get(actor, name);
  }
  // What an open correction proposes; empty to all but its two parties, and once it has ended.
  absl::StatusOr<std::string> ProposedValue(const Actor& actor, const Correction& correction) const;
  const Cases<Correction>& cases() const { return cases_; }
  const Cases<Recall>& recalls() const { return recalls_; }

  // How many consumers were told, and how many of them confirmed.
  struct Count {
    uint32_t told = 0;
    uint32_t confirmed = 0;
  };
  absl::StatusOr<Count> CountRecalls(const Correction& correction) const;

 private:
  absl::StatusOr<Stored<Correction>> Write(const Errand& errand, absl::string_view name,
                                           absl::string_view etag, evidence::RecordKind kind,
                                           Cases<Correction>::Step step) const;
  absl::StatusOr<Stored<Correction>> OfNode(absl::string_view node, absl::string_view name) const;
  absl::StatusOr<bool> HadGrant(absl::string_view agency, absl::string_view resource) const;
  absl::Status CheckNotOpen(const Correction& asked) const;
  // Adds to the change what tells those who are not told yet.
  absl::Status AddRecalls(const Correction& correction,
                          const std::vector<RecallRecipient>& recipients, absl::string_view node,
                          absl::Time now, Change* change) const;
  absl::StatusOr<std::vector<RecallRecipient>> Grantees(const Correction& correction) const;

  const Desk* const desk_;
  const Serves serves_;
  const Cases<Correction> cases_;
  const Cases<Recall> recalls_;
};

// Computes due dates again that rested on a calendar not published then; true if one moved. Of
// corrections/{c} that Provisional() names.
absl::StatusOr<bool> RecomputeCorrection(const Desk& desk, absl::string_view name);

}  // namespace shareway::sharing
