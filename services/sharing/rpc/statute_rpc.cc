// SPDX-License-Identifier: Apache-2.0
// The adapter of StatuteService.
#include "services/sharing/rpc/statute_rpc.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/codes/quote.h"
#include "services/sharing/statutes/migration.h"
#include "services/sharing/rpc/convert_scope.h"
#include "services/sharing/rpc/directory_view.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxDays = 250;
constexpr char kDefaultArea[] = "cn";
constexpr char kProfiles[] = "profiles/";

static_assert(static_cast<int>(MigrationItem::Kind::kRequestRunning) ==
              v1::MigrationItem::REQUEST_RUNNING);

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.StatuteService/", method);
}

v1::Profile ToProto(const statute::Profile& profile) {
  v1::Profile out;
  out.set_name(absl::StrCat(kProfiles, profile.id));
  out.set_title(profile.title);
  out.set_version(absl::StrCat(profile.version));
  out.set_effective_from(DayToProto(profile.effective_from));
  out.set_document(profile.document);
  out.set_source(profile.source);
  if (!profile.extends.empty()) out.set_extends(absl::StrCat(kProfiles, profile.extends));
  for (const auto& [key, why] : profile.assumptions) {
    out.add_assumptions(absl::StrCat(key, ": ", why));
  }
  return out;
}

v1::Calendar ToProto(const Statutes::Year& year) {
  v1::Calendar out;
  out.set_name(Statutes::NameOf(year.calendar));
  out.set_version(year.calendar.version);
  out.set_notice(year.calendar.notice);
  out.set_working_days(year.calendar.working_days);
  for (const statute::Holiday& holiday : year.calendar.holidays) {
    v1::Calendar::Holiday* to = out.add_holidays();
    to->set_name(holiday.name);
    to->set_from_date(DayToProto(holiday.from));
    to->set_to_date(DayToProto(holiday.to));
    for (absl::CivilDay day : holiday.make_up) to->add_make_up_dates(DayToProto(day));
  }
  if (year.load_time) *out.mutable_load_time() = evidence::ToTimestamp(*year.load_time);
  out.set_loader(year.loader);
  return out;
}

v1::MigrationItem ToProto(const MigrationItem& matter) {
  v1::MigrationItem out;
  out.set_kind(static_cast<v1::MigrationItem::Kind>(matter.kind));
  out.set_subject(matter.subject);
  out.set_provider(matter.provider);
  out.set_present(matter.present);
  out.set_wanted(matter.wanted);
  for (const std::string& field : matter.fields) out.add_fields(field);
  out.set_article(matter.article);
  return out;
}

// The profile's id in profiles/{p}.
absl::StatusOr<std::string> IdOf(const std::string& name, absl::string_view field) {
  if (absl::StartsWith(name, kProfiles) && name.size() > sizeof(kProfiles) - 1) {
    return name.substr(sizeof(kProfiles) - 1);
  }
  return Error::Field(field,
                      absl::StrCat(codes::Quote(name), " is not of the form profiles/{p}"));
}

// A page of values that are all in memory; the cursor is the place of the next.
template <typename T>
Page<T> Slice(const std::vector<T>& all, const std::string& cursor, int size) {
  size_t at = 0;
  (void)absl::SimpleAtoi(cursor, &at);
  Page<T> page;
  for (; at < all.size() && static_cast<int>(page.values.size()) < size; ++at) {
    page.values.push_back({all[at], 0});
  }
  if (at < all.size()) page.next = absl::StrCat(at);
  return page;
}

}  // namespace

void StatuteRpc::Register(rpc::Server* server) {
  server->Unary<v1::ComputeDueRequest, v1::ComputeDueResponse>(
      Path("ComputeDue"),
      [this](const rpc::Call&, const v1::ComputeDueRequest& r) { return ComputeDue(r); });
  server->Unary<v1::ListProfilesRequest, v1::ListProfilesResponse>(
      Path("ListProfiles"), [this](const rpc::Call& call, const v1::ListProfilesRequest& r) {
        return ListProfiles(call, r);
      });
  server->Unary<v1::GetProfileRequest, v1::Profile>(
      Path("GetProfile"),
      [this](const rpc::Call&, const v1::GetProfileRequest& r) { return GetProfile(r); });
  server->Unary<v1::ListCalendarsRequest, v1::ListCalendarsResponse>(
      Path("ListCalendars"), [this](const rpc::Call& call, const v1::ListCalendarsRequest& r) {
        return ListCalendars(call, r);
      });
  server->Unary<v1::GetCalendarRequest, v1::Calendar>(
      Path("GetCalendar"),
      [this](const rpc::Call&, const v1::GetCalendarRequest& r) -> absl::StatusOr<v1::Calendar> {
        SHAREWAY_ASSIGN_OR_RETURN(const Statutes::Year year, statutes_->Find(r.name()));
        return ToProto(year);
      });
  server->Unary<v1::LoadCalendarRequest, v1::LoadCalendarResponse>(
      Path("LoadCalendar"), [this](const rpc::Call& call, const v1::LoadCalendarRequest& r) {
        return LoadCalendar(call, r);
      });
  server->Unary<v1::CompareProfilesRequest, v1::CompareProfilesResponse>(
      Path("CompareProfiles"), [this](const rpc::Call& call, const v1::CompareProfilesRequest& r) {
        return CompareProfiles(call, r);
      });
}

