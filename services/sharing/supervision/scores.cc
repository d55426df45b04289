// SPDX-License-Identifier: Apache-2.0
// Counts what a scorecard rests on, from the store.
#include "services/sharing/supervision/scores.h"

#include "absl/strings/match.h"
#include "services/sharing/domain/detector.h"
#include "services/sharing/store/supervision_codec.h"

namespace shareway::sharing {
namespace {

using statute::ClockKind;

constexpr int kPage = 500;

bool Within(absl::Time time, const Period& period) {
  const absl::CivilDay day = statute::LawDay(time);
  return period.from <= day && day <= period.to;
}

// Rights and talks that nobody is late with.
bool Owed(ClockKind kind) {
  return kind != ClockKind::kSupplementAsk && kind != ClockKind::kSupplement &&
         kind != ClockKind::kNegotiation;
}

void Count(const ClockRow& row, bool late, Counts* counts) {
  if (!Owed(row.clock.kind)) return;
  ++(late ? counts->acts_late : counts->acts_in_time);
  if (row.clock.kind == ClockKind::kReplyUnconditional ||
      row.clock.kind == ClockKind::kReplyConditional ||
      row.clock.kind == ClockKind::kReplyUnpublished) {
    ++(late ? counts->replies_late : counts->replies_in_time);
  }
  if (row.clock.kind != ClockKind::kCorrection) return;
  ++counts->corrections;
  if (late) ++counts->corrections_late;
}

absl::Status CountClocks(const Desk& desk, const std::string& agency, const Period& period,
                         Counts* counts) {
  std::string cursor;
  do {
    SHAREWAY_ASSIGN_OR_RETURN(
        const Page<ClockRow> page,
        desk.store().ListEndedClocks({agency}, period.from, period.to + 1, cursor, kPage));
    for (const Stored<ClockRow>& row : page.values) {
      if (row.value.debtor != agency) continue;
      SHAREWAY_ASSIGN_OR_RETURN(
          const statute::Reading reading,
          statute::ReadClock(row.value.clock, desk.calendars(), desk.Now()));
      Count(row.value, reading.late, counts);
      if (!row.value.clock.promised) continue;
      ++(reading.promise_broken ? counts->promises_broken : counts->promises_kept);
    }
    cursor = page.next;
  } while (!cursor.empty());
  const absl::Time now = desk.Now();
  const auto late = [&](const ClockRow& row, const Request*, const Dispute*) {
    return row.debtor == agency && now >= statute::DueInstant(row.clock);
  };
  do {
    SHAREWAY_ASSIGN_OR_RETURN(const Page<ClockRow> page,
                              desk.store().ListClocksDue({agency}, period.from, period.to + 1,
                                                         cursor, kPage, late));
    for (const Stored<ClockRow>& row : page.values) Count(row.value, true, counts);
    cursor = page.next;
  } while (!cursor.empty());
  return absl::OkStatus();
}

// Decisions that are owed beyond their promise, whose law's time may still run.
absl::Status CountBrokenPromises(const Desk& desk, const std::string& agency,
                                 const Period& period, Counts* counts) {
  const absl::Time now = desk.Now();
  const auto broken = [&](const ClockRow& row, const Request*, const Dispute*) {
    const std::optional<absl::Time> promised = statute::PromisedInstant(row.clock);
    return row.debtor == agency && promised && now >= *promised &&
           row.clock.promised->day <= period.to && row.clock.promised->day >= period.from;
  };
  // The law's last day comes after the promised one, by no more than a term with days off.
  const absl::CivilDay end = period.to + 2 * statute::kMaxWorkingDays;
  std::string cursor;
  do {
    SHAREWAY_ASSIGN_OR_RETURN(
        const Page<ClockRow> page,
        desk.store().ListClocksDue({agency}, period.from, end, cursor, kPage, broken));
    counts->promises_broken += static_cast<int64_t>(page.values.size());
    cursor = page.next;
  } while (!cursor.empty());
  return absl::OkStatus();
}

// Offers the agency's cases, newest first, down to those made before `from`.
template <typename T, typename Take>
absl::Status Visit(const Desk& desk, const std::string& agency, absl::CivilDay from, Take take) {
  std::string cursor;
  do {
    SHAREWAY_ASSIGN_OR_RETURN(
        const Page<T> page,
        desk.store().ListCases<T>({agency}, cursor, kPage, [](const T&) { return true; }));
    for (const Stored<T>& stored : page.values) {
      if (statute::LawDay(stored.value.create_time) < from) return absl::OkStatus();
      if (stored.value.provider == agency) take(stored.value);
    }
    cursor = page.next;
  } while (!cursor.empty());
  return absl::OkStatus();
}

bool IsAny(absl::string_view id, std::initializer_list<absl::string_view> beginnings) {
  for (const absl::string_view beginning : beginnings) {
    if (absl::StartsWith(id, beginning)) return true;
  }
  return false;
}

void CountFinding(const Finding& finding, Counts* counts) {
  if (IsAny(finding.detector, {"m16-24-3", "r25-39-3", "r25-39-6"})) {
    ++counts->quality_findings;
  } else if (finding.detector != "m16-24-5-authority" &&
             IsAny(finding.detector, {"m16-24-4", "m16-24-5", "r25-40-"})) {
    ++counts->safety_findings;
  } else {
    ++counts->other_findings;
  }
}

int64_t WeightOf(Incident::Severity severity) {
  switch (severity) {
    case Incident::Severity::kUnspecified: break;
    case Incident::Severity::kGeneral: return 1;
    case Incident::Severity::kLarger: return 3;
    case Incident::Severity::kSerious: return 6;
    case Incident::Severity::kParticularlySerious: return 10;
  }
  return 0;
}

}  // namespace

absl::StatusOr<std::vector<Finding>> ConfirmedOf(const Desk& desk, const std::string& agency,
                                                 const Period& period) {
  std::vector<Finding> confirmed;
  // What is confirmed in the period may have been opened long before.
  SHAREWAY_RETURN_IF_ERROR(
      Visit<Finding>(desk, agency, absl::CivilDay(1970, 1, 1), [&](const Finding& finding) {
        const bool counts =
            finding.state == Finding::State::kConfirmed && Within(finding.state_time, period);
        if (counts) confirmed.push_back(finding);
      }));
  return confirmed;
}

absl::Status AddResults(const Desk& desk, const Period& period, Scorecard* card) {
  SharingResults& results = card->results;
  SHAREWAY_RETURN_IF_ERROR(desk.store().VisitResources([&](const Resource& resource) {
    const bool shared =
        resource.provider == card->agency && resource.state == Resource::State::kPublished;
    if (shared) ++results.resources;
    return true;
  }));
  std::string cursor;
  do {  // newest first, down to those made before the period
    SHAREWAY_ASSIGN_OR_RETURN(const Page<Grant> page,
                              desk.store().ListGrants({card->agency}, cursor, kPage,
                                                      [](const Grant&) { return true; }));
    for (const Stored<Grant>& grant : page.values) {
      const absl::Time made = grant.value.fields().create_time;
      if (statute::LawDay(made) < period.from) return absl::OkStatus();
      if (!Within(made, period)) continue;
      if (grant.value.fields().provider == card->agency) ++results.grants_given;
      if (grant.value.fields().consumer == card->agency) ++results.grants_received;
    }
    cursor = page.next;
  } while (!cursor.empty());
  return absl::OkStatus();
}

absl::StatusOr<Scorecard> CardOf(const Desk& desk, const std::string& agency,
                                 const Period& period, bool provides) {
  Counts counts{.provides = provides};
  SHAREWAY_RETURN_IF_ERROR(CountClocks(desk, agency, period, &counts));
  SHAREWAY_RETURN_IF_ERROR(CountBrokenPromises(desk, agency, period, &counts));
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Finding> confirmed,
                            ConfirmedOf(desk, agency, period));
  for (const Finding& finding : confirmed) CountFinding(finding, &counts);
  SHAREWAY_RETURN_IF_ERROR(Visit<Rating>(desk, agency, period.from, [&](const Rating& rating) {
    if (!Within(rating.create_time, period)) return;
    ++counts.ratings;
    counts.stars += rating.stars;
  }));
  SHAREWAY_RETURN_IF_ERROR(Visit<Incident>(desk, agency, period.from, [&](const Incident& i) {
    if (!Within(i.create_time, period)) return;
    ++counts.incidents;
    counts.incident_weight += WeightOf(i.severity);
  }));
  SHAREWAY_RETURN_IF_ERROR(Visit<Drill>(desk, agency, period.from, [&](const Drill& drill) {
    if (Within(drill.create_time, period)) ++counts.drills;
  }));
  return ScorecardOf(agency, period.from, period.to, counts);
}

}  // namespace shareway::sharing
