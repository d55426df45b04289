// SPDX-License-Identifier: Apache-2.0
// Documents behind the assessments of entries (R25 13): taken in pieces, kept sealed, named by entries by
// their digest, read by the agency, its authority and supervisors, and kept three years at least.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "libs/attachment/contents.h"
#include "libs/base/clock.h"
#include "services/catalog/catalog.h"
#include "services/catalog/domain/register.h"
#include "services/catalog/store/assessment_store.h"
#include "services/catalog/store/resource_store.h"

namespace shareway::catalog {

// Thread-safe. Below, what is not for the caller to see is Error::NotVisible, like what is not there.
class Assessments {
 public:
  static constexpr size_t kMaxResources = 100;  // told of one document

  // All must outlive it. `key` is empty where none is given: then nothing is taken or read.
  struct Parts {
    AssessmentStore* store = nullptr;
    const ResourceStore* resources = nullptr;
    const Catalog* catalog = nullptr;
    const Clock* clock = nullptr;
    std::function<std::shared_ptr<const Register>()> directory = {};
    kv::Store* kv = nullptr;
    std::string key = {};
  };
  explicit Assessments(Parts parts);

  // One upload, for one thread. What is refused at its end leaves nothing; what is not finished is deleted
  // by Sweep.
  class Upload {
   public:
    absl::Status Add(absl::string_view piece) { return intake_.Add(piece); }
    // The document, durable with its record; the one that there is if the agency has the same content.
    // Errors of attachment::Contents::Intake; SECRET_REFUSED for a text that is marked so.
    absl::StatusOr<v1::AssessmentDocument> Finish();

   private:
    friend class Assessments;
    absl::StatusOr<v1::AssessmentDocument> Keep();

    Assessments* owner_ = nullptr;
    Cause cause_ = {};
    v1::AssessmentDocument document_ = {};
    std::string asked_digest_ = {};
    attachment::Contents::Intake intake_ = {};
  };
  // For the caller's agency. `asked`: file_name, and the digest that the content must have, or none.
  // INVALID_ARGUMENT; errors of attachment::Contents::Begin.
  absl::StatusOr<Upload> Begin(const Cause& cause, const v1::AssessmentDocument& asked);

  absl::StatusOr<v1::AssessmentDocument> Get(const Caller& caller, absl::string_view name) const;
  // Of `agency` after `name`, up to `limit`, without the entries that name them.
  absl::StatusOr<std::vector<v1::AssessmentDocument>> List(const Caller& caller,
                                                           absl::string_view agency,
                                                           absl::string_view name,
                                                           size_t limit) const;
  // Its content in order; ends with the first error of `write`. DATA_LOSS if a part does not open.
  absl::Status Read(const Caller& caller, absl::string_view name,
                    absl::FunctionRef<absl::Status(absl::string_view)> write) const;
  // Removes a document of the caller's own agency, with its content, at the end of its time: CheckRemovable.
  // ABORTED, CHANGED_MEANWHILE, if an entry that names it changes at the same time. A repeated request id
  // gets the name alone.
  absl::StatusOr<v1::AssessmentDocument> Remove(const Cause& cause, absl::string_view name);

  // Deletes what uploads left that did not end; at most 100 a call. Returns how many.
  absl::StatusOr<int> Sweep();

 private:
  // What the caller may see.
  absl::StatusOr<AssessmentStore::Loaded> Seen(const Caller& caller, absl::string_view name) const;
  // Entries that name it now.
  absl::StatusOr<std::vector<std::string>> NamedBy(const AssessmentStore::Loaded& loaded) const;
  evidence::AuditRecord RecordOf(evidence::RecordKind kind,
                                 const v1::AssessmentDocument& document) const;
  static v1::AssessmentDocument Shown(const AssessmentStore::Loaded& loaded);

  const Parts parts_;
  attachment::Contents contents_;
};

}  // namespace shareway::catalog
