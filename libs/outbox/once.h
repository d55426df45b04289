// SPDX-License-Identifier: Apache-2.0
// Idempotent writes (AIP-155): a request id is taken once within 24 hours.
//
// Keys: once/{SHA-256 of caller, method and id} -> body digest, result, time.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"

namespace shareway::outbox {

// One request that names a request id. An empty `request_id` means none: Find
// finds nothing and Record does nothing.
struct Once {
  std::string caller = {};      // the TLS identity's name
  std::string method = {};      // full method
  std::string request_id = {};  // at most 36 printable ASCII characters
  std::string body = {};        // exact bytes of the request

  // The result recorded for this id. Nothing if it is new or older than 24 h.
  // INVALID_ARGUMENT if the id is malformed or was used with another body.
  absl::StatusOr<std::optional<std::string>> Find(const kv::Store& store, absl::Time now) const;
  // Records `result` (a resource name) with the change in `batch`; a concurrent
  // twin makes the commit fail with ABORTED.
  void Record(const kv::Store& store, absl::string_view result, absl::Time now,
              kv::Batch* batch) const;
};

// Deletes request ids that are older than 24 h. The drain's Sweep calls it.
absl::Status SweepOnce(kv::Store* store, absl::Time now);

}  // namespace shareway::outbox
