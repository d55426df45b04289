// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/provider.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"
#include "services/exchange/domain/ask.h"
#include "services/exchange/domain/request_check.h"
#include "services/exchange/other_half.h"
#include "services/exchange/provider_turn.h"
#include "services/exchange/store/half.h"
#include "services/exchange/store/message.h"

namespace shareway::exchange {
namespace {

using evidence::v1::Envelope;

// How long a cited revision that is ahead of this node may take to arrive.
constexpr absl::Duration kGrantPatience = absl::Milliseconds(500);
constexpr size_t kRecallBytes = 16;

absl::Status Stale() {
  return Error(Reason::kLeaseStale, absl::StatusCode::kUnavailable,
               "this node cannot tell whether its grants are up to date");
}

absl::Status NoEvidence(absl::string_view why) {
  return Error(Reason::kEvidenceUnavailable, absl::StatusCode::kUnavailable,
               absl::StrCat("evidence cannot be kept: ", why));
}

std::string ReasonNameOf(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return std::string(ReasonName(details ? details->reason : Reason::kUnspecified));
}

// What a consumer may read of a refusal. Faults of ours may name keys or paths.
std::string MessageOf(const absl::Status& status) {
  if (DetailsOf(status)) return std::string(status.message());
  log::Error("source-failed", {{"status", status}});
  return "the provider's source failed";
}

}  // namespace

absl::StatusOr<Provider::TurnPtr> Provider::Identify(const std::string& peer, Envelope envelope) {
  auto turn = std::make_shared<Turn>();
  turn->started = turn->stage = parts_.clock->SinceBoot();
  const absl::Status identified = [&] {
    SHAREWAY_ASSIGN_OR_RETURN(turn->request, DecodeRequest(envelope.payload()));
    SHAREWAY_RETURN_IF_ERROR(CheckForm(turn->request));
    if (turn->request.consumer_node != peer ||
        !parts_.neighbours->Serves(peer, turn->request.consumer)) {
      return absl::Status(
          Error(Reason::kEnvelopeInvalid, absl::StatusCode::kPermissionDenied,
                absl::StrCat(peer, " does not speak for ", turn->request.consumer)));
    }
    return parts_.neighbours->Verify(peer, envelope.payload(), envelope.signature());
  }();
  if (!identified.ok()) {
    parts_.rejected->Add(peer, parts_.clock->Now(), ReasonNameOf(identified));
    parts_.figures.exchanges.With("provider", "rejected", ReasonNameOf(identified)).Add();
    // A wrong signature is the caller's fault, not a loss of our data.
    if (!absl::IsDataLoss(identified)) return identified;
    return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kPermissionDenied,
                 identified.message());
  }
  if (parts_.log_heads != nullptr) parts_.log_heads->Heard(turn->request.log_head, peer);
  turn->digest = crypto::Sha256(envelope.payload()).str();
  turn->envelope = std::move(envelope);
  return turn;
}

absl::Status Provider::TakeAttempt(Turn* turn) const {
  const Request& request = turn->request;
  // The log of answers knows attempts for ever, and stops a second answer to this
  // one at its commit; the replay set stops what comes within minutes before it costs.
  for (uint32_t attempt = request.attempt - 1; attempt >= 1; --attempt) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const std::optional<exchange::Answered> before,
        parts_.store->LoadAnswered(request.consumer, request.exchange, attempt));
    if (before && before->query_digest != crypto::Sha256(request.query).view()) {
      return QueryChanged(request.exchange);
    }
  }
  const std::string key = ReplaySet::KeyOf(request.consumer, request.exchange, request.attempt);
  if (!parts_.replays->Take(ReplaySet::MinuteOf(request.issue_time), key)) {
    return SettledBefore(*turn);
  }
  turn->taken = true;
  return absl::OkStatus();
}

absl::Status Provider::SettledBefore(const Turn& turn) const {
  const Request& request = turn.request;
  SHAREWAY_ASSIGN_OR_RETURN(
      std::optional<exchange::Answered> before,
      parts_.store->LoadAnswered(request.consumer, request.exchange, request.attempt));
  // Taken, but what became of it is not known (yet): it is settled all the same.
  if (!before) {
    before = {
        .consumer = request.consumer, .exchange = request.exchange, .attempt = request.attempt};
  }
  return Settled(*before);
}

