// SPDX-License-Identifier: Apache-2.0
// 处置: the consumer disposes of the data of a grant that is over, and proves it.
#include "services/sharing/domain/disposal.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"
#include "services/sharing/domain/refusal.h"
#include "services/sharing/domain/secrecy.h"

namespace shareway::sharing {
namespace {

using State = Disposal::State;

constexpr int kMaxNote = 1000;
constexpr size_t kDigestBytes = 32;

constexpr int kOwed = static_cast<int>(State::kOwed);
constexpr int kReported = static_cast<int>(State::kReported);
constexpr int kAccepted = static_cast<int>(State::kAccepted);
constexpr int kRejected = static_cast<int>(State::kRejected);
constexpr int kOverdue = static_cast<int>(State::kOverdue);

absl::string_view NameOf(int state) { return Disposal::StateName(static_cast<State>(state)); }

absl::Status Admitted(const Disposal& disposal, absl::string_view method, const Actor& actor,
                      const Parties& parties) {
  return Admit(DisposalTable(), method, disposal.name, static_cast<int>(disposal.state), actor,
               parties);
}

// OWN_REQUEST for who reported it and went over to the provider since.
absl::Status NotReporter(const Disposal& disposal, const Actor& actor) {
  if (!actor.ActsAs(disposal.reporter)) return absl::OkStatus();
  return OwnRequest(disposal.name, disposal.reporter, "who reported it");
}

absl::Status CheckReport(const Disposal& disposal, const DisposalReport& report, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"note", report.note}}, disposal.profile));
  std::vector<FieldViolation> out;
  if (report.method == DisposalMethod::kUnspecified) {
    out.push_back({"method", "is unspecified; a disposal states how it was done (R25 27(1))"});
  }
  const absl::CivilDay first = statute::LawDay(disposal.grant_time);
  const absl::CivilDay today = statute::LawDay(now);
  if (report.day < first || report.day > today) {
    out.push_back({"disposed_date", absl::StrCat(absl::FormatCivilTime(report.day),
                                                 " is not from ", absl::FormatCivilTime(first),
                                                 " to ", absl::FormatCivilTime(today))});
  }
  if (!HasForm("people/{p}", report.person)) {
    out.push_back({"person", absl::StrCat(codes::Quote(report.person), " is not people/{p}")});
  }
  const size_t bytes = report.manifest_digest.size();
  if (bytes != 0 && bytes != kDigestBytes) {
    out.push_back({"manifest_digest",
                   absl::StrCat("has ", bytes, " bytes, want ", kDigestBytes, " (SHA-256)")});
  }
  CheckText(report.note, report.method == DisposalMethod::kArchived ? 1 : 0, kMaxNote, "note", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  if (bytes != 0 || report.method == DisposalMethod::kNothingHeld) return absl::OkStatus();
  return Error(Reason::kProofRequired, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(disposal.name, " is not reported without the digest of the manifest of "
                                           "what was disposed of (R25 27(1))"))
      .With("disposal", disposal.name)
      .With("missing", "manifest_digest");
}

}  // namespace

absl::string_view Disposal::StateName(State state) {
  switch (state) {
    case State::kUnspecified: break;
    case State::kOwed: return "OWED";
    case State::kReported: return "REPORTED";
    case State::kAccepted: return "DISPOSAL_ACCEPTED";
    case State::kRejected: return "DISPOSAL_REJECTED";
    case State::kOverdue: return "OVERDUE";
  }
  return "STATE_UNSPECIFIED";
}

std::string Disposal::NameFor(absl::string_view grant) {
  return absl::StrCat("disposals/", absl::StripPrefix(grant, "grants/"));
}

const StateTable& DisposalTable() {
  static const auto* const table = new StateTable{
      .object = "disposal",
      .name = NameOf,
      .states = {kOwed, kReported, kRejected, kOverdue, kAccepted},
      .transitions = {
          {.method = "ReportDisposal",
           .from = {kOwed, kRejected, kOverdue},
           .to = {kReported},
           .who = {{Side::kConsumer, Post::kApplicant}, {Side::kConsumer, Post::kHead}},
           .by = "an applicant of the consumer (R25 27(1))"},
          {.method = "AcceptDisposal",
           .from = {kReported},
           .to = {kAccepted},
           .who = {{Side::kProvider, Post::kReviewer}, {Side::kProvider, Post::kHead}},
           .by = "a reviewer or the head of the provider (R25 27(1))"},
          {.method = "RejectDisposal",
           .from = {kReported},
           .to = {kRejected, kOverdue},
           .who = {{Side::kProvider, Post::kReviewer}, {Side::kProvider, Post::kHead}},
           .by = "a reviewer or the head of the provider (R25 27(1))"},
          {.method = "the last day passes",
           .from = {kOwed, kRejected},
           .to = {kOverdue},
           .who = {},
           .by = "rule: the end of the disposal clock (R25 27(1))"},
      }};
  return *table;
}

