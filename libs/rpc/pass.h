// SPDX-License-Identifier: Apache-2.0
// Passes: how a person calls an exchange node by a system of his own agency, the gateway beside the
// node, so that what the node answers never goes through the console (architecture: identity). The
// console signs who it is and for which system's key; the node believes the signature, not the system.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"
#include "libs/crypto/batch.h"
#include "libs/rpc/actor.h"
#include "libs/rpc/directory.h"

namespace shareway::rpc {

// Metadata of a call: a shareway.console.v1.SignedPass.
inline constexpr char kPassKey[] = "shareway-pass-bin";
// How long a pass lives at most.
inline constexpr absl::Duration kLongestPass = absl::Minutes(5);

// One pass.
struct Pass {
  Actor actor = {};
  std::string system = {};  // agencies/{a}/systems/{s}
  Hash32 system_key = {};   // of its TLS key
  absl::Time issued = {}, end = {};
  Hash32 signed_by = {};    // the console's key, once it was opened
};

// The metadata that carries the pass, signed. INVALID_ARGUMENT for a key of a suite that signs no
// batches. What OpenPass refuses is signed all the same.
absl::StatusOr<std::string> SignPass(const crypto::PrivateKey& key, const Pass& pass);

// The pass in `metadata`, if a MESSAGE key of services/console that the directory lists as valid at
// `now` signed it, it was issued by then (a minute's difference of clocks aside), lives kLongestPass
// at most and is not over. UNAUTHENTICATED for any other. For whom it is good, the gate decides.
absl::StatusOr<Pass> OpenPass(absl::string_view metadata, const Directory& directory,
                              crypto::BatchVerifier* verifier, absl::Time now);

}  // namespace shareway::rpc
