// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/exchange_rpc.h"

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/base/wire.h"
#include "libs/crypto/hash.h"
#include "services/exchange/domain/ask.h"
#include "services/exchange/store/message.h"

namespace shareway::exchange {
namespace {

constexpr char kService[] = "/shareway.exchange.v1.ExchangeService/";

// Query and Download ask with the same fields.
template <typename RequestMessage>
absl::StatusOr<Ask> QueryAskOf(const rpc::Call& call, const RequestMessage& request,
                               Method method) {
  SHAREWAY_ASSIGN_OR_RETURN(Ask ask, AskOf(call, request, method));
  SHAREWAY_ASSIGN_OR_RETURN(Query query, ReadQuery(request.query()));
  if (ask.one_record && query.limit == 0) query.limit = 1;
  ask.query_bytes = Encode(query);
  ask.demand = std::move(query);
  return ask;
}

}  // namespace

bool LooksUpOne(const rpc::Caller& caller) {
  return caller.person() && caller.has(CLERK) && !caller.has(DATA_STEWARD);
}

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

void ExchangeRpc::Register(SeatOf<ExchangeRpc> of, rpc::Server* server) {
  server->UnaryBytes<v1::QueryRequest, v1::QueryResponse>(
      absl::StrCat(kService, "Query"),
      [of](std::shared_ptr<rpc::Call> call, v1::QueryRequest request,
           rpc::Server::ReplyBytes reply) {
        const absl::StatusOr<ExchangeRpc*> rpc = of(call->caller());
        if (!rpc.ok()) return reply(rpc.status());
        if (request.exchange().empty()) return (*rpc)->Query(*call, request, reply);
        // The store is asked for what is known of the id.
        call->Continue([rpc = *rpc, call, request = std::move(request), reply = std::move(reply)] {
          rpc->Query(*call, request, reply);
        });
      },
      rpc::Server::Begin::kHere);
  server->ServerStream<v1::DownloadRequest, v1::DownloadPart>(
      absl::StrCat(kService, "Download"),
      [of](const rpc::Call& call, const v1::DownloadRequest& request,
           rpc::Writer<v1::DownloadPart>& writer) -> absl::Status {
        SHAREWAY_ASSIGN_OR_RETURN(ExchangeRpc* const rpc, of(call.caller()));
        return rpc->Download(call, request, writer);
      });
}

void ExchangeRpc::Query(const rpc::Call& call, const v1::QueryRequest& request,
                        const rpc::Server::ReplyBytes& reply) {
  if (call.caller().agency != consumer_->agency()) return reply(Error::NotVisible(request.grant()));
  absl::StatusOr<Ask> ask = QueryAskOf(call, request, Method::kQuery);
  if (!ask.ok()) return reply(ask.status());
  consumer_->Ask(*std::move(ask), call.deadline(), [reply](absl::StatusOr<Answer> answer) {
    if (!answer.ok()) return reply(answer.status());
    // A QueryResponse: the answer in it is passed on as it was signed.
    WireWriter wire(answer->body.size() + 192);
    wire.Bytes(1, answer->exchange)
        .Message(2, answer->body)
        .Number(3, answer->attempt)
        .Bytes(4, answer->request_digest)
        .Bytes(5, answer->response_digest);
    reply(std::move(wire).Take());
  });
}

absl::Status ExchangeRpc::Download(const rpc::Call& call, const v1::DownloadRequest& request,
                                   rpc::Writer<v1::DownloadPart>& writer) {
  if (call.caller().agency != consumer_->agency()) return Error::NotVisible(request.grant());
  SHAREWAY_ASSIGN_OR_RETURN(Ask ask, QueryAskOf(call, request, Method::kDownload));
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

}  // namespace shareway::exchange
