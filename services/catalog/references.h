// SPDX-License-Identifier: Apache-2.0
// What an entry refers to, compared with what there is: agencies, other entries, sources, divisions.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "libs/base/error.h"
#include "services/catalog/domain/entry.h"
#include "services/catalog/domain/law.h"
#include "services/catalog/domain/register.h"
#include "services/catalog/store/assessment_store.h"
#include "services/catalog/store/resource_store.h"
#include "services/catalog/store/source_store.h"

namespace shareway::catalog {

// Where references are looked up. All must outlive the check.
struct ReferencePlaces {
  const Register* all = nullptr;
  const ResourceStore* resources = nullptr;
  const SourceStore* sources = nullptr;
  const AssessmentStore* assessments = nullptr;  // null: no document is known
};

// The references of a well-formed entry that lead nowhere, as fields of Resource with the prefix
// "resource.": contributors that are no active agency; sources that are not in force; documents of
// assessments that the provider has not uploaded; a division outside
// the one of the authority that is in charge of the provider, where the directory names one (R25 12: each
// level compiles its own catalogue). What is malformed is left to Violations. DATA_LOSS.
absl::StatusOr<std::vector<FieldViolation>> MissingReferences(const Entry& entry, const Law& law,
                                                              const ReferencePlaces& places);

// Related codes that are neither published nor an entry of the provider's own. Not asked of a draft, since
// two new entries may name each other. Another agency's draft is answered like a code that nobody has.
// DATA_LOSS.
absl::StatusOr<std::vector<FieldViolation>> MissingRelated(const Entry& entry, const Law& law,
                                                           const ReferencePlaces& places);

// FAILED_PRECONDITION, REFERENCE_MISSING, with every field and value; OK for none.
absl::Status ReferencesMissing(const std::vector<FieldViolation>& missing, const Law& law);

}  // namespace shareway::catalog
