// SPDX-License-Identifier: Apache-2.0
// The exact bytes that nodes sign and send, to and from values. Bytes are made
// once and never made again from their value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/evidence/record.h"
#include "services/exchange/domain/request.h"
#include "services/exchange/domain/schema.h"

namespace shareway::exchange {

std::string Encode(const Request& request);
std::string Encode(const Response& response);
std::string Encode(const Manifest& manifest);
std::string Encode(const Query& query);
std::string Encode(const Revision& revision);

// INVALID_ARGUMENT, ENVELOPE_INVALID, if the bytes are no such message.
absl::StatusOr<Request> DecodeRequest(absl::string_view bytes);
absl::StatusOr<Response> DecodeResponse(absl::string_view bytes);
absl::StatusOr<Manifest> DecodeManifest(absl::string_view bytes);
// Also if it names an operator of conditions that this version does not know.
absl::StatusOr<Query> DecodeQuery(absl::string_view bytes);
absl::StatusOr<Query> ReadQuery(const evidence::v1::Query& message);

// The values of one row, in the order of its items. No value: null.
using Cells = std::vector<std::optional<std::string>>;

// The bytes of a RecordBatch. DATA_LOSS if a row has another number of cells than
// `items`, or a value is not of its type.
absl::StatusOr<std::string> EncodeBatch(const std::vector<std::string>& items,
                                        const std::vector<ItemType>& types,
                                        const std::vector<Cells>& rows);
// The bytes of a QueryAnswer with that batch.
std::string EncodeAnswer(absl::string_view batch, absl::string_view next);

// DATA_LOSS, ENVELOPE_INVALID, if the bytes are no QueryAnswer, or a record of its
// batch has another number of cells than there are items.
absl::StatusOr<evidence::v1::QueryAnswer> ReadAnswer(absl::string_view bytes);
// True if the batch has exactly these items, in this order.
bool HasItems(const evidence::v1::RecordBatch& batch, const std::vector<std::string>& items);

}  // namespace shareway::exchange
