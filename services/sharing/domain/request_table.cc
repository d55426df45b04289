// SPDX-License-Identifier: Apache-2.0
// Who may do what with a sharing request in which state.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/request.h"

namespace shareway::sharing {
namespace {

using State = Request::State;

constexpr int kDraft = static_cast<int>(State::kDraft);
constexpr int kSignedOff = static_cast<int>(State::kSignedOff);
constexpr int kAuthorityCheck = static_cast<int>(State::kAuthorityCheck);
constexpr int kInReview = static_cast<int>(State::kInReview);
constexpr int kNeedsSupplement = static_cast<int>(State::kNeedsSupplement);
constexpr int kDecided = static_cast<int>(State::kDecided);
constexpr int kApproved = static_cast<int>(State::kApproved);
constexpr int kRefused = static_cast<int>(State::kRefused);
constexpr int kWithdrawn = static_cast<int>(State::kWithdrawn);

constexpr int kAwaited = static_cast<int>(Supply::State::kAwaited);
constexpr int kReported = static_cast<int>(Supply::State::kReported);
constexpr int kConfirmed = static_cast<int>(Supply::State::kConfirmed);
constexpr int kDisputed = static_cast<int>(Supply::State::kDisputed);

constexpr Who kApplicant = {Side::kConsumer, Post::kApplicant};
constexpr Who kConsumerHead = {Side::kConsumer, Post::kHead};
constexpr Who kReviewer = {Side::kProvider, Post::kReviewer};
constexpr Who kSteward = {Side::kProvider, Post::kSteward};
constexpr Who kProviderHead = {Side::kProvider, Post::kHead};
constexpr Who kOfficer = {Side::kAuthority, Post::kOfficer};

constexpr char kByApplicant[] = "an applicant of the consumer";
constexpr char kByReviewer[] = "a reviewer of the provider (R25 21)";
constexpr char kByOfficer[] = "an officer of the provider's authority (R25 21)";
constexpr char kBySupplier[] = "a reviewer or data steward of the provider (R25 22)";

absl::string_view StateOf(int state) { return Request::StateName(static_cast<State>(state)); }
absl::string_view SupplyOf(int state) {
  return SupplyStateName(static_cast<Supply::State>(state));
}

bool IsSupplyMethod(absl::string_view method) { return absl::EndsWith(method, "Provisioned"); }

// In whose post a step was done, as InNameOf notes it; empty: in the actor's own.
absl::string_view PrincipalOf(absl::string_view note) {
  if (!absl::ConsumePrefix(&note, "for ")) return "";
  return note.substr(0, note.find(": "));
}

absl::Status NotCompetent(const Request& request, const Actor& actor, std::string competent) {
  const std::string& name = request.fields().name;
  return Error(Reason::kNotCompetent, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(name, ": ", actor.agency, " is not competent, but ", competent,
                            " (R25 21)"))
      .With("name", name)
      .With("agency", actor.agency)
      .With("competent", competent);
}

}  // namespace

const StateTable& RequestTable() {
  static const auto* const table = new StateTable{
      .object = "request",
      .name = StateOf,
      .states = {kDraft, kSignedOff, kAuthorityCheck, kInReview, kNeedsSupplement, kDecided,
                 kApproved, kRefused, kWithdrawn},
      .transitions = {
          {"UpdateRequest", {kDraft}, {kDraft}, {kApplicant}, kByApplicant},
          {"SignOffRequest", {kDraft}, {kSignedOff}, {kConsumerHead},
           "the head of the consumer's sharing body (R25 20)"},
          {"SubmitRequest", {kSignedOff}, {kAuthorityCheck, kInReview, kApproved, kRefused},
           {kApplicant}, kByApplicant},
          {"ForwardRequest", {kAuthorityCheck}, {kInReview}, {kOfficer}, kByOfficer},
          {"ReturnRequest", {kAuthorityCheck}, {kDraft}, {kOfficer}, kByOfficer},
          {"AskSupplement", {kInReview}, {kNeedsSupplement}, {kReviewer}, kByReviewer},
          {"SupplementRequest", {kNeedsSupplement}, {kInReview}, {kApplicant}, kByApplicant},
          {"lapse", {kNeedsSupplement}, {kDraft}, {}, "the end of the time to supplement"},
          {"AskExtension", {kInReview}, {kInReview}, {kReviewer, kProviderHead},
           "a reviewer or the head of the provider (R25 21)"},
          {"ConsentExtension", {kInReview}, {kInReview}, {kOfficer}, kByOfficer},
          {"RefuseExtension", {kInReview}, {kInReview}, {kOfficer}, kByOfficer},
          {"DecideRequest", {kInReview, kDecided}, {kDecided}, {kReviewer}, kByReviewer},
          {"ConfirmDecision", {kDecided}, {kDecided}, {kReviewer}, kByReviewer},
          {"SignOffDecision", {kDecided}, {kApproved, kRefused}, {kProviderHead},
           "the head of the provider's sharing body (R25 20)"},
          {"WithdrawRequest",
           {kDraft, kSignedOff, kAuthorityCheck, kInReview, kNeedsSupplement}, {kWithdrawn},
           {kApplicant}, kByApplicant},
          {"ReportProvisioned", {kApproved}, {kApproved}, {kReviewer, kSteward}, kBySupplier},
          {"ConfirmProvisioned", {kApproved}, {kApproved}, {kApplicant}, kByApplicant},
          {"DisputeProvisioned", {kApproved}, {kApproved}, {kApplicant}, kByApplicant},
      }};
  return *table;
}

const StateTable& SupplyTable() {
  static const auto* const table = new StateTable{
      .object = "supply",
      .name = SupplyOf,
      .states = {kAwaited, kReported, kConfirmed, kDisputed},
      .transitions = {
          {"ReportProvisioned", {kAwaited, kDisputed}, {kReported}, {kReviewer, kSteward},
           kBySupplier},
          {"ConfirmProvisioned", {kAwaited, kReported, kDisputed}, {kConfirmed}, {kApplicant},
           kByApplicant},
          {"DisputeProvisioned", {kReported}, {kDisputed}, {kApplicant}, kByApplicant},
          {"ReportFirstExchange", {kAwaited, kReported}, {kConfirmed}, {},
           "the first data that the consumer's node received (R25 22)"},
          {"AwaitSupply", {kReported, kDisputed}, {kAwaited}, {},
           "the outcome SUPPLY of a dispute (R25 28)"},
      }};
  return *table;
}

absl::string_view Request::StateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kDraft: return "DRAFT";
    case State::kSignedOff: return "SIGNED_OFF";
    case State::kAuthorityCheck: return "AUTHORITY_CHECK";
    case State::kInReview: return "IN_REVIEW";
    case State::kNeedsSupplement: return "NEEDS_SUPPLEMENT";
    case State::kDecided: return "DECIDED";
    case State::kApproved: return "APPROVED";
    case State::kRefused: return "REFUSED";
    case State::kWithdrawn: return "WITHDRAWN";
  }
  return "STATE_UNSPECIFIED";
}

