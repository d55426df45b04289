// SPDX-License-Identifier: Apache-2.0
// The directory as the log asks it: who watches, and by which keys.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"
#include "libs/base/clock.h"
#include "libs/crypto/key.h"
#include "libs/rpc/directory.h"
#include "services/audit/domain/witness_set.h"

namespace shareway::audit {

// The witnesses by the directory: ACTIVE nodes with an ACTIVE key of use WITNESS that is
// valid at `now`; of several keys of a node the one that became valid last.
WitnessSet WitnessesIn(const rpc::Directory& directory, absl::Time now);

// Thread-safe.
class WitnessDirectory {
 public:
  // Both must outlive it.
  explicit WitnessDirectory(const rpc::DirectoryHolder* holder,
                            const Clock* clock = &SystemClock())
      : holder_(holder), clock_(clock) {}

  // The witnesses of today; nothing while the directory is not known, and while time alone
  // leaves none: an ACTIVE node has an ACTIVE witness key, but by this clock none is valid. A
  // clock that jumps must not make a log that nobody watches. Cheap: a directory that
  // did not change is looked at once a second, for keys that became valid or ceased to be.
  std::optional<WitnessSet> Set() const;
  // The verifier keys of a node's witness keys that are valid now.
  std::vector<std::string> KeysOf(absl::string_view node) const;
  // The message key of `owner` with this id, whatever became of it since; where the owner is a
  // node, also an agency's own: a host seals with it what the agency says.
  std::optional<crypto::PublicKey> MessageKey(const Hash32& id, absl::string_view owner) const;

 private:
  const rpc::DirectoryHolder* const holder_;
  const Clock* const clock_;
  mutable absl::Mutex mutex_;
  mutable std::shared_ptr<const rpc::Directory> seen_ ABSL_GUARDED_BY(mutex_);
  mutable absl::Duration looked_ ABSL_GUARDED_BY(mutex_) = -absl::InfiniteDuration();  // since boot
  mutable std::optional<WitnessSet> set_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace shareway::audit
