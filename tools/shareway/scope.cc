// SPDX-License-Identifier: Apache-2.0
#include "tools/shareway/scope.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {

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

}  // namespace shareway::cli
