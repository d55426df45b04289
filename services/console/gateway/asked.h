// SPDX-License-Identifier: Apache-2.0
// One call on its way through the gateway. For this folder alone.
#pragma once

#include <memory>
#include <string>

#include "services/console/gateway/gateway.h"

namespace shareway::console {

// What a call holds until its answer is taken.
struct Held {
  std::unique_ptr<rpc::CallerLimits::Pass> address, session;
};

// While there is one, its gateway is there.
struct Gateway::Asked {
  explicit Asked(Gateway* by) : gateway(by) {
    absl::MutexLock lock(&gateway->mutex_);
    ++gateway->under_way_;
  }
  ~Asked() {
    held = nullptr;
    absl::MutexLock lock(&gateway->mutex_);
    --gateway->under_way_;
  }
  Asked(const Asked&) = delete;
  Asked& operator=(const Asked&) = delete;

  Gateway* const gateway;
  HttpRequest request;
  AnswerHttp answer;
  const Route* route = nullptr;
  Language language = Language::kEnglish;
  bool json = false;
  bool stream = false;  // answered as a stream: by messages, its errors, too
  absl::Duration timeout = {};
  std::string token = {};    // the cookie's
  std::string session = {};  // its name, once it is known
  std::shared_ptr<Held> held = std::make_shared<Held>();
};

}  // namespace shareway::console
