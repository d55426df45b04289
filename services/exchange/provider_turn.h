// SPDX-License-Identifier: Apache-2.0
// One request on the provider's side. For provider.cc and transfer.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "libs/base/error.h"
#include "services/exchange/provider.h"

namespace shareway::exchange {

struct Provider::Turn {
  OnAnswer done = {};
  absl::Duration started = {};  // boot time
  absl::Duration stage = {};    // when the stage at hand began

  evidence::v1::Envelope envelope = {};  // as it came
  Request request = {};
  std::string digest = {};  // SHA-256 of the envelope's payload
  Demand demand = {};
  const Serving* serving = nullptr;  // null until it is known, and for a transfer
  // What its checks rest on, as it was before the first of them.
  std::shared_ptr<const void> neighbours = {};
  uint64_t holds = 0;
  bool counted = false;  // Usage took it, and waits for Kept or Undo
  bool intended = false;  // a call whose intent is durable, so that its end is not the first record
  bool unkept = false;    // a call whose intent could not be kept
  // Null until the grant is found.
  std::shared_ptr<const Grant> grant = {};
  // Both by the check before the read; null before it.
  std::shared_ptr<const Resource> resource = {};
  Permission permission = {};

  Outcome outcome = Outcome::kUnspecified;
  std::string reason = {};
  Served served = {};
  uint64_t payload_bytes = 0;

  // Of the response, or of a transfer's manifest.
  std::string payload = {};
  std::string payload_digest = {};
  evidence::v1::Signature signature = {};

  Permitted permitted() const { return {request, demand, *grant, *resource, permission}; }
};

struct Provider::Permit {
  Permission permission = {};
  std::shared_ptr<const Resource> resource = {};
};

}  // namespace shareway::exchange
