// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/scope.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "libs/statute/calendar.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {

void AddScopeFlags(CLI::App* verb, ScopeFlags* scope) {
  Repeated(verb, "--where", &scope->where, "Rows: KEY=VALUE or KEY^=PREFIX, joined by and");
  verb->add_option("--rows", scope->row_expression,
                   "Rows, further narrowed: item = \"v\", !=, <, <=, >, >=, ^=, in (\"a\", \"b\"), "
                   "is null; and, or, not");
  Repeated(verb, "--purpose", &scope->purposes, "What for", true)
      ->check(Is<evidence::v1::Purpose>());
  Repeated(verb, "--method", &scope->methods, "Way of sharing", true)
      ->check(Is<evidence::v1::Method>());
  verb->add_option("--start", scope->start, "First day of use, CCYY-MM-DD");
  verb->add_option("--end", scope->end, "Last day of use, CCYY-MM-DD");
  Repeated(verb, "--mask", &scope->masked, "Items, of those granted, whose values leave masked",
           true);
  verb->add_option("--day-calls", scope->day_calls, "Calls a day at most");
  verb->add_option("--day-rows", scope->day_rows, "Rows a day at most");
  verb->add_option("--day-bytes", scope->day_bytes, "Bytes of answers a day at most");
}

bool Empty(const ScopeFlags& flags) {
  return flags.items.empty() && flags.where.empty() && flags.row_expression.empty() &&
         flags.purposes.empty() && flags.methods.empty() && flags.start.empty() &&
         flags.end.empty() && flags.masked.empty() && flags.day_calls == 0 &&
         flags.day_rows == 0 && flags.day_bytes == 0;
}

absl::Status ApplyFlags(const ScopeFlags& flags, sharing::v1::Scope* scope) {
  if (!flags.items.empty()) *scope->mutable_items() = {flags.items.begin(), flags.items.end()};
  SHAREWAY_RETURN_IF_ERROR(AddConditions(flags.where, scope->mutable_row_filter()));
  if (!flags.row_expression.empty()) scope->set_row_expression(flags.row_expression);
  if (!flags.purposes.empty()) {
    scope->clear_purposes();
    AddEnums<evidence::v1::Purpose>(flags.purposes, scope->mutable_purposes());
  }
  if (!flags.methods.empty()) {
    scope->clear_methods();
    AddEnums<evidence::v1::Method>(flags.methods, scope->mutable_methods());
  }
  if (!flags.start.empty()) scope->set_start_date(flags.start);
  if (!flags.end.empty()) scope->set_end_date(flags.end);
  if (!flags.masked.empty()) {
    *scope->mutable_masked_items() = {flags.masked.begin(), flags.masked.end()};
  }
  if (flags.day_calls != 0) scope->set_day_calls(flags.day_calls);
  if (flags.day_rows != 0) scope->set_day_rows(flags.day_rows);
  if (flags.day_bytes != 0) scope->set_day_bytes(flags.day_bytes);
  return absl::OkStatus();
}

