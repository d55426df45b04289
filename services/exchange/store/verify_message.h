// SPDX-License-Identifier: Apache-2.0
// The exact bytes of a VERIFY, signed and answered, to and from values.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/exchange/domain/verification.h"

namespace shareway::exchange {

std::string Encode(const Verification& verification);
// INVALID_ARGUMENT, ENVELOPE_INVALID, if the bytes are no Verification; FIELD_INVALID if it names
// an operator of conditions that this version does not know.
absl::StatusOr<Verification> DecodeVerification(absl::string_view bytes);

// The bytes of a VerifyAnswer.
std::string EncodeVerifyAnswer(const std::vector<ItemComparison>& comparisons);
// DATA_LOSS, ENVELOPE_INVALID, if the bytes are no VerifyAnswer or have a comparison that this
// version does not know.
absl::StatusOr<std::vector<ItemComparison>> ReadVerifyAnswer(absl::string_view bytes);

}  // namespace shareway::exchange
