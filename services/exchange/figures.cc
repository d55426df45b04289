// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/figures.h"

namespace shareway::exchange {

Figures::Figures(metrics::Registry* registry) {
  exchanges = registry->AddCounters("shareway_exchanges_total", "Exchanges that ended.",
                                    {"side", "outcome", "reason"});
  received = exchanges.With("consumer", "received", "");
  delivered = exchanges.With("provider", "delivered", "");
  auto stages = registry->AddHistograms("shareway_exchange_stage_seconds",
                                        "Seconds that a stage of an exchange took.",
                                        {"side", "stage"}, metrics::LatencyBounds());
  asked_sign = stages.With("consumer", "sign");
  asked_peer = stages.With("consumer", "peer");
  asked_commit = stages.With("consumer", "commit");
  asked_total = stages.With("consumer", "total");
  answered_check = stages.With("provider", "check");
  answered_read = stages.With("provider", "read");
  answered_sign = stages.With("provider", "sign");
  answered_commit = stages.With("provider", "commit");
  answered_total = stages.With("provider", "total");
  outbox_depth = registry->AddGauge("shareway_outbox_entries",
                                    "Evidence records that are not yet included in the log.");
  outbox_age = registry->AddGauge("shareway_outbox_oldest_seconds",
                                  "Age of the oldest evidence record not yet included, seconds.");
  auto leases = registry->AddGauges("shareway_lease_live", "1 while the lease is fresh.", {"feed"});
  grant_lease = leases.With("grants");
  directory_lease = leases.With("directory");
  grants = registry->AddGauge("shareway_grants_held", "Grants that this node holds.");
  quarantined = registry->AddCounters(
      "shareway_exchange_quarantined_total",
      "Answers that had more than was granted and went no further, by the node that sent them.",
      {"node"});
  alerts = registry->AddCounters("shareway_exchange_aggregation_alerts_total",
                                 "Times that an aggregation rule was met.", {"rule"});
  hosted_outbox_depth = registry->AddGauges(
      "shareway_hosted_outbox_entries",
      "Evidence records of a hosted agency that are not yet included in the log.", {"agency"});
  hosted_outbox_age = registry->AddGauges(
      "shareway_hosted_outbox_oldest_seconds",
      "Age of a hosted agency's oldest evidence record not yet included, seconds.", {"agency"});
  hosted_ready = registry->AddGauges("shareway_hosted_ready",
                                     "1 while the seat of a hosted agency may serve.", {"agency"});
  log_fork = registry->AddGauge(
      "shareway_exchange_log_fork",
      "1 once the audit log showed two histories, until an operator settles it.");
  log_unlinked = registry->AddGauge(
      "shareway_exchange_log_heads_unlinked",
      "Log heads of other nodes that could not be linked to the own one for a minute.");
  log_cosigned = registry->AddGauge("shareway_exchange_log_cosigned_size",
                                    "Entries below the log head that this node last cosigned.");
}

}  // namespace shareway::exchange