absl::StatusOr<v1::ComputeDueResponse> StatuteRpc::ComputeDue(
    const v1::ComputeDueRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay from,
                            DayFromProto(request.from_date(), "from_date"));
  if (request.working_days() < 1 || request.working_days() > kMaxDays) {
    return Error::Field("working_days",
                        absl::StrCat("is ", request.working_days(), ", want 1 to ", kMaxDays));
  }
  const std::string area = request.area().empty() ? kDefaultArea : request.area();
  const statute::CalendarSet& calendars = desk_->calendars();
  if (!calendars.HasArea(area)) {
    return Error::Field("area", absl::StrCat(codes::Quote(area), " has no calendar here"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const statute::DueDate due,
                            statute::Due(calendars, area, from, request.working_days()));
  v1::ComputeDueResponse response;
  response.set_due_date(DayToProto(due.day));
  response.set_provisional(due.provisional);
  return response;
}

absl::StatusOr<v1::ListProfilesResponse> StatuteRpc::ListProfiles(
    const rpc::Call& call, const v1::ListProfilesRequest& request) const {
  v1::ListProfilesResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor,
          int size) -> absl::StatusOr<Page<const statute::Profile*>> {
        return Slice(desk_->profiles().all(), cursor, size);
      },
      [&](const Stored<const statute::Profile*>& profile) {
        *response.add_profiles() = ToProto(*profile.value);
      },
      &response));
  return response;
}

absl::StatusOr<v1::Profile> StatuteRpc::GetProfile(const v1::GetProfileRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string id, IdOf(request.name(), "name"));
  const absl::StatusOr<const statute::Profile*> profile = desk_->profiles().Find(id);
  if (!profile.ok()) return Error::NotVisible(request.name());
  v1::Profile out = ToProto(**profile);
  for (const statute::ClockKind kind : AllClockKinds()) {
    const std::optional<statute::Term> term = statute::TermOf(**profile, kind);
    if (!term) continue;
    v1::Profile::Term* to = out.add_terms();
    to->set_clock(std::string(statute::ClockKindName(kind)));
    to->set_working_days(term->days);
    to->set_max_extension_days(term->max_extension_days);
    to->set_article(term->article);
  }
  for (const statute::BasisLevel level : (*profile)->not_shared_basis_levels) {
    out.add_not_shared_basis_levels(std::string(statute::BasisLevelName(level)));
  }
  for (const statute::SubGrading& known : (*profile)->sub_gradings) {
    v1::Profile::SubGrading* to = out.add_sub_gradings();
    to->set_id(known.id);
    to->set_grading(known.grading);
    to->set_order(known.order);
    to->set_zh_hans(known.zh_hans);
    to->set_zh_hant(known.zh_hant);
    to->set_en(known.en);
  }
  return out;
}

absl::StatusOr<v1::ListCalendarsResponse> StatuteRpc::ListCalendars(
    const rpc::Call& call, const v1::ListCalendarsRequest& request) const {
  v1::ListCalendarsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) -> absl::StatusOr<Page<Statutes::Year>> {
        SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Statutes::Year> years,
                                  statutes_->All(request.area()));
        return Slice(years, cursor, size);
      },
      [&](const Stored<Statutes::Year>& year) {
        *response.add_calendars() = ToProto(year.value);
      },
      &response));
  return response;
}

absl::StatusOr<v1::LoadCalendarResponse> StatuteRpc::LoadCalendar(
    const rpc::Call& call, const v1::LoadCalendarRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Statutes::Loaded loaded,
                            statutes_->Load(ErrandOf(call, request.request_id()), request.yaml(),
                                            request.validate_only()));
  v1::LoadCalendarResponse response;
  *response.mutable_calendar() = ToProto(loaded.year);
  response.set_recomputed(loaded.recomputed);
  return response;
}

absl::StatusOr<v1::CompareProfilesResponse> StatuteRpc::CompareProfiles(
    const rpc::Call& call, const v1::CompareProfilesRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string from, IdOf(request.from(), "from"));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string to, IdOf(request.to(), "to"));
  v1::CompareProfilesResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return sharing::CompareProfiles(*desk_, ActorOf(call), from, to, cursor, size);
      },
      [&](const Stored<MigrationItem>& matter) { *response.add_items() = ToProto(matter.value); },
      &response));
  return response;
}

}  // namespace shareway::sharing
