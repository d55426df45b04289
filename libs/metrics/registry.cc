// SPDX-License-Identifier: Apache-2.0
// Families and their children over prometheus-cpp.
#include "libs/metrics/registry.h"

#include <list>
#include <mutex>
#include <sstream>
#include <type_traits>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_join.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"
#include "prometheus/text_serializer.h"

namespace shareway::metrics {

// The caps and the map are ours: prometheus-cpp would take any number of
// children and hash all label strings at each look-up.
template <typename Handle>
class Children {
 public:
  using Metric = typename Handle::Metric;

  Children(prometheus::Family<Metric>* family, absl::Span<const absl::string_view> labels,
           std::vector<double> bounds)
      : family_(family), labels_(labels.begin(), labels.end()), bounds_(std::move(bounds)) {}

  Handle Get(absl::Span<const absl::string_view> values) {
    constexpr size_t kMaxChildren = 1000;
    const std::string key = absl::StrJoin(values, absl::string_view("\0", 1));
    std::lock_guard<std::mutex> lock(mutex_);
    if (auto it = metrics_.find(key); it != metrics_.end()) return Handle(it->second);
    if (metrics_.size() >= kMaxChildren) {
      if (other_ == nullptr) {
        other_ = &Make(std::vector<absl::string_view>(labels_.size(), "other"));
      }
      return Handle(other_);
    }
    return Handle(metrics_.emplace(key, &Make(values)).first->second);
  }

 private:
  Metric& Make(absl::Span<const absl::string_view> values) {
    prometheus::Labels labels;
    for (size_t i = 0; i < labels_.size(); ++i) labels.emplace(labels_[i], std::string(values[i]));
    if constexpr (std::is_same_v<Handle, Histogram>) {
      return family_->Add(labels, bounds_);
    } else {
      return family_->Add(labels);
    }
  }

  prometheus::Family<Metric>* family_;
  std::vector<std::string> labels_;
  std::vector<double> bounds_;
  std::mutex mutex_;
  absl::flat_hash_map<std::string, Metric*> metrics_;
  Metric* other_ = nullptr;
};

struct Registry::Families {
  // Shared with Exposers, which may answer a scrape while the Registry goes.
  std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  std::mutex mutex;
  std::list<Children<Counter>> counters;  // lists: addresses stay
  std::list<Children<Gauge>> gauges;
  std::list<Children<Histogram>> histograms;
};

namespace {

template <typename Handle, typename Builder>
Children<Handle>* AddFamily(Builder builder, prometheus::Registry* registry, std::mutex* mutex,
                            std::list<Children<Handle>>* list, absl::string_view name,
                            absl::string_view help, absl::Span<const absl::string_view> labels,
                            std::vector<double> bounds) {
  auto& family = builder.Name(std::string(name)).Help(std::string(help)).Register(*registry);
  std::lock_guard<std::mutex> lock(*mutex);
  return &list->emplace_back(&family, labels, std::move(bounds));
}

}  // namespace

void Counter::Add(double amount) {
  if (metric_ != nullptr) metric_->Increment(amount);
}
double Counter::value() const { return metric_ == nullptr ? 0 : metric_->Value(); }
void Gauge::Set(double value) {
  if (metric_ != nullptr) metric_->Set(value);
}
void Gauge::Add(double amount) {
  if (metric_ != nullptr) metric_->Increment(amount);
}
double Gauge::value() const { return metric_ == nullptr ? 0 : metric_->Value(); }
void Histogram::Observe(double value) {
  if (metric_ != nullptr) metric_->Observe(value);
}

std::vector<double> LatencyBounds() {
  return {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
}

Counter Child(Children<Counter>* children, absl::Span<const absl::string_view> values) {
  return children->Get(values);
}
Gauge Child(Children<Gauge>* children, absl::Span<const absl::string_view> values) {
  return children->Get(values);
}
Histogram Child(Children<Histogram>* children, absl::Span<const absl::string_view> values) {
  return children->Get(values);
}

Registry::Registry() : families_(std::make_unique<Families>()) {}
Registry::~Registry() = default;

Counter Registry::AddCounter(absl::string_view name, absl::string_view help) {
  return Counters(name, help, {})->Get({});
}
Gauge Registry::AddGauge(absl::string_view name, absl::string_view help) {
  return Gauges(name, help, {})->Get({});
}
Histogram Registry::AddHistogram(absl::string_view name, absl::string_view help,
                                 std::vector<double> bounds) {
  return Histograms(name, help, {}, std::move(bounds))->Get({});
}

Children<Counter>* Registry::Counters(absl::string_view name, absl::string_view help,
                                      Names labels) {
  return AddFamily(prometheus::BuildCounter(), families_->registry.get(), &families_->mutex,
                   &families_->counters, name, help, labels, {});
}
Children<Gauge>* Registry::Gauges(absl::string_view name, absl::string_view help, Names labels) {
  return AddFamily(prometheus::BuildGauge(), families_->registry.get(), &families_->mutex,
                   &families_->gauges, name, help, labels, {});
}
Children<Histogram>* Registry::Histograms(absl::string_view name, absl::string_view help,
                                          Names labels, std::vector<double> bounds) {
  return AddFamily(prometheus::BuildHistogram(), families_->registry.get(), &families_->mutex,
                   &families_->histograms, name, help, labels, std::move(bounds));
}

std::string Registry::Text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families_->registry->Collect());
  return out.str();
}

std::shared_ptr<prometheus::Collectable> Registry::collectable() const {
  return families_->registry;
}

}  // namespace shareway::metrics
