// SPDX-License-Identifier: Apache-2.0
// Remarks on requests: internal ones and visible ones.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/sharing/cases.h"
#include "services/sharing/sharing.h"
#include "services/sharing/store/desk_codec.h"

namespace shareway::sharing {

// Comments (domain/comment.h). Thread-safe. Errors: as Cases; NOT_VISIBLE for a request that the
// actor may not read.
class Comments {
 public:
  // Both must outlive it.
  Comments(const Desk* desk, const Sharing* sharing)
      : sharing_(sharing), cases_(desk) {}

  // `asked`: request, text, internal. Evidence of an internal one names the author's agency alone.
  absl::StatusOr<Stored<Comment>> Add(const Errand& errand, const Comment& asked);
  // Those on the request that the actor may read, newest first.
  absl::StatusOr<Page<Comment>> List(const Actor& actor, absl::string_view request,
                                     absl::string_view cursor, int limit) const;

 private:
  const Sharing* const sharing_;
  const Cases<Comment> cases_;
};

}  // namespace shareway::sharing
