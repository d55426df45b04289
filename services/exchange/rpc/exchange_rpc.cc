// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/exchange_rpc.h"

#include <memory>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "services/exchange/domain/ask.h"
#include "services/exchange/store/message.h"

namespace shareway::exchange {
namespace {

constexpr char kService[] = "/shareway.exchange.v1.ExchangeService/";

// Query and Download ask with the same fields.
template <typename RequestMessage>
absl::StatusOr<Ask> AskOf(const rpc::Call& call, const RequestMessage& request, Method method) {
  Ask ask;
  ask.agency = call.caller().agency;
  ask.grant = request.grant();
  ask.method = method;
  ask.purpose = static_cast<Purpose>(request.purpose());
  // Evidence knows persons and cases by the digest of their text without what surrounds it.
  ask.case_number = std::string(absl::StripAsciiWhitespace(request.case_number()));
  SHAREWAY_ASSIGN_OR_RETURN(ask.operator_id, OperatorOf(call.caller(), request.operator_()));
  ask.exchange_is_new = request.exchange().empty();
  ask.exchange = ask.exchange_is_new ? IdFromRandom(crypto::RandomBytes(15)) : request.exchange();
  SHAREWAY_ASSIGN_OR_RETURN(ask.query, DecodeQuery(request.query().SerializeAsString()));
  ask.query_bytes = Encode(ask.query);
  ask.traceparent = call.traceparent();
  return ask;
}

}  // namespace

absl::StatusOr<std::string> OperatorOf(const rpc::Caller& caller, absl::string_view given) {
  given = absl::StripAsciiWhitespace(given);
  if (!caller.person()) return std::string(given);
  const absl::string_view name = caller.name();
  if (given.empty() || given == name || given == absl::StripPrefix(name, "people/")) {
    return std::string(name);
  }
  return Error::Field("operator", absl::StrCat("is ", given, ", a person acts for himself: want ",
                                               name, " or none"));
}

ExchangeRpc::ExchangeRpc(Consumer* consumer, const ExchangeStore* store, const GrantTable* grants,
                         const Clock* clock, std::string agency)
    : consumer_(consumer),
      store_(store),
      grants_(grants),
      clock_(clock),
      agency_(std::move(agency)) {}

void ExchangeRpc::Register(rpc::Server* server) {
  server->UnaryAsync<v1::QueryRequest, v1::QueryResponse>(
      absl::StrCat(kService, "Query"),
      [this](std::shared_ptr<rpc::Call> call, v1::QueryRequest request,
             rpc::Reply<v1::QueryResponse> reply) { Query(*call, request, reply); });
  server->ServerStream<v1::DownloadRequest, v1::DownloadPart>(
      absl::StrCat(kService, "Download"),
      [this](const rpc::Call& call, const v1::DownloadRequest& request,
             rpc::Writer<v1::DownloadPart>& writer) { return Download(call, request, writer); });
  server->Unary<v1::ListGrantsRequest, v1::ListGrantsResponse>(
      absl::StrCat(kService, "ListGrants"),
      [this](const rpc::Call& call, const v1::ListGrantsRequest& request) {
        return ListGrants(call, request);
      });
  server->Unary<v1::GetExchangeRequest, v1::ExchangeReport>(
      absl::StrCat(kService, "GetExchange"),
      [this](const rpc::Call& call, const v1::GetExchangeRequest& request) {
        return GetExchange(call, request);
      });
}

void ExchangeRpc::Query(const rpc::Call& call, const v1::QueryRequest& request,
                        const rpc::Reply<v1::QueryResponse>& reply) {
  if (call.caller().agency != agency_) return reply(Error::NotVisible(request.grant()));
  absl::StatusOr<Ask> ask = AskOf(call, request, Method::kQuery);
  if (!ask.ok()) return reply(ask.status());
  consumer_->Query(*std::move(ask), call.deadline(), [reply](absl::StatusOr<Answer> answer) {
    if (!answer.ok()) return reply(answer.status());
    v1::QueryResponse response;
    response.set_exchange(answer->exchange);
    response.set_attempt(answer->attempt);
    response.set_request_digest(answer->request_digest);
    response.set_response_digest(answer->response_digest);
    *response.mutable_answer() = std::move(answer->answer);
    reply(std::move(response));
  });
}

absl::Status ExchangeRpc::Download(const rpc::Call& call, const v1::DownloadRequest& request,
                                   rpc::Writer<v1::DownloadPart>& writer) {
  if (call.caller().agency != agency_) return Error::NotVisible(request.grant());
  SHAREWAY_ASSIGN_OR_RETURN(Ask ask, AskOf(call, request, Method::kDownload));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Downloaded downloaded,
      consumer_->Download(std::move(ask), [&](evidence::v1::RecordBatch batch) -> absl::Status {
        if (call.cancelled()) return absl::CancelledError("nobody reads any more");
        v1::DownloadPart part;
        *part.mutable_batch() = std::move(batch);
        return writer.Write(part);
      }));
  v1::DownloadPart last;
  v1::DownloadSummary* summary = last.mutable_summary();
  summary->set_exchange(downloaded.exchange);
  summary->set_records(downloaded.records);
  summary->set_size_bytes(downloaded.size_bytes);
  summary->set_root(downloaded.root);
  summary->set_dataset_version(downloaded.dataset_version);
  return writer.Write(last);
}

absl::StatusOr<v1::ListGrantsResponse> ExchangeRpc::ListGrants(
    const rpc::Call& call, const v1::ListGrantsRequest& request) {
  if (call.caller().agency != agency_) return Error::NotVisible("grants/-");
  SHAREWAY_ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  const std::string query = absl::StrCat(call.method(), "\n", call.caller().name());
  SHAREWAY_ASSIGN_OR_RETURN(std::string after, tokens_.Open(query, request.page_token()));
  const absl::Time now = clock_->Now();
  v1::ListGrantsResponse response;
  for (;;) {
    const auto held = grants_->ListOf(agency_, after, static_cast<size_t>(page_size));
    for (const auto& grant : held) {
      after = grant->name;
      const bool in_force = grant->state == Grant::State::kActive && now >= grant->start_time &&
                            now < grant->end_time;
      if (!in_force) continue;
      if (!response.add_grants()->ParseFromString(grant->message)) {
        return absl::DataLossError(absl::StrCat(grant->name, " cannot be read"));
      }
      if (response.grants_size() == page_size) {
        response.set_next_page_token(tokens_.Make(query, after));
        return response;
      }
    }
    if (held.size() < static_cast<size_t>(page_size)) return response;
  }
}

absl::StatusOr<v1::ExchangeReport> ExchangeRpc::GetExchange(const rpc::Call& call,
                                                            const v1::GetExchangeRequest& request) {
  if (call.caller().agency != agency_) return Error::NotVisible(request.exchange());
  if (!IsExchangeId(request.exchange())) {
    return Error::Field("exchange", "is required, 1 to 63 of A-Z a-z 0-9 and '-'");
  }
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<ExchangeStore::LoadedAsked> known,
                            store_->LoadAsked(request.exchange()));
  if (!known) return Error::NotVisible(request.exchange());
  v1::ExchangeReport report;
  report.set_exchange(known->asked.exchange);
  report.set_attempt(known->asked.attempt);
  report.set_received(known->asked.received);
  report.set_request_digest(known->asked.request_digest);
  report.set_response_digest(known->asked.response_digest);
  report.set_reason(known->asked.reason);
  return report;
}

}  // namespace shareway::exchange
