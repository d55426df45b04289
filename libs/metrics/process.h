// SPDX-License-Identifier: Apache-2.0
// The process's own figures, under the names that Prometheus clients share.
#pragma once

#include <vector>

#include "prometheus/collectable.h"
#include "prometheus/metric_family.h"

namespace shareway::metrics {

// Reads /proc/self at each scrape: process_start_time_seconds,
// process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds,
// process_max_fds, process_threads. A figure that cannot be read is left out.
class ProcessFigures final : public prometheus::Collectable {
 public:
  std::vector<prometheus::MetricFamily> Collect() const override;
};

}  // namespace shareway::metrics
