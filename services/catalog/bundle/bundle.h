// SPDX-License-Identifier: Apache-2.0
// Catalogue bundles: what one installation publishes, in one signed file for another
// (proto/FORMATS.md). Pure: no store, no network, so that a file is checked anywhere.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/crypto/key.h"
#include "services/catalog/bundle/origins.h"
#include "shareway/catalog/v1/bundle.pb.h"

namespace shareway::catalog {

// A bundle is held in memory while it is made or read.
inline constexpr size_t kMaxBundleBytes = 64 << 20;
inline constexpr size_t kMaxStatementBytes = 256 << 10;
inline constexpr uint64_t kMaxStatements = 100'000;

struct Bundle {
  v1::BundleManifest manifest = {};
  std::string envelope = {};                      // the exact bytes that hold the manifest
  std::vector<v1::DirectoryChange> objects = {};  // by name
  std::vector<v1::BundleEntry> entries = {};      // by name
};

// The file. Of the manifest domain, division_prefix, epoch, since and number are taken; the rest
// follows. RESOURCE_EXHAUSTED, BUNDLE_TOO_LARGE, beyond the limits above.
absl::StatusOr<std::string> SealBundle(const Bundle& bundle, const crypto::PrivateKey& key,
                                       absl::Time now);

// What a pinned origin signed. DATA_LOSS, BUNDLE_DAMAGED, for anything but the very bytes that it
// made; PERMISSION_DENIED, ORIGIN_UNKNOWN, for a domain or key that is not pinned;
// RESOURCE_EXHAUSTED, BUNDLE_TOO_LARGE. The manifest is verified before any statement is read.
absl::StatusOr<Bundle> OpenBundle(absl::string_view bytes, const Origins& origins);

// Conflicts, of which the first hundred are told one by one.
struct Conflicts {
  std::vector<v1::BundleConflict> first = {};
  uint64_t count = 0;

  void Add(v1::BundleConflict::Kind kind, absl::string_view resource, absl::string_view detail);
};

// What is wrong with an opened bundle by itself: providers and divisions beyond what `origin` may
// speak for, publications that do not hold.
Conflicts CheckBundle(const Bundle& bundle, const PinnedOrigin& origin);

// The division of an entry: its own, or else its provider's.
const std::string& DivisionOf(const v1::Resource& resource, const v1::Agency& provider);
// The name of an object of the directory; empty for what is none of agency, authority, key.
const std::string& NameOf(const v1::DirectoryChange& object);

}  // namespace shareway::catalog
