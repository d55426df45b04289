// SPDX-License-Identifier: Apache-2.0
// What a search asks for, and who asks.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "services/audit/domain/facts.h"

namespace shareway::audit {

// Who reads: all records, or those of some agencies.
struct Reader {
  bool all = false;
  std::vector<std::string> agencies = {};

  // True if one of the reader's agencies is a party to the record.
  bool MayRead(const Facts& facts) const;
};

// How a record says that it ended.
enum class Result : uint8_t { kAny, kSucceeded, kFailed };  // the last: it has a reason

// A search. All that is set must hold.
struct Query {
  std::string agency = {};
  std::string exchange = {};
  std::string grant = {};
  std::string object = {};
  std::string person = {};
  std::string resource = {};
  std::string request = {};
  int kind = 0;  // 0: all
  Result result = Result::kAny;
  std::string reason = {};
  absl::Time start = absl::InfinitePast();
  absl::Time end = absl::InfiniteFuture();

  // INVALID_ARGUMENT unless at least one term (agency, exchange, grant, object,
  // person, resource, request) is set, each text has at most 255 bytes, and start
  // is before end.
  absl::Status Check() const;
  bool Matches(const Facts& facts) const;
  // The term that narrows most; lives as long as the query. Needs Check.
  Term term() const;
};

}  // namespace shareway::audit