absl::StatusOr<sharing::v1::Decision> Reduce(const sharing::v1::Scope& asked,
                                             const std::vector<std::string>& cuts,
                                             const ScopeFlags& flags) {
  sharing::v1::Decision decision;
  decision.set_verdict(sharing::v1::Decision::APPROVE_REDUCED);
  const std::vector<std::pair<std::string, bool>> parts = {
      {"row_filter", !flags.where.empty() || !flags.row_expression.empty()},
      {"purposes", !flags.purposes.empty()},
      {"methods", !flags.methods.empty()},
      {"period", !flags.start.empty() || !flags.end.empty()},
      {"quota", flags.day_calls != 0 || flags.day_rows != 0 || flags.day_bytes != 0},
      {"masked_items", !flags.masked.empty()}};
  std::set<std::string> subjects;
  for (const std::string& text : cuts) {
    const size_t equals = text.find('=');
    const std::string subject = text.substr(0, equals);
    if (equals == std::string::npos || equals + 1 == text.size()) {
      return UsageError(absl::StrCat("--cut ", text, " is not of the form SUBJECT=REASON"));
    }
    const bool item =
        std::find(asked.items().begin(), asked.items().end(), subject) != asked.items().end();
    const bool part =
        std::any_of(parts.begin(), parts.end(), [&](const auto& p) { return p.first == subject; });
    if (!item && !part) {
      return UsageError(absl::StrCat("--cut ", subject,
                                     " is neither an item of the request nor "
                                     "row_filter, purposes, methods, period, quota or "
                                     "masked_items"));
    }
    subjects.insert(subject);
    sharing::v1::Cut* cut = decision.add_cuts();
    cut->set_subject(subject);
    cut->set_reason(text.substr(equals + 1));
  }
  for (const auto& [part, given] : parts) {
    if (given && subjects.count(part) == 0) {
      return UsageError(absl::StrCat("the reduced ", part, " needs --cut ", part, "=REASON"));
    }
    if (!given && subjects.count(part) > 0) {
      return UsageError(absl::StrCat("--cut ", part, " needs the flags of what is left"));
    }
  }
  ScopeFlags rest = flags;
  rest.items.clear();
  *decision.mutable_scope() = asked;
  SHAREWAY_RETURN_IF_ERROR(ApplyFlags(rest, decision.mutable_scope()));
  decision.mutable_scope()->clear_items();
  for (const std::string& item : asked.items()) {
    if (subjects.count(item) == 0) decision.mutable_scope()->add_items(item);
  }
  // An item that is struck needs no mask.
  auto* masked = decision.mutable_scope()->mutable_masked_items();
  masked->erase(std::remove_if(masked->begin(), masked->end(),
                               [&](const std::string& item) { return subjects.count(item) > 0; }),
                masked->end());
  return decision;
}

absl::StatusOr<sharing::v1::UpdateRequestRequest> Revise(const sharing::v1::SharingRequest& read,
                                                         const std::string& legal_basis,
                                                         const std::string& scenario,
                                                         const ScopeFlags& flags) {
  sharing::v1::UpdateRequestRequest update;
  sharing::v1::SharingRequest* request = update.mutable_request();
  request->set_name(read.name());
  request->set_etag(read.etag());
  google::protobuf::FieldMask* mask = update.mutable_update_mask();
  if (!legal_basis.empty()) {
    request->set_legal_basis(legal_basis);
    mask->add_paths("legal_basis");
  }
  if (!scenario.empty()) {
    request->set_scenario(scenario);
    mask->add_paths("scenario");
  }
  if (!Empty(flags)) {
    *request->mutable_scope() = read.scope();
    SHAREWAY_RETURN_IF_ERROR(ApplyFlags(flags, request->mutable_scope()));
    mask->add_paths("scope");
  }
  if (mask->paths().empty()) return UsageError("nothing to change; say what");
  return update;
}

sharing::v1::Scope ScopeOf(const sharing::v1::Grant& grant, absl::CivilDay today) {
  sharing::v1::Scope scope;
  *scope.mutable_items() = grant.items();
  *scope.mutable_row_filter() = grant.row_filter();
  scope.set_row_expression(grant.row_expression());
  *scope.mutable_purposes() = grant.purposes();
  *scope.mutable_methods() = grant.methods();
  const absl::CivilDay first = statute::LawDay(evidence::FromTimestamp(grant.start_time()));
  scope.set_start_date(absl::FormatCivilTime(std::max(first, today)));
  // The period ends with the end of its last day.
  const absl::Time end = evidence::FromTimestamp(grant.end_time()) - absl::Nanoseconds(1);
  scope.set_end_date(absl::FormatCivilTime(statute::LawDay(end)));
  *scope.mutable_masked_items() = grant.masked_items();
  scope.set_day_calls(grant.day_quota());
  scope.set_day_rows(grant.day_rows());
  scope.set_day_bytes(grant.day_bytes());
  return scope;
}

}  // namespace shareway::cli
