// SPDX-License-Identifier: Apache-2.0
// Judges what the records of a log say, as far as one log can: who signed them, and
// that the halves of an exchange tell of one exchange. For fsck.
#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "libs/evidence/envelope.h"
#include "services/audit/store/entry.h"
#include "services/audit/store/fsck.h"
#include "tools/shareway/key_history.h"

namespace shareway::cli {

// The invariants
//
//   I1   the halves of a delivered exchange agree: digests of request, response and
//        items, grant; its revision at the provider is not older than the one cited
//   I11  each record's own signature verifies, by a key that was valid: of its producer; where
//        that is a node, also of a party that it hosts. A hosted agency's own delivery or receipt
//        is by that agency's key alone
//   I15  an attempt is delivered once, and received once; at most three attempts
//   I16  a delivery and its receipt have the consumer's signature of the request and the
//        provider's of the response, each by its node's key, or by the agency's own where the node
//        of another hosts it; the receipt is signed by the consumer's side (I11)
//
// of the entries that it is given, in the order of their indices. Memory: about 60 bytes for
// each delivery whose receipt has not come, 20 for each exchange that is settled.
class RecordsCheck final : public audit::RecordsJudge {
 public:
  explicit RecordsCheck(KeyHistory keys) : keys_(std::move(keys)) {}

  void Begin(Log log) override { log_ = std::move(log); }
  absl::Status Take(uint64_t index, const audit::Entry& entry) override;
  absl::Status Finish() override;

  uint64_t signatures() const { return keys_.verified(); }
  // Records and halves with a signature by a key that neither log nor directory has.
  uint64_t unknown_keys() const { return unknown_keys_; }
  uint64_t deliveries() const { return deliveries_; }

 private:
  // What the other half must agree with.
  struct Told {
    uint64_t index = 0;
    uint64_t revision = 0;
    uint64_t digests = 0;
    uint32_t items = 0;  // 0: none told
  };
  absl::Status CheckSignatures(uint64_t index, const evidence::OpenedRecord& opened,
                               bool last_chance);
  absl::Status CheckHalf(uint64_t index, const audit::Entry& entry,
                         const evidence::AuditRecord& record);
  absl::Status Agree(const Told& provider, const Told& consumer);

  KeyHistory keys_;
  Log log_;
  std::vector<uint64_t> deferred_;  // signed by keys that were not known yet
  uint64_t unknown_keys_ = 0;
  uint64_t deliveries_ = 0;
  // By hash of the half; what seems to be there twice is read again before it is called so.
  absl::flat_hash_map<uint64_t, Told> waiting_;  // deliveries, receipts
  absl::flat_hash_set<uint64_t> settled_;
};

}  // namespace shareway::cli
