// SPDX-License-Identifier: Apache-2.0
// Data that an agency received under a grant and offers in the catalogue.
#include "services/sharing/domain/passing_on.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/scope_change.h"

namespace shareway::sharing {
namespace {

bool Names(const std::vector<std::string>& ids, const std::string& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

std::vector<ReceivedItem> ReceivedAmong(const std::vector<std::string>& items,
                                        const filter::RowFilter& rows, const Resource& resource) {
  const std::vector<std::string> compared = rows.Items();
  std::vector<ReceivedItem> received = ReceivedOf(resource);
  received.erase(std::remove_if(received.begin(), received.end(),
                                [&](const ReceivedItem& r) {
                                  return !Names(items, r.item) && !Names(compared, r.item);
                                }),
                 received.end());
  return received;
}

}  // namespace

std::vector<ReceivedItem> ReceivedOf(const Resource& resource) {
  std::vector<ReceivedItem> received;
  for (const Item& item : resource.items) {
    if (!item.received_under.empty()) received.push_back({item.id, item.received_under});
  }
  return received;
}

Handing HandingOf(const Grant& grant, const Resource& resource) {
  const Grant::Fields& f = grant.fields();
  return {ReceivedAmong(f.items, f.rows, resource), f.consumer};
}

Handing HandingOf(const Request& request, const Resource& resource) {
  const Request::Fields& f = request.fields();
  if (!f.decision || f.decision->verdict == Decision::Verdict::kRefuse) return {};
  const Scope& scope = request.granted_scope();
  const bool third = f.change.kind == ScopeChange::Kind::kThirdParty;
  return {ReceivedAmong(scope.items, scope.rows, resource),
          third ? f.change.third_party : f.consumer};
}

absl::Status CheckSource(const ReceivedItem& item, const Resource& resource, const Grant* source,
                         const StatuteText& text, absl::Time now) {
  const bool holds = source != nullptr && source->fields().consumer == resource.provider &&
                     Names(source->fields().items, item.item) && CheckLive(*source, now).ok();
  if (holds) return absl::OkStatus();
  const std::string rule = text.Cite(text.profile->articles.use_limits);
  return Error(Reason::kConsentRequired, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("item ", item.item, " of ", resource.name, " names ", item.source,
                            ", which is no grant of ", resource.provider,
                            " in force over that item; what was received is passed on under the "
                            "grant that gave it only (",
                            rule, ")"))
      .With("resource", resource.name)
      .With("item", item.item)
      .With("grant", item.source)
      .With("rule", rule);
}

absl::Status CheckHanding(const ReceivedItem& item, const Resource& resource, const Grant* source,
                          absl::string_view receiver, const StatuteText& text, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(CheckSource(item, resource, source, text, now));
  return MayPassOn(*source, receiver, text, item.item);
}

}  // namespace shareway::sharing
