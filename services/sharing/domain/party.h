// SPDX-License-Identifier: Apache-2.0
// Who acts, and how the acting person stands to the two sides of an object.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace shareway::sharing {

// The level of a government or agency, by the directory.
enum class Level { kUnspecified = 0, kCentral, kProvince, kCity, kCounty, kTownship };

// CENTRAL, PROVINCE, CITY, COUNTY, TOWNSHIP.
absl::string_view LevelName(Level level);

// A caller as the directory knows it at the call.
struct Actor {
  std::string name = {};    // people/{p}, agencies/{a}/nodes/{n} or agencies/{a}/systems/{s}
  std::string agency = {};  // agencies/{a}
  bool applicant = false;
  bool head = false;      // of the agency's sharing body
  bool reviewer = false;  // of the agency as a provider
  bool officer = false;   // of a sharing authority
  bool recorder = false;  // enters decisions of coordinators and governments
  bool clerk = false;     // looks up or verifies one record for the case on the desk
  bool steward = false;   // keeps the agency's datasets
  // Whose post it holds by delegation today, people/{p}; empty: its own, or none.
  std::string head_for = {};
  std::string reviewer_for = {};

  // True if it is this person, or acts in the post of this person: nobody decides on what he
  // himself asked for or reported. False for no person.
  bool ActsAs(absl::string_view person) const;

  friend bool operator==(const Actor&, const Actor&) = default;
};

// A sharing authority.
struct Authority {
  std::string name = {};        // authorities/{a}
  std::string agency = {};      // whose officers act for it
  std::string government = {};  // decides what coordination cannot settle
  std::string profile = {};     // the legal text of its agencies: the profile's id
  Level level = Level::kUnspecified;
  std::string division = {};  // of its government, 2 to 12 digits
  std::string superior = {};  // authorities/{a}, the next above; empty at the top
};

// An agency with the authority in charge of it.
struct Agency {
  std::string name = {};
  Level level = Level::kUnspecified;
  bool vertical = false;  // 垂直管理
  bool active = false;
  Authority authority = {};
  std::string division = {};  // of its place, 2 to 12 digits
  int clearance = 1;          // the highest grading it may receive: 1 general to 3 core
};

// The two sides of a request, grant, dispute or notice.
struct Parties {
  Agency consumer = {};
  Agency provider = {};

  bool OfConsumer(const Actor& actor) const;
  bool OfProvider(const Actor& actor) const;
  // An officer or recorder of the authority in charge of either side.
  bool InCharge(const Actor& actor) const;
  // One of the above: all others are strangers and learn nothing.
  bool Knows(const Actor& actor) const;
};

}  // namespace shareway::sharing
