// SPDX-License-Identifier: Apache-2.0
// One item, one source: what a form may not collect again, who is the source of an item, what
// several agencies collect, and what is not shared at all.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/clock.h"
#include "libs/statute/profile.h"
#include "services/catalog/domain/register.h"
#include "services/catalog/domain/source.h"
#include "services/catalog/domain/source_match.h"
#include "services/catalog/store/cause.h"
#include "services/catalog/store/resource_store.h"
#include "services/catalog/store/source_store.h"

namespace shareway::catalog {

// Thread-safe. Answers follow what is published at once: Show is told of it.
class Sources {
 public:
  // Limits of one check.
  static constexpr size_t kMaxItems = 40;
  static constexpr size_t kMaxMatches = 10;

  // All must outlive it.
  struct Parts {
    SourceStore* store = nullptr;
    const ResourceStore* resources = nullptr;
    const statute::ProfileSet* statutes = nullptr;
    const Clock* clock = nullptr;
    std::function<std::shared_ptr<const Register>()> directory = {};
    Synonyms synonyms = {};
  };
  explicit Sources(Parts parts) : parts_(std::move(parts)) {}

  absl::Time Now() const { return parts_.clock->Now(); }

  // What everyone sees of an entry from now on; null: nothing.
  void Show(absl::string_view resource, const Entry* entry);

  // One item that a form is about to collect.
  struct Asked {
    std::string name = {};
    std::string definition = {};  // may be empty
  };
  // An item that it may be.
  struct Match {
    Likeness likeness = Likeness::kUnspecified;
    double score = 0;
    std::string resource = {};
    std::string resource_title = {};
    Item item = {};
    std::string provider = {};
    std::string provider_name = {};
    ShareClass share_class = ShareClass::kUnspecified;
    std::string source = {};  // sources/{i}, if it is one
    double definition_score = 0;
    std::string article = {};  // that forbids to collect it again; empty if it is not obtainable
  };
  struct Finding {
    std::string name = {};
    std::vector<Match> matches = {};  // at most kMaxMatches; sources first, then the likest
    bool more = false;
  };
  // INVALID_ARGUMENT for none or more than kMaxItems, and for texts beyond their limits; CANCELLED
  // once `over`, if any, says before an item that nobody waits for the answer; DATA_LOSS.
  absl::StatusOr<std::vector<Finding>> Check(const std::vector<Asked>& items,
                                             const std::function<bool()>& over = nullptr) const;
  // Puts the answer on record, to be cited, and returns its name: collectionChecks/{c}. Where all
  // matches would not fit a record it has of each item the same number of first ones. A repeated
  // request id gets the first one's name.
  absl::StatusOr<std::string> Keep(const Cause& cause, const std::vector<Finding>& findings);

  // Designates the source, or replaces it if `etag` is its etag. Errors of Source::Designate;
  //   FAILED_PRECONDITION  the source, another one of the same title or a synonym, or one of the
  //                        same place is there already; names it
  //   ABORTED              CHANGED_MEANWHILE: `etag` is stale
  absl::StatusOr<SourceStore::Loaded> Designate(const Cause& cause, Source::Request request,
                                                absl::string_view etag);
  static std::string Etag(const SourceStore::Loaded& loaded);

  // What several agencies collect, after `folded`, up to `limit`.
  struct Collected {
    std::string folded = {};  // where the next page begins
    std::string name = {};    // as one of the entries writes it
    std::map<std::string, std::vector<std::string>> resources = {};  // by agency
    std::string source = {};  // empty: it waits for one
  };
  absl::StatusOr<std::vector<Collected>> Several(absl::string_view folded, size_t limit) const;

  // Entries not shared, whole or in part, of agencies in the charge of `authority` and of those
  // below it, by name. PERMISSION_DENIED (Error::NotVisible) unless the caller is of that authority
  // or of one above it; what `visit` answers if not OK; DATA_LOSS.
  struct Negative {
    std::string resource = {};
    const Resource::Published* published = nullptr;
    bool whole = false;
    std::vector<Item> items = {};
    std::string article = {};
  };
  absl::Status Negatives(const Caller& caller, absl::string_view authority,
                         absl::FunctionRef<absl::Status(const Negative&)> visit) const;
  // The same, as messages for `write`, for the caller in `cause`; puts on record what was written,
  // also if `write` fails, whose error it then answers.
  absl::StatusOr<v1::NegativeListEnd> ExportNegatives(
      const Cause& cause, absl::string_view authority,
      absl::FunctionRef<absl::Status(const v1::NegativeEntry&)> write);

 private:
  const statute::Profile* ProfileOf(absl::string_view profile) const;
  absl::StatusOr<Finding> CheckOne(const Asked& asked, const Register& all) const;
  absl::Status AddMatches(const CollectedNames::Match& like, const Asked& asked,
                          const Register& all, const std::string& resource,
                          Finding* finding) const;
  absl::Status CheckVacant(const Source::Request& request) const;
  std::vector<std::string> Concerned(const Source::Request& request, const Entry* published) const;
  // Adds whom it concerns that `replaced` is the source no more; sorted.
  absl::Status AddReplaced(const Source::Fields& replaced,
                           std::vector<std::string>* concerned) const;

  const Parts parts_;
  // One designation at a time: of two synonyms at once each would find the other's title vacant.
  absl::Mutex designating_;
  // Whoever publishes waits in Show for the readers: none has it for more than one name, or one
  // page of names.
  mutable absl::Mutex mutex_;
  CollectedNames names_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::catalog
