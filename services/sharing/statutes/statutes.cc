// SPDX-License-Identifier: Apache-2.0
// Calendars in force.
#include "services/sharing/statutes/statutes.h"

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"
#include "services/sharing/statutes/recompute.h"
#include "services/sharing/store/desk_codec.h"

namespace shareway::sharing {
namespace {

constexpr size_t kMaxYaml = 32 << 10;

absl::StatusOr<statute::Calendar> Parse(const std::string& yaml) {
  if (yaml.empty() || yaml.size() > kMaxYaml) {
    return Error::Field("yaml", absl::StrCat("has ", yaml.size(), " bytes, want 1 to ", kMaxYaml));
  }
  absl::StatusOr<statute::Calendar> calendar = statute::ParseCalendar(yaml, "yaml");
  if (calendar.ok()) return calendar;
  Error invalid(Reason::kCalendarInvalid, absl::StatusCode::kInvalidArgument,
                calendar.status().message());
  if (const std::optional<ErrorDetails> details = DetailsOf(calendar.status())) {
    for (const FieldViolation& fault : details->fields) invalid.With(fault.field, fault.rule);
  }
  return absl::Status(invalid);
}

}  // namespace

std::string Statutes::NameOf(const statute::Calendar& calendar) {
  return absl::StrCat("calendars/", calendar.area, "/", calendar.year);
}

absl::Status Statutes::Enforce(statute::Calendar calendar) const {
  const statute::Calendar* present = desk_->calendars().Find(calendar.area, calendar.year);
  if (present != nullptr && present->version >= calendar.version) return absl::OkStatus();
  const std::string area = calendar.area;
  const int year = calendar.year;
  const int version = calendar.version;
  const absl::Status added = desk_->AddCalendar(std::move(calendar));
  if (added.ok()) return added;
  present = desk_->calendars().Find(area, year);  // somebody else was faster
  return present != nullptr && present->version >= version ? absl::OkStatus() : added;
}

absl::Status Statutes::Restore() const {
  std::vector<LoadedCalendar> stored;
  absl::Status broken;
  SHAREWAY_RETURN_IF_ERROR(desk_->store().engine()->Scan(
      "calendars/", PrefixEnd("calendars/"),
      [&](absl::string_view, absl::string_view bytes, uint64_t) {
        broken = Decode(bytes, &stored.emplace_back());
        return broken.ok();
      }));
  SHAREWAY_RETURN_IF_ERROR(broken);
  for (const LoadedCalendar& loaded : stored) {
    SHAREWAY_ASSIGN_OR_RETURN(statute::Calendar calendar, Parse(loaded.yaml));
    SHAREWAY_RETURN_IF_ERROR(Enforce(std::move(calendar)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Statutes::Loaded> Statutes::Load(const Errand& errand, const std::string& yaml,
                                                bool validate_only) {
  const auto load = [&](absl::string_view name) -> absl::StatusOr<Loaded> {
    SHAREWAY_ASSIGN_OR_RETURN(Year year, Find(name));
    return Loaded{std::move(year), 0};
  };
  return desk_->Once<Loaded>(errand, load, [&]() -> absl::StatusOr<Loaded> {
    SHAREWAY_ASSIGN_OR_RETURN(statute::Calendar calendar, Parse(yaml));
    SHAREWAY_RETURN_IF_ERROR(desk_->calendars().With(calendar).status());
    Loaded loaded{.year = {calendar, desk_->Now(), errand.actor.name}};
    if (validate_only) return loaded;

    LoadedCalendar value{NameOf(calendar), yaml, desk_->Now(), errand.actor.name};
    const auto before = desk_->store().LoadCase<LoadedCalendar>(value.name);
    if (!before.ok() && !absl::IsNotFound(before.status())) return before.status();
    evidence::AuditRecord event = desk_->Event(evidence::RecordKind::CALENDAR_LOADED, errand,
                                               desk_->PartiesOf(errand.actor.agency, ""),
                                               value.name);
    event.set_rule(calendar.notice);
    if (errand.act) *event.mutable_act() = *errand.act;
    Change change{.events = {std::move(event)}, .once = errand.once, .result = value.name};
    change.cases.push_back(RowOf(value, before.ok() ? before->version : 0));
    SHAREWAY_RETURN_IF_ERROR(desk_->store().Commit(change, desk_->Now()).status());
    SHAREWAY_RETURN_IF_ERROR(Enforce(std::move(calendar)));
    // The year is in force; what cannot be computed now is taken up by upkeep's next rounds.
    loaded.recomputed = RecomputeClocks(*desk_).value_or(0);
    return loaded;
  });
}

absl::StatusOr<Statutes::Year> Statutes::YearOf(const statute::Calendar& calendar) const {
  Year year{.calendar = calendar};
  const auto stored = desk_->store().LoadCase<LoadedCalendar>(NameOf(calendar));
  if (absl::IsNotFound(stored.status())) return year;
  SHAREWAY_RETURN_IF_ERROR(stored.status());
  SHAREWAY_ASSIGN_OR_RETURN(const statute::Calendar loaded, Parse(stored->value.yaml));
  if (loaded.version == calendar.version) {  // else the installation's own is newer
    year.load_time = stored->value.load_time;
    year.loader = stored->value.loader;
  }
  return year;
}

absl::StatusOr<Statutes::Year> Statutes::Find(absl::string_view name) const {
  const std::vector<std::string> parts = absl::StrSplit(name, '/');
  int year = 0;
  if (parts.size() != 3 || parts[0] != "calendars" || !absl::SimpleAtoi(parts[2], &year)) {
    return Error::Field("name", absl::StrCat(codes::Quote(name),
                                             " is not of the form calendars/{area}/{year}"));
  }
  const statute::Calendar* calendar = desk_->calendars().Find(parts[1], year);
  if (calendar == nullptr) return Error::NotVisible(name);
  return YearOf(*calendar);
}

absl::StatusOr<std::vector<Statutes::Year>> Statutes::All(absl::string_view area) const {
  std::vector<Year> years;
  for (const statute::Calendar* calendar : desk_->calendars().all()) {
    if (!area.empty() && calendar->area != area) continue;
    SHAREWAY_ASSIGN_OR_RETURN(Year year, YearOf(*calendar));
    years.push_back(std::move(year));
  }
  return years;
}

}  // namespace shareway::sharing
