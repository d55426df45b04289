// SPDX-License-Identifier: Apache-2.0
// The calls that people have, described from the descriptors: for tools (OpenAPI 3.1) and to read.
#pragma once

#include <string>

#include "services/console/gateway/routes.h"

namespace shareway::console {

// An OpenAPI 3.1 document: each route as a POST with its messages in proto3's JSON; of one
// that streams, what is in one envelope. Fields
// that the gateway sets itself (the visitor, the session's token) are not in it.
std::string OpenApi(const Routes& routes);
// The same as one HTML page without scripts.
std::string OpenApiPage(const Routes& routes);

}  // namespace shareway::console
