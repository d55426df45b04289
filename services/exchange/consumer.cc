// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/consumer.h"

#include <algorithm>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/log/log.h"
#include "services/exchange/answer_check.h"
#include "services/exchange/consumer_turn.h"
#include "services/exchange/domain/request_check.h"
#include "services/exchange/other_half.h"
#include "services/exchange/store/half.h"
#include "services/exchange/store/message.h"

namespace shareway::exchange {
namespace {

using evidence::v1::Envelope;

// How long a provider may take, unless the caller is in a greater hurry.
constexpr absl::Duration kPeerTimeout = absl::Seconds(10);
// Kept back of the caller's time for verifying and recording.
constexpr absl::Duration kOwnBudget = absl::Milliseconds(50);

absl::Status Stale() {
  return Error(Reason::kLeaseStale, absl::StatusCode::kUnavailable,
               "this node cannot tell whether its grants are up to date");
}

// SHA-256 under the agency's secret (proto/FORMATS.md section 7).
std::string KeyedDigest(absl::string_view secret, absl::string_view label, absl::string_view text) {
  if (text.empty()) return "";
  return crypto::HmacSha256(secret, absl::StrCat(label, text)).str();
}

absl::Status Unreachable(absl::string_view agency) {
  return Error(Reason::kPeerUnreachable, absl::StatusCode::kUnavailable,
               absl::StrCat("no node answers for ", agency))
      .With("provider", agency);
}

bool SettledElsewhere(const absl::Status& status) {
  return absl::IsAlreadyExists(status) &&
         ReasonOf(status, Reason::kUnspecified) == Reason::kExchangeSettled;
}

}  // namespace

Reason ReasonOf(const absl::Status& status, Reason otherwise) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details ? details->reason : otherwise;
}

absl::Status NoEvidence(absl::string_view why) {
  return Error(Reason::kEvidenceUnavailable, absl::StatusCode::kUnavailable,
               absl::StrCat("evidence cannot be kept: ", why));
}

absl::Status HostDelivered(const Request& request, absl::string_view provider) {
  return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kDataLoss,
               absl::StrCat(request.provider_node, " delivered for ", provider,
                            " under its own key, want ", provider, "'s"));
}

// Of another node's words what a caller's trailers have room for.
constexpr size_t kMaxRefusalBytes = 1024;

absl::Status Refusal(absl::string_view reason_name, absl::string_view message,
                     const Request& request) {
  const Reason reason = ParseReason(reason_name);
  if (message.size() > kMaxRefusalBytes || !IsText(message)) {
    message = "refused, with a message that is too long or no text";
  }
  if (reason == Reason::kFieldInvalid) return Error::Field(DemandField(request.method), message);
  return Error(reason, CodeOf(reason), message)
      .With("grant", request.grant)
      .With("exchange", request.exchange)
      .With("refused_by", request.provider_node);
}

absl::StatusOr<Consumer::TurnPtr> Consumer::Open(exchange::Ask ask) {
  SHAREWAY_RETURN_IF_ERROR(CheckAsk(ask));
  const InFlight::Entry entry = in_flight_.Enter(ask.exchange);
  if (entry == InFlight::Entry::kFull) return in_flight_.Full();
  if (entry == InFlight::Entry::kTwice) {
    return Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
                 absl::StrCat("exchange ", ask.exchange, " is being asked now"))
        .With("exchange", ask.exchange);
  }
  auto turn = std::make_shared<Turn>();
  turn->started = parts_.clock->SinceBoot();
  turn->asked = {.exchange = ask.exchange,
                 .grant = ask.grant,
                 .method = ask.method,
                 .query_digest = crypto::Sha256(ask.query_bytes).str()};
  turn->ask = std::move(ask);
  return turn;
}

