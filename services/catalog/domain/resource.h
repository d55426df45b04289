// SPDX-License-Identifier: Apache-2.0
// A catalogue entry and its life: compiled, approved, published, revised.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/catalog/domain/directory.h"
#include "services/catalog/domain/entry.h"
#include "services/catalog/domain/law.h"

namespace shareway::catalog {

// Who acts, and how he stands to one entry.
struct Actor {
  std::string name = {};  // people/{p}, services/{s}, agencies/{a}/nodes/{n} …
  bool person = false;
  bool own_agency = false;  // of the provider
  bool in_charge = false;   // of the authority in charge of the provider
  std::set<Role> roles = {};

  // Drafts are for the agency's people and the authority's.
  bool SeesDrafts() const { return person && (own_agency || in_charge); }
};

// A value: transitions return a new resource and leave this one alone. Time comes
// in as an argument. All transitions return
//   PERMISSION_DENIED    to strangers (Error::NotVisible), and OWN_REQUEST to those
//                        who would decide on their own work
//   FAILED_PRECONDITION  in another state
//   INVALID_ARGUMENT     with every rule broken, or SECRET_REFUSED, which names the
//                        field and the article and none of the content
class Resource {
 public:
  enum class State {
    kUnspecified = 0,
    kDraft,
    kSubmitted,
    kApproved,
    kReturned,
    kPublished,
    kSuspended,
    kWithdrawn,
  };

  // The entry on its way to publication: DRAFT, SUBMITTED, APPROVED or RETURNED.
  struct Working {
    Entry entry = {};
    State state = State::kDraft;
    std::string profile = {};        // the legal text in force at the last edit or submission
    std::string return_reason = {};  // why it was sent back
    std::vector<std::string> compilers = {};  // people/{p}: who wrote or submitted it
    std::string approved_by = {};
    absl::Time approve_time = {};
    std::vector<std::string> update_clocks = {};  // updateClocks/{c} that its publication ends
  };
  // How fresh the data behind it are: no part of a revision. freshness.h.
  struct Fresh {
    std::optional<absl::Time> refreshed = {};  // none: no node told of any yet
    std::optional<absl::Time> due = {};        // none: the cycle has no period
    uint32_t reminders = 0;                    // since it is overdue
    friend bool operator==(const Fresh&, const Fresh&) = default;
  };
  // The entry as everyone sees it: PUBLISHED, SUSPENDED or WITHDRAWN.
  struct Published {
    Entry entry = {};
    State state = State::kPublished;
    std::string profile = {};
    uint32_t revision = 0;  // from 1
    absl::Time publish_time = {};
    Fresh fresh = {};
    // Of the entry: conditions that this revision added to the one before, or narrowed (R25 39(2)).
    std::vector<std::string> added_conditions = {};
  };
  struct Fields {
    std::string name = {};  // resources/{r}
    std::string code = {};  // with the provider, fixed for ever
    std::string provider = {};
    std::optional<Working> working = {};
    std::optional<Published> published = {};
    // Types of all items that were ever published. An id keeps its type for ever.
    std::map<std::string, ItemType> item_types = {};
    std::string state_reason = {};     // why it was suspended, resumed or withdrawn last
    std::string withdrawn_under = {};  // service-changes/{c}; empty: none was needed
  };

  // Trusts `fields`: they come from our own store.
  static Resource Restore(Fields fields) { return Resource(std::move(fields)); }
  const Fields& fields() const { return fields_; }

  // A DRAFT of the actor's own agency.
  static absl::StatusOr<Resource> Create(const Actor& actor, Entry entry, const Law& law);
  // Replaces a DRAFT or RETURNED entry, or starts a revision of one that is
  // PUBLISHED or SUSPENDED, which stays as it is meanwhile.
  absl::StatusOr<Resource> Update(const Actor& actor, Entry entry, const Law& law) const;
  // Sends a DRAFT or RETURNED entry to the department head, checked again under
  // `law`. FAILED_PRECONDITION, ASSESSMENT_MISSING, without the assessments. INVALID_ARGUMENT for a
  // revision that narrows what is published (revision.h) and states no reason of its own.
  // `answers` are the update clocks that the revision ends.
  absl::StatusOr<Resource> Submit(const Actor& actor, const Law& law,
                                  std::vector<std::string> answers = {}) const;
  // Deletes a DRAFT or RETURNED entry, or the working copy of what is published, which stays. What
  // then has neither is nothing any more: it was never published, and its code is free.
  absl::StatusOr<Resource> DeleteDraft(const Actor& actor) const;
  // The department head approves a SUBMITTED entry that he did not compile.
  absl::StatusOr<Resource> Approve(const Actor& actor, absl::Time now = {}) const;
  // The authority in charge publishes an APPROVED entry: the next revision. A
  // suspended resource stays suspended.
  absl::StatusOr<Resource> Publish(const Actor& actor, absl::Time now) const;
  // The authority in charge sends an APPROVED entry back, or the department head
  // a SUBMITTED one. `reason` has 1 to 1000 characters.
  // A refusal of what the reason says cites `law`, here and below.
  absl::StatusOr<Resource> Return(const Actor& actor, absl::string_view reason,
                                  const Law& law = {}) const;
  // The authority in charge closes what is PUBLISHED for the time being, opens what is SUSPENDED
  // again, or ends either for good. `reason` has 1 to 1000 characters.
  absl::StatusOr<Resource> Suspend(const Actor& actor, absl::string_view reason,
                                   const Law& law = {}) const;
  absl::StatusOr<Resource> Resume(const Actor& actor, absl::string_view reason,
                                  const Law& law = {}) const;
  // Drops a revision that is under way. `service_change` is what the withdrawal rests on, or empty;
  // whether it may is consultation.h.
  absl::StatusOr<Resource> Withdraw(const Actor& actor, absl::string_view reason,
                                    absl::string_view service_change, const Law& law = {}) const;

  // The same with other data behind it, of which something is published.
  Resource WithFresh(Fresh fresh) const;

  // Which face of the entry an actor sees: the newest that he may.
  enum class Face { kNone, kWorking, kPublished };
  Face FaceFor(const Actor& actor) const;
  State StateOf(Face face) const;
  // The methods of CatalogService that the actor may call on it now, by name.
  std::vector<std::string> Actions(const Actor& actor) const;

 private:
  explicit Resource(Fields fields) : fields_(std::move(fields)) {}
  absl::StatusOr<Resource> WithState(const Actor& actor, State state, absl::string_view reason,
                                     const Law& law) const;
  absl::StatusOr<Resource> WithEntry(const Actor& actor, Entry entry, const Law& law) const;
  absl::Status CheckWorking(State wanted, absl::string_view verb) const;
  bool Compiled(const Actor& actor) const;

  Fields fields_;
};

// DRAFT, SUBMITTED and so on.
absl::string_view StateName(Resource::State state);

}  // namespace shareway::catalog
