// SPDX-License-Identifier: Apache-2.0
// What the legal text that governs an entry asks of it.
#pragma once

#include <map>
#include <set>
#include <string>

#include "libs/statute/profile.h"
#include "services/catalog/domain/entry.h"

namespace shareway::catalog {

class Categories;
class Extensions;

struct Law {
  std::string profile = {};                // as entries keep it: cn-2025-809@1
  bool assessed_before_publishing = true;  // R25 13
  bool use_condition_stated = true;        // 使用要求, 使用条件: M16 7, R25 13
  bool scope_is_structured = true;         // R25 15: scope and purposes, for requests to be compared with
  int reply_days = 0;                      // the statute's, for conditional sharing; 0: not told
  std::map<std::string, Grading> sub_gradings = {};    // 分级细目 that items may state, by id
  Grading sensitive_grading = Grading::kUnspecified;  // the least of what is sensitive, if any
  std::set<BasisLevel> basis_levels = {};  // that can bar sharing: M16 10(1), R25 15
  // The articles behind the rules, for messages.
  std::string content_article = {};
  std::string class_article = {};
  std::string condition_article = {};
  std::string basis_article = {};
  std::string secret_article = {};
  std::string reply_article = {};
  std::string change_article = {};  // R25 27(3); empty: ours alone (law.md section 6)
  std::string update_article = {};  // of the catalogue, M16 8, R25 17(2)
  std::string source_article = {};  // M16 5(3), R25 19(2): one item, one source
  std::string use_article = {};  // M16 14, R25 25(1): for whom data are that were received

  // What the installation adds for the entry's provider; both may be null: nothing.
  const Categories* categories = nullptr;
  const Extensions* extensions = nullptr;
  std::string division = {};  // the provider's

  static Law From(const statute::Profile& profile);
};

// GENERAL, IMPORTANT, CORE.
absl::string_view GradingName(Grading grading);
// LAW, ADMINISTRATIVE_REGULATION and so on.
absl::string_view BasisLevelName(BasisLevel level);

}  // namespace shareway::catalog
