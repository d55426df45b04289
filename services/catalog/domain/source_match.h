// SPDX-License-Identifier: Apache-2.0
// Which items of the published catalogue a name on a form may mean: the same name, a synonym, or a
// similar one. R25 19, 40(1); M16 12.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

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
// Memory: about 100 bytes an entry and 4 an item, and the names, each once.
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
  // For a name that is not folded yet: the likest first, equals by folded name. Each names up to
  // `most` entries.
  std::vector<Match> Find(absl::string_view name, const Synonyms& synonyms, size_t most) const;

  // A name with who collects it.
  struct Collected {
    std::string folded = {};
    std::map<std::string, std::vector<std::string>> resources = {};  // by agency
  };
  // This very name, folded; nobody if it is not collected.
  Collected Of(const std::string& folded) const;
  // Names that two or more agencies collect, after `folded` in byte order, up to `limit`.
  std::vector<Collected> Several(absl::string_view folded, size_t limit) const;

 private:
  using Number = uint32_t;
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
  void Drop(absl::string_view resource);
  std::vector<std::string> ResourcesOf(const Name& name, size_t most) const;

  std::vector<Document> documents_;
  std::vector<Number> free_;  // of documents_
  absl::flat_hash_map<std::string, Number> numbers_;  // of documents_, by resource
  std::vector<Name> names_;
  std::map<std::string, Number, std::less<>> by_name_;                // of names_
  absl::flat_hash_map<std::string, std::vector<Number>> by_bigram_;  // of names_
};

}  // namespace shareway::catalog
