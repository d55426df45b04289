// SPDX-License-Identifier: Apache-2.0
// Many connections on one thread, as load generators hold them: what the clients cost is taken from
// the same processors as the console, and a thread for each would cost them most.
#pragma once

#include <memory>
#include <string>

#include "tools/bench_exchange/load.h"
#include "tools/bench_gateway/browsers.h"

namespace shareway::bench {

// Asks one request again and again. Thread-safe.
class BrowserLoop {
 public:
  // UNAVAILABLE if a connection does not open.
  static absl::StatusOr<std::unique_ptr<BrowserLoop>> Open(Browsers* browsers, int connections,
                                                           std::string request);
  // When nothing is asked any more.
  ~BrowserLoop();

  // As bench::StartCall: an answer other than 200 is an error, which tells it. Waits for a connection
  // that is free.
  void Start(std::function<void(absl::Status)> done);

 private:
  class Loop;
  explicit BrowserLoop(std::unique_ptr<Loop> loop);
  const std::unique_ptr<Loop> loop_;
};

}  // namespace shareway::bench
