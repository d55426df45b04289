// SPDX-License-Identifier: Apache-2.0
// Finding witnesses and keys in the directory.
#include "services/audit/rpc/witness_directory.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "libs/base/name.h"
#include "libs/evidence/note.h"
#include "libs/evidence/record.h"
#include "libs/log/log.h"

namespace shareway::audit {
namespace {

using catalog::v1::Key;

constexpr absl::Duration kLookAgain = absl::Seconds(1);

// The witness keys of a node that are valid at `now`, the one that became valid last first.
std::vector<const rpc::DirectoryKey*> ValidKeys(const rpc::Directory& directory,
                                                absl::string_view node, absl::Time now) {
  std::vector<const rpc::DirectoryKey*> keys;
  for (const rpc::DirectoryKey* key : directory.KeysOf(node, Key::WITNESS)) {
    if (key->parsed.suite() == crypto::Suite::kEd25519 &&
        directory.ValidKey(key->parsed.id(), node, Key::WITNESS, now) != nullptr) {
      keys.push_back(key);
    }
  }
  const auto born = [](const rpc::DirectoryKey* key) {
    return std::pair(evidence::FromTimestamp(key->key.start_time()), key->key.name());
  };
  std::sort(keys.begin(), keys.end(),
            [&](const auto* a, const auto* b) { return born(a) > born(b); });
  return keys;
}

// True if an ACTIVE node has an ACTIVE witness key, whenever it is valid.
bool AnyListed(const rpc::Directory& directory) {
  const std::vector<const rpc::DirectoryKey*> keys = directory.KeysFor(Key::WITNESS);
  return std::any_of(keys.begin(), keys.end(), [&](const rpc::DirectoryKey* key) {
    const catalog::v1::Node* node = directory.node(key->key.owner());
    return node != nullptr && node->standing() == catalog::v1::ACTIVE &&
           key->parsed.suite() == crypto::Suite::kEd25519;
  });
}

}  // namespace

WitnessSet WitnessesIn(const rpc::Directory& directory, absl::Time now) {
  std::vector<Witness> witnesses;
  for (const rpc::DirectoryKey* key : directory.KeysFor(Key::WITNESS)) {
    const std::string& owner = key->key.owner();
    const catalog::v1::Node* node = directory.node(owner);
    if (node == nullptr || node->standing() != catalog::v1::ACTIVE) continue;
    const std::vector<const rpc::DirectoryKey*> valid = ValidKeys(directory, owner, now);
    if (valid.empty() || valid.front() != key) continue;
    witnesses.push_back(
        {.node = owner, .verifier_key = evidence::WitnessVerifierKey(owner, key->parsed)});
  }
  return WitnessSet(std::move(witnesses));
}

std::optional<WitnessSet> WitnessDirectory::Set() const {
  std::shared_ptr<const rpc::Directory> directory = holder_->Get();
  if (directory->empty()) return std::nullopt;
  const absl::Time now = clock_->Now();
  const absl::Duration since_boot = clock_->SinceBoot();
  absl::MutexLock lock(&mutex_);
  if (directory != seen_ || since_boot - looked_ >= kLookAgain) {
    WitnessSet next = WitnessesIn(*directory, now);
    if (!next.empty() || !AnyListed(*directory)) {
      set_ = std::move(next);
    } else if (std::exchange(set_, std::nullopt) || seen_ == nullptr) {
      log::Error("no-witness-key-is-valid",
                 {{"now", absl::FormatTime(now, absl::UTCTimeZone())},
                  {"set", "stays; look at this clock, and renew the witness keys"}});
    }
    seen_ = std::move(directory);
    looked_ = since_boot;
  }
  return set_;
}

std::vector<std::string> WitnessDirectory::KeysOf(absl::string_view node) const {
  std::vector<std::string> keys;
  const std::shared_ptr<const rpc::Directory> directory = holder_->Get();
  for (const rpc::DirectoryKey* key : ValidKeys(*directory, node, clock_->Now())) {
    keys.push_back(evidence::WitnessVerifierKey(node, key->parsed));
  }
  return keys;
}

std::optional<crypto::PublicKey> WitnessDirectory::MessageKey(const Hash32& id,
                                                              absl::string_view owner) const {
  const std::shared_ptr<const rpc::Directory> directory = holder_->Get();
  const rpc::DirectoryKey* key = directory->key(id);
  if (key == nullptr || key->key.use() != Key::MESSAGE) return std::nullopt;
  // Where an agency is hosted, today or once, its own key seals what the node's would.
  const bool hosted = absl::StrContains(owner, "/nodes/") &&
                      HasForm("agencies/{a}", key->key.owner());
  if (key->key.owner() != owner && !hosted) return std::nullopt;
  return key->parsed;
}

}  // namespace shareway::audit
