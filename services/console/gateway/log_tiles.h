// SPDX-License-Identifier: Apache-2.0
// The audit log's public pages (C2SP tlog-tiles below /log), as the audit service serves them.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "services/console/gateway/message.h"

namespace shareway::console {

// Asks the audit service, and keeps whole tiles, which never change, the oldest going first. What is
// on a page nobody here vouches for: the checkpoint's signatures and the hashes do, and who reads the
// log checks them. Thread-safe.
class LogTiles {
 public:
  struct Page {
    int status = 0;  // of HTTP
    std::string body = {};
  };
  // The page of a path below /log, from the audit service. May block. UNAVAILABLE if it does not
  // answer.
  using Ask = std::function<absl::StatusOr<Page>(const std::string& path)>;
  explicit LogTiles(Ask ask, size_t max_bytes = 32u << 20)
      : ask_(std::move(ask)), max_bytes_(max_bytes) {}

  // 404 for what can be no page of a log, unasked, and for what the log does not have; 503 with
  // Retry-After while the log may not be read, or does not answer as a log does. May block.
  HttpAnswer Answer(const HttpRequest& request);

 private:
  using Bytes = std::shared_ptr<const std::string>;
  Bytes Kept(const std::string& path);
  void Keep(const std::string& path, Bytes bytes);

  const Ask ask_;
  const size_t max_bytes_;
  absl::Mutex mutex_;
  std::map<std::string, Bytes> kept_ ABSL_GUARDED_BY(mutex_);
  std::deque<std::string> order_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace shareway::console
