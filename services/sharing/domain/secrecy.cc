// SPDX-License-Identifier: Apache-2.0
// State and work secrets are refused in every text that people send.
#include "services/sharing/domain/secrecy.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/codes/secret_mark.h"

namespace shareway::sharing {

absl::Status RefuseSecrets(
    const std::vector<std::pair<std::string, absl::string_view>>& texts,
    absl::string_view profile) {
  constexpr char kArticle[] = "R25 第三条第一款";
  for (const auto& [field, text] : texts) {
    if (!codes::IsMarkedSecret(text)) continue;
    return Error(Reason::kSecretRefused, absl::StatusCode::kInvalidArgument,
                 absl::StrCat(field, " is marked as a state or work secret; such content is "
                              "refused and not kept (", kArticle, ", ", profile, ")"))
        .With("field", field)
        .With("article", kArticle)
        .With("profile", profile);
  }
  return absl::OkStatus();
}

absl::Status RefuseSecrets(const filter::RowFilter& rows, absl::string_view field,
                           absl::string_view profile) {
  std::vector<std::pair<std::string, absl::string_view>> texts;
  for (const filter::Condition& row : rows.conditions) {
    texts.emplace_back(absl::StrCat(field, ".row_filter"), row.value);
  }
  const std::string expression = rows.expression.ToString();
  texts.emplace_back(absl::StrCat(field, ".row_expression"), expression);
  return RefuseSecrets(texts, profile);
}

}  // namespace shareway::sharing
