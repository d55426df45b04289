// SPDX-License-Identifier: Apache-2.0
// 政务信息化项目: a project pre-compiles its catalogue before it is approved, and hands the entries
// in before it is accepted. M16 21; R25 38.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/catalog/domain/entry.h"
#include "services/catalog/domain/resource.h"
#include "services/catalog/domain/source_match.h"

namespace shareway::catalog {

// A value: transitions return a new project and leave this one alone. All of them return
//   PERMISSION_DENIED    to strangers (Error::NotVisible), and OWN_REQUEST to who compiled it and
//                        would decide on it
//   FAILED_PRECONDITION  STATE_FORBIDS in another state; GATE_CLOSED where a favourable opinion is
//                        missing
//   INVALID_ARGUMENT     with every rule broken, or SECRET_REFUSED
class Project {
 public:
  static constexpr size_t kMaxSystems = 20;
  static constexpr size_t kMaxEntries = 50;
  static constexpr size_t kMaxItemsInEntry = 100;
  static constexpr size_t kMaxItems = 200;  // in all entries
  static constexpr size_t kMaxPlaces = 3;   // kept of what a collection check finds for one item

  enum class State {
    kUnspecified = 0,
    kDraft,
    kPrecompiled,
    kAgreed,
    kAgreedWithChanges,
    kDisagreed,
    kHandedIn,
    kAccepted,
    kWithdrawn,
  };
  enum class Result { kUnspecified = 0, kAgree, kAgreeWithChanges, kDisagree };

  // What happens to a project.
  enum class Step {
    kUpdate,
    kPrecompile,
    kAgree,
    kAgreeWithChanges,
    kDisagree,
    kHandInPart,
    kHandInAll,
    kAccept,
    kWithdraw,
  };
  // The one table of states. UNSPECIFIED: the step is not admitted in that state.
  static State After(State state, Step step);

  // One published item that a planned one is, or may be.
  struct Place {
    std::string place = {};  // resources/{r}/{item id}
    Likeness likeness = Likeness::kUnspecified;
    std::string provider = {};
    ShareClass share_class = ShareClass::kUnspecified;
  };
  struct PlannedItem {
    std::string name = {};
    std::string definition = {};
    std::vector<Place> published = {};
  };
  // Either `uses` or a title with items.
  struct Planned {
    std::string id = {};
    std::string uses = {};  // of an entry that exists
    std::string title = {};
    std::vector<PlannedItem> items = {};
    ShareClass share_class = ShareClass::kUnspecified;
    std::string resource = {};  // handed in for it
  };
  struct System {
    std::string title = {};
    std::string duties = {};
  };
  struct Opinion {
    Result result = Result::kUnspecified;
    std::string reason = {};
    uint32_t compilation = 0;
    std::string authority = {};
    std::string issuer = {};
    absl::Time issue_time = {};
  };
  // What the agency says of it.
  struct Request {
    std::string title = {};
    std::string approval_number = {};
    std::string budget_source = {};
    std::string duties = {};
    std::vector<System> systems = {};
    uint32_t year = 0;
  };
  struct Fields {
    std::string name = {};    // projects/{p}
    std::string agency = {};  // agencies/{a}
    Request request = {};
    State state = State::kDraft;
    std::vector<Planned> entries = {};
    uint32_t compilation = 0;
    std::optional<Opinion> opinion = {};
    std::vector<std::string> compilers = {};  // people/{p}
    absl::Time create_time = {};
    std::optional<absl::Time> accept_time = {};
    std::string accepted_by = {};
    std::string withdraw_reason = {};
    std::string profile = {};
  };

  // Trusts `fields`: they come from our own store.
  static Project Restore(Fields fields) { return Project(std::move(fields)); }
  const Fields& fields() const { return fields_; }

  // A DRAFT of `agency`, under the legal text `profile`.
  static absl::StatusOr<Project> Create(const Actor& actor, std::string name, std::string agency,
                                        Request request, std::string profile, absl::Time now);
  // Replaces what the agency says. An opinion is void from then on, and what was pre-compiled
  // waits for another.
  absl::StatusOr<Project> Update(const Actor& actor, Request request) const;
  // What a planned entry may be: rules of form alone, before anything is looked up.
  static absl::Status CheckEntries(const std::vector<Planned>& entries);
  // Puts `entries` in place of those before, with what was found for their items. Entries that keep
  // their id keep what was handed in for them. After AGREED_WITH_CHANGES the opinion stays: these
  // are the changes. Else it is void.
  absl::StatusOr<Project> Precompile(const Actor& actor, std::vector<Planned> entries) const;
  // The authority in charge. `reason` has 1 to 1000 characters, or none with AGREE.
  absl::StatusOr<Project> Opine(const Actor& actor, Result result, absl::string_view reason,
                                absl::string_view authority, absl::Time now) const;
  // Binds planned new entries, by id, to resources/{r}. `admitted` are those of the agency that can
  // be handed in.
  struct Binding {
    std::string entry = {};
    std::string resource = {};
  };
  absl::StatusOr<Project> HandIn(const Actor& actor, const std::vector<Binding>& bindings,
                                 const std::vector<std::string>& admitted) const;
  // The authority in charge. `admitted` as above, of what was handed in. Names the planned entries
  // for which nothing is.
  absl::StatusOr<Project> Accept(const Actor& actor, const std::vector<std::string>& admitted,
                                 absl::Time now) const;
  absl::StatusOr<Project> Withdraw(const Actor& actor, absl::string_view reason) const;

  // True: it may be approved, or was accepted.
  bool Passed() const;
  // Planned new entries, by id, for which nothing is handed in.
  std::vector<std::string> Missing() const;
  // The methods of ProjectService that the actor may call on it now, by name.
  std::vector<std::string> Actions(const Actor& actor) const;

 private:
  explicit Project(Fields fields) : fields_(std::move(fields)) {}
  absl::StatusOr<State> Next(Step step, absl::string_view verb) const;
  bool Compiled(const Actor& actor) const;
  void AddCompiler(const Actor& actor);
  absl::Status CheckOfficer(const Actor& actor) const;

  Fields fields_;
};

// DRAFT, PRECOMPILED and so on.
absl::string_view StateName(Project::State state);

// The article that asks for the gate, by a profile as entries keep it (cn-2016-51@1).
absl::string_view GateArticle(absl::string_view profile);

}  // namespace shareway::catalog
