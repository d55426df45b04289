// SPDX-License-Identifier: Apache-2.0
// The consumer's side of a transfer: every chunk and every manifest is verified,
// and a stream without its final manifest is a cut one.
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/merkle/frontier.h"
#include "services/exchange/answer_check.h"
#include "services/exchange/consumer.h"
#include "services/exchange/consumer_turn.h"
#include "services/exchange/domain/request_check.h"
#include "services/exchange/store/half.h"
#include "services/exchange/store/message.h"

namespace shareway::exchange {
namespace {

constexpr size_t kMaxChunkBytes = 1 << 20;
// A manifest is due every 64 MiB and every 10 s of waiting; beyond these it is overdue.
constexpr uint64_t kManifestBytes = (64ull << 20) + kMaxChunkBytes;
constexpr absl::Duration kManifestPatience = absl::Seconds(15);

absl::Status Broken(absl::string_view why) {
  return Error(Reason::kTransferBroken, absl::StatusCode::kDataLoss, why);
}

}  // namespace

struct Consumer::Fetch {
  merkle::Frontier frontier = {};
  uint64_t records = 0;
  uint64_t size_bytes = 0;
  uint64_t manifest_bytes = 0;  // size_bytes at the last manifest
  absl::Duration waited = {};   // for the provider, since the last manifest
  std::string dataset_version = {};
  std::string root = {};
  bool final = false;
};

absl::StatusOr<Downloaded> Consumer::Download(exchange::Ask ask, OnBatch on_batch) {
  SHAREWAY_ASSIGN_OR_RETURN(const TurnPtr turn, Open(std::move(ask)));
  const std::string exchange = turn->ask.exchange;
  const auto leave = absl::MakeCleanup([&] { in_flight_.Leave(exchange); });
  SHAREWAY_RETURN_IF_ERROR(Number(turn.get()));
  Fetch fetch;
  absl::Status ended;
  for (;;) {
    ended = Prepare(turn.get());
    if (!ended.ok() && !turn->now.refused) return ended;
    if (ended.ok()) {
      fetch = Fetch();
      ended = Receive(turn, on_batch, &fetch);
    }
    const bool settled = absl::IsAlreadyExists(ended) &&
                         ReasonOf(ended, Reason::kUnspecified) == Reason::kExchangeSettled;
    // Another node begins anew: only if nothing was handed on.
    const bool elsewhere = fetch.size_bytes == 0 && MayAskElsewhere(turn.get(), ended);
    if (!settled && !elsewhere) break;
    SHAREWAY_RETURN_IF_ERROR(
        RecordNow(turn, evidence::v1::EXCHANGE_NOT_RECEIVED,
                  std::string(ReasonName(ReasonOf(ended, Reason::kPeerUnreachable)))));
    if (turn->asked.attempt >= kMaxAttempts) return AttemptsExhausted(exchange);
    ++turn->asked.attempt;
  }
  const std::string reason =
      ended.ok() ? "" : std::string(ReasonName(ReasonOf(ended, Reason::kTransferBroken)));
  turn->now.records = fetch.records;
  turn->now.payload_bytes = fetch.size_bytes;
  turn->now.received_items = fetch.records > 0;
  turn->now.items = turn->now.permission.items;
  turn->asked.received = turn->asked.received || ended.ok();
  const absl::Status durable = RecordNow(
      turn, ended.ok() ? evidence::v1::EXCHANGE_RECEIVED : evidence::v1::EXCHANGE_NOT_RECEIVED,
      reason);
  parts_.figures.exchanges
      .With("consumer", ended.ok() && durable.ok() ? "received" : "not_received", reason)
      .Add();
  if (!durable.ok()) return NoEvidence(durable.message());
  SHAREWAY_RETURN_IF_ERROR(ended);
  TellFirst(*turn);
  if (parts_.received != nullptr && !turn->now.grant->day.none()) {
    parts_.received->Add(turn->ask.grant, QuotaDay(parts_.clock->Now()),
                         {.calls = 1, .rows = fetch.records, .bytes = fetch.size_bytes});
  }
  return Downloaded{.exchange = exchange,
                    .records = fetch.records,
                    .size_bytes = fetch.size_bytes,
                    .root = fetch.root,
                    .dataset_version = fetch.dataset_version};
}

absl::Status Consumer::Receive(const TurnPtr& turn, const OnBatch& on_batch, Fetch* fetch) {
  Turn::Attempt& now = turn->now;
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::BatchSignature signature,
                            parts_.signer->Sign(now.envelope.payload()));
  *now.envelope.mutable_signature() = evidence::ToProto(signature);
  SHAREWAY_ASSIGN_OR_RETURN(
      std::unique_ptr<PartReader> reader,
      parts_.neighbours->Transfer(now.request.provider_node, now.envelope, turn->ask.traceparent));
  while (!fetch->final) {
    const absl::Duration before = parts_.clock->SinceBoot();
    SHAREWAY_ASSIGN_OR_RETURN(std::optional<TransferPart> part,
                              reader->Next(kManifestPatience - fetch->waited));
    fetch->waited += parts_.clock->SinceBoot() - before;
    if (!part) return Broken("the stream ended without its final manifest");
    if (part->manifest) {
      SHAREWAY_RETURN_IF_ERROR(TakeManifest(turn, *part->manifest, fetch));
      continue;
    }
    if (fetch->waited >= kManifestPatience) return Broken("the next manifest is overdue");
    SHAREWAY_RETURN_IF_ERROR(TakeChunk(*turn, *part, on_batch, fetch));
  }
  return absl::OkStatus();
}

