// SPDX-License-Identifier: Apache-2.0
// The writes that stop grants: suspend, resume, revoke, and what the catalogue does to them.
#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/grants/disposals.h"
#include "services/sharing/supervision/findings.h"
#include "services/sharing/grants/grants.h"
#include "services/sharing/grants/notices.h"
#include "services/sharing/grants/passing_on.h"
#include "services/sharing/store/notice_codec.h"
#include "services/sharing/store/service_codec.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr int kAtOnce = 100;
constexpr int kConsumerAtOnce = 50;

// Nothing where there is none of that name.
template <typename T>
absl::StatusOr<std::optional<T>> IfThere(absl::StatusOr<Stored<T>> loaded) {
  if (absl::IsNotFound(loaded.status())) return std::optional<T>();
  SHAREWAY_RETURN_IF_ERROR(loaded.status());
  return std::optional<T>(std::move(loaded->value));
}

}  // namespace

absl::Status Grants::AddNotice(const Errand& errand, const Grant& suspended, const Case& before,
                               absl::string_view finding, Change* change) const {
  const Grant::Fields& f = suspended.fields();
  if (f.notice.empty()) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const Notice opened, OpenNotice({.name = f.notice,
                                                             .grant = f.name,
                                                             .consumer = f.consumer,
                                                             .provider = f.provider,
                                                             .finding = std::string(finding),
                                                             .by_authority = f.by_authority},
                                                            before.text, before.now));
  change->events.push_back(NoticeEvent(*desk_, errand, opened, before.parties, before.text));
  change->cases.push_back(RowOf(opened, 0));
  return absl::OkStatus();
}

absl::StatusOr<Stored<Grant>> Grants::Suspend(const Errand& errand, absl::string_view name,
                                              SuspendGround ground, absl::string_view reason) {
  const auto suspend = [&](const Case& c, Change* change) -> absl::StatusOr<Grant> {
    SHAREWAY_ASSIGN_OR_RETURN(Grant after, c.grant.Suspend(errand.actor, c.parties, ground, reason,
                                                           Desk::NewName("notices")));
    SHAREWAY_RETURN_IF_ERROR(AddNotice(errand, after, c, reason, change));
    return after;
  };
  return Write(errand, name, RecordKind::GRANT_SUSPENDED, &statute::Articles::misuse, suspend);
}

absl::Status Grants::CloseNoticeOf(const Errand& errand, const Case& before,
                                   absl::string_view reason, Change* change) const {
  const std::string& name = before.grant.fields().notice;
  if (name.empty()) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(Stored<Notice> notice, desk_->store().LoadNotice(name));
  if (notice.value.state == Notice::State::kClosed) return absl::OkStatus();
  change->events.push_back(NoticeEvent(*desk_, errand, notice.value, before.parties, before.text));
  change->cases.push_back(
      RowOf(CloseNotice(notice.value, std::string(reason), before.now), notice.version));
  return absl::OkStatus();
}

absl::StatusOr<Stored<Grant>> Grants::Resume(const Errand& errand, absl::string_view name,
                                             absl::string_view reason) {
  const auto resume = [&](const Case& c, Change* change) -> absl::StatusOr<Grant> {
    SHAREWAY_ASSIGN_OR_RETURN(Stored<Resource> resource,
                              desk_->LoadResource(c.grant.fields().resource));
    SHAREWAY_ASSIGN_OR_RETURN(Grant after,
                              c.grant.Resume(errand.actor, c.parties, resource.value, reason));
    SHAREWAY_RETURN_IF_ERROR(AskSources(*desk_, resource.value, after, c.text, c.now, change));
    change->rests_on.push_back(std::move(resource));
    SHAREWAY_RETURN_IF_ERROR(CloseNoticeOf(errand, c, reason, change));
    return after;
  };
  return Write(errand, name, RecordKind::GRANT_RESUMED, &statute::Articles::misuse, resume);
}

