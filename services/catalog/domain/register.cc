// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/register.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/codes/quote.h"
#include "services/catalog/domain/directory_rules.h"

namespace shareway::catalog {
namespace {

absl::Status StateForbids(absl::string_view name, absl::string_view why) {
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(name, " ", why))
      .With("name", name);
}

// The agency in agencies/{a}/nodes/{n} and the like.
absl::string_view AgencyOf(absl::string_view member) {
  return member.substr(0, member.find('/', absl::string_view("agencies/").size()));
}

void Stand(DirectoryObject* object, Standing standing) {
  std::visit(
      [standing](auto& value) {
        if constexpr (requires { value.standing; }) value.standing = standing;
      },
      *object);
}

constexpr char kNobodyLeft[] =
    "is the last active security administrator with a TLS key; register another one first";

}  // namespace

const std::string& NameOf(const DirectoryObject& object) {
  return std::visit([](const auto& value) -> const std::string& { return value.name; }, object);
}

Standing StandingOf(const DirectoryObject& object) {
  return std::visit(
      [](const auto& value) {
        if constexpr (requires { value.standing; }) {
          return value.standing;
        } else {
          return Standing::kActive;
        }
      },
      object);
}

const DirectoryObject* Register::Find(absl::string_view name) const {
  auto it = objects_.find(name);
  return it == objects_.end() ? nullptr : it->second.get();
}

void Register::Apply(DirectoryObject object) {
  std::string name = NameOf(object);
  objects_[std::move(name)] = std::make_shared<const DirectoryObject>(std::move(object));
}

bool Register::Administered() const {
  for (const auto& [name, object] : objects_) {
    const Key* key = std::get_if<Key>(object.get());
    if (key == nullptr || key->use != Key::Use::kTls || key->standing != Standing::kActive) {
      continue;
    }
    const Person* person = Find<Person>(key->owner);
    if (person == nullptr || person->standing != Standing::kActive ||
        std::count(person->roles.begin(), person->roles.end(), Role::kSecurityAdministrator) == 0) {
      continue;
    }
    const Agency* agency = Find<Agency>(person->agency);
    if (agency != nullptr && agency->standing == Standing::kActive) return true;
  }
  return false;
}

template <typename T>
absl::Status Register::Refer(absl::string_view field, absl::string_view name) const {
  const DirectoryObject* object = Find(name);
  if (object == nullptr || !std::holds_alternative<T>(*object)) {
    return Error(Reason::kReferenceMissing, absl::StatusCode::kNotFound,
                 absl::StrCat(field, ": ", codes::Quote(name), " does not exist"))
        .With("field", field)
        .With("name", name);
  }
  if (StandingOf(*object) == Standing::kRetired) {
    return StateForbids(name, absl::StrCat("is retired, so ", field, " cannot name it"));
  }
  return absl::OkStatus();
}

absl::Status Register::CheckSuperiors(const Authority& authority) const {
  if (authority.superior.empty()) return absl::OkStatus();
  SHAREWAY_RETURN_IF_ERROR(Refer<Authority>("authority.superior", authority.superior));
  // Levels strictly rise, so that the walk upward ends: a cycle cannot close.
  const Authority* superior = Find<Authority>(authority.superior);
  if (superior->level >= authority.level) {
    return Error::Field("authority.superior", absl::StrCat(codes::Quote(authority.superior),
                                                           " is not of a level above this one"));
  }
  return absl::OkStatus();
}

absl::Status Register::CheckKeyOwner(const Key& key) const {
  if (absl::StartsWith(key.owner, "services/")) return absl::OkStatus();
  if (absl::StartsWith(key.owner, "people/")) return Refer<Person>("key.owner", key.owner);
  if (absl::StrContains(key.owner, "/nodes/")) return Refer<Node>("key.owner", key.owner);
  if (HasForm("agencies/{a}", key.owner)) return Refer<Agency>("key.owner", key.owner);
  return Refer<System>("key.owner", key.owner);
}

absl::Status Register::CheckMandate(const Mandate& mandate) const {
  for (size_t i = 0; i < mandate.agencies.size(); ++i) {
    SHAREWAY_RETURN_IF_ERROR(
        Refer<Agency>(absl::StrCat("mandate.agencies[", i, "]"), mandate.agencies[i]));
  }
  for (size_t i = 0; i < mandate.supervisors.size(); ++i) {
    const std::string field = absl::StrCat("mandate.supervisors[", i, "]");
    const std::string& name = mandate.supervisors[i];
    SHAREWAY_RETURN_IF_ERROR(Refer<Person>(field, name));
    const Person* person = Find<Person>(name);
    if (std::count(person->roles.begin(), person->roles.end(), Role::kOutsideSupervisor) == 0) {
      return Error::Field(field, absl::StrCat(codes::Quote(name), " is no OUTSIDE_SUPERVISOR"));
    }
    // Who is looked at does not look.
    if (std::count(mandate.agencies.begin(), mandate.agencies.end(), person->agency) > 0) {
      return Error::Field(field, absl::StrCat(codes::Quote(name), " is of ", person->agency,
                                              ", which is in the mandate's scope"));
    }
  }
  return absl::OkStatus();
}

