// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/project.h"

#include <algorithm>
#include <array>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/codes/fold.h"
#include "libs/codes/quote.h"
#include "services/catalog/domain/faults.h"
#include "services/catalog/domain/secrecy.h"

namespace shareway::catalog {
namespace {

using State = Project::State;
using Step = Project::Step;

constexpr State kNo = State::kUnspecified;

// Rows by state, columns by step.
constexpr std::array<std::array<State, 9>, 9> kTable = {{
    // UPDATE, PRECOMPILE, AGREE, AGREE_WITH_CHANGES, DISAGREE, part, all handed in, ACCEPT, WITHDRAW
    {kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo},
    // DRAFT
    {State::kDraft, State::kPrecompiled, kNo, kNo, kNo, kNo, kNo, kNo, State::kWithdrawn},
    // PRECOMPILED
    {State::kPrecompiled, State::kPrecompiled, State::kAgreed, State::kAgreedWithChanges,
     State::kDisagreed, kNo, kNo, kNo, State::kWithdrawn},
    // AGREED: accepted at once if nothing new was planned
    {State::kPrecompiled, State::kPrecompiled, State::kAgreed, State::kAgreedWithChanges,
     State::kDisagreed, State::kAgreed, State::kHandedIn, State::kAccepted, State::kWithdrawn},
    // AGREED_WITH_CHANGES: pre-compiling again makes them
    {State::kPrecompiled, State::kAgreed, State::kAgreed, State::kAgreedWithChanges,
     State::kDisagreed, kNo, kNo, kNo, State::kWithdrawn},
    // DISAGREED
    {State::kPrecompiled, State::kPrecompiled, State::kAgreed, State::kAgreedWithChanges,
     State::kDisagreed, kNo, kNo, kNo, State::kWithdrawn},
    // HANDED_IN
    {State::kPrecompiled, State::kPrecompiled, kNo, kNo, kNo, State::kAgreed, State::kHandedIn,
     State::kAccepted, State::kWithdrawn},
    // ACCEPTED
    {kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo},
    // WITHDRAWN
    {kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo, kNo},
}};

bool Over(State state) { return state == State::kAccepted || state == State::kWithdrawn; }

absl::Status Secret(absl::string_view field) {
  return Error(Reason::kSecretRefused, absl::StatusCode::kInvalidArgument,
               absl::StrCat(field, " is marked as a state or work secret; such content is refused "
                                   "and not kept (R25 第三条)"))
      .With("field", field);
}

// The first of the texts that is marked as a secret, before any message quotes one.
absl::Status CheckSecrets(const std::vector<std::pair<std::string, std::string>>& texts) {
  for (const auto& [field, text] : texts) {
    if (IsMarkedSecret(text)) return Secret(field);
  }
  return absl::OkStatus();
}

absl::Status CheckReason(absl::string_view reason, int least) {
  if (IsMarkedSecret(reason)) return Secret("reason");
  Faults faults;
  faults.Text("reason", reason, least, 1000);
  return Error::Fields(faults.Take());
}

absl::Status CheckRequest(const Project::Request& request) {
  std::vector<std::pair<std::string, std::string>> texts = {
      {"project.title", request.title},
      {"project.approval_number", request.approval_number},
      {"project.budget_source", request.budget_source},
      {"project.duties", request.duties}};
  for (size_t i = 0; i < request.systems.size(); ++i) {
    const std::string at = absl::StrCat("project.systems[", i, "].");
    texts.emplace_back(absl::StrCat(at, "title"), request.systems[i].title);
    texts.emplace_back(absl::StrCat(at, "duties"), request.systems[i].duties);
  }
  SHAREWAY_RETURN_IF_ERROR(CheckSecrets(texts));
  Faults faults("project.");
  faults.Text("title", request.title, 1, 200);
  faults.Text("approval_number", request.approval_number, 1, 100);
  faults.Text("budget_source", request.budget_source, 1, 200);
  faults.Text("duties", request.duties, 1, 1000);
  if (request.systems.empty() || request.systems.size() > Project::kMaxSystems) {
    faults.Add("systems", absl::StrCat("are ", request.systems.size(), ", want 1 to ",
                                       Project::kMaxSystems));
  }
  for (size_t i = 0; i < request.systems.size() && i < Project::kMaxSystems; ++i) {
    faults.Text(absl::StrCat("systems[", i, "].title"), request.systems[i].title, 1, 100);
    faults.Text(absl::StrCat("systems[", i, "].duties"), request.systems[i].duties, 0, 500);
  }
  if (request.year < 2000 || request.year > 2100) {
    faults.Add("year", absl::StrCat("is ", request.year, ", want 2000 to 2100"));
  }
  return Error::Fields(faults.Take());
}

void CheckNew(const Project::Planned& entry, const std::string& at, Faults* faults) {
  faults->Text(at + "title", entry.title, 1, 100);
  if (entry.items.empty() || entry.items.size() > Project::kMaxItemsInEntry) {
    faults->Add(at + "items", absl::StrCat("are ", entry.items.size(), ", want 1 to ",
                                           Project::kMaxItemsInEntry));
  }
  for (size_t i = 0; i < entry.items.size() && i < Project::kMaxItemsInEntry; ++i) {
    const std::string item = absl::StrCat(at, "items[", i, "].");
    const std::string& name = entry.items[i].name;
    faults->Text(item + "name", name, 1, 100);
    if (IsText(name) && !name.empty() && codes::FoldName(name).empty()) {
      faults->Add(item + "name", absl::StrCat(codes::Quote(name), " has nothing that counts"));
    }
    faults->Text(item + "definition", entry.items[i].definition, 0, 500);
  }
  if (static_cast<int>(entry.share_class) < 0 || entry.share_class > ShareClass::kNotShared) {
    faults->Add(at + "share_class", absl::StrCat("is ", static_cast<int>(entry.share_class),
                                                 ", want 0 to 3 as the API lists them"));
  }
}

// Entries with ids e1, e2 … for those that have none.
std::vector<Project::Planned> Numbered(std::vector<Project::Planned> entries) {
  std::set<std::string> taken;
  for (const Project::Planned& entry : entries) taken.insert(entry.id);
  int next = 1;
  for (Project::Planned& entry : entries) {
    if (!entry.id.empty()) continue;
    while (taken.count(absl::StrCat("e", next)) > 0) ++next;
    entry.id = absl::StrCat("e", next++);
  }
  return entries;
}

bool Has(const std::vector<std::string>& all, const std::string& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

}  // namespace

absl::string_view StateName(State state) {
  constexpr std::array<absl::string_view, 9> kNames = {
      "STATE_UNSPECIFIED", "DRAFT",     "PRECOMPILED", "AGREED",   "AGREED_WITH_CHANGES",
      "DISAGREED",         "HANDED_IN", "ACCEPTED",    "WITHDRAWN"};
  return kNames.at(static_cast<size_t>(state));
}

absl::string_view GateArticle(absl::string_view profile) {
  return absl::StartsWith(profile, "cn-2016-51") ? "M16 第二十一条" : "R25 第三十八条";
}

State Project::After(State state, Step step) {
  return kTable.at(static_cast<size_t>(state)).at(static_cast<size_t>(step));
}

absl::StatusOr<State> Project::Next(Step step, absl::string_view verb) const {
  const State next = After(fields_.state, step);
  if (next != State::kUnspecified) return next;
  const bool gate = step == Step::kHandInPart || step == Step::kHandInAll || step == Step::kAccept;
  const absl::string_view article = GateArticle(fields_.profile);
  if (gate && !Over(fields_.state)) {
    return Error(Reason::kGateClosed, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(fields_.name, " is ", StateName(fields_.state), " and cannot be ", verb,
                              ": the authority's favourable opinion on its catalogue is missing (",
                              article, ")"))
        .With("name", fields_.name)
        .With("state", StateName(fields_.state))
        .With("article", article);
  }
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(fields_.name, " is ", StateName(fields_.state), " and cannot be ", verb))
      .With("name", fields_.name)
      .With("state", StateName(fields_.state));
}

bool Project::Compiled(const Actor& actor) const { return Has(fields_.compilers, actor.name); }

void Project::AddCompiler(const Actor& actor) {
  if (!Compiled(actor)) fields_.compilers.push_back(actor.name);
}

absl::Status Project::CheckOfficer(const Actor& actor) const {
  if (!actor.person || !actor.in_charge) return Error::NotVisible(fields_.name);
  if (!Compiled(actor)) return absl::OkStatus();
  return Error(Reason::kOwnRequest, absl::StatusCode::kPermissionDenied,
               absl::StrCat(fields_.name,
                            " was compiled by the caller, who cannot decide on his own work"))
      .With("name", fields_.name);
}

absl::StatusOr<Project> Project::Create(const Actor& actor, std::string name, std::string agency,
                                        Request request, std::string profile, absl::Time now) {
  if (!actor.person || !actor.own_agency) return Error::NotVisible(agency);
  SHAREWAY_RETURN_IF_ERROR(CheckRequest(request));
  Fields fields;
  fields.name = std::move(name);
  fields.agency = std::move(agency);
  fields.request = std::move(request);
  fields.profile = std::move(profile);
  fields.create_time = now;
  fields.compilers = {actor.name};
  return Project(std::move(fields));
}

absl::StatusOr<Project> Project::Update(const Actor& actor, Request request) const {
  if (!actor.person || !actor.own_agency) return Error::NotVisible(fields_.name);
  SHAREWAY_RETURN_IF_ERROR(CheckRequest(request));
  SHAREWAY_ASSIGN_OR_RETURN(const State state, Next(Step::kUpdate, "changed"));
  Project next = *this;
  next.fields_.request = std::move(request);
  next.fields_.state = state;
  next.AddCompiler(actor);
  return next;
}

absl::Status Project::CheckEntries(const std::vector<Planned>& entries) {
  std::vector<std::pair<std::string, std::string>> texts;
  for (size_t e = 0; e < entries.size(); ++e) {
    const std::string at = absl::StrCat("entries[", e, "].");
    texts.emplace_back(at + "title", entries[e].title);
    texts.emplace_back(at + "uses", entries[e].uses);
    texts.emplace_back(at + "id", entries[e].id);
    for (size_t i = 0; i < entries[e].items.size(); ++i) {
      const std::string item = absl::StrCat(at, "items[", i, "].");
      texts.emplace_back(item + "name", entries[e].items[i].name);
      texts.emplace_back(item + "definition", entries[e].items[i].definition);
    }
  }
  SHAREWAY_RETURN_IF_ERROR(CheckSecrets(texts));
  Faults faults;
  if (entries.empty() || entries.size() > kMaxEntries) {
    faults.Add("entries", absl::StrCat("are ", entries.size(), ", want 1 to ", kMaxEntries));
  }
  std::set<std::string> ids;
  size_t items = 0;
  for (size_t e = 0; e < entries.size() && e < kMaxEntries; ++e) {
    const Planned& entry = entries[e];
    const std::string at = absl::StrCat("entries[", e, "].");
    items += entry.items.size();
    if (!entry.id.empty() && !IsId(entry.id)) {
      faults.Add(at + "id", absl::StrCat(codes::Quote(entry.id),
                                         ", want [a-z]([a-z0-9-]{0,61}[a-z0-9])?"));
    } else if (!entry.id.empty() && !ids.insert(entry.id).second) {
      faults.Add(at + "id", absl::StrCat(codes::Quote(entry.id), " is given twice"));
    }
    if (entry.uses.empty()) {
      CheckNew(entry, at, &faults);
    } else if (!entry.title.empty() || !entry.items.empty()) {
      faults.Add(at + "uses", "names an entry that exists, which has its own title and items");
    }
  }
  if (items > kMaxItems) {
    faults.Add("entries", absl::StrCat("have ", items, " items in all, at most ", kMaxItems));
  }
  return Error::Fields(faults.Take());
}

absl::StatusOr<Project> Project::Precompile(const Actor& actor,
                                            std::vector<Planned> entries) const {
  if (!actor.person || !actor.own_agency) return Error::NotVisible(fields_.name);
  SHAREWAY_RETURN_IF_ERROR(CheckEntries(entries));
  SHAREWAY_ASSIGN_OR_RETURN(const State state, Next(Step::kPrecompile, "pre-compiled"));
  Project next = *this;
  entries = Numbered(std::move(entries));
  for (Planned& entry : entries) {
    entry.resource.clear();
    if (!entry.uses.empty()) continue;
    for (const Planned& known : fields_.entries) {
      if (known.id == entry.id) entry.resource = known.resource;
    }
  }
  next.fields_.entries = std::move(entries);
  next.fields_.state = state;
  ++next.fields_.compilation;
  next.AddCompiler(actor);
  return next;
}

absl::StatusOr<Project> Project::Opine(const Actor& actor, Result result, absl::string_view reason,
                                       absl::string_view authority, absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(CheckOfficer(actor));
  if (result < Result::kAgree || result > Result::kDisagree) {
    return Error::Field("result", absl::StrCat("is ", static_cast<int>(result),
                                               ", want AGREE, AGREE_WITH_CHANGES or DISAGREE"));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckReason(reason, result == Result::kAgree ? 0 : 1));
  const Step step = result == Result::kAgree              ? Step::kAgree
                    : result == Result::kAgreeWithChanges ? Step::kAgreeWithChanges
                                                          : Step::kDisagree;
  SHAREWAY_ASSIGN_OR_RETURN(const State state, Next(step, "given an opinion"));
  Project next = *this;
  next.fields_.state = state;
  next.fields_.opinion = Opinion{.result = result,
                                 .reason = std::string(reason),
                                 .compilation = fields_.compilation,
                                 .authority = std::string(authority),
                                 .issuer = actor.name,
                                 .issue_time = now};
  return next;
}

absl::StatusOr<Project> Project::HandIn(const Actor& actor, const std::vector<Binding>& bindings,
                                        const std::vector<std::string>& admitted) const {
  if (!actor.person || !actor.own_agency) return Error::NotVisible(fields_.name);
  SHAREWAY_RETURN_IF_ERROR(Next(Step::kHandInPart, "handed in").status());
  Project next = *this;
  Faults faults;
  if (bindings.empty() || bindings.size() > kMaxEntries) {
    faults.Add("bindings", absl::StrCat("are ", bindings.size(), ", want 1 to ", kMaxEntries));
  }
  std::set<std::string> named;
  for (size_t i = 0; i < bindings.size() && i < kMaxEntries; ++i) {
    const Binding& binding = bindings[i];
    const std::string at = absl::StrCat("bindings[", i, "].");
    auto entry = std::find_if(
        next.fields_.entries.begin(), next.fields_.entries.end(),
        [&](const Planned& known) { return known.uses.empty() && known.id == binding.entry; });
    if (entry == next.fields_.entries.end()) {
      faults.Add(at + "entry",
                 absl::StrCat(codes::Quote(binding.entry), " is no new entry of the project"));
    } else if (!named.insert(binding.entry).second) {
      faults.Add(at + "entry", absl::StrCat(codes::Quote(binding.entry), " is given twice"));
    }
    if (!Has(admitted, binding.resource)) {
      faults.Add(at + "resource",
                 absl::StrCat(codes::Quote(binding.resource),
                              " is no entry of the agency that can be handed in: it has to be "
                              "drafted or published, and of no other project"));
    } else if (entry != next.fields_.entries.end()) {
      entry->resource = binding.resource;
    }
  }
  std::set<std::string> bound;
  for (const Planned& entry : next.fields_.entries) {
    if (entry.resource.empty() || bound.insert(entry.resource).second) continue;
    faults.Add("bindings", absl::StrCat(entry.resource, " is handed in for two planned entries"));
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults.Take()));
  const Step step = next.Missing().empty() ? Step::kHandInAll : Step::kHandInPart;
  SHAREWAY_ASSIGN_OR_RETURN(next.fields_.state, Next(step, "handed in"));
  next.AddCompiler(actor);
  return next;
}