absl::Status Consumer::TakeChunk(const Turn& turn, const TransferPart& part,
                                 const OnBatch& on_batch, Fetch* fetch) const {
  if (part.index != fetch->frontier.size()) {
    return Broken(absl::StrCat("chunk ", part.index, " came, want ", fetch->frontier.size()));
  }
  if (part.batch.size() > kMaxChunkBytes) {
    return Broken(
        absl::StrCat("a chunk of ", part.batch.size(), " bytes, want at most ", kMaxChunkBytes));
  }
  SHAREWAY_RETURN_IF_ERROR(JudgeAgain(turn));
  absl::StatusOr<evidence::v1::RecordBatch> batch =
      CheckChunk(part.batch, *turn.now.grant, turn.now.permission);
  if (!batch.ok()) return Quarantine(turn, batch.status());
  fetch->frontier.Append(crypto::LogHasher(),
                         crypto::LogHasher().leaf(crypto::Sha256(part.batch).view()));
  fetch->records += static_cast<uint64_t>(batch->records_size());
  fetch->size_bytes += part.batch.size();
  if (fetch->size_bytes - fetch->manifest_bytes > kManifestBytes) {
    return Broken("the next manifest is overdue");
  }
  return on_batch(*std::move(batch));
}

absl::Status Consumer::TakeManifest(const TurnPtr& turn, const evidence::v1::Envelope& envelope,
                                    Fetch* fetch) {
  Turn::Attempt& now = turn->now;
  const std::string& node = now.request.provider_node;
  const bool by_host = ByHost(*turn, envelope);
  SHAREWAY_RETURN_IF_ERROR(CheckWhole(envelope.signature()));
  SHAREWAY_RETURN_IF_ERROR(parts_.neighbours->Verify(
      by_host ? node : evidence::SignerOf(node, now.grant->provider), envelope.payload(),
      envelope.signature()));
  SHAREWAY_ASSIGN_OR_RETURN(const Manifest manifest, DecodeManifest(envelope.payload()));
  SHAREWAY_RETURN_IF_ERROR(CheckManifest(manifest, now.request, now.digest, parts_.clock->Now()));
  if (by_host && (manifest.reason.empty() || manifest.chunks > 0)) {
    return HostDelivered(now.request, now.grant->provider);
  }
  // What the provider signed of itself is evidence, whatever came of it here.
  now.response_digest = crypto::Sha256(envelope.payload()).str();
  now.response_record_digest =
      RecordedDigest(envelope.payload(), envelope.signature(), now.response_digest);
  now.response_signature = envelope.signature();
  const std::string root = fetch->frontier.Root(crypto::LogHasher()).str();
  if (manifest.chunks != fetch->frontier.size() || manifest.records != fetch->records ||
      manifest.size_bytes != fetch->size_bytes || manifest.root != root) {
    return Broken(absl::StrCat("the manifest says ", manifest.chunks, " chunks with ",
                               manifest.records, " records, ", fetch->frontier.size(), " with ",
                               fetch->records, " came, or their digests differ"));
  }
  if (!fetch->dataset_version.empty() && fetch->dataset_version != manifest.dataset_version) {
    return Broken("the transfer changed its dataset version");
  }
  fetch->dataset_version = manifest.dataset_version;
  fetch->root = root;
  fetch->manifest_bytes = fetch->size_bytes;
  fetch->waited = absl::ZeroDuration();
  fetch->final = manifest.final;
  if (!manifest.reason.empty()) {
    return Refusal(
        manifest.reason,
        absl::StrCat("the provider's node ended the transfer after ", manifest.records,
                     " records: ", ReasonText(ParseReason(manifest.reason), Language::kEnglish)),
        now.request);
  }
  if (manifest.final) return absl::OkStatus();
  now.records = fetch->records;
  now.payload_bytes = fetch->size_bytes;
  kv::Batch batch;
  parts_.outbox->Add(HalfOf(evidence::v1::TRANSFER_PROGRESS, now.request,
                            {.grant = now.grant.get(),
                             .request_digest = RecordedDigest(
                                 now.envelope.payload(), now.envelope.signature(), now.digest),
                             .response_digest = now.response_record_digest,
                             .items = &now.permission.items,
                             .records = now.records,
                             .payload_bytes = now.payload_bytes,
                             .request_signature = &now.envelope.signature(),
                             .response_signature = &now.response_signature}),
                     &batch);
  const absl::Status durable = parts_.store->Commit(std::move(batch));
  return durable.ok() ? absl::OkStatus() : NoEvidence(durable.message());
}

}  // namespace shareway::exchange
