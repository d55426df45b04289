// SPDX-License-Identifier: Apache-2.0
// What a change of legal text asks for.
#include "services/sharing/domain/migration.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "services/sharing/domain/tray.h"

namespace shareway::sharing {
namespace {

using statute::BasisLevel;

std::string TermText(const std::optional<statute::Term>& term) {
  if (!term) return "none";
  if (term->max_extension_days == 0) return absl::StrCat(term->days, " working days");
  return absl::StrCat(term->days, " working days, extendable by ", term->max_extension_days);
}

// Of the catalogue's numbers; nothing for a level that is not stated.
std::optional<BasisLevel> LevelOf(int number) {
  switch (number) {
    case 1: return BasisLevel::kLaw;
    case 2: return BasisLevel::kAdministrativeRegulation;
    case 3: return BasisLevel::kStateCouncilDecision;
    case 4: return BasisLevel::kPartyOrStateCouncilPolicy;
    default: return std::nullopt;
  }
}

bool Suffices(const Resource& resource, const statute::Profile& to) {
  const std::vector<BasisLevel>& admitted = to.not_shared_basis_levels;
  return std::any_of(resource.basis_levels.begin(), resource.basis_levels.end(), [&](int number) {
    const std::optional<BasisLevel> level = LevelOf(number);
    return level && std::find(admitted.begin(), admitted.end(), *level) != admitted.end();
  });
}

// Admitted levels, in words.
std::string Admitted(const statute::Profile& to) {
  return absl::StrJoin(to.not_shared_basis_levels, " or ", [](std::string* out, BasisLevel level) {
    absl::StrAppend(out, statute::BasisLevelName(level));
  });
}

std::vector<std::string> MissingFields(const Resource& resource) {
  std::vector<std::string> missing;
  if (resource.share_class == ShareClass::kConditional && resource.conditions.empty()) {
    missing.push_back("conditions");
  }
  if (resource.share_class == ShareClass::kNotShared && resource.not_shared_reason.empty()) {
    missing.push_back("not_shared_reason");
  }
  if (resource.share_class != ShareClass::kNotShared && resource.methods.empty()) {
    missing.push_back("methods");
  }
  for (const Item& item : resource.items) {
    if (item.grading == 0) missing.push_back(absl::StrCat("items[", item.id, "].grading"));
  }
  return missing;
}

}  // namespace

std::vector<statute::ClockKind> AllClockKinds() {
  std::vector<statute::ClockKind> kinds;
  for (int i = 0; i <= static_cast<int>(statute::ClockKind::kInquiryExtended); ++i) {
    kinds.push_back(static_cast<statute::ClockKind>(i));
  }
  return kinds;
}

std::vector<MigrationItem> ChangedTerms(const statute::Profile& from, const statute::Profile& to) {
  std::vector<MigrationItem> matters;
  for (const statute::ClockKind kind : AllClockKinds()) {
    const std::optional<statute::Term> before = statute::TermOf(from, kind);
    const std::optional<statute::Term> after = statute::TermOf(to, kind);
    if (TermText(before) == TermText(after)) continue;
    matters.push_back({.kind = MigrationItem::Kind::kTermChanged,
                       .subject = std::string(statute::ClockKindName(kind)),
                       .present = TermText(before),
                       .wanted = TermText(after),
                       .article = after ? after->article : ""});
  }
  return matters;
}

std::vector<MigrationItem> AskedOf(const Resource& resource, const statute::Profile& to) {
  std::vector<MigrationItem> matters;
  if (resource.state == Resource::State::kWithdrawn) return matters;
  if (resource.share_class == ShareClass::kNotShared && !Suffices(resource, to)) {
    matters.push_back({.kind = MigrationItem::Kind::kBasisInsufficient,
                       .subject = resource.name,
                       .provider = resource.provider,
                       .present = resource.basis.empty() ? "none" : resource.basis_text(),
                       .wanted = Admitted(to),
                       .article = to.articles.not_shared_basis});
  }
  if (std::vector<std::string> missing = MissingFields(resource); !missing.empty()) {
    matters.push_back({.kind = MigrationItem::Kind::kFieldMissing,
                       .subject = resource.name,
                       .provider = resource.provider,
                       .wanted = absl::StrJoin(missing, ", "),
                       .fields = missing,
                       .article = to.articles.catalogue_content});
  }
  return matters;
}

std::optional<MigrationItem> AskedOf(const Request& request, const statute::Profile& from,
                              const statute::Profile& to) {
  const Request::Fields& f = request.fields();
  const bool under = f.profile.substr(0, f.profile.find('@')) == from.id;
  if (!under || !f.submit_time || WaitsFor(request).empty()) return std::nullopt;
  return MigrationItem{.kind = MigrationItem::Kind::kRequestRunning,
                .subject = f.name,
                .provider = f.provider,
                .present = f.clock ? absl::StrCat("due ", absl::FormatCivilTime(f.clock->due.day))
                                   : "no clock",
                .wanted = absl::StrCat("ends under ", from.cited(), ", not ", to.cited()),
                .article = f.article};
}

}  // namespace shareway::sharing
