// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/mandate.h"

#include <functional>
#include <string>
#include <vector>

#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::catalog {
namespace {

constexpr char kBureau[] = "agencies/1199010000010001X0";
constexpr char kCivil[] = "agencies/11990100000100036T";
constexpr char kTax[] = "agencies/11990100000100060B";
constexpr char kProvince[] = "agencies/province-bureau";
constexpr char kForeign[] = "agencies/foreign";
constexpr char kAudit[] = "agencies/audit-office";
// 00:30 on 23 November in Asia/Shanghai, when it is still the 22nd in UTC.
const absl::Time kNow = absl::FromCivil(absl::CivilSecond(2026, 11, 22, 16, 30, 0),
                                        absl::UTCTimeZone());
const absl::CivilDay kToday(2026, 11, 23);

// A city below a province, and another city; the supervisors are of the audit office.
Register Known() {
  Register all;
  all.Apply(Authority{.name = "authorities/province", .level = Level::kProvince,
                      .agency = kProvince});
  all.Apply(Authority{.name = "authorities/city", .level = Level::kCity,
                      .superior = "authorities/province", .agency = kBureau});
  all.Apply(Authority{.name = "authorities/foreign", .level = Level::kCity,
                      .agency = kForeign});
  for (const char* agency : {kBureau, kCivil, kTax, kAudit}) {
    all.Apply(Agency{.name = agency, .authority = "authorities/city"});
  }
  all.Apply(Agency{.name = kForeign, .authority = "authorities/foreign"});
  all.Apply(Agency{.name = "agencies/gone", .authority = "authorities/city",
                   .standing = Standing::kRetired});
  all.Apply(Person{.name = "people/li", .agency = kAudit, .roles = {Role::kOutsideSupervisor}});
  all.Apply(Person{.name = "people/clerk", .agency = kAudit, .roles = {Role::kClerk}});
  all.Apply(Person{.name = "people/insider", .agency = kCivil,
                   .roles = {Role::kOutsideSupervisor}});
  all.Apply(Person{.name = "people/gone", .agency = kAudit, .roles = {Role::kOutsideSupervisor},
                   .standing = Standing::kRetired});
  return all;
}

Mandate Good() {
  return {.name = "mandates/m1",
          .document_number = "演审函〔2026〕1号",
          .document_digest = std::string(32, 'd'),
          .issuer = "演示市审计局",
          .supervisors = {"people/li"},
          .agencies = {kCivil, kTax},
          .start = kToday,
          .end = kToday + 30};
}

Reason ReasonFor(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

// The register with the good mandate.
Register WithGood() {
  Register all = Known();
  auto stored = NewMandate(all, Good(), kBureau, kNow);
  REQUIRE(stored.ok());
  all.Apply(*stored);
  return all;
}

TEST_CASE("A mandate is registered as it is given, and created now", "[catalog][mandate]") {
  Mandate given = Good();
  given.created = absl::UnixEpoch();
  given.ended = absl::UnixEpoch();
  given.ended_reason = "made up";
  const auto stored = NewMandate(Known(), given, kBureau, kNow);
  REQUIRE(stored.ok());
  const Mandate& mandate = std::get<Mandate>(*stored);
  CHECK(mandate.created == kNow);
  CHECK_FALSE(mandate.ended);
  CHECK(mandate.ended_reason.empty());
  CHECK(mandate.agencies == given.agencies);
}

TEST_CASE("A spoilt mandate is refused by field", "[catalog][mandate]") {
  struct Row {
    std::string field;
    std::function<void(Mandate&)> spoil;
  };
  const std::vector<Row> rows = {
      {"mandate.name", [](Mandate& m) { m.name = "mandates/M 1"; }},
      {"mandate.name", [](Mandate& m) { m.name = "people/li"; }},
      {"mandate.document_number", [](Mandate& m) { m.document_number.clear(); }},
      {"mandate.document_number", [](Mandate& m) { m.document_number = std::string(101, 'n'); }},
      {"mandate.document_digest", [](Mandate& m) { m.document_digest.clear(); }},
      {"mandate.document_digest", [](Mandate& m) { m.document_digest.push_back('d'); }},
      {"mandate.issuer", [](Mandate& m) { m.issuer.clear(); }},
      {"mandate.supervisors", [](Mandate& m) { m.supervisors.clear(); }},
      {"mandate.supervisors", [](Mandate& m) { m.supervisors.resize(51, "people/li"); }},
      {"mandate.supervisors[1]", [](Mandate& m) { m.supervisors.push_back("people/li"); }},
      {"mandate.supervisors[1]", [](Mandate& m) { m.supervisors.push_back("people/clerk"); }},
      {"mandate.supervisors[1]", [](Mandate& m) { m.supervisors.push_back("people/insider"); }},
      {"mandate.agencies", [](Mandate& m) { m.agencies.clear(); }},
      {"mandate.agencies", [](Mandate& m) { m.agencies.resize(501, kCivil); }},
      {"mandate.agencies[2]", [](Mandate& m) { m.agencies.push_back(kCivil); }},
      {"mandate.supervisors[0]", [](Mandate& m) { m.agencies.push_back(kAudit); }},
      {"mandate.start_date", [](Mandate& m) { m.start.reset(); }},
      {"mandate.end_date", [](Mandate& m) { m.end.reset(); }},
      {"mandate.end_date", [](Mandate& m) { m.end = kToday - 1; }},
      {"mandate.end_date", [](Mandate& m) { m.end = *m.start + 366; }},
      {"mandate.end_date",
       [](Mandate& m) {
         m.start = kToday - 10;
         m.end = kToday - 1;
       }},
  };
  for (const Row& row : rows) {
    Mandate mandate = Good();
    row.spoil(mandate);
    const absl::Status status = NewMandate(Known(), mandate, kBureau, kNow).status();
    CAPTURE(row.field, status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == row.field);
  }
}

TEST_CASE("A mandate may be of a leap year, of one day, begun before, or of days to come",
          "[catalog][mandate]") {
  struct Period {
    absl::CivilDay start, end;
  };
  for (const Period& period : {Period{kToday, kToday + 365}, Period{kToday, kToday},
                               Period{kToday - 20, kToday}, Period{kToday + 90, kToday + 120}}) {
    Mandate mandate = Good();
    mandate.start = period.start;
    mandate.end = period.end;
    CAPTURE(absl::FormatCivilTime(period.start), absl::FormatCivilTime(period.end));
    CHECK(NewMandate(Known(), mandate, kBureau, kNow).ok());
  }
}

TEST_CASE("A mandate names nobody and no agency that is not there", "[catalog][mandate]") {
  Mandate mandate = Good();
  mandate.supervisors.push_back("people/nobody");
  CHECK(absl::IsNotFound(NewMandate(Known(), mandate, kBureau, kNow).status()));
  mandate.supervisors.back() = "people/gone";
  CHECK(absl::IsFailedPrecondition(NewMandate(Known(), mandate, kBureau, kNow).status()));
  mandate = Good();
  mandate.agencies.push_back("agencies/none");
  CHECK(absl::IsNotFound(NewMandate(Known(), mandate, kBureau, kNow).status()));
  mandate.agencies.back() = "agencies/gone";
  CHECK(absl::IsFailedPrecondition(NewMandate(Known(), mandate, kBureau, kNow).status()));
}

TEST_CASE("A mandate is given by who is in charge of every agency in it, also from above",
          "[catalog][mandate]") {
  const Register all = Known();
  CHECK(NewMandate(all, Good(), kProvince, kNow).ok());
  for (const char* officer : {kCivil, kForeign, ""}) {
    CAPTURE(officer);
    CHECK(ReasonFor(NewMandate(all, Good(), officer, kNow).status()) == Reason::kNotCompetent);
  }
  Mandate wide = Good();
  wide.agencies.push_back(kForeign);
  CHECK(ReasonFor(NewMandate(all, wide, kBureau, kNow).status()) == Reason::kNotCompetent);
}

TEST_CASE("A mandate is never changed, nor given a standing, nor founded without an act",
          "[catalog][mandate]") {
  const Register all = WithGood();
  Mandate longer = Good();
  longer.end = kToday + 60;
  CHECK(absl::IsAlreadyExists(NewMandate(all, longer, kBureau, kNow).status()));
  CHECK(absl::IsInvalidArgument(all.SetStanding("mandates/m1", Standing::kSuspended).status()));
  CHECK(absl::IsInvalidArgument(Register::Found({Good()}, {}).status()));
}

TEST_CASE("A mandate is ended once, with a reason, by who is in charge, and stays ended",
          "[catalog][mandate]") {
  Register all = WithGood();
  const auto end = [&](const char* reason, const char* officer, absl::Time now) {
    return EndedMandate(all, "mandates/m1", reason, officer, now);
  };
  CHECK(absl::IsInvalidArgument(end("", kBureau, kNow).status()));
  CHECK(ReasonFor(end("密级：机密", kBureau, kNow).status()) == Reason::kSecretRefused);
  CHECK(ReasonFor(end("done", kForeign, kNow).status()) == Reason::kNotCompetent);
  CHECK(ReasonFor(EndedMandate(all, "mandates/m2", "done", kBureau, kNow).status()) ==
        Reason::kNotVisible);
  const absl::Time last = kNow + absl::Hours(24 * 30);  // on its last day
  CHECK(end("done", kBureau, last).ok());
  CHECK(ReasonFor(end("done", kBureau, last + absl::Hours(24)).status()) ==
        Reason::kStateForbids);
  const auto ended = end("检查结束", kBureau, kNow);
  REQUIRE(ended.ok());
  CHECK(std::get<Mandate>(*ended).ended == kNow);
  CHECK(std::get<Mandate>(*ended).ended_reason == "检查结束");
  all.Apply(*ended);
  CHECK(ReasonFor(end("again", kBureau, kNow).status()) == Reason::kStateForbids);
  CHECK(absl::IsAlreadyExists(NewMandate(all, Good(), kBureau, kNow).status()));
}

TEST_CASE("A mandate is shown to authorities, administrators, its supervisors and its agencies",
          "[catalog][mandate]") {
  const Mandate mandate = Good();
  for (Role role : {Role::kSharingAuthority, Role::kSystemAdministrator,
                    Role::kSecurityAdministrator, Role::kAuditAdministrator}) {
    CHECK(Sees("people/x", kForeign, {role}, mandate));
  }
  CHECK(Sees("people/li", kAudit, {}, mandate));
  CHECK(Sees("people/clerk", kCivil, {Role::kClerk}, mandate));
  CHECK_FALSE(Sees("people/clerk", kAudit, {Role::kClerk}, mandate));
  CHECK_FALSE(Sees("people/zhang", kForeign, {Role::kOutsideSupervisor}, mandate));
  CHECK_FALSE(Sees("people/zhang", "", {}, mandate));
}

}  // namespace
}  // namespace shareway::catalog
