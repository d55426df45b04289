// SPDX-License-Identifier: Apache-2.0
// Writing such records, and finding the newest one.
#include "services/audit/store/control_record.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/evidence/envelope.h"
#include "services/audit/domain/query.h"

namespace shareway::audit {
namespace {

void SetRetention(const Retention& retention, evidence::v1::LogControl* control) {
  control->mutable_retention()->set_exchange_days(retention.exchange_days);
  control->mutable_retention()->set_calls_days(retention.calls_days);
}

evidence::AuditRecord RecordOf(const evidence::v1::LogControl& control) {
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::LOG_CONTROLLED);
  record.set_object(std::string(control.has_retention() ? kRetentionObject : kStopObject));
  record.set_state(control.SerializeAsString());
  return record;
}

}  // namespace

evidence::AuditRecord ControlRecord(const Proposal& proposal, const evidence::SignedAct& first,
                                    absl::string_view confirmer,
                                    const evidence::SignedAct& second) {
  evidence::v1::LogControl control;
  control.set_name(proposal.name);
  control.set_proposer(proposal.by.person);
  control.set_confirmer(std::string(confirmer));
  control.set_reason(proposal.control.reason);
  control.set_stop(proposal.control.stop());
  if (proposal.control.retention) SetRetention(*proposal.control.retention, &control);
  *control.mutable_proposal() = first;
  evidence::AuditRecord record = RecordOf(control);
  *record.mutable_act() = second;
  return record;
}

evidence::AuditRecord FirstRetentionRecord(const Retention& retention) {
  evidence::v1::LogControl control;
  SetRetention(retention, &control);
  return RecordOf(control);
}

absl::StatusOr<std::optional<Retention>> ReadRetention(const LogReader& reader,
                                                       const LogState& state,
                                                       absl::string_view producer) {
  Query query;
  query.object = std::string(kRetentionObject);
  query.kind = evidence::v1::LOG_CONTROLLED;
  // Anybody can append a record that looks like it, in their own name.
  for (uint64_t below = state.size(); below > 0;) {
    SHAREWAY_ASSIGN_OR_RETURN(const SearchPage page,
                              reader.Search(state, query, {.all = true}, below, {}));
    for (const Found& found : page.found) {
      if (found.stored.sealed.record().empty()) continue;
      SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened,
                                evidence::Open(found.stored.sealed));
      if (opened.record.producer() != producer) continue;
      evidence::v1::LogControl control;
      if (!control.ParseFromString(opened.record.state()) || !control.has_retention()) {
        return absl::DataLossError(
            absl::StrCat("entry ", found.index, " names no retention of the log"));
      }
      return std::optional<Retention>(
          Retention{.exchange_days = control.retention().exchange_days(),
                    .calls_days = control.retention().calls_days()});
    }
    below = page.below;
  }
  return std::optional<Retention>();
}

absl::StatusOr<bool> WasDone(const LogReader& reader, const LogState& state,
                             absl::string_view producer, absl::string_view name,
                             absl::Time start) {
  for (const absl::string_view object : {kRetentionObject, kStopObject}) {
    Query query;
    query.object = std::string(object);
    query.kind = evidence::v1::LOG_CONTROLLED;
    query.start = start;
    for (uint64_t below = state.size(); below > 0;) {
      SHAREWAY_ASSIGN_OR_RETURN(const SearchPage page,
                                reader.Search(state, query, {.all = true}, below, {}));
      for (const Found& found : page.found) {
        if (found.stored.sealed.record().empty()) continue;
        SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened,
                                  evidence::Open(found.stored.sealed));
        evidence::v1::LogControl control;
        if (opened.record.producer() == producer &&
            control.ParseFromString(opened.record.state()) && control.name() == name) {
          return true;
        }
      }
      below = page.below;
    }
  }
  return false;
}

}  // namespace shareway::audit
