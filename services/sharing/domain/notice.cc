// SPDX-License-Identifier: Apache-2.0
// 整改通知: what a consumer is to put right, and until when.
#include "services/sharing/domain/notice.h"

#include "libs/base/status.h"

namespace shareway::sharing {

bool Notice::Failed(absl::Time now) const {
  return state == State::kOpen && now >= statute::EndOfDay(due.day);
}

absl::StatusOr<Notice> OpenNotice(Notice facts, const StatuteText& text, absl::Time now) {
  SHAREWAY_ASSIGN_OR_RETURN(facts.due, statute::Due(*text.calendars, text.profile->area,
                                                    statute::LawDay(now), kRectificationDays));
  facts.state = Notice::State::kOpen;
  facts.create_time = now;
  return facts;
}

Notice CloseNotice(const Notice& notice, std::string reason, absl::Time now) {
  if (notice.state != Notice::State::kOpen) return notice;
  Notice next = notice;
  next.state = Notice::State::kClosed;
  next.close_time = now;
  next.close_reason = std::move(reason);
  return next;
}

}  // namespace shareway::sharing
