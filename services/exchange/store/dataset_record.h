// SPDX-License-Identifier: Apache-2.0
// A dataset as bytes.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/domain/dataset.h"

namespace shareway::exchange {

// The bytes of a DatasetRecord.
std::string EncodeDataset(const Dataset& dataset);
// The same without what a version's rows look like: small whatever the schema, for evidence.
std::string EncodeDatasetFigures(const Dataset& dataset);
// DATA_LOSS if the bytes are not one.
absl::StatusOr<Dataset> DecodeDataset(absl::string_view bytes);

}  // namespace shareway::exchange
