// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/alerts.h"

#include <utility>

#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"

namespace shareway::exchange {
namespace {

constexpr size_t kMostRaised = 10'000;

}  // namespace

void Alerts::Raise(Alert alert) {
  log::Warn("aggregation-alert", {{"rule", alert.rule},
                                  {"consumer", alert.consumer},
                                  {"grant", alert.grant},
                                  {"resource", alert.resource},
                                  {"count", alert.count},
                                  {"exchange", alert.exchange}});
  figures_.alerts.With(alert.rule).Add();
  if (alert.action == AggregationRule::Action::kHold) held_->Set(alert.grant, true);
  absl::MutexLock lock(&mutex_);
  if (raised_.size() < kMostRaised) raised_.push_back(std::move(alert));
}

absl::Status Alerts::RecordOne(const Alert& alert) {
  // The hold first: it is what must not be lost.
  if (alert.action == AggregationRule::Action::kHold) {
    SHAREWAY_RETURN_IF_ERROR(holds_->SetByRule(alert.grant, alert.rule));
  }
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::AGGREGATION_ALERT);
  record.add_agencies(alert.provider);
  record.set_object(alert.rule);
  record.set_record_count(alert.count);
  record.set_resource(alert.resource);
  record.set_grant(alert.grant);
  record.set_exchange(alert.exchange);
  record.set_operator_digest(alert.operator_digest);
  record.set_reason(alert.action == AggregationRule::Action::kHold ? "HELD" : "");
  record.add_nodes(node_);
  *record.mutable_time() = evidence::ToTimestamp(alert.time);
  kv::Batch batch;
  outbox_->Add(std::move(record), &batch);
  return store_->Commit(std::move(batch));
}

absl::Status Alerts::Record() {
  for (;;) {
    Alert alert;
    {
      absl::MutexLock lock(&mutex_);
      if (raised_.empty()) return absl::OkStatus();
      alert = raised_.front();
    }
    SHAREWAY_RETURN_IF_ERROR(RecordOne(alert));
    absl::MutexLock lock(&mutex_);
    raised_.pop_front();
  }
}

}  // namespace shareway::exchange
