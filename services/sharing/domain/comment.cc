// SPDX-License-Identifier: Apache-2.0
// Remarks on requests and files that belong to cases.
#include "services/sharing/domain/comment.h"

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

}  // namespace shareway::sharing
