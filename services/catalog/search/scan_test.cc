// SPDX-License-Identifier: Apache-2.0
// Answers of the index against a naive scan of the same entries.
//
// The scan knows nothing of units, tokens or Groonga: it looks for substrings in texts of which it
// folds Latin case and the Traditional characters of its own small alphabet.
#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/str_cat.h"
#include "services/catalog/search/test_shelf.h"
#include "tests/support/campaign.h"

namespace shareway::catalog::search {
namespace {

// A character as it may be written, and what it is to the scan.
struct Letter {
  std::string written;
  char32_t folded;
};
// Han characters are above U+FF, the others letters or, as a blank, what separates.
const std::vector<Letter> kHan = {{"登", U'登'}, {"记", U'记'}, {"記", U'记'}, {"婚", U'婚'},
                                  {"姻", U'姻'}, {"资", U'资'}, {"資", U'资'}, {"讯", U'讯'},
                                  {"訊", U'讯'}, {"人", U'人'}, {"口", U'口'}};
const std::vector<Letter> kLatin = {{"a", U'a'}, {"B", U'b'}, {"Ａ", U'a'}, {"1", U'1'}, {"２", U'2'}};
const std::vector<Letter> kGaps = {{" ", U' '}, {"，", U' '}, {"/", U' '}, {"\n", U' '}};

bool IsHan(char32_t c) { return c > 0xFF; }

// A text with what the scan sees of it: single blanks, also where Han and letters meet.
struct Text {
  std::string written;
  std::u32string seen;
};

class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}
  size_t Below(size_t end) { return random_() % end; }

  Text Write(size_t max, bool gaps) {
    Text text;
    const size_t length = 1 + Below(max);
    size_t kind = 0;
    for (size_t i = 0; i < length; ++i) {
      if (Below(4) == 0) kind = Below(gaps ? 3 : 2);
      const std::vector<Letter>& letters = kind == 0 ? kHan : kind == 1 ? kLatin : kGaps;
      const Letter& letter = letters[Below(letters.size())];
      if (kind == 2) kind = Below(2);
      text.written += letter.written;
      Append(letter.folded, &text.seen);
    }
    while (!text.seen.empty() && text.seen.back() == U' ') text.seen.pop_back();
    return text;
  }

  static void Append(char32_t c, std::u32string* to) {
    if (c == U' ') {
      if (!to->empty() && to->back() != U' ') to->push_back(c);
      return;
    }
    if (!to->empty() && to->back() != U' ' && IsHan(to->back()) != IsHan(c)) to->push_back(U' ');
    to->push_back(c);
  }

 private:
  std::mt19937 random_;
};

struct Wanted {
  std::u32string seen;
  bool quoted = false;
};

bool Has(const std::u32string& text, const Wanted& word) {
  const bool letters_only = word.seen.find(U' ') == std::u32string::npos && !IsHan(word.seen[0]);
  for (size_t at = text.find(word.seen); at != std::u32string::npos;
       at = text.find(word.seen, at + 1)) {
    const size_t end = at + word.seen.size();
    const bool begins = IsHan(word.seen[0]) || at == 0 || text[at - 1] == U' ';
    const bool ends = IsHan(word.seen.back()) || end == text.size() || text[end] == U' ' ||
                      (letters_only && !word.quoted);
    if (begins && ends) return true;
  }
  return false;
}

struct Shown {
  std::string name;
  std::map<std::string, std::u32string> texts;
  int64_t length = 0;
  ShareClass share_class = ShareClass::kUnspecified;
  std::string code;
};

// As the interface promises.
const std::map<std::string, int64_t> kPoints = {
    {"title", 1000}, {"keywords", 300}, {"items", 100}, {"abstract", 1}};

int64_t ScoreOf(const Shown& entry, const std::vector<Wanted>& words) {
  int64_t total = 0;
  for (const Wanted& word : words) {
    int64_t score = 0;
    for (const auto& [field, points] : kPoints) {
      if (Has(entry.texts.at(field), word)) score += points;
    }
    if (score == 0) return 0;
    total += score;
  }
  return total;
}

// Characters of Han, and runs of letters.
int64_t LengthOf(const std::u32string& seen) {
  int64_t length = 0;
  for (size_t i = 0; i < seen.size(); ++i) {
    if (seen[i] == U' ') continue;
    if (IsHan(seen[i]) || i == 0 || seen[i - 1] == U' ') ++length;
  }
  return length;
}

