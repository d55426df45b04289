// SPDX-License-Identifier: Apache-2.0
// Which items of the published catalogue a name on a form may mean: the same name, a synonym, or a
// similar one. R25 19, 40(1); M16 12.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/catalog/domain/entry.h"

namespace shareway::catalog {

// Names are alike from this share of common bigrams on.
inline constexpr double kSimilarFrom = 0.6;

// Dice's coefficient over the bigrams of two folded names, each bigram as often as it occurs:
// 2 * common / all. 1 for equal names; 0 if one has fewer than two characters.
double Dice(absl::string_view a, absl::string_view b);

// Groups of names that mean the same. A value.
class Synonyms {
 public:
  // One group a line, its names with ',' or '，' between them; '#' begins a comment line.
  // INVALID_ARGUMENT naming the line for a group of one, a name without a character that counts, or
  // a name that stands twice.
  static absl::StatusOr<Synonyms> Parse(absl::string_view text);

  // The folded names of the group of `folded`, itself among them; of a name without group, itself.
  std::vector<std::string> Of(const std::string& folded) const;

 private:
  std::map<std::string, std::vector<std::string>> groups_;  // by each of its names
};

// How an item was found; the likest first.
enum class Likeness { kUnspecified = 0, kExact, kSynonym, kSimilar };

// Which entries collect an item of which name. Items that were received under a grant are their
// giver's, not the entry's, and stand in no place here. Not thread-safe.
//
// A name is forgotten with the last entry that has it.
//
// Memory: about 100 bytes an entry and 4 an item, and the names, each once, with about 20 bytes a
// character.
class CollectedNames {
 public:
  // What everyone sees of an entry from now on; null: nothing.
  void Show(absl::string_view resource, const Entry* entry);

  // A name that items of published entries have.
  struct Match {
    Likeness likeness = Likeness::kUnspecified;
    double score = 0;
    std::string folded = {};
    std::vector<std::string> resources = {};  // by name
  };
  // How many names Find tells at most.
  static constexpr size_t kMaxNames = 100;
  // What one Find had to do.
  struct Work {
    size_t read = 0;    // pairs of a known name and a bigram that it has in common
    size_t scored = 0;  // names that have enough in common
  };
  // For a name that is not folded yet: the likest first, equals by folded name, up to kMaxNames.
  // Each names up to `most` entries. Reads names only that are neither so short nor so long that
  // they cannot be alike, each once for every bigram in common. Adds to `work` unless it is null.
  std::vector<Match> Find(absl::string_view name, const Synonyms& synonyms, size_t most,
                          Work* work = nullptr) const;

  // A name with who collects it.
  struct Collected {
    std::string folded = {};
    std::map<std::string, std::vector<std::string>> resources = {};  // by agency
  };
  // This very name, folded; nobody if it is not collected.
  Collected Of(const std::string& folded) const;
  // Names that two or more agencies collect.
  struct Page {
    std::vector<Collected> names = {};
    std::string last = {};  // where the next page begins; empty if there is none
  };
  // Those after `folded` in byte order, up to `limit`, out of the next `most` names.
  Page Several(absl::string_view folded, size_t limit, size_t most) const;

  // How many different names are known, each with an entry at least.
  size_t size() const { return by_name_.size(); }

 private:
  using Number = uint32_t;
  // That a name has a bigram. Together by bigram, and there by how many the name has.
  struct Posting {
    uint64_t bigram = 0;
    uint32_t all = 0;  // bigrams of the name
    Number name = 0;
    uint32_t times = 0;  // this one in the name
    bool operator<(const Posting& other) const;
  };
  struct Document {
    std::string resource = {};
    std::string provider = {};
    std::vector<Number> names = {};
  };
  struct Name {
    std::string folded = {};
    std::vector<Number> documents = {};  // ascending
  };
  Number Learn(const std::string& folded);
  void Forget(Number name);
  void Drop(absl::string_view resource);
  std::vector<std::string> ResourcesOf(const Name& name, size_t most) const;

  std::vector<Document> documents_;
  std::vector<Number> free_;  // of documents_
  absl::flat_hash_map<std::string, Number> numbers_;  // of documents_, by resource
  std::vector<Name> names_;
  std::vector<Number> free_names_;  // of names_
  std::map<std::string, Number, std::less<>> by_name_;  // of names_
  absl::btree_set<Posting> postings_;
};

}  // namespace shareway::catalog