absl::string_view SupplyStateName(Supply::State state) {
  switch (state) {
    case Supply::State::kUnspecified: break;
    case Supply::State::kAwaited: return "AWAITED";
    case Supply::State::kReported: return "REPORTED";
    case Supply::State::kConfirmed: return "CONFIRMED";
    case Supply::State::kDisputed: return "DISPUTED";
  }
  return "STATE_UNSPECIFIED";
}

absl::string_view ChangeKindName(ScopeChange::Kind kind) {
  switch (kind) {
    case ScopeChange::Kind::kUnspecified: break;
    case ScopeChange::Kind::kWiderScope: return "WIDER_SCOPE";
    case ScopeChange::Kind::kNewPurpose: return "NEW_PURPOSE";
    case ScopeChange::Kind::kThirdParty: return "THIRD_PARTY";
  }
  return "KIND_UNSPECIFIED";
}

std::string Request::PartOf(absl::string_view person, bool reviewers) const {
  if (person.empty()) return "";
  if (person == fields_.applicant) return "applicant";
  if (person == fields_.consumer_head) return "the consumer's head";
  for (const Step& step : fields_.steps) {
    const bool consumers = step.action == "UpdateRequest" || step.action == "SignOffRequest" ||
                           step.action == "SubmitRequest" || step.action == "SupplementRequest";
    if (consumers && step.actor == person) return absl::StrCat("who did ", step.action);
  }
  if (!reviewers) return "";
  if (person == fields_.reviewer) return "reviewer";
  if (person == fields_.second_reviewer) return "second reviewer";
  // Who lent his post took the part that his delegate took in it.
  for (const Step& step : fields_.steps) {
    const bool counts = (step.action == "DecideRequest" && step.actor == fields_.reviewer) ||
                        (step.action == "ConfirmDecision" && step.actor == fields_.second_reviewer);
    if (counts && PrincipalOf(step.note) == person) return "whose delegate reviewed";
  }
  return "";
}

absl::Status Request::NoPart(const Actor& actor, bool reviewers) const {
  for (const std::string* person : {&actor.name, &actor.head_for, &actor.reviewer_for}) {
    const std::string part = PartOf(*person, reviewers);
    if (!part.empty()) return OwnRequest(fields_.name, *person, part);
  }
  return absl::OkStatus();
}

