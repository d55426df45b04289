// SPDX-License-Identifier: Apache-2.0
// The documents behind the assessments of entries: how entries name them, and how long they are kept.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/catalog/domain/entry.h"
#include "services/catalog/domain/faults.h"
#include "services/catalog/domain/resource.h"

namespace shareway::catalog {

inline constexpr size_t kMaxAssessmentDocuments = 10;  // that one entry names
// Impact assessments and the records of processing are kept for three years at least.
inline constexpr int kAssessmentYears = 3;
inline constexpr char kAssessmentArticle[] = "个人信息保护法 第五十六条第二款";

// SHA-256 in 64 of 0-9a-f.
bool IsDocumentDigest(absl::string_view text);

// Adds what is wrong with the digests that an assessment names.
void CheckDocuments(const Assessment& assessment, Faults* faults);

// The digests that the entry names now: in its working copy, or as published unless it was withdrawn.
std::set<std::string> DocumentsOf(const Resource& resource);

// The first instant at which a document may be removed that was kept at `kept` and of which an entry that
// named it was last changed at `named`, InfinitePast if none ever did: the end of the day, in China,
// kAssessmentYears after the later of both.
absl::Time KeepUntil(absl::Time kept, absl::Time named);

// FAILED_PRECONDITION: STATE_FORBIDS while `resources` name it, RETENTION_RUNNING before `until`.
absl::Status CheckRemovable(absl::string_view name, const std::vector<std::string>& resources,
                            absl::Time until, absl::Time now);

}  // namespace shareway::catalog
