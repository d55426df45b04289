// SPDX-License-Identifier: Apache-2.0
// Finds published entries by words. An inverted index over pairs of characters,
// in memory: right for Chinese, which has no blanks between words, and for two
// characters as for twenty. Built from the store at start.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "services/catalog/domain/directory.h"
#include "services/catalog/domain/entry.h"

namespace shareway::catalog::search {

// A question. Empty filters admit all.
struct Query {
  std::string words = {};  // 1 to 200 characters; all must occur, in any field
  std::vector<ShareClass> share_classes = {};
  std::string provider = {};  // agencies/{a}
  std::string category = {};  // codes that begin so
};

struct Hit {
  std::string name = {};  // resources/{r}
  double score = 0;
};

// Thread-safe. Memory: about ten times the indexed text.
class Index {
 public:
  // What everyone sees of an entry from now on; null: nothing, so it is not found.
  void Show(absl::string_view name, const Entry* entry);
  // Takes the name under which a provider's entries are found from an agency;
  // other objects of the directory pass.
  void Learn(const DirectoryObject& object);

  // All hits, best first, equals by name. INVALID_ARGUMENT if the query has no
  // word or more than 200 characters.
  absl::StatusOr<std::vector<Hit>> Search(const Query& query) const;

  size_t size() const;

 private:
  struct Document {
    std::string name = {};  // empty: removed
    std::string code = {};
    std::string provider = {};
    ShareClass share_class = ShareClass::kUnspecified;
    // Folded; what they weigh is in index.cc.
    std::u32string title = {}, keywords = {}, items = {}, provider_name = {}, abstract = {},
                   folded_code = {};
  };
  using Number = uint32_t;  // of a document; never reused until Compact
  using Pair = uint64_t;    // two characters, or one and zero

  static Document DocumentFrom(absl::string_view name, const Entry& entry);
  void Add(Document document) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Drop(absl::string_view name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // Rebuilds once most numbers belong to removed documents.
  void Compact() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::vector<Number> Candidates(const std::vector<std::u32string>& words) const
      ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // 0 if a word occurs in no field.
  static double Score(const Document& document, const std::vector<std::u32string>& words);
  static bool Admits(const Query& query, const Document& document);

  mutable absl::Mutex mutex_;
  std::vector<Document> documents_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, Number> numbers_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<Pair, std::vector<Number>> postings_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::u32string, std::less<>> provider_names_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::catalog::search
