// SPDX-License-Identifier: Apache-2.0
// The corrections (校核) that are open on resources of this node's agency, for its answers.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"

namespace shareway::exchange {

// Bytes of the digest under which a node knows a record.
inline constexpr size_t kRecordDigestBytes = 16;

// One open correction.
struct Correction {
  std::string name = {};      // corrections/{c}
  std::string resource = {};  // resources/{r}
  std::string record = {};    // digest of its key; empty: the whole resource
  std::string item = {};      // in question; empty: the whole record
  bool business_may_proceed = false;

  friend bool operator==(const Correction&, const Correction&) = default;
};

// A correction on the record at place `record` of an answer, from 0.
struct CorrectionNote {
  uint32_t record = 0;
  Correction correction = {};

  friend bool operator==(const CorrectionNote&, const CorrectionNote&) = default;
};

// Thread-safe. Costs one load while nothing is open.
class CorrectionTable {
 public:
  // `correction` is open, and replaces what it was before.
  void Put(Correction correction);
  // It was closed.
  void Remove(absl::string_view name);
  // What is held is replaced.
  void Replace(std::vector<Correction> corrections);

  // What is open on an answer of `records` records of `resource`: on a record whose digest is in
  // `digests`, kRecordDigestBytes each (empty: records are not known, and those on single ones are not
  // found), or on the whole resource, for each record; on one of `items` or on a whole record. By
  // record and name.
  std::vector<CorrectionNote> On(absl::string_view resource, absl::string_view digests,
                                 uint64_t records, const std::vector<std::string>& items) const;

 private:
  // resource and record -> by name.
  using ByRecord = absl::flat_hash_map<std::string, std::map<std::string, Correction>>;
  void PutLocked(Correction correction) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void RemoveLocked(absl::string_view name) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  mutable absl::Mutex mutex_;
  ByRecord open_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<std::string, std::string> places_ ABSL_GUARDED_BY(mutex_);  // name -> key
  std::atomic<size_t> size_ = 0;
};

}  // namespace shareway::exchange
