// SPDX-License-Identifier: Apache-2.0
// The one gate that every call passes: who is it, and may it use this method?
// Fails closed: no identity, no record in the directory, no valid key, no
// policy or no role mean no.
#pragma once

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/crypto/batch.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "shareway/policy.pb.h"

namespace shareway::rpc {

// Thread-safe.
class Gate {
 public:
  // `domain` is that of our own identity: no other is admitted. `directory` must outlive it.
  Gate(std::string domain, const DirectoryHolder* directory);

  // The caller behind a certificate. UNAUTHENTICATED, with KEY_REVOKED where
  // the directory does not list the certificate's key as valid for its owner, or
  // the owner does not stand and the policy does not admit that.
  absl::StatusOr<Caller> Identify(absl::string_view certificate_pem, const Policy& policy,
                                  absl::Time now);
  // True while the caller's key is valid and the caller stands, by the newest
  // directory: a stream that outlives either is cut.
  bool Stands(const Caller& caller, const Policy& policy, absl::Time now) const;
  // PERMISSION_DENIED unless the policy admits the caller.
  static absl::Status Admit(const Policy& policy, const Caller& caller);

  const DirectoryHolder& directory() const { return *directory_; }
  crypto::BatchVerifier* verifier() { return &verifier_; }

 private:
  struct Certificate {
    crypto::Identity identity;
    Hash32 key_id;
    absl::Time start, end;
  };
  // Parsing costs 150 µs; certificates repeat.
  absl::StatusOr<Certificate> Read(absl::string_view pem);

  const std::string domain_;
  const DirectoryHolder* const directory_;
  crypto::BatchVerifier verifier_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Certificate> certificates_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::rpc
