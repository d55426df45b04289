// SPDX-License-Identifier: Apache-2.0
// All state tables of this service, in the order in which the README draws them.
#pragma once

#include <vector>

#include "services/sharing/domain/transition.h"

namespace shareway::sharing {

std::vector<const StateTable*> AllTables();

}  // namespace shareway::sharing
