// SPDX-License-Identifier: Apache-2.0
// Remarks on requests and files that belong to cases.
#include "services/sharing/domain/comment.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/refusal.h"

namespace shareway::sharing {

bool Visible(const Comment& comment, const Actor& actor, const Parties& parties) {
  return comment.internal ? actor.agency == comment.agency : parties.Knows(actor);
}

absl::Status Check(const Comment& comment) {
  std::vector<FieldViolation> out;
  CheckText(comment.text, 1, 2000, "comment.text", &out);
  return Error::Fields(out);
}

bool IsInternal(const Attachment& attachment, bool answer_waits) {
  return attachment.internal && (answer_waits || !attachment.until_answer);
}

absl::Status CheckFileName(absl::string_view file_name, absl::string_view field) {
  std::vector<FieldViolation> out;
  CheckText(file_name, 1, 200, field, &out);
  const bool path = absl::StrContains(file_name, '/') || absl::StrContains(file_name, '\\');
  const bool lines = std::any_of(file_name.begin(), file_name.end(),
                                 [](unsigned char c) { return c < 0x20; });
  if (path || lines) {
    out.push_back({std::string(field), "names a path or has several lines, want the name of a "
                                       "file alone"});
  }
  return Error::Fields(out);
}

}  // namespace shareway::sharing
