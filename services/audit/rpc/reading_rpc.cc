// SPDX-License-Identifier: Apache-2.0
// Checks, reads, records, answers.
#include "services/audit/rpc/reading_rpc.h"

#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/clock.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/audit/reading.h"
#include "services/audit/rpc/read_request.h"
#include "services/audit/rpc/search_query.h"

namespace shareway::audit {
namespace {

constexpr uint64_t kMaxEntries = 256;
constexpr size_t kMaxAnswerBytes = 3 << 20;  // below the 4 MiB of a message
// A half that is younger may still be on its way.
constexpr absl::Duration kUnmatchedAge = absl::Minutes(1);

void ToProto(const Found& found, bool readable, v1::LogEntry* entry) {
  entry->set_index(found.index);
  entry->set_commitment(found.stored.commitment.str());
  if (readable && !found.stored.sealed.record().empty()) {
    *entry->mutable_sealed() = found.stored.sealed;
  }
}

// The exact bytes of a request without its page token.
template <typename Request>
std::string WithoutToken(Request request) {
  request.clear_page_token();
  return request.SerializeAsString();
}

// Cursors are indices in decimal.
uint64_t IndexOf(const std::string& cursor, uint64_t otherwise) {
  uint64_t index = 0;
  return absl::SimpleAtoi(cursor, &index) ? index : otherwise;
}

}  // namespace

Reader ReadingRpc::ReaderOf(const rpc::Caller& caller) const {
  if (caller.person()) {
    if (caller.has(Role::AUDITOR)) return {.all = true};
    return {.agencies = {caller.agency}};
  }
  if (caller.identity.kind == crypto::Identity::Kind::kService) return {.all = true};
  std::vector<std::string> served = parts_.directory->Get()->ServedBy(caller.name());
  served.push_back(caller.agency);
  return {.agencies = std::move(served)};
}

absl::Status ReadingRpc::Record(const rpc::Call& call, std::string request, uint64_t shown) const {
  if (!call.caller().person()) return absl::OkStatus();
  return parts_.own
      ->Append(RecordOf({.person = call.caller().name(),
                         .agency = call.caller().agency,
                         .mandate = call.caller().mandate,
                         .request = std::move(request),
                         .shown = shown,
                         .traceparent = call.traceparent()}))
      .status();
}

absl::StatusOr<v1::GetEntriesResponse> ReadingRpc::GetEntries(
    const rpc::Call& call, const v1::GetEntriesRequest& request) const {
  if (request.begin() >= request.end() || request.end() - request.begin() > kMaxEntries) {
    return Error::Field("end", absl::StrCat("from ", request.begin(), " to ", request.end(),
                                            ", want 1 to ", kMaxEntries, " entries"));
  }
  const std::shared_ptr<const LogState> state = parts_.audit->state();
  if (request.end() > state->size()) return TooSmall(request.end(), state->size());
  // At most 256 of 64 KiB. Only what is shown counts: how many entries come would else tell
  // how large the others are.
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Found> entries,
                            parts_.reader->Entries(*state, request.begin(), request.end(),
                                                   std::numeric_limits<size_t>::max()));
  const Reader reader = ReaderOf(call.caller());
  v1::GetEntriesResponse response;
  uint64_t shown = 0;
  size_t bytes = 0;
  for (const Found& found : entries) {
    const bool readable = reader.MayRead(found.facts);
    bytes += kEntryOverhead + (readable ? found.stored.sealed.record().size() : 0);
    if (response.entries_size() > 0 && bytes > kMaxAnswerBytes) break;
    v1::LogEntry* entry = response.add_entries();
    ToProto(found, readable, entry);
    if (entry->has_sealed()) ++shown;
  }
  SHAREWAY_RETURN_IF_ERROR(Record(call, request.SerializeAsString(), shown));
  return response;
}

