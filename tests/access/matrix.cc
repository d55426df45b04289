// SPDX-License-Identifier: Apache-2.0
#include "tests/access/matrix.h"

#include <algorithm>
#include <filesystem>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"

namespace shareway::access {
namespace {

using google::protobuf::MethodDescriptor;
using google::protobuf::ServiceDescriptor;

constexpr char kProtos[] = SHAREWAY_SOURCE_DIR "/proto";
constexpr char kAdmitted[] = "x";
constexpr char kLent[] = "lent";  // admitted while a colleague lends one of the roles
constexpr char kAny[] = "any";    // of our services

bool Calls(const Policy& policy, CallerKind kind) {
  return std::find(policy.callers().begin(), policy.callers().end(), kind) !=
         policy.callers().end();
}

std::string Object(Relation relation) {
  switch (relation) {
    case Relation::ANY: return "any";
    case Relation::OWN_AGENCY: return "own agency's";
    case Relation::PARTY: return "party's";
    default: return "?";
  }
}

// True if the cell of services has this one.
bool Named(const std::string& cell, absl::string_view service) {
  const std::vector<std::string> named = absl::StrSplit(cell, ", ");
  return cell == kAny || std::find(named.begin(), named.end(), service) != named.end();
}

// The columns in their order.
std::vector<std::string> Columns() {
  std::vector<std::string> columns;
  for (Role role : AllRoles()) columns.push_back(Code(role));
  for (const char* column : {kNoRole, kNode, kSystem, kService}) columns.push_back(column);
  return columns;
}

std::string Line(const std::vector<std::string>& cells) {
  return absl::StrCat("| ", absl::StrJoin(cells, " | "), " |\n");
}

// Whom the method's policy admits, by column; empty: refused.
std::vector<std::pair<std::string, std::string>> CellsOf(const MethodDescriptor& method) {
  const Policy& asked = method.options().GetExtension(shareway::policy);
  std::vector<std::pair<std::string, std::string>> cells;
  const bool people = Calls(asked, CallerKind::PERSON);
  for (Role role : AllRoles()) {
    const bool named = std::find(asked.roles().begin(), asked.roles().end(), role) !=
                       asked.roles().end();
    cells.emplace_back(Code(role), people && (named || asked.roles().empty()) ? kAdmitted : "");
  }
  std::string no_role;
  if (people && asked.roles().empty()) no_role = kAdmitted;
  if (people && asked.delegable()) no_role = kLent;
  cells.emplace_back(kNoRole, no_role);
  cells.emplace_back(kNode, Calls(asked, CallerKind::NODE) ? kAdmitted : "");
  cells.emplace_back(kSystem, Calls(asked, CallerKind::SYSTEM) ? kAdmitted : "");
  std::string services;
  if (Calls(asked, CallerKind::SERVICE)) {
    services = asked.services().empty() ? kAny : absl::StrJoin(asked.services(), ", ");
  }
  cells.emplace_back(kService, services);
  return cells;
}

std::string DrawMethod(const MethodDescriptor& method) {
  const Policy& asked = method.options().GetExtension(shareway::policy);
  std::vector<std::string> cells = {absl::StrCat("`", method.name(), "`")};
  for (const auto& [column, cell] : CellsOf(method)) cells.push_back(cell);
  cells.push_back(Object(asked.relation()));
  std::vector<std::string> demands;
  if (asked.signed_act()) demands.push_back("signed act");
  if (asked.fresh_factor()) demands.push_back("fresh factor");
  if (asked.admit_suspended()) demands.push_back("suspended ones, too");
  if (asked.under_mandate()) demands.push_back("also under a mandate");
  cells.push_back(absl::StrJoin(demands, ", "));
  return Line(cells);
}

}  // namespace

std::string Code(Role role) {
  switch (role) {
    case Role::APPLICANT: return "AP";
    case Role::CLERK: return "CL";
    case Role::DATA_STEWARD: return "DS";
    case Role::CATALOGUE_EDITOR: return "CE";
    case Role::DEPARTMENT_HEAD: return "DH";
    case Role::SHARING_HEAD: return "SH";
    case Role::PROVIDER_REVIEWER: return "PR";
    case Role::SHARING_AUTHORITY: return "SA";
    case Role::AUDITOR: return "AU";
    case Role::SYSTEM_ADMINISTRATOR: return "YA";
    case Role::SECURITY_ADMINISTRATOR: return "EA";
    case Role::AUDIT_ADMINISTRATOR: return "AA";
    case Role::ACCOUNT_ADMINISTRATOR: return "CA";
    case Role::OUTSIDE_SUPERVISOR: return "OS";
    case Role::RECORDING_OFFICER: return "RO";
    default: return "";
  }
}

std::vector<Role> AllRoles() {
  std::vector<Role> roles;
  const google::protobuf::EnumDescriptor* all = Role_descriptor();
  for (int i = 0; i < all->value_count(); ++i) {
    const Role role = static_cast<Role>(all->value(i)->number());
    if (role != Role::ROLE_UNSPECIFIED) roles.push_back(role);
  }
  return roles;
}

absl::StatusOr<std::vector<const ServiceDescriptor*>> AllServices() {
  std::vector<const ServiceDescriptor*> services;
  const auto* pool = google::protobuf::DescriptorPool::generated_pool();
  for (const auto& entry :
       std::filesystem::recursive_directory_iterator(absl::StrCat(kProtos, "/shareway"))) {
    if (entry.path().extension() != ".proto") continue;
    const std::string name = std::filesystem::relative(entry.path(), kProtos).string();
    const google::protobuf::FileDescriptor* file = pool->FindFileByName(name);
    if (file == nullptr) return absl::NotFoundError(absl::StrCat(name, " is not linked"));
    for (int i = 0; i < file->service_count(); ++i) {
      if (file->service(i)->method_count() > 0) services.push_back(file->service(i));
    }
  }
  std::sort(services.begin(), services.end(),
            [](const ServiceDescriptor* a, const ServiceDescriptor* b) {
              return a->full_name() < b->full_name();
            });
  return services;
}

std::string Draw(const std::vector<const ServiceDescriptor*>& services) {
  std::string out = "\n| column | who |\n| --- | --- |\n";
  for (Role role : AllRoles()) absl::StrAppend(&out, Line({Code(role), Role_Name(role)}));
  absl::StrAppend(&out, Line({kNoRole, "a person without a role"}));
  std::vector<std::string> head = {"method"};
  for (const std::string& column : Columns()) head.push_back(column);
  head.push_back("object");
  head.push_back("demands");
  const std::vector<std::string> rule(head.size(), "---");
  for (const ServiceDescriptor* service : services) {
    absl::StrAppend(&out, "\n### ", service->full_name(), "\n\n", Line(head), Line(rule));
    for (int i = 0; i < service->method_count(); ++i) {
      absl::StrAppend(&out, DrawMethod(*service->method(i)));
    }
  }
  return absl::StrCat(out, "\n");
}

std::string DrawSummary(const std::vector<const ServiceDescriptor*>& services) {
  std::vector<std::string> head = {"service"};
  for (const std::string& column : Columns()) head.push_back(column);
  const std::vector<std::string> rule(head.size(), "---");
  std::string out = absl::StrCat("\n", Line(head), Line(rule));
  for (const ServiceDescriptor* service : services) {
    std::map<std::string, int> admitted;
    for (int i = 0; i < service->method_count(); ++i) {
      for (const auto& [column, cell] : CellsOf(*service->method(i))) {
        if (!cell.empty() && cell != kLent) ++admitted[column];
      }
    }
    std::vector<std::string> cells = {absl::StrCat("`", service->name(), "`")};
    for (const std::string& column : Columns()) {
      cells.push_back(admitted[column] == 0 ? "" : absl::StrCat(admitted[column]));
    }
    absl::StrAppend(&out, Line(cells));
  }
  return absl::StrCat(out, "\n");
}

bool Row::Admits(const std::string& column, absl::string_view service) const {
  auto it = cells.find(column);
  if (it == cells.end()) return false;
  if (column == kService) return Named(it->second, service);
  return it->second == kAdmitted;
}

bool Row::AdmitsLent() const {
  auto it = cells.find(kNoRole);
  return it != cells.end() && it->second == kLent;
}

absl::StatusOr<std::map<std::string, Row>> Read(absl::string_view matrix) {
  const std::vector<std::string> columns = Columns();
  std::map<std::string, Row> rows;
  std::string service;
  for (absl::string_view line : absl::StrSplit(matrix, '\n')) {
    if (absl::ConsumePrefix(&line, "### ")) service = std::string(line);
    if (!absl::StartsWith(line, "| `")) continue;
    // Before the first bar and after the last one there is nothing.
    std::vector<std::string> cells = absl::StrSplit(line, '|');
    for (std::string& cell : cells) absl::StripAsciiWhitespace(&cell);
    if (service.empty() || cells.size() != columns.size() + 5 || cells[1].size() < 3) {
      return absl::InvalidArgumentError(absl::StrCat("not a row of the matrix: ", line));
    }
    const std::string method = cells[1].substr(1, cells[1].size() - 2);
    Row& row = rows[absl::StrCat("/", service, "/", method)];
    for (size_t i = 0; i < columns.size(); ++i) {
      if (!cells[i + 2].empty()) row.cells[columns[i]] = cells[i + 2];
    }
  }
  return rows;
}

}  // namespace shareway::access
