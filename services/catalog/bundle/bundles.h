// SPDX-License-Identifier: Apache-2.0
// Hands what is published here to other installations, and takes what they publish.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/clock.h"
#include "libs/crypto/key.h"
#include "services/catalog/bundle/bundle.h"
#include "services/catalog/bundle/origins.h"
#include "services/catalog/domain/register.h"
#include "services/catalog/store/foreign_store.h"
#include "services/catalog/store/resource_store.h"

namespace shareway::catalog {

// Thread-safe.
class Bundles {
 public:
  // All must outlive it.
  struct Parts {
    std::string domain = {};                  // of this installation
    const crypto::PrivateKey* key = nullptr;  // the catalogue's message key
    const Origins* origins = nullptr;
    const ResourceStore* resources = nullptr;
    ForeignStore* foreign = nullptr;
    const Clock* clock = nullptr;
    // The register now.
    std::function<std::shared_ptr<const Register>()> directory = {};
    // Told what everyone sees of a foreign entry, as Catalog::Parts::announce.
    std::function<void(absl::string_view name, const Entry* published)> announce = {};
    // Told of the origin's agencies and authorities, under the names that they have here.
    std::function<void(const DirectoryObject&)> learn = {};
  };

  // Tells `learn` the agencies of what was taken before; the entries are in the store, for
  // whoever lists it. DATA_LOSS if the store cannot be read.
  static absl::StatusOr<std::unique_ptr<Bundles>> Open(Parts parts);

  // Our own entries whose division begins with `division_prefix`, as a file; with `since` above 0
  // those that changed after that number of our log's `epoch`. What others published is handed on
  // in their own bundles. INVALID_ARGUMENT; OUT_OF_RANGE if the log does not reach back so far;
  // RESOURCE_EXHAUSTED, BUNDLE_TOO_LARGE.
  absl::StatusOr<std::string> Export(absl::string_view division_prefix, uint64_t since,
                                     uint64_t epoch) const;

  // What became of a bundle: taken whole if there are no conflicts and it was not to be checked
  // only.
  struct Outcome {
    bool taken = false;
    v1::BundleManifest manifest = {};
    Conflicts conflicts = {};
    // Of Upload: where it is kept and until when; empty if it is not.
    std::string name = {};
    absl::Time expire_time = absl::InfinitePast();
  };
  // Checks the file and keeps it for Take, if there are no conflicts and it was not to be checked
  // only. Errors as Import's.
  absl::StatusOr<Outcome> Upload(absl::string_view bytes, bool validate_only);
  // Imports what Upload kept as `name`, whose SHA-256 is `digest`. NOT_VISIBLE if there is none;
  // INVALID_ARGUMENT for another digest; other errors as Import's.
  absl::StatusOr<Outcome> Take(const Cause& cause, absl::string_view name,
                               absl::string_view digest);
  // OpenBundle's errors; FAILED_PRECONDITION for our own bundle; ABORTED, CHANGED_MEANWHILE, if an
  // entry of ours took one of its codes meanwhile. Taking a bundle again changes nothing.
  absl::StatusOr<Outcome> Import(const Cause& cause, absl::string_view bytes, bool validate_only);

  // The pinned origins with what was taken.
  absl::StatusOr<std::vector<v1::Origin>> List() const;

 private:
  explicit Bundles(Parts parts) : parts_(std::move(parts)) {}
  void Announce(const v1::Resource& resource) const;
  // Import, of the file kept as `kept` or of none.
  absl::StatusOr<Outcome> ImportLocked(const Cause& cause, absl::string_view bytes,
                                       bool validate_only, absl::string_view kept)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(importing_);
  absl::StatusOr<std::vector<v1::BundleEntry>> Published() const;
  absl::StatusOr<std::vector<v1::BundleEntry>> Changed(uint64_t since, uint64_t to) const;
  absl::Status CheckEntries(const Bundle& bundle, bool newer_epoch, Conflicts* conflicts) const;

  const Parts parts_;
  absl::Mutex importing_;  // one bundle at a time, from the look at the store to the announcement
};

}  // namespace shareway::catalog
