// SPDX-License-Identifier: Apache-2.0
// The provider's side of a transfer: intent, chunks under running manifests, end.
#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"
#include "libs/merkle/frontier.h"
#include "services/exchange/provider.h"
#include "services/exchange/provider_turn.h"
#include "services/exchange/store/half.h"
#include "services/exchange/store/message.h"

namespace shareway::exchange {
namespace {

constexpr size_t kChunkBytes = 256 << 10;
constexpr size_t kAimedBytes = 192 << 10;  // so that most chunks need no second cut
constexpr int kFirstRows = 256;
constexpr int kMaxRows = 8192;
constexpr uint64_t kManifestBytes = 64ull << 20;
constexpr absl::Duration kManifestEvery = absl::Seconds(10);

absl::Status Cut(absl::string_view why) {
  return Error(Reason::kTransferBroken, absl::StatusCode::kUnavailable, why);
}

// The text is the same for all: what the store says of it may tell of what was read.
absl::Status NotKept(const Request& request, const absl::Status& kept) {
  log::Error("evidence-not-kept", {{"exchange", request.exchange}, {"status", kept}});
  return Error(Reason::kEvidenceUnavailable, absl::StatusCode::kUnavailable,
               "this node cannot keep evidence now");
}

}  // namespace

struct Provider::Sending {
  merkle::Frontier frontier = {};  // over the chunks' digests
  uint64_t records = 0;
  uint64_t size_bytes = 0;
  uint64_t manifest_bytes = 0;        // size_bytes at the last manifest
  absl::Duration manifest_time = {};  // boot time of the last manifest
  std::vector<ItemType> types = {};
  int rows = kFirstRows;     // to read at once
  bool written_off = false;  // the consumer does not read any more
};

absl::Status Provider::Transfer(const std::string& peer, evidence::v1::Envelope request,
                                PartWriter* writer) {
  SHAREWAY_ASSIGN_OR_RETURN(const TurnPtr turn, Identify(peer, std::move(request)));
  const InFlight::Entry entry = in_flight_.Enter(turn->digest);
  if (entry == InFlight::Entry::kFull) return in_flight_.Full();
  if (entry == InFlight::Entry::kTwice) return SettledBefore(*turn);
  struct Leave {
    InFlight* in_flight;
    const std::string& id;
    ~Leave() { in_flight->Leave(id); }
  } leave{&in_flight_, turn->digest};
  if (!parts_.room->there) {
    return Error(Reason::kEvidenceUnavailable, absl::StatusCode::kUnavailable,
                 "the outbox or the disk is full");
  }
  absl::Status ended = Judge(turn.get(), /*transfer=*/true);
  if (absl::IsAlreadyExists(ended)) return ended;
  const auto undo = absl::MakeCleanup([&] { Undo(turn.get()); });
  if (ended.ok() && parts_.usage != nullptr) {
    ended = parts_.usage->Take(turn->permitted());
    turn->counted = ended.ok();
    if (absl::IsAlreadyExists(ended)) return ended;
  }
  std::unique_ptr<RowCursor> cursor;
  Sending sending;
  sending.manifest_time = parts_.clock->SinceBoot();
  if (ended.ok()) {
    absl::StatusOr<std::unique_ptr<RowCursor>> opened =
        parts_.source->Open({.resource = turn->grant->resource,
                             .items = turn->permission.items,
                             .where = turn->permission.where});
    ended = opened.status();
    if (opened.ok()) cursor = std::move(*opened);
  }
  if (!ended.ok() && !refusals_.Take(peer, parts_.clock->Now())) return refusals_.Full();
  if (ended.ok()) {
    turn->served.dataset_version = cursor->version();
    turn->served.items = turn->permission.items;
    sending.types = cursor->types();
    SHAREWAY_RETURN_IF_ERROR(KeepIntent(*turn));
    ended = CountChunk(*turn, {});  // the call itself
    if (ended.ok()) ended = Send(turn.get(), cursor.get(), writer, &sending);
  }
  const absl::Status told = SendManifest(turn.get(), true, ended, writer, &sending);
  if (turn->counted && sending.records > 0) {  // what left, left, also if it was cut
    turn->counted = false;
    parts_.usage->Kept(turn->permitted(), turn->served);
  }
  parts_.figures.exchanges
      .With("provider", turn->outcome == Outcome::kDelivered ? "delivered" : "refused",
            turn->reason)
      .Add();
  Count(*turn);
  return sending.written_off ? ended : told;
}

// Durable before the first chunk: whatever happens then, audit knows that rows may have left. And
// before a system is asked: a crash does not make an operation one that never arrived.
absl::Status Provider::KeepIntent(const Turn& turn) const {
  const Request& request = turn.request;
  const bool transfer = request.method == Method::kDownload;
  kv::Batch batch;
  parts_.store->PutAnswered({.consumer = request.consumer,
                             .exchange = request.exchange,
                             .attempt = request.attempt,
                             .query_digest = crypto::Sha256(request.query).str(),
                             .method = request.method,
                             .request_digest = turn.digest,
                             .resource = turn.grant->resource,
                             .dataset_version = turn.served.dataset_version,
                             .grant = turn.grant->name},
                            &batch);
  if (transfer) PutHalf(turn, evidence::v1::TRANSFER_INTENT, &batch);
  parts_.intents->Put(
      HalfOf(transfer ? evidence::v1::TRANSFER_INTENT : evidence::v1::EXCHANGE_REFUSED, request,
             {.grant = turn.grant.get(),
              .request_digest =
                  RecordedDigest(turn.envelope.payload(), turn.envelope.signature(), turn.digest),
              .operation = OperationOf(turn.demand),
              .request_signature = &turn.envelope.signature()}),
      &batch);
  const absl::Status kept = parts_.store->Commit(std::move(batch));
  if (absl::IsAborted(kept)) return SettledBefore(turn);
  return kept.ok() ? kept : NotKept(request, kept);
}

absl::Status Provider::Send(Turn* turn, RowCursor* cursor, PartWriter* writer, Sending* sending) {
  for (;;) {
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<Row> rows, cursor->Next(sending->rows));
    SHAREWAY_RETURN_IF_ERROR(JudgeAgain(*turn));  // reading may have taken long
    if (rows.empty()) return absl::OkStatus();
    MaskRows(turn->permission.masks, &sending->types, &rows);
    SHAREWAY_RETURN_IF_ERROR(SendChunk(rows, turn, writer, sending));
    const bool due = sending->size_bytes - sending->manifest_bytes + kChunkBytes > kManifestBytes ||
                     parts_.clock->SinceBoot() - sending->manifest_time >= kManifestEvery;
    if (due) {
      SHAREWAY_RETURN_IF_ERROR(SendManifest(turn, false, absl::OkStatus(), writer, sending));
    }
  }
}

