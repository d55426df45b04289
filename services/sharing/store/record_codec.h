// SPDX-License-Identifier: Apache-2.0
// Objects as bytes. Decoders answer DATA_LOSS for what they cannot read.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/sharing/domain/consent.h"
#include "services/sharing/domain/grant.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/domain/resource.h"

namespace shareway::sharing {

std::string Encode(const Request& request);
std::string Encode(const Grant& grant);  // without its number
std::string Encode(const Consent& consent);
std::string Encode(const Resource& resource);

absl::StatusOr<Request> DecodeRequest(absl::string_view bytes);
absl::StatusOr<Grant> DecodeGrant(absl::string_view bytes, uint64_t number);
absl::StatusOr<Consent> DecodeConsent(absl::string_view bytes);
absl::StatusOr<Resource> DecodeResource(absl::string_view bytes);

}  // namespace shareway::sharing
