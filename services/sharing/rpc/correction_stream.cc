// SPDX-License-Identifier: Apache-2.0
// WatchCorrections: what a node gets of the log of corrections.
#include "services/sharing/rpc/correction_stream.h"

#include <utility>
#include <vector>

#include "services/sharing/rpc/convert_correction.h"

namespace shareway::sharing {

CorrectionStream::CorrectionStream(const SharingStore* store,
                                   const rpc::DirectoryHolder* directory, std::string node,
                                   Write write)
    : LogStream(store, kCorrectionLog, std::move(write)), served_(directory, std::move(node)) {}

absl::StatusOr<std::string> CorrectionStream::SendPage(absl::string_view cursor, int limit,
                                                       Send send) const {
  std::vector<std::string> lists;
  for (const std::string& agency : served_.names()) lists.push_back(WatchedList(agency));
  SHAREWAY_ASSIGN_OR_RETURN(Page<Correction> page,
                            store().ListCases<Correction>(
                                lists, cursor, limit, [](const Correction&) { return true; }));
  for (const Stored<Correction>& correction : page.values) {
    v1::CorrectionChange change;
    *change.mutable_correction() = ToNode(correction.value, served_.node());
    if (!change.correction().open() && change.correction().recall() == 0) continue;
    SHAREWAY_RETURN_IF_ERROR(send(change));
  }
  return std::move(page.next);
}

absl::StatusOr<std::optional<v1::CorrectionChange>> CorrectionStream::Delta(
    uint64_t /*number*/, absl::string_view bytes) const {
  Correction correction;
  SHAREWAY_RETURN_IF_ERROR(Decode(bytes, &correction));
  std::optional<v1::CorrectionChange> change;
  if (served_.Has(correction.provider)) {
    *change.emplace().mutable_correction() = ToNode(correction, served_.node());
  }
  return change;
}

}  // namespace shareway::sharing