absl::Status Request::NotWriter(const Actor& actor) const {
  for (const std::string* person : {&actor.name, &actor.head_for}) {
    if (person->empty()) continue;
    bool wrote = *person == fields_.applicant;
    for (const Step& step : fields_.steps) {
      wrote = wrote || (step.action == "UpdateRequest" && step.actor == *person);
    }
    if (wrote) return OwnRequest(fields_.name, *person, "applicant");
  }
  return absl::OkStatus();
}

absl::Status Request::Competent(const Actor& actor, const Parties& parties) const {
  const Authority& authority = parties.provider.authority;
  if (parties.OfConsumer(actor) || parties.OfProvider(actor)) {
    return NotCompetent(*this, actor,
                        authority.superior.empty()
                            ? absl::StrCat("a body above ", authority.name,
                                           ", since its own agency is a party")
                            : absl::StrCat(authority.superior, ", since the agency of ",
                                           authority.name, " is itself a party"));
  }
  if (actor.agency != authority.agency) return NotCompetent(*this, actor, authority.name);
  return NoPart(actor, true);
}

absl::Status Request::May(absl::string_view method, const Actor& actor,
                          const Parties& parties) const {
  SHAREWAY_RETURN_IF_ERROR(Admit(RequestTable(), method, fields_.name,
                                 static_cast<int>(fields_.state), actor, parties));
  if (IsSupplyMethod(method)) {
    return Admit(SupplyTable(), method, absl::StrCat("the supply of ", fields_.name),
                 static_cast<int>(fields_.supply.state), actor, parties);
  }
  if (method == "ForwardRequest" || method == "ReturnRequest") return Competent(actor, parties);
  if (method == "ConsentExtension" || method == "RefuseExtension") {
    SHAREWAY_RETURN_IF_ERROR(Competent(actor, parties));
    if (fields_.extension && fields_.extension->state == ReplyExtension::State::kAsked) {
      return absl::OkStatus();
    }
    return WrongState(absl::StrCat("the extension of ", fields_.name),
                      fields_.extension ? "answered" : "not asked", "asked");
  }
  if (method == "SignOffRequest") return NotWriter(actor);
  if (method == "SignOffDecision") SHAREWAY_RETURN_IF_ERROR(NoPart(actor, true));
  if (method == "DecideRequest" || method == "AskSupplement" || method == "AskExtension") {
    SHAREWAY_RETURN_IF_ERROR(NoPart(actor, false));
  }
  if (method == "AskSupplement" && fields_.supplement) {
    return Error(Reason::kSupplementUsed, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(fields_.name, ": what is missing was asked for on ",
                              absl::FormatCivilTime(statute::LawDay(fields_.supplement->ask_time)),
                              "; it is told once and completely (R25 21)"))
        .With("name", fields_.name)
        .With("article", "R25 21");
  }
  if (method == "AskExtension" && fields_.extension) {
    return Error(Reason::kExtensionNotAllowed, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(fields_.name, ": an extension was asked on ",
                              absl::FormatCivilTime(statute::LawDay(fields_.extension->ask_time)),
                              "; it is asked once (R25 21)"))
        .With("name", fields_.name)
        .With("article", "R25 21");
  }
  if (method == "ConfirmDecision") {
    if (!fields_.second_review || !fields_.second_reviewer.empty()) {
      return WrongState(absl::StrCat("the decision on ", fields_.name),
                        fields_.second_review ? "confirmed" : "one that needs no second review",
                        "one that waits for a second reviewer");
    }
    return NoPart(actor, true);
  }
  if (method == "SignOffDecision" && fields_.second_review && fields_.second_reviewer.empty()) {
    return Error(Reason::kSecondReviewRequired, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(fields_.name, ": the grading of what is asked for takes a second "
                              "reviewer, who confirms before the head signs: ConfirmDecision"))
        .With("name", fields_.name)
        .With("want", "ConfirmDecision");
  }
  return absl::OkStatus();
}

std::vector<std::string> Request::AvailableActions(const Actor& actor,
                                                   const Parties& parties) const {
  std::vector<std::string> actions =
      Allowed(RequestTable(), static_cast<int>(fields_.state), actor, parties);
  actions.erase(std::remove_if(actions.begin(), actions.end(),
                               [&](const std::string& method) {
                                 return !May(method, actor, parties).ok();
                               }),
                actions.end());
  if (Disputable() && parties.OfConsumer(actor) && actor.applicant) {
    actions.push_back("OpenDispute");
  }
  return actions;
}

}  // namespace shareway::sharing
