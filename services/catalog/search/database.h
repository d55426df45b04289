// SPDX-License-Identifier: Apache-2.0
// A Groonga database of entries: what is indexed of each, and how it is asked.
//
// All goes through Groonga's commands. No text of a user is ever part of one: words are
// tokens of words.h, names, codes and numbers have passed IsPlain.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

struct _grn_ctx;
struct _grn_obj;

namespace shareway::catalog::search {

// Fields that are looked in, with their names in the database.
inline constexpr const char* kTextFields[] = {"title", "keywords", "code_text",
                                              "items", "agency",   "abstract"};
// Fields that narrow and that are counted.
inline constexpr const char* kMarkFields[] = {"share_class", "provider",     "category", "division",
                                              "format",      "update_cycle", "grading"};

// Letters, digits, '/', '-', '_' and '.' of ASCII alone: fits a command as it is.
bool IsPlain(absl::string_view text);

// A number that orders names nearly as their bytes do: never the other way round, and equal only
// for names that begin alike. Names of codes, resources/306002-000001, have one each.
uint64_t OrderOf(absl::string_view name);

// What is kept of one entry.
struct Document {
  std::string name = {};  // resources/{r}
  std::string code = {};
  uint32_t length = 0;                             // units of the title
  std::map<std::string, std::string> texts = {};   // by field of kTextFields: a Stream
  std::map<std::string, std::string> marks = {};   // by field of kMarkFields: plain
};

// Where a page goes on: after this hit.
struct Place {
  int64_t score = 0;
  int64_t length = 0;
  std::string name = {};
};

struct Selection {
  std::vector<std::string> phrases = {};                        // of words.h; all must occur
  std::map<std::string, std::vector<std::string>> marks = {};   // any of the values, of each field
  std::string code_prefix = {};
  std::string division_prefix = {};
  std::vector<Place> after = {};  // none or one
  size_t limit = 10;
  bool facets = true;
};

struct Found {
  std::vector<Place> hits = {};  // best first
  int64_t total = 0;             // with `after`: the hits after it
  // By field of kMarkFields: values and how many hits have them, most first, up to 100.
  std::map<std::string, std::vector<std::pair<std::string, int64_t>>> facets = {};
};

// One thread writes, any number select meanwhile. Errors are INTERNAL with Groonga's own text.
class Database {
 public:
  // Makes an empty one in `folder`, which is there and empty.
  static absl::StatusOr<std::unique_ptr<Database>> Create(const std::string& folder);
  // Opens one that was closed and not touched since: Groonga maps its files, and what is damaged
  // would end the process.
  static absl::StatusOr<std::unique_ptr<Database>> Open(const std::string& folder);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // How many documents one Put takes: they are one command to Groonga, and in memory twice.
  static constexpr size_t kMaxPut = 200;
  // Adds or replaces. INVALID_ARGUMENT for names, codes or marks that are not plain, and for more
  // than kMaxPut.
  absl::Status Put(const std::vector<Document>& documents);
  // Removes; that it is not there is no error.
  absl::Status Drop(absl::string_view name);

  // Hits by score, the shorter title first, then by name. A word counts once for each field that
  // has it: title 1000, keywords and code 300, items and agency 100, abstract 1.
  absl::StatusOr<Found> Select(const Selection& selection) const;
  absl::StatusOr<int64_t> Size() const;

 private:
  Database() = default;
  static absl::StatusOr<std::unique_ptr<Database>> At(const std::string& folder, bool create);
  // Runs a command with a context of the pool.
  absl::StatusOr<std::string> Run(const std::string& command) const;
  _grn_ctx* Take() const;
  void Give(_grn_ctx* context) const;

  _grn_ctx* owner_ = nullptr;
  _grn_obj* database_ = nullptr;
  mutable absl::Mutex mutex_;
  mutable std::vector<_grn_ctx*> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::catalog::search
