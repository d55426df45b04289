// SPDX-License-Identifier: Apache-2.0
// What the rules of sharing need to know of a published resource.
#include "services/sharing/domain/resource.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"

namespace shareway::sharing {

absl::string_view ShareClassName(ShareClass share_class) {
  switch (share_class) {
    case ShareClass::kUnspecified: break;
    case ShareClass::kUnconditional: return "UNCONDITIONAL";
    case ShareClass::kConditional: return "CONDITIONAL";
    case ShareClass::kNotShared: return "NOT_SHARED";
  }
  return "SHARE_CLASS_UNSPECIFIED";
}

absl::string_view PurposeName(Purpose purpose) {
  switch (purpose) {
    case Purpose::kUnspecified: break;
    case Purpose::kAdministrativeBasis: return "ADMINISTRATIVE_BASIS";
    case Purpose::kWorkReference: return "WORK_REFERENCE";
    case Purpose::kDataVerification: return "DATA_VERIFICATION";
    case Purpose::kBusinessCollaboration: return "BUSINESS_COLLABORATION";
    case Purpose::kOther: return "OTHER";
  }
  return "PURPOSE_UNSPECIFIED";
}

absl::string_view MethodName(Method method) {
  switch (method) {
    case Method::kUnspecified: break;
    case Method::kQuery: return "QUERY";
    case Method::kVerify: return "VERIFY";
    case Method::kDownload: return "DOWNLOAD";
    case Method::kCall: return "CALL";
    case Method::kSubscribe: return "SUBSCRIBE";
  }
  return "METHOD_UNSPECIFIED";
}

const Item* Resource::item(absl::string_view id) const {
  for (const Item& i : items) {
    if (i.id == id) return &i;
  }
  return nullptr;
}

const ShareCondition* Resource::condition(absl::string_view id) const {
  for (const ShareCondition& c : conditions) {
    if (c.id == id) return &c;
  }
  return nullptr;
}

std::string Resource::basis_text() const { return absl::StrJoin(basis, "; "); }

absl::Status Resource::CheckPublished() const {
  if (state == State::kPublished) return absl::OkStatus();
  const char* now = state == State::kSuspended   ? "SUSPENDED"
                    : state == State::kWithdrawn ? "WITHDRAWN"
                                                 : "not published";
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(name, " is ", now, ", want PUBLISHED"))
      .With("resource", name)
      .With("state", now);
}

}  // namespace shareway::sharing
