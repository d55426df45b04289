// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/source_match.h"

#include <algorithm>
#include <cstddef>
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

// One character of well-formed UTF-8, which has up to four bytes.
uint64_t Packed(absl::string_view character) {
  uint64_t packed = 0;
  for (const char byte : character) packed = packed << 8 | static_cast<uint8_t>(byte);
  return packed;
}

// Sorted, each as often as it occurs.
std::vector<uint64_t> Bigrams(absl::string_view folded) {
  const std::vector<absl::string_view> characters = codes::Characters(folded);
  std::vector<uint64_t> bigrams;
  for (size_t i = 1; i < characters.size(); ++i) {
    bigrams.push_back(Packed(characters[i - 1]) << 32 | Packed(characters[i]));
  }
  std::sort(bigrams.begin(), bigrams.end());
  return bigrams;
}

// Calls `visit(bigram, times)` for each of them once.
template <typename Visit>
void EachOf(const std::vector<uint64_t>& sorted, const Visit& visit) {
  for (auto it = sorted.begin(); it != sorted.end();) {
    const auto next = std::upper_bound(it, sorted.end(), *it);
    visit(*it, static_cast<uint32_t>(next - it));
    it = next;
  }
}

double DiceOf(size_t common, size_t a, size_t b) {
  return 2.0 * static_cast<double>(common) / static_cast<double>(a + b);
}

absl::Status BadLine(size_t line, absl::string_view rule) {
  return absl::InvalidArgumentError(absl::StrCat("line ", line, ": ", rule));
}

}  // namespace

double Dice(absl::string_view a, absl::string_view b) {
  const std::vector<uint64_t> of_a = Bigrams(a);
  const std::vector<uint64_t> of_b = Bigrams(b);
  if (of_a.empty() || of_b.empty()) return 0;
  std::vector<uint64_t> common;
  std::set_intersection(of_a.begin(), of_a.end(), of_b.begin(), of_b.end(),
                        std::back_inserter(common));
  return DiceOf(common.size(), of_a.size(), of_b.size());
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

bool CollectedNames::Posting::operator<(const Posting& other) const {
  return std::tie(bigram, all, name) < std::tie(other.bigram, other.all, other.name);
}

CollectedNames::Number CollectedNames::Learn(const std::string& folded) {
  const auto known = by_name_.find(folded);
  if (known != by_name_.end()) return known->second;
  Number number = static_cast<Number>(names_.size());
  if (free_names_.empty()) {
    names_.emplace_back();
  } else {
    number = free_names_.back();
    free_names_.pop_back();
  }
  names_[number].folded = folded;
  by_name_.emplace(folded, number);
  const std::vector<uint64_t> bigrams = Bigrams(folded);
  EachOf(bigrams, [&](uint64_t bigram, uint32_t times) {
    postings_.insert({.bigram = bigram,
                      .all = static_cast<uint32_t>(bigrams.size()),
                      .name = number,
                      .times = times});
  });
  return number;
}

void CollectedNames::Forget(Number name) {
  const std::vector<uint64_t> bigrams = Bigrams(names_[name].folded);
  EachOf(bigrams, [&](uint64_t bigram, uint32_t) {
    postings_.erase(Posting{
        .bigram = bigram, .all = static_cast<uint32_t>(bigrams.size()), .name = name});
  });
  by_name_.erase(names_[name].folded);
  names_[name] = Name();
  free_names_.push_back(name);
}

void CollectedNames::Drop(absl::string_view resource) {
  const auto known = numbers_.find(resource);
  if (known == numbers_.end()) return;
  const Number number = known->second;
  for (const Number name : documents_[number].names) {
    std::vector<Number>& in = names_[name].documents;
    in.erase(std::lower_bound(in.begin(), in.end(), number));
    if (in.empty()) Forget(name);
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
                                                        const Synonyms& synonyms, size_t most,
                                                        Work* work) const {
  struct Found {
    Likeness likeness = Likeness::kUnspecified;
    double score = 0;
    Number name = 0;
  };
  const std::string asked = codes::FoldName(name);
  std::vector<Found> found;
  std::set<Number> same;
  for (const std::string& folded : synonyms.Of(asked)) {
    const auto known = by_name_.find(folded);
    if (known == by_name_.end()) continue;
    same.insert(known->second);
    found.push_back({.likeness = folded == asked ? Likeness::kExact : Likeness::kSynonym,
                     .score = 1.0,
                     .name = known->second});
  }
  // How much each known name has in common. With all bigrams of the shorter one in common,
  // 2 * min / (a + b) is the most that two names can reach.
  const std::vector<uint64_t> bigrams = Bigrams(asked);
  struct Common {
    uint32_t bigrams = 0;
    uint32_t all = 0;
  };
  absl::flat_hash_map<Number, Common> common;
  Work done;
  const auto reachable = [&](size_t all) {
    return DiceOf(std::min(all, bigrams.size()), bigrams.size(), all) >= kSimilarFrom;
  };
  uint32_t least = 1;
  while (least < bigrams.size() && !reachable(least)) ++least;
  EachOf(bigrams, [&](uint64_t bigram, uint32_t times) {
    for (auto it = postings_.lower_bound(Posting{.bigram = bigram, .all = least});
         it != postings_.end() && it->bigram == bigram && reachable(it->all); ++it) {
      Common& counted = common[it->name];
      counted.bigrams += std::min(times, it->times);
      counted.all = it->all;
      ++done.read;
    }
  });
  for (const auto& [number, counted] : common) {
    const double score = DiceOf(counted.bigrams, bigrams.size(), counted.all);
    if (score < kSimilarFrom) continue;
    ++done.scored;
    if (same.count(number) > 0) continue;
    found.push_back({.likeness = Likeness::kSimilar, .score = score, .name = number});
  }
  const auto likest = [this](const Found& a, const Found& b) {
    return std::make_tuple(a.likeness, -a.score, absl::string_view(names_[a.name].folded)) <
           std::make_tuple(b.likeness, -b.score, absl::string_view(names_[b.name].folded));
  };
  const size_t told = std::min(found.size(), kMaxNames);
  std::partial_sort(found.begin(), found.begin() + static_cast<std::ptrdiff_t>(told), found.end(),
                    likest);
  found.resize(told);
  std::vector<Match> matches;
  for (const Found& one : found) {
    matches.push_back({.likeness = one.likeness,
                       .score = one.score,
                       .folded = names_[one.name].folded,
                       .resources = ResourcesOf(names_[one.name], most)});
  }
  if (work != nullptr) {
    work->read += done.read;
    work->scored += done.scored;
  }
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

CollectedNames::Page CollectedNames::Several(absl::string_view folded, size_t limit,
                                             size_t most) const {
  Page page;
  for (auto it = by_name_.upper_bound(folded); it != by_name_.end(); ++it) {
    if (page.names.size() == limit || most == 0) return page;
    --most;
    page.last = it->first;
    const std::vector<Number>& in = names_[it->second].documents;
    const auto by_another = [&](Number number) {
      return documents_[number].provider != documents_[in.front()].provider;
    };
    if (std::any_of(in.begin(), in.end(), by_another)) page.names.push_back(Of(it->first));
  }
  page.last.clear();
  return page;
}

}  // namespace shareway::catalog
