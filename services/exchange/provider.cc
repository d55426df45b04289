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

absl::Status Stale() {
  return Error(Reason::kLeaseStale, absl::StatusCode::kUnavailable,
               "this node cannot tell whether its grants are up to date");
}

// The text is the same for all: what the store says of it may tell of what was read.
absl::Status NoEvidence() {
  return Error(Reason::kEvidenceUnavailable, absl::StatusCode::kUnavailable,
               "this node cannot keep evidence now");
}

// One revision of a grant is for one revision of its resource. A node that does not state it yet
// sends 0.
absl::Status CheckResourceRevision(const Request& request, const Grant& grant) {
  if (request.resource_revision == 0 || request.grant_revision != grant.revision ||
      request.resource_revision == grant.resource_revision) {
    return absl::OkStatus();
  }
  return Error(Reason::kGrantOutdated, absl::StatusCode::kPermissionDenied,
               absl::StrCat("the request cites revision ", request.resource_revision, " of ",
                            grant.resource, ", the grant is for ", grant.resource_revision))
      .With("grant", grant.name);
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
  turn->neighbours = parts_.neighbours->State();
  turn->holds = parts_.holds->changes();
  const absl::Status identified = [&] {
    SHAREWAY_ASSIGN_OR_RETURN(turn->request, DecodeRequest(envelope.payload()));
    SHAREWAY_RETURN_IF_ERROR(CheckForm(turn->request));
    if (turn->request.consumer_node != peer ||
        !parts_.neighbours->Serves(peer, turn->request.consumer)) {
      return absl::Status(
          Error(Reason::kEnvelopeInvalid, absl::StatusCode::kPermissionDenied,
                absl::StrCat(peer, " does not speak for ", turn->request.consumer)));
    }
    SHAREWAY_RETURN_IF_ERROR(CheckWhole(envelope.signature()));
    return parts_.neighbours->Verify(evidence::SignerOf(peer, turn->request.consumer),
                                     envelope.payload(), envelope.signature());
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
    if (before && !SameQuestion(*before, request, crypto::Sha256(request.query).view())) {
      return QueryChanged(request.exchange);
    }
  }
  const std::string key = ReplaySet::KeyOf(request.consumer, request.exchange, request.attempt);
  if (!parts_.replays->Take(ReplaySet::MinuteOf(request.issue_time), key)) {
    return SettledBefore(*turn);
  }
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
                                " of the grants, which has not reached this node"));
    }
    turn->grant = parts_.grants->Find(request.grant);
  }
  if (turn->grant != nullptr && turn->grant->consumer == request.consumer &&
      turn->grant->provider == parts_.agency &&
      parts_.neighbours->Serves(parts_.node, parts_.agency)) {
    return CheckResourceRevision(request, *turn->grant);
  }
  // Neither answer nor evidence, which its parties read, may tell of a grant of others.
  turn->grant = nullptr;
  return GrantUnknown(request.grant);
}

absl::Status Provider::ReadDemand(Turn* turn, bool transfer) const {
  const Method method = turn->request.method;
  if (transfer != (method == Method::kDownload)) {
    return Error(Reason::kMethodNotGranted, absl::StatusCode::kPermissionDenied,
                 "the request states another way of sharing than it is sent for");
  }
  if (transfer) {
    SHAREWAY_ASSIGN_OR_RETURN(exchange::Query query, DecodeQuery(turn->request.query));
    SHAREWAY_RETURN_IF_ERROR(CheckQuery(query, method));
    turn->demand = std::move(query);
    return absl::OkStatus();
  }
  const auto place = static_cast<size_t>(method);
  turn->serving = place < parts_.servings.size() ? parts_.servings[place] : nullptr;
  if (turn->serving == nullptr) {
    return Error(Reason::kMethodNotGranted, absl::StatusCode::kPermissionDenied,
                 "this node does not serve the way of sharing that the request states");
  }
  SHAREWAY_ASSIGN_OR_RETURN(turn->demand, turn->serving->Parse(turn->request.query));
  return absl::OkStatus();
}

