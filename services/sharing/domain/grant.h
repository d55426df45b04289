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

namespace shareway::sharing {

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

// A grant. A value: transitions return a new grant. Actors know the grant; who of
// them may act is decided here (PERMISSION_DENIED), then the state
// (FAILED_PRECONDITION), then what was sent (INVALID_ARGUMENT).
class Grant {
 public:
  enum class State { kUnspecified = 0, kActive, kSuspended, kRevoked };
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
  // Trusts `fields`: they come from our own store.
  static Grant Restore(Fields fields) { return Grant(std::move(fields)); }

  // By the provider's head or the authority. Only an ACTIVE grant. `notice` is the name of
  // the notice that ground MISUSE opens.
  absl::StatusOr<Grant> Suspend(const Actor& actor, const Parties& parties, SuspendGround ground,
                                absl::string_view reason, std::string notice) const;
  // Because its resource was suspended or withdrawn; nothing to do unless ACTIVE.
  Grant SuspendWith(const Resource& resource) const;

  // By whom it was suspended: the provider's head, or the authority. FAILED_PRECONDITION
  // unless it is SUSPENDED and its resource is PUBLISHED.
  absl::StatusOr<Grant> Resume(const Actor& actor, const Parties& parties,
                               const Resource& resource, absl::string_view reason) const;

  // By the provider's head or the authority, with a ground and its document: for
  // BASIS_CHANGED a citation, for RECTIFICATION_FAILED the grant's notice whose deadline
  // has passed. FAILED_PRECONDITION, GROUND_REQUIRED, naming article and document otherwise.
  absl::StatusOr<Grant> Revoke(const Actor& actor, const Parties& parties, RevokeGround ground,
                               absl::string_view document, const Notice* notice,
                               absl::Time now) const;

  const Fields& fields() const { return fields_; }
  // The same grant with the number that the log gave it.
  Grant Numbered(uint64_t number) const;

 private:
  explicit Grant(Fields fields) : fields_(std::move(fields)) {}
  absl::Status MayStop(const Actor& actor, const Parties& parties) const;

  Fields fields_;
};

}  // namespace shareway::sharing
