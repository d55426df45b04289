// SPDX-License-Identifier: Apache-2.0
// shareway audit rebuild: a lost audit store, made again from its mirror.
#pragma once

#include "CLI/CLI.hpp"
#include "tools/shareway/session.h"

namespace shareway::cli {

// Adds the verb to the noun "audit". Offline: it asks no service.
//
//   shareway audit rebuild --from MIRROR --store DIR --key VKEYFILE
//
// DIR appears whole or not at all, and never in place of anything. Exit code 7 if the mirror
// is damaged, or not signed by the pinned key; then nothing is left behind.
void AddAuditRebuildCommand(CLI::App* noun, Session* session);

}  // namespace shareway::cli
