// SPDX-License-Identifier: Apache-2.0
// Checks of an append, and nothing about what its records say.
#include "services/audit/rpc/append_request.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"

namespace shareway::audit {
namespace {

std::string Field(int place, absl::string_view part) {
  return absl::StrCat("records[", place, "].", part);
}

absl::Status CheckSizes(const v1::AppendRequest& request) {
  if (request.records().empty() || request.records_size() > kMaxRecords) {
    return Error::Field("records",
                        absl::StrCat(request.records_size(), " records, want 1 to ", kMaxRecords));
  }
  size_t bytes = 0;
  for (int i = 0; i < request.records_size(); ++i) {
    const evidence::v1::SealedRecord& sealed = request.records(i);
    if (sealed.salt().size() != kSaltBytes) {
      return Error::Field(Field(i, "salt"),
                          absl::StrCat("has ", sealed.salt().size(), " bytes, want ", kSaltBytes));
    }
    if (sealed.record().empty() || sealed.record().size() > kMaxRecordBytes) {
      return Error::Field(Field(i, "record"), absl::StrCat("has ", sealed.record().size(),
                                                           " bytes, want 1 to ", kMaxRecordBytes));
    }
    bytes += sealed.record().size() + sealed.salt().size();
  }
  if (bytes <= kMaxAppendBytes) return absl::OkStatus();
  return Error::Field("records",
                      absl::StrCat(bytes, " bytes together, want at most ", kMaxAppendBytes));
}

}  // namespace

absl::StatusOr<std::vector<EntryPtr>> ParseAppend(v1::AppendRequest request,
                                                  absl::string_view producer) {
  SHAREWAY_RETURN_IF_ERROR(CheckSizes(request));
  std::vector<EntryPtr> entries;
  for (int i = 0; i < request.records_size(); ++i) {
    absl::StatusOr<Entry> entry = OpenEntry(std::move(*request.mutable_records(i)));
    if (!entry.ok()) return Error::Field(Field(i, "record"), entry.status().message());
    if (entry->producer != producer) {
      return Error(Reason::kProducerUnknown, absl::StatusCode::kPermissionDenied,
                   absl::StrCat(Field(i, "record"), " is by ", entry->producer,
                                ", but the caller is ", producer))
          .With("producer", entry->producer)
          .With("caller", producer);
    }
    entries.push_back(std::make_shared<const Entry>(*std::move(entry)));
  }
  return entries;
}

}  // namespace shareway::audit
