// SPDX-License-Identifier: Apache-2.0
// The figures that a service publishes for Prometheus. Hides prometheus-cpp, of
// which libs/metrics is the only user.
//
//   metrics::Registry registry;
//   auto calls = registry.AddCounters("shareway_calls_total", "Calls.", {"method", "code"});
//   metrics::Counter ok = calls.With("Query", "OK");  // once; then cheap
//   ok.Add();
//
// Names follow Prometheus: shareway_ first, base units last (_seconds, _bytes),
// _total for counters. A label takes few values, known when the program is
// written or bounded by its directory; never a person, case, exchange or key.
// Names are ours and fixed: a malformed one, or one used for two kinds, ends the
// process at start.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace prometheus {
class Collectable;
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace shareway::metrics {

// The handles below are small values, valid as long as their Registry, and
// thread-safe. Counter and Gauge take no lock; Histogram a short one. A handle or
// Family made without a Registry counts nothing.

// Only grows.
class Counter {
 public:
  using Metric = prometheus::Counter;
  Counter() = default;
  explicit Counter(Metric* metric) : metric_(metric) {}

  void Add(double amount = 1);  // negative amounts are ignored
  double value() const;

 private:
  Metric* metric_ = nullptr;
};

// Goes up and down.
class Gauge {
 public:
  using Metric = prometheus::Gauge;
  Gauge() = default;
  explicit Gauge(Metric* metric) : metric_(metric) {}

  void Set(double value);
  void Add(double amount);
  double value() const;

 private:
  Metric* metric_ = nullptr;
};

// Counts observations in buckets with fixed upper bounds.
class Histogram {
 public:
  using Metric = prometheus::Histogram;
  Histogram() = default;
  explicit Histogram(Metric* metric) : metric_(metric) {}

  void Observe(double value);

 private:
  Metric* metric_ = nullptr;
};

// Bounds in seconds for the time that a call takes: 0.5 ms to 10 s.
std::vector<double> LatencyBounds();

// A family's children by label values; owned by the Registry.
template <typename Handle>
class Children;

// One metric with `kLabels` labels. A value, valid as long as its Registry.
template <typename Handle, size_t kLabels>
class Family {
 public:
  Family() = default;
  explicit Family(Children<Handle>* children) : children_(children) {}

  // The child with these label values, in the order of the names; the same one
  // for the same values. After 1,000 children new ones share the child whose
  // values are all "other". Takes a lock and a look-up: resolve once where it
  // is hot. Thread-safe.
  template <typename... Values>
  Handle With(const Values&... values) const {
    static_assert(sizeof...(values) == kLabels, "one value for each label name");
    const std::array<absl::string_view, kLabels> all = {absl::string_view(values)...};
    return children_ == nullptr ? Handle() : Child(children_, all);
  }

 private:
  Children<Handle>* children_ = nullptr;
};

Counter Child(Children<Counter>* children, absl::Span<const absl::string_view> values);
Gauge Child(Children<Gauge>* children, absl::Span<const absl::string_view> values);
Histogram Child(Children<Histogram>* children, absl::Span<const absl::string_view> values);

// All metrics of one service. Thread-safe. A process may hold several.
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // `help` is one sentence for the operator, unit included.
  Counter AddCounter(absl::string_view name, absl::string_view help);
  Gauge AddGauge(absl::string_view name, absl::string_view help);
  // `bounds` ascend; the bucket above the last is added.
  Histogram AddHistogram(absl::string_view name, absl::string_view help,
                         std::vector<double> bounds);

  template <size_t kLabels>
  Family<Counter, kLabels> AddCounters(absl::string_view name, absl::string_view help,
                                       const absl::string_view (&labels)[kLabels]) {
    return Family<Counter, kLabels>(Counters(name, help, labels));
  }
  template <size_t kLabels>
  Family<Gauge, kLabels> AddGauges(absl::string_view name, absl::string_view help,
                                   const absl::string_view (&labels)[kLabels]) {
    return Family<Gauge, kLabels>(Gauges(name, help, labels));
  }
  template <size_t kLabels>
  Family<Histogram, kLabels> AddHistograms(absl::string_view name, absl::string_view help,
                                           const absl::string_view (&labels)[kLabels],
                                           std::vector<double> bounds) {
    return Family<Histogram, kLabels>(Histograms(name, help, labels, std::move(bounds)));
  }

  // All metrics in Prometheus' text format, without the process's own.
  std::string Text() const;

 private:
  friend class Exposer;
  using Names = absl::Span<const absl::string_view>;
  Children<Counter>* Counters(absl::string_view name, absl::string_view help, Names labels);
  Children<Gauge>* Gauges(absl::string_view name, absl::string_view help, Names labels);
  Children<Histogram>* Histograms(absl::string_view name, absl::string_view help, Names labels,
                                  std::vector<double> bounds);
  std::shared_ptr<prometheus::Collectable> collectable() const;

  struct Families;
  std::unique_ptr<Families> families_;
};

}  // namespace shareway::metrics
