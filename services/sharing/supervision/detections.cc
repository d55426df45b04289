// SPDX-License-Identifier: Apache-2.0
// The run of the detectors.
#include "services/sharing/supervision/detections.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/name.h"
#include "services/sharing/supervision/findings.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr int kBatch = 500;
constexpr int kHorizonDays = 40;

// Any use record of a grant, by the lists that it stands in; its content does not matter here.
struct AnyUse {
  static constexpr char kCollection[] = "uses";
};
absl::Status Decode(absl::string_view, AnyUse*) { return absl::OkStatus(); }

std::string KeyOf(const ClockRow& row) {
  return absl::StrCat("finding/", row.subject, "|", statute::ClockKindName(row.clock.kind), "|",
                      absl::ToUnixNanos(row.clock.trigger));
}

std::string DueText(const statute::Clock& clock) {
  return absl::StrCat(ClockLabel(clock.kind), "，最后期限 ", absl::FormatCivilTime(clock.due.day));
}

std::string AmberText(const statute::Clock& clock, int percent) {
  return absl::StrCat(DueText(clock), "，已用 ", percent, "%");
}

std::string RedText(const statute::Clock& clock) {
  return absl::StrCat(DueText(clock), "，已过期限");
}

class Run {
 public:
  explicit Run(const Desk& desk) : desk_(desk), findings_(&desk), now_(desk.Now()) {}

  absl::StatusOr<int> Go() {
    absl::StatusOr<Stored<Detection>> known =
        desk_.store().LoadCase<Detection>(Detection::kName);
    if (absl::IsNotFound(known.status())) known = Stored<Detection>{};
    SHAREWAY_RETURN_IF_ERROR(known.status());
    place_ = known->value;
    SHAREWAY_RETURN_IF_ERROR(SettlePrewarnings());
    SHAREWAY_RETURN_IF_ERROR(ScanClocks());
    SHAREWAY_RETURN_IF_ERROR(ScanGrants());
    if (place_ == known->value) return changed_;
    Change change{.cases = {RowOf(place_, known->version)}, .result = Detection::kName};
    const absl::Status kept = desk_.store().Commit(change, now_).status();
    // Another run was quicker: what was found is found, the next one begins where that one ended.
    if (!kept.ok() && !absl::IsAborted(kept)) return kept;
    return changed_;
  }

 private:
  absl::Status SettlePrewarnings() {
    SHAREWAY_ASSIGN_OR_RETURN(
        const Page<Finding> page,
        desk_.store().ListCases<Finding>({kPrewarnings}, place_.prewarning_cursor, kBatch,
                                         [](const Finding&) { return true; }));
    for (const Stored<Finding>& finding : page.values) {
      SHAREWAY_RETURN_IF_ERROR(Settle(finding));
    }
    place_.prewarning_cursor = page.next;
    return absl::OkStatus();
  }

  // A prewarning that came true, or was averted; else it stays.
  absl::Status Settle(const Stored<Finding>& finding) {
    const std::optional<statute::ClockKind> kind = statute::ParseClockKind(finding.value.clock);
    if (!kind) return absl::OkStatus();
    absl::StatusOr<ClockRow> row = desk_.store().LoadClock(finding.value.subject, *kind);
    if (absl::IsNotFound(row.status()) || (row.ok() && KeyOf(*row) != finding.value.key)) {
      return Write(finding, [&](absl::Time now) {
        return sharing::Settle(finding.value, Proof(finding.value.subject, "该期限不再计算"), now);
      });
    }
    SHAREWAY_RETURN_IF_ERROR(row.status());
    SHAREWAY_ASSIGN_OR_RETURN(const statute::Reading reading,
                              statute::ReadClock(row->clock, desk_.calendars(), now_));
    if (reading.late && !row->clock.due.provisional) {
      return Write(finding, [&](absl::Time now) {
        return Breach(finding.value, RedText(row->clock),
                      Proof(row->subject, RedText(row->clock)), now);
      });
    }
    if (!row->clock.stop || reading.late) return absl::OkStatus();
    return Write(finding, [&](absl::Time now) {
      Finding::Proof proof{row->subject, row->clock.stop, "已在期限内完成"};
      return sharing::Settle(finding.value, std::move(proof), now);
    });
  }

  Finding::Proof Proof(const std::string& object, std::string note) const {
    return {.object = object, .time = now_, .note = std::move(note)};
  }

  template <typename Make>
  absl::Status Write(const Stored<Finding>& before, Make make) {
    const auto step = [&](const CaseView<Finding>& c, Change*) -> absl::StatusOr<Finding> {
      return make(c.now);
    };
    const absl::Status written =
        findings_
            .WriteByRule(RecordKind::FINDING_CHANGED, &statute::Articles::supervision, before,
                         step)
            .status();
    if (absl::IsAborted(written)) return absl::OkStatus();  // somebody ruled on it meanwhile
    if (written.ok()) ++changed_;
    return written;
  }

  absl::Status ScanClocks() {
    SHAREWAY_ASSIGN_OR_RETURN(const Page<ClockRow> page,
                              desk_.store().RunningClocks(place_.clock_cursor, kBatch));
    const absl::CivilDay horizon = statute::LawDay(now_) + kHorizonDays;
    place_.clock_cursor = page.next;
    for (const Stored<ClockRow>& row : page.values) {
      if (row.value.clock.due.day > horizon) {
        place_.clock_cursor = "";  // what is due later needs no look yet
        return absl::OkStatus();
      }
      SHAREWAY_RETURN_IF_ERROR(Look(row.value));
    }
    return absl::OkStatus();
  }

