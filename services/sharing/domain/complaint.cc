// SPDX-License-Identifier: Apache-2.0
// 投诉 of citizens, companies and bodies, and what consumers think of grants.
#include "services/sharing/domain/complaint.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

using State = Complaint::State;
using Outcome = Complaint::Outcome;

constexpr int Of(State state) { return static_cast<int>(state); }

absl::string_view NameOfState(int state) {
  return Complaint::StateName(static_cast<State>(state));
}

bool Within(int value, int last) { return value >= 1 && value <= last; }

// The form only: the catalogue keeps the checks, and evidence has each that was kept.
void CheckCited(const Complaint& facts, std::vector<FieldViolation>* faults) {
  if (facts.collection_check.empty()) return;
  if (!HasForm("collectionChecks/{c}", facts.collection_check)) {
    faults->push_back({"collection_check", absl::StrCat(codes::Quote(facts.collection_check),
                                                        ", want collectionChecks/{c}")});
  } else if (facts.kind != Complaint::Kind::kDuplicateCollection) {
    faults->push_back({"collection_check", "is cited only by a complaint of DUPLICATE_COLLECTION"});
  }
}

}  // namespace

absl::string_view Complaint::StateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kTakenIn: return "TAKEN_IN";
    case State::kAssigned: return "ASSIGNED";
    case State::kClosed: return "CLOSED";
  }
  return "STATE_UNSPECIFIED";
}

const StateTable& ComplaintTable() {
  static const auto* const table = new StateTable{
      .object = "complaint",
      .name = NameOfState,
      .states = {Of(State::kTakenIn), Of(State::kAssigned), Of(State::kClosed)},
      .transitions = {
          {.method = "AssignComplaint",
           .from = {Of(State::kTakenIn), Of(State::kAssigned)},
           .to = {Of(State::kAssigned)},
           .who = {{Side::kAuthority, Post::kOfficer}},
           .by = "an officer of the authority in charge (R25 37)"},
          {.method = "CloseComplaint",
           .from = {Of(State::kAssigned)},
           .to = {Of(State::kClosed)},
           .who = {{Side::kProvider, Post::kHead}, {Side::kAuthority, Post::kOfficer}},
           .by = "the head of the agency that deals with it, or an officer of the authority in "
                 "charge (R25 37)"},
      }};
  return *table;
}

absl::StatusOr<Complaint> Enter(Complaint facts, const Actor& actor, std::string name,
                                absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"file_number", facts.file_number},
                                          {"text", facts.text},
                                          {"collection_check", facts.collection_check}},
                                         facts.profile));
  std::vector<FieldViolation> faults;
  if (!Within(static_cast<int>(facts.kind), static_cast<int>(Complaint::Kind::kPlatform))) {
    faults.push_back({"kind", absl::StrCat("is ", static_cast<int>(facts.kind),
                                           ", want RIGHTS, DUPLICATE_COLLECTION or PLATFORM")});
  }
  CheckText(facts.file_number, 1, 100, "file_number", &faults);
  CheckText(facts.text, 1, 2000, "text", &faults);
  CheckCited(facts, &faults);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  facts.name = std::move(name);
  facts.consumer = actor.agency;
  facts.entered_by = actor.name;
  facts.provider = facts.about;
  facts.create_time = now;
  facts.state = State::kTakenIn;
  return facts;
}

absl::StatusOr<Complaint> Assign(const Complaint& complaint, const Actor& actor,
                                 const Parties& parties, const Agency& to) {
  SHAREWAY_RETURN_IF_ERROR(Admit(ComplaintTable(), "AssignComplaint", complaint.name,
                                 Of(complaint.state), actor, parties));
  if (!to.active || to.authority.agency != actor.agency) {
    return Error::Field("agency", absl::StrCat(to.name, " is no active agency of your authority"));
  }
  Complaint after = complaint;
  after.provider = to.name;
  after.state = State::kAssigned;
  return after;
}

absl::StatusOr<Complaint> Close(const Complaint& complaint, const Actor& actor,
                                const Parties& parties, Outcome outcome, absl::string_view answer,
                                absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admit(ComplaintTable(), "CloseComplaint", complaint.name,
                                 Of(complaint.state), actor, parties));
  if (actor.ActsAs(complaint.entered_by)) {
    return OwnRequest(complaint.name, actor.name, "who entered it");
  }
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"answer", answer}}, complaint.profile));
  std::vector<FieldViolation> faults;
  if (!Within(static_cast<int>(outcome), static_cast<int>(Outcome::kPassedOn))) {
    faults.push_back({"outcome", absl::StrCat("is ", static_cast<int>(outcome),
                                              ", want FOUNDED, UNFOUNDED or PASSED_ON")});
  }
  CheckText(answer, 1, 2000, "answer", &faults);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  Complaint after = complaint;
  after.outcome = outcome;
  after.answer = std::string(answer);
  after.closed_by = actor.name;
  after.close_time = now;
  after.state = State::kClosed;
  return after;
}

absl::Status Check(const Rating& rating) {
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"text", rating.text}}, rating.profile));
  std::vector<FieldViolation> faults;
  if (!Within(rating.stars, 5)) {
    faults.push_back({"stars", absl::StrCat("is ", rating.stars, ", want 1 to 5")});
  }
  CheckText(rating.text, 0, 1000, "text", &faults);
  return Error::Fields(faults);
}

}  // namespace shareway::sharing