absl::Status Provider::FindGrant(Turn* turn) const {
  const Request& request = turn->request;
  turn->grant = parts_.grants->Find(request.grant);
  const bool behind = turn->grant == nullptr || turn->grant->revision < request.grant_revision;
  if (behind && parts_.grants->revision() < request.grant_revision) {
    if (!parts_.grants->Await(request.grant_revision, kGrantPatience)) {
      return Error(Reason::kGrantOutdated, absl::StatusCode::kPermissionDenied,
                   absl::StrCat("the request cites revision ", request.grant_revision.number,
                                ", this node has ", parts_.grants->revision().number));
    }
    turn->grant = parts_.grants->Find(request.grant);
  }
  if (turn->grant != nullptr && turn->grant->consumer == request.consumer &&
      parts_.neighbours->Serves(parts_.node, turn->grant->provider)) {
    return absl::OkStatus();
  }
  // Neither answer nor evidence, which its parties read, may tell of a grant of others.
  turn->grant = nullptr;
  return GrantUnknown(request.grant);
}

absl::StatusOr<Permission> Provider::PermitNow(const Turn& turn, const Grant& grant) const {
  const Request& request = turn.request;
  SHAREWAY_ASSIGN_OR_RETURN(Permission permission,
                            Permit(grant,
                                   {.consumer = request.consumer,
                                    .method = request.method,
                                    .purpose = request.purpose,
                                    .names_case = !request.case_digest.empty(),
                                    .items = turn.query.items,
                                    .where = turn.query.where},
                                   parts_.clock->Now()));
  SHAREWAY_RETURN_IF_ERROR(parts_.holds->Check(grant));
  const auto resource = parts_.resources->Find(grant.resource);
  if (resource == nullptr) {
    return Error(Reason::kNotReady, absl::StatusCode::kUnavailable,
                 absl::StrCat("the catalogue's entry of ", grant.resource,
                              " has not reached this node"))
        .With("resource", grant.resource);
  }
  SHAREWAY_RETURN_IF_ERROR(CheckClearance(*resource, permission.items,
                                          parts_.neighbours->ClearanceOf(request.consumer)));
  return permission;
}

absl::Status Provider::Judge(Turn* turn, Method method) const {
  const Request& request = turn->request;
  SHAREWAY_RETURN_IF_ERROR(CheckAudience(request, parts_.node, parts_.clock->Now()));
  SHAREWAY_RETURN_IF_ERROR(TakeAttempt(turn));
  if (!parts_.neighbours->LeasesLive()) return Stale();
  SHAREWAY_RETURN_IF_ERROR(FindGrant(turn));
  if (request.method != method) {
    return Error(Reason::kMethodNotGranted, absl::StatusCode::kPermissionDenied,
                 "the request states another way of sharing than it is sent for");
  }
  SHAREWAY_ASSIGN_OR_RETURN(turn->query, DecodeQuery(request.query));
  SHAREWAY_RETURN_IF_ERROR(CheckQuery(turn->query, method));
  SHAREWAY_ASSIGN_OR_RETURN(turn->permission, PermitNow(*turn, *turn->grant));
  return absl::OkStatus();
}

absl::Status Provider::JudgeAgain(const Turn& turn) const {
  if (!parts_.neighbours->LeasesLive()) return Stale();
  const std::shared_ptr<const Grant> grant = parts_.grants->Find(turn.request.grant);
  if (grant == nullptr) return GrantUnknown(turn.request.grant);
  // A node, key or agency that was suspended meanwhile gets nothing more.
  if (!parts_.neighbours->Serves(turn.request.consumer_node, turn.request.consumer) ||
      !parts_.neighbours->Serves(parts_.node, grant->provider)) {
    return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kPermissionDenied,
                 absl::StrCat(turn.request.consumer_node, " does not speak for ",
                              turn.request.consumer, " any more, or this node not for ",
                              grant->provider));
  }
  SHAREWAY_RETURN_IF_ERROR(parts_.neighbours->Verify(
      turn.request.consumer_node, turn.envelope.payload(), turn.envelope.signature()));
  SHAREWAY_ASSIGN_OR_RETURN(const Permission permission, PermitNow(turn, *grant));
  if (permission == turn.permission && grant->resource == turn.grant->resource) {
    return absl::OkStatus();
  }
  return Error(Reason::kGrantOutdated, absl::StatusCode::kPermissionDenied,
               absl::StrCat(grant->name, " changed while its data were read"))
      .With("grant", grant->name);
}

std::string Provider::RecallOf(const Turn& turn, const std::vector<Row>& rows) const {
  const auto resource = parts_.resources->Find(turn.grant->resource);
  if (resource == nullptr) return "";
  // A record is known by its key; without the whole key, recall goes by dataset version.
  std::vector<size_t> columns;
  for (const std::string& key : resource->keys()) {
    size_t column = 0;
    while (column < turn.permission.items.size() && turn.permission.items[column] != key) ++column;
    if (column == turn.permission.items.size()) return "";
    columns.push_back(column);
  }
  if (columns.empty()) return "";
  std::string recall;
  for (const Row& row : rows) {
    std::string key = absl::StrCat("shareway/v1/record\n", turn.grant->resource, "\n");
    for (const size_t column : columns) absl::StrAppend(&key, row[column].value_or(""), "\n");
    absl::StrAppend(&recall, crypto::HmacSha256(parts_.secret, key).view().substr(0, kRecallBytes));
  }
  return recall;
}

