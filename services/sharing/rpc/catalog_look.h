// SPDX-License-Identifier: Apache-2.0
// Looks over what the catalogue itself computes and no feed of it tells, for findings.
#pragma once

#include <memory>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "libs/rpc/channel.h"
#include "services/sharing/desk.h"

namespace shareway::sharing {

// How often. An assumption: findings are counted in days.
inline constexpr absl::Duration kCatalogLookRound = absl::Minutes(10);

// Nobody waits for a look: it runs on a thread of its own, beside the calls of people. It knows
// nothing of the look before; what was found is known by its key, so that a look may be repeated,
// broken off, or made after any time in which the catalogue or this service was away.
class CatalogLook {
 public:
  // `catalog` is a channel to it; `desk` must outlive this.
  CatalogLook(std::shared_ptr<rpc::Channel> catalog, const Desk* desk)
      : catalog_(std::move(catalog)), desk_(desk) {}
  ~CatalogLook();
  CatalogLook(const CatalogLook&) = delete;
  CatalogLook& operator=(const CatalogLook&) = delete;

  // One look: opens what is to be found and answers how much. One thing that cannot be judged does
  // not hinder the others; the first failure is answered at the end. Errors of the calls, and of
  // the functions of supervision/catalogue_findings.h.
  absl::StatusOr<int> Look() const;

  // Looks at once and then every kCatalogLookRound, on its thread; a failure is logged. Call it
  // once.
  void Start();

 private:
  absl::StatusOr<int> LookAtClocks() const;
  absl::StatusOr<int> LookAtItems() const;

  const std::shared_ptr<rpc::Channel> catalog_;
  const Desk* const desk_;
  absl::Notification stopped_;
  std::thread thread_;
};

}  // namespace shareway::sharing
