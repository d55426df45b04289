// SPDX-License-Identifier: Apache-2.0
// A dataset as bytes.
#pragma once

#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/domain/dataset.h"

namespace shareway::exchange {

// The bytes of a DatasetRecord.
std::string EncodeDataset(const Dataset& dataset);
// The same for evidence: without what a version's rows look like, so that it is small whatever
// the schema, and with `digest_of` of each file's digest in its place.
std::string EncodeDatasetFigures(const Dataset& dataset,
                                 absl::FunctionRef<std::string(const Hash32&)> digest_of);
// DATA_LOSS if the bytes are not one.
absl::StatusOr<Dataset> DecodeDataset(absl::string_view bytes);

}  // namespace shareway::exchange
