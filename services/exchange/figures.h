// SPDX-License-Identifier: Apache-2.0
// What the exchange publishes for Prometheus, and its own state of health.
#pragma once

#include <atomic>

#include "libs/metrics/registry.h"

namespace shareway::exchange {

// Handles are values; the registry must outlive them.
struct Figures {
  Figures() = default;  // counts nothing
  explicit Figures(metrics::Registry* registry);

  // By side (consumer, provider), outcome and reason.
  metrics::Family<metrics::Counter, 3> exchanges = {};
  metrics::Counter received = {}, delivered = {};  // of these, the two without a reason
  // Consumer: sign, peer (sent until answered), commit, total.
  metrics::Histogram asked_sign = {}, asked_peer = {}, asked_commit = {}, asked_total = {};
  // Provider: check, read, sign, commit, total.
  metrics::Histogram answered_check = {}, answered_read = {}, answered_sign = {},
                     answered_commit = {}, answered_total = {};
  metrics::Gauge outbox_depth = {}, outbox_age = {};
  metrics::Gauge grant_lease = {}, directory_lease = {};  // 1: live
  metrics::Gauge grants = {};
  metrics::Family<metrics::Counter, 1> quarantined = {};  // answers, by the node that sent them
  metrics::Family<metrics::Counter, 1> alerts = {};       // by aggregation rule
  // By agency that the node hosts.
  metrics::Family<metrics::Gauge, 1> hosted_outbox_depth = {}, hosted_outbox_age = {},
                                     hosted_ready = {};
  metrics::Gauge log_fork = {};      // 1: the audit log showed two histories
  metrics::Gauge log_unlinked = {};  // heads heard of that nobody could link for a minute
  metrics::Gauge log_cosigned = {};  // size of the head last cosigned
};

// Whether this node may promise evidence now; kept by rpc/upkeep. Thread-safe.
struct EvidenceRoom {
  std::atomic<bool> there = true;
};

}  // namespace shareway::exchange
