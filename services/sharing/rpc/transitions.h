// SPDX-License-Identifier: Apache-2.0
// The figures of this service.
#pragma once

#include "absl/strings/string_view.h"
#include "libs/metrics/registry.h"

namespace shareway::sharing {

// Counts what requests, grants and disputes became, and who watches. Thread-safe.
class Transitions {
 public:
  explicit Transitions(metrics::Registry* registry)
      : became_(registry->AddCounters("shareway_sharing_transitions_total",
                                      "Writes of sharing that succeeded, by what the object "
                                      "became.",
                                      {"object", "state"})),
        streams_(registry->AddGauge("shareway_sharing_grant_streams",
                                    "Nodes' streams of grants that are open.")) {}
  void Add(absl::string_view object, absl::string_view state) const {
    became_.With(object, state).Add();
  }
  void AddStream(int by) const { metrics::Gauge(streams_).Add(by); }

 private:
  const metrics::Family<metrics::Counter, 2> became_;
  const metrics::Gauge streams_;
};

}  // namespace shareway::sharing
