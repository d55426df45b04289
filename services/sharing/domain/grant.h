// SPDX-License-Identifier: Apache-2.0
// 共享授权: what a decision allows, and how it ends.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "services/sharing/domain/notice.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/statute_text.h"
#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

class Dispute;
struct ReturnFlow;
struct ReturnRequest;
struct ServiceChange;

// The ground of a suspension (R25 27).
enum class SuspendGround { kUnspecified = 0, kMisuse, kSecurityIncident, kDataFault };

// The ground of a revocation; each needs its document (R25 27).
enum class RevokeGround {
  kUnspecified = 0,
  kRectificationFailed,
  kServiceChange,
  kBasisChanged,
  kDisputeDecision,
  kConsumerEnded,
};

// Why a consumer ends its use (R25 27(1)).
enum class EndGround { kUnspecified = 0, kAchieved, kImpossible, kNoLongerNeeded };

// MISUSE and so on.
absl::string_view GroundName(SuspendGround ground);
absl::string_view GroundName(EndGround ground);

// The documents of a revocation, as far as they were found; null: there is none of that name.
struct RevokeDocuments {
  const Notice* notice = nullptr;
  const ServiceChange* service_change = nullptr;
  const Dispute* dispute = nullptr;
};

// INVALID_ARGUMENT unless a suspension states a ground, and what was found in 1 to 1000 characters.
absl::Status CheckSuspension(SuspendGround ground, absl::string_view reason);

// Which methods change a grant, in which state, by whom.
const StateTable& GrantTable();

// A grant. A value: transitions return a new grant. Actors know the grant; who of
// them may act is decided here (PERMISSION_DENIED), then the state
// (FAILED_PRECONDITION), then what was sent (INVALID_ARGUMENT).
//
// PENDING_TERMS, ACTIVE and SUSPENDED are live. EXPIRED, ENDED and REVOKED say how it was over; where
// data could have flowed, a disposal (disposal.h) stands beside it and leads to DISPOSAL_DUE and
// DISPOSED. A grant that was only ever PENDING_TERMS owes none.
class Grant {
 public:
  enum class State {
    kUnspecified = 0,
    kActive,
    kSuspended,
    kRevoked,
    kExpired,
    kEnded,
    kDisposalDue,
    kDisposed,
    kPendingTerms,
  };
  // ACTIVE and so on.
  static absl::string_view StateName(State state);

  struct Fields {
    std::string name = {};  // grants/{g}
    std::string consumer = {};
    std::string provider = {};
    std::string resource = {};
    uint32_t resource_revision = 0;
    std::vector<std::string> items = {};
    filter::RowFilter rows = {};
    std::vector<Purpose> purposes = {};
    std::vector<Method> methods = {};
    absl::Time start_time = {};  // first instant inside
    absl::Time end_time = {};    // first instant outside
    bool case_required = false;
    DayQuota day = {};
    std::vector<std::string> masked_items = {};
    State state = State::kUnspecified;
    uint64_t number = 0;  // of the grant log, after the last change; 0 until stored
    std::string request = {};
    std::string dispute = {};
    std::string consent = {};
    std::string scenario = {};  // for a direct grant: what it is needed for
    std::string decision = {};  // exact bytes of the SignedAct it rests on
    std::string rule = {};      // profile@version and article
    absl::Time create_time = {};
    std::string ended_reason = {};
    std::string notice = {};
    // Suspended by the authority, which alone resumes it then.
    bool by_authority = false;
    std::optional<absl::CivilDay> asked_end = {};  // the last day asked for, while a renewal is asked
    std::string asked_reason = {};                 // and why
    std::string asked_by = {};                     // people/{p}
    std::string return_request = {};               // return-requests/{q}, for data that flow back
    std::vector<std::string> terms = {};           // while PENDING_TERMS: what is to be accepted
    // agencies/{a} to which the provider consents that the data are passed on (R25 25).
    std::vector<std::string> third_parties = {};
  };

  // The grant that an APPROVED request stands for. `decision` is the act that it rests on.
  static Grant Of(const Request& approved, std::string decision, std::string consent,
                  std::string rule, absl::Time now);

  // What a consumer claims directly.
  struct Claim {
    std::vector<std::string> items = {};  // empty: all that are UNCONDITIONAL
    std::vector<Purpose> purposes = {};
    std::string scenario = {};
    absl::CivilDay end = {};
  };
  // An unconditional resource taken directly (M16 12): it rests on the publication.
  // FAILED_PRECONDITION where the provider's text asks for a request, or for items that are
  // not UNCONDITIONAL.
  static absl::StatusOr<Grant> Direct(const Claim& claim, const Actor& actor,
                                      const Resource& resource, const StatuteText& text,
                                      std::string name, absl::Time now);
  // What an ACTIVATED request for return flow stands for: every item that is shared at all, for the
  // rows of the division, three years, no quota, no case (R25 24).
  static Grant Returning(const ReturnRequest& request, const ReturnFlow& flow,
                         const Resource& resource, std::string decision, std::string rule,
                         absl::Time now);
  // Trusts `fields`: they come from our own store.
  static Grant Restore(Fields fields) { return Grant(std::move(fields)); }

