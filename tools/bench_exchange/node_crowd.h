// SPDX-License-Identifier: Apache-2.0
// Many more nodes of one agency, each with a certificate of its own.
#pragma once

#include <string>

#include "tests/support/cluster.h"

namespace shareway::bench {

// The name of the `i`th, and of the folder with its TLS files.
std::string NodeLabel(int i);
// Registers `count` nodes of tax and issues their certificates into folders of `dir`, which is
// there. `process` is restarted once, to trust the authority that issued them.
void AdmitNodes(testing::Cluster* cluster, const std::string& dir, int count,
                const std::string& process);

}  // namespace shareway::bench