absl::Status Provider::SendChunk(const std::vector<Row>& rows, Turn* turn, PartWriter* writer,
                                 Sending* sending) {
  SHAREWAY_ASSIGN_OR_RETURN(std::string batch,
                            EncodeBatch(turn->permission.items, sending->types, rows));
  // Rows grew longer than those before: two chunks.
  if (batch.size() > kChunkBytes && rows.size() > 1) {
    const auto middle = rows.begin() + static_cast<std::ptrdiff_t>(rows.size() / 2);
    SHAREWAY_RETURN_IF_ERROR(SendChunk({rows.begin(), middle}, turn, writer, sending));
    SHAREWAY_RETURN_IF_ERROR(JudgeAgain(*turn));
    return SendChunk({middle, rows.end()}, turn, writer, sending);
  }
  const uint64_t row_bytes = std::max<uint64_t>(1, batch.size() / rows.size());
  sending->rows = static_cast<int>(
      std::clamp<uint64_t>(kAimedBytes / row_bytes, 1, static_cast<uint64_t>(kMaxRows)));
  SHAREWAY_RETURN_IF_ERROR(CountChunk(*turn, {.body = batch, .records = rows.size()}));
  const uint64_t index = sending->frontier.size();
  sending->frontier.Append(crypto::LogHasher(),
                           crypto::LogHasher().leaf(crypto::Sha256(batch).view()));
  sending->records += rows.size();
  sending->size_bytes += batch.size();
  if (!writer->Write({.index = index, .batch = std::move(batch)}).ok()) {
    sending->written_off = true;
    return Cut("the consumer's node stopped reading");
  }
  return absl::OkStatus();
}

// Durable before the chunk leaves: a crash gives nothing back that left.
absl::Status Provider::CountChunk(const Turn& turn, const Served& chunk) {
  if (!turn.counted || turn.grant->day.none()) return absl::OkStatus();
  SHAREWAY_RETURN_IF_ERROR(parts_.usage->Fit(turn.permitted(), chunk));
  kv::Batch batch;
  absl::Status kept;
  absl::Notification durable;
  parts_.usage->Keep(turn.permitted(), chunk, &batch, [&] {
    parts_.store->CommitAsync(std::move(batch), [&](absl::StatusOr<uint64_t> version) {
      kept = version.status();
      durable.Notify();
    });
  });
  durable.WaitForNotification();
  return kept.ok() ? JudgeAgain(turn) : NotKept(turn.request, kept);  // it may have taken long
}

