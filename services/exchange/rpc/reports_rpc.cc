// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/rpc/reports_rpc.h"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/pack.h"
#include "services/exchange/domain/ask.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::exchange {
namespace {

constexpr char kService[] = "/shareway.exchange.v1.ExchangeService/";
constexpr char kExport[] = "/shareway.audit.v1.AuditService/ExportEvidence";
constexpr int64_t kMostDays = 366;

absl::Status CheckExchange(absl::string_view exchange) {
  if (IsExchangeId(exchange)) return absl::OkStatus();
  return Error::Field("exchange", "is required, 1 to 63 of A-Z a-z 0-9 and '-'");
}

absl::Status Pending(absl::string_view exchange, absl::string_view why) {
  return Error(Reason::kReceiptPending, absl::StatusCode::kUnavailable,
               absl::StrCat("the evidence of ", exchange, " is not to be had yet: ", why))
      .With("exchange", exchange);
}

// What audit's refusal means to one who asks for the evidence of an exchange that this node knows.
absl::Status Explained(const absl::Status& refusal, absl::string_view exchange) {
  const std::optional<ErrorDetails> details = DetailsOf(refusal);
  const Reason reason = details ? details->reason : Reason::kUnspecified;
  if (reason == Reason::kNotVisible) return Pending(exchange, "the log has nothing of it");
  if (absl::IsUnavailable(refusal)) return Pending(exchange, refusal.message());
  return refusal;
}

absl::StatusOr<absl::CivilDay> ReadDay(absl::string_view field, const std::string& text,
                                       absl::CivilDay otherwise) {
  if (text.empty()) return otherwise;
  absl::CivilDay day;
  if (text.size() == 10 && absl::ParseCivilTime(text, &day) && absl::FormatCivilTime(day) == text) {
    return day;
  }
  return Error::Field(field, "is no date CCYY-MM-DD");
}

absl::Status CheckFilter(absl::string_view field, absl::string_view pattern,
                         absl::string_view name) {
  if (name.empty() || ParseName(pattern, name).ok()) return absl::OkStatus();
  return Error::Field(field, absl::StrCat("is not of the form ", pattern));
}

absl::StatusOr<TallyStore::Range> RangeOf(const v1::ListExchangesRequest& request,
                                          absl::Time now) {
  TallyStore::Range range{.consumer = request.consumer(), .grant = request.grant()};
  SHAREWAY_ASSIGN_OR_RETURN(range.first, ReadDay("start_date", request.start_date(), DayOf(now)));
  SHAREWAY_ASSIGN_OR_RETURN(range.last, ReadDay("end_date", request.end_date(), DayOf(now)));
  if (range.last < range.first || range.last - range.first > kMostDays) {
    return Error::Field("end_date", absl::StrCat(absl::FormatCivilTime(range.last),
                                                 ", want the first day to ", kMostDays,
                                                 " days after it"));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckFilter("consumer", "agencies/{a}", range.consumer));
  SHAREWAY_RETURN_IF_ERROR(CheckFilter("grant", "grants/{g}", range.grant));
  return range;
}

// The entries of the pack to which `agency` is a party, with the keys that they need; empty if
// there are none. DATA_LOSS if the pack does not read.
absl::StatusOr<std::string> NarrowedTo(const std::string& agency, const std::string& json) {
  SHAREWAY_ASSIGN_OR_RETURN(evidence::Pack pack, evidence::ReadPack(json));
  std::set<std::string> signers;
  std::vector<evidence::PackEntry> entries;
  for (evidence::PackEntry& entry : pack.entries) {
    SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened, evidence::Open(entry.sealed));
    const auto& parties = opened.record.agencies();
    if (std::find(parties.begin(), parties.end(), agency) == parties.end()) continue;
    signers.insert({opened.envelope.signature().key_id(), opened.record.act().signature().key_id(),
                    opened.record.request_signature().key_id(),
                    opened.record.response_signature().key_id()});
    entries.push_back(std::move(entry));
  }
  pack.entries = std::move(entries);
  std::erase_if(pack.keys, [&](const std::string& spki) {
    return !signers.contains(crypto::Sha256(spki).str());
  });
  return pack.entries.empty() ? std::string() : evidence::WritePack(pack);
}

void Write(const Tally& tally, v1::ExchangeCount* count) {
  count->set_date(absl::FormatCivilTime(tally.day));
  count->set_consumer(tally.consumer);
  count->set_grant(tally.grant);
  count->set_purpose(static_cast<evidence::v1::Purpose>(tally.purpose));
  count->set_method(static_cast<evidence::v1::Method>(tally.method));
  count->set_delivered(tally.delivered);
  count->set_refused(tally.refused);
  count->set_records(tally.records);
  count->set_payload_bytes(tally.payload_bytes);
}

}  // namespace

void ReportsRpc::Register(SeatOf<ReportsRpc> of, rpc::Server* server) {
  server->Unary<v1::GetExchangeRequest, v1::ExchangeReport>(
      absl::StrCat(kService, "GetExchange"),
      [of](const rpc::Call& call,
           const v1::GetExchangeRequest& request) -> absl::StatusOr<v1::ExchangeReport> {
        SHAREWAY_ASSIGN_OR_RETURN(const ReportsRpc* const rpc, of(call.caller()));
        return rpc->GetExchange(call, request);
      });
  server->UnaryAsync<v1::GetReceiptRequest, v1::GetReceiptResponse>(
      absl::StrCat(kService, "GetReceipt"),
      [of](const std::shared_ptr<rpc::Call>& call, const v1::GetReceiptRequest& request,
           const rpc::Reply<v1::GetReceiptResponse>& reply) {
        const absl::StatusOr<ReportsRpc*> rpc = of(call->caller());
        if (!rpc.ok()) return reply(rpc.status());
        (*rpc)->GetReceipt(*call, request, reply);
      });
  server->Unary<v1::ListExchangesRequest, v1::ListExchangesResponse>(
      absl::StrCat(kService, "ListExchanges"),
      [of](const rpc::Call& call,
           const v1::ListExchangesRequest& request) -> absl::StatusOr<v1::ListExchangesResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(const ReportsRpc* const rpc, of(call.caller()));
        return rpc->ListExchanges(call, request);
      });
}

