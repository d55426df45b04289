// SPDX-License-Identifier: Apache-2.0
// Grants and catalogue entries, from their messages.
#pragma once

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/crypto/key.h"
#include "libs/crypto/relying_party.h"
#include "services/exchange/domain/grant.h"
#include "services/exchange/domain/resource_table.h"
#include "shareway/catalog/v1/resource.pb.h"
#include "shareway/evidence/v1/exchange.pb.h"
#include "shareway/sharing/v1/grant.pb.h"

namespace shareway::exchange {

// The keys of the persons whose decisions this node honours; empty: no pinning.
struct PinnedKeys {
  std::vector<crypto::PublicKey> keys = {};
  // On whose pages authenticators sign acts; nothing: decisions by authenticators do not count.
  // Whoever pins trusts no service, and so not that one saw to the page.
  std::optional<crypto::RelyingParty> party = {};

  bool empty() const { return keys.empty(); }
};

// Reads base64 SubjectPublicKeyInfo lines; blank lines and lines that start with
// '#' are skipped. `party` is unset. INVALID_ARGUMENT naming the line.
absl::StatusOr<PinnedKeys> ReadPinnedKeys(absl::string_view text);

// The grant as this node enforces it. With pinned keys, `pinned_decision` says
// whether its decision verifies under one of them, and is about this grant's
// request, consent or resource; a publication counts for direct grants only, and
// makes them `by_publication`. A grant with conditions that this version does not
// know is `limited`: an operator of a row filter, or a field numbered kFirstNarrowing to
// kLastNarrowing. What a later version adds to a grant under those numbers narrows it, and a node
// that cannot heed it must let nothing through; what it adds under others widens nothing and may
// be passed over.
inline constexpr int kFirstNarrowing = 64;
inline constexpr int kLastNarrowing = 127;
Grant GrantFromMessage(const sharing::v1::Grant& message, const PinnedKeys& pinned);

// Text for a type that this version does not know.
ItemType TypeOf(catalog::v1::ItemType type);
Resource ResourceFromMessage(const catalog::v1::Resource& message);

Revision RevisionFromMessage(const evidence::v1::Revision& message);

}  // namespace shareway::exchange
