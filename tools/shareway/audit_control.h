// SPDX-License-Identifier: Apache-2.0
// shareway audit propose-stop, propose-retention, confirm, controls: what takes two administrators.
#pragma once

#include "CLI/CLI.hpp"
#include "tools/shareway/session.h"

namespace shareway::cli {

// Adds the four verbs below `audit`. The first three sign as the person of the context.
void AddControlCommands(CLI::App* audit, Session* session);

}  // namespace shareway::cli
