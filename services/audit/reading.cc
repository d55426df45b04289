// SPDX-License-Identifier: Apache-2.0
// The record of a reading.
#include "services/audit/reading.h"

namespace shareway::audit {

evidence::AuditRecord RecordOf(const Reading& reading) {
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::LOG_READ);
  if (!reading.agency.empty()) record.add_agencies(reading.agency);
  record.set_object(reading.person);
  record.set_record_count(reading.shown);
  record.set_traceparent(reading.traceparent);
  record.set_state(reading.request);
  record.set_rule(reading.mandate);
  return record;
}

}  // namespace shareway::audit
