// SPDX-License-Identifier: Apache-2.0
// Who takes part: the objects of the directory as plain values. The rules that
// join them are the Register's.
//
// Enumerators carry the numbers of directory.proto and policy.proto; a value
// from a newer client may be none of them, which CheckPut refuses.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/time/civil_time.h"
#include "absl/time/time.h"

namespace shareway::catalog {

enum class Standing { kUnspecified = 0, kActive = 1, kSuspended = 2, kRetired = 3 };

// 层级, from the top down.
enum class Level { kUnspecified = 0, kCentral, kProvince, kCity, kCounty, kTownship };

enum class Role {
  kUnspecified = 0,
  kApplicant,
  kClerk,
  kDataSteward,
  kCatalogueEditor,
  kDepartmentHead,
  kSharingHead,
  kProviderReviewer,
  kSharingAuthority,
  kAuditor,
  kSystemAdministrator,
  kSecurityAdministrator,
  kAuditAdministrator,
  kAccountAdministrator,
  kOutsideSupervisor,
  kRecordingOfficer,
};

// 共享主管部门.
struct Authority {
  std::string name = {};  // authorities/{a}
  std::string display_name = {};
  Level level = Level::kUnspecified;
  std::string division = {};
  std::string superior = {};  // authorities/{a}; empty at the top
  std::string own_government = {};
  std::string profile = {};
  std::string agency = {};  // whose officers act for it; may be empty
};

// 政务部门.
struct Agency {
  enum class Kind { kUnspecified = 0, kOrgan = 1, kAuthorisedBody = 2 };
  std::string name = {};  // agencies/{credit code}
  std::string display_name = {};
  Kind kind = Kind::kUnspecified;
  Level level = Level::kUnspecified;
  std::string division = {};
  std::string authority = {};
  bool vertical = false;
  std::string authorising_law = {};
  Standing standing = Standing::kActive;
  uint32_t clearance = 0;  // 1 general, 2 important, 3 core; 0 means 1
};

// A business system.
struct System {
  std::string name = {};  // agencies/{a}/systems/{s}
  std::string display_name = {};
  Standing standing = Standing::kActive;
};

// 前置机.
struct Node {
  std::string name = {};     // agencies/{a}/nodes/{n}
  std::string address = {};  // host:port
  Standing standing = Standing::kActive;
  std::vector<std::string> hosted_agencies = {};
};

struct Person {
  std::string name = {};  // people/{p}
  std::string display_name = {};
  std::string agency = {};
  std::vector<Role> roles = {};
  Standing standing = Standing::kActive;
};

struct Key {
  enum class Use {
    kUnspecified = 0,
    kTls = 1,
    kMessage = 2,
    kWitness = 3,
    kLog = 4,
    kWebauthn = 5,  // in a person's authenticator
  };
  // What the SubjectPublicKeyInfo holds, found by parsing it.
  enum class Algorithm { kUnspecified = 0, kP256 = 1, kSm2 = 2, kEd25519 = 3 };
  std::string name = {};   // keys/{first 32 hex digits of the SPKI's SHA-256}
  std::string owner = {};  // a node, system, person or services/{s}
  Use use = Use::kUnspecified;
  int suite = 0;  // as stated: 0 none, 1 P256_SHA256, 2 SM2_SM3
  std::string spki = {};
  Algorithm algorithm = Algorithm::kUnspecified;
  Standing standing = Standing::kActive;
  std::optional<absl::Time> start = {};
  std::optional<absl::Time> end = {};
};

// 监督检查人员's mandate: who may read what of which agencies, from when to when, under which
// document. Its rules are mandate.h's.
struct Mandate {
  std::string name = {};  // mandates/{m}
  std::string document_number = {};
  std::string document_digest = {};  // SHA-256, 32 bytes
  std::string issuer = {};
  std::vector<std::string> supervisors = {};  // people/{p}
  std::vector<std::string> agencies = {};     // agencies/{a}
  std::optional<absl::CivilDay> start = {};   // its first day, as the law counts days
  std::optional<absl::CivilDay> end = {};     // its last day
  std::optional<absl::Time> created = {};
  std::optional<absl::Time> ended = {};  // before its last day
  std::string ended_reason = {};
};

using DirectoryObject = std::variant<Authority, Agency, System, Node, Person, Key, Mandate>;

// The object's resource name.
const std::string& NameOf(const DirectoryObject& object);
// ACTIVE for authorities and mandates, which have no standing of their own.
Standing StandingOf(const DirectoryObject& object);

}  // namespace shareway::catalog
