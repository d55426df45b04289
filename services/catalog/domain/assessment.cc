// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/domain/assessment.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/civil_time.h"
#include "libs/base/error.h"
#include "libs/statute/calendar.h"

namespace shareway::catalog {

bool IsDocumentDigest(absl::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
           return absl::ascii_isdigit(c) || (c >= 'a' && c <= 'f');
         });
}

void CheckDocuments(const Assessment& assessment, Faults* faults) {
  const std::vector<std::string>& digests = assessment.document_digests;
  if (digests.size() > kMaxAssessmentDocuments) {
    return faults->Add("assessment.document_digests",
                       absl::StrCat("are ", digests.size(), ", at most ", kMaxAssessmentDocuments));
  }
  std::set<absl::string_view> seen;
  for (size_t i = 0; i < digests.size(); ++i) {
    const std::string field = absl::StrCat("assessment.document_digests[", i, "]");
    if (!IsDocumentDigest(digests[i])) {
      faults->Add(field, absl::StrCat(codes::Quote(digests[i]),
                                      ", want a SHA-256 in 64 digits 0-9a-f"));
    } else if (!seen.insert(digests[i]).second) {
      faults->Add(field, absl::StrCat(codes::Quote(digests[i]), " is given twice"));
    }
  }
}

std::set<std::string> DocumentsOf(const Resource& resource) {
  std::set<std::string> digests;
  const auto add = [&digests](const Entry& entry) {
    digests.insert(entry.assessment.document_digests.begin(),
                   entry.assessment.document_digests.end());
  };
  const Resource::Fields& fields = resource.fields();
  if (fields.working) add(fields.working->entry);
  if (fields.published && fields.published->state != Resource::State::kWithdrawn) {
    add(fields.published->entry);
  }
  return digests;
}

absl::Time KeepUntil(absl::Time kept, absl::Time named) {
  const absl::CivilDay day = statute::LawDay(std::max(kept, named));
  return statute::EndOfDay(absl::CivilDay(day.year() + kAssessmentYears, day.month(), day.day()));
}

absl::Status CheckRemovable(absl::string_view name, const std::vector<std::string>& resources,
                            absl::Time until, absl::Time now) {
  if (!resources.empty()) {
    return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(name, " is named by ", absl::StrJoin(resources, ", "),
                              " and cannot be removed"))
        .With("name", name)
        .With("resources", absl::StrJoin(resources, ","))
        .With("article", kAssessmentArticle);
  }
  if (now < until) {
    const std::string day = absl::FormatCivilTime(statute::LawDay(until - absl::Nanoseconds(1)));
    return Error(Reason::kRetentionRunning, absl::StatusCode::kFailedPrecondition,
                 absl::StrCat(name, " is kept until the end of ", day, ": assessments are kept for ",
                              kAssessmentYears, " years at least (", kAssessmentArticle, ")"))
        .With("name", name)
        .With("until", day)
        .With("article", kAssessmentArticle);
  }
  return absl::OkStatus();
}

}  // namespace shareway::catalog
