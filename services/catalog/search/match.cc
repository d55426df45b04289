// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/search/match.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace shareway::catalog::search {
namespace {

// An empty list admits all. What an entry does not state is none of the values.
template <typename Enum>
bool Admits(const std::vector<Enum>& wanted, Enum value) {
  if (wanted.empty()) return true;
  return value != Enum::kUnspecified &&
         std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

// As the index keeps it: values of another form are left out.
std::string Plain(const std::string& text) { return IsPlain(text) ? text : ""; }

}  // namespace

Searched::Searched(const Entry& entry, absl::string_view provider_name)
    : code(Plain(entry.code)),
      division(Plain(entry.division)),
      provider(Plain(entry.provider)),
      share_class(StrictestClass(entry)),
      format(entry.format),
      update_cycle(entry.update_cycle) {
  // Parted by a character that separates, so no word runs over two.
  std::string keywords;
  for (const std::string& keyword : entry.keywords) absl::StrAppend(&keywords, keyword, "\n");
  std::string items;
  for (const Item& item : entry.items) {
    absl::StrAppend(&items, item.name, "\n");
    grading = std::max(grading, item.grading);
  }
  const absl::string_view fields[] = {entry.title, keywords,      entry.code,
                                      items,       provider_name, entry.abstract};
  for (absl::string_view field : fields) texts.push_back(UnitsOf(field));
}

bool Matcher::Finds(const Searched& entry) const {
  const bool admitted = Admits(query_.share_classes, entry.share_class) &&
                        Admits(query_.formats, entry.format) &&
                        Admits(query_.update_cycles, entry.update_cycle) &&
                        Admits(query_.gradings, entry.grading) &&
                        (query_.provider.empty() || query_.provider == entry.provider) &&
                        absl::StartsWith(entry.code, query_.category) &&
                        absl::StartsWith(entry.division, query_.division);
  if (!admitted || words_.empty()) return false;
  return std::all_of(words_.begin(), words_.end(), [&entry](const Word& word) {
    return std::any_of(entry.texts.begin(), entry.texts.end(),
                       [&word](const std::vector<Unit>& units) {
                         return !Occurrences(units, word).empty();
                       });
  });
}

}  // namespace shareway::catalog::search