absl::Status Provider::Read(Turn* turn) const {
  const uint32_t limit = turn->query.limit == 0 ? kDefaultLimit : turn->query.limit;
  SHAREWAY_ASSIGN_OR_RETURN(const RowPage page,
                            parts_.source->Read({.resource = turn->grant->resource,
                                                 .items = turn->permission.items,
                                                 .where = turn->permission.where,
                                                 .after = turn->query.after,
                                                 .limit = static_cast<int>(limit)}));
  SHAREWAY_ASSIGN_OR_RETURN(const std::string batch,
                            EncodeBatch(turn->permission.items, page.types, page.rows));
  turn->body = EncodeAnswer(batch, page.next);
  turn->records = page.rows.size();
  turn->payload_bytes = turn->body.size();
  turn->dataset_version = page.version;
  turn->recall = RecallOf(*turn, page.rows);
  return absl::OkStatus();
}

void Provider::Exchange(const std::string& peer, Envelope request, OnAnswer done) {
  absl::StatusOr<TurnPtr> identified = Identify(peer, std::move(request));
  if (!identified.ok()) return done(identified.status());
  const TurnPtr turn = std::move(*identified);
  turn->done = std::move(done);
  // Two calls of the same attempt would both pass the replay set's look into the store.
  switch (in_flight_.Enter(turn->digest)) {
    case InFlight::Entry::kEntered:
      break;
    case InFlight::Entry::kTwice:
      return turn->done(SettledBefore(*turn));
    case InFlight::Entry::kFull:
      return turn->done(in_flight_.Full());
  }
  if (!parts_.room->there) return Finish(turn, NoEvidence("the outbox or the disk is full"));
  absl::Status judged = Judge(turn.get(), Method::kQuery);
  if (absl::IsAlreadyExists(judged)) return Finish(turn, judged);
  auto stage = [&](metrics::Histogram histogram) {
    const absl::Duration now = parts_.clock->SinceBoot();
    histogram.Observe(absl::ToDoubleSeconds(now - turn->stage));
    turn->stage = now;
  };
  stage(parts_.figures.answered_check);
  if (judged.ok()) judged = Read(turn.get());
  if (judged.ok()) judged = JudgeAgain(*turn);
  stage(parts_.figures.answered_read);
  Settle(turn, judged);
}

void Provider::Settle(const TurnPtr& turn, const absl::Status& refusal) {
  Response response;
  response.nonce = crypto::RandomBytes(16);
  response.kind = kResponseKind;
  response.version = 1;
  response.request_digest = turn->digest;
  response.exchange = turn->request.exchange;
  response.attempt = turn->request.attempt;
  response.provider =
      turn->grant ? turn->grant->provider : parts_.node.substr(0, parts_.node.find("/nodes/"));
  response.provider_node = parts_.node;
  response.issue_time = parts_.clock->Now();
  if (parts_.log_heads != nullptr) response.log_head = parts_.log_heads->newest();
  if (refusal.ok()) {
    response.outcome = Outcome::kDelivered;
    response.body = std::move(turn->body);
    response.dataset_version = turn->dataset_version;
  } else {
    response.outcome = Outcome::kRefused;
    response.reason = ReasonNameOf(refusal);
    response.message = MessageOf(refusal);
    turn->records = turn->payload_bytes = 0;
    turn->recall.clear();
  }
  turn->outcome = response.outcome;
  turn->reason = response.reason;
  turn->payload = Encode(response);
  turn->payload_digest = crypto::Sha256(turn->payload).str();
  parts_.signer->SignAsync(
      turn->payload, [this, turn](absl::StatusOr<crypto::BatchSignature> signature) {
        if (!signature.ok()) return Finish(turn, signature.status());
        turn->signature = evidence::ToProto(*signature);
        const absl::Duration now = parts_.clock->SinceBoot();
        parts_.figures.answered_sign.Observe(absl::ToDoubleSeconds(now - turn->stage));
        turn->stage = now;
        Keep(turn);
      });
}

void Provider::PutHalf(const Turn& turn, evidence::RecordKind kind, kv::Batch* batch) const {
  parts_.outbox->Add(
      HalfOf(kind, turn.request,
             {.grant = turn.grant.get(),
              .provider =
                  turn.grant ? std::string() : parts_.node.substr(0, parts_.node.find("/nodes/")),
              .request_digest =
                  RecordedDigest(turn.envelope.payload(), turn.envelope.signature(), turn.digest),
              .response_digest =
                  RecordedDigest(turn.payload, turn.signature, turn.payload_digest),
              .items = turn.records > 0 || kind == evidence::v1::EXCHANGE_DELIVERED
                           ? &turn.permission.items
                           : nullptr,
              .records = turn.records,
              .payload_bytes = turn.payload_bytes,
              .reason = turn.reason,
              .request_signature = &turn.envelope.signature(),
              .response_signature = turn.signature.size() > 0 ? &turn.signature : nullptr}),
      batch);
}

