// SPDX-License-Identifier: Apache-2.0
// An agency's application to connect an exchange node: what its protection is, and who may
// let it in. law.md section 8, 接入; S1 32 to 35.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "libs/base/error.h"
#include "services/catalog/domain/directory.h"
#include "services/catalog/domain/resource.h"

namespace shareway::catalog {

// How a node or a system is protected, and who runs it for the agency.
struct Protection {
  int level = 0;                   // 等保级别, 1 to 5
  std::string filing_number = {};  // 备案证明编号; needed from level 2
  std::optional<absl::CivilDay> last_test = {};  // 等级测评; both needed from level 3
  std::optional<absl::CivilDay> next_test = {};  // the day by which it is due again
  std::string contractor = {};  // empty: the agency's own people
  std::string contract = {};    // number or title; needed with a contractor
  std::optional<absl::CivilDay> contract_end = {};  // its last day
};

// A value: transitions return a new application and leave this one alone.
//
//            Apply             Approve      Return
//   none     APPLIED
//   APPLIED                    APPROVED     RETURNED
//   RETURNED APPLIED (Again)
//   APPROVED
//
// An agency's people with the role DEPARTMENT_HEAD or SHARING_HEAD apply; a
// SECURITY_ADMINISTRATOR decides, but not on what he applied for. All return
//   PERMISSION_DENIED    to everyone else (Error::NotVisible), and OWN_REQUEST
//   FAILED_PRECONDITION  in another state
//   INVALID_ARGUMENT     with every rule broken
class NodeApplication {
 public:
  enum class State { kUnspecified = 0, kApplied = 1, kReturned = 2, kApproved = 3 };

  // What the agency says.
  struct Request {
    Node node = {};
    Protection protection = {};
    std::vector<Key> keys = {};  // the node's own, 1 to 8
  };
  struct Fields {
    Request request = {};
    State state = State::kApplied;
    std::string applicant = {};      // people/{p}
    std::string decided_by = {};     // people/{p}
    std::string return_reason = {};  // in RETURNED
  };

  // Trusts `fields`: they come from our own store.
  static NodeApplication Restore(Fields fields) { return NodeApplication(std::move(fields)); }
  const Fields& fields() const { return fields_; }

  // `actor.own_agency` says that he is of the node's agency. `today` is the day in Shanghai.
  static absl::StatusOr<NodeApplication> Apply(const Actor& actor, Request request,
                                               absl::CivilDay today);
  // Another application for the same node after the first was returned.
  absl::StatusOr<NodeApplication> Again(const Actor& actor, Request request,
                                        absl::CivilDay today) const;
  // The facts must still hold on the day of the decision.
  absl::StatusOr<NodeApplication> Approve(const Actor& actor, absl::CivilDay today) const;
  // `reason` has 1 to 1000 characters.
  absl::StatusOr<NodeApplication> Return(const Actor& actor, absl::string_view reason) const;

  // Heads of the node's agency and security administrators see it.
  bool SeenBy(const Actor& actor) const;
  // OK once it is approved: before that no key of the node counts. FAILED_PRECONDITION.
  absl::Status CheckAdmitted() const;

 private:
  explicit NodeApplication(Fields fields) : fields_(std::move(fields)) {}
  absl::Status CheckDecision(const Actor& actor, absl::string_view verb) const;

  Fields fields_;
};

// Every rule that a protection breaks on a day, fields as `prefix` and theirs. Alone, it serves
// systems too.
std::vector<FieldViolation> Violations(const Protection& protection, absl::string_view prefix,
                                       absl::CivilDay today);

}  // namespace shareway::catalog
