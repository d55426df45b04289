// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/register.h"

#include <functional>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "services/catalog/domain/directory_rules.h"

namespace shareway::catalog {
namespace {

const ProfileIds kProfiles = {"cn-2016-51", "cn-2025-809"};
constexpr char kBureau[] = "agencies/1199010000010001X0";
constexpr char kCivil[] = "agencies/11990100000100036T";

Authority City() {
  return {.name = "authorities/city",
          .display_name = "演示市数据管理局",
          .level = Level::kCity,
          .division = "990100",
          .own_government = "演示市人民政府",
          .profile = "cn-2025-809",
          .agency = kBureau};
}

Agency Bureau() {
  return {.name = kBureau,
          .display_name = "演示市数据管理局",
          .kind = Agency::Kind::kOrgan,
          .level = Level::kCity,
          .division = "990100",
          .authority = "authorities/city"};
}

Person Admin() {
  return {.name = "people/admin",
          .display_name = "演示人员",
          .agency = kBureau,
          .roles = {Role::kSecurityAdministrator}};
}

Node NodeOne() { return {.name = std::string(kBureau) + "/nodes/n1", .address = "127.0.0.1:7004"}; }

System SystemOne() {
  return {.name = std::string(kBureau) + "/systems/s1", .display_name = "演示系统"};
}

Key TlsKey(const std::string& name, const std::string& owner) {
  return {.name = "keys/" + name,
          .owner = owner,
          .use = Key::Use::kTls,
          .suite = 1,
          .spki = name,
          .algorithm = Key::Algorithm::kP256};
}

Register Founded() {
  auto founded = Register::Found(
      {City(), Bureau(), Admin(), NodeOne(), SystemOne(), TlsKey("a", "people/admin")}, kProfiles);
  REQUIRE(founded.ok());
  return *founded;
}

TEST_CASE("A directory is founded from objects that refer to each other in any order",
          "[catalog]") {
  const Register all = Founded();
  CHECK(all.Administered());
  CHECK(all.Find<Agency>(kBureau) != nullptr);
  CHECK(all.Find<Person>(kBureau) == nullptr);
}

TEST_CASE("A directory that nobody could administer is not founded", "[catalog]") {
  CHECK(
      absl::IsFailedPrecondition(Register::Found({City(), Bureau(), Admin()}, kProfiles).status()));
  Person reader = Admin();
  reader.roles = {Role::kAuditor};
  CHECK(absl::IsFailedPrecondition(
      Register::Found({City(), Bureau(), reader, TlsKey("a", "people/admin")}, kProfiles)
          .status()));
  CHECK(absl::IsInvalidArgument(
      Register::Found({City(), Bureau(), Admin(), Admin()}, kProfiles).status()));
}

// One good object, spoilt; the refusal names the field.
template <typename T>
struct Spoilt {
  std::string field;
  std::function<void(T&)> spoil;
};

template <typename T>
void CheckRefused(const T& good, const std::vector<Spoilt<T>>& table) {
  const Register all = Founded();
  REQUIRE(all.Put(good, kProfiles).ok());
  for (const Spoilt<T>& row : table) {
    T object = good;
    row.spoil(object);
    const absl::Status status = all.Put(object, kProfiles).status();
    CAPTURE(row.field, status.ToString());
    REQUIRE(absl::IsInvalidArgument(status));
    CHECK(DetailsOf(status)->fields.front().field == row.field);
  }
}

TEST_CASE("A malformed authority is refused by field", "[catalog]") {
  CheckRefused<Authority>(
      City(),
      {{"authority.name", [](auto& a) { a.name = "authorities/City!"; }},
       {"authority.display_name", [](auto& a) { a.display_name.clear(); }},
       {"authority.level", [](auto& a) { a.level = static_cast<Level>(9); }},
       {"authority.division", [](auto& a) { a.division = "99A100"; }},
       {"authority.own_government", [](auto& a) { a.own_government = std::string(400, 'x'); }},
       {"authority.profile", [](auto& a) { a.profile = "cn-1999"; }},
       {"authority.superior", [](auto& a) { a.superior = a.name; }}});
}

TEST_CASE("A malformed agency is refused by field", "[catalog]") {
  CheckRefused<Agency>(
      Bureau(),
      {{"agency.name", [](auto& a) { a.name = "agencies/1199010000010001X1"; }},
       {"agency.name", [](auto& a) { a.name = "bureau"; }},
       {"agency.name", [](auto& a) { a.name += "-BAD SUFFIX"; }},
       {"agency.name", [](auto& a) { a.name = "agencies/91110000600037341L"; }},
       {"agency.display_name", [](auto& a) { a.display_name = "\xff\xfe"; }},
       {"agency.kind", [](auto& a) { a.kind = Agency::Kind::kUnspecified; }},
       {"agency.authorising_law", [](auto& a) { a.kind = Agency::Kind::kAuthorisedBody; }},
       {"agency.level", [](auto& a) { a.level = Level::kUnspecified; }},
       {"agency.division", [](auto& a) { a.division = "1"; }},
       {"agency.clearance", [](auto& a) { a.clearance = 4; }}});
}

TEST_CASE("An enterprise is an agency only if a law authorises it", "[catalog]") {
  const Register all = Founded();
  Agency firm = Bureau();
  firm.name = "agencies/91110000600037341L";
  CHECK(absl::IsInvalidArgument(all.Put(firm, kProfiles).status()));
  firm.kind = Agency::Kind::kAuthorisedBody;
  CHECK(absl::IsInvalidArgument(all.Put(firm, kProfiles).status()));
  firm.authorising_law = "演示管理条例第三条";
  CHECK(all.Put(firm, kProfiles).ok());
  Agency office = Bureau();
  office.name = std::string(kBureau) + "-archive";
  CHECK(all.Put(office, kProfiles).ok());
}

TEST_CASE("A malformed node, system or person is refused by field", "[catalog]") {
  CheckRefused<Node>(NodeOne(),
                     {{"node.name", [](auto& n) { n.name = "nodes/n1"; }},
                      {"node.address", [](auto& n) { n.address = "127.0.0.1"; }},
                      {"node.address", [](auto& n) { n.address = "host:70000"; }},
                      {"node.address", [](auto& n) { n.address = "ho st:7000"; }},
                      {"node.hosted_agencies[0]", [](auto& n) { n.hosted_agencies = {kBureau}; }},
                      {"node.hosted_agencies[1]", [](auto& n) {
                         n.hosted_agencies = {kCivil, kCivil};
                       }}});
  CheckRefused<System>(SystemOne(),
                       {{"system.name", [](auto& s) { s.name = "systems/s1"; }},
                        {"system.display_name", [](auto& s) { s.display_name = ""; }}});
  CheckRefused<Person>(
      Admin(), {{"person.name", [](auto& p) { p.name = "people/Li Si"; }},
                {"person.display_name", [](auto& p) { p.display_name.clear(); }},
                {"person.roles[1]", [](auto& p) { p.roles.push_back(p.roles[0]); }},
                {"person.roles[1]", [](auto& p) { p.roles.push_back(static_cast<Role>(99)); }},
                {"person.roles", [](auto& p) { p.roles.push_back(Role::kAuditAdministrator); }}});
}

TEST_CASE("A key fits its use, its owner and its suite", "[catalog]") {
  CheckRefused<Key>(TlsKey("b", "people/admin"),
                    {{"key.use", [](auto& k) { k.use = Key::Use::kUnspecified; }},
                     {"key.owner", [](auto& k) { k.owner = kBureau; }},
                     {"key.owner", [](auto& k) { k.owner = "services/Bad Name"; }},
                     {"key.owner", [](auto& k) { k.use = Key::Use::kMessage; }},
                     {"key.suite", [](auto& k) { k.suite = 2; }},
                     {"key.suite", [](auto& k) { k.algorithm = Key::Algorithm::kSm2; }},
                     {"key.suite",
                      [](auto& k) {
                        k.owner = "services/audit";
                        k.use = Key::Use::kLog;
                      }},
                     {"key.end_time", [](auto& k) {
                        k.start = absl::FromUnixSeconds(2);
                        k.end = absl::FromUnixSeconds(2);
                      }}});
}

TEST_CASE("A key in an authenticator belongs to a person", "[catalog]") {
  Register all = Founded();
  Key key = TlsKey("w", "people/admin");
  key.use = Key::Use::kWebauthn;
  CHECK(all.Put(key, kProfiles).ok());
  CheckRefused<Key>(key, {{"key.owner", [](auto& k) { k.owner = "services/audit"; }},
                          {"key.owner", [](auto& k) { k.owner = kBureau; }},
                          {"key.suite", [](auto& k) { k.suite = 0; }},
                          {"key.suite", [](auto& k) { k.algorithm = Key::Algorithm::kEd25519; }},
                          {"key.use", [](auto& k) { k.use = static_cast<Key::Use>(6); }}});
}

TEST_CASE("An agency's own key signs for it where it is hosted, and does nothing else",
          "[catalog]") {
  Register all = Founded();
  Key key = TlsKey("h", kBureau);
  key.use = Key::Use::kMessage;
  CHECK(all.Put(key, kProfiles).ok());
  key.algorithm = Key::Algorithm::kSm2;
  key.suite = 2;
  CHECK(all.Put(key, kProfiles).ok());
  CheckRefused<Key>(key, {{"key.owner", [](auto& k) { k.owner = "agencies/"; }},
                          {"key.owner", [](auto& k) { k.owner = "agencies/x/y"; }},
                          {"key.owner", [](auto& k) { k.use = Key::Use::kTls; }},
                          {"key.owner", [](auto& k) { k.use = Key::Use::kWitness; }},
                          {"key.owner", [](auto& k) { k.use = Key::Use::kLog; }}});
  key.owner = kCivil;
  CHECK(absl::IsNotFound(all.Put(key, kProfiles).status()));
}

TEST_CASE("What an object refers to must exist and be of its kind", "[catalog]") {
  const Register all = Founded();
  Agency agency = Bureau();
  agency.authority = "authorities/none";
  CHECK(absl::IsNotFound(all.Put(agency, kProfiles).status()));
  agency.authority = kBureau;
  CHECK(absl::IsNotFound(all.Put(agency, kProfiles).status()));
  Person person = Admin();
  person.agency = kCivil;
  CHECK(absl::IsNotFound(all.Put(person, kProfiles).status()));
  Node node = NodeOne();
  node.hosted_agencies = {kCivil};
  CHECK(absl::IsNotFound(all.Put(node, kProfiles).status()));
  CHECK(absl::IsNotFound(all.Put(TlsKey("c", "people/nobody"), kProfiles).status()));
}

TEST_CASE("Superiors rise strictly, so that no circle can close", "[catalog]") {
  Register all = Founded();
  Authority province = City();
  province.name = "authorities/province";
  province.level = Level::kProvince;
  all.Apply(province);
  Authority city = City();
  city.superior = province.name;
  REQUIRE(all.Put(city, kProfiles).ok());
  all.Apply(city);
  province.superior = city.name;
  CHECK(absl::IsInvalidArgument(all.Put(province, kProfiles).status()));
  province.superior.clear();
  province.level = Level::kCounty;
  CHECK(absl::IsInvalidArgument(all.Put(province, kProfiles).status()));
}

TEST_CASE("One key has one owner and one use", "[catalog]") {
  Register all = Founded();
  Person other = Admin();
  other.name = "people/other";
  other.roles = {Role::kAuditAdministrator};
  all.Apply(other);
  CHECK(all.Put(TlsKey("a", "people/admin"), kProfiles).ok());
  CHECK(absl::IsAlreadyExists(all.Put(TlsKey("a", "people/other"), kProfiles).status()));
}

TEST_CASE("An owner has the old and the new key at a time, and the old one can be given an end",
          "[catalog]") {
  Register all = Founded();
  Key renewed = TlsKey("b", "people/admin");
  renewed.start = absl::FromUnixSeconds(1790000000);
  REQUIRE(all.Put(renewed, kProfiles).ok());
  all.Apply(renewed);
  Key old = TlsKey("a", "people/admin");
  old.end = absl::FromUnixSeconds(1790086400);
  const auto ended = all.Put(old, kProfiles);
  REQUIRE(ended.ok());
  CHECK(std::get<Key>(*ended).end == old.end);
  all.Apply(*ended);
  REQUIRE(all.SetStanding("keys/a", Standing::kRetired).ok());
}

TEST_CASE("Standing moves between active and suspended until it is retired", "[catalog]") {
  Register all = Founded();
  auto node = NodeOne().name;
  auto suspended = all.SetStanding(node, Standing::kSuspended);
  REQUIRE(suspended.ok());
  all.Apply(*suspended);
  CHECK(absl::IsFailedPrecondition(all.SetStanding(node, Standing::kSuspended).status()));
  // What is put again keeps its standing.
  CHECK(StandingOf(*all.Put(NodeOne(), kProfiles)) == Standing::kSuspended);
  all.Apply(*all.SetStanding(node, Standing::kActive));
  all.Apply(*all.SetStanding(node, Standing::kRetired));
  for (Standing to : {Standing::kActive, Standing::kSuspended, Standing::kRetired}) {
    CHECK(absl::IsFailedPrecondition(all.SetStanding(node, to).status()));
  }
  CHECK(absl::IsFailedPrecondition(all.Put(NodeOne(), kProfiles).status()));
  CHECK(absl::IsNotFound(all.SetStanding("people/nobody", Standing::kRetired).status()));
  CHECK(
      absl::IsInvalidArgument(all.SetStanding("authorities/city", Standing::kSuspended).status()));
  CHECK(absl::IsInvalidArgument(all.SetStanding(kBureau, static_cast<Standing>(7)).status()));
}

TEST_CASE("The last who can administer the directory stays", "[catalog]") {
  const Register all = Founded();
  for (const char* name : {"people/admin", "keys/a", kBureau}) {
    CAPTURE(name);
    CHECK(absl::IsFailedPrecondition(all.SetStanding(name, Standing::kSuspended).status()));
  }
  Person admin = Admin();
  admin.roles = {Role::kApplicant};
  CHECK(absl::IsFailedPrecondition(all.Put(admin, kProfiles).status()));
}

TEST_CASE("An address has a host and a port", "[catalog]") {
  for (const char* good : {"n1.example:443", "10.0.0.1:1", "[::1]:65535"}) CHECK(IsHostPort(good));
  for (const char* bad : {"", ":443", "host:", "host:0", "host:65536", "::1:443", "host:44a"}) {
    CAPTURE(bad);
    CHECK_FALSE(IsHostPort(bad));
  }
}

}  // namespace
}  // namespace shareway::catalog
