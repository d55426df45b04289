// SPDX-License-Identifier: Apache-2.0
// shareway audit stamp: what a timestamp authority said of the log.
#pragma once

#include "CLI/CLI.hpp"
#include "tools/shareway/session.h"

namespace shareway::cli {

// Adds `stamp verify` below `audit`: the token of a CHECKPOINT_STAMPED record against a
// checkpoint of that size, offline. Exit 7 if the token is of another tree or not by the
// authority, or the checkpoint not by the pinned log.
void AddStampCommand(CLI::App* audit, Session* session);

}  // namespace shareway::cli
