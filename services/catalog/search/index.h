// SPDX-License-Identifier: Apache-2.0
// Finds published entries by words: Groonga over what the store holds.
//
// The index is derived. It has a folder of its own, whose loss or damage costs a rebuild and
// nothing else: at Start it is used if it was closed in order, is byte for byte as it was then
// and of the store's present state; otherwise it is made anew in the background. Meanwhile
// entries are written as ever, and Search answers UNAVAILABLE with how far it is: half an index
// would say of entries that they are not there.
//
// Show and Learn never wait for the disk: a thread of the index's own applies them.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "services/catalog/domain/directory.h"
#include "services/catalog/domain/entry.h"
#include "services/catalog/search/database.h"

namespace shareway::catalog::search {

inline constexpr int kMaxQuery = 200;     // characters
inline constexpr size_t kMaxWords = 16;

// A question. Empty filters admit all; each admits entries with any of its values.
struct Query {
  std::string words = {};  // see WordsOf; all must occur, each in any field
  std::vector<ShareClass> share_classes = {};
  std::string provider = {};  // agencies/{a}
  std::string category = {};  // codes that begin so
  std::string division = {};  // division codes that begin so
  std::vector<ResourceFormat> formats = {};
  std::vector<UpdateCycle> update_cycles = {};
  std::vector<Grading> gradings = {};  // the highest of the entry's items
  std::vector<Place> after = {};       // the last hit of the page before, or none
  size_t limit = 50;
  bool facets = true;
};

// Where a word was found.
struct Highlight {
  struct Piece {
    std::string text = {};
    bool found = false;
  };
  std::string field = {};            // title, code, keywords[1], items[3].name, abstract
  std::vector<Piece> pieces = {};    // the whole text in order, as written: nothing is escaped
};

// What the index is made from. Both are called from the index's thread.
struct Source {
  // Entries after `name` in order of names, up to `limit`, and what everyone sees of them; nothing
  // if they are not to be found. Empty: there are no more.
  std::function<absl::StatusOr<std::vector<std::pair<std::string, std::optional<Entry>>>>(
      absl::string_view name, size_t limit)>
      list = {};
  // Another text after every change of what `list` tells, over restarts, too. Empty if it cannot
  // be told now: then no index is sealed, and none used again.
  std::function<std::string()> state = {};
};

// Thread-safe.
class Index {
 public:
  // Makes `folder` if it is not there. FAILED_PRECONDITION if it cannot, or if text cannot be
  // folded.
  static absl::StatusOr<std::unique_ptr<Index>> Open(const std::string& folder);
  // Applies what was shown, and seals the folder if all of it is in the index.
  ~Index();

  // What everyone sees of an entry from now on; null: nothing, so it is not found.
  void Show(absl::string_view name, const Entry* entry);
  // Takes the name under which a provider's entries are found from an agency;
  // other objects of the directory pass.
  void Learn(const DirectoryObject& object);
  // Begins to work. Once, after the agencies that there are were learnt.
  void Start(Source source);

  // Sees all that was shown before it was called, which it waits for, a second at most.
  // INVALID_ARGUMENT for a query without a word, of more than kMaxQuery characters or kMaxWords
  // words, or with a filter that no entry can have; UNAVAILABLE, SEARCH_REBUILDING, while the index
  // is made anew.
  absl::StatusOr<Found> Search(const Query& query);

  // Entries that are in the index, and how many of them since it began to be made anew.
  int64_t size() const;
  // True once it answers.
  bool ready() const;
  // How often it was made anew since Open.
  int rebuilds() const;

 private:
  explicit Index(std::string folder) : folder_(std::move(folder)) {}
  void Run();
  // The state of the source and of the agencies' names, and the form of the index; empty if the
  // source cannot tell.
  std::string State() const;
  bool Reuse();
  absl::Status Rebuild();
  absl::Status ApplyPending();
  // Puts all entries of the source, or only those of these providers.
  absl::Status PutAll(Database* database, const std::set<std::string>* providers);
  Document DocumentFrom(absl::string_view name, const Entry& entry) const;
  bool Stopping() const;
  std::string files() const { return folder_ + "/index"; }

  const std::string folder_;
  Source source_;
  mutable absl::Mutex mutex_;
  std::map<std::string, std::optional<Entry>> pending_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, std::string> agencies_ ABSL_GUARDED_BY(mutex_);  // display names
  std::set<std::string> renamed_ ABSL_GUARDED_BY(mutex_);
  uint64_t asked_ ABSL_GUARDED_BY(mutex_) = 0;    // changes shown or learnt
  uint64_t applied_ ABSL_GUARDED_BY(mutex_) = 0;  // of these
  std::shared_ptr<Database> database_ ABSL_GUARDED_BY(mutex_);  // null: being made anew
  std::string trouble_ ABSL_GUARDED_BY(mutex_);  // why the last attempt failed
  int64_t put_ ABSL_GUARDED_BY(mutex_) = 0;      // by the rebuild that is under way
  int rebuilds_ ABSL_GUARDED_BY(mutex_) = 0;
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;      // searches
  bool started_ ABSL_GUARDED_BY(mutex_) = false;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool broken_ ABSL_GUARDED_BY(mutex_) = false;  // a search found it damaged
  std::thread working_;
};

// INVALID_ARGUMENT for a query that Search refuses.
absl::Status CheckQuery(const Query& query);

// Where the words of `query` are in `entry`, up to 20 fields; the provider's name is none of them.
std::vector<Highlight> Highlights(const Entry& entry, absl::string_view query);

}  // namespace shareway::catalog::search
