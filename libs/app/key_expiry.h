// SPDX-License-Identifier: Apache-2.0
// Tells operators, long enough before, that a key of this process is about to end.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"
#include "libs/base/clock.h"
#include "libs/metrics/registry.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/tls_source.h"

namespace shareway::app {

// A key counts until its certificate or its entry in the directory ends, whichever is
// first, and does not count at all while the directory does not list it as ACTIVE.
//
//   shareway_certificate_days{use}   days that the key in use still counts, 0 if it does
//                                    not; use is tls, message, witness or log; +Inf: no
//                                    end. Of several keys of one use, as a node has that
//                                    hosts agencies, the one that ends first.
//   shareway_tls_files_refused       1 while renewed TLS files lie there that are not
//                                    taken; see rpc::TlsSource
//
// A line key-ends-soon when 30 and 7 days are left, key-ends-tomorrow at 1 day and
// key-does-not-count at none: once for each key and step. Thread-safe.
//
// A LOG key is believed by whoever was given its verifier key (--audit_key), in the directory or
// not: while it is not listed there, it has no end that could be told.
class KeyExpiry {
 public:
  // All must outlive it.
  struct Parts {
    std::shared_ptr<const rpc::TlsSource> tls = nullptr;
    const rpc::DirectoryHolder* directory = nullptr;
    metrics::Registry* metrics = nullptr;
    const Clock* clock = &SystemClock();
  };
  explicit KeyExpiry(Parts parts);
  ~KeyExpiry();
  KeyExpiry(const KeyExpiry&) = delete;
  KeyExpiry& operator=(const KeyExpiry&) = delete;

  // From now on looks after a MESSAGE, WITNESS or LOG key of this process, besides its TLS
  // key. `id` is SHA-256 of the SPKI.
  void Watch(catalog::v1::Key::Use use, const Hash32& id);

  // Looks every 10 seconds on a thread of its own, until it is destroyed. Once.
  void Start();

  // Looks at all keys now.
  void Look();

 private:
  struct Watched {
    catalog::v1::Key::Use use = catalog::v1::Key::USE_UNSPECIFIED;
    Hash32 id = {};
    int step = 0;  // days of the last line told; see Steps in the source
  };
  // When the key stops to count; nothing while that is not known.
  std::optional<absl::Time> EndOf(const rpc::Directory& directory, const Watched& key,
                                  absl::Time now) const;
  // One line, if a step was passed since the last.
  void Tell(Watched* key, double days) const;

  const Parts parts_;
  const metrics::Family<metrics::Gauge, 1> days_;
  metrics::Gauge refused_ ABSL_GUARDED_BY(mutex_);
  absl::Mutex mutex_;
  std::vector<Watched> keys_ ABSL_GUARDED_BY(mutex_);
  absl::Notification stopped_;
  std::thread looking_;
};

}  // namespace shareway::app
