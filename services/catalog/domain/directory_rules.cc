// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/directory_rules.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_join.h"
#include "libs/base/name.h"
#include "libs/codes/credit_code.h"
#include "libs/codes/division_code.h"
#include "services/catalog/domain/faults.h"

namespace shareway::catalog {
namespace {

constexpr int kSuiteP256 = 1;
constexpr int kSuiteSm2 = 2;

void CheckLevel(Level level, Faults* faults) {
  if (level < Level::kCentral || level > Level::kTownship) {
    faults->Add("level", absl::StrCat("is ", static_cast<int>(level),
                                      ", want CENTRAL, PROVINCE, CITY, COUNTY or TOWNSHIP"));
  }
}

// `name` is "prefix/{id}" with an id that people choose.
void CheckChosenName(absl::string_view name, absl::string_view collection, Faults* faults) {
  const std::string prefix = absl::StrCat(collection, "/");
  if (!absl::StartsWith(name, prefix) || !IsId(name.substr(prefix.size()))) {
    faults->Add("name", absl::StrCat(codes::Quote(name), ", want ", prefix,
                                     "{id} with an id [a-z]([a-z0-9-]{0,61}[a-z0-9])?"));
  }
}

void CheckAgencyName(absl::string_view field, absl::string_view name, absl::string_view law,
                     Faults* faults) {
  constexpr absl::string_view kPrefix = "agencies/";
  if (!absl::StartsWith(name, kPrefix)) {
    return faults->Add(field, absl::StrCat(codes::Quote(name), ", want agencies/{credit code}"));
  }
  faults->Add(field, codes::ParseAgencyId(name.substr(kPrefix.size()), law).status());
}

// agencies/{a}/{collection}/{id}.
void CheckMemberName(absl::string_view name, absl::string_view collection, Faults* faults) {
  auto ids = ParseName(absl::StrCat("agencies/{a}/", collection, "/{x}"), name);
  if (!ids.ok()) return faults->Add("name", ids.status());
  // The agency itself was checked, laws and all, when it was registered.
  if (!IsId((*ids)[1])) {
    faults->Add("name",
                absl::StrCat(codes::Quote(name), ": ids match [a-z]([a-z0-9-]{0,61}[a-z0-9])?"));
  }
}

std::vector<FieldViolation> Check(const Authority& authority, const ProfileIds& profiles) {
  Faults faults("authority.");
  CheckChosenName(authority.name, "authorities", &faults);
  faults.Text("display_name", authority.display_name, 1, 100);
  CheckLevel(authority.level, &faults);
  faults.Add("division", codes::ParseDivisionCode(authority.division).status());
  faults.Text("own_government", authority.own_government, 1, 100);
  if (!profiles.contains(authority.profile)) {
    faults.Add("profile", absl::StrCat(codes::Quote(authority.profile), " is not one of ",
                                       absl::StrJoin(profiles, ", ")));
  }
  if (authority.superior == authority.name && !authority.name.empty()) {
    faults.Add("superior", "an authority is not its own superior");
  }
  return faults.Take();
}

std::vector<FieldViolation> Check(const Agency& agency, const ProfileIds&) {
  Faults faults("agency.");
  const bool by_law = agency.kind == Agency::Kind::kAuthorisedBody;
  CheckAgencyName("name", agency.name, by_law ? agency.authorising_law : "", &faults);
  faults.Text("display_name", agency.display_name, 1, 100);
  CheckLevel(agency.level, &faults);
  faults.Add("division", codes::ParseDivisionCode(agency.division).status());
  if (agency.kind == Agency::Kind::kOrgan) {
    if (absl::StartsWith(agency.name, "agencies/") &&
        !absl::StartsWith(agency.name, "agencies/11")) {
      faults.Add("kind", absl::StrCat("is ORGAN but the credit code begins ",
                                      codes::Quote(agency.name.substr(9, 2)),
                                      ", want 11, or AUTHORISED_BODY citing the law (R25 2)"));
    }
    faults.Text("authorising_law", agency.authorising_law, 0, 200);
  } else if (by_law) {
    faults.Text("authorising_law", agency.authorising_law, 1, 200);
  } else {
    faults.Add("kind", absl::StrCat("is ", static_cast<int>(agency.kind),
                                    ", want ORGAN or AUTHORISED_BODY"));
  }
  if (agency.clearance > 3) {
    faults.Add("clearance", absl::StrCat("is ", agency.clearance,
                                         ", want 0 to 3 (1 general, 2 important, 3 core)"));
  }
  return faults.Take();
}

std::vector<FieldViolation> Check(const System& system, const ProfileIds&) {
  Faults faults("system.");
  CheckMemberName(system.name, "systems", &faults);
  faults.Text("display_name", system.display_name, 1, 100);
  return faults.Take();
}

std::vector<FieldViolation> Check(const Node& node, const ProfileIds&) {
  Faults faults("node.");
  CheckMemberName(node.name, "nodes", &faults);
  if (!IsHostPort(node.address)) {
    faults.Add("address", absl::StrCat(codes::Quote(node.address),
                                       ", want host:port with a port from 1 to 65535"));
  }
  if (node.hosted_agencies.size() > kMaxHostedAgencies) {
    faults.Add("hosted_agencies", absl::StrCat("has ", node.hosted_agencies.size(),
                                               " agencies, at most ", kMaxHostedAgencies));
  }
  std::set<std::string> seen;
  for (size_t i = 0; i < node.hosted_agencies.size(); ++i) {
    const std::string& hosted = node.hosted_agencies[i];
    const std::string field = absl::StrCat("hosted_agencies[", i, "]");
    if (!seen.insert(hosted).second) {
      faults.Add(field, absl::StrCat(codes::Quote(hosted), " is named twice"));
    } else if (absl::StartsWith(node.name, absl::StrCat(hosted, "/"))) {
      faults.Add(field, absl::StrCat(codes::Quote(hosted), " is the node's own agency"));
    }
  }
  return faults.Take();
}

std::vector<FieldViolation> Check(const Person& person, const ProfileIds&) {
  Faults faults("person.");
  CheckChosenName(person.name, "people", &faults);
  faults.Text("display_name", person.display_name, 1, 50);
  std::set<Role> roles;
  for (size_t i = 0; i < person.roles.size(); ++i) {
    const Role role = person.roles[i];
    const std::string field = absl::StrCat("roles[", i, "]");
    if (role <= Role::kUnspecified || role > Role::kRecordingOfficer) {
      faults.Add(field, absl::StrCat("is ", static_cast<int>(role), ", which is no role"));
    } else if (!roles.insert(role).second) {
      faults.Add(field, "is named twice");
    }
  }
  // 三员: three administrators who check on each other.
  const auto administrations = roles.count(Role::kSystemAdministrator) +
                               roles.count(Role::kSecurityAdministrator) +
                               roles.count(Role::kAuditAdministrator);
  if (administrations > 1) {
    faults.Add("roles", absl::StrCat("hold ", administrations,
                                     " of SYSTEM_ADMINISTRATOR, SECURITY_ADMINISTRATOR and "
                                     "AUDIT_ADMINISTRATOR, at most 1 in one person"));
  }
  return faults.Take();
}

bool OwnerFits(const Key& key) {
  const bool service = absl::StartsWith(key.owner, "services/");
  const bool person = absl::StartsWith(key.owner, "people/");
  const bool node = absl::StrContains(key.owner, "/nodes/");
  const bool system = absl::StrContains(key.owner, "/systems/");
  // Of an agency that another's node hosts: it signs there under a key of its own.
  const bool agency = HasForm("agencies/{a}", key.owner);
  switch (key.use) {
    case Key::Use::kTls:
      return service || person || node || system;
    case Key::Use::kMessage:
      return service || node || agency;
    case Key::Use::kWitness:
      return service || node;
    case Key::Use::kLog:
      return service;
    case Key::Use::kWebauthn:
      return person;
    default:
      return false;
  }
}

std::vector<FieldViolation> Check(const Key& key, const ProfileIds&) {
  Faults faults("key.");
  if (key.use < Key::Use::kTls || key.use > Key::Use::kWebauthn) {
    faults.Add("use", absl::StrCat("is ", static_cast<int>(key.use),
                                   ", want TLS, MESSAGE, WITNESS, LOG or WEBAUTHN"));
    return faults.Take();
  }
  if (!OwnerFits(key)) {
    faults.Add("owner", absl::StrCat(codes::Quote(key.owner),
                                     ": TLS keys belong to nodes, systems, people and services, "
                                     "MESSAGE keys to nodes, services and hosted agencies, WITNESS "
                                     "keys to nodes and services, LOG keys to services, WEBAUTHN "
                                     "keys to people"));
  } else if (absl::StartsWith(key.owner, "services/") && !IsId(key.owner.substr(9))) {
    faults.Add("owner", absl::StrCat(codes::Quote(key.owner), ", want services/{s}"));
  }
  const bool p256 = key.algorithm == Key::Algorithm::kP256 && key.suite == kSuiteP256;
  const bool sm2 = key.algorithm == Key::Algorithm::kSm2 && key.suite == kSuiteSm2;
  const bool ed25519 = key.algorithm == Key::Algorithm::kEd25519 && key.suite == 0;
  if ((key.use == Key::Use::kTls || key.use == Key::Use::kWebauthn) && !p256) {
    faults.Add("suite", "TLS and WEBAUTHN keys are P-256 with suite P256_SHA256");
  } else if (key.use == Key::Use::kMessage && !p256 && !sm2) {
    faults.Add("suite", "MESSAGE keys are P-256 with P256_SHA256 or SM2 with SM2_SM3");
  } else if ((key.use == Key::Use::kWitness || key.use == Key::Use::kLog) && !ed25519) {
    faults.Add("suite", "WITNESS and LOG keys are Ed25519, without a suite");
  }
  if (key.start && key.end && *key.start >= *key.end) {
    faults.Add("end_time", "is not after start_time");
  }
  return faults.Take();
}

// 1 to `most` names, none twice. That each exists is the register's to check.
void CheckNames(absl::string_view field, const std::vector<std::string>& names, size_t most,
                Faults* faults) {
  if (names.empty() || names.size() > most) {
    return faults->Add(field, absl::StrCat("has ", names.size(), " names, want 1 to ", most));
  }
  std::set<std::string> seen;
  for (size_t i = 0; i < names.size(); ++i) {
    if (!seen.insert(names[i]).second) {
      faults->Add(absl::StrCat(field, "[", i, "]"),
                  absl::StrCat(codes::Quote(names[i]), " is named twice"));
    }
  }
}

std::vector<FieldViolation> Check(const Mandate& mandate, const ProfileIds&) {
  Faults faults("mandate.");
  CheckChosenName(mandate.name, "mandates", &faults);
  faults.Text("document_number", mandate.document_number, 1, 100);
  if (mandate.document_digest.size() != 32) {
    faults.Add("document_digest", absl::StrCat("has ", mandate.document_digest.size(),
                                               " bytes, want the 32 of a SHA-256"));
  }
  faults.Text("issuer", mandate.issuer, 1, 100);
  CheckNames("supervisors", mandate.supervisors, kMaxSupervisors, &faults);
  CheckNames("agencies", mandate.agencies, kMaxMandateAgencies, &faults);
  if (!mandate.start) faults.Add("start_date", "is no day, want YYYY-MM-DD");
  if (!mandate.end) faults.Add("end_date", "is no day, want YYYY-MM-DD");
  if (!mandate.start || !mandate.end) return faults.Take();
  const absl::civil_diff_t days = *mandate.end - *mandate.start + 1;
  if (days < 1) {
    faults.Add("end_date", "is before start_date");
  } else if (days > kMaxMandateDays) {
    faults.Add("end_date", absl::StrCat("makes ", days, " days from start_date, at most ",
                                        kMaxMandateDays));
  }
  return faults.Take();
}

}  // namespace

std::vector<FieldViolation> Violations(const DirectoryObject& object, const ProfileIds& profiles) {
  return std::visit([&](const auto& value) { return Check(value, profiles); }, object);
}

bool IsHostPort(absl::string_view address) {
  const size_t colon = address.rfind(':');
  if (colon == absl::string_view::npos || colon == 0 || address.size() > 260) return false;
  absl::string_view host = address.substr(0, colon);
  const absl::string_view port = address.substr(colon + 1);
  int number = 0;
  if (port.empty() || port.size() > 5 ||
      !std::all_of(port.begin(), port.end(), absl::ascii_isdigit) ||
      !absl::SimpleAtoi(port, &number) || number < 1 || number > 65535) {
    return false;
  }
  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  return std::all_of(host.begin(), host.end(), [bracketed](char c) {
    return bracketed ? absl::ascii_isxdigit(c) || c == ':' || c == '.'
                     : absl::ascii_isalnum(c) || c == '-' || c == '.';
  });
}

}  // namespace shareway::catalog
