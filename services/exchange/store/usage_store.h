// SPDX-License-Identifier: Apache-2.0
// Keeps what a provider's node counted: use of day quotas, mismatches of verifications.
//
// Keys (day: CCYY-MM-DD in Beijing; days before yesterday are deleted):
//   usage/{day}/{grant}                      -> UsageRecord: leased and used
//   mismatch/{day}/{consumer}|{16 bytes}     -> MismatchRecord: of one record, by its keyed digest
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "libs/kv/store.h"
#include "services/exchange/domain/quota.h"

namespace shareway::exchange {

struct KeptUsage {
  std::string grant = {};
  Amounts leased = {};
  Amounts used = {};
};

// Thread-safe.
class UsageStore {
 public:
  // `kv` must outlive it.
  explicit UsageStore(kv::Store* kv) : kv_(kv) {}

  // DATA_LOSS if what is kept cannot be read.
  absl::StatusOr<std::vector<KeptUsage>> LoadDay(absl::CivilDay day) const;
  void PutUsage(absl::CivilDay day, const KeptUsage& usage, kv::Batch* batch) const;

  // Answers with a mismatch that `consumer` got about the record on that day.
  absl::StatusOr<uint32_t> LoadMismatches(absl::CivilDay day, absl::string_view consumer,
                                          absl::string_view record) const;
  void PutMismatches(absl::CivilDay day, absl::string_view consumer, absl::string_view record,
                     uint32_t count, kv::Batch* batch) const;

  // Deletes what was counted on days before `day`.
  absl::Status DropBefore(absl::CivilDay day);

 private:
  kv::Store* const kv_;
};

}  // namespace shareway::exchange
