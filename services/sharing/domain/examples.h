// SPDX-License-Identifier: Apache-2.0
// Good values that the tests of sharing start from.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/civil_time.h"
#include "libs/base/error.h"
#include "libs/statute/calendar.h"
#include "libs/statute/profile.h"
#include "services/sharing/domain/party.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/scope.h"
#include "services/sharing/domain/statute_text.h"

namespace shareway::sharing {

inline constexpr char kTax[] = "agencies/tax";        // asks
inline constexpr char kCivil[] = "agencies/civil";    // answers
inline constexpr char kHousing[] = "agencies/housing";  // a stranger
inline constexpr char kBureau[] = "agencies/bureau";  // acts for the authority

// Tuesday, 2025-09-30, 10:00 in Beijing: before a long holiday.
inline absl::Time Morning() {
  return statute::StartOfDay(absl::CivilDay(2025, 9, 30)) + absl::Hours(10);
}

inline const statute::ProfileSet& Profiles() {
  static const auto* const profiles =
      new absl::StatusOr<statute::ProfileSet>(
          statute::ProfileSet::Load(SHAREWAY_SOURCE_DIR "/deploy/statutes"));
  return profiles->value();
}
inline const statute::CalendarSet& Calendars() {
  static const auto* const calendars =
      new absl::StatusOr<statute::CalendarSet>(
          statute::CalendarSet::Load(SHAREWAY_SOURCE_DIR "/deploy/calendars"));
  return calendars->value();
}
inline StatuteText Text(absl::string_view profile) {
  return {Profiles().Find(profile).value(), &Calendars()};
}
inline StatuteText R25() { return Text("cn-2025-809"); }
inline StatuteText M16() { return Text("cn-2016-51"); }

inline Authority City(std::string profile = "cn-2025-809") {
  return {.name = "authorities/city",
          .agency = kBureau,
          .government = "演示市人民政府",
          .profile = std::move(profile),
          .level = Level::kCity};
}
inline Agency AgencyOf(std::string name) {
  return {.name = std::move(name),
          .level = Level::kCity,
          .vertical = false,
          .active = true,
          .authority = City(),
          .clearance = 3};
}
inline Parties TaxAsksCivil() { return {AgencyOf(kTax), AgencyOf(kCivil)}; }

inline Actor Applicant() { return {.name = "people/a", .agency = kTax, .applicant = true}; }
inline Actor ConsumerHead() { return {.name = "people/ch", .agency = kTax, .head = true}; }
inline Actor Reviewer() { return {.name = "people/r", .agency = kCivil, .reviewer = true}; }
inline Actor ProviderHead() { return {.name = "people/ph", .agency = kCivil, .head = true}; }
inline Actor Officer() { return {.name = "people/o", .agency = kBureau, .officer = true}; }
inline Actor Recorder() { return {.name = "people/rec", .agency = kBureau, .recorder = true}; }
// Holds every role, in an agency that has no part.
inline Actor Stranger() {
  return {.name = "people/s",
          .agency = kHousing,
          .applicant = true,
          .head = true,
          .reviewer = true,
          .officer = true,
          .recorder = true};
}

// cert_no is unconditional, husband and wife conditional.
inline Resource Marriages() {
  return {.name = "resources/306002-000001",
          .title = "婚姻登记信息",
          .provider = kCivil,
          .share_class = ShareClass::kConditional,
          .items = {{"cert_no", ShareClass::kUnconditional, 1, false, false},
                    {"husband", ShareClass::kConditional, 1, true, false},
                    {"wife", ShareClass::kConditional, 1, true, false}},
          .conditions = {{"c1",
                          ShareCondition::Kind::kPurposes,
                          "限行政依据",
                          {"ADMINISTRATIVE_BASIS"}},
                         {"c2", ShareCondition::Kind::kOther, "限办理婚姻事项", {}}},
          .methods = {Method::kQuery, Method::kDownload},
          .not_shared_reason = {},
          .basis = {},
          .revision = 3,
          .state = Resource::State::kPublished,
          .profile = "cn-2025-809@1"};
}
inline Resource Divisions() {
  Resource resource = Marriages();
  resource.name = "resources/306001-000001";
  resource.share_class = ShareClass::kUnconditional;
  resource.items = {{"code", ShareClass::kUnconditional, 1, false, false},
                    {"name", ShareClass::kUnconditional, 1, false, false}};
  resource.conditions = {};
  return resource;
}
inline Resource Adoptions() {
  Resource resource = Marriages();
  resource.name = "resources/306002-000002";
  resource.share_class = ShareClass::kNotShared;
  resource.items = {{"cert_no", ShareClass::kNotShared, 1, true, true}};
  resource.conditions = {};
  resource.methods = {};
  resource.not_shared_reason = "收养秘密";
  resource.basis = {"《中华人民共和国民法典》第一千一百一十条"};
  return resource;
}

inline Scope ScopeOver(const Resource& resource) {
  Scope scope{.items = {},
              .rows = {},
              .purposes = {Purpose::kAdministrativeBasis, Purpose::kDataVerification},
              .methods = {Method::kQuery, Method::kDownload},
              .start = absl::CivilDay(2025, 10, 1),
              .end = absl::CivilDay(2026, 9, 30)};
  for (const Item& item : resource.items) scope.items.push_back(item.id);
  return scope;
}

inline Request::Fields Asked(const Resource& resource) {
  return {.resource = resource.name,
          .legal_basis = "《演示市税务征管办法》第三条",
          .scenario = "核定税种时核对登记信息",
          .scope = ScopeOver(resource)};
}

inline Reason ReasonOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

}  // namespace shareway::sharing