absl::Status Consumer::Number(Turn* turn) const {
  if (turn->ask.exchange_is_new) {
    turn->asked.attempt = 1;
    turn->asked_version = std::nullopt;
    return absl::OkStatus();
  }
  SHAREWAY_ASSIGN_OR_RETURN(std::optional<ExchangeStore::LoadedAsked> before,
                            parts_.store->LoadAsked(turn->ask.exchange));
  std::optional<Asked> last;
  if (before) {
    turn->asked_version = before->version;
    turn->asked.received = before->asked.received;
    last = std::move(before->asked);
    SHAREWAY_ASSIGN_OR_RETURN(const uint32_t lost, parts_.store->LoadLost(turn->ask.exchange));
    last->attempt = std::max(last->attempt, lost);
  }
  SHAREWAY_ASSIGN_OR_RETURN(turn->asked.attempt, NextAttempt(last, turn->asked));
  return absl::OkStatus();
}

void Consumer::Ask(exchange::Ask ask, absl::Time deadline, OnAnswer done) {
  absl::StatusOr<TurnPtr> opened = Open(std::move(ask));
  if (!opened.ok()) return done(opened.status());
  TurnPtr turn = std::move(*opened);
  turn->deadline = deadline;
  turn->done = std::move(done);
  if (absl::Status numbered = Number(turn.get()); !numbered.ok()) return Finish(turn, numbered);
  Begin(std::move(turn));
}

void Consumer::FillRequest(Turn* turn) const {
  const exchange::Ask& ask = turn->ask;
  Request& request = turn->now.request;
  request.nonce = crypto::RandomBytes(16);
  request.kind = kRequestKind;
  request.version = 1;
  request.exchange = ask.exchange;
  request.attempt = turn->asked.attempt;
  request.consumer = ask.agency;
  request.consumer_node = parts_.node;
  request.issue_time = parts_.clock->Now();
  request.expire_time = std::min(request.issue_time + kMaxValidity, turn->deadline);
  request.grant = ask.grant;
  request.method = ask.method;
  request.purpose = ask.purpose;
  request.case_digest = KeyedDigest(parts_.secret, "shareway/v1/case\n", ask.case_number);
  request.operator_digest = KeyedDigest(parts_.secret, "shareway/v1/operator\n", ask.operator_id);
  request.query = ask.query_bytes;
  request.traceparent = ask.traceparent;
  if (parts_.log_heads != nullptr) request.log_head = parts_.log_heads->newest();
}

Wanted Consumer::WantedBy(const Turn& turn) const {
  Wanted wanted = WantedOf(turn.ask.demand);
  wanted.consumer = turn.ask.agency;
  wanted.method = turn.ask.method;
  wanted.purpose = turn.now.request.purpose;
  wanted.names_case = !turn.ask.case_number.empty();
  return wanted;
}

absl::Status Consumer::Prepare(Turn* turn) const {
  turn->now = {};
  Turn::Attempt& now = turn->now;
  if (!parts_.neighbours->LeasesLive()) return Stale();
  if (evidence::SignerOf(parts_.node, parts_.agency) != parts_.node &&
      !parts_.neighbours->Serves(parts_.node, parts_.agency)) {
    return Error::NotVisible(turn->ask.grant);  // it is not hosted here any more
  }
  if (!parts_.room->there) return NoEvidence("the outbox or the disk is full");
  if (parts_.clock->Now() + kOwnBudget >= turn->deadline) {
    return absl::DeadlineExceededError("no time is left to ask");
  }
  FillRequest(turn);
  now.refused = true;
  now.grant = parts_.grants->Find(turn->ask.grant);
  // Evidence, which its parties read, must not tell of a grant of others.
  if (now.grant != nullptr && now.grant->consumer != turn->ask.agency) now.grant = nullptr;
  if (now.grant == nullptr) return GrantUnknown(turn->ask.grant);
  now.request.grant_revision = now.grant->revision;
  now.request.resource_revision = now.grant->resource_revision;
  now.request.purpose = StatedPurpose(*now.grant, turn->ask.purpose);
  SHAREWAY_ASSIGN_OR_RETURN(now.permission,
                            Permit(*now.grant, WantedBy(*turn), now.request.issue_time));
  now.refused = false;
  now.request.provider_node = NodeFor(*turn, *now.grant);
  if (now.request.provider_node.empty()) return Unreachable(now.grant->provider);
  now.envelope.set_payload(Encode(now.request));
  now.digest = crypto::Sha256(now.envelope.payload()).str();
  turn->asked.request_digest = now.digest;
  return absl::OkStatus();
}