absl::StatusOr<std::optional<Disposal>> OpenDisposal(const Grant& before, const Grant& after,
                                                     const StatuteText& text, absl::Time now) {
  if (before.fields().state == Grant::State::kPendingTerms) return std::nullopt;
  const Grant::Fields& f = after.fields();
  const absl::Time last = f.end_time - absl::Nanoseconds(1);
  const absl::Time trigger = f.state == Grant::State::kExpired ? std::min(now, last) : now;
  Disposal disposal{.name = Disposal::NameFor(f.name),
                    .grant = f.name,
                    .consumer = f.consumer,
                    .provider = f.provider,
                    .profile = text.profile->cited(),
                    .state = State::kOwed,
                    .clock = {},
                    .grant_time = f.create_time,
                    .create_time = now};
  SHAREWAY_ASSIGN_OR_RETURN(disposal.clock,
                            statute::StartClock(*text.profile, *text.calendars,
                                                statute::ClockKind::kDisposal, trigger));
  return disposal;
}

std::vector<std::string> Beyond(const Grant& before, const Grant& successor) {
  const auto has = [](const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
  };
  const Grant::Fields& was = before.fields();
  const Grant::Fields& is = successor.fields();
  std::vector<std::string> beyond;
  for (const std::string& id : was.items) {
    const bool unmasked_no_more = has(is.masked_items, id) && !has(was.masked_items, id);
    if (!has(is.items, id) || unmasked_no_more) beyond.push_back(id);
  }
  if (!filter::Narrows(was.rows, is.rows)) beyond.push_back("row_filter");
  return beyond;
}

absl::StatusOr<Disposal> ReportDisposal(const Disposal& disposal, const Actor& actor,
                                        const Parties& parties, const DisposalReport& report,
                                        absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admitted(disposal, "ReportDisposal", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(CheckReport(disposal, report, now));
  Disposal next = disposal;
  next.state = State::kReported;
  next.report = report;
  next.reporter = actor.name;
  next.report_time = now;
  return next;
}

absl::StatusOr<Disposal> AcceptDisposal(const Disposal& disposal, const Actor& actor,
                                        const Parties& parties, absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admitted(disposal, "AcceptDisposal", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(NotReporter(disposal, actor));
  Disposal next = disposal;
  next.state = State::kAccepted;
  next.decider = actor.name;
  // The consumer is judged by the day of its report, not by how long the provider looked at it.
  SHAREWAY_ASSIGN_OR_RETURN(next.clock,
                            statute::StopClock(disposal.clock, disposal.report_time.value_or(now)));
  return next;
}

absl::StatusOr<Disposal> RejectDisposal(const Disposal& disposal, const Actor& actor,
                                        const Parties& parties, absl::string_view reason,
                                        absl::Time now) {
  SHAREWAY_RETURN_IF_ERROR(Admitted(disposal, "RejectDisposal", actor, parties));
  SHAREWAY_RETURN_IF_ERROR(NotReporter(disposal, actor));
  SHAREWAY_RETURN_IF_ERROR(RefuseSecrets({{"reason", reason}}, disposal.profile));
  std::vector<FieldViolation> out;
  CheckText(reason, 1, kMaxNote, "reason", &out);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(out));
  Disposal next = disposal;
  next.state = now >= statute::DueInstant(disposal.clock) ? State::kOverdue : State::kRejected;
  next.decider = actor.name;
  next.rejection = std::string(reason);
  return next;
}

std::optional<Disposal> DelayDisposal(const Disposal& disposal, absl::Time now) {
  const bool waits = disposal.state == State::kOwed || disposal.state == State::kRejected;
  if (!waits || now < statute::DueInstant(disposal.clock)) return std::nullopt;
  Disposal next = disposal;
  next.state = State::kOverdue;
  return next;
}

}  // namespace shareway::sharing
