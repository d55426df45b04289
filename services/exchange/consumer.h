// SPDX-License-Identifier: Apache-2.0
// The consumer's side of an exchange: ask, verify, keep the receipt, answer.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "libs/base/clock.h"
#include "libs/crypto/batch.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/signer.h"
#include "libs/outbox/outbox.h"
#include "services/exchange/domain/ask.h"
#include "services/exchange/domain/attempt.h"
#include "services/exchange/domain/day_use.h"
#include "services/exchange/domain/grant_table.h"
#include "services/exchange/domain/in_flight.h"
#include "services/exchange/domain/permission.h"
#include "services/exchange/figures.h"
#include "services/exchange/first_exchanges.h"
#include "services/exchange/log_heads.h"
#include "services/exchange/neighbours.h"
#include "services/exchange/store/exchange_store.h"

namespace shareway::exchange {

// What an exchange brought.
struct Answer {
  std::string exchange = {};
  uint32_t attempt = 0;
  std::string request_digest = {};
  std::string response_digest = {};
  std::string body = {};  // exact bytes that the provider's node signed, by the demand's method
};

// What a download brought.
struct Downloaded {
  std::string exchange = {};
  uint64_t records = 0;
  uint64_t size_bytes = 0;
  std::string root = {};
  std::string dataset_version = {};
};

// Asks other nodes in the name of its agency. Thread-safe.
//
// Every attempt that was signed, and every refusal that this node itself pronounced,
// is recorded before its caller hears of it: RECEIVED with the provider's
// signature, or NOT_RECEIVED with the reason. Nothing is recorded for what says
// nothing about the exchange: a malformed call, a stale lease, a used-up id.
class Consumer {
 public:
  struct Parts {  // all must outlive the consumer
    ExchangeStore* store = nullptr;
    const outbox::Outbox* outbox = nullptr;
    crypto::BatchSigner* signer = nullptr;
    Neighbours* neighbours = nullptr;
    const GrantTable* grants = nullptr;
    const EvidenceRoom* room = nullptr;
    LogHeads* log_heads = nullptr;  // null: none travel
    DayUse* received = nullptr;     // null: nobody asks
    FirstExchanges* first_exchanges = nullptr;  // null: sharing is not told
    const Clock* clock = nullptr;
    size_t most_in_flight = InFlight::kMost;  // beyond: RESOURCE_EXHAUSTED, OVERLOADED
    Figures figures = {};
    std::string node = {};    // agencies/{a}/nodes/{n}: this one
    std::string agency = {};  // agencies/{a} that asks; empty: the node's own
    std::string secret = {};  // the agency's, for keyed digests
  };
  explicit Consumer(Parts parts) : parts_(std::move(parts)) {
    if (parts_.agency.empty()) parts_.agency = std::string(evidence::AgencyOfNode(parts_.node));
  }

  const std::string& agency() const { return parts_.agency; }

  using OnAnswer = std::function<void(absl::StatusOr<Answer>)>;
  // Asks, by whatever method but DOWNLOAD, and answers through `done`, once, perhaps on
  // this thread. `deadline` is
  // by the wall clock. Errors: INVALID_ARGUMENT naming fields, or QUERY_CHANGED;
  // PERMISSION_DENIED with the reason of the refusal; FAILED_PRECONDITION,
  // ATTEMPTS_EXHAUSTED or DATASET_MISSING; ABORTED if the id is being asked now;
  // UNAVAILABLE with PEER_UNREACHABLE, LEASE_STALE or EVIDENCE_UNAVAILABLE: retry
  // under the same id.
  void Ask(exchange::Ask ask, absl::Time deadline, OnAnswer done);

  // Takes the next rows; an error ends the download.
  using OnBatch = std::function<absl::Status(evidence::v1::RecordBatch batch)>;
  // Downloads on this thread. Rows are handed on as they come; only the return of OK
  // says that the whole was received, verified and recorded. Errors as Query, and
  // DATA_LOSS, TRANSFER_BROKEN.
  absl::StatusOr<Downloaded> Download(exchange::Ask ask, OnBatch on_batch);

  // True while an attempt under this id runs.
  bool Asking(absl::string_view exchange) const { return in_flight_.Has(exchange); }
  // Records that an exchange which audit knows of never reached its end here.
  // `record` is the other half. Does nothing if this node has its own.
  absl::Status RecordLost(const evidence::AuditRecord& record);

 private:
  struct Turn;                            // one call, over its attempts; consumer_turn.h
  struct Fetch;                           // the running check of a download; download.cc
  using TurnPtr = std::shared_ptr<Turn>;  // shared by the callbacks of its stages

  // Checks the call and takes its id: from then on Finish must run.
  absl::StatusOr<TurnPtr> Open(exchange::Ask ask);
  // Numbers the attempt after what is recorded.
  absl::Status Number(Turn* turn) const;
  // Checks leases, room and grant, and completes the request. A refusal that is
  // evidence leaves `turn->refused` true.
  absl::Status Prepare(Turn* turn) const;
  Wanted WantedBy(const Turn& turn) const;
  // OK if the grant permits now what it permitted when the attempt began: between the provider's
  // last check and this node the network may have held back for long what it is to hand on.
  absl::Status JudgeAgain(const Turn& turn) const;
  void FillRequest(Turn* turn) const;
  void Begin(TurnPtr turn);
  void Send(TurnPtr turn);
  void Answered(TurnPtr turn, absl::StatusOr<evidence::v1::Envelope> envelope);
  // OK if it answers the turn's request; fills what the evidence needs.
  absl::Status Judge(Turn* turn, evidence::v1::Envelope envelope) const;
  // True if a node that hosts the provider signed in its own name: good for a refusal only.
  bool ByHost(const Turn& turn, const evidence::v1::Envelope& envelope) const;
  // What came is only what may come; fills what the evidence says of it.
  // Raises the alarm if `checked` says that more came than was granted; returns it.
  absl::Status Quarantine(const Turn& turn, absl::Status checked) const;
  absl::Status CheckBody(Turn* turn, const Response& response) const;
  // The node to ask: of those that answer for the provider, the first that was not tried.
  // Empty if none is left.
  std::string NodeFor(const Turn& turn, const Grant& grant) const;
  // True if the failure leaves another node to ask under the next attempt, and time.
  bool MayAskElsewhere(Turn* turn, const absl::Status& failed) const;
  void AskElsewhere(TurnPtr turn, const absl::Status& failed);
  void SettledBefore(TurnPtr turn, const absl::Status& settled);
  // Writes this node's half; `then` gets OK once it is durable, and the asked
  // record's new version is in the turn.
  void Record(TurnPtr turn, evidence::RecordKind kind, std::string reason,
              std::function<void(absl::Status)> then);
  absl::Status RecordNow(TurnPtr turn, evidence::RecordKind kind, std::string reason);
  // The attempt's receipt is durable. An answer without a record shows nothing of the supply.
  void TellFirst(const Turn& turn) const;
  void Fail(TurnPtr turn, const absl::Status& status);
  void Finish(const TurnPtr& turn, absl::StatusOr<Answer> answer);

  absl::Status Receive(const TurnPtr& turn, const OnBatch& on_batch, Fetch* fetch);
  absl::Status TakeChunk(const Turn& turn, const TransferPart& part, const OnBatch& on_batch,
                         Fetch* fetch) const;
  absl::Status TakeManifest(const TurnPtr& turn, const evidence::v1::Envelope& envelope,
                            Fetch* fetch);

  Parts parts_;
  InFlight in_flight_{parts_.most_in_flight};
};

}  // namespace shareway::exchange
