// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/resource.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/catalog/domain/entry_rules.h"
#include "services/catalog/domain/faults.h"
#include "services/catalog/domain/revision.h"
#include "services/catalog/domain/secrecy.h"

namespace shareway::catalog {
namespace {

using State = Resource::State;

// Published, whether or not it is closed for the time being.
bool IsOpen(State state) { return state == State::kPublished || state == State::kSuspended; }

absl::Status StateForbids(absl::string_view name, State state, absl::string_view verb) {
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(name, " is ", StateName(state), " and cannot be ", verb))
      .With("name", name)
      .With("state", StateName(state));
}

absl::Status OwnWork(absl::string_view name) {
  return Error(Reason::kOwnRequest, absl::StatusCode::kPermissionDenied,
               absl::StrCat(name,
                            " was compiled or approved by the caller, who cannot decide on "
                            "his own work"))
      .With("name", name);
}

// Names the field, the rule and the article, never what stands there.
absl::Status SecretRefused(absl::string_view field, const Law& law) {
  const std::string article = law.secret_article.empty() ? "R25 第三条" : law.secret_article;
  return Error(Reason::kSecretRefused, absl::StatusCode::kInvalidArgument,
               absl::StrCat(field,
                            " is marked as a state or work secret; such content is refused "
                            "and not kept (",
                            article, ", ", law.profile, ")"))
      .With("field", field)
      .With("article", article)
      .With("profile", law.profile);
}

// A revision that narrows what is published says why (law.md section 6; R25 27(3)), and not in the
// words of the one before, which clients that edit what they read send along.
absl::Status CheckChangeReason(const Entry& before, const Entry& after, const Law& law) {
  const std::vector<Narrowing> narrowings = Narrowings(before, after);
  if (narrowings.empty()) return absl::OkStatus();
  if (!after.change_reason.empty() && after.change_reason != before.change_reason) {
    return absl::OkStatus();
  }
  constexpr size_t kTold = 20;
  std::vector<std::string> texts;
  for (const Narrowing& narrowing : narrowings) {
    if (texts.size() < kTold) texts.push_back(narrowing.text);
  }
  if (narrowings.size() > kTold) {
    texts.push_back(absl::StrCat("and ", narrowings.size() - kTold, " more"));
  }
  return Error::Field(
      "resource.change_reason",
      absl::StrCat(after.change_reason.empty() ? "is empty" : "is that of the revision before",
                   ", and this revision narrows what is published: ", absl::StrJoin(texts, "; "),
                   "; state why (", law.update_article, ", ", law.profile, ")"));
}

absl::Status CheckReason(absl::string_view reason, Law law, const std::string& profile) {
  if (IsMarkedSecret(reason)) {
    if (law.profile.empty()) law.profile = profile;
    return SecretRefused("reason", law);
  }
  Faults faults;
  faults.Text("reason", reason, 1, 1000);
  return Error::Fields(faults.Take());
}

}  // namespace

absl::string_view StateName(State state) {
  switch (state) {
    case State::kDraft:
      return "DRAFT";
    case State::kSubmitted:
      return "SUBMITTED";
    case State::kApproved:
      return "APPROVED";
    case State::kReturned:
      return "RETURNED";
    case State::kPublished:
      return "PUBLISHED";
    case State::kSuspended:
      return "SUSPENDED";
    case State::kWithdrawn:
      return "WITHDRAWN";
    default:
      return "STATE_UNSPECIFIED";
  }
}

absl::StatusOr<Resource> Resource::Create(const Actor& actor, Entry entry, const Law& law) {
  // Before anything else, since other messages quote what they refuse.
  if (auto secret = SecretField(entry)) return SecretRefused(*secret, law);
  if (!actor.own_agency) return Error::NotVisible(entry.provider);
  Fields fields;
  fields.code = entry.code;
  fields.provider = entry.provider;
  std::string id = entry.code;
  std::replace(id.begin(), id.end(), '/', '-');
  fields.name = absl::StrCat("resources/", id);
  return Resource(std::move(fields)).WithEntry(actor, std::move(entry), law);
}

absl::StatusOr<Resource> Resource::Update(const Actor& actor, Entry entry, const Law& law) const {
  if (auto secret = SecretField(entry)) return SecretRefused(*secret, law);
  if (!actor.own_agency) return Error::NotVisible(fields_.name);
  if (fields_.working) {
    const State state = fields_.working->state;
    if (state != State::kDraft && state != State::kReturned) {
      return StateForbids(fields_.name, state, "edited");
    }
  } else if (fields_.published && fields_.published->state == State::kWithdrawn) {
    return StateForbids(fields_.name, State::kWithdrawn, "edited");
  }
  return WithEntry(actor, std::move(entry), law);
}

