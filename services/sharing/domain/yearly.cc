// SPDX-License-Identifier: Apache-2.0
// What is due once a year: an agency's report and an authority's evaluation.
#include "services/sharing/domain/yearly.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/statute/calendar.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {
namespace {

constexpr int kFirstYear = 2000;
constexpr int kLastYear = 2999;
// The act and the record both enter one piece of evidence.
constexpr int kMaxText = 8000;

}  // namespace

bool AnnualReport::late() const { return due && statute::LawDay(create_time) > *due; }

std::optional<absl::CivilDay> AnnualReportDue(const statute::Profile& profile, int year) {
  if (!profile.annual_report_month) return std::nullopt;
  const absl::CivilMonth month(year + 1, *profile.annual_report_month);
  return absl::CivilDay(month + 1) - 1;
}

absl::Status CheckOver(absl::CivilDay last, absl::Time now) {
  const absl::CivilDay today = statute::LawDay(now);
  if (today > last) return absl::OkStatus();
  return Error(Reason::kDeadlineRunning, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("the period ends on ", absl::FormatCivilTime(last), ", today is ",
                            absl::FormatCivilTime(today)))
      .With("last_day", absl::FormatCivilTime(last))
      .With("today", absl::FormatCivilTime(today));
}

absl::Status CheckYearly(int year, absl::string_view text, absl::Time now) {
  std::vector<FieldViolation> faults;
  if (year < kFirstYear || year > kLastYear) {
    faults.push_back({"year", absl::StrCat("is ", year, ", want ", kFirstYear, " to ", kLastYear)});
  }
  CheckText(text, 1, kMaxText, "text", &faults);
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));
  return CheckOver(absl::CivilDay(year, 12, 31), now);
}

}  // namespace shareway::sharing
