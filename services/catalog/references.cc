// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/references.h"

#include <algorithm>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/codes/division_code.h"
#include "libs/codes/resource_code.h"
#include "services/catalog/domain/assessment.h"
#include "services/catalog/domain/faults.h"

namespace shareway::catalog {
namespace {

void CheckContributors(const Entry& entry, const Register& all, Faults* faults) {
  for (size_t i = 0; i < entry.contributors.size(); ++i) {
    const std::string& name = entry.contributors[i];
    if (!ParseName("agencies/{a}", name).ok()) continue;
    const Agency* agency = all.Find<Agency>(name);
    if (agency != nullptr && agency->standing == Standing::kActive) continue;
    faults->Add(absl::StrCat("contributors[", i, "]"),
                absl::StrCat(codes::Quote(name), " is no active agency of the directory"));
  }
}

absl::Status CheckSources(const Entry& entry, const Law& law, const SourceStore& sources,
                          Faults* faults) {
  for (size_t i = 0; i < entry.items.size(); ++i) {
    const std::string& name = entry.items[i].source;
    if (name.empty() || !ParseName("sources/{s}", name).ok()) continue;
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<SourceStore::Loaded> source, sources.Load(name));
    if (source) continue;
    faults->Add(absl::StrCat("items[", i, "].source"),
                absl::StrCat(codes::Quote(name), " is no source in force"), law.source_article);
  }
  return absl::OkStatus();
}

absl::Status CheckKept(const Entry& entry, const AssessmentStore* assessments, Faults* faults) {
  const std::vector<std::string>& digests = entry.assessment.document_digests;
  for (size_t i = 0; i < digests.size(); ++i) {
    if (!IsDocumentDigest(digests[i])) continue;
    std::string document;
    if (assessments != nullptr) {
      SHAREWAY_ASSIGN_OR_RETURN(document, assessments->Find(entry.provider, digests[i]));
    }
    if (!document.empty()) continue;
    faults->Add(absl::StrCat("assessment.document_digests[", i, "]"),
                absl::StrCat(codes::Quote(digests[i]), " is no document that ", entry.provider,
                             " uploaded"));
  }
  return absl::OkStatus();
}

void CheckDivision(const Entry& entry, const Register& all, Faults* faults) {
  const auto division = codes::ParseDivisionCode(entry.division);
  if (entry.division.empty() || !division.ok()) return;
  const Agency* agency = all.Find<Agency>(entry.provider);
  const Authority* authority =
      agency == nullptr ? nullptr : all.Find<Authority>(agency->authority);
  if (authority == nullptr || authority->division.empty()) return;
  const auto own = codes::ParseDivisionCode(authority->division);
  if (!own.ok() || own->Covers(*division)) return;
  faults->Add("division", absl::StrCat(codes::Quote(entry.division), " lies outside ",
                                       authority->division, ", for which ", authority->name,
                                       " of the provider speaks"));
}

// True if everyone may read the entry of this code, or it is of the provider itself.
absl::StatusOr<bool> MayRelate(const std::string& code, absl::string_view provider,
                               const ResourceStore& resources) {
  std::string id = code;
  std::replace(id.begin(), id.end(), '/', '-');
  const absl::StatusOr<ResourceStore::Loaded> loaded =
      resources.Load(absl::StrCat("resources/", id));
  if (absl::IsNotFound(loaded.status())) return false;
  SHAREWAY_RETURN_IF_ERROR(loaded.status());
  const Resource::Fields& fields = loaded->resource.fields();
  if (fields.published) return fields.published->state != Resource::State::kWithdrawn;
  return fields.provider == provider;
}

}  // namespace

absl::StatusOr<std::vector<FieldViolation>> MissingReferences(const Entry& entry, const Law& law,
                                                              const ReferencePlaces& places) {
  Faults faults("resource.");
  faults.Under(law.content_article, law.profile);
  CheckContributors(entry, *places.all, &faults);
  SHAREWAY_RETURN_IF_ERROR(CheckSources(entry, law, *places.sources, &faults));
  SHAREWAY_RETURN_IF_ERROR(CheckKept(entry, places.assessments, &faults));
  CheckDivision(entry, *places.all, &faults);
  return faults.Take();
}

absl::StatusOr<std::vector<FieldViolation>> MissingRelated(const Entry& entry, const Law& law,
                                                           const ReferencePlaces& places) {
  Faults faults("resource.");
  faults.Under(law.content_article, law.profile);
  for (size_t i = 0; i < entry.related.size(); ++i) {
    if (!codes::ParseResourceCode(entry.related[i]).ok()) continue;
    SHAREWAY_ASSIGN_OR_RETURN(const bool known,
                              MayRelate(entry.related[i], entry.provider, *places.resources));
    if (known) continue;
    faults.Add(absl::StrCat("related[", i, "]"),
               absl::StrCat(codes::Quote(entry.related[i]),
                            " is neither a published entry nor one of the provider's own"));
  }
  return faults.Take();
}

absl::Status ReferencesMissing(const std::vector<FieldViolation>& missing, const Law& law) {
  if (missing.empty()) return absl::OkStatus();
  std::string message;
  std::string fields;
  for (const FieldViolation& one : missing) {
    absl::StrAppend(&message, message.empty() ? "" : "; ", one.field, ": ", one.rule);
    absl::StrAppend(&fields, fields.empty() ? "" : ",", one.field);
  }
  return Error(Reason::kReferenceMissing, absl::StatusCode::kFailedPrecondition, message)
      .With("field", fields)
      .With("article", law.content_article)
      .With("profile", law.profile);
}

}  // namespace shareway::catalog