absl::StatusOr<Resource> Resource::WithEntry(const Actor& actor, Entry entry,
                                             const Law& law) const {
  std::vector<FieldViolation> violations = Violations(entry, law);
  Faults faults("resource.");
  faults.Under(law.content_article, law.profile);
  if (entry.code != fields_.code) {
    faults.Add("code", absl::StrCat(codes::Quote(entry.code), " is not ", fields_.code,
                                    ", which is fixed"));
  }
  if (entry.provider != fields_.provider) {
    faults.Add("provider", absl::StrCat(codes::Quote(entry.provider), " is not ",
                                        fields_.provider, ", which is fixed"));
  }
  for (size_t i = 0; i < entry.items.size(); ++i) {
    auto known = fields_.item_types.find(entry.items[i].id);
    if (known != fields_.item_types.end() && known->second != entry.items[i].type) {
      faults.Add(absl::StrCat("items[", i, "].type"),
                 absl::StrCat("differs from the published type of item ", known->first,
                              "; an id keeps its type for ever"));
    }
  }
  for (FieldViolation& fault : faults.Take()) violations.push_back(std::move(fault));
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(violations));
  Resource next = *this;
  if (!next.fields_.working) next.fields_.working = Working{};
  Working& working = *next.fields_.working;
  working.entry = WithConditionIds(std::move(entry));
  working.state = State::kDraft;
  working.profile = law.profile;
  working.approved_by.clear();
  if (!Compiled(actor)) working.compilers.push_back(actor.name);
  return next;
}

bool Resource::Compiled(const Actor& actor) const {
  if (!fields_.working) return false;
  const std::vector<std::string>& compilers = fields_.working->compilers;
  return std::find(compilers.begin(), compilers.end(), actor.name) != compilers.end();
}

absl::Status Resource::CheckWorking(State wanted, absl::string_view verb) const {
  const State state = StateOf(fields_.working ? Face::kWorking : Face::kPublished);
  if (state == wanted) return absl::OkStatus();
  return StateForbids(fields_.name, state, verb);
}

absl::StatusOr<Resource> Resource::Submit(const Actor& actor, const Law& law,
                                          std::vector<std::string> answers) const {
  if (!actor.own_agency) return Error::NotVisible(fields_.name);
  if (!fields_.working || fields_.working->state != State::kReturned) {
    SHAREWAY_RETURN_IF_ERROR(CheckWorking(State::kDraft, "submitted"));
  }
  const Entry& entry = fields_.working->entry;
  std::vector<FieldViolation> violations = Violations(entry, law);
  for (FieldViolation& fault : MissingContent(entry, law)) violations.push_back(std::move(fault));
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(violations));
  const std::vector<std::string> missing = MissingAssessments(entry, law);
  if (!missing.empty()) {
    return Error(Reason::kAssessmentMissing, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(fields_.name, " lacks ", absl::StrJoin(missing, ", "),
                              ": secrecy risk and personal-information impact are assessed before "
                              "cataloguing (",
                              law.content_article, ", ", law.profile, ")"))
        .With("name", fields_.name)
        .With("fields", absl::StrJoin(missing, ","))
        .With("article", law.content_article)
        .With("profile", law.profile);
  }
  if (fields_.published) {
    SHAREWAY_RETURN_IF_ERROR(CheckChangeReason(fields_.published->entry, entry, law));
  }
  Resource next = *this;
  next.fields_.working->state = State::kSubmitted;
  next.fields_.working->profile = law.profile;
  next.fields_.working->return_reason.clear();
  next.fields_.working->update_clocks = std::move(answers);
  if (!Compiled(actor)) next.fields_.working->compilers.push_back(actor.name);
  return next;
}

absl::StatusOr<Resource> Resource::DeleteDraft(const Actor& actor) const {
  if (!actor.own_agency) return Error::NotVisible(fields_.name);
  if (!fields_.working || fields_.working->state != State::kReturned) {
    SHAREWAY_RETURN_IF_ERROR(CheckWorking(State::kDraft, "deleted"));
  }
  Resource next = *this;
  next.fields_.working.reset();
  return next;
}

absl::StatusOr<Resource> Resource::Approve(const Actor& actor, absl::Time now) const {
  if (!actor.own_agency) return Error::NotVisible(fields_.name);
  SHAREWAY_RETURN_IF_ERROR(CheckWorking(State::kSubmitted, "approved"));
  if (Compiled(actor)) return OwnWork(fields_.name);
  Resource next = *this;
  next.fields_.working->state = State::kApproved;
  next.fields_.working->approved_by = actor.name;
  next.fields_.working->approve_time = now;
  return next;
}

absl::StatusOr<Resource> Resource::Publish(const Actor& actor, absl::Time now) const {
  if (!actor.in_charge) return Error::NotVisible(fields_.name);
  SHAREWAY_RETURN_IF_ERROR(CheckWorking(State::kApproved, "published"));
  if (Compiled(actor) || fields_.working->approved_by == actor.name) {
    return OwnWork(fields_.name);
  }
  Resource next = *this;
  Published published;
  published.entry = fields_.working->entry;
  published.profile = fields_.working->profile;
  published.revision = fields_.published ? fields_.published->revision + 1 : 1;
  published.publish_time = now;
  if (fields_.published) {
    published.fresh = fields_.published->fresh;
    published.added_conditions =
        AddedConditions(Narrowings(fields_.published->entry, published.entry));
  }
  if (fields_.published && fields_.published->state == State::kSuspended) {
    published.state = State::kSuspended;
  }
  for (const Item& item : published.entry.items) next.fields_.item_types[item.id] = item.type;
  next.fields_.published = std::move(published);
  next.fields_.working.reset();
  return next;
}

