// SPDX-License-Identifier: Apache-2.0
// Keeps what is known of assessment documents, and which entries name them.
//
// Keys ({d} is the id of assessmentDocuments/{d}, {r} of resources/{r}, {a} of agencies/{a}):
//   assessment/o/{d}         -> AssessmentDocument, without what follows from entries and the time
//   assessment/a/{a}/{d}     -> empty; the documents of agency {a}
//   assessment/h/{a}/{hex}   -> {d}: the agency's document with this SHA-256
//   assessment/n/{d}         -> 8 bytes: when an entry that named it was changed last, in Unix seconds
//   assessment/r/{d}/{r}     -> empty; entries that name it or did
//   assessment/c/…, assessment/b/…  contents and unfinished uploads: libs/attachment/contents.h
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "services/catalog/domain/resource.h"
#include "services/catalog/store/catalog_record.pb.h"
#include "services/catalog/store/commit.h"

namespace shareway::catalog {

inline constexpr char kAssessmentChunks[] = "assessment/c/";
inline constexpr char kAssessmentBegun[] = "assessment/b/";

// Thread-safe.
class AssessmentStore {
 public:
  // Both must outlive it.
  AssessmentStore(kv::Store* kv, const outbox::Outbox* outbox) : kv_(kv), outbox_(outbox) {}

  // A document as it was read.
  struct Loaded {
    v1::AssessmentDocument document = {};
    uint64_t version = 0;
    absl::Time named = absl::InfinitePast();  // when an entry that named it was changed last
    uint64_t named_version = 0;               // 0: none ever named it
  };
  // Nothing if there is none. DATA_LOSS if it cannot be read.
  absl::StatusOr<std::optional<Loaded>> Load(absl::string_view name) const;
  // The agency's document with this SHA-256 in hexadecimal: assessmentDocuments/{d}; empty if none.
  absl::StatusOr<std::string> Find(absl::string_view agency, absl::string_view digest) const;
  // Documents of `agency` after `name` in byte order, up to `limit`. DATA_LOSS.
  absl::StatusOr<std::vector<Loaded>> List(absl::string_view agency, absl::string_view name,
                                           size_t limit) const;
  // Entries that name it or did, by name.
  absl::StatusOr<std::vector<std::string>> NamedBy(absl::string_view name) const;

  // Keeps a new document with the one record of `event`, and ends its upload, whose key is `begun`.
  // ABORTED if the agency has a document of this content meanwhile; other errors as Commit.
  absl::Status Save(const v1::AssessmentDocument& document, absl::string_view begun, Event event);
  // Removes it, with its content, whose keys begin with `chunks`. ABORTED if an entry that names it was
  // changed since it was read.
  absl::Status Remove(const Loaded& loaded, absl::string_view chunks, Event event);

  // Adds to the commit of an entry that the documents which it names or named are in use until `now`.
  // The commit fails, as if the entry had changed, where one that `after` names is removed meanwhile.
  absl::Status Follow(const Resource& before, const Resource& after, absl::Time now,
                      kv::Batch* batch) const;

  // The result of this request id, if it was taken.
  absl::StatusOr<std::optional<std::string>> Seen(const outbox::Once& once, absl::Time now) const {
    return once.Find(*kv_, now);
  }

 private:
  kv::Store* const kv_;
  const outbox::Outbox* const outbox_;
};

}  // namespace shareway::catalog
