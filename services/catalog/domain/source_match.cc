// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/source_match.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/codes/fold.h"
#include "libs/codes/quote.h"

namespace shareway::catalog {
namespace {

// Sorted, each as often as it occurs.
std::vector<std::string> Bigrams(absl::string_view folded) {
  const std::vector<absl::string_view> characters = codes::Characters(folded);
  std::vector<std::string> bigrams;
  for (size_t i = 1; i < characters.size(); ++i) {
    bigrams.push_back(absl::StrCat(characters[i - 1], characters[i]));
  }
  std::sort(bigrams.begin(), bigrams.end());
  return bigrams;
}

absl::Status BadLine(size_t line, absl::string_view rule) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", rule));
}

}  // namespace

double Dice(absl::string_view a, absl::string_view b) {
  const std::vector<std::string> of_a = Bigrams(a);
  const std::vector<std::string> of_b = Bigrams(b);
  if (of_a.empty() || of_b.empty()) return 0;
  std::vector<std::string> common;
  std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                        std::back_inserter(common));
  return 2.0 * static_cast<double>(common.size()) / static_cast<double>(of_a.size() + of_b.size());
}

absl::StatusOr<Synonyms> Synonyms::Parse(absl::string_view text) {
  Synonyms synonyms;
  size_t number = 0;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    line = absl::StripAsciiWhitespace(line);
    if (line.empty() || line.front() == '#') continue;
    const std::string plain = absl::StrReplaceAll(line, {{"，", ","}});
    std::vector<std::string> group;
    for (absl::string_view name : absl::StrSplit(plain, ',')) {
      std::string folded = codes::FoldName(name);
      if (folded.empty()) {
        return BadLine(number, absl::StrCat(codes::Quote(name), " has nothing that counts"));
      }
      const bool twice = std::find(group.begin(), group.end(), folded) != group.end();
      if (twice || synonyms.groups_.count(folded) > 0) {
        return BadLine(number, absl::StrCat(codes::Quote(name), " stands twice"));
      }
      group.push_back(std::move(folded));
    }
    if (group.size() < 2) return BadLine(number, "a group of one name");
    for (const std::string& folded : group) synonyms.groups_[folded] = group;
  }
  return synonyms;
}

std::vector<std::string> Synonyms::Of(const std::string& folded) const {
  const auto it = groups_.find(folded);
  return it == groups_.end() ? std::vector<std::string>{folded} : it->second;
}

CollectedNames::Number CollectedNames::Learn(const std::string& folded) {
  const auto known = by_name_.find(folded);
  if (known != by_name_.end()) return known->second;
  const Number number = static_cast<Number>(names_.size());
  names_.push_back({.folded = folded});
  by_name_.emplace(folded, number);
  std::vector<std::string> bigrams = Bigrams(folded);
  bigrams.erase(std::unique(bigrams.begin(), bigrams.end()), bigrams.end());
  for (const std::string& bigram : bigrams) by_bigram_[bigram].push_back(number);
  return number;
}

void CollectedNames::Drop(absl::string_view resource) {
  const auto known = numbers_.find(resource);
  if (known == numbers_.end()) return;
  const Number number = known->second;
  for (const Number name : documents_[number].names) {
    std::vector<Number>& in = names_[name].documents;
    in.erase(std::lower_bound(in.begin(), in.end(), number));
  }
  documents_[number] = Document();
  free_.push_back(number);
  numbers_.erase(known);
}

void CollectedNames::Show(absl::string_view resource, const Entry* entry) {
  Drop(resource);
  if (entry == nullptr) return;
  Document document = {.resource = std::string(resource), .provider = entry->provider};
  std::set<Number> names;
  for (const Item& item : entry->items) {
    const std::string folded = codes::FoldName(item.name);
    if (!folded.empty() && item.received_under.empty()) names.insert(Learn(folded));
  }
  document.names.assign(names.begin(), names.end());
  Number number = static_cast<Number>(documents_.size());
  if (free_.empty()) {
    documents_.emplace_back();
  } else {
    number = free_.back();
    free_.pop_back();
  }
  for (const Number name : document.names) {
    std::vector<Number>& in = names_[name].documents;
    in.insert(std::lower_bound(in.begin(), in.end(), number), number);
  }
  numbers_[document.resource] = number;
  documents_[number] = std::move(document);
}

std::vector<std::string> CollectedNames::ResourcesOf(const Name& name, size_t most) const {
  std::vector<std::string> resources;
  for (const Number number : name.documents) {
    if (resources.size() == most) break;
    resources.push_back(documents_[number].resource);
  }
  std::sort(resources.begin(), resources.end());
  return resources;
}

std::vector<CollectedNames::Match> CollectedNames::Find(absl::string_view name,
                                                        const Synonyms& synonyms,
                                                        size_t most) const {
  const std::string asked = codes::FoldName(name);
  std::map<Number, std::pair<Likeness, double>> found;
  for (const std::string& folded : synonyms.Of(asked)) {
    const auto known = by_name_.find(folded);
    if (known == by_name_.end()) continue;
    found[known->second] = {folded == asked ? Likeness::kExact : Likeness::kSynonym, 1.0};
  }
  std::set<Number> candidates;
  for (const std::string& bigram : Bigrams(asked)) {
    const auto of_bigram = by_bigram_.find(bigram);
    if (of_bigram == by_bigram_.end()) continue;
    candidates.insert(of_bigram->second.begin(), of_bigram->second.end());
  }
  for (const Number number : candidates) {
    if (found.count(number) > 0) continue;
    const double score = Dice(asked, names_[number].folded);
    if (score >= kSimilarFrom) found[number] = {Likeness::kSimilar, score};
  }
  std::vector<Match> matches;
  for (const auto& [number, how] : found) {
    const Name& known = names_[number];
    if (known.documents.empty()) continue;
    matches.push_back({.likeness = how.first,
                       .score = how.second,
                       .folded = known.folded,
                       .resources = ResourcesOf(known, most)});
  }
  std::sort(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    return std::make_tuple(a.likeness, -a.score, absl::string_view(a.folded)) <
           std::make_tuple(b.likeness, -b.score, absl::string_view(b.folded));
  });
  return matches;
}

CollectedNames::Collected CollectedNames::Of(const std::string& folded) const {
  Collected collected = {.folded = folded};
  const auto known = by_name_.find(folded);
  if (known == by_name_.end()) return collected;
  for (const Number number : names_[known->second].documents) {
    const Document& document = documents_[number];
    collected.resources[document.provider].push_back(document.resource);
  }
  for (auto& [provider, resources] : collected.resources) {
    std::sort(resources.begin(), resources.end());
  }
  return collected;
}

std::vector<CollectedNames::Collected> CollectedNames::Several(absl::string_view folded,
                                                               size_t limit) const {
  std::vector<Collected> several;
  for (auto it = by_name_.upper_bound(folded); it != by_name_.end() && several.size() < limit;
       ++it) {
    Collected collected = Of(it->first);
    if (collected.resources.size() > 1) several.push_back(std::move(collected));
  }
  return several;
}

}  // namespace shareway::catalog
