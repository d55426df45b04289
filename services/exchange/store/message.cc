// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/message.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/base/wire.h"
#include "libs/evidence/record.h"
#include "services/exchange/store/condition_message.h"

namespace shareway::exchange {
namespace {

namespace v1 = evidence::v1;

// What a request or response has beside what grows with its content.
constexpr size_t kFixedBytes = 768;

// proto/FORMATS.md: fields of a signed payload keep their numbers, so that the
// nonce comes first.
template <typename Message>
absl::StatusOr<Message> Parse(absl::string_view bytes, absl::string_view what) {
  Message message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kInvalidArgument,
                 absl::StrCat("the ", bytes.size(), " bytes are no ", what));
  }
  return message;
}

absl::Status BadBatch(absl::string_view message) {
  return Error(Reason::kEnvelopeInvalid, absl::StatusCode::kDataLoss, message);
}

bool SetCell(ItemType type, const std::optional<std::string>& value, v1::Cell* cell) {
  if (!value) {
    cell->set_null(true);
    return true;
  }
  switch (type) {
    case ItemType::kText:
      cell->set_text(*value);
      return true;
    case ItemType::kDecimal:
      cell->set_decimal(*value);
      return true;
    case ItemType::kInteger: {
      int64_t number = 0;
      if (!absl::SimpleAtoi(*value, &number)) return false;
      cell->set_integer(number);
      return true;
    }
    case ItemType::kDate:
      cell->set_date(*value);
      return true;
    case ItemType::kDatetime:
      cell->set_time(*value);
      return true;
    case ItemType::kBoolean:
      if (*value != "true" && *value != "false") return false;
      cell->set_boolean(*value == "true");
      return true;
  }
  return false;
}

std::string Encode(const LogHead& head) {
  WireWriter wire(head.root.size() + head.signature.size() + 16);
  wire.Number(1, head.size).Bytes(2, head.root).Bytes(3, head.signature);
  return std::move(wire).Take();
}

template <typename Message>
LogHeadPtr LogHeadOf(const Message& message) {
  if (!message.has_log_head()) return nullptr;
  const v1::LogHead& head = message.log_head();
  return std::make_shared<const LogHead>(
      LogHead{.size = head.size(), .root = head.root(), .signature = head.signature()});
}

absl::Status CheckCells(const v1::RecordBatch& batch) {
  for (const v1::Record& record : batch.records()) {
    if (record.cells_size() != batch.items_size()) {
      return BadBatch(
          absl::StrCat("a record has ", record.cells_size(), " cells, want ", batch.items_size()));
    }
  }
  return absl::OkStatus();
}

}  // namespace

std::string Encode(const Revision& revision) {
  WireWriter wire(22);
  wire.Number(1, revision.epoch).Number(2, revision.number);
  return std::move(wire).Take();
}

std::string Encode(const Request& r) {
  WireWriter wire(kFixedBytes + r.query.size());
  wire.Bytes(1, r.nonce)
      .Number(2, static_cast<uint64_t>(r.kind))
      .Number(3, r.version)
      .Bytes(4, r.exchange)
      .Number(5, r.attempt)
      .Bytes(6, r.consumer)
      .Bytes(7, r.consumer_node)
      .Bytes(8, r.provider_node)
      .Time(9, r.issue_time)
      .Time(10, r.expire_time)
      .Bytes(11, r.grant)
      .Message(12, Encode(r.grant_revision))
      .Number(13, static_cast<uint64_t>(r.method))
      .Number(14, static_cast<uint64_t>(r.purpose))
      .Bytes(15, r.case_digest)
      .Bytes(16, r.operator_digest)
      .Bytes(17, r.query)
      .Bytes(18, r.traceparent);
  if (r.log_head != nullptr) wire.Message(19, Encode(*r.log_head));
  wire.Number(20, r.resource_revision);
  return std::move(wire).Take();
}

absl::StatusOr<Request> DecodeRequest(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(v1::ExchangeRequest m,
                            Parse<v1::ExchangeRequest>(bytes, "ExchangeRequest"));
  return Request{.nonce = m.nonce(),
                 .kind = static_cast<int>(m.kind()),
                 .version = m.version(),
                 .exchange = m.exchange(),
                 .attempt = m.attempt(),
                 .consumer = m.consumer(),
                 .consumer_node = m.consumer_node(),
                 .provider_node = m.provider_node(),
                 .issue_time = evidence::FromTimestamp(m.issue_time()),
                 .expire_time = evidence::FromTimestamp(m.expire_time()),
                 .grant = m.grant(),
                 .grant_revision = {m.grant_revision().epoch(), m.grant_revision().number()},
                 .method = static_cast<Method>(m.method()),
                 .purpose = static_cast<Purpose>(m.purpose()),
                 .case_digest = m.case_digest(),
                 .operator_digest = m.operator_digest(),
                 .query = m.query(),
                 .traceparent = m.traceparent(),
                 .log_head = LogHeadOf(m),
                 .resource_revision = m.resource_revision()};
}

