// SPDX-License-Identifier: Apache-2.0
// The records of the audit log, as every layer may use them: one shared format,
// not an API message (proto/shareway/evidence/v1/record.proto).
#pragma once

#include "absl/time/time.h"
#include "shareway/evidence/v1/record.pb.h"

namespace shareway::evidence {

using v1::AuditRecord;
using v1::RecordKind;
using v1::SignedAct;

// Protobuf's timestamp, and back. Nanoseconds are kept.
google::protobuf::Timestamp ToTimestamp(absl::Time time);
absl::Time FromTimestamp(const google::protobuf::Timestamp& timestamp);

}  // namespace shareway::evidence
