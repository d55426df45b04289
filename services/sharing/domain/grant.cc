// SPDX-License-Identifier: Apache-2.0
// 共享授权: what a decision allows, and how it ends.
#include "services/sharing/domain/grant.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/return_flow.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxReason = 1000;
constexpr int kImportant = 2;  // grading

absl::Status NotDirect(absl::string_view what, const Resource& resource, const StatuteText& text) {
  const std::string rule = text.Cite(text.profile->articles.reply_conditional);
  return Error(Reason::kRequestRequired, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(what, " is not claimed directly; only UNCONDITIONAL items are (", rule,
                            ")"))
      .With("resource", resource.name)
      .With("rule", rule);
}

}  // namespace

Grant Grant::Of(const Request& approved, std::string decision, std::string consent,
                std::string rule, absl::Time now) {
  const Request::Fields& request = approved.fields();
  const Scope& scope = approved.granted_scope();
  return Grant(Fields{
      .name = request.grant,
      .consumer = request.consumer,
      .provider = request.provider,
      .resource = request.resource,
      .resource_revision = request.resource_revision,
      .items = scope.items,
      .rows = scope.rows,
      .purposes = scope.purposes,
      .methods = scope.methods,
      .start_time = statute::StartOfDay(scope.start),
      .end_time = statute::EndOfDay(scope.end),
      .case_required = request.decision && request.decision->case_required,
      .day = scope.day,
      .masked_items = scope.masked_items,
      .state = State::kActive,
      .request = request.name,
      .dispute = request.dispute,
      .consent = std::move(consent),
      .decision = std::move(decision),
      .rule = std::move(rule),
      .create_time = now,
  });
}

absl::StatusOr<Grant> Grant::Direct(const Claim& claim, const Actor& actor,
                                    const Resource& resource, const StatuteText& text,
                                    std::string name, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(resource.CheckPublished());
  const statute::Profile& profile = *text.profile;
  if (profile.unconditional_needs_request) {
    const std::string rule = text.Cite(profile.articles.request_content);
    return absl::Status(Error(Reason::kRequestRequired, absl::StatusCode::kFailedPrecondition,
                              absl::StrCat(resource.name, " is not claimed directly: ", rule,
                                           " (R25 20) asks for a request"))
                            .With("resource", resource.name)
                            .With("rule", rule));
  }
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"scenario", claim.scenario}}, profile.cited()));
  Scope scope = {.items = claim.items,
                 .rows = {},
                 .purposes = claim.purposes,
                 .methods = resource.methods,
                 .start = statute::LawDay(now),
                 .end = claim.end};
  if (scope.items.empty()) {
    for (const Item& item : resource.items) {
      if (item.share_class == ShareClass::kUnconditional) scope.items.push_back(item.id);
    }
  }
  if (scope.items.empty()) {
    return NotDirect(absl::StrCat("no item of ", resource.name), resource, text);
  }
  std::vector<FieldViolation> out;
  if (resource.provider == actor.agency) {
    out.push_back({"resource", absl::StrCat(resource.name, " is the agency's own")});
  }
  CheckText(claim.scenario, 1, kMaxReason, "scenario", &out);
  const absl::Status form = Check(scope, resource, scope.start, "scope");
  if (std::optional<ErrorDetails> details = DetailsOf(form)) {
    // A claim states its scope's parts itself.
    for (const FieldViolation& v : details->fields) {
      out.push_back({std::string(absl::StripPrefix(v.field, "scope.")), v.rule});
    }
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  for (const std::string& id : scope.items) {
    const ShareClass share_class = resource.item(id)->share_class;
    if (share_class == ShareClass::kUnconditional) continue;
    return NotDirect(absl::StrCat("item ", id, " of ", resource.name, " is ",
                                  ShareClassName(share_class), "; it"),
                     resource, text);
  }
  return Grant(Fields{
      .name = std::move(name),
      .consumer = actor.agency,
      .provider = resource.provider,
      .resource = resource.name,
      .resource_revision = resource.revision,
      .items = std::move(scope.items),
      .purposes = std::move(scope.purposes),
      .methods = std::move(scope.methods),
      .start_time = now,
      .end_time = statute::EndOfDay(claim.end),
      .state = State::kActive,
      .scenario = claim.scenario,
      .decision = resource.publication,
      .rule = text.Cite(profile.articles.reply_unconditional),
      .create_time = now,
  });
}

Grant Grant::Returning(const ReturnRequest& request, const ReturnFlow& flow,
                       const Resource& resource, std::string decision, std::string rule,
                       absl::Time now) {
  std::vector<std::string> items;
  for (const Item& item : resource.items) {
    if (item.share_class != ShareClass::kNotShared) items.push_back(item.id);
  }
  const absl::CivilDay today = statute::LawDay(now);
  return Grant(Fields{
      .name = request.grant,
      .consumer = request.consumer,
      .provider = request.provider,
      .resource = resource.name,
      .resource_revision = resource.revision,
      .items = std::move(items),
      .rows = {{{flow.division_item, filter::Op::kPrefix, request.division}}},
      .purposes = request.purposes,
      .methods = resource.methods,
      .start_time = now,
      .end_time = statute::EndOfDay(absl::CivilDay(today.year() + kMaxYears, today.month(),
                                                   today.day()) - 1),
      .state = State::kActive,
      .decision = std::move(decision),
      .rule = std::move(rule),
      .create_time = now,
      .return_request = request.name,
  });
}

Grant Grant::UnderTerms(const Request& approved, const Resource& resource) const {
  const std::optional<Decision>& decision = approved.fields().decision;
  if (!decision) return *this;
  const bool personal =
      std::any_of(fields_.items.begin(), fields_.items.end(), [&](const std::string& id) {
        const Item* item = resource.item(id);
        return item == nullptr || item->personal || item->sensitive || item->grading >= kImportant;
      });
  Fields next = fields_;
  for (const Cut& cut : decision->cuts) next.terms.push_back(cut.subject);
  if (decision->case_required) next.terms.push_back("case_required");
  if (!personal || next.terms.empty()) return *this;
  next.state = State::kPendingTerms;
  return Grant(std::move(next));
}

Grant Grant::Numbered(uint64_t number) const {
  Grant next = *this;
  next.fields_.number = number;
  return next;
}

}  // namespace shareway::sharing
