// SPDX-License-Identifier: Apache-2.0
// Changes of a running directory, as signed acts of its security administrator.
#pragma once

#include <string>

#include "libs/crypto/key.h"
#include "shareway/catalog/v1/directory.pb.h"
#include "tests/support/cluster.h"

namespace shareway::bench {

// Both end the program if the directory refuses.
void PutNode(testing::Cluster* cluster, const std::string& node);
void PutKey(testing::Cluster* cluster, const std::string& owner, const crypto::PublicKey& key,
            catalog::v1::Key::Use use);

}  // namespace shareway::bench
