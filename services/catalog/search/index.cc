// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/search/index.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "services/catalog/search/words.h"

namespace shareway::catalog::search {
namespace {

constexpr int kMaxQuery = 200;  // characters
// Fewer documents are never worth a rebuild.
constexpr size_t kCompactFrom = 1024;

uint64_t PairOf(char32_t first, char32_t second) {
  return static_cast<uint64_t>(first) << 32 | second;
}

// Every character and every two neighbours of `text`, each once.
void Collect(const std::u32string& text, absl::flat_hash_set<uint64_t>* pairs) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == kGap) continue;
    pairs->insert(PairOf(text[i], 0));
    if (i + 1 < text.size() && text[i + 1] != kGap) pairs->insert(PairOf(text[i], text[i + 1]));
  }
}

// What a word must have at least: its pairs, or itself.
std::vector<uint64_t> PairsOf(const std::u32string& word) {
  if (word.size() == 1) return {PairOf(word[0], 0)};
  std::vector<uint64_t> pairs;
  for (size_t i = 0; i + 1 < word.size(); ++i) pairs.push_back(PairOf(word[i], word[i + 1]));
  return pairs;
}

// A first occurrence counts whole, more of them a little; the more of the field
// the word makes up, the better.
double FieldScore(const std::u32string& field, const std::u32string& word, double weight) {
  const int count = Count(field, word);
  if (count == 0) return 0;
  const double share = static_cast<double>(word.size()) / static_cast<double>(field.size());
  return weight * (1 + 0.2 * std::min(count - 1, 3) + share);
}

}  // namespace

Index::Document Index::DocumentFrom(absl::string_view name, const Entry& entry) {
  Document document = {.name = std::string(name),
                       .code = entry.code,
                       .provider = entry.provider,
                       .share_class = StrictestClass(entry)};
  document.title = Fold(entry.title);
  std::string text;
  for (const std::string& keyword : entry.keywords) absl::StrAppend(&text, keyword, " ");
  document.keywords = Fold(text);
  text.clear();
  for (const Item& item : entry.items) absl::StrAppend(&text, item.name, " ");
  document.items = Fold(text);
  document.abstract = Fold(entry.abstract);
  document.folded_code = Fold(entry.code);
  return document;
}

void Index::Show(absl::string_view name, const Entry* entry) {
  Document document;
  if (entry != nullptr) document = DocumentFrom(name, *entry);
  absl::MutexLock lock(&mutex_);
  if (entry == nullptr) return Drop(name);
  auto provider = provider_names_.find(document.provider);
  if (provider != provider_names_.end()) document.provider_name = provider->second;
  Add(std::move(document));
  Compact();
}

void Index::Learn(const DirectoryObject& object) {
  const auto* agency = std::get_if<Agency>(&object);
  if (agency == nullptr) return;
  std::u32string folded = Fold(agency->display_name);
  absl::MutexLock lock(&mutex_);
  std::u32string& known = provider_names_[agency->name];
  if (known == folded) return;
  known = folded;
  const size_t count = documents_.size();  // those added below have the name already
  for (size_t n = 0; n < count; ++n) {
    if (documents_[n].name.empty() || documents_[n].provider != agency->name) continue;
    Document renamed = documents_[n];
    renamed.provider_name = folded;
    Add(std::move(renamed));
  }
  Compact();
}

void Index::Drop(absl::string_view name) {
  auto it = numbers_.find(name);
  if (it == numbers_.end()) return;
  documents_[it->second] = Document();  // its postings lead to nobody
  numbers_.erase(it);
}

void Index::Add(Document document) {
  Drop(document.name);
  const Number number = static_cast<Number>(documents_.size());
  absl::flat_hash_set<Pair> pairs;
  for (const std::u32string* field :
       {&document.title, &document.keywords, &document.items, &document.provider_name,
        &document.abstract, &document.folded_code}) {
    Collect(*field, &pairs);
  }
  for (Pair pair : pairs) postings_[pair].push_back(number);
  numbers_[document.name] = number;
  documents_.push_back(std::move(document));
}

void Index::Compact() {
  if (documents_.size() < kCompactFrom || documents_.size() < 2 * numbers_.size()) return;
  std::vector<Document> kept;
  for (Document& document : documents_) {
    if (!document.name.empty()) kept.push_back(std::move(document));
  }
  documents_.clear();
  numbers_.clear();
  postings_.clear();
  for (Document& document : kept) Add(std::move(document));
}

std::vector<Index::Number> Index::Candidates(const std::vector<std::u32string>& words) const {
  std::vector<const std::vector<Number>*> lists;
  for (const std::u32string& word : words) {
    for (Pair pair : PairsOf(word)) {
      auto it = postings_.find(pair);
      if (it == postings_.end()) return {};
      lists.push_back(&it->second);
    }
  }
  std::sort(lists.begin(), lists.end(),
            [](const auto* a, const auto* b) { return a->size() < b->size(); });
  std::vector<Number> candidates = *lists.front();
  for (size_t i = 1; i < lists.size() && !candidates.empty(); ++i) {
    std::vector<Number> both;
    std::set_intersection(candidates.begin(), candidates.end(), lists[i]->begin(), lists[i]->end(),
                          std::back_inserter(both));
    candidates = std::move(both);
  }
  return candidates;
}

double Index::Score(const Document& document, const std::vector<std::u32string>& words) {
  double total = 0;
  for (const std::u32string& word : words) {
    const double score =
        FieldScore(document.title, word, 10) + FieldScore(document.keywords, word, 5) +
        FieldScore(document.folded_code, word, 5) + FieldScore(document.items, word, 3) +
        FieldScore(document.provider_name, word, 3) + FieldScore(document.abstract, word, 1);
    if (score == 0) return 0;
    total += score;
  }
  return total;
}

bool Index::Admits(const Query& query, const Document& document) {
  if (document.name.empty()) return false;
  if (!query.provider.empty() && document.provider != query.provider) return false;
  if (!absl::StartsWith(document.code, query.category)) return false;
  const auto& classes = query.share_classes;
  return classes.empty() ||
         std::find(classes.begin(), classes.end(), document.share_class) != classes.end();
}

absl::StatusOr<std::vector<Hit>> Index::Search(const Query& query) const {
  if (!IsText(query.words) || CodePoints(query.words) > kMaxQuery) {
    return Error::Field("query", absl::StrCat("has ", CodePoints(query.words),
                                              " characters, want 1 to ", kMaxQuery, " of text"));
  }
  const std::vector<std::u32string> words = Words(Fold(query.words));
  if (words.empty()) return Error::Field("query", "has no word to look for");
  std::vector<Hit> hits;
  {
    absl::ReaderMutexLock lock(&mutex_);
    for (Number number : Candidates(words)) {
      const Document& document = documents_[number];
      if (!Admits(query, document)) continue;
      const double score = Score(document, words);
      if (score > 0) hits.push_back({document.name, score});
    }
  }
  std::sort(hits.begin(), hits.end(), [](const Hit& a, const Hit& b) {
    return a.score != b.score ? a.score > b.score : a.name < b.name;
  });
  return hits;
}

size_t Index::size() const {
  absl::ReaderMutexLock lock(&mutex_);
  return numbers_.size();
}

}  // namespace shareway::catalog::search
