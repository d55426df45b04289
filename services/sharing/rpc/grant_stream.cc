// SPDX-License-Identifier: Apache-2.0
// WatchGrants: what a node gets of the log of grants.
#include "services/sharing/rpc/grant_stream.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/store/keys.h"
#include "services/sharing/store/record_codec.h"

namespace shareway::sharing {

GrantStream::GrantStream(const SharingStore* store, const rpc::DirectoryHolder* directory,
                         std::string node, Write write)
    : LogStream(store, kGrantLog, std::move(write)), served_(directory, std::move(node)) {}

bool GrantStream::IsServed(const Grant& grant) const {
  return served_.Has(grant.fields().consumer) || served_.Has(grant.fields().provider);
}

v1::GrantChange GrantStream::ChangeOf(const Grant& grant) const {
  v1::GrantChange change;
  *change.mutable_grant() = ToProto(grant, store().epoch());
  return change;
}

absl::StatusOr<std::string> GrantStream::SendPage(absl::string_view cursor, int limit,
                                                  Send send) const {
  const std::vector<std::string> owners(served_.names().begin(), served_.names().end());
  SHAREWAY_ASSIGN_OR_RETURN(Page<Grant> page,
                            store().ListGrants(owners, cursor, limit, [&](const Grant& grant) {
                              return IsServed(grant);
                            }));
  for (const Stored<Grant>& grant : page.values) {
    SHAREWAY_RETURN_IF_ERROR(send(ChangeOf(grant.value)));
  }
  return std::move(page.next);
}

absl::StatusOr<std::optional<v1::GrantChange>> GrantStream::Delta(uint64_t number,
                                                                  absl::string_view bytes) const {
  SHAREWAY_ASSIGN_OR_RETURN(const Grant grant, DecodeGrant(bytes, number));
  std::optional<v1::GrantChange> change;
  if (IsServed(grant)) change = ChangeOf(grant);
  return change;
}

absl::Status GrantStream::Ahead(uint64_t from, uint64_t head) const {
  return Error(Reason::kRolledBack, absl::StatusCode::kFailedPrecondition,
               absl::StrCat("the node has applied ", from, ", the log ends at ", head))
      .With("applied", absl::StrCat(from))
      .With("head", absl::StrCat(head));
}

}  // namespace shareway::sharing