absl::StatusOr<Provider::Permit> Provider::PermitNow(const Turn& turn, const Grant& grant) const {
  const Request& request = turn.request;
  Permit permit;
  permit.resource = parts_.resources->Find(grant.resource);
  if (permit.resource == nullptr) {
    return Error(Reason::kNotReady, absl::StatusCode::kUnavailable,
                 absl::StrCat("the catalogue's entry of ", grant.resource,
                              " has not reached this node"))
        .With("resource", grant.resource);
  }
  Wanted wanted;
  if (turn.serving == nullptr) {
    wanted = WantedOf(turn.demand);
  } else {
    SHAREWAY_ASSIGN_OR_RETURN(wanted, turn.serving->WantedBy(turn.demand, *permit.resource));
  }
  wanted.consumer = request.consumer;
  wanted.method = request.method;
  wanted.purpose = request.purpose;
  wanted.names_case = !request.case_digest.empty();
  SHAREWAY_ASSIGN_OR_RETURN(permit.permission,
                            exchange::Permit(grant, wanted, parts_.clock->Now()));
  SetMasks(*permit.resource, &permit.permission);
  SHAREWAY_RETURN_IF_ERROR(CheckPublication(*permit.resource, grant));
  SHAREWAY_RETURN_IF_ERROR(parts_.holds->Check(grant));
  const uint32_t clearance = parts_.neighbours->ClearanceOf(request.consumer);
  SHAREWAY_RETURN_IF_ERROR(CheckClearance(*permit.resource, permit.permission.items, clearance));
  // Comparing tells as much as reading, one guess a call.
  SHAREWAY_RETURN_IF_ERROR(CheckClearance(*permit.resource, ComparedBy(wanted), clearance));
  return permit;
}

absl::Status Provider::Judge(Turn* turn, bool transfer) const {
  const Request& request = turn->request;
  // A restart forgets the replay set, and so does time. What was settled before would be stopped at
  // its commit, but by then it was read, taken from a quota and asked of the agency's system once
  // more, or counts as one more refusal.
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::optional<exchange::Answered> settled,
      parts_.store->LoadAnswered(request.consumer, request.exchange, request.attempt));
  if (settled) return Settled(*settled);
  SHAREWAY_RETURN_IF_ERROR(CheckAudience(turn->request, parts_.node, parts_.clock->Now()));
  SHAREWAY_RETURN_IF_ERROR(TakeAttempt(turn));
  if (!parts_.neighbours->LeasesLive()) return Stale();
  SHAREWAY_RETURN_IF_ERROR(FindGrant(turn));
  SHAREWAY_RETURN_IF_ERROR(ReadDemand(turn, transfer));
  SHAREWAY_ASSIGN_OR_RETURN(Permit permit, PermitNow(*turn, *turn->grant));
  turn->permission = std::move(permit.permission);
  turn->resource = std::move(permit.resource);
  return absl::OkStatus();
}

bool Provider::NothingChanged(const Turn& turn) const {
  const absl::Time now = parts_.clock->Now();
  return now >= turn.grant->start_time && now < turn.grant->end_time &&
         parts_.holds->changes() == turn.holds && parts_.neighbours->State() == turn.neighbours &&
         parts_.grants->Find(turn.request.grant) == turn.grant &&
         parts_.resources->Find(turn.grant->resource) == turn.resource &&
         parts_.neighbours->KeyStands(
             evidence::SignerOf(turn.request.consumer_node, turn.request.consumer),
             turn.envelope.signature().key_id());
}

absl::Status Provider::JudgeAgain(const Turn& turn) const {
  if (!parts_.neighbours->LeasesLive()) return Stale();
  if (NothingChanged(turn)) return absl::OkStatus();
  const std::shared_ptr<const Grant> grant = parts_.grants->Find(turn.request.grant);
  if (grant == nullptr) return GrantUnknown(turn.request.grant);
  // A node, key or agency that was suspended meanwhile gets nothing more.
  if (!parts_.neighbours->Serves(turn.request.consumer_node, turn.request.consumer) ||
      !parts_.neighbours->Serves(parts_.node, grant->provider)) {
    return Error(
        Reason::kEnvelopeInvalid, absl::StatusCode::kPermissionDenied,
        absl::StrCat(turn.request.consumer_node, " does not speak for ", turn.request.consumer,
                     " any more, or this node not for ", grant->provider));
  }
  SHAREWAY_RETURN_IF_ERROR(parts_.neighbours->Verify(
      evidence::SignerOf(turn.request.consumer_node, turn.request.consumer),
      turn.envelope.payload(), turn.envelope.signature()));
  SHAREWAY_ASSIGN_OR_RETURN(const Permit permit, PermitNow(turn, *grant));
  if (permit.permission == turn.permission && grant->resource == turn.grant->resource) {
    return absl::OkStatus();
  }
  return Error(Reason::kGrantOutdated, absl::StatusCode::kPermissionDenied,
               absl::StrCat(grant->name, " changed while its data were read"))
      .With("grant", grant->name);
}

