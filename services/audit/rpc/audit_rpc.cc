// SPDX-License-Identifier: Apache-2.0
// The adapter of AuditService.
#include "services/audit/rpc/audit_rpc.h"

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "services/audit/rpc/append_request.h"
#include "services/audit/rpc/evidence_pack.h"

namespace shareway::audit {
namespace {

constexpr uint64_t kMaxEntries = 256;
constexpr size_t kMaxAnswerBytes = 3 << 20;  // below the 4 MiB of a message
// A half that is younger may still be on its way.
constexpr absl::Duration kUnmatchedAge = absl::Minutes(1);

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.audit.v1.AuditService/", method);
}

void ToProto(const Found& found, bool readable, v1::LogEntry* entry) {
  entry->set_index(found.index);
  entry->set_commitment(found.stored.commitment.str());
  if (readable && !found.stored.sealed.record().empty()) {
    *entry->mutable_sealed() = found.stored.sealed;
  }
}

Query FromProto(const v1::SearchEntriesRequest& request) {
  Query query{.agency = request.agency(),
              .exchange = request.exchange(),
              .grant = request.grant(),
              .object = request.object(),
              .kind = request.kind()};
  if (request.has_start_time()) query.start = evidence::FromTimestamp(request.start_time());
  if (request.has_end_time()) query.end = evidence::FromTimestamp(request.end_time());
  return query;
}

// What a page token is bound to: the method, the caller, and the request without its page.
template <typename Request>
std::string BoundTo(const rpc::Call& call, Request request) {
  request.clear_page_size();
  request.clear_page_token();
  return absl::StrCat(call.method(), "\n", call.caller().name(), "\n", request.SerializeAsString());
}

// Cursors are indices in decimal.
uint64_t IndexOf(const std::string& cursor, uint64_t otherwise) {
  uint64_t index = 0;
  return absl::SimpleAtoi(cursor, &index) ? index : otherwise;
}

}  // namespace

void AuditRpc::Register(rpc::Server* server) {
  server->UnaryAsync<v1::AppendRequest, v1::AppendResponse>(
      Path("Append"), [this](std::shared_ptr<rpc::Call> call, v1::AppendRequest request,
                             rpc::Reply<v1::AppendResponse> reply) {
        Append(*call, std::move(request), std::move(reply));
      });
  server->Unary<v1::GetProducerRequest, v1::GetProducerResponse>(
      Path("GetProducer"), [this](const rpc::Call& call, const v1::GetProducerRequest& request) {
        return GetProducer(call, request);
      });
  server->Unary<v1::GetCheckpointRequest, v1::Checkpoint>(
      Path("GetCheckpoint"),
      [this](const rpc::Call&, const v1::GetCheckpointRequest&) -> absl::StatusOr<v1::Checkpoint> {
        return prover_.Newest();
      });
  server->Unary<v1::GetInclusionProofRequest, v1::InclusionProof>(
      Path("GetInclusionProof"),
      [this](const rpc::Call&, const v1::GetInclusionProofRequest& request) {
        return prover_.Inclusion(request);
      });
  server->Unary<v1::GetConsistencyProofRequest, v1::ConsistencyProof>(
      Path("GetConsistencyProof"),
      [this](const rpc::Call&, const v1::GetConsistencyProofRequest& request) {
        return prover_.Consistency(request);
      });
  server->Unary<v1::GetRangeProofRequest, v1::RangeProof>(
      Path("GetRangeProof"), [this](const rpc::Call&, const v1::GetRangeProofRequest& request) {
        return prover_.Range(request);
      });
  server->Unary<v1::GetEntriesRequest, v1::GetEntriesResponse>(
      Path("GetEntries"), [this](const rpc::Call& call, const v1::GetEntriesRequest& request) {
        return GetEntries(call, request);
      });
  server->Unary<v1::SearchEntriesRequest, v1::SearchEntriesResponse>(
      Path("SearchEntries"),
      [this](const rpc::Call& call, const v1::SearchEntriesRequest& request) {
        return SearchEntries(call, request);
      });
  server->Unary<v1::ListUnmatchedRequest, v1::ListUnmatchedResponse>(
      Path("ListUnmatched"),
      [this](const rpc::Call& call, const v1::ListUnmatchedRequest& request) {
        return ListUnmatched(call, request);
      });
  server->Unary<v1::ExportEvidenceRequest, v1::ExportEvidenceResponse>(
      Path("ExportEvidence"),
      [this](const rpc::Call& call, const v1::ExportEvidenceRequest& request) {
        return ExportEvidence(call, request);
      });
}

Reader AuditRpc::ReaderOf(const rpc::Caller& caller) const {
  if (caller.person()) {
    if (caller.has(Role::AUDITOR)) return {.all = true};
    return {.agencies = {caller.agency}};
  }
  if (caller.identity.kind == crypto::Identity::Kind::kService) return {.all = true};
  std::vector<std::string> served = directory_->Get()->ServedBy(caller.name());
  served.push_back(caller.agency);
  return {.agencies = std::move(served)};
}