absl::Status Consumer::JudgeAgain(const Turn& turn) const {
  if (!parts_.neighbours->LeasesLive()) return Stale();
  const absl::Time now = parts_.clock->Now();
  const std::shared_ptr<const Grant> grant = parts_.grants->Find(turn.ask.grant);
  if (grant == nullptr) return GrantUnknown(turn.ask.grant);
  if (grant == turn.now.grant && now < grant->end_time) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(const Permission permission, Permit(*grant, WantedBy(turn), now));
  if (permission == turn.now.permission) return absl::OkStatus();
  return Error(Reason::kGrantOutdated, absl::StatusCode::kPermissionDenied,
               absl::StrCat(grant->name, " changed while its data came"))
      .With("grant", grant->name);
}

void Consumer::Begin(TurnPtr turn) {
  if (absl::Status prepared = Prepare(turn.get()); !prepared.ok()) {
    return turn->now.refused ? Fail(turn, prepared) : Finish(turn, prepared);
  }
  turn->stage = parts_.clock->SinceBoot();
  parts_.signer->SignAsync(
      turn->now.envelope.payload(), [this, turn](absl::StatusOr<crypto::BatchSignature> signature) {
        if (!signature.ok()) return Finish(turn, signature.status());
        *turn->now.envelope.mutable_signature() = evidence::ToProto(*signature);
        const absl::Duration signed_at = parts_.clock->SinceBoot();
        parts_.figures.asked_sign.Observe(absl::ToDoubleSeconds(signed_at - turn->stage));
        turn->stage = signed_at;
        Send(turn);
      });
}

void Consumer::Send(TurnPtr turn) {
  const absl::Duration left = turn->deadline - parts_.clock->Now() - kOwnBudget;
  parts_.neighbours->Exchange(
      turn->now.request.provider_node, turn->now.envelope, std::min(kPeerTimeout, left),
      turn->ask.traceparent,
      [this, turn](absl::StatusOr<Envelope> answer) { Answered(turn, std::move(answer)); });
}

absl::Status Consumer::Quarantine(const Turn& turn, absl::Status checked) const {
  if (ReasonOf(checked, Reason::kUnspecified) != Reason::kQuarantined) return checked;
  log::Error("answer-quarantined", {{"exchange", turn.ask.exchange},
                                    {"grant", turn.ask.grant},
                                    {"node", turn.now.request.provider_node},
                                    {"status", checked}});
  parts_.figures.quarantined.With(turn.now.request.provider_node).Add();
  return checked;
}

absl::Status Consumer::CheckBody(Turn* turn, const Response& response) const {
  // The provider withholds what is not granted; a node that forgot to is not trusted.
  absl::StatusOr<CheckedAnswer> checked = CheckAnswer(
      turn->ask.method, response.body, turn->ask.demand, *turn->now.grant, turn->now.permission);
  if (!checked.ok()) return Quarantine(*turn, checked.status());
  turn->now.received_items = true;
  turn->now.items = std::move(checked->items);
  turn->now.opaque = checked->opaque;
  turn->now.records = checked->records;
  turn->now.payload_bytes = response.body.size();
  return absl::OkStatus();
}

bool Consumer::ByHost(const Turn& turn, const Envelope& envelope) const {
  const std::string& node = turn.now.request.provider_node;
  return evidence::SignerOf(node, turn.now.grant->provider) != node &&
         parts_.neighbours->KeyStands(node, envelope.signature().key_id());
}

