// SPDX-License-Identifier: Apache-2.0
// The writes of rectification notices.
#include "services/sharing/grants/notices.h"

#include <algorithm>

#include "services/sharing/wake.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr int kAtOnce = 100;

}  // namespace

evidence::AuditRecord NoticeEvent(const Desk& desk, const Errand& errand, const Notice& notice,
                                  const Parties& parties, const StatuteText& text) {
  evidence::AuditRecord event =
      desk.Event(RecordKind::NOTICE_CHANGED, errand, parties, notice.name);
  event.set_grant(notice.grant);
  event.set_rule(text.Cite(text.profile->articles.misuse));
  return event;
}

absl::StatusOr<Stored<Notice>> Notices::Answer(const Errand& errand, absl::string_view name,
                                               absl::string_view etag,
                                               absl::string_view measures) {
  return cases_.Write(errand, RecordKind::NOTICE_CHANGED, &statute::Articles::misuse, name, etag,
                      [&](const CaseView<Notice>& c, Change*) {
                        return AnswerNotice(c.value, errand.actor, c.parties, measures, c.now);
                      });
}

absl::StatusOr<Stored<Notice>> Notices::Accept(const Errand& errand, absl::string_view name,
                                               absl::string_view etag) {
  return cases_.Write(errand, RecordKind::NOTICE_CHANGED, &statute::Articles::misuse, name, etag,
                      [&](const CaseView<Notice>& c, Change*) {
                        return AcceptRectification(c.value, errand.actor, c.parties, c.now);
                      });
}

absl::StatusOr<Stored<Notice>> Notices::Reject(const Errand& errand, absl::string_view name,
                                               absl::string_view etag, absl::string_view reason) {
  return cases_.Write(errand, RecordKind::NOTICE_CHANGED, &statute::Articles::misuse, name, etag,
                      [&](const CaseView<Notice>& c, Change*) {
                        return RejectRectification(c.value, errand.actor, c.parties, reason,
                                                   c.now);
                      });
}

absl::StatusOr<Stored<Notice>> Notices::Report(const Errand& errand, absl::string_view name,
                                               absl::string_view etag, absl::string_view report) {
  const auto write = [&](const CaseView<Notice>& c, Change* change) -> absl::StatusOr<Notice> {
    SHAREWAY_ASSIGN_OR_RETURN(Notice after,
                              ReportNotice(c.value, errand.actor, c.parties, report, c.now));
    if (const auto authority = cases_.desk().AuthorityNamed(after.reported_to)) {
      after.reported_agency = authority->agency;
    }
    // It has reached that authority: the clock stands in its lists, too.
    change->owners = Desk::Owners(c.parties);
    if (std::find(change->owners.begin(), change->owners.end(), after.reported_to) ==
        change->owners.end()) {
      change->owners.push_back(after.reported_to);
    }
    return after;
  };
  return cases_.Write(errand, RecordKind::NOTICE_CHANGED, &statute::Articles::supervision, name,
                      etag, write);
}

absl::StatusOr<int> NoticesDue(const Desk& desk) {
  const Cases<Notice> cases(&desk);
  const auto fail = [](const CaseView<Notice>& c, Change*) -> absl::StatusOr<Notice> {
    std::optional<Notice> after = FailNotice(c.value, c.now);
    if (!after) return absl::AbortedError("nothing has failed any more");
    return *std::move(after);
  };
  return WakeAll<Notice>(desk, kAtOnce, [&](const Stored<Notice>& before) {
    return cases.WriteByRule(RecordKind::NOTICE_CHANGED, &statute::Articles::misuse, before, fail)
        .status();
  });
}

}  // namespace shareway::sharing
