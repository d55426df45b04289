// SPDX-License-Identifier: Apache-2.0
// The writes of inquiries, complaints and ratings: load, decide, store.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "services/sharing/cases.h"
#include "services/sharing/store/supervision_codec.h"

namespace shareway::sharing {

// Inquiries, complaints, ratings (R25 37). Thread-safe. Errors: as Cases.
class Feedback {
 public:
  // `desk` must outlive it.
  explicit Feedback(const Desk* desk)
      : desk_(desk), inquiries_(desk), complaints_(desk), ratings_(desk) {}

  // NOT_VISIBLE for a resource that was never published.
  absl::StatusOr<Stored<Inquiry>> OpenInquiry(const Errand& errand, absl::string_view resource,
                                              const std::string& question) const;
  absl::StatusOr<Stored<Inquiry>> ExtendInquiry(const Errand& errand, absl::string_view name,
                                                absl::string_view etag,
                                                absl::string_view reason) const;
  absl::StatusOr<Stored<Inquiry>> AnswerInquiry(const Errand& errand, absl::string_view name,
                                                absl::string_view etag,
                                                absl::string_view answer) const;
  absl::StatusOr<Stored<Inquiry>> CloseInquiry(const Errand& errand, absl::string_view name,
                                               absl::string_view etag) const;
  absl::StatusOr<Stored<Inquiry>> GetInquiry(const Actor& actor, absl::string_view name) const {
    return inquiries_.Get(actor, name);
  }
  absl::StatusOr<Page<Inquiry>> ListInquiries(const Actor& actor, absl::string_view cursor,
                                              int limit,
                                              absl::FunctionRef<bool(const Inquiry&)> want) const;

  // `entered`: kind, about, file_number, text. INVALID_ARGUMENT for an agency that does not stand.
  absl::StatusOr<Stored<Complaint>> OpenComplaint(const Errand& errand,
                                                  const Complaint& entered) const;
  absl::StatusOr<Stored<Complaint>> AssignComplaint(const Errand& errand, absl::string_view name,
                                                    absl::string_view etag,
                                                    absl::string_view agency) const;
  absl::StatusOr<Stored<Complaint>> CloseComplaint(const Errand& errand, absl::string_view name,
                                                   absl::string_view etag,
                                                   Complaint::Outcome outcome,
                                                   absl::string_view answer) const;
  absl::StatusOr<Stored<Complaint>> GetComplaint(const Actor& actor,
                                                 absl::string_view name) const {
    return complaints_.Get(actor, name);
  }
  absl::StatusOr<Page<Complaint>> ListComplaints(
      const Actor& actor, absl::string_view cursor, int limit,
      absl::FunctionRef<bool(const Complaint&)> want) const;

  // NOT_VISIBLE for a grant that is not the actor's agency's; ALREADY_EXISTS if it was rated.
  absl::StatusOr<Stored<Rating>> RateGrant(const Errand& errand, absl::string_view grant,
                                           int stars, const std::string& text) const;
  // Of one grant, or of all; NOT_VISIBLE never: what is not the actor's is not listed.
  absl::StatusOr<Page<Rating>> ListRatings(const Actor& actor, absl::string_view grant,
                                           absl::string_view cursor, int limit) const;

 private:
  const Desk* const desk_;
  const Cases<Inquiry> inquiries_;
  const Cases<Complaint> complaints_;
  const Cases<Rating> ratings_;
};

}  // namespace shareway::sharing