absl::StatusOr<Grants::Found> Grants::FindDocument(RevokeGround ground,
                                                   absl::string_view document) const {
  Found found;
  const SharingStore& store = desk_->store();
  if (ground == RevokeGround::kRectificationFailed && Desk::CheckName("notices", document).ok()) {
    SHAREWAY_ASSIGN_OR_RETURN(found.notice, IfThere(store.LoadNotice(document)));
  }
  if (ground == RevokeGround::kServiceChange &&
      Desk::CheckName(ServiceChange::kCollection, document).ok()) {
    SHAREWAY_ASSIGN_OR_RETURN(found.service_change,
                              IfThere(store.LoadCase<ServiceChange>(document)));
  }
  if (ground == RevokeGround::kDisputeDecision && Desk::CheckName("disputes", document).ok()) {
    SHAREWAY_ASSIGN_OR_RETURN(found.dispute, IfThere(store.LoadDispute(document)));
  }
  return found;
}

absl::StatusOr<Stored<Grant>> Grants::Revoke(const Errand& errand, absl::string_view name,
                                             RevokeGround ground, absl::string_view document) {
  const auto revoke = [&](const Case& c, Change* change) -> absl::StatusOr<Grant> {
    SHAREWAY_ASSIGN_OR_RETURN(const Found found, FindDocument(ground, document));
    const RevokeDocuments documents = {
        .notice = found.notice ? &*found.notice : nullptr,
        .service_change = found.service_change ? &*found.service_change : nullptr,
        .dispute = found.dispute ? &*found.dispute : nullptr};
    SHAREWAY_ASSIGN_OR_RETURN(
        Grant after, c.grant.Revoke(errand.actor, c.parties, ground, document, documents, c.now));
    SHAREWAY_RETURN_IF_ERROR(CloseNoticeOf(errand, c, after.fields().ended_reason, change));
    SHAREWAY_RETURN_IF_ERROR(AddDisposal(*desk_, c.grant, after, c.parties, c.text, c.now, change));
    return after;
  };
  return Write(errand, name, RecordKind::GRANT_REVOKED, &statute::Articles::misuse, revoke);
}

absl::StatusOr<int> Grants::SuspendSome(const Errand& errand, bool first,
                                        absl::string_view consumer, SuspendGround ground,
                                        absl::string_view reason) {
  const absl::Time now = desk_->Now();
  std::string provider;  // of this batch: what is new in it stands in the lists of two parties
  const auto want = [&](const Grant& grant) {
    const Grant::Fields& f = grant.fields();
    if (f.consumer != consumer || f.state != Grant::State::kActive) return false;
    if (!provider.empty() && f.provider != provider) return false;
    const std::vector<std::string> allowed =
        Allowed(GrantTable(), static_cast<int>(f.state), errand.actor,
                desk_->PartiesOf(f.consumer, f.provider));
    if (std::find(allowed.begin(), allowed.end(), "SuspendGrant") == allowed.end()) return false;
    provider = f.provider;
    return true;
  };
  SHAREWAY_ASSIGN_OR_RETURN(
      const Page<Grant> page,
      desk_->store().ListGrants({std::string(consumer)}, "", kConsumerAtOnce, want));
  if (page.values.empty()) return 0;
  const Parties parties = desk_->PartiesOf(consumer, provider);
  Change change{.owners = Desk::Owners(parties), .result = std::string(consumer)};
  if (first) {
    change.once = errand.once;
    change.events.push_back(
        desk_->Event(RecordKind::GRANT_SUSPENDED, errand, parties, consumer));
    change.events.back().set_reason(std::string(GroundName(ground)));
    if (errand.act) *change.events.back().mutable_act() = *errand.act;
  }
  // The act stands in the event of the consumer, and is taken once.
  Errand of_each = errand;
  of_each.act.reset();
  for (const Stored<Grant>& before : page.values) {
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_->TextCited(before.value.fields().rule));
    SHAREWAY_ASSIGN_OR_RETURN(Grant after,
                              before.value.Suspend(errand.actor, parties, ground, reason,
                                                   Desk::NewName("notices")));
    change.events.push_back(
        GrantEvent(*desk_, RecordKind::GRANT_SUSPENDED, of_each, after, parties));
    change.events.back().set_rule(text.Cite(text.profile->articles.misuse));
    SHAREWAY_RETURN_IF_ERROR(
        AddNotice(of_each, after, {before.value, parties, text, now}, reason, &change));
    change.grants.push_back({std::move(after), before.version});
  }
  SHAREWAY_RETURN_IF_ERROR(desk_->store().Commit(change, now).status());
  return static_cast<int>(page.values.size());
}

