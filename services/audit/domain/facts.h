// SPDX-License-Identifier: Apache-2.0
// What the log knows of a record's content: enough to search, to match the
// halves of an exchange, and to tell who may read. The content is never judged.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace shareway::audit {

// How a record says that an exchange ended; kNone for all other records.
enum class Ending : uint8_t { kNone, kDelivered, kRefused, kReceived, kNotReceived };

struct Facts {
  int kind = 0;               // the number of evidence.v1.RecordKind, known or not
  absl::Time time = {};       // by the producer's wall clock
  std::string producer = {};  // the producer's name: agencies/{a}/nodes/{n} or services/{s}
  std::vector<std::string> agencies = {};
  std::string exchange = {};
  uint32_t attempt = 0;
  std::string grant = {};
  std::string object = {};
  std::string resource = {};
  std::string request = {};
  std::string person = {};  // people/{p}: whose act it is, or who read the log
  std::string reason = {};  // of a refusal, for example GRANT_SUSPENDED; empty for success
  Ending ending = Ending::kNone;
  std::vector<std::string> nodes = {};  // consumer's, then provider's
};

// One thing that a record can be found by. Borrows its text.
struct Term {
  enum class Kind : char {
    kAgency = 'a',
    kExchange = 'x',
    kGrant = 'g',
    kObject = 'o',
    kPerson = 'p',
    kResource = 'r',
    kRequest = 'q'
  };
  Kind kind = Kind::kAgency;
  absl::string_view text = {};
  friend bool operator==(const Term&, const Term&) = default;
};

// A record is found by, and in searches of, at most this many of its agencies; the others may
// read it all the same, by its index.
inline constexpr size_t kMaxAgencyTerms = 64;

// The terms of a record, each once; they live as long as `facts`.
std::vector<Term> TermsOf(const Facts& facts);

}  // namespace shareway::audit
