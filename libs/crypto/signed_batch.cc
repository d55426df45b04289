// SPDX-License-Identifier: Apache-2.0
#include "libs/crypto/signed_batch.h"

#include <utility>

#include "libs/merkle/small_tree.h"

namespace shareway::crypto {

std::vector<BatchSignature> SignaturesOf(Suite suite, const Hash32& key_id,
                                         const std::string& bytes,
                                         const std::vector<std::string>& payloads) {
  std::vector<Hash32> leaves;
  leaves.reserve(payloads.size());
  for (const std::string& payload : payloads) leaves.push_back(StatementLeaf(suite, payload));
  const merkle::SmallTree tree(StatementHasher(suite), std::move(leaves));
  std::vector<BatchSignature> signatures;
  signatures.reserve(payloads.size());
  const auto size = static_cast<uint32_t>(payloads.size());
  for (uint32_t i = 0; i < size; ++i) {
    signatures.push_back({suite, key_id, i, size, tree.Path(i), bytes});
  }
  return signatures;
}

}  // namespace shareway::crypto