std::string Encode(const Response& r) {
  WireWriter wire(kFixedBytes + r.message.size() + r.body.size());
  wire.Bytes(1, r.nonce)
      .Number(2, static_cast<uint64_t>(r.kind))
      .Number(3, r.version)
      .Bytes(4, r.request_digest)
      .Bytes(5, r.exchange)
      .Number(6, r.attempt)
      .Bytes(7, r.provider)
      .Bytes(8, r.provider_node)
      .Time(9, r.issue_time)
      .Number(10, static_cast<uint64_t>(r.outcome))
      .Bytes(11, r.reason)
      .Bytes(12, r.message)
      .Bytes(13, r.body)
      .Bytes(14, r.dataset_version);
  if (r.log_head != nullptr) wire.Message(15, Encode(*r.log_head));
  return std::move(wire).Take();
}

absl::StatusOr<Response> DecodeResponse(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(v1::ExchangeResponse m,
                            Parse<v1::ExchangeResponse>(bytes, "ExchangeResponse"));
  return Response{.nonce = m.nonce(),
                  .kind = static_cast<int>(m.kind()),
                  .version = m.version(),
                  .request_digest = m.request_digest(),
                  .exchange = m.exchange(),
                  .attempt = m.attempt(),
                  .provider = m.provider(),
                  .provider_node = m.provider_node(),
                  .issue_time = evidence::FromTimestamp(m.issue_time()),
                  .outcome = static_cast<Outcome>(m.outcome()),
                  .reason = m.reason(),
                  .message = m.message(),
                  .body = std::move(*m.mutable_body()),
                  .dataset_version = m.dataset_version(),
                  .log_head = LogHeadOf(m)};
}

std::string Encode(const Manifest& value) {
  v1::TransferManifest message;
  message.set_nonce(value.nonce);
  message.set_kind(static_cast<v1::PayloadKind>(value.kind));
  message.set_version(value.version);
  message.set_request_digest(value.request_digest);
  message.set_exchange(value.exchange);
  message.set_attempt(value.attempt);
  message.set_provider_node(value.provider_node);
  *message.mutable_issue_time() = evidence::ToTimestamp(value.issue_time);
  message.set_dataset_version(value.dataset_version);
  message.set_chunks(value.chunks);
  message.set_records(value.records);
  message.set_size_bytes(value.size_bytes);
  message.set_root(value.root);
  message.set_final(value.final);
  message.set_reason(value.reason);
  return message.SerializeAsString();
}

absl::StatusOr<Manifest> DecodeManifest(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(v1::TransferManifest m,
                            Parse<v1::TransferManifest>(bytes, "TransferManifest"));
  return Manifest{.nonce = m.nonce(),
                  .kind = static_cast<int>(m.kind()),
                  .version = m.version(),
                  .request_digest = m.request_digest(),
                  .exchange = m.exchange(),
                  .attempt = m.attempt(),
                  .provider_node = m.provider_node(),
                  .issue_time = evidence::FromTimestamp(m.issue_time()),
                  .dataset_version = m.dataset_version(),
                  .chunks = m.chunks(),
                  .records = m.records(),
                  .size_bytes = m.size_bytes(),
                  .root = m.root(),
                  .final = m.final(),
                  .reason = m.reason()};
}

std::string Encode(const Query& query) {
  v1::Query message;
  for (const std::string& item : query.items) message.add_items(item);
  AppendConditions(query.where.conditions, message.mutable_where());
  message.set_limit(query.limit);
  message.set_after(query.after);
  return message.SerializeAsString();
}

absl::StatusOr<Query> DecodeQuery(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(const v1::Query message, Parse<v1::Query>(bytes, "Query"));
  return ReadQuery(message);
}

absl::StatusOr<Query> ReadQuery(const v1::Query& message) {
  Query query;
  query.items.assign(message.items().begin(), message.items().end());
  SHAREWAY_ASSIGN_OR_RETURN(query.where.conditions,
                            ReadConditions(message.where(), "query.where"));
  query.limit = message.limit();
  query.after = message.after();
  return query;
}

absl::StatusOr<std::string> EncodeBatch(const std::vector<std::string>& items,
                                        const std::vector<ItemType>& types,
                                        const std::vector<Cells>& rows) {
  if (types.size() != items.size()) {
    return absl::DataLossError("the source gave types for other items than were asked for");
  }
  v1::RecordBatch batch;
  for (const std::string& item : items) batch.add_items(item);
  for (const Cells& row : rows) {
    if (row.size() != items.size()) {
      return absl::DataLossError("the source gave a row of other items than were asked for");
    }
    v1::Record* record = batch.add_records();
    for (size_t i = 0; i < row.size(); ++i) {
      if (!SetCell(types[i], row[i], record->add_cells())) {
        return absl::DataLossError(absl::StrCat("a value of ", items[i], " is not of its type"));
      }
    }
  }
  return batch.SerializeAsString();
}

std::string EncodeAnswer(absl::string_view batch, absl::string_view next) {
  WireWriter wire(batch.size() + next.size() + 16);
  wire.Message(1, batch).Bytes(2, next);
  return std::move(wire).Take();
}

absl::StatusOr<v1::QueryAnswer> ReadAnswer(absl::string_view bytes) {
  v1::QueryAnswer answer;
  if (!answer.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return BadBatch("the answer's body is no QueryAnswer");
  }
  SHAREWAY_RETURN_IF_ERROR(CheckCells(answer.batch()));
  return answer;
}

bool HasItems(const v1::RecordBatch& batch, const std::vector<std::string>& items) {
  return std::equal(batch.items().begin(), batch.items().end(), items.begin(), items.end());
}

}  // namespace shareway::exchange