absl::StatusOr<Project> Project::Accept(const Actor& actor,
                                        const std::vector<std::string>& admitted,
                                        absl::Time now) const {
  SHAREWAY_RETURN_IF_ERROR(CheckOfficer(actor));
  SHAREWAY_ASSIGN_OR_RETURN(const State state, Next(Step::kAccept, "accepted"));
  std::vector<std::string> missing;
  for (const Planned& entry : fields_.entries) {
    if (entry.uses.empty() && !Has(admitted, entry.resource)) missing.push_back(entry.id);
  }
  if (!missing.empty()) {
    return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(fields_.name, " lacks the entries for ",
                              absl::StrJoin(missing, ", "),
                              " of its catalogue, which are handed in before acceptance (",
                              GateArticle(fields_.profile), ")"))
        .With("name", fields_.name)
        .With("missing", absl::StrJoin(missing, ","))
        .With("article", GateArticle(fields_.profile));
  }
  Project next = *this;
  next.fields_.state = state;
  next.fields_.accept_time = now;
  next.fields_.accepted_by = actor.name;
  return next;
}

absl::StatusOr<Project> Project::Withdraw(const Actor& actor, absl::string_view reason) const {
  if (!actor.person || !actor.own_agency) return Error::NotVisible(fields_.name);
  SHAREWAY_RETURN_IF_ERROR(CheckReason(reason, 1));
  SHAREWAY_ASSIGN_OR_RETURN(const State state, Next(Step::kWithdraw, "withdrawn"));
  Project next = *this;
  next.fields_.state = state;
  next.fields_.withdraw_reason = std::string(reason);
  return next;
}