absl::Status Consumer::Judge(Turn* turn, Envelope envelope) const {
  const std::string& node = turn->now.request.provider_node;
  const bool by_host = ByHost(*turn, envelope);
  const absl::string_view provider =
      by_host ? evidence::AgencyOfNode(node) : absl::string_view(turn->now.grant->provider);
  SHAREWAY_RETURN_IF_ERROR(CheckWhole(envelope.signature()));
  SHAREWAY_RETURN_IF_ERROR(parts_.neighbours->Verify(evidence::SignerOf(node, provider),
                                                     envelope.payload(), envelope.signature()));
  SHAREWAY_ASSIGN_OR_RETURN(Response response, DecodeResponse(envelope.payload()));
  SHAREWAY_RETURN_IF_ERROR(CheckResponse(response, turn->now.request, turn->now.digest, provider,
                                         parts_.clock->Now()));
  if (by_host && response.outcome != Outcome::kRefused) {
    return HostDelivered(turn->now.request, turn->now.grant->provider);
  }
  if (parts_.log_heads != nullptr) {
    parts_.log_heads->Heard(response.log_head, turn->now.request.provider_node);
  }
  turn->now.response_digest = crypto::Sha256(envelope.payload()).str();
  turn->now.response_record_digest =
      RecordedDigest(envelope.payload(), envelope.signature(), turn->now.response_digest);
  turn->now.response_signature = std::move(*envelope.mutable_signature());
  if (response.outcome == Outcome::kDelivered) {
    SHAREWAY_RETURN_IF_ERROR(CheckBody(turn, response));
  }
  turn->now.response = std::move(response);
  return absl::OkStatus();
}

void Consumer::Answered(TurnPtr turn, absl::StatusOr<Envelope> envelope) {
  const absl::Duration now = parts_.clock->SinceBoot();
  parts_.figures.asked_peer.Observe(absl::ToDoubleSeconds(now - turn->stage));
  if (!envelope.ok()) {
    if (SettledElsewhere(envelope.status())) return SettledBefore(turn, envelope.status());
    const Reason reason = ReasonOf(envelope.status(), Reason::kPeerUnreachable);
    const absl::Status failed =
        Error(reason, CodeOf(reason),
              absl::StrCat(turn->now.request.provider_node,
                           " did not answer: ", envelope.status().message()))
            .With("exchange", turn->ask.exchange);
    if (MayAskElsewhere(turn.get(), envelope.status())) return AskElsewhere(turn, failed);
    return Fail(turn, failed);
  }
  if (absl::Status judged = Judge(turn.get(), *std::move(envelope)); !judged.ok())
    return Fail(turn, judged);
  if (turn->now.response.outcome == Outcome::kRefused) {
    return Fail(turn,
                Refusal(turn->now.response.reason, turn->now.response.message, turn->now.request));
  }
  if (absl::Status judged = JudgeAgain(*turn); !judged.ok()) return Fail(turn, judged);
  turn->asked.received = true;
  if (parts_.received != nullptr && !turn->now.grant->day.none()) {
    parts_.received->Add(turn->ask.grant, QuotaDay(parts_.clock->Now()),
                         {.calls = 1, .rows = turn->now.records, .bytes = turn->now.payload_bytes});
  }
  Record(turn, evidence::v1::EXCHANGE_RECEIVED, "", [this, turn](absl::Status durable) {
    if (!durable.ok()) return Finish(turn, NoEvidence(durable.message()));
    TellFirst(*turn);
    Finish(turn, Answer{.exchange = turn->ask.exchange,
                        .attempt = turn->asked.attempt,
                        .request_digest = turn->now.digest,
                        .response_digest = turn->now.response_digest,
                        .body = std::move(turn->now.response.body)});
  });
}

std::string Consumer::NodeFor(const Turn& turn, const Grant& grant) const {
  // By the grant: pages and transfers that follow on each other find the same version.
  for (std::string& node : parts_.neighbours->NodesOf(grant.provider, grant.name)) {
    if (std::find(turn.tried.begin(), turn.tried.end(), node) == turn.tried.end()) {
      return std::move(node);
    }
  }
  return "";
}

