// SPDX-License-Identifier: Apache-2.0
// Whether a search finds one entry, without the index: the same words, folding and filters.
#pragma once

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "services/catalog/domain/entry.h"
#include "services/catalog/search/index.h"
#include "services/catalog/search/words.h"

namespace shareway::catalog::search {

// An entry as searches see it, made once for many of them.
struct Searched {
  // `provider_name` is the provider's display name, under which its entries are found, too.
  Searched(const Entry& entry, absl::string_view provider_name);

  std::vector<std::vector<Unit>> texts = {};  // of each field that is looked in
  std::string code = {};
  std::string division = {};
  std::string provider = {};
  ShareClass share_class = ShareClass::kUnspecified;
  ResourceFormat format = ResourceFormat::kUnspecified;
  UpdateCycle update_cycle = UpdateCycle::kUnspecified;
  Grading grading = Grading::kUnspecified;
};

// One search. Finds what Index::Search would find, but for the words that the index knows to find too
// much for (README, Search, known defect).
class Matcher {
 public:
  // `query` passed CheckQuery; page and facets count nothing.
  explicit Matcher(Query query) : query_(std::move(query)), words_(WordsOf(query_.words)) {}

  bool Finds(const Searched& entry) const;

 private:
  const Query query_;
  const std::vector<Word> words_;
};

}  // namespace shareway::catalog::search