absl::Status Register::CheckReferences(const DirectoryObject& object) const {
  if (const auto* authority = std::get_if<Authority>(&object)) {
    SHAREWAY_RETURN_IF_ERROR(CheckSuperiors(*authority));
    // The ones below must stay below.
    for (const auto& [name, other] : objects_) {
      const auto* below = std::get_if<Authority>(other.get());
      if (below != nullptr && below->superior == authority->name &&
          below->level <= authority->level) {
        return Error::Field("authority.level",
                            absl::StrCat("is not above the level of ", name, ", which is below"));
      }
    }
    return authority->agency.empty() ? absl::OkStatus()
                                     : Refer<Agency>("authority.agency", authority->agency);
  }
  if (const auto* agency = std::get_if<Agency>(&object)) {
    return Refer<Authority>("agency.authority", agency->authority);
  }
  if (const auto* system = std::get_if<System>(&object)) {
    return Refer<Agency>("system.name", AgencyOf(system->name));
  }
  if (const auto* node = std::get_if<Node>(&object)) {
    for (size_t i = 0; i < node->hosted_agencies.size(); ++i) {
      SHAREWAY_RETURN_IF_ERROR(
          Refer<Agency>(absl::StrCat("node.hosted_agencies[", i, "]"), node->hosted_agencies[i]));
    }
    return Refer<Agency>("node.name", AgencyOf(node->name));
  }
  if (const auto* person = std::get_if<Person>(&object)) {
    return Refer<Agency>("person.agency", person->agency);
  }
  if (const auto* mandate = std::get_if<Mandate>(&object)) return CheckMandate(*mandate);
  return CheckKeyOwner(std::get<Key>(object));
}

absl::StatusOr<DirectoryObject> Register::Put(DirectoryObject object,
                                              const ProfileIds& profiles) const {
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(Violations(object, profiles)));
  SHAREWAY_RETURN_IF_ERROR(CheckReferences(object));
  const std::string& name = NameOf(object);
  const DirectoryObject* before = Find(name);
  Stand(&object, before == nullptr ? Standing::kActive : StandingOf(*before));
  if (before == nullptr) return object;
  if (StandingOf(*before) == Standing::kRetired) return StateForbids(name, "is retired");
  if (std::holds_alternative<Mandate>(object)) {
    return Error(Reason::kAlreadyExists, absl::StatusCode::kAlreadyExists,
                 absl::StrCat(name, " is registered; a mandate is ended, never changed: another "
                              "scope or period is another mandate"))
        .With("name", name);
  }
  if (const auto* key = std::get_if<Key>(&object)) {
    const Key& known = std::get<Key>(*before);
    if (known.owner != key->owner || known.use != key->use) {
      return Error(Reason::kAlreadyExists, absl::StatusCode::kAlreadyExists,
                   absl::StrCat(name, " is registered for ", known.owner,
                                "; a key has one owner and one use"))
          .With("name", name);
    }
  }
  Register after = *this;
  after.Apply(object);
  if (Administered() && !after.Administered()) return StateForbids(name, kNobodyLeft);
  return object;
}

absl::StatusOr<DirectoryObject> Register::SetStanding(absl::string_view name,
                                                      Standing standing) const {
  if (standing < Standing::kActive || standing > Standing::kRetired) {
    return Error::Field("standing", absl::StrCat("is ", static_cast<int>(standing),
                                                 ", want ACTIVE, STANDING_SUSPENDED or RETIRED"));
  }
  const DirectoryObject* before = Find(name);
  if (before == nullptr) {
    return Error(Reason::kReferenceMissing, absl::StatusCode::kNotFound,
                 absl::StrCat(codes::Quote(name), " does not exist"))
        .With("name", name);
  }
  if (std::holds_alternative<Authority>(*before)) {
    return Error::Field("name", absl::StrCat(name, " is an authority, which has no standing"));
  }
  if (std::holds_alternative<Mandate>(*before)) {
    return Error::Field("name", absl::StrCat(name, " is a mandate, which EndMandate ends"));
  }
  if (StandingOf(*before) == Standing::kRetired) return StateForbids(name, "is retired for good");
  if (StandingOf(*before) == standing) return StateForbids(name, "stands so already");
  DirectoryObject object = *before;
  Stand(&object, standing);
  Register after = *this;
  after.Apply(object);
  if (Administered() && !after.Administered()) return StateForbids(name, kNobodyLeft);
  return object;
}

absl::StatusOr<Register> Register::Found(const std::vector<DirectoryObject>& objects,
                                         const ProfileIds& profiles) {
  Register all;
  for (const DirectoryObject& object : objects) {
    if (all.Find(NameOf(object)) != nullptr) {
      return Error::Field("name", absl::StrCat(codes::Quote(NameOf(object)), " is given twice"));
    }
    if (std::holds_alternative<Mandate>(object)) {
      return Error::Field("mandate", absl::StrCat(codes::Quote(NameOf(object)),
                                                  " rests on a signed act of the sharing "
                                                  "authority: PutMandate"));
    }
    all.Apply(object);
  }
  for (const DirectoryObject& object : objects) {
    absl::Status status = Error::Fields(Violations(object, profiles));
    if (status.ok()) status = all.CheckReferences(object);
    if (!status.ok()) {
      return absl::Status(status.code(), absl::StrCat(NameOf(object), ": ", status.message()));
    }
  }
  if (!all.Administered()) {
    return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                 "no active SECURITY_ADMINISTRATOR with a TLS key: nobody could administer the "
                 "directory");
  }
  return all;
}

}  // namespace shareway::catalog
