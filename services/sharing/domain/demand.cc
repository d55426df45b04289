// SPDX-License-Identifier: Apache-2.0
// A demand: from those who ask, through the authority, to the source.
#include "services/sharing/domain/demand.h"

#include <algorithm>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

using State = Demand::State;

constexpr int kMaxTitle = 100;
constexpr size_t kMaxItems = 200;
constexpr int kMaxBasis = 500;
constexpr int kMaxText = 1000;

absl::string_view NameOfState(int state) { return DemandStateName(static_cast<State>(state)); }

bool Has(const std::vector<std::string>& names, absl::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

void AddOnce(const std::string& name, std::vector<std::string>* names) {
  if (!name.empty() && !Has(*names, name)) names->push_back(name);
}

bool IsItemId(absl::string_view id) {
  return id.size() <= 64 && absl::ascii_isalpha(id[0]) &&
         std::all_of(id.begin(), id.end(),
                     [](char c) { return absl::ascii_isalnum(c) || c == '_'; });
}

void CheckItems(const std::vector<WantedItem>& items, std::vector<FieldViolation>* faults) {
  if (items.empty() || items.size() > kMaxItems) {
    faults->push_back({"items", absl::StrCat("has ", items.size(), ", want 1 to ", kMaxItems)});
    return;
  }
  std::set<absl::string_view> ids;
  for (size_t i = 0; i < items.size(); ++i) {
    const std::string at = absl::StrCat("items[", i, "].");
    CheckText(items[i].title, 1, kMaxTitle, absl::StrCat(at, "title"), faults);
    const std::string& id = items[i].id;
    if (id.empty()) continue;
    if (!IsItemId(id)) {
      faults->push_back({absl::StrCat(at, "id"), "want [A-Za-z][A-Za-z0-9_]{0,63}"});
    } else if (!ids.insert(id).second) {
      faults->push_back({absl::StrCat(at, "id"), absl::StrCat("\"", id, "\" stands twice")});
    }
  }
}

absl::Status AdmitTo(absl::string_view method, const Demand& before, const Actor& actor,
                     const Parties& parties) {
  return Admit(DemandTable(), method, before.name, static_cast<int>(before.state), actor,
               parties);
}

}  // namespace

absl::string_view DemandStateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kOpen: return "OPEN";
    case State::kRouted: return "ROUTED";
    case State::kAccepted: return "ACCEPTED";
    case State::kLinked: return "LINKED";
    case State::kDeclined: return "DECLINED";
    case State::kWithdrawn: return "WITHDRAWN";
  }
  return "STATE_UNSPECIFIED";
}

const StateTable& DemandTable() {
  constexpr int kOpen = static_cast<int>(State::kOpen);
  constexpr int kRouted = static_cast<int>(State::kRouted);
  constexpr int kAccepted = static_cast<int>(State::kAccepted);
  constexpr int kLinked = static_cast<int>(State::kLinked);
  constexpr int kDeclined = static_cast<int>(State::kDeclined);
  constexpr int kWithdrawn = static_cast<int>(State::kWithdrawn);
  static const auto* const table = new StateTable{
      .object = "demand",
      .name = NameOfState,
      .states = {kOpen, kRouted, kAccepted, kLinked, kDeclined, kWithdrawn},
      .transitions = {
          {"RouteDemand",
           {kOpen},
           {kRouted},
           {{Side::kAuthority, Post::kOfficer}},
           "an officer of the authority in charge (R25 20)"},
          {"AcceptDemand",
           {kRouted},
           {kAccepted},
           {{Side::kProvider, Post::kReviewer}},
           "a reviewer of the presumed source (R25 20)"},
          {"DeclineDemand",
           {kRouted},
           {kOpen, kDeclined},
           {{Side::kProvider, Post::kReviewer}},
           "a reviewer of the presumed source (R25 20)"},
          {"LinkResource",
           {kOpen, kRouted, kAccepted},
           {kLinked},
           {{Side::kProvider, Post::kReviewer}, {Side::kAuthority, Post::kOfficer}},
           "a reviewer of the source or an officer of the authority in charge (R25 20)"},
          {"WithdrawDemand",
           {kOpen, kRouted, kAccepted},
           {kWithdrawn},
           {{Side::kConsumer, Post::kApplicant}},
           "an applicant of the agency that asked"}}};
  return *table;
}

bool Answers(const Resource& resource, const DemandAsked& asked) {
  if (resource.state != Resource::State::kPublished) return false;
  if (resource.title == asked.title) return true;
  return !asked.items.empty() &&
         std::all_of(asked.items.begin(), asked.items.end(), [&](const WantedItem& item) {
           return !item.id.empty() && resource.item(item.id) != nullptr;
         });
}

absl::Status AlreadyCatalogued(const Resource& resource, const StatuteText& text) {
  return Error(Reason::kAlreadyCatalogued, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(resource.name, " \"", resource.title, "\" of ", resource.provider,
                            " has these data"))
      .With("resource", resource.name)
      .With("title", resource.title)
      .With("provider", resource.provider)
      .With("rule", text.Cite(text.profile->articles.demand));
}