absl::Status Provider::SendManifest(Turn* turn, bool final, const absl::Status& cut,
                                    PartWriter* writer, Sending* sending) {
  const std::optional<ErrorDetails> details = DetailsOf(cut);
  Manifest manifest;
  manifest.nonce = crypto::RandomBytes(16);
  manifest.kind = kManifestKind;
  manifest.version = 1;
  manifest.request_digest = turn->digest;
  manifest.exchange = turn->request.exchange;
  manifest.attempt = turn->request.attempt;
  manifest.provider_node = parts_.node;
  manifest.issue_time = parts_.clock->Now();
  manifest.dataset_version = turn->served.dataset_version;
  manifest.chunks = sending->frontier.size();
  manifest.records = sending->records;
  manifest.size_bytes = sending->size_bytes;
  manifest.root = sending->frontier.Root(crypto::LogHasher()).str();
  manifest.final = final;
  if (!cut.ok()) {
    manifest.reason = std::string(ReasonName(details ? details->reason : Reason::kUnspecified));
    log::Warn("transfer-ended-early", {{"exchange", manifest.exchange}, {"status", cut}});
  }
  turn->reason = manifest.reason;
  turn->served.records = sending->records;
  turn->payload_bytes = sending->size_bytes;
  turn->payload = Encode(manifest);
  turn->payload_digest = crypto::Sha256(turn->payload).str();
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::BatchSignature signature,
                            parts_.signer->Sign(turn->payload));
  turn->signature = evidence::ToProto(signature);
  SHAREWAY_RETURN_IF_ERROR(KeepManifest(turn, final, cut.ok()));
  sending->manifest_bytes = sending->size_bytes;
  sending->manifest_time = parts_.clock->SinceBoot();
  TransferPart part;
  part.manifest.emplace();
  part.manifest->set_payload(turn->payload);
  *part.manifest->mutable_signature() = turn->signature;
  if (sending->written_off) return absl::OkStatus();
  if (!writer->Write(std::move(part)).ok()) {
    sending->written_off = true;
    if (!final) return Cut("the consumer's node stopped reading");
  }
  return absl::OkStatus();
}

absl::Status Provider::KeepManifest(Turn* turn, bool final, bool whole) {
  kv::Batch batch;
  evidence::RecordKind kind = evidence::v1::TRANSFER_PROGRESS;
  if (final) {
    kind = whole ? evidence::v1::EXCHANGE_DELIVERED : evidence::v1::EXCHANGE_REFUSED;
    turn->outcome = whole ? Outcome::kDelivered : Outcome::kRefused;
    const Request& request = turn->request;
    parts_.store->PutAnswered({.consumer = request.consumer,
                               .exchange = request.exchange,
                               .attempt = request.attempt,
                               .query_digest = crypto::Sha256(request.query).str(),
                               .method = request.method,
                               .outcome = turn->outcome,
                               .request_digest = turn->digest,
                               .response_digest = turn->payload_digest,
                               .reason = turn->reason,
                               .resource = turn->grant ? turn->grant->resource : "",
                               .dataset_version = turn->served.dataset_version,
                               .grant = turn->grant ? turn->grant->name : "",
                               .settle_time = parts_.clock->Now()},
                              &batch, turn->served.dataset_version.empty());
    parts_.intents->Drop(HalfOf(kind, request, {.grant = turn->grant.get()}), &batch);
  }
  PutHalf(*turn, kind, &batch);
  const absl::Status kept = parts_.store->Commit(std::move(batch));
  if (absl::IsAborted(kept)) return SettledBefore(*turn);
  return kept.ok() ? kept : NotKept(turn->request, kept);
}

absl::Status Provider::SettleIntents() {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<evidence::AuditRecord> intents,
                            parts_.intents->Open());
  for (const evidence::AuditRecord& intent : intents) {
    SHAREWAY_ASSIGN_OR_RETURN(
        std::optional<exchange::Answered> known,
        parts_.store->LoadAnswered(intent.agencies(0), intent.exchange(), intent.attempt()));
    if (known && in_flight_.Has(known->request_digest)) continue;
    // It may have ended since: what ran no more when it was looked for is kept by now.
    SHAREWAY_ASSIGN_OR_RETURN(known, parts_.store->LoadAnswered(
                                         intent.agencies(0), intent.exchange(), intent.attempt()));
    kv::Batch batch;
    parts_.intents->Drop(intent, &batch);
    if (known && known->outcome == Outcome::kUnspecified) {
      known->outcome = Outcome::kRefused;
      known->reason = std::string(ReasonName(
          known->method == Method::kCall ? Reason::kExchangeLost : Reason::kTransferBroken));
      parts_.store->PutAnswered(*known, &batch, /*first=*/false);
      evidence::AuditRecord end = intent;
      end.set_kind(evidence::v1::EXCHANGE_REFUSED);
      end.set_reason(known->reason);
      parts_.outbox->Add(std::move(end), &batch);
      log::Warn("exchange-settled", {{"exchange", intent.exchange()},
                                     {"grant", intent.grant()},
                                     {"reason", known->reason}});
    }
    SHAREWAY_RETURN_IF_ERROR(parts_.store->Commit(std::move(batch)));
  }
  return absl::OkStatus();
}

}  // namespace shareway::exchange