  absl::Status Look(const ClockRow& row) {
    const statute::Clock& clock = row.clock;
    const Detector* detector = DetectorOf(clock.kind, TextOfProfile(clock.profile));
    if (detector == nullptr || row.debtor.empty()) return absl::OkStatus();
    SHAREWAY_ASSIGN_OR_RETURN(const statute::Reading reading,
                              statute::ReadClock(clock, desk_.calendars(), now_));
    SHAREWAY_ASSIGN_OR_RETURN(const StatuteText text, desk_.TextCited(clock.profile));
    const bool red = reading.state == statute::ClockState::kOverdue && !clock.due.provisional;
    const bool amber = reading.state == statute::ClockState::kRunning &&
                       reading.percent_used >= text.profile->warn_head_percent;
    if (!red && !amber) return absl::OkStatus();
    std::string summary = red ? RedText(clock) : AmberText(clock, reading.percent_used);
    const Sighting sighting{
        .detector = detector,
        .agency = row.debtor,
        .profile = absl::StrCat(clock.profile, "@", clock.profile_version),
        .state = red ? Finding::State::kSuspected : Finding::State::kPrewarning,
        .subject = row.subject,
        .summary = summary,
        .proof = Proof(row.subject, std::move(summary)),
        .due = clock.due.day,
        .clock = std::string(statute::ClockKindName(clock.kind)),
        .key = KeyOf(row)};
    if (red) SHAREWAY_RETURN_IF_ERROR(LookAtExtension(row));
    return Open(sighting);
  }

  // The time ran out while the provider waited for the authority's consent to more.
  absl::Status LookAtExtension(const ClockRow& row) {
    const absl::string_view text = TextOfProfile(row.clock.profile);
    const Detector* detector = DetectorOf(Watch::kExtensionUnanswered, text);
    if (detector == nullptr || !HasForm("requests/{r}", row.subject)) return absl::OkStatus();
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Request> request,
                              desk_.store().LoadRequest(row.subject));
    const Request::Fields& f = request.value.fields();
    const std::string officers = desk_.PartiesOf("", f.provider).provider.authority.agency;
    const bool asked = f.extension && f.extension->state == ReplyExtension::State::kAsked;
    if (!asked || officers.empty()) return absl::OkStatus();
    return Open({.detector = detector,
                 .agency = officers,
                 .profile = f.profile,
                 .subject = f.name,
                 .summary = "延期请求未获答复，答复期限已过",
                 .proof = {.object = f.name,
                           .time = f.extension->ask_time,
                           .note = "已提出延期请求，主管部门未答复"},
                 .due = row.clock.due.day,
                 .key = absl::StrCat("finding/extension|", f.name, "|",
                                     absl::ToUnixNanos(row.clock.trigger))});
  }

  absl::Status Open(const Sighting& sighting) {
    SHAREWAY_ASSIGN_OR_RETURN(const bool opened, OpenByRule(desk_, sighting));
    if (opened) ++changed_;
    return absl::OkStatus();
  }

  // The log has each grant when it was given: its entry is due for a look kUseMonths later.
  absl::Status ScanGrants() {
    SHAREWAY_ASSIGN_OR_RETURN(const uint64_t tail, desk_.store().GrantTail());
    place_.grant_number = std::max(place_.grant_number, tail);
    const absl::CivilMonth month = absl::CivilMonth(statute::LawDay(now_)) - kUseMonths;
    std::vector<std::string> names;
    int looked = 0;
    SHAREWAY_RETURN_IF_ERROR(
        desk_.store().ReadGrants(place_.grant_number, [&](const Grant& grant) {
          const Grant::Fields& f = grant.fields();
          if (absl::CivilMonth(statute::LawDay(f.create_time)) >= month) return false;
          names.push_back(f.name);
          place_.grant_number = f.number + 1;
          return ++looked < kBatch;
        }));
    for (const std::string& name : names) SHAREWAY_RETURN_IF_ERROR(LookAtUse(name));
    return absl::OkStatus();
  }

  absl::Status LookAtUse(const std::string& name) {
    SHAREWAY_ASSIGN_OR_RETURN(const Stored<Grant> grant, desk_.store().LoadGrant(name));
    const Grant::Fields& f = grant.value.fields();
    const std::string profile = f.rule.substr(0, f.rule.find(' '));
    const Detector* detector = DetectorOf(Watch::kUseUnreported, TextOfProfile(profile));
    if (detector == nullptr || f.state != Grant::State::kActive || now_ >= f.end_time) {
      return absl::OkStatus();
    }
    SHAREWAY_ASSIGN_OR_RETURN(const Page<AnyUse> uses,
                              desk_.store().ListCases<AnyUse>(
                                  {name}, "", 1, [](const AnyUse&) { return true; }));
    if (!uses.values.empty()) return absl::OkStatus();
    return Open({.detector = detector,
                 .agency = f.consumer,
                 .profile = profile,
                 .subject = name,
                 .summary = absl::StrCat("共享授权生效已满 ", kUseMonths, " 个月，没有使用记录"),
                 .proof = Proof(name, "没有使用记录"),
                 .key = absl::StrCat("finding/use|", name)});
  }

  const Desk& desk_;
  const Cases<Finding> findings_;
  const absl::Time now_;
  Detection place_;
  int changed_ = 0;
};

}  // namespace

absl::StatusOr<int> FindingsDue(const Desk& desk) { return Run(desk).Go(); }

}  // namespace shareway::sharing