absl::StatusOr<int> Grants::SuspendConsumer(const Errand& errand, absl::string_view consumer,
                                            SuspendGround ground, absl::string_view reason) {
  SHAREWAY_RETURN_IF_ERROR(Desk::CheckName("agencies", consumer));
  if (errand.once.request_id.empty()) {
    return Error::Field("request_id", "is empty; a call that was cut off goes on under it");
  }
  SHAREWAY_RETURN_IF_ERROR(CheckSuspension(ground, reason));
  const auto go_on = [&](int suspended) -> absl::StatusOr<int> {
    while (true) {
      const absl::StatusOr<int> more = SuspendSome(errand, false, consumer, ground, reason);
      if (absl::IsAborted(more.status())) continue;  // the next round sees what it is now
      SHAREWAY_RETURN_IF_ERROR(more.status());
      if (*more == 0) return suspended;
      suspended += *more;
    }
  };
  const auto load = [&](absl::string_view) { return go_on(0); };
  return desk_->Once<int>(errand, load, [&]() -> absl::StatusOr<int> {
    SHAREWAY_ASSIGN_OR_RETURN(const int some, SuspendSome(errand, true, consumer, ground, reason));
    return some == 0 ? absl::StatusOr<int>(0) : go_on(some);
  });
}

absl::StatusOr<bool> Grants::SuspendSome(const Resource& resource) {
  const absl::Time now = desk_->Now();
  const auto active = [](const Grant& g) { return g.fields().state == Grant::State::kActive; };
  SHAREWAY_ASSIGN_OR_RETURN(Page<Grant> page, desk_->store().ListGrants({resource.name}, "",
                                                                        kAtOnce, active));
  if (page.values.empty()) return true;
  Change change{.result = resource.name};
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Sighting> unfiled,
                            WithdrawalSighting(*desk_, resource, now));
  if (unfiled) SHAREWAY_RETURN_IF_ERROR(AddByRule(*desk_, *unfiled, now, &change));
  for (const Stored<Grant>& before : page.values) {
    Grant after = before.value.SuspendWith(resource);
    const Grant::Fields& f = after.fields();
    change.events.push_back(GrantEvent(*desk_, RecordKind::GRANT_SUSPENDED, {}, after,
                                       desk_->PartiesOf(f.consumer, f.provider)));
    change.grants.push_back({std::move(after), before.version});
  }
  const absl::Status committed = desk_->store().Commit(change, now).status();
  // A grant changed meanwhile: the next round sees what it is now.
  if (absl::IsAborted(committed)) return false;
  SHAREWAY_RETURN_IF_ERROR(committed);
  return false;
}

absl::Status Grants::Follow(const Resource& resource) {
  SHAREWAY_RETURN_IF_ERROR(TellForeignSources(*desk_, resource));
  // Before the resource is kept: what is not found now is found when the change comes again.
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<Resource> before,
                            IfThere(desk_->store().LoadResource(resource.name)));
  SHAREWAY_RETURN_IF_ERROR(WatchStaleness(*desk_, before ? &*before : nullptr, resource));
  // First the resource: from then on no decision that rests on it can make or resume a
  // grant. Those made before are found by the list.
  SHAREWAY_RETURN_IF_ERROR(desk_->store().PutResource(resource));
  if (resource.state == Resource::State::kPublished) return absl::OkStatus();
  while (true) {
    SHAREWAY_ASSIGN_OR_RETURN(const bool done, SuspendSome(resource));
    if (done) return absl::OkStatus();
  }
}

}  // namespace shareway::sharing