TEST_CASE("The index answers as a naive scan does", "[catalog][search][campaign]") {
  const unsigned seed = testing::DaySeed();
  INFO("SHAREWAY_SEED=" << seed);
  Writer writer(seed);
  Shelf shelf;
  std::vector<Shown> all;
  const int entries = testing::Campaign() ? 20'000 : 1'000;
  for (int n = 0; n < entries; ++n) {
    const Text title = writer.Write(8, true);
    const Text keyword = writer.Write(4, true);
    const Text item = writer.Write(6, true);
    const Text abstract = writer.Write(40, true);
    Entry entry = Titled(absl::StrCat(1 + writer.Below(3), "00/9", n), title.written);
    entry.keywords = {keyword.written};
    entry.items = {{.name = item.written}};
    entry.abstract = abstract.written;
    entry.declared_class = static_cast<ShareClass>(1 + writer.Below(3));
    Shown shown = {.name = absl::StrCat("resources/r", n),
                   .texts = {{"title", title.seen},
                             {"keywords", keyword.seen},
                             {"items", item.seen},
                             {"abstract", abstract.seen}},
                   .length = LengthOf(title.seen),
                   .share_class = entry.declared_class,
                   .code = entry.code};
    shelf.Put(shown.name, std::move(entry));
    all.push_back(std::move(shown));
  }
  const auto index = shelf.Open();
  REQUIRE(index->size() == entries);

  size_t hits = 0;
  for (int round = 0; round < testing::Rounds(200, 2000); ++round) {
    Query query = {.limit = static_cast<size_t>(entries)};
    std::vector<Wanted> words;
    for (size_t n = 1 + writer.Below(2); n > 0; --n) {
      const bool quoted = writer.Below(4) == 0;
      const Text text = writer.Write(4, quoted);
      if (text.seen.empty()) continue;
      absl::StrAppend(&query.words, quoted ? "\"" : "", text.written, quoted ? "\" " : " ");
      words.push_back({.seen = text.seen, .quoted = quoted});
    }
    // The code's digits are looked in, too; the scan leaves numbers to the tests of the code.
    const bool number = std::any_of(words.begin(), words.end(), [](const Wanted& word) {
      return word.seen[0] == U'1' || word.seen[0] == U'2';
    });
    if (words.empty() || number) continue;
    if (writer.Below(2) == 0) query.category = absl::StrCat(1 + writer.Below(3));
    if (writer.Below(2) == 0) query.share_classes = {static_cast<ShareClass>(1 + writer.Below(3))};

    std::vector<std::tuple<int64_t, int64_t, std::string>> wanted;
    std::map<std::string, int64_t> classes;
    for (const Shown& entry : all) {
      if (entry.code.compare(0, query.category.size(), query.category) != 0) continue;
      if (!query.share_classes.empty() && query.share_classes[0] != entry.share_class) continue;
      const int64_t score = ScoreOf(entry, words);
      if (score == 0) continue;
      wanted.emplace_back(-score, entry.length, entry.name);
      ++classes[absl::StrCat(static_cast<int>(entry.share_class))];
    }
    std::sort(wanted.begin(), wanted.end());
    hits += wanted.size();

    CAPTURE(query.words, query.category);
    const absl::StatusOr<Found> found = index->Search(query);
    REQUIRE(found.ok());
    std::vector<std::tuple<int64_t, int64_t, std::string>> got;
    for (const Place& hit : found->hits) got.emplace_back(-hit.score, hit.length, hit.name);
    std::vector<std::string> differ;  // what only one of them has, or ranks otherwise
    for (const auto& [score, length, name] : got) {
      const bool both = std::find(wanted.begin(), wanted.end(), std::tuple(score, length, name)) !=
                        wanted.end();
      if (!both) differ.push_back(absl::StrCat("+", name, " ", -score));
    }
    for (const auto& [score, length, name] : wanted) {
      const bool both =
          std::find(got.begin(), got.end(), std::tuple(score, length, name)) != got.end();
      if (!both) differ.push_back(absl::StrCat("-", name, " ", -score));
    }
    CAPTURE(differ);
    REQUIRE(got == wanted);
    CHECK(found->total == static_cast<int64_t>(wanted.size()));
    std::map<std::string, int64_t> counted;
    for (const auto& [value, count] : found->facets.at("share_class")) counted[value] = count;
    CHECK(counted == classes);
  }
  CHECK(hits > 0);
}

}  // namespace
}  // namespace shareway::catalog::search
