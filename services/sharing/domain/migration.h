// SPDX-License-Identifier: Apache-2.0
// What a change of legal text asks for: the rules of the migration report.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "services/sharing/domain/request.h"
#include "services/sharing/domain/resource.h"
#include "services/sharing/domain/statute_text.h"

namespace shareway::sharing {

// One matter that the change raises. Numbers of kinds as in shareway.sharing.v1.MigrationItem.
struct MigrationItem {
  enum class Kind {
    kUnspecified = 0,
    kTermChanged,
    kBasisInsufficient,
    kFieldMissing,
    kGrantWithoutRecord,
    kRequestRunning,
  };
  Kind kind = Kind::kUnspecified;
  std::string subject = {};
  std::string provider = {};
  std::string present = {};
  std::string wanted = {};
  std::vector<std::string> fields = {};
  std::string article = {};

  friend bool operator==(const MigrationItem&, const MigrationItem&) = default;
};

// Every kind of clock, in order.
std::vector<statute::ClockKind> AllClockKinds();

// The clocks that the two texts set differently, by kind.
std::vector<MigrationItem> ChangedTerms(const statute::Profile& from, const statute::Profile& to);

// What the text asks of an entry that is not withdrawn, as far as sharing follows it: the basis of
// what is not shared, its reason, the conditions of what is shared conditionally, a grading of each
// item, a way of sharing. The catalogue knows further fields and has its own report.
std::vector<MigrationItem> AskedOf(const Resource& resource, const statute::Profile& to);

// A request that still waits for somebody under the text `from`: it ends under it.
std::optional<MigrationItem> AskedOf(const Request& request, const statute::Profile& from,
                              const statute::Profile& to);

}  // namespace shareway::sharing