  // This new grant of `approved`, PENDING_TERMS if the consumer's head has to accept its terms first:
  // what is granted departs from what that head signed (a reduced scope, or each call names a case),
  // and is over personal or important data (law.md section 3). Else the sign-off is the acceptance.
  // What a dispute decided binds without it.
  Grant UnderTerms(const Request& approved, const Resource& resource) const;
  // By the consumer's head.
  absl::StatusOr<Grant> AcceptTerms(const Actor& actor, const Parties& parties) const;

  // By the provider's head or the authority. Only an ACTIVE grant. `notice` is the name of
  // the notice that ground MISUSE opens.
  absl::StatusOr<Grant> Suspend(const Actor& actor, const Parties& parties, SuspendGround ground,
                                absl::string_view reason, std::string notice) const;
  // Because its resource was suspended or withdrawn; nothing to do unless ACTIVE.
  Grant SuspendWith(const Resource& resource) const;
  // Because `item`, which its provider received under the grant `source`, is not to be passed on to
  // the consumer (any more); nothing to do unless ACTIVE.
  Grant SuspendUnsourced(absl::string_view item, absl::string_view source) const;

  // By whom it was suspended: the provider's head, or the authority. FAILED_PRECONDITION
  // unless it is SUSPENDED and its resource is PUBLISHED.
  absl::StatusOr<Grant> Resume(const Actor& actor, const Parties& parties,
                               const Resource& resource, absl::string_view reason) const;

  // By the provider's head or the authority, with a ground and its document: for BASIS_CHANGED a
  // citation; for RECTIFICATION_FAILED the grant's notice that failed; for SERVICE_CHANGE the filed end
  // of its resource's service that is in effect and on which the consumer was consulted; for
  // DISPUTE_DECISION a dispute of the two over the resource, closed UPHELD or RECLASSIFY; for
  // CONSUMER_ENDED the document on a consumer that is active no more.
  // FAILED_PRECONDITION, GROUND_REQUIRED, naming article and document otherwise.
  absl::StatusOr<Grant> Revoke(const Actor& actor, const Parties& parties, RevokeGround ground,
                               absl::string_view document, const RevokeDocuments& found,
                               absl::Time now) const;

  // By the consumer's head: a later end, all else as it is. INVALID_ARGUMENT unless `end` is after the
  // present last day and within 3 years of `now`.
  absl::StatusOr<Grant> AskRenewal(const Actor& actor, const Parties& parties, absl::CivilDay end,
                                   absl::string_view reason, absl::Time now) const;
  // By the provider's head, who names the end that was asked for. FAILED_PRECONDITION if none is
  // asked, the period is over meanwhile, the resource is not PUBLISHED, or an item is gone from it or,
  // under a text that does not negotiate, NOT_SHARED.
  absl::StatusOr<Grant> Renew(const Actor& actor, const Parties& parties, absl::CivilDay end,
                              const Resource& resource, const StatuteText& text,
                              absl::Time now) const;
  // By the provider's head.
  absl::StatusOr<Grant> DeclineRenewal(const Actor& actor, const Parties& parties,
                                       absl::string_view reason) const;

  // By the consumer's head.
  absl::StatusOr<Grant> End(const Actor& actor, const Parties& parties, EndGround ground,
                            absl::string_view reason) const;
  // By rule, once its period is over; nothing unless it is live and that is so.
  std::optional<Grant> Expire(absl::Time now) const;

  // What its disposal makes of a grant that is over.
  Grant WithDisposal(State state) const;

  // PENDING_TERMS, ACTIVE or SUSPENDED.
  bool Live() const;

  const Fields& fields() const { return fields_; }
  // profile@version of its rule.
  std::string profile() const { return fields_.rule.substr(0, fields_.rule.find(' ')); }
  // The same grant with the number that the log gave it.
  Grant Numbered(uint64_t number) const;

 private:
  explicit Grant(Fields fields) : fields_(std::move(fields)) {}
  absl::Status Admitted(absl::string_view method, const Actor& actor,
                        const Parties& parties) const;
  // A copy that is over.
  Grant Over(State state, std::string reason) const;

  Fields fields_;
};

}  // namespace shareway::sharing