absl::StatusOr<Resource> Resource::Return(const Actor& actor, absl::string_view reason,
                                          const Law& law) const {
  if (!actor.SeesDrafts()) return Error::NotVisible(fields_.name);
  const std::string profile = fields_.working ? fields_.working->profile : "";
  SHAREWAY_RETURN_IF_ERROR(CheckReason(reason, law, profile));
  const bool submitted = fields_.working && fields_.working->state == State::kSubmitted;
  const bool head = actor.own_agency && actor.roles.contains(Role::kDepartmentHead);
  const bool officer = actor.in_charge && actor.roles.contains(Role::kSharingAuthority);
  if (!(head && submitted)) {
    if (!officer) return Error::NotVisible(fields_.name);
    SHAREWAY_RETURN_IF_ERROR(CheckWorking(State::kApproved, "returned"));
  }
  Resource next = *this;
  next.fields_.working->state = State::kReturned;
  next.fields_.working->return_reason = std::string(reason);
  next.fields_.working->approved_by.clear();
  return next;
}

absl::StatusOr<Resource> Resource::WithState(const Actor& actor, State state,
                                             absl::string_view reason, const Law& law) const {
  if (!actor.in_charge) return Error::NotVisible(fields_.name);
  SHAREWAY_RETURN_IF_ERROR(
      CheckReason(reason, law, fields_.published ? fields_.published->profile : ""));
  const State before = StateOf(fields_.published ? Face::kPublished : Face::kWorking);
  const bool from = state == State::kPublished   ? before == State::kSuspended
                    : state == State::kSuspended ? before == State::kPublished
                                                 : IsOpen(before);
  if (!from) return StateForbids(fields_.name, before, absl::StrCat("made ", StateName(state)));
  Resource next = *this;
  next.fields_.published->state = state;
  next.fields_.state_reason = std::string(reason);
  return next;
}

absl::StatusOr<Resource> Resource::Suspend(const Actor& actor, absl::string_view reason,
                                           const Law& law) const {
  return WithState(actor, State::kSuspended, reason, law);
}

absl::StatusOr<Resource> Resource::Resume(const Actor& actor, absl::string_view reason,
                                          const Law& law) const {
  return WithState(actor, State::kPublished, reason, law);
}

absl::StatusOr<Resource> Resource::Withdraw(const Actor& actor, absl::string_view reason,
                                            absl::string_view service_change,
                                            const Law& law) const {
  SHAREWAY_ASSIGN_OR_RETURN(Resource next, WithState(actor, State::kWithdrawn, reason, law));
  next.fields_.working.reset();
  next.fields_.withdrawn_under = std::string(service_change);
  return next;
}

Resource Resource::WithFresh(Fresh fresh) const {
  Resource next = *this;
  if (next.fields_.published) next.fields_.published->fresh = fresh;
  return next;
}

Resource::Face Resource::FaceFor(const Actor& actor) const {
  if (fields_.working && actor.SeesDrafts()) return Face::kWorking;
  return fields_.published ? Face::kPublished : Face::kNone;
}

State Resource::StateOf(Face face) const {
  if (face == Face::kWorking && fields_.working) return fields_.working->state;
  if (face == Face::kPublished && fields_.published) return fields_.published->state;
  return State::kUnspecified;
}

std::vector<std::string> Resource::Actions(const Actor& actor) const {
  std::vector<std::string> actions;
  if (!actor.person) return actions;
  const bool editor = actor.own_agency && actor.roles.contains(Role::kCatalogueEditor);
  const bool head = actor.own_agency && actor.roles.contains(Role::kDepartmentHead);
  const bool officer = actor.in_charge && actor.roles.contains(Role::kSharingAuthority);
  const State working = StateOf(Face::kWorking);
  const State published = StateOf(Face::kPublished);
  const bool open = IsOpen(published);
  const bool editable = working == State::kDraft || working == State::kReturned;
  if (editor && (editable || (working == State::kUnspecified && open))) {
    actions.push_back("UpdateResource");
  }
  if (editor && editable) {
    actions.push_back("SubmitResource");
    actions.push_back("DeleteDraft");
  }
  if (head && working == State::kSubmitted) {
    if (!Compiled(actor)) actions.push_back("ApproveResource");
    actions.push_back("ReturnResource");
  }
  if (officer && working == State::kApproved) {
    if (!Compiled(actor) && fields_.working->approved_by != actor.name) {
      actions.push_back("PublishResource");
    }
    actions.push_back("ReturnResource");
  }
  if (officer && published == State::kPublished) actions.push_back("SuspendResource");
  if (officer && published == State::kSuspended) actions.push_back("ResumeResource");
  if (officer && open) actions.push_back("WithdrawResource");
  return actions;
}

}  // namespace shareway::catalog
