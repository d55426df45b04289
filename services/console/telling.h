// SPDX-License-Identifier: Apache-2.0
// Tells people and agencies, while the console serves.
#pragma once

#include <functional>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "libs/metrics/registry.h"
#include "services/console/courier.h"
#include "services/console/teller.h"

namespace shareway::console {

// Three threads: one finds out what is to be told, after each `every`; one mails; one calls webhooks, so that
// nobody waits for another's receivers. Without carriers there is none. Destruction breaks off what is
// being sent, which counts as not sent, and waits for a question to a source (20 s at most).
class Telling {
 public:
  // `ready` says whether this console serves: one whose store is an old copy must tell nothing, since
  // it has forgotten what it told. All must outlive it.
  Telling(const Desk* desk, const Carriers* carriers, std::vector<NewsSource> sources,
          absl::Duration every, std::function<absl::Status()> ready, metrics::Registry* registry);
  ~Telling();
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;

 private:
  void Ask();
  void Mail();
  void Call();

  const Carriers* const carriers_;
  const absl::Duration every_;
  const std::function<absl::Status()> ready_;
  Teller teller_;
  Courier courier_;
  metrics::Counter failed_rounds_;
  absl::Notification stopped_;
  std::thread ask_;
  std::thread mail_;
  std::thread call_;
};

}  // namespace shareway::console
