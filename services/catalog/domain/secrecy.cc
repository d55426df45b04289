// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/secrecy.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace shareway::catalog {

std::optional<std::string> SecretField(const Entry& entry) {
  if (entry.secret) return "resource.secret";
  std::vector<std::pair<std::string, absl::string_view>> texts = {
      {"title", entry.title},
      {"abstract", entry.abstract},
      {"format_type", entry.format_type},
      {"not_shared_reason", entry.not_shared_reason},
      {"open_condition", entry.open_condition},
      {"use_condition", entry.use_condition},
      {"change_reason", entry.change_reason},
      {"assessment.document", entry.assessment.document}};
  for (size_t i = 0; i < entry.items.size(); ++i) {
    texts.emplace_back(absl::StrCat("items[", i, "].name"), entry.items[i].name);
    texts.emplace_back(absl::StrCat("items[", i, "].description"), entry.items[i].description);
    texts.emplace_back(absl::StrCat("items[", i, "].received_under"),
                       entry.items[i].received_under);
    texts.emplace_back(absl::StrCat("items[", i, "].source"), entry.items[i].source);
    texts.emplace_back(absl::StrCat("items[", i, "].sub_grading"), entry.items[i].sub_grading);
    for (const std::string& id : entry.items[i].condition_ids) {
      texts.emplace_back(absl::StrCat("items[", i, "].condition_ids"), id);
    }
  }
  for (size_t i = 0; i < entry.conditions.size(); ++i) {
    texts.emplace_back(absl::StrCat("conditions[", i, "].text"), entry.conditions[i].text);
    for (const std::string& value : entry.conditions[i].values) {
      texts.emplace_back(absl::StrCat("conditions[", i, "].values"), value);
    }
  }
  for (size_t i = 0; i < entry.not_shared_basis.size(); ++i) {
    texts.emplace_back(absl::StrCat("not_shared_basis[", i, "].title"),
                       entry.not_shared_basis[i].title);
    texts.emplace_back(absl::StrCat("not_shared_basis[", i, "].article"),
                       entry.not_shared_basis[i].article);
  }
  for (size_t i = 0; i < entry.operations.size(); ++i) {
    texts.emplace_back(absl::StrCat("operations[", i, "].title"), entry.operations[i].title);
  }
  for (const auto& [key, value] : entry.extensions) {
    texts.emplace_back("extensions", key);
    texts.emplace_back(absl::StrCat("extensions.", key), value);
  }
  for (const std::string& digest : entry.assessment.document_digests) {
    texts.emplace_back("assessment.document_digests", digest);
  }
  for (const std::string& agency : entry.contributors) texts.emplace_back("contributors", agency);
  texts.emplace_back("category", entry.category);
  for (const std::string& keyword : entry.keywords) texts.emplace_back("keywords", keyword);
  for (const auto& [field, text] : texts) {
    if (IsMarkedSecret(text)) return absl::StrCat("resource.", field);
  }
  return std::nullopt;
}

}  // namespace shareway::catalog
