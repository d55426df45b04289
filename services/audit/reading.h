// SPDX-License-Identifier: Apache-2.0
// That a person read the log is itself evidence.
#pragma once

#include <cstdint>
#include <string>

#include "libs/evidence/record.h"

namespace shareway::audit {

// One answer that a person gets from the log.
struct Reading {
  std::string person = {};       // people/{p}
  std::string agency = {};       // agencies/{a}: the person's, or the one that he inspects
  std::string mandate = {};      // mandates/{m} of a supervisor who inspects; empty for others
  std::string request = {};      // exact bytes of what was asked, without its page token
  uint64_t shown = 0;            // entries whose records the answer shows
  std::string traceparent = {};  // of the call, or empty
};

// The LOG_READ record of it: `object` is the person, `agencies` the agency, `record_count`
// the entries shown, `state` the request, `rule` the mandate if there is one. Nothing of
// what was read stands in it. OwnRecords fills in the rest.
evidence::AuditRecord RecordOf(const Reading& reading);

}  // namespace shareway::audit
