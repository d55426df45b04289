// SPDX-License-Identifier: Apache-2.0
// The writes of disposals: what a grant that is over still owes.
#include "services/sharing/grants/disposals.h"

#include "services/sharing/grants/grants.h"
#include "services/sharing/wake.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr int kAtOnce = 100;
// Adds to the change what a disposal makes of its grant.
absl::Status MoveGrant(const Desk& desk, const Disposal& disposal, Grant::State state,
                       const Parties& parties, const StatuteText& text, Change* change) {
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Grant> before, desk.store().LoadGrant(disposal.grant));
  if (before.value.fields().state == state) return absl::OkStatus();
  Grant after = before.value.WithDisposal(state);
  change->events.push_back(
      GrantEvent(desk, RecordKind::DISPOSAL_CHANGED, Errand{}, after, parties));
  change->events.back().set_rule(text.Cite(text.profile->articles.disposal));
  change->grants.push_back({std::move(after), before.version});
  return absl::OkStatus();
}

}  // namespace

absl::Status AddDisposal(const Desk& desk, const Grant& before, const Grant& after,
                         const Parties& parties, const StatuteText& text, absl::Time now,
                         Change* change) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Disposal> opened,
                            OpenDisposal(before, after, text, now));
  if (!opened) return absl::OkStatus();
  evidence::AuditRecord event =
      desk.Event(RecordKind::DISPOSAL_CHANGED, Errand{}, parties, opened->name);
  event.set_grant(opened->grant);
  event.set_resource(after.fields().resource);
  event.set_rule(text.Cite(text.profile->articles.disposal));
  change->events.push_back(std::move(event));
  change->cases.push_back(RowOf(*opened, 0));
  return absl::OkStatus();
}

absl::StatusOr<Stored<Disposal>> Disposals::Report(const Errand& errand, absl::string_view name,
                                                   absl::string_view etag,
                                                   const DisposalReport& report) {
  return cases_.Write(errand, RecordKind::DISPOSAL_CHANGED, &statute::Articles::disposal, name,
                      etag, [&](const CaseView<Disposal>& c, Change*) {
                        return ReportDisposal(c.value, errand.actor, c.parties, report, c.now);
                      });
}

absl::StatusOr<Stored<Disposal>> Disposals::Accept(const Errand& errand, absl::string_view name,
                                                   absl::string_view etag) {
  const auto accept = [&](const CaseView<Disposal>& c,
                          Change* change) -> absl::StatusOr<Disposal> {
    SHAREWAY_ASSIGN_OR_RETURN(Disposal after,
                              AcceptDisposal(c.value, errand.actor, c.parties, c.now));
    SHAREWAY_RETURN_IF_ERROR(MoveGrant(cases_.desk(), after, Grant::State::kDisposed, c.parties,
                                       c.text, change));
    return after;
  };
  return cases_.Write(errand, RecordKind::DISPOSAL_CHANGED, &statute::Articles::disposal, name,
                      etag, accept);
}

absl::StatusOr<Stored<Disposal>> Disposals::Reject(const Errand& errand, absl::string_view name,
                                                   absl::string_view etag,
                                                   absl::string_view reason) {
  const auto reject = [&](const CaseView<Disposal>& c,
                          Change* change) -> absl::StatusOr<Disposal> {
    SHAREWAY_ASSIGN_OR_RETURN(Disposal after,
                              RejectDisposal(c.value, errand.actor, c.parties, reason, c.now));
    SHAREWAY_RETURN_IF_ERROR(MoveGrant(cases_.desk(), after, Grant::State::kDisposalDue, c.parties,
                                       c.text, change));
    return after;
  };
  return cases_.Write(errand, RecordKind::DISPOSAL_CHANGED, &statute::Articles::disposal, name,
                      etag, reject);
}

absl::StatusOr<int> DisposalsDue(const Desk& desk) {
  const Cases<Disposal> cases(&desk);
  const auto delay = [&](const CaseView<Disposal>& c, Change* change) -> absl::StatusOr<Disposal> {
    std::optional<Disposal> after = DelayDisposal(c.value, c.now);
    if (!after) return absl::AbortedError("nothing is late any more");
    SHAREWAY_RETURN_IF_ERROR(
        MoveGrant(desk, *after, Grant::State::kDisposalDue, c.parties, c.text, change));
    return *std::move(after);
  };
  return WakeAll<Disposal>(desk, kAtOnce, [&](const Stored<Disposal>& before) {
    return cases
        .WriteByRule(RecordKind::DISPOSAL_CHANGED, &statute::Articles::disposal, before, delay)
        .status();
  });
}

}  // namespace shareway::sharing
