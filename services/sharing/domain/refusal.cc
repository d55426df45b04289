// SPDX-License-Identifier: Apache-2.0
// The refusals that the rules of sharing share, each in one wording.
#include "services/sharing/domain/refusal.h"

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"

namespace shareway::sharing {

absl::Status WrongState(absl::string_view name, absl::string_view now, absl::string_view want) {
  return Error(Reason::kStateForbids, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(name, " is ", now, ", want ", want))
      .With("name", name)
      .With("state", now)
      .With("want", want);
}

absl::Status WrongPerson(absl::string_view name, absl::string_view who) {
  return Error(Reason::kPolicyDenied, absl::StatusCode::kPermissionDenied,
               absl::StrCat(name, ": only ", who, " may do this"))
      .With("name", name)
      .With("who", who);
}

absl::Status OwnRequest(absl::string_view name, absl::string_view person, absl::string_view part) {
  return Error(Reason::kOwnRequest, absl::StatusCode::kFailedPrecondition,
               absl::StrCat(name, ": ", person, " took part as ", part,
                            " and does not decide on it"))
      .With("name", name)
      .With("person", person)
      .With("part", part);
}

void CheckText(absl::string_view text, int min, int max, absl::string_view field,
               std::vector<FieldViolation>* out) {
  if (!IsText(text)) {
    out->push_back({std::string(field), "is not well-formed text without control characters"});
    return;
  }
  const int length = CodePoints(text);
  if (length < min || length > max) {
    out->push_back({std::string(field), absl::StrCat("has ", length, " characters, want ", min,
                                                     " to ", max)});
  }
}

}  // namespace shareway::sharing
