// SPDX-License-Identifier: Apache-2.0
// The one gate that every call passes: who is it, and may it use this method?
// Fails closed: no identity, no record in the directory, no valid key, no
// policy or no role mean no.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/crypto/batch.h"
#include "libs/rpc/call.h"
#include "libs/rpc/directory.h"
#include "shareway/policy.pb.h"

namespace shareway::rpc {

// How long a second factor counts as fresh.
inline constexpr absl::Duration kFreshFactor = absl::Minutes(5);

// For whom a call says that it is made.
struct Claim {
  std::optional<std::string> actor = {};  // metadata shareway-actor (actor.h)
  std::optional<std::string> pass = {};   // metadata shareway-pass-bin (pass.h)
};

// Thread-safe.
class Gate {
 public:
  // `domain` is that of our own identity: no other is admitted. `directory` must outlive it.
  // `passes_at`: the node, agencies/{a}/nodes/{n}, at whose gate passes count; empty: here none does.
  Gate(std::string domain, const DirectoryHolder* directory, std::string passes_at = "");

  // The caller behind a certificate; or the person whom the console names (`claim.actor`); or the
  // person of a pass. UNAUTHENTICATED, with KEY_REVOKED where the directory does not list the
  // certificate's key as valid for its owner, or the owner or the person named does not stand and
  // the policy does not admit that; also where anybody else names a person. A pass counts if the
  // console signed it for this very system and its key, and it is not over; the person stands, is of
  // the system's own agency, and this node serves that one. All that is wrong with a pass is one
  // and the same UNAUTHENTICATED: a system that tries is not told which people there are.
  absl::StatusOr<Caller> Identify(absl::string_view certificate_pem, const Claim& claim,
                                  const Policy& policy, absl::Time now);
  // True while the caller's key is valid, the caller stands, and so do the mandate under which he
  // reads and the pass that he came by, if any, by the newest directory: a stream that outlives one
  // of them is cut.
  bool Stands(const Caller& caller, const Policy& policy, absl::Time now) const;
  // True if `roles` has one that the policy names.
  static bool HasRole(const Policy& policy, const std::vector<Role>& roles);
  // The caller as a supervisor who reads for the agency `inspected`: with that agency in the place
  // of his own, without his other roles, and with the mandate. Unchanged where the policy is not
  // for that. If `inspected` is empty it is the one agency that his mandates are over, for somebody
  // who is nothing but a supervisor, and others are unchanged. Error::NotVisible(inspected) where
  // no mandate of the caller's is in force over the agency that he names, unless it is his own:
  // what is shown to himself would pass for what is shown to that one.
  absl::StatusOr<Caller> UnderMandate(Caller caller, absl::string_view inspected,
                                      const Policy& policy, absl::Time now) const;
  // PERMISSION_DENIED, POLICY_DENIED, unless the policy admits the caller; FACTOR_STALE where it
  // asks for a second factor that was shown within kFreshFactor of `now`.
  static absl::Status Admit(const Policy& policy, const Caller& caller, absl::Time now);

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
  absl::StatusOr<Caller> Named(absl::string_view actor, const Caller& peer) const;
  absl::StatusOr<Caller> Passed(absl::string_view pass, const Caller& peer,
                                const Directory& directory, absl::Time now);

  const std::string domain_;
  const std::string passes_at_;
  const DirectoryHolder* const directory_;
  crypto::BatchVerifier verifier_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Certificate> certificates_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::rpc