void AuditRpc::Append(const rpc::Call& call, v1::AppendRequest request,
                      rpc::Reply<v1::AppendResponse> reply) {
  absl::StatusOr<std::vector<EntryPtr>> entries =
      ParseAppend(std::move(request), call.caller().identity.uri());
  if (!entries.ok()) return reply(entries.status());
  audit_->Append(*std::move(entries),
                 [reply = std::move(reply)](absl::StatusOr<std::vector<uint64_t>> indices) {
                   if (!indices.ok()) return reply(indices.status());
                   v1::AppendResponse response;
                   response.mutable_indices()->Assign(indices->begin(), indices->end());
                   reply(std::move(response));
                 });
}

absl::StatusOr<v1::GetProducerResponse> AuditRpc::GetProducer(
    const rpc::Call& call, const v1::GetProducerRequest& request) {
  if (request.incarnation().size() != 16) {
    return Error::Field("incarnation",
                        absl::StrCat("has ", request.incarnation().size(), " bytes, want 16"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t last, reader_->LastSequence(call.caller().identity.uri(),
                                                                       request.incarnation()));
  v1::GetProducerResponse response;
  response.set_last_sequence(last);
  return response;
}

absl::StatusOr<v1::GetEntriesResponse> AuditRpc::GetEntries(const rpc::Call& call,
                                                            const v1::GetEntriesRequest& request) {
  const std::shared_ptr<const LogState> state = audit_->state();
  if (request.begin() >= request.end() || request.end() - request.begin() > kMaxEntries) {
    return Error::Field("end", absl::StrCat("from ", request.begin(), " to ", request.end(),
                                            ", want 1 to ", kMaxEntries, " entries"));
  }
  if (request.end() > state->size()) return TooSmall(request.end(), state->size());
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::vector<Found> entries,
      reader_->Entries(*state, request.begin(), request.end(), kMaxAnswerBytes));
  const Reader reader = ReaderOf(call.caller());
  v1::GetEntriesResponse response;
  for (const Found& found : entries) {
    ToProto(found, reader.MayRead(found.facts), response.add_entries());
  }
  return response;
}

absl::StatusOr<v1::SearchEntriesResponse> AuditRpc::SearchEntries(
    const rpc::Call& call, const v1::SearchEntriesRequest& request) {
  const Query query = FromProto(request);
  SHAREWAY_RETURN_IF_ERROR(query.Check());
  SHAREWAY_ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  const std::string bound = BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(bound, request.page_token()));
  const SearchLimits limits{.entries = static_cast<size_t>(page_size), .bytes = kMaxAnswerBytes};
  SHAREWAY_ASSIGN_OR_RETURN(
      const SearchPage page,
      reader_->Search(*audit_->state(), query, ReaderOf(call.caller()),
                      IndexOf(cursor, std::numeric_limits<uint64_t>::max()), limits));
  v1::SearchEntriesResponse response;
  for (const Found& found : page.found) ToProto(found, true, response.add_entries());
  if (page.below > 0) {
    response.set_next_page_token(tokens_.Make(bound, absl::StrCat(page.below)));
  }
  return response;
}

absl::StatusOr<v1::ListUnmatchedResponse> AuditRpc::ListUnmatched(
    const rpc::Call& call, const v1::ListUnmatchedRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  const std::string bound = BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(bound, request.page_token()));
  const std::shared_ptr<const LogState> state = audit_->state();
  SHAREWAY_ASSIGN_OR_RETURN(
      const LogReader::WaitingPage page,
      reader_->WaitingFor(*state, call.caller().name(), IndexOf(cursor, 0),
                          audit_->clock().Now() - kUnmatchedAge, static_cast<size_t>(page_size)));
  v1::ListUnmatchedResponse response;
  size_t bytes = 0;
  std::optional<uint64_t> next = page.next;
  for (const Waiting& waiting : page.waiting) {
    SHAREWAY_ASSIGN_OR_RETURN(
        std::vector<Found> found,
        reader_->Entries(*state, waiting.index, waiting.index + 1, kMaxAnswerBytes));
    bytes += found[0].stored.sealed.ByteSizeLong();
    if (bytes > kMaxAnswerBytes) {
      next = waiting.index;
      break;
    }
    v1::UnmatchedExchange* exchange = response.add_exchanges();
    exchange->set_exchange(waiting.exchange);
    exchange->set_attempt(waiting.attempt);
    exchange->set_index(waiting.index);
    *exchange->mutable_sealed() = std::move(found[0].stored.sealed);
  }
  if (next) response.set_next_page_token(tokens_.Make(bound, absl::StrCat(*next)));
  return response;
}

absl::StatusOr<v1::ExportEvidenceResponse> AuditRpc::ExportEvidence(
    const rpc::Call& call, const v1::ExportEvidenceRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(std::string pack, ExportPack(request, ReaderOf(call.caller()), *audit_,
                                                         *reader_, prover_, *directory_->Get()));
  v1::ExportEvidenceResponse response;
  response.set_pack(std::move(pack));
  return response;
}

}  // namespace shareway::audit
