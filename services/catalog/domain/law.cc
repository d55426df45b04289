// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/law.h"

namespace shareway::catalog {
namespace {

BasisLevel FromStatute(statute::BasisLevel level) {
  switch (level) {
    case statute::BasisLevel::kLaw:
      return BasisLevel::kLaw;
    case statute::BasisLevel::kAdministrativeRegulation:
      return BasisLevel::kAdministrativeRegulation;
    case statute::BasisLevel::kStateCouncilDecision:
      return BasisLevel::kStateCouncilDecision;
    case statute::BasisLevel::kPartyOrStateCouncilPolicy:
      return BasisLevel::kPartyOrStateCouncilPolicy;
  }
  return BasisLevel::kUnspecified;
}

}  // namespace

Law Law::From(const statute::Profile& profile) {
  Law law;
  law.profile = profile.cited();
  // The measure of 2016 knows no assessment; every text since asks for it.
  law.assessed_before_publishing = profile.name != "M16";
  law.use_condition_stated = profile.catalogue_use_conditions;
  law.reply_days = profile.conditional_reply_days;
  law.scope_is_structured = profile.catalogue_scope_and_purposes;
  for (statute::BasisLevel level : profile.not_shared_basis_levels) {
    law.basis_levels.insert(FromStatute(level));
  }
  for (const statute::SubGrading& one : profile.sub_gradings) {
    law.sub_gradings.emplace(one.id, static_cast<Grading>(one.grading));
  }
  law.sensitive_grading = static_cast<Grading>(profile.sensitive_grading.value_or(0));
  law.content_article = profile.articles.catalogue_content;
  law.class_article = profile.articles.classes;
  law.condition_article = profile.articles.share_conditions;
  law.basis_article = profile.articles.not_shared_basis;
  law.secret_article = profile.articles.secrets;
  law.reply_article = profile.articles.reply_conditional;
  law.change_article = profile.articles.service_change;
  law.update_article = profile.articles.catalogue_update;
  law.source_article = profile.articles.one_source;
  law.use_article = profile.articles.use_limits;
  return law;
}

absl::string_view GradingName(Grading grading) {
  switch (grading) {
    case Grading::kGeneral:
      return "GENERAL";
    case Grading::kImportant:
      return "IMPORTANT";
    case Grading::kCore:
      return "CORE";
    default:
      return "GRADING_UNSPECIFIED";
  }
}

absl::string_view BasisLevelName(BasisLevel level) {
  switch (level) {
    case BasisLevel::kLaw:
      return "LAW";
    case BasisLevel::kAdministrativeRegulation:
      return "ADMINISTRATIVE_REGULATION";
    case BasisLevel::kStateCouncilDecision:
      return "STATE_COUNCIL_DECISION";
    case BasisLevel::kPartyOrStateCouncilPolicy:
      return "PARTY_OR_STATE_COUNCIL_POLICY";
    default:
      return "BASIS_LEVEL_UNSPECIFIED";
  }
}

}  // namespace shareway::catalog
