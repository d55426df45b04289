// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/store/message.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"

namespace shareway::exchange {
namespace {

namespace v1 = evidence::v1;

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

template <typename Message>
void SetLogHead(const LogHeadPtr& head, Message* message) {
  if (head == nullptr) return;
  v1::LogHead* out = message->mutable_log_head();
  out->set_size(head->size);
  out->set_root(head->root);
  out->set_signature(head->signature);
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

std::string Encode(const Request& r) {
  v1::ExchangeRequest message;
  message.set_nonce(r.nonce);
  message.set_kind(static_cast<v1::PayloadKind>(r.kind));
  message.set_version(r.version);
  message.set_exchange(r.exchange);
  message.set_attempt(r.attempt);
  message.set_consumer(r.consumer);
  message.set_consumer_node(r.consumer_node);
  message.set_provider_node(r.provider_node);
  *message.mutable_issue_time() = evidence::ToTimestamp(r.issue_time);
  *message.mutable_expire_time() = evidence::ToTimestamp(r.expire_time);
  message.set_grant(r.grant);
  message.mutable_grant_revision()->set_epoch(r.grant_revision.epoch);
  message.mutable_grant_revision()->set_number(r.grant_revision.number);
  message.set_method(static_cast<v1::Method>(r.method));
  message.set_purpose(static_cast<v1::Purpose>(r.purpose));
  message.set_case_digest(r.case_digest);
  message.set_operator_digest(r.operator_digest);
  message.set_query(r.query);
  message.set_traceparent(r.traceparent);
  SetLogHead(r.log_head, &message);
  return message.SerializeAsString();
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
                 .log_head = LogHeadOf(m)};
}

std::string Encode(const Response& r) {
  v1::ExchangeResponse message;
  message.set_nonce(r.nonce);
  message.set_kind(static_cast<v1::PayloadKind>(r.kind));
  message.set_version(r.version);
  message.set_request_digest(r.request_digest);
  message.set_exchange(r.exchange);
  message.set_attempt(r.attempt);
  message.set_provider(r.provider);
  message.set_provider_node(r.provider_node);
  *message.mutable_issue_time() = evidence::ToTimestamp(r.issue_time);
  message.set_outcome(static_cast<v1::Outcome>(r.outcome));
  message.set_reason(r.reason);
  message.set_message(r.message);
  message.set_body(r.body);
  message.set_dataset_version(r.dataset_version);
  SetLogHead(r.log_head, &message);
  return message.SerializeAsString();
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
  for (const filter::Condition& condition : query.where.conditions) {
    v1::Condition* out = message.add_where();
    out->set_item(condition.item);
    out->set_operator_(condition.op == filter::Op::kPrefix ? v1::Condition::PREFIX
                                                           : v1::Condition::EQUALS);
    out->set_value(condition.value);
  }
  message.set_limit(query.limit);
  message.set_after(query.after);
  return message.SerializeAsString();
}

absl::StatusOr<Query> DecodeQuery(absl::string_view bytes) {
  SHAREWAY_ASSIGN_OR_RETURN(v1::Query message, Parse<v1::Query>(bytes, "Query"));
  Query query;
  query.items.assign(message.items().begin(), message.items().end());
  for (const v1::Condition& condition : message.where()) {
    if (condition.operator_() != v1::Condition::EQUALS &&
        condition.operator_() != v1::Condition::PREFIX) {
      return Error::Field("query.where", absl::StrCat("operator ", condition.operator_(),
                                                      " is unknown, want EQUALS or PREFIX"));
    }
    query.where.conditions.push_back(
        {condition.item(),
         condition.operator_() == v1::Condition::PREFIX ? filter::Op::kPrefix : filter::Op::kEquals,
         condition.value()});
  }
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
  v1::QueryAnswer answer;
  answer.set_next(std::string(next));
  std::string bytes = answer.SerializeAsString();
  // Field 1 of QueryAnswer is the batch: tag, length, its bytes.
  std::string head(1, '\x0a');
  for (size_t length = batch.size();; length >>= 7) {
    if (length < 0x80) {
      head.push_back(static_cast<char>(length));
      break;
    }
    head.push_back(static_cast<char>(0x80 | (length & 0x7f)));
  }
  return absl::StrCat(head, batch, bytes);
}

absl::StatusOr<v1::RecordBatch> ReadBatch(absl::string_view bytes) {
  v1::RecordBatch batch;
  if (!batch.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return BadBatch("a chunk is no RecordBatch");
  }
  SHAREWAY_RETURN_IF_ERROR(CheckCells(batch));
  return batch;
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