absl::StatusOr<v1::ExchangeReport> ReportsRpc::AnsweredReport(
    const v1::GetExchangeRequest& request) const {
  if (!ParseName("agencies/{a}", request.consumer()).ok()) {
    return Error::Field("consumer", "is not of the form agencies/{a}");
  }
  for (uint32_t attempt = kMaxAttempts; attempt >= 1; --attempt) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const std::optional<Answered> known,
        parts_.store->LoadAnswered(request.consumer(), request.exchange(), attempt));
    if (!known) continue;
    v1::ExchangeReport report;
    report.set_exchange(known->exchange);
    report.set_attempt(known->attempt);
    report.set_received(known->outcome == Outcome::kDelivered);
    report.set_request_digest(known->request_digest);
    report.set_response_digest(known->response_digest);
    report.set_reason(known->reason);
    report.set_method(static_cast<evidence::v1::Method>(known->method));
    report.set_subject(known->resource);
    return report;
  }
  return Error::NotVisible(request.exchange());
}

absl::StatusOr<v1::ExchangeReport> ReportsRpc::GetExchange(
    const rpc::Call& call, const v1::GetExchangeRequest& request) const {
  if (call.caller().agency != parts_.agency) return Error::NotVisible(request.exchange());
  SHAREWAY_RETURN_IF_ERROR(CheckExchange(request.exchange()));
  if (!request.consumer().empty()) return AnsweredReport(request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::optional<ExchangeStore::LoadedAsked> known,
                            parts_.store->LoadAsked(request.exchange()));
  if (!known) return Error::NotVisible(request.exchange());
  v1::ExchangeReport report;
  report.set_exchange(known->asked.exchange);
  report.set_attempt(known->asked.attempt);
  report.set_received(known->asked.received);
  report.set_request_digest(known->asked.request_digest);
  report.set_response_digest(known->asked.response_digest);
  report.set_reason(known->asked.reason);
  report.set_method(static_cast<evidence::v1::Method>(known->asked.method));
  report.set_subject(known->asked.grant);
  return report;
}

void ReportsRpc::GetReceipt(const rpc::Call& call, const v1::GetReceiptRequest& request,
                            const rpc::Reply<v1::GetReceiptResponse>& reply) const {
  if (call.caller().agency != parts_.agency) return reply(Error::NotVisible(request.exchange()));
  if (absl::Status form = CheckExchange(request.exchange()); !form.ok()) return reply(form);
  const absl::StatusOr<bool> known = parts_.store->Knows(request.exchange());
  if (!known.ok()) return reply(known.status());
  if (!*known) return reply(Error::NotVisible(request.exchange()));
  if (parts_.audit == nullptr) {
    return reply(Pending(request.exchange(), "this node keeps no connection to the log"));
  }
  audit::v1::ExportEvidenceRequest asked;
  asked.set_exchange(request.exchange());
  asked.set_page_token(request.page_token());
  parts_.audit->UnaryAsync<audit::v1::ExportEvidenceResponse>(
      kExport, asked, {.traceparent = call.traceparent()},
      [reply, exchange = request.exchange(), agency = parts_.alone ? "" : parts_.agency](
          absl::StatusOr<audit::v1::ExportEvidenceResponse> exported) {
        if (!exported.ok()) return reply(Explained(exported.status(), exchange));
        v1::GetReceiptResponse response;
        response.set_pack(std::move(*exported->mutable_pack()));
        if (!agency.empty() && !response.pack().empty()) {
          absl::StatusOr<std::string> narrowed = NarrowedTo(agency, response.pack());
          if (!narrowed.ok()) return reply(narrowed.status());
          response.set_pack(*std::move(narrowed));
        }
        response.set_next_page_token(exported->next_page_token());
        if (response.pack().empty() && response.next_page_token().empty()) {
          return reply(Pending(exchange, "the log has nothing of it"));
        }
        reply(std::move(response));
      });
}

absl::StatusOr<v1::ListExchangesResponse> ReportsRpc::ListExchanges(
    const rpc::Call& call, const v1::ListExchangesRequest& request) const {
  if (call.caller().agency != parts_.agency) return Error::NotVisible("exchanges/-");
  SHAREWAY_ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  SHAREWAY_ASSIGN_OR_RETURN(const TallyStore::Range range, RangeOf(request, parts_.clock->Now()));
  const std::string query = absl::StrJoin(
      std::vector<std::string>{call.method(), call.caller().name(),
                               absl::FormatCivilTime(range.first),
                               absl::FormatCivilTime(range.last), range.consumer, range.grant},
      "\n");
  SHAREWAY_ASSIGN_OR_RETURN(const std::string after, tokens_.Open(query, request.page_token()));
  SHAREWAY_ASSIGN_OR_RETURN(
      const TallyStore::Page page,
      parts_.tallies->List(range, after, static_cast<size_t>(page_size)));
  v1::ListExchangesResponse response;
  for (const Tally& tally : page.tallies) Write(tally, response.add_counts());
  if (!page.next.empty()) response.set_next_page_token(tokens_.Make(query, page.next));
  return response;
}

}  // namespace shareway::exchange
