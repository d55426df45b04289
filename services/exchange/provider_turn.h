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
  Query query = {};
  bool taken = false;  // its attempt entered the replay set
  // Null until the grant is found.
  std::shared_ptr<const Grant> grant = {};
  Permission permission = {};

  Outcome outcome = Outcome::kUnspecified;
  std::string reason = {};
  std::string body = {};
  uint64_t records = 0;
  uint64_t payload_bytes = 0;
  std::string dataset_version = {};
  std::string recall = {};

  // Of the response, or of a transfer's manifest.
  std::string payload = {};
  std::string payload_digest = {};
  evidence::v1::Signature signature = {};
};

}  // namespace shareway::exchange
