// SPDX-License-Identifier: Apache-2.0
// Keeps what nodes of providers take and file: slices of day quotas, holds.
//
// Keys:
//   quota/{CCYY-MM-DD}/{grant}     -> QuotaRecord: slices given; days before yesterday are deleted
//   hold/{node}|{agency}|{subject} -> HoldRecord, as it was filed last
//   filed-act/{SHA-256}            -> node: an act that filed a hold, of any age, files no other
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/civil_time.h"
#include "absl/time/time.h"
#include "libs/evidence/record.h"
#include "libs/kv/store.h"
#include "libs/outbox/outbox.h"
#include "services/sharing/domain/scope.h"
#include "services/sharing/store/sharing_store.h"

namespace shareway::sharing {

// A hold of a node, or its end, as it was filed.
struct FiledHold {
  std::string node = {};     // agencies/{a}/nodes/{n}
  std::string agency = {};   // agencies/{a} whose data are held; the node serves it
  std::string subject = {};  // grants/{g}, agencies/{a} or resources/{r}
  bool held = false;         // false: it ended
  std::string reason = {};
  absl::Time set_time = {};    // at the node
  absl::Time filed_time = {};  // here
  std::string act = {};        // exact bytes of the SignedAct; empty: an aggregation rule set it
};

// Thread-safe.
class NodeStore {
 public:
  // Both must outlive it.
  NodeStore(kv::Store* kv, const outbox::Outbox* outbox) : kv_(kv), outbox_(outbox) {}

  // What was given of the grant's quota of `day`; nothing given: version 0.
  absl::StatusOr<Stored<DayQuota>> LoadGiven(absl::string_view grant, absl::CivilDay day) const;
  // Durable once OK. ABORTED if another slice was given meanwhile.
  absl::Status PutGiven(absl::string_view grant, absl::CivilDay day, const DayQuota& given,
                        uint64_t version);
  // Deletes the counts of days before `day`.
  absl::Status DropGivenBefore(absl::CivilDay day);

  // The version is 0 if the node never filed the subject for the agency.
  absl::StatusOr<Stored<FiledHold>> LoadHold(absl::string_view node, absl::string_view agency,
                                             absl::string_view subject) const;
  // Durable with its event, whose `state` becomes the record, once OK. ABORTED,
  // CHANGED_MEANWHILE or ACT_REPLAYED, and nothing was written.
  absl::Status PutHold(const FiledHold& hold, uint64_t version, evidence::AuditRecord event);

 private:
  kv::Store* const kv_;
  const outbox::Outbox* const outbox_;
};

}  // namespace shareway::sharing
