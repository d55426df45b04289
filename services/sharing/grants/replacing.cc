// SPDX-License-Identifier: Apache-2.0
// The end of a grant in whose place another one comes.
#include "services/sharing/grants/replacing.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/status.h"
#include "services/sharing/domain/disposal.h"
#include "services/sharing/domain/scope_change.h"
#include "services/sharing/grants/disposals.h"
#include "services/sharing/grants/grants.h"

namespace shareway::sharing {
namespace {

constexpr size_t kNamed = 20;

// The names, the first of them if there are many: a reason stays short.
std::string Some(const std::vector<std::string>& names) {
  if (names.size() <= kNamed) return absl::StrJoin(names, ", ");
  return absl::StrCat(absl::StrJoin(names.begin(), names.begin() + kNamed, ", "), " and ",
                      names.size() - kNamed, " more");
}

}  // namespace

absl::Status AddReplaced(const Desk& desk, const Stored<Grant>& before, const Grant& after,
                         const Grant& successor, const Parties& parties, absl::Time now,
                         Change* change) {
  const std::vector<std::string> beyond = Beyond(before.value, successor);
  if (beyond.empty()) {
    change->grants.push_back({after, before.version});
    return absl::OkStatus();
  }
  Grant::Fields ended = after.fields();
  absl::StrAppend(&ended.ended_reason, "; beyond it: ", Some(beyond));
  const Grant replaced = Grant::Restore(std::move(ended));
  change->grants.push_back({replaced, before.version});
  SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk.TextCited(before.value.fields().rule));
  return AddDisposal(desk, before.value, replaced, parties, text, now, change);
}

absl::Status ReplaceChanged(const Desk& desk, const Errand& errand, const Request& approved,
                            const Grant& successor, const Parties& parties,
                            const StatuteText& text, absl::Time now, Change* change) {
  const Request::Fields& f = approved.fields();
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Grant> before, desk.store().LoadGrant(f.change.grant));
  // Stores of older versions ended it with the approval.
  const std::string place = absl::StrCat("REPLACED: ", successor.fields().name, " ");
  if (absl::StartsWith(before.value.fields().ended_reason, place)) return absl::OkStatus();
  SHAREWAY_RETURN_IF_ERROR(CheckLive(before.value, now));
  Request::Fields named = f;
  named.grant = successor.fields().name;  // of a dispute over its cuts it is another one
  const Grant after = Changed(before.value, Request::Restore(std::move(named)));
  evidence::AuditRecord event =
      GrantEvent(desk, evidence::RecordKind::GRANT_REVOKED, errand, after, parties);
  event.clear_act();  // it is taken once
  event.set_request(f.name);
  event.set_rule(text.Cite(text.profile->articles.use_limits));
  change->events.push_back(std::move(event));
  return AddReplaced(desk, before, after, successor, parties, now, change);
}

}  // namespace shareway::sharing
