// SPDX-License-Identifier: Apache-2.0
// Exchanged records as JSON objects and as CSV.
#pragma once

#include <string>

#include "shareway/evidence/v1/exchange.pb.h"
#include "tools/shareway/output.h"

namespace shareway::cli {

// One object a record with item ids as members: decimals, dates and times as
// strings, bytes in base64, null for no value.
Json RecordsToJson(const evidence::v1::RecordBatch& batch);

// RFC 4180: the line of item ids, and a record's line. No value is an empty
// field, empty text a quoted one.
std::string CsvHeader(const google::protobuf::RepeatedPtrField<std::string>& items);
std::string CsvLine(const evidence::v1::Record& record);

}  // namespace shareway::cli
