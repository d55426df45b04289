// SPDX-License-Identifier: Apache-2.0
// Disputes as bytes. The decoder answers DATA_LOSS for what it cannot read.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/sharing/domain/dispute.h"

namespace shareway::sharing {

std::string Encode(const Dispute& dispute);
absl::StatusOr<Dispute> DecodeDispute(absl::string_view bytes);

}  // namespace shareway::sharing
