// SPDX-License-Identifier: Apache-2.0
#include "libs/rpc/witnessed.h"

#include <map>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/evidence/note.h"

namespace shareway::rpc {

bool Witnessed(const Directory& directory, absl::Time now, absl::string_view note,
               const std::vector<std::string>& cosignatures) {
  if (directory.empty()) return false;
  // A node may have an old key and a new one.
  std::map<std::string, std::vector<const DirectoryKey*>> witnesses;
  for (const DirectoryKey* key : directory.KeysFor(catalog::v1::Key::WITNESS)) {
    const catalog::v1::Node* node = directory.node(key->key.owner());
    if (node == nullptr || node->standing() != catalog::v1::ACTIVE) continue;
    if (key->parsed.suite() == crypto::Suite::kEd25519 &&
        directory.ValidKey(key->parsed.id(), node->name(), catalog::v1::Key::WITNESS, now)) {
      witnesses[node->name()].push_back(key);
    }
  }
  if (witnesses.empty()) return true;

  const size_t quorum = witnesses.size() / 2 + 1;
  std::set<std::string> cosigned;
  for (const std::string& line : cosignatures) {
    for (const auto& [node, keys] : witnesses) {
      // An em dash, the name, a space: most lines are not worth a look at the signature.
      if (!absl::StrContains(line, absl::StrCat(" ", node, " "))) continue;
      for (const DirectoryKey* key : keys) {
        const absl::StatusOr<bool> verified = evidence::VerifyCosignature(
            note, line, evidence::WitnessVerifierKey(node, key->parsed));
        if (verified.ok() && *verified) cosigned.insert(node);
      }
    }
    if (cosigned.size() >= quorum) return true;
  }
  return false;
}

}  // namespace shareway::rpc
