// SPDX-License-Identifier: Apache-2.0
// Values of the domain as messages, and the catalogue's entries as values.
#include "services/sharing/rpc/convert.h"

#include "absl/strings/str_cat.h"
#include "libs/evidence/record.h"
#include "services/sharing/rpc/convert_scope.h"

namespace shareway::sharing {

static_assert(static_cast<int>(ShareClass::kNotShared) == catalog::v1::NOT_SHARED);
static_assert(static_cast<int>(ShareCondition::Kind::kOther) ==
              catalog::v1::ShareCondition::OTHER_CONDITION);
static_assert(static_cast<int>(Grant::State::kPendingTerms) == v1::Grant::PENDING_TERMS);
static_assert(static_cast<int>(Notice::State::kReported) == v1::Notice::NOTICE_REPORTED);

using evidence::ToTimestamp;

Resource FromProto(const catalog::v1::CatalogChange& change) {
  const catalog::v1::Resource& resource = change.resource();
  Resource out{.name = resource.name(),
               .title = resource.title(),
               .provider = resource.provider(),
               .share_class = static_cast<ShareClass>(resource.share_class()),
               .items = {},
               .conditions = {},
               .methods = EnumsFromProto(resource.methods(), Method::kSubscribe),
               .not_shared_reason = resource.not_shared_reason(),
               .basis = {},
               .revision = resource.revision(),
               .state = Resource::State::kUnspecified,
               .profile = resource.profile(),
               .publication =
                   change.has_publication() ? change.publication().SerializeAsString() : ""};
  for (const catalog::v1::Item& item : resource.items()) {
    const catalog::v1::ShareClass own = item.share_class() != catalog::v1::SHARE_CLASS_UNSPECIFIED
                                            ? item.share_class()
                                            : resource.declared_class();
    out.items.push_back({item.id(), static_cast<ShareClass>(own),
                         static_cast<int>(item.grading()), item.personal(), item.sensitive(),
                         item.received_under()});
  }
  for (const catalog::v1::ShareCondition& condition : resource.conditions()) {
    out.conditions.push_back({condition.id(),
                              static_cast<ShareCondition::Kind>(condition.kind()),
                              condition.text(),
                              {condition.values().begin(), condition.values().end()}});
  }
  for (const catalog::v1::Basis& basis : resource.not_shared_basis()) {
    out.basis.push_back(absl::StrCat("《", basis.title(), "》", basis.article()));
    out.basis_levels.push_back(static_cast<int>(basis.level()));
  }
  out.promised_days = static_cast<int>(resource.promised_days());
  out.stale_reminders = static_cast<int>(resource.stale_reminders());
  out.fresh_time = evidence::FromTimestamp(resource.has_refresh_time() ? resource.refresh_time()
                                                                       : resource.publish_time());
  switch (resource.state()) {
    case catalog::v1::Resource::PUBLISHED: out.state = Resource::State::kPublished; break;
    case catalog::v1::Resource::SUSPENDED: out.state = Resource::State::kSuspended; break;
    case catalog::v1::Resource::WITHDRAWN: out.state = Resource::State::kWithdrawn; break;
    default: break;
  }
  return out;
}

v1::Grant ToProto(const Grant& grant, uint64_t epoch) {
  const Grant::Fields& f = grant.fields();
  v1::Grant out;
  out.set_name(f.name);
  out.set_consumer(f.consumer);
  out.set_provider(f.provider);
  out.set_resource(f.resource);
  out.set_resource_revision(f.resource_revision);
  out.mutable_items()->Assign(f.items.begin(), f.items.end());
  RowsToProto(f.rows, out.mutable_row_filter());
  out.set_row_expression(f.rows.expression.ToString());
  EnumsToProto(f.purposes, out.mutable_purposes());
  EnumsToProto(f.methods, out.mutable_methods());
  *out.mutable_start_time() = ToTimestamp(f.start_time);
  *out.mutable_end_time() = ToTimestamp(f.end_time);
  out.set_case_required(f.case_required);
  out.set_day_quota(f.day.calls);
  out.set_day_rows(f.day.rows);
  out.set_day_bytes(f.day.bytes);
  out.mutable_masked_items()->Assign(f.masked_items.begin(), f.masked_items.end());
  out.mutable_third_parties()->Assign(f.third_parties.begin(), f.third_parties.end());
  out.set_state(static_cast<v1::Grant::State>(f.state));
  out.mutable_revision()->set_epoch(epoch);
  out.mutable_revision()->set_number(f.number);
  out.set_request(f.request);
  out.set_dispute(f.dispute);
  out.set_standing_consent(f.consent);
  if (!f.decision.empty()) out.mutable_decision()->ParseFromString(f.decision);
  out.set_rule(f.rule);
  *out.mutable_create_time() = ToTimestamp(f.create_time);
  out.set_ended_reason(f.ended_reason);
  out.set_notice(f.notice);
  if (f.asked_end) out.set_asked_end_date(DayToProto(*f.asked_end));
  out.set_asked_reason(f.asked_reason);
  out.set_return_request(f.return_request);
  out.mutable_terms()->Assign(f.terms.begin(), f.terms.end());
  return out;
}

v1::StandingConsent ToProto(const Consent& consent) {
  v1::StandingConsent out;
  out.set_name(consent.name);
  out.set_resource(consent.resource);
  out.set_signer(consent.signer);
  out.mutable_act()->ParseFromString(consent.act);
  *out.mutable_create_time() = ToTimestamp(consent.create_time);
  if (consent.withdraw_time) *out.mutable_withdraw_time() = ToTimestamp(*consent.withdraw_time);
  return out;
}

v1::Notice ToProto(const Notice& notice) {
  v1::Notice out;
  out.set_name(notice.name);
  out.set_grant(notice.grant);
  out.set_consumer(notice.consumer);
  out.set_provider(notice.provider);
  out.set_finding(notice.finding);
  out.set_state(static_cast<v1::Notice::State>(notice.state));
  out.set_due_date(DayToProto(notice.clock.due.day));
  out.set_measures(notice.measures);
  out.set_rejection(notice.rejection);
  out.set_report(notice.report);
  out.set_reported_to(notice.reported_to);
  out.set_profile(notice.profile);
  *out.mutable_create_time() = ToTimestamp(notice.create_time);
  return out;
}

v1::Clock ToProto(const ClockRow& row, const Desk& desk) {
  const statute::Clock& clock = row.clock;
  v1::Clock out;
  out.set_subject(row.subject);
  out.set_kind(std::string(statute::ClockKindName(clock.kind)));
  out.set_debtor(row.debtor);
  *out.mutable_trigger_time() = ToTimestamp(clock.trigger);
  out.set_due_date(DayToProto(clock.due.day));
  out.set_provisional(clock.due.provisional);
  out.set_state(clock.stop ? v1::Clock::STOPPED : v1::Clock::RUNNING);
  const auto reading = statute::ReadClock(clock, desk.calendars(), desk.Now());
  out.set_overdue(reading.ok() && reading->late);
  out.set_working_days_left(reading.ok() ? reading->working_days_left : 0);
  out.set_profile(absl::StrCat(clock.profile, "@", clock.profile_version));
  if (const auto promised = statute::PromisedInstant(clock)) {
    *out.mutable_promised_due_time() = ToTimestamp(*promised);
  }
  if (absl::StatusOr<StatuteText> text = desk.TextCited(clock.profile); text.ok()) {
    if (auto term = statute::TermOf(*text->profile, clock.kind)) out.set_article(term->article);
  }
  return out;
}

}  // namespace shareway::sharing