bool Consumer::MayAskElsewhere(Turn* turn, const absl::Status& failed) const {
  if (!AnotherNodeMayAnswer(failed)) return false;
  turn->tried.push_back(turn->now.request.provider_node);
  return turn->asked.attempt < kMaxAttempts && parts_.clock->Now() + kOwnBudget < turn->deadline &&
         !NodeFor(*turn, *turn->now.grant).empty();
}

void Consumer::AskElsewhere(TurnPtr turn, const absl::Status& failed) {
  const std::string reason(ReasonName(ReasonOf(failed, Reason::kPeerUnreachable)));
  Record(turn, evidence::v1::EXCHANGE_NOT_RECEIVED, reason, [this, turn](absl::Status durable) {
    if (!durable.ok()) return Finish(turn, NoEvidence(durable.message()));
    ++turn->asked.attempt;
    Begin(turn);
  });
}

// The provider's node knows this attempt from a life that this node has
// forgotten: the next number after it is free.
void Consumer::SettledBefore(TurnPtr turn, const absl::Status& settled) {
  uint32_t named = 0;
  const std::map<std::string, std::string> metadata = DetailsOf(settled)->metadata;
  if (auto it = metadata.find("attempt"); it != metadata.end()) {
    (void)absl::SimpleAtoi(it->second, &named);
  }
  const std::string reason(ReasonName(Reason::kExchangeSettled));
  Record(turn, evidence::v1::EXCHANGE_NOT_RECEIVED, reason,
         [this, turn, named](absl::Status durable) {
           if (!durable.ok()) return Finish(turn, NoEvidence(durable.message()));
           const uint32_t last = std::max(named, turn->asked.attempt);
           if (last >= kMaxAttempts) return Finish(turn, AttemptsExhausted(turn->ask.exchange));
           turn->asked.attempt = last + 1;
           Begin(turn);
         });
}

void Consumer::Record(TurnPtr turn, evidence::RecordKind kind, std::string reason,
                      std::function<void(absl::Status)> then) {
  turn->asked.reason = reason;
  if (!turn->now.response_digest.empty()) turn->asked.response_digest = turn->now.response_digest;
  kv::Batch batch;
  parts_.store->PutAsked(turn->asked, turn->asked_version, &batch);
  const Turn::Attempt& now = turn->now;
  parts_.outbox->AddEncoded(
      EncodeHalf(
          kind, now.request,
          {.grant = now.grant.get(),
           .request_digest =
               RecordedDigest(now.envelope.payload(), now.envelope.signature(), now.digest),
           .response_digest = now.response_record_digest,
           .items = now.received_items ? &now.items : nullptr,
           .records = now.records,
           .payload_bytes = now.payload_bytes,
           .reason = std::move(reason),
           .operation = OperationOf(turn->ask.demand),
           .opaque = now.opaque,
           .request_signature = now.envelope.has_signature() ? &now.envelope.signature() : nullptr,
           .response_signature = now.response_digest.empty() ? nullptr : &now.response_signature}),
      &batch);
  turn->stage = parts_.clock->SinceBoot();
  parts_.store->CommitAsync(std::move(batch),
                            [this, turn, then = std::move(then)](absl::StatusOr<uint64_t> version) {
                              parts_.figures.asked_commit.Observe(
                                  absl::ToDoubleSeconds(parts_.clock->SinceBoot() - turn->stage));
                              if (version.ok()) turn->asked_version = *version;
                              then(version.status());
                            });
}

absl::Status Consumer::RecordNow(TurnPtr turn, evidence::RecordKind kind, std::string reason) {
  absl::Status result;
  absl::Notification durable;
  Record(std::move(turn), kind, std::move(reason), [&](absl::Status status) {
    result = std::move(status);
    durable.Notify();
  });
  durable.WaitForNotification();
  return result;
}

