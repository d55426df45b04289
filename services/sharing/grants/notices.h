// SPDX-License-Identifier: Apache-2.0
// The writes of rectification notices.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "services/sharing/cases.h"
#include "services/sharing/desk.h"
#include "services/sharing/domain/notice.h"
#include "services/sharing/store/notice_codec.h"

namespace shareway::sharing {

// What happened to a notice, for a change that is another object's.
evidence::AuditRecord NoticeEvent(const Desk& desk, const Errand& errand, const Notice& notice,
                                  const Parties& parties, const StatuteText& text);

// Marks, by rule, every notice whose last day has passed NOTICE_FAILED. How many; what somebody else
// changed at the same time is left to the next call. Errors of the store.
absl::StatusOr<int> NoticesDue(const Desk& desk);

// Rectification notices (R25 27(2)). Thread-safe. Errors: as Cases.
class Notices {
 public:
  // `desk` must outlive it.
  explicit Notices(const Desk* desk) : cases_(desk) {}

  absl::StatusOr<Stored<Notice>> Answer(const Errand& errand, absl::string_view name,
                                        absl::string_view etag, absl::string_view measures);
  absl::StatusOr<Stored<Notice>> Accept(const Errand& errand, absl::string_view name,
                                        absl::string_view etag);
  absl::StatusOr<Stored<Notice>> Reject(const Errand& errand, absl::string_view name,
                                        absl::string_view etag, absl::string_view reason);
  absl::StatusOr<Stored<Notice>> Report(const Errand& errand, absl::string_view name,
                                        absl::string_view etag, absl::string_view report);

  const Cases<Notice>& cases() const { return cases_; }

 private:
  const Cases<Notice> cases_;
};

}  // namespace shareway::sharing
