// SPDX-License-Identifier: Apache-2.0
// What people narrow lists of requests and grants by.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "services/sharing/domain/party.h"
#include "shareway/sharing/v1/side.pb.h"

namespace shareway::sharing {

// INVALID_ARGUMENT, naming the field, for a resource or a side that can be none.
absl::Status CheckFilter(const std::string& resource, v1::Side side);

// Whether the actor's own agency stands on that side between the two.
bool OnSide(v1::Side side, const Actor& actor, absl::string_view consumer,
            absl::string_view provider);

}  // namespace shareway::sharing
