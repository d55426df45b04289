// SPDX-License-Identifier: Apache-2.0
// The exact bytes of a CALL's demand and answer, to and from values.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/domain/demand.h"

namespace shareway::exchange {

std::string Encode(const Invocation& invocation);
// INVALID_ARGUMENT, ENVELOPE_INVALID, if the bytes are no Invocation.
absl::StatusOr<Invocation> DecodeInvocation(absl::string_view bytes);

// The bytes of a CallAnswer: with the batch of a typed operation, exact bytes of a RecordBatch, or
// with the one item of an opaque one.
std::string EncodeTypedAnswer(absl::string_view batch);
std::string EncodeOpaqueAnswer(const std::string& item, const std::string& content_type,
                               const std::string& content);

}  // namespace shareway::exchange
