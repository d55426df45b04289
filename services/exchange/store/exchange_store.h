// SPDX-License-Identifier: Apache-2.0
// Keeps what a node must know after a restart: grants, exchanges, holds.
//
// Keys:
//   grant/g/{name}                          -> sharing's message, as it came
//   grant/applied                           -> AppliedRecord: revision of the grant log
//   resource/r/{name}                       -> catalogue's message, as it came
//   resource/applied                        -> AppliedRecord
//   asked/{exchange}                        -> AskedRecord: this node as the consumer's
//   lost/{exchange}                         -> decimal: the last attempt after asked/'s that only
//                                              audit remembered
//   answered/{consumer}/{exchange}/{attempt} -> AnsweredRecord: as the provider's, and recall
//   hold/{subject}                          -> HoldRecord
//   filing/{time, 8 bytes}{subject}         -> FilingRecord: a hold, or its end, to be filed
//   supplied/{grant}                        -> the exchange by which sharing has settled its supply
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/kv/store.h"
#include "services/exchange/domain/attempt.h"
#include "services/exchange/domain/grant.h"

namespace shareway::exchange {

// A feed that is kept: objects as they came, by name, and the revision applied.
struct KeptFeed {
  Revision applied = {};           // epoch 0: nothing is complete yet
  std::string served_digest = {};  // of the last snapshot; sent to resume
  std::vector<std::string> messages = {};
};
enum class FeedKind { kGrants, kResources };

// Why a grant, consumer or resource is stopped at this node.
struct Hold {
  std::string subject = {};  // grants/{g}, agencies/{a} or resources/{r}
  std::string reason = {};
  std::string person = {};  // people/{p}; empty: an aggregation rule
  absl::Time set_time = {};
  std::optional<absl::Time> filed_time = {};  // with the authority; nothing: not yet
};

// A hold, or its end, that is still to be filed with the authority.
struct Filing {
  std::string subject = {};
  bool held = false;  // false: it ended
  std::string reason = {};
  absl::Time set_time = {};  // no two have the same
  std::string act = {};      // exact bytes of the SignedAct; empty: an aggregation rule
};

// Thread-safe.
class ExchangeStore {
 public:
  // `kv` must outlive it.
  explicit ExchangeStore(kv::Store* kv) : kv_(kv) {}

  // DATA_LOSS if what is kept cannot be read.
  absl::StatusOr<KeptFeed> LoadFeed(FeedKind kind) const;
  // Keeps one object (an empty name: none) and the revision. Durable on OK. `served_digest` is
  // that of the snapshot on which the change rests.
  absl::Status KeepChange(FeedKind kind, absl::string_view name, absl::string_view message,
                          Revision applied, absl::string_view served_digest = "");
  // Replaces all objects.
  absl::Status KeepSnapshot(FeedKind kind,
                            const std::vector<std::pair<std::string, std::string>>& messages,
                            Revision applied, absl::string_view served_digest = "");
  // NOT_FOUND if no such resource is kept.
  absl::StatusOr<std::string> LoadResource(absl::string_view name) const;

  struct LoadedAsked {
    Asked asked = {};
    uint64_t version = 0;
  };
  // Nothing if this node never asked under that id.
  absl::StatusOr<std::optional<LoadedAsked>> LoadAsked(absl::string_view exchange) const;
  // The commit fails with ABORTED if the record is not at `version` (0: not there). No
  // version, for an id that this node just made of random bits: nothing is looked for.
  void PutAsked(const Asked& asked, std::optional<uint64_t> version, kv::Batch* batch) const;

  // The last attempt that only audit remembered, beside what asked/ says; 0: none. asked/ stays as
  // this node wrote it: another node's word does not change what became of an exchange.
  absl::StatusOr<uint32_t> LoadLost(absl::string_view exchange) const;
  void PutLost(absl::string_view exchange, uint32_t attempt, kv::Batch* batch) const;

  // Nothing if the attempt was not settled here.
  absl::StatusOr<std::optional<Answered>> LoadAnswered(absl::string_view consumer,
                                                       absl::string_view exchange,
                                                       uint32_t attempt) const;
  // True if this node asked under that id, or answered somebody who did.
  absl::StatusOr<bool> Knows(absl::string_view exchange) const;
  // Settles an attempt. If it is `first`, the commit fails with ABORTED when it was
  // settled before; a transfer settles twice, at its intent and at its end.
  void PutAnswered(const Answered& answered, kv::Batch* batch, bool first = true) const;

  absl::StatusOr<std::vector<Hold>> LoadHolds() const;
  // Up to `limit` holds whose subject is after `after`, by subject.
  absl::StatusOr<std::vector<Hold>> ListHolds(absl::string_view after, size_t limit) const;
  // Returns the record's bytes.
  std::string PutHold(const Hold& hold, kv::Batch* batch) const;
  void DeleteHold(absl::string_view subject, kv::Batch* batch) const;
  // Up to `limit` filings, oldest first.
  absl::StatusOr<std::vector<Filing>> LoadFilings(size_t limit) const;
  void PutFiling(const Filing& filing, kv::Batch* batch) const;
  void DeleteFiling(const Filing& filing, kv::Batch* batch) const;

  // The grants whose supply sharing has settled; see first_exchanges.h.
  absl::StatusOr<std::vector<std::string>> LoadSupplied() const;
  void PutSupplied(absl::string_view grant, absl::string_view exchange, kv::Batch* batch) const;

  // `done` gets the version of what was written. It runs on the store's thread and
  // must not block.
  void CommitAsync(kv::Batch batch, std::function<void(absl::StatusOr<uint64_t>)> done);
  absl::Status Commit(kv::Batch batch);

 private:
  kv::Store* const kv_;
};

}  // namespace shareway::exchange
