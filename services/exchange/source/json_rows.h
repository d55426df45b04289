// SPDX-License-Identifier: Apache-2.0
// Reads rows out of the JSON that a provider's system answered.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/domain/schema.h"
#include "services/exchange/source/dataset_source.h"

namespace shareway::exchange {

// The rows of an object, or of an array of up to kMaxCallRecords objects, whose members are items
// by id; the cells of each in the order of `items`. Other members are passed over, whatever they
// hold. A member that is absent or null is null. A text, date or time is a JSON string, a truth
// value is true or false, a number is a JSON number without exponent or its text in a string.
//
// UNAVAILABLE, BACKEND_FAILED, naming the record and the item and nothing of the answer, if it is no
// such JSON, or an item comes twice, nested or not of its type.
absl::StatusOr<std::vector<Row>> ReadJsonRows(absl::string_view json,
                                              const std::vector<SchemaItem>& items);

}  // namespace shareway::exchange