absl::StatusOr<Demand> MakeDemand(std::string name, const Actor& actor, const DemandAsked& asked,
                                  bool source_known, const StatuteText& text, absl::Time now) {
  if (!actor.applicant) return WrongPerson(actor.agency, "an applicant (R25 20)");
  std::vector<std::pair<std::string, absl::string_view>> texts = {
      {"title", asked.title}, {"legal_basis", asked.legal_basis}, {"scenario", asked.scenario}};
  for (size_t i = 0; i < asked.items.size() && i < kMaxItems; ++i) {
    texts.emplace_back(absl::StrCat("items[", i, "].title"), asked.items[i].title);
  }
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets(texts, text.profile->cited()));
  std::vector<FieldViolation> faults;
  CheckText(asked.title, 1, kMaxTitle, "title", &faults);
  CheckItems(asked.items, &faults);
  CheckText(asked.legal_basis, 1, kMaxBasis, "legal_basis", &faults);
  CheckText(asked.scenario, 1, kMaxText, "scenario", &faults);
  if (!asked.presumed_source.empty() &&
      (!HasForm("agencies/{a}", asked.presumed_source) || !source_known ||
       asked.presumed_source == actor.agency)) {
    faults.push_back({"presumed_source",
                      absl::StrCat("\"", asked.presumed_source,
                                   "\" is no other agency of the directory")});
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  return Demand{.name = std::move(name),
                .consumer = actor.agency,
                .profile = text.profile->cited(),
                .title = asked.title,
                .items = asked.items,
                .legal_basis = asked.legal_basis,
                .scenario = asked.scenario,
                .presumed_source = asked.presumed_source,
                .applicant = actor.name,
                .create_time = now};
}

absl::StatusOr<Demand> Route(const Demand& before, const Actor& actor, const Parties& parties,
                             const Agency& source) {
  SHAREWAY_RETURN_IF_ERROR(AdmitTo("RouteDemand", before, actor, parties));
  if (!HasForm("agencies/{a}", source.name) || !source.active) {
    return Error::Field("provider", absl::StrCat("\"", source.name,
                                                 "\" is no active agency of the directory"));
  }
  if (source.name == before.consumer || Has(before.not_theirs, source.name)) {
    const absl::string_view why =
        source.name == before.consumer ? " is who asks" : " said that it is not the source";
    return Error::Field("provider", absl::StrCat(source.name, why));
  }
  Demand after = before;
  after.state = State::kRouted;
  after.provider = source.name;
  after.answer.clear();  // the next source answers for itself, and not to what another said
  AddOnce(source.name, &after.listed);
  AddOnce(source.authority.name, &after.listed);
  return after;
}

absl::StatusOr<Demand> Accept(const Demand& before, const Actor& actor, const Parties& parties,
                              absl::string_view answer) {
  SHAREWAY_RETURN_IF_ERROR(AdmitTo("AcceptDemand", before, actor, parties));
  std::vector<FieldViolation> faults;
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"answer", answer}}, before.profile));
  CheckText(answer, 0, kMaxText, "answer", &faults);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  Demand after = before;
  after.state = State::kAccepted;
  after.answer = std::string(answer);
  return after;
}

absl::StatusOr<Demand> Decline(const Demand& before, const Actor& actor, const Parties& parties,
                               DeclineGround ground, absl::string_view reason,
                               absl::string_view citation, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(AdmitTo("DeclineDemand", before, actor, parties));
  SHAREWAY_RETURN_IF_ERROR(
      RefuseSecrets({{"reason", reason}, {"citation", citation}}, before.profile));
  std::vector<FieldViolation> faults;
  const bool barred = ground == DeclineGround::kLegalBar;
  if (!barred && ground != DeclineGround::kNotTheSource) {
    faults.push_back({"ground", "want NOT_THE_SOURCE or LEGAL_BAR"});
  }
  CheckText(reason, 1, kMaxText, "reason", &faults);
  CheckText(citation, barred ? 1 : 0, barred ? kMaxBasis : 0, "citation", &faults);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  Demand after = before;
  after.answer = std::string(reason);
  if (barred) {
    after.state = State::kDeclined;
    after.citation = std::string(citation);
    after.end_time = now;
  } else {
    after.state = State::kOpen;
    after.not_theirs.push_back(after.provider);
    after.provider.clear();
  }
  return after;
}

absl::StatusOr<Demand> Link(const Demand& before, const Actor& actor, const Parties& parties,
                            const Resource& resource, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(AdmitTo("LinkResource", before, actor, parties));
  if (resource.state != Resource::State::kPublished) {
    return Error::Field("resource", absl::StrCat(resource.name, " is not published"));
  }
  const bool by_source = parties.OfProvider(actor) && !parties.InCharge(actor);
  if (by_source && resource.provider != before.provider) {
    return Error::Field("resource", absl::StrCat(resource.name, " is of ", resource.provider,
                                                 ", want one of ", before.provider));
  }
  Demand after = before;
  after.state = State::kLinked;
  after.resource = resource.name;
  after.end_time = now;
  return after;
}

absl::StatusOr<Demand> Withdraw(const Demand& before, const Actor& actor, const Parties& parties,
                                absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(AdmitTo("WithdrawDemand", before, actor, parties));
  Demand after = before;
  after.state = State::kWithdrawn;
  after.end_time = now;
  return after;
}

bool Visible(const Demand& demand, const Actor& actor, const Parties& parties) {
  return parties.Knows(actor) || Has(demand.not_theirs, actor.agency);
}

Demand SeenBy(const Demand& demand, const Actor& actor, const Parties& parties) {
  const bool own = demand.state == State::kOpen && !demand.not_theirs.empty() &&
                   demand.not_theirs.back() == actor.agency;
  if (own || parties.Knows(actor)) return demand;
  Demand seen = demand;
  seen.answer.clear();
  seen.citation.clear();
  return seen;
}

}  // namespace shareway::sharing