void Consumer::TellFirst(const Turn& turn) const {
  if (parts_.first_exchanges == nullptr || turn.now.records == 0) return;
  parts_.first_exchanges->Received(*turn.now.grant, turn.ask.exchange, turn.asked.attempt);
}

void Consumer::Fail(TurnPtr turn, const absl::Status& status) {
  const std::string reason(ReasonName(ReasonOf(status, Reason::kUnspecified)));
  Record(turn, evidence::v1::EXCHANGE_NOT_RECEIVED, reason,
         [this, turn, status](absl::Status durable) {
           Finish(turn, durable.ok() ? status : NoEvidence(durable.message()));
         });
}

absl::Status Consumer::RecordLost(const evidence::AuditRecord& other) {
  if (other.nodes_size() != 2 || other.nodes(0) != parts_.node || other.agencies_size() < 1 ||
      other.agencies(0) != parts_.agency) {
    return absl::InvalidArgumentError(
        absl::StrCat("the record is no half of an exchange of ", parts_.agency, " here"));
  }
  // What an agency owes that was hosted here is written even after it left.
  if (evidence::AgencyOfNode(parts_.node) == parts_.agency &&
      !parts_.neighbours->Serves(parts_.node, parts_.agency)) {
    return absl::PermissionDeniedError("this node does not stand");
  }
  SHAREWAY_RETURN_IF_ERROR(CheckOther(other, parts_.neighbours));
  const InFlight::Entry entry = in_flight_.Enter(other.exchange());
  if (entry == InFlight::Entry::kFull) return in_flight_.Full();
  if (entry == InFlight::Entry::kTwice) return absl::OkStatus();
  const auto leave = absl::MakeCleanup([&] { in_flight_.Leave(other.exchange()); });
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<ExchangeStore::LoadedAsked> known,
                            parts_.store->LoadAsked(other.exchange()));
  SHAREWAY_ASSIGN_OR_RETURN(const uint32_t lost, parts_.store->LoadLost(other.exchange()));
  if (lost >= other.attempt()) return absl::OkStatus();
  if (known && known->asked.attempt >= other.attempt()) return absl::OkStatus();
  if (known && known->asked.request_digest == other.request_digest()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the request is of attempt ", known->asked.attempt, ", not ", other.attempt()));
  }
  const std::string reason(ReasonName(Reason::kExchangeLost));
  kv::Batch batch;
  if (known) {
    parts_.store->PutLost(other.exchange(), other.attempt(), &batch);
  } else {
    parts_.store->PutAsked({.exchange = other.exchange(),
                            .attempt = other.attempt(),
                            .request_digest = other.request_digest(),
                            .reason = reason},
                           0, &batch);
  }
  const std::string& named = other.agencies(other.agencies_size() - 1);
  const std::string provider = parts_.neighbours->Serves(other.nodes(1), named)
                                   ? named
                                   : std::string(evidence::AgencyOfNode(other.nodes(1)));
  parts_.outbox->Add(LostHalf(evidence::v1::EXCHANGE_NOT_RECEIVED, other, provider, reason),
                     &batch);
  return parts_.store->Commit(std::move(batch));
}

void Consumer::Finish(const TurnPtr& turn, absl::StatusOr<Answer> answer) {
  if (answer.ok()) {
    parts_.figures.received.Add();
  } else {
    const Reason reason = ReasonOf(answer.status(), Reason::kUnspecified);
    parts_.figures.exchanges.With("consumer", "not_received", ReasonName(reason)).Add();
  }
  parts_.figures.asked_total.Observe(
      absl::ToDoubleSeconds(parts_.clock->SinceBoot() - turn->started));
  const OnAnswer done = std::move(turn->done);
  // Who has the answer may ask again at once. From here on the consumer may be gone.
  in_flight_.Leave(turn->ask.exchange);
  if (done) done(std::move(answer));
}

}  // namespace shareway::exchange