absl::Status Provider::Serve(Turn* turn) const {
  const Permitted permitted = turn->permitted();
  if (parts_.usage != nullptr) {
    SHAREWAY_RETURN_IF_ERROR(parts_.usage->Take(permitted));
    turn->counted = true;
  }
  // An operation may take effect at the agency's system: what was begun is durable before it is.
  if (turn->request.method == Method::kCall) {
    const absl::Status kept = KeepIntent(*turn);
    turn->unkept = !kept.ok();
    SHAREWAY_RETURN_IF_ERROR(kept);
    turn->intended = true;
  }
  SHAREWAY_ASSIGN_OR_RETURN(turn->served, turn->serving->Serve(permitted));
  turn->payload_bytes = turn->served.body.size();
  if (parts_.usage != nullptr) {
    SHAREWAY_RETURN_IF_ERROR(parts_.usage->Fit(permitted, turn->served));
  }
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
  if (!parts_.room->there) return Finish(turn, NoEvidence());
  absl::Status judged = Judge(turn.get(), /*transfer=*/false);
  if (absl::IsAlreadyExists(judged)) return Finish(turn, judged);
  auto stage = [&](metrics::Histogram histogram) {
    const absl::Duration now = parts_.clock->SinceBoot();
    histogram.Observe(absl::ToDoubleSeconds(now - turn->stage));
    turn->stage = now;
  };
  stage(parts_.figures.answered_check);
  if (judged.ok()) judged = Serve(turn.get());
  if (absl::IsAlreadyExists(judged) || turn->unkept) return Finish(turn, judged);
  if (judged.ok()) judged = JudgeAgain(*turn);
  stage(parts_.figures.answered_read);
  if (!judged.ok() && !turn->intended && !refusals_.Take(peer, parts_.clock->Now())) {
    return Finish(turn, refusals_.Full());
  }
  Settle(turn, judged);
}

