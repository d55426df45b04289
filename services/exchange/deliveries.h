// SPDX-License-Identifier: Apache-2.0
// What an agency's node delivered of a resource, by its own keyed digests: for corrections and
// recalls (R25 26). Neither key nor value of a record is needed, and none is kept.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/kv/store.h"

namespace shareway::exchange {

// `store` is the agency's at this node (store/exchange_store.h). The digest, kRecordDigestBytes, of
// the record at `place`, from 0, of the answer that the agency gave to the consumer's exchange.
// Empty if the store has no such answer, or one that does not tell its records apart.
absl::StatusOr<std::string> RecordAt(kv::Store* store, absl::string_view resource,
                                     absl::string_view consumer, absl::string_view exchange,
                                     uint32_t place);

// A consumer that received a value.
struct Recipient {
  std::string consumer = {};                // agencies/{a}
  std::vector<std::string> exchanges = {};  // newest first, at most 20
  bool bulk = false;                        // no answer is known to have held this very record
};

// Who received the record with this digest (empty: anything of the resource), by name. Who took
// whole datasets, or operations whose answers do not tell their records apart, is among them, with
// `bulk`: it may have received the record. Transfers that were cut count: rows of them left.
// Answers to queries and verifications count by their records alone. Reads every answer that the
// store holds.
absl::StatusOr<std::vector<Recipient>> RecipientsOf(const kv::Store& store,
                                                    absl::string_view resource,
                                                    absl::string_view record);

}  // namespace shareway::exchange