absl::StatusOr<v1::SearchEntriesResponse> ReadingRpc::SearchEntries(
    const rpc::Call& call, const v1::SearchEntriesRequest& request) const {
  SHAREWAY_RETURN_IF_ERROR(CheckSearch(request));
  const Query query = QueryFrom(request);
  SHAREWAY_RETURN_IF_ERROR(query.Check());
  SHAREWAY_ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  const std::string bound = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(bound, request.page_token()));
  const SearchLimits limits{.entries = static_cast<size_t>(page_size), .bytes = kMaxAnswerBytes};
  SHAREWAY_ASSIGN_OR_RETURN(
      const SearchPage page,
      parts_.reader->Search(*parts_.audit->state(), query, ReaderOf(call.caller()),
                            IndexOf(cursor, std::numeric_limits<uint64_t>::max()), limits));
  v1::SearchEntriesResponse response;
  for (const Found& found : page.found) ToProto(found, true, response.add_entries());
  if (page.below > 0) {
    response.set_next_page_token(tokens_.Make(bound, absl::StrCat(page.below)));
  }
  SHAREWAY_RETURN_IF_ERROR(Record(call, WithoutToken(request), page.found.size()));
  return response;
}

absl::StatusOr<v1::ListUnmatchedResponse> ReadingRpc::ListUnmatched(
    const rpc::Call& call, const v1::ListUnmatchedRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const int page_size, rpc::PageSize(request.page_size()));
  const std::string bound = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string cursor, tokens_.Open(bound, request.page_token()));
  const std::shared_ptr<const LogState> state = parts_.audit->state();
  SHAREWAY_ASSIGN_OR_RETURN(
      const LogReader::WaitingPage page,
      parts_.reader->WaitingFor(*state, call.caller().name(), IndexOf(cursor, 0),
                                parts_.audit->clock().Now() - kUnmatchedAge,
                                static_cast<size_t>(page_size)));
  v1::ListUnmatchedResponse response;
  size_t bytes = 0;
  std::optional<uint64_t> next = page.next;
  for (const Waiting& waiting : page.waiting) {
    SHAREWAY_ASSIGN_OR_RETURN(
        std::vector<Found> found,
        parts_.reader->Entries(*state, waiting.index, waiting.index + 1, kMaxAnswerBytes));
    bytes += found[0].stored.sealed.ByteSizeLong();
    if (bytes > kMaxAnswerBytes) {
      next = waiting.index;
      break;
    }
    v1::UnmatchedExchange* exchange = response.add_exchanges();
    exchange->set_exchange(std::string(ExchangeIdOf(waiting.exchange)));
    exchange->set_attempt(waiting.attempt);
    exchange->set_index(waiting.index);
    *exchange->mutable_sealed() = std::move(found[0].stored.sealed);
  }
  if (next) response.set_next_page_token(tokens_.Make(bound, absl::StrCat(*next)));
  return response;
}

absl::StatusOr<v1::ExportEvidenceResponse> ReadingRpc::ExportEvidence(
    const rpc::Call& call, const v1::ExportEvidenceRequest& request) const {
  SHAREWAY_RETURN_IF_ERROR(CheckExport(request));
  const std::string bound = rpc::BoundTo(call, request);
  SHAREWAY_ASSIGN_OR_RETURN(const std::string text, tokens_.Open(bound, request.page_token()));
  ExportCursor cursor;
  if (!text.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(cursor, ExportCursor::Parse(text));
  }
  // Half of the time that the caller gives is for the search, the other for the pack.
  const absl::Time now = SystemClock().Now();
  const absl::Time until = now + (call.deadline() - now) / 2;
  ExportBudget budget;
  budget.over = [&call, until] { return call.cancelled() || SystemClock().Now() >= until; };
  SHAREWAY_ASSIGN_OR_RETURN(
      ExportedPack pack,
      packs_.Next(request, cursor, ReaderOf(call.caller()), *parts_.directory->Get(), &budget));
  v1::ExportEvidenceResponse response;
  response.set_pack(std::move(pack.json));
  if (!pack.last) response.set_next_page_token(tokens_.Make(bound, pack.next.text()));
  SHAREWAY_RETURN_IF_ERROR(Record(call, WithoutToken(request), pack.entries));
  return response;
}

}  // namespace shareway::audit