void Provider::Settle(const TurnPtr& turn, const absl::Status& refusal) {
  if (!refusal.ok()) Undo(turn.get());
  Response response;
  response.nonce = crypto::RandomBytes(16);
  response.kind = kResponseKind;
  response.version = 1;
  response.request_digest = turn->digest;
  response.exchange = turn->request.exchange;
  response.attempt = turn->request.attempt;
  response.provider = parts_.agency;
  response.provider_node = parts_.node;
  response.issue_time = parts_.clock->Now();
  if (parts_.log_heads != nullptr) response.log_head = parts_.log_heads->newest();
  if (refusal.ok()) {
    response.outcome = Outcome::kDelivered;
    response.body = std::move(turn->served.body);
    response.dataset_version = turn->served.dataset_version;
  } else {
    response.outcome = Outcome::kRefused;
    response.reason = ReasonNameOf(refusal);
    response.message = MessageOf(refusal);
    turn->payload_bytes = 0;
    turn->served = {.dataset_version = std::move(turn->served.dataset_version)};
  }
  turn->outcome = response.outcome;
  turn->reason = response.reason;
  turn->payload = Encode(response);
  turn->served.body = std::move(response.body);  // what it counts for is told once more
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
  parts_.outbox->AddEncoded(
      EncodeHalf(
          kind, turn.request,
          {.grant = turn.grant.get(),
           .provider = parts_.agency,
           .request_digest =
               RecordedDigest(turn.envelope.payload(), turn.envelope.signature(), turn.digest),
           .response_digest = RecordedDigest(turn.payload, turn.signature, turn.payload_digest),
           .items = turn.served.records > 0 || kind == evidence::v1::EXCHANGE_DELIVERED
                        ? &turn.served.items
                        : nullptr,
           .records = turn.served.records,
           .payload_bytes = turn.payload_bytes,
           .reason = turn.reason,
           .operation = OperationOf(turn.demand),
           .opaque = turn.served.opaque,
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
                             .method = request.method,
                             .outcome = turn->outcome,
                             .request_digest = turn->digest,
                             .response_digest = turn->payload_digest,
                             .reason = turn->reason,
                             .resource = turn->grant ? turn->grant->resource : "",
                             .dataset_version = turn->served.dataset_version,
                             .recall = turn->served.recall,
                             .grant = turn->grant ? turn->grant->name : "",
                             .settle_time = parts_.clock->Now()},
                            &batch, /*first=*/!turn->intended);
  if (turn->intended) {
    parts_.intents->Drop(HalfOf(evidence::v1::EXCHANGE_REFUSED, request, {}), &batch);
  }
  PutHalf(*turn,
          turn->outcome == Outcome::kDelivered ? evidence::v1::EXCHANGE_DELIVERED
                                               : evidence::v1::EXCHANGE_REFUSED,
          &batch);
  auto commit = [&] {
    parts_.store->CommitAsync(std::move(batch), [this, turn](absl::StatusOr<uint64_t> version) {
      parts_.figures.answered_commit.Observe(
          absl::ToDoubleSeconds(parts_.clock->SinceBoot() - turn->stage));
      Kept(turn, version.status());
    });
  };
  if (turn->counted) {
    parts_.usage->Keep(turn->permitted(), turn->served, &batch, commit);
  } else {
    commit();
  }
}

void Provider::Undo(Turn* turn) const {
  if (!turn->counted) return;
  turn->counted = false;
  parts_.usage->Undo(turn->permitted());
}

void Provider::Kept(const TurnPtr& turn, const absl::Status& durable) {
  if (absl::IsAborted(durable)) return Finish(turn, SettledBefore(*turn));
  if (!durable.ok()) {
    log::Error("evidence-not-kept", {{"exchange", turn->request.exchange}, {"status", durable}});
    return Finish(turn, NoEvidence());
  }
  // A disk that stalled may have outlived lease or grant: evidence then says more than happened.
  const absl::Status judged =
      turn->outcome == Outcome::kDelivered ? JudgeAgain(*turn) : absl::OkStatus();
  if (turn->counted) {
    turn->counted = false;
    parts_.usage->Kept(turn->permitted(), turn->served);  // what it sets on hold is the next one
  }
  if (!judged.ok()) return Finish(turn, judged);
  Envelope answer;
  answer.set_payload(std::move(turn->payload));
  *answer.mutable_signature() = std::move(turn->signature);
  Finish(turn, std::move(answer));
}

absl::Status Provider::RecordLost(const evidence::AuditRecord& other) {
  if (other.nodes_size() != 2 || other.nodes(1) != parts_.node) {
    return absl::InvalidArgumentError("the record is no half of an exchange of this node");
  }
  if (other.agencies_size() < 1 ||
      !parts_.neighbours->Serves(other.nodes(0), other.agencies(0))) {
    return absl::PermissionDeniedError("the consumer's node does not serve the consumer");
  }
  SHAREWAY_RETURN_IF_ERROR(CheckOther(other, parts_.neighbours));
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::optional<exchange::Answered> known,
      parts_.store->LoadAnswered(other.agencies(0), other.exchange(), other.attempt()));
  // What this node began and did not live to end is settled by what it knows itself.
  if (known && known->outcome == Outcome::kUnspecified) return SettleIntents();
  if (known) return absl::OkStatus();
  const std::string reason(ReasonName(Reason::kExchangeLost));
  // Of two halves by one node the kind tells which is whose: NOT_RECEIVED is the consumer's.
  const bool refused = other.nodes(0) == other.nodes(1);
  kv::Batch batch;
  parts_.store->PutAnswered({.consumer = other.agencies(0),
                             .exchange = other.exchange(),
                             .attempt = other.attempt(),
                             .outcome = Outcome::kRefused,
                             .reason = reason},
                            &batch);
  parts_.outbox->Add(
      LostHalf(refused ? evidence::v1::EXCHANGE_REFUSED : evidence::v1::EXCHANGE_NOT_RECEIVED,
               other, parts_.agency, reason),
      &batch);
  return parts_.store->Commit(std::move(batch));
}

void Provider::Count(const Turn& turn) const {
  if (parts_.tallies == nullptr) return;
  // A grant of others is not named: its name is what a stranger chose to say.
  const absl::string_view grant = turn.grant ? absl::string_view(turn.grant->name) : "";
  const absl::Time now = parts_.clock->Now();
  if (turn.outcome == Outcome::kDelivered) {
    parts_.tallies->AddDelivered(turn.request, grant, turn.served.records, turn.payload_bytes, now);
  } else {
    parts_.tallies->AddRefused(turn.request, grant, now);
  }
}

void Provider::Finish(const TurnPtr& turn, absl::StatusOr<Envelope> answer) {
  Undo(turn.get());
  if (!answer.ok()) {
    parts_.figures.exchanges.With("provider", "unanswered", ReasonNameOf(answer.status())).Add();
  } else if (turn->outcome == Outcome::kDelivered) {
    parts_.figures.delivered.Add();
  } else {
    parts_.figures.exchanges.With("provider", "refused", turn->reason).Add();
  }
  if (answer.ok()) Count(*turn);
  parts_.figures.answered_total.Observe(
      absl::ToDoubleSeconds(parts_.clock->SinceBoot() - turn->started));
  const OnAnswer done = std::move(turn->done);
  in_flight_.Leave(turn->digest);  // from here on the provider may be gone
  if (done) done(std::move(answer));
}

}  // namespace shareway::exchange