void Provider::Keep(const TurnPtr& turn) {
  const Request& request = turn->request;
  kv::Batch batch;
  parts_.store->PutAnswered({.consumer = request.consumer,
                             .exchange = request.exchange,
                             .attempt = request.attempt,
                             .query_digest = crypto::Sha256(request.query).str(),
                             .outcome = turn->outcome,
                             .request_digest = turn->digest,
                             .response_digest = turn->payload_digest,
                             .reason = turn->reason,
                             .resource = turn->grant ? turn->grant->resource : "",
                             .dataset_version = turn->dataset_version,
                             .recall = turn->recall},
                            &batch);
  if (turn->taken) {
    parts_.store->PutReplay(ReplaySet::MinuteOf(request.issue_time),
                            ReplaySet::KeyOf(request.consumer, request.exchange, request.attempt),
                            &batch);
  }
  PutHalf(*turn,
          turn->outcome == Outcome::kDelivered ? evidence::v1::EXCHANGE_DELIVERED
                                               : evidence::v1::EXCHANGE_REFUSED,
          &batch);
  parts_.store->CommitAsync(std::move(batch), [this, turn](absl::StatusOr<uint64_t> version) {
    parts_.figures.answered_commit.Observe(
        absl::ToDoubleSeconds(parts_.clock->SinceBoot() - turn->stage));
    Kept(turn, version.status());
  });
}

void Provider::Kept(const TurnPtr& turn, const absl::Status& durable) {
  if (absl::IsAborted(durable)) return Finish(turn, SettledBefore(*turn));
  if (!durable.ok()) return Finish(turn, NoEvidence(durable.message()));
  // A disk that stalled may have outlived lease or grant: evidence then says more than happened.
  if (turn->outcome == Outcome::kDelivered) {
    if (absl::Status judged = JudgeAgain(*turn); !judged.ok()) return Finish(turn, judged);
  }
  Envelope answer;
  answer.set_payload(std::move(turn->payload));
  *answer.mutable_signature() = std::move(turn->signature);
  Finish(turn, std::move(answer));
}

absl::Status Provider::RecordLost(const evidence::AuditRecord& other) {
  if (other.nodes_size() != 2 || other.nodes(1) != parts_.node) {
    return absl::InvalidArgumentError("the record is no half of an exchange of this node");
  }
  SHAREWAY_RETURN_IF_ERROR(CheckOther(other, parts_.neighbours));
  SHAREWAY_ASSIGN_OR_RETURN(
      std::optional<exchange::Answered> known,
      parts_.store->LoadAnswered(other.agencies(0), other.exchange(), other.attempt()));
  // A transfer that this node began and did not live to end is the one thing to add to.
  const bool cut = known && known->outcome == Outcome::kUnspecified &&
                   !known->request_digest.empty() && !in_flight_.Has(known->request_digest);
  if (known && !cut) return absl::OkStatus();
  exchange::Answered settled = known.value_or(exchange::Answered{
      .consumer = other.agencies(0), .exchange = other.exchange(), .attempt = other.attempt()});
  settled.outcome = Outcome::kRefused;
  settled.reason = std::string(ReasonName(cut ? Reason::kTransferBroken : Reason::kExchangeLost));
  kv::Batch batch;
  parts_.store->PutAnswered(settled, &batch, !cut);
  parts_.outbox->Add(
      LostHalf(cut ? evidence::v1::EXCHANGE_REFUSED : evidence::v1::EXCHANGE_NOT_RECEIVED, other,
               settled.reason),
      &batch);
  return parts_.store->Commit(std::move(batch));
}

void Provider::Finish(const TurnPtr& turn, absl::StatusOr<Envelope> answer) {
  if (!answer.ok()) {
    parts_.figures.exchanges.With("provider", "unanswered", ReasonNameOf(answer.status())).Add();
  } else if (turn->outcome == Outcome::kDelivered) {
    parts_.figures.delivered.Add();
  } else {
    parts_.figures.exchanges.With("provider", "refused", turn->reason).Add();
  }
  parts_.figures.answered_total.Observe(
      absl::ToDoubleSeconds(parts_.clock->SinceBoot() - turn->started));
  const OnAnswer done = std::move(turn->done);
  in_flight_.Leave(turn->digest);  // from here on the provider may be gone
  if (done) done(std::move(answer));
}

}  // namespace shareway::exchange
