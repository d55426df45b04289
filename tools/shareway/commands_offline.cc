// SPDX-License-Identifier: Apache-2.0
// shareway calendar, shareway code: answers that need no service.
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "absl/strings/str_cat.h"
#include "absl/time/civil_time.h"
#include "libs/codes/explain.h"
#include "libs/statute/calendar.h"
#include "tools/shareway/commands.h"

namespace shareway::cli {
namespace {

constexpr char kInstalledCalendars[] = "/usr/share/shareway/calendars";

// Beside the source tree's build folder, or where packages put them.
std::string ShippedCalendars() {
  std::error_code ignored;
  const std::filesystem::path self = std::filesystem::read_symlink("/proc/self/exe", ignored);
  const std::filesystem::path beside =
      self.parent_path().parent_path().parent_path() / "deploy" / "calendars";
  return std::filesystem::is_directory(beside, ignored) ? beside.string() : kInstalledCalendars;
}

// Empty, or why `text` is no day.
std::string IsDay(const std::string& text) {
  absl::CivilDay day;
  if (text.size() == 10 && absl::ParseCivilTime(text, &day) && absl::FormatCivilTime(day) == text) {
    return "";
  }
  return absl::StrCat("'", text, "' is no day of the form CCYY-MM-DD");
}

struct DueArgs {
  std::string from, area = "cn", calendars;
  int days = 0;
};

absl::Status PrintDue(Session* session, const DueArgs& args) {
  absl::CivilDay from;
  absl::ParseCivilTime(args.from, &from);
  SHAREWAY_ASSIGN_OR_RETURN(
      const statute::CalendarSet calendars,
      statute::CalendarSet::Load(args.calendars.empty() ? ShippedCalendars() : args.calendars));
  SHAREWAY_ASSIGN_OR_RETURN(const statute::DueDate due,
                            statute::Due(calendars, args.area, from, args.days));
  const std::string day = absl::FormatCivilTime(due.day);
  if (session->flags.format == Format::kTable) {
    *session->out << day << (due.provisional ? " provisional" : "") << "\n";
  } else {
    session->Print(
        {{"dueDate", day}, {"provisional", due.provisional}, {"calendars", due.calendars}});
  }
  return absl::OkStatus();
}

absl::Status PrintCode(Session* session, const std::string& code) {
  const absl::StatusOr<codes::Explanation> told = codes::Explain(code);
  if (!told.ok()) return VerificationFailed(told.status());
  Json json = {{"kind", told->kind}};
  for (const auto& [label, value] : told->parts) json[label] = value;
  session->Print(json);
  return absl::OkStatus();
}

}  // namespace

void AddCalendarCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "calendar", "Working days, from the shipped calendars");
  auto args = std::make_shared<DueArgs>();
  CLI::App* due = Verb(noun, session, "due", "The last day of a period of working days",
                       [=] { return PrintDue(session, *args); });
  due->add_option("--from", args->from, "The day of receipt, not counted")
      ->required()
      ->check(IsDay);
  due->add_option("--days", args->days, "Working days")
      ->required()
      ->check(CLI::Range(1, statute::kMaxWorkingDays));
  due->add_option("--area", args->area, "The calendars' area")->capture_default_str();
  due->add_option("--calendars", args->calendars, "Folder of calendars");
}

void AddCodeCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "code", "Credit, division and resource codes");
  auto code = std::make_shared<std::string>();
  CLI::App* check =
      Verb(noun, session, "check", "Kind and parts of a code; exit 7 if it is invalid",
           [=] { return PrintCode(session, *code); });
  check->add_option("CODE", *code)->required();
}

}  // namespace shareway::cli
