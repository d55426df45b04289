// SPDX-License-Identifier: Apache-2.0
// One call on the consumer's side, over its attempts. For consumer.cc and download.cc.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "libs/base/error.h"
#include "services/exchange/consumer.h"

namespace shareway::exchange {

struct Consumer::Turn {
  exchange::Ask ask = {};
  absl::Time deadline = absl::InfiniteFuture();
  OnAnswer done = {};
  absl::Duration started = {};  // boot time
  absl::Duration stage = {};    // when the stage at hand began

  Asked asked = {};  // as it will be recorded
  // Of what is recorded now. 0: nothing. None: nobody can have recorded anything.
  std::optional<uint64_t> asked_version = 0;

  std::vector<std::string> tried = {};  // nodes of the provider that did not answer

  // The attempt at hand.
  struct Attempt {
    std::shared_ptr<const Grant> grant = {};  // null until it is found
    Permission permission = {};
    bool refused = false;  // by the grant, at this node
    Request request = {};
    evidence::v1::Envelope envelope = {};  // of the exact bytes of `request`
    std::string digest = {};               // SHA-256 of its payload
    // Of the response, or of a transfer's last manifest, once it verified.
    Response response = {};
    std::string response_digest = {};         // SHA-256 of its payload
    std::string response_record_digest = {};  // as evidence has it
    evidence::v1::Signature response_signature = {};
    bool received_items = false;            // `items` came
    std::vector<std::string> items = {};
    bool opaque = false;
    uint64_t records = 0;
    uint64_t payload_bytes = 0;
  };
  Attempt now = {};
};

// The reason that an error carries; `otherwise` if it carries none.
Reason ReasonOf(const absl::Status& status, Reason otherwise);
// UNAVAILABLE, EVIDENCE_UNAVAILABLE.
absl::Status NoEvidence(absl::string_view why);
// DATA_LOSS: the node that hosts the provider delivered in its own name.
absl::Status HostDelivered(const Request& request, absl::string_view provider);
// What the caller hears of a provider's refusal.
absl::Status Refusal(absl::string_view reason, absl::string_view message, const Request& request);

}  // namespace shareway::exchange
