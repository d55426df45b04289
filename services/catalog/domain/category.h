// SPDX-License-Identifier: Apache-2.0
// The tree of categories (信息资源分类) and how codes are given out under it. The numbers are the
// installation's: only the grammar of a code is common (libs/codes/resource_code.h).
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/catalog/domain/directory.h"
#include "services/catalog/domain/entry.h"
#include "services/catalog/domain/faults.h"

namespace shareway::catalog {

struct Label {
  std::string zh_hans = {};
  std::string zh_hant = {};
  std::string en = {};

  bool whole() const { return !zh_hans.empty() && !zh_hant.empty() && !en.empty(); }
};

struct Category {
  std::string code = {};  // 类 1 digit, 项 3, 目 6, 细目 more
  Label label = {};
  bool verified = false;  // the number was read in the national guide itself
};

// How codes are given out under categories that start so.
struct CodeRule {
  enum class Strategy {
    kUnspecified = 0,
    kSequence,      // CATEGORY / sequence
    kDivision,      // CATEGORY and the agency's division, 6 digits / sequence
    kOrganisation,  // CATEGORY and the agency's number in the organisation code set / sequence
  };
  std::string category = {};  // empty: all; the longest that fits counts
  Strategy strategy = Strategy::kUnspecified;
  uint32_t digits = 0;  // of the sequence, 1 to 10
};

// A value. Empty: the installation has no tree.
class Categories {
 public:
  struct Parts {
    std::string version = {};
    std::vector<Category> categories = {};
    std::vector<CodeRule> rules = {};
    // Organisation code set: digits by agencies/{a}.
    std::map<std::string, std::string> organisations = {};
  };
  // INVALID_ARGUMENT naming what is wrong: a code that is none, that is given twice or whose parent
  // is missing; a label that lacks a language; a rule without strategy or with digits out of range;
  // an organisation's code that is not of 1 to 12 digits, or that two have.
  static absl::StatusOr<Categories> Make(Parts parts);

  bool empty() const { return by_code_.empty(); }
  const std::string& version() const { return version_; }
  // Null if the tree has no such category.
  const Category* Find(absl::string_view code) const;
  // The category above; empty for 类.
  std::string ParentOf(absl::string_view code) const;
  // Categories after `code` in byte order that are `under` or below it, up to `limit`.
  std::vector<const Category*> List(absl::string_view under, absl::string_view code,
                                    size_t limit) const;

  // Adds what is wrong with the category of an entry, for a tree that is not empty: it is not in
  // it, or the entry's code is not under it.
  void Check(const Entry& entry, Faults* faults) const;

  // What a code begins with, and how long its sequence is.
  struct Space {
    std::string classification = {};
    uint32_t digits = 0;
  };
  // INVALID_ARGUMENT for a category that is not in the tree or is above 目; FAILED_PRECONDITION if
  // no rule gives codes out under it, or the agency has no number that the rule asks for.
  absl::StatusOr<Space> SpaceFor(absl::string_view category, const Agency& agency) const;

 private:
  std::string version_;
  std::map<std::string, Category, std::less<>> by_code_;
  std::vector<CodeRule> rules_;
  std::map<std::string, std::string> organisations_;
};

}  // namespace shareway::catalog
