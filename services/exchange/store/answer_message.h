// SPDX-License-Identifier: Apache-2.0
// The bodies of answers as the consumer's node reads them: nothing in them that it does not know.
#pragma once

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/evidence/record.h"

namespace shareway::exchange {

// Each answers DATA_LOSS, QUARANTINED, if the bytes are no such message, or if it or a part of it has
// a field that this version does not know: nobody could say whether that was granted. A later
// version adds to an answer only what the request asked for.
absl::StatusOr<evidence::v1::QueryAnswer> ParseQueryAnswer(absl::string_view bytes);
absl::StatusOr<evidence::v1::VerifyAnswer> ParseVerifyAnswer(absl::string_view bytes);
absl::StatusOr<evidence::v1::CallAnswer> ParseCallAnswer(absl::string_view bytes);
// Of a transfer's chunk.
absl::StatusOr<evidence::v1::RecordBatch> ParseBatch(absl::string_view bytes);

// The text of a cell as its item's values are compared; nothing for null.
std::optional<std::string> TextOf(const evidence::v1::Cell& cell);

// DATA_LOSS, QUARANTINED: `what`, at `place` of an answer. Names no value.
absl::Status Quarantined(absl::string_view place, absl::string_view what);

}  // namespace shareway::exchange
