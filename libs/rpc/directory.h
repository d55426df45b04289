// SPDX-License-Identifier: Apache-2.0
// The directory as every process holds it: who takes part, with which roles and keys.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"
#include "libs/crypto/key.h"
#include "shareway/catalog/v1/directory.pb.h"

namespace shareway::rpc {

// A key with its parsed form.
struct DirectoryKey {
  catalog::v1::Key key;
  crypto::PublicKey parsed;
};

// One state of the directory. A value; copies share what did not change.
class Directory {
 public:
  // Applies one change. Snapshot marks are the holder's business and are ignored
  // but for their revision.
  void Apply(const catalog::v1::DirectoryChange& change);

  // Null if there is no such object. Suspended and retired ones are found, too.
  const catalog::v1::Authority* authority(absl::string_view name) const;
  const catalog::v1::Agency* agency(absl::string_view name) const;
  const catalog::v1::System* system(absl::string_view name) const;
  const catalog::v1::Node* node(absl::string_view name) const;
  const catalog::v1::Person* person(absl::string_view name) const;
  // By SHA-256 of the SPKI.
  const DirectoryKey* key(const Hash32& id) const;

  // The key, if it is ACTIVE, of this owner and use, and valid at `now`. Null otherwise.
  const DirectoryKey* ValidKey(const Hash32& id, absl::string_view owner,
                               catalog::v1::Key::Use use, absl::Time now) const;
  // The nodes that serve the agency and are ACTIVE: its own before those that host it,
  // each by name, so that every process finds the same order.
  std::vector<const catalog::v1::Node*> NodesOf(absl::string_view agency) const;
  // The first of them. Null if none.
  const catalog::v1::Node* NodeOf(absl::string_view agency) const;
  // True if the node is the agency's own or hosts it.
  bool Serves(absl::string_view node, absl::string_view agency) const;
  // The agencies that the node serves.
  std::vector<std::string> ServedBy(absl::string_view node) const;
  // ACTIVE keys of one use, by owner; for finding a sender's key.
  std::vector<const DirectoryKey*> KeysOf(absl::string_view owner,
                                          catalog::v1::Key::Use use) const;
  // ACTIVE keys of one use, whoever owns them, in no order; all keys are looked at.
  std::vector<const DirectoryKey*> KeysFor(catalog::v1::Key::Use use) const;
  // True if the object that owns the identity stands: itself and its agency ACTIVE.
  bool Stands(absl::string_view name) const;

  // The mandate in force at `now` under which `person` may read what belongs to `agency`, "" if
  // there is none. Of several the first by name. In force: from its first day to its last, in
  // Asia/Shanghai, unless it was ended. Only somebody who stands, is OUTSIDE_SUPERVISOR and not of
  // `agency` has one. Nodes are told of no mandate, and find none.
  std::string MandateOver(absl::string_view person, absl::string_view agency,
                          absl::Time now) const;
  // Every agency over which `person` has a mandate in force at `now`, sorted, with its mandate:
  // what MandateOver answers for each of them.
  std::vector<std::pair<std::string /*agency*/, std::string /*mandate*/>> MandatesOf(
      absl::string_view person, absl::Time now) const;

  const evidence::v1::Revision& revision() const { return revision_; }
  bool empty() const { return people_.empty(); }

 private:
  template <typename T>
  using Table = absl::flat_hash_map<std::string, std::shared_ptr<const T>>;

  Table<catalog::v1::Authority> authorities_;
  Table<catalog::v1::Agency> agencies_;
  Table<catalog::v1::System> systems_;
  Table<catalog::v1::Node> nodes_;
  Table<catalog::v1::Person> people_;
  Table<catalog::v1::Mandate> mandates_;
  absl::flat_hash_map<Hash32, std::shared_ptr<const DirectoryKey>> keys_;
  evidence::v1::Revision revision_;
};

// The directory of a process, and the newest state of it. Thread-safe.
class DirectoryHolder {
 public:
  DirectoryHolder();
  std::shared_ptr<const Directory> Get() const;
  void Set(std::shared_ptr<const Directory> directory);

 private:
  mutable absl::Mutex mutex_;
  std::shared_ptr<const Directory> directory_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::rpc
