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

// Two threads: one finds out what is to be told, each minute, and mails; one calls webhooks, so that
// neither waits for the other's receivers. Without carriers there is none. Stops on destruction, after
// the sending under way (30 s at most).
class Telling {
 public:
  // `ready` says whether this console serves: one whose store is an old copy must tell nothing, since
  // it has forgotten what it told. All must outlive it.
  Telling(const Desk* desk, const Carriers* carriers, std::vector<NewsSource> sources,
          std::function<absl::Status()> ready, metrics::Registry* registry);
  ~Telling();
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;

 private:
  void Mail();
  void Call();

  const Carriers* const carriers_;
  const std::function<absl::Status()> ready_;
  Teller teller_;
  Courier courier_;
  metrics::Counter failed_rounds_;
  absl::Notification stopped_;
  std::thread mail_;
  std::thread call_;
};

}  // namespace shareway::console