bool Project::Passed() const {
  return fields_.state == State::kAgreed || fields_.state == State::kHandedIn ||
         fields_.state == State::kAccepted;
}

std::vector<std::string> Project::Missing() const {
  std::vector<std::string> missing;
  for (const Planned& entry : fields_.entries) {
    if (entry.uses.empty() && entry.resource.empty()) missing.push_back(entry.id);
  }
  return missing;
}

std::vector<std::string> Project::Actions(const Actor& actor) const {
  std::vector<std::string> actions;
  if (!actor.person) return actions;
  const auto can = [this](Step step) { return After(fields_.state, step) != State::kUnspecified; };
  if (actor.own_agency && actor.roles.count(Role::kCatalogueEditor) > 0) {
    if (can(Step::kUpdate)) actions.push_back("UpdateProject");
    if (can(Step::kPrecompile)) actions.push_back("PrecompileCatalog");
    const bool plans = std::any_of(fields_.entries.begin(), fields_.entries.end(),
                                   [](const Planned& entry) { return entry.uses.empty(); });
    if (plans && can(Step::kHandInPart)) actions.push_back("HandInCatalog");
    if (can(Step::kWithdraw)) actions.push_back("WithdrawProject");
  }
  if (actor.in_charge && actor.roles.count(Role::kSharingAuthority) > 0 && !Compiled(actor)) {
    if (can(Step::kAgree)) actions.push_back("IssueOpinion");
    if (can(Step::kAccept) && Missing().empty()) actions.push_back("AcceptProject");
  }
  return actions;
}

}  // namespace shareway::catalog
