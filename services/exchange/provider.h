// SPDX-License-Identifier: Apache-2.0
// The provider's side of an exchange: verify, judge, read, judge again, sign, keep, answer.
#pragma once

#include <array>
#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/crypto/batch.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/signer.h"
#include "libs/outbox/outbox.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/domain/hold_set.h"
#include "services/exchange/domain/in_flight.h"
#include "services/exchange/domain/permission.h"
#include "services/exchange/domain/rejected_calls.h"
#include "services/exchange/domain/refusal_count.h"
#include "services/exchange/domain/replay_set.h"
#include "services/exchange/domain/resource_table.h"
#include "services/exchange/figures.h"
#include "services/exchange/log_heads.h"
#include "services/exchange/neighbours.h"
#include "services/exchange/serving.h"
#include "services/exchange/source/dataset_source.h"
#include "services/exchange/store/exchange_store.h"
#include "services/exchange/store/intent_store.h"
#include "services/exchange/store/tally_store.h"
#include "services/exchange/usage.h"

namespace shareway::exchange {

// Answers other nodes in the name of one agency that this node serves. Thread-safe.
//
// A request whose signature verifies is answered with a signed response, also
// when it is refused, and either is recorded durably first: no durable evidence,
// no delivery. Other calls are counted in `rejected` and get an error.
class Provider {
 public:
  struct Parts {  // all must outlive the provider
    ExchangeStore* store = nullptr;
    const IntentStore* intents = nullptr;
    const outbox::Outbox* outbox = nullptr;
    crypto::BatchSigner* signer = nullptr;
    Neighbours* neighbours = nullptr;
    const GrantTable* grants = nullptr;
    const ResourceTable* resources = nullptr;
    const HoldSet* holds = nullptr;
    ReplaySet* replays = nullptr;
    RejectionCount* rejected = nullptr;
    const DatasetSource* source = nullptr;  // of transfers
    // By method. Null: this node does not share so. Transfers have none.
    std::array<const Serving*, 6> servings = {};
    Usage* usage = nullptr;         // null: nothing is counted
    TallyStore* tallies = nullptr;  // null: what was answered is not counted by day
    const EvidenceRoom* room = nullptr;
    LogHeads* log_heads = nullptr;  // null: none travel
    const Clock* clock = nullptr;
    size_t most_in_flight = InFlight::kMost;  // beyond: RESOURCE_EXHAUSTED, OVERLOADED
    uint32_t most_refusals = RefusalCount::kMost;  // a peer and minute, signed and recorded
    Figures figures = {};
    std::string node = {};    // agencies/{a}/nodes/{n}: this one
    std::string agency = {};  // agencies/{a} that answers; empty: the node's own
  };
  explicit Provider(Parts parts) : parts_(std::move(parts)) {
    if (parts_.agency.empty()) parts_.agency = std::string(evidence::AgencyOfNode(parts_.node));
  }

  using OnAnswer = std::function<void(absl::StatusOr<evidence::v1::Envelope>)>;
  // Answers a request that `peer`, agencies/{a}/nodes/{n}, sent by its own TLS
  // identity. Blocks while it reads; signs and commits without blocking. `done`
  // runs once. Errors: ALREADY_EXISTS, EXCHANGE_SETTLED, with attempt, outcome and
  // digests; INVALID_ARGUMENT or PERMISSION_DENIED for what cannot be attributed;
  // UNAVAILABLE, EVIDENCE_UNAVAILABLE or LEASE_STALE, when nothing may leave;
  // RESOURCE_EXHAUSTED, OVERLOADED, or RATE_LIMITED instead of a refusal beyond most_refusals.
  void Exchange(const std::string& peer, evidence::v1::Envelope request, OnAnswer done);

  // Streams a transfer on this thread: chunks, running manifests, and a final one,
  // which tells the reason if the transfer was refused or cut. Errors as above.
  absl::Status Transfer(const std::string& peer, evidence::v1::Envelope request,
                        PartWriter* writer);

  // Records that a request which audit knows of never reached this node. `record`
  // is the consumer's half. Does nothing if this node has its own.
  absl::Status RecordLost(const evidence::AuditRecord& record);

  // Records the end of every transfer and every call that this node began, perhaps in an earlier
  // life, and whose end it did not record: REFUSED, of a transfer for TRANSFER_BROKEN, of a call
  // with its operation for EXCHANGE_LOST, since what came of it at the system is not known. Those
  // that run now are left alone.
  absl::Status SettleIntents();

 private:
  struct Turn;                            // one request; provider_turn.h
  struct Sending;                         // the running state of a transfer; transfer.cc
  using TurnPtr = std::shared_ptr<Turn>;  // shared by the callbacks of its stages

  // Checks what must hold before a refusal can be attributed: form, key, signature.
  absl::StatusOr<TurnPtr> Identify(const std::string& peer, evidence::v1::Envelope request);
  // OK if the turn may be read for; ALREADY_EXISTS if it is settled; or the refusal.
  absl::Status Judge(Turn* turn, bool transfer) const;
  absl::Status TakeAttempt(Turn* turn) const;
  absl::Status FindGrant(Turn* turn) const;
  // The demand in the request, read by its way of sharing.
  absl::Status ReadDemand(Turn* turn, bool transfer) const;
  // What the grant permits at this moment, and the entry it was judged by.
  struct Permit;
  absl::StatusOr<Permit> PermitNow(const Turn& turn, const Grant& grant) const;
  // True if all that the first check rested on is as it was.
  bool NothingChanged(const Turn& turn) const;
  // The second check, and the one before every chunk.
  absl::Status JudgeAgain(const Turn& turn) const;
  // Counts, reads and projects what may leave.
  absl::Status Serve(Turn* turn) const;

  // Signs, keeps and sends the response that `refusal` says; OK: delivered.
  void Settle(const TurnPtr& turn, const absl::Status& refusal);
  void Keep(const TurnPtr& turn);
  void Kept(const TurnPtr& turn, const absl::Status& durable);
  // Gives back what Usage took for it, if it waits for that.
  void Undo(Turn* turn) const;
  // What is known of the attempt that a twin settled.
  absl::Status SettledBefore(const Turn& turn) const;
  void PutHalf(const Turn& turn, evidence::RecordKind kind, kv::Batch* batch) const;
  void Finish(const TurnPtr& turn, absl::StatusOr<evidence::v1::Envelope> answer);
  // Adds what was answered to the day's counts.
  void Count(const Turn& turn) const;

  absl::Status KeepIntent(const Turn& turn) const;
  absl::Status KeepManifest(Turn* turn, bool final, bool whole);
  absl::Status Send(Turn* turn, RowCursor* cursor, PartWriter* writer, Sending* sending);
  absl::Status SendChunk(const std::vector<Row>& rows, Turn* turn, PartWriter* writer,
                         Sending* sending);
  absl::Status CountChunk(const Turn& turn, const Served& chunk);
  absl::Status SendManifest(Turn* turn, bool final, const absl::Status& cut, PartWriter* writer,
                            Sending* sending);

  Parts parts_;
  InFlight in_flight_{parts_.most_in_flight};
  RefusalCount refusals_{parts_.most_refusals};
};

}  // namespace shareway::exchange
