// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/store/directory_message.h"

#include "libs/evidence/record.h"

namespace shareway::catalog {
namespace {

v1::Standing ToMessage(Standing standing) { return static_cast<v1::Standing>(standing); }

// Unset in what people write: a new object is ACTIVE.
Standing FromMessage(v1::Standing standing) {
  return standing == v1::STANDING_UNSPECIFIED ? Standing::kActive : static_cast<Standing>(standing);
}

// The one spelling of a day, so that days compare as text (libs/rpc/directory.cc).
std::optional<absl::CivilDay> DayIn(const std::string& text) {
  absl::CivilDay day;
  if (!absl::ParseCivilTime(text, &day) || absl::FormatCivilTime(day) != text) return std::nullopt;
  return day;
}

}  // namespace

v1::Authority ToMessage(const Authority& authority) {
  v1::Authority message;
  message.set_name(authority.name);
  message.set_display_name(authority.display_name);
  message.set_level(static_cast<v1::Level>(authority.level));
  message.set_division(authority.division);
  message.set_superior(authority.superior);
  message.set_own_government(authority.own_government);
  message.set_profile(authority.profile);
  message.set_agency(authority.agency);
  return message;
}

Authority FromMessage(const v1::Authority& message) {
  return {.name = message.name(),
          .display_name = message.display_name(),
          .level = static_cast<Level>(message.level()),
          .division = message.division(),
          .superior = message.superior(),
          .own_government = message.own_government(),
          .profile = message.profile(),
          .agency = message.agency()};
}

v1::Agency ToMessage(const Agency& agency) {
  v1::Agency message;
  message.set_name(agency.name);
  message.set_display_name(agency.display_name);
  message.set_kind(static_cast<v1::Agency::Kind>(agency.kind));
  message.set_level(static_cast<v1::Level>(agency.level));
  message.set_division(agency.division);
  message.set_authority(agency.authority);
  message.set_vertical(agency.vertical);
  message.set_authorising_law(agency.authorising_law);
  message.set_standing(ToMessage(agency.standing));
  message.set_clearance(agency.clearance);
  return message;
}

Agency FromMessage(const v1::Agency& message) {
  return {.name = message.name(),
          .display_name = message.display_name(),
          .kind = static_cast<Agency::Kind>(message.kind()),
          .level = static_cast<Level>(message.level()),
          .division = message.division(),
          .authority = message.authority(),
          .vertical = message.vertical(),
          .authorising_law = message.authorising_law(),
          .standing = FromMessage(message.standing()),
          .clearance = message.clearance()};
}

v1::System ToMessage(const System& system) {
  v1::System message;
  message.set_name(system.name);
  message.set_display_name(system.display_name);
  message.set_standing(ToMessage(system.standing));
  return message;
}

System FromMessage(const v1::System& message) {
  return {.name = message.name(),
          .display_name = message.display_name(),
          .standing = FromMessage(message.standing())};
}

v1::Node ToMessage(const Node& node) {
  v1::Node message;
  message.set_name(node.name);
  message.set_address(node.address);
  message.set_standing(ToMessage(node.standing));
  for (const std::string& agency : node.hosted_agencies) message.add_hosted_agencies(agency);
  return message;
}

Node FromMessage(const v1::Node& message) {
  return {.name = message.name(),
          .address = message.address(),
          .standing = FromMessage(message.standing()),
          .hosted_agencies = {message.hosted_agencies().begin(), message.hosted_agencies().end()}};
}

v1::Person ToMessage(const Person& person) {
  v1::Person message;
  message.set_name(person.name);
  message.set_display_name(person.display_name);
  message.set_agency(person.agency);
  for (Role role : person.roles) message.add_roles(static_cast<shareway::Role>(role));
  message.set_standing(ToMessage(person.standing));
  return message;
}

Person FromMessage(const v1::Person& message) {
  Person person = {.name = message.name(),
                   .display_name = message.display_name(),
                   .agency = message.agency(),
                   .standing = FromMessage(message.standing())};
  for (int role : message.roles()) person.roles.push_back(static_cast<Role>(role));
  return person;
}

v1::Key ToMessage(const Key& key) {
  v1::Key message;
  message.set_name(key.name);
  message.set_owner(key.owner);
  message.set_use(static_cast<v1::Key::Use>(key.use));
  message.set_suite(static_cast<evidence::v1::Suite>(key.suite));
  message.set_spki(key.spki);
  message.set_standing(ToMessage(key.standing));
  if (key.start) *message.mutable_start_time() = evidence::ToTimestamp(*key.start);
  if (key.end) *message.mutable_end_time() = evidence::ToTimestamp(*key.end);
  return message;
}

Key FromMessage(const v1::Key& message) {
  Key key = {.name = message.name(),
             .owner = message.owner(),
             .use = static_cast<Key::Use>(message.use()),
             .suite = message.suite(),
             .spki = message.spki(),
             .standing = FromMessage(message.standing())};
  if (message.has_start_time()) key.start = evidence::FromTimestamp(message.start_time());
  if (message.has_end_time()) key.end = evidence::FromTimestamp(message.end_time());
  return key;
}

v1::Mandate ToMessage(const Mandate& mandate) {
  v1::Mandate message;
  message.set_name(mandate.name);
  message.set_document_number(mandate.document_number);
  message.set_document_digest(mandate.document_digest);
  message.set_issuer(mandate.issuer);
  for (const std::string& person : mandate.supervisors) message.add_supervisors(person);
  for (const std::string& agency : mandate.agencies) message.add_agencies(agency);
  if (mandate.start) message.set_start_date(absl::FormatCivilTime(*mandate.start));
  if (mandate.end) message.set_end_date(absl::FormatCivilTime(*mandate.end));
  if (mandate.created) *message.mutable_create_time() = evidence::ToTimestamp(*mandate.created);
  if (mandate.ended) *message.mutable_ended_time() = evidence::ToTimestamp(*mandate.ended);
  message.set_ended_reason(mandate.ended_reason);
  return message;
}

Mandate FromMessage(const v1::Mandate& message) {
  Mandate mandate = {
      .name = message.name(),
      .document_number = message.document_number(),
      .document_digest = message.document_digest(),
      .issuer = message.issuer(),
      .supervisors = {message.supervisors().begin(), message.supervisors().end()},
      .agencies = {message.agencies().begin(), message.agencies().end()},
      .start = DayIn(message.start_date()),
      .end = DayIn(message.end_date()),
      .ended_reason = message.ended_reason()};
  if (message.has_create_time()) mandate.created = evidence::FromTimestamp(message.create_time());
  if (message.has_ended_time()) mandate.ended = evidence::FromTimestamp(message.ended_time());
  return mandate;
}

v1::DirectoryChange ToChange(const DirectoryObject& object) {
  v1::DirectoryChange change;
  if (const auto* authority = std::get_if<Authority>(&object)) {
    *change.mutable_authority() = ToMessage(*authority);
  } else if (const auto* agency = std::get_if<Agency>(&object)) {
    *change.mutable_agency() = ToMessage(*agency);
  } else if (const auto* system = std::get_if<System>(&object)) {
    *change.mutable_system() = ToMessage(*system);
  } else if (const auto* node = std::get_if<Node>(&object)) {
    *change.mutable_node() = ToMessage(*node);
  } else if (const auto* person = std::get_if<Person>(&object)) {
    *change.mutable_person() = ToMessage(*person);
  } else if (const auto* mandate = std::get_if<Mandate>(&object)) {
    *change.mutable_mandate() = ToMessage(*mandate);
  } else {
    *change.mutable_key() = ToMessage(std::get<Key>(object));
  }
  return change;
}

absl::StatusOr<DirectoryObject> FromChange(const v1::DirectoryChange& change) {
  using Change = v1::DirectoryChange;
  switch (change.change_case()) {
    case Change::kAuthority:
      return FromMessage(change.authority());
    case Change::kAgency:
      return FromMessage(change.agency());
    case Change::kSystem:
      return FromMessage(change.system());
    case Change::kNode:
      return FromMessage(change.node());
    case Change::kPerson:
      return FromMessage(change.person());
    case Change::kKey:
      return FromMessage(change.key());
    case Change::kMandate:
      return FromMessage(change.mandate());
    default:
      return absl::InvalidArgumentError("a change without an object");
  }
}

}  // namespace shareway::catalog
