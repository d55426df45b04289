// SPDX-License-Identifier: Apache-2.0
// What the catalogue shows that may be a breach.
#include "services/sharing/supervision/catalogue_findings.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/types/span.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/codes/fold.h"
#include "libs/statute/clock.h"
#include "services/sharing/supervision/findings.h"

namespace shareway::sharing {

using evidence::RecordKind;

namespace {

constexpr size_t kNote = 200;  // characters, as Finding::Proof has them

// The first characters of `text` that a note holds.
std::string Noted(std::string text) {
  const std::vector<absl::string_view> characters = codes::Characters(text);
  if (characters.size() <= kNote) return text;
  return absl::StrJoin(absl::MakeConstSpan(characters).first(kNote), "");
}

std::string DayOf(absl::Time due) {
  return absl::FormatCivilTime(statute::LawDay(due - absl::Nanoseconds(1)));
}

std::string KeyOf(const LateClock& late) { return absl::StrCat("finding/update|", late.name); }

absl::Status Check(const LateClock& late) {
  std::vector<FieldViolation> faults;
  if (!HasForm("updateClocks/{c}", late.name)) faults.push_back({"name", "is no update clock"});
  if (!HasForm("resources/{r}", late.resource)) faults.push_back({"resource", "is no entry"});
  if (!HasForm("agencies/{a}", late.provider)) faults.push_back({"provider", "is no agency"});
  if (late.kind == LateClock::Kind::kUnspecified) faults.push_back({"kind", "is not known"});
  if (!absl::StrContains(late.profile, '@')) {
    faults.push_back({"profile", "is no profile with its version"});
  }
  return Error::Fields(faults);
}

// What came of it, for who judges. Somebody who rules at this moment does not see it.
absl::Status AddEnd(const Desk& desk, const LateClock& late, const std::string& name) {
  if (!late.end) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Finding> finding, desk.store().LoadCase<Finding>(name));
  const Finding::Proof proof = {.object = late.name, .time = late.end, .note = "逾期后已办结"};
  const std::vector<Finding::Proof>& known = finding.value.evidence;
  if (!finding.value.open() || std::find(known.begin(), known.end(), proof) != known.end()) {
    return absl::OkStatus();
  }
  const absl::Status added =
      Cases<Finding>(&desk)
          .WriteByRule(RecordKind::FINDING_CHANGED, &statute::Articles::supervision, finding,
                       [&](const CaseView<Finding>& c, Change*) -> absl::StatusOr<Finding> {
                         return Made(c.value, proof);
                       })
          .status();
  return absl::IsAborted(added) ? absl::OkStatus() : added;
}

}  // namespace

absl::StatusOr<bool> FindLateClock(const Desk& desk, const LateClock& late) {
  SHAREWAY_RETURN_IF_ERROR(Check(late));
  const bool update = late.kind == LateClock::Kind::kUpdate;
  const statute::ClockKind kind =
      update ? statute::ClockKind::kCatalogueUpdate : statute::ClockKind::kCataloguePublish;
  const Detector* detector = DetectorOf(kind, TextOfProfile(late.profile));
  const absl::Time until = std::min(late.end.value_or(desk.Now()), desk.Now());
  if (detector == nullptr || late.provisional || until < late.due) return false;
  std::string liable = late.provider;
  if (!update) {
    const std::optional<Authority> authority = desk.AuthorityNamed(late.authority);
    // An authority that the directory does not have has nobody who could answer for it.
    if (!authority || authority->agency.empty()) return false;
    liable = authority->agency;
  }
  const std::string due = DayOf(late.due);
  Sighting sighting{
      .detector = detector,
      .agency = liable,
      .profile = late.profile,
      .subject = late.resource,
      .summary = absl::StrCat(ClockLabel(kind), "，最后期限 ", due, "，已过期限"),
      .proof = {.object = late.name,
                .time = late.trigger,
                .note = update ? Noted(absl::StrCat("法定依据或者职责变化：", late.document))
                               : "部门负责人已审定，报送审核"},
      .due = statute::LawDay(late.due - absl::Nanoseconds(1)),
      .clock = std::string(statute::ClockKindName(kind)),
      .key = KeyOf(late)};
  if (!late.change.empty()) {
    sighting.proofs.push_back(
        {.object = late.resource, .time = late.trigger, .note = Noted(late.change)});
  }
  sighting.proofs.push_back(
      {.object = late.name, .time = late.due, .note = absl::StrCat("最后期限 ", due)});
  if (late.extension_asked) {
    sighting.proofs.push_back({.object = late.name, .note = "已提出延期请求，主管部门未答复"});
  }
  SHAREWAY_ASSIGN_OR_RETURN(const bool opened, OpenByRule(desk, sighting));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string name, desk.store().HolderOf(KeyOf(late)));
  if (!name.empty()) SHAREWAY_RETURN_IF_ERROR(AddEnd(desk, late, name));
  return opened;
}

}  // namespace shareway::sharing
