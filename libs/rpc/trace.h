// SPDX-License-Identifier: Apache-2.0
// W3C trace context: taken, passed on, logged, put into evidence.
#pragma once

#include <string>

#include "absl/strings/string_view.h"

namespace shareway::rpc {

// `given` if it is a valid traceparent of version 00; a fresh one otherwise.
std::string TraceparentOr(absl::string_view given);

}  // namespace shareway::rpc
