// SPDX-License-Identifier: Apache-2.0
// How the acting person stands to the two sides of an object.
#include "services/sharing/domain/party.h"

namespace shareway::sharing {
namespace {

bool ActsFor(const Authority& authority, const Actor& actor) {
  return (actor.officer || actor.recorder) && !authority.agency.empty() &&
         authority.agency == actor.agency;
}

bool Of(const Agency& agency, const Actor& actor) {
  return !agency.name.empty() && agency.name == actor.agency;
}

}  // namespace

absl::string_view LevelName(Level level) {
  switch (level) {
    case Level::kUnspecified: break;
    case Level::kCentral: return "CENTRAL";
    case Level::kProvince: return "PROVINCE";
    case Level::kCity: return "CITY";
    case Level::kCounty: return "COUNTY";
    case Level::kTownship: return "TOWNSHIP";
  }
  return "LEVEL_UNSPECIFIED";
}

bool Actor::ActsAs(absl::string_view person) const {
  return !person.empty() && (person == name || person == head_for || person == reviewer_for);
}

bool Parties::OfConsumer(const Actor& actor) const { return Of(consumer, actor); }

bool Parties::OfProvider(const Actor& actor) const { return Of(provider, actor); }

bool Parties::InCharge(const Actor& actor) const {
  return ActsFor(consumer.authority, actor) || ActsFor(provider.authority, actor);
}

bool Parties::Knows(const Actor& actor) const {
  return OfConsumer(actor) || OfProvider(actor) || InCharge(actor);
}

}  // namespace shareway::sharing
