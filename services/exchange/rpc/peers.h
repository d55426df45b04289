// SPDX-License-Identifier: Apache-2.0
// The other nodes: by the directory of this moment, over channels that are kept.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/synchronization/mutex.h"
#include "libs/base/clock.h"
#include "libs/crypto/batch.h"
#include "libs/crypto/identity.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/directory.h"
#include "libs/rpc/watch.h"
#include "services/exchange/neighbours.h"

namespace shareway::exchange {

// Thread-safe.
class Peers final : public Neighbours {
 public:
  struct Parts {  // all must outlive it
    const rpc::DirectoryHolder* directory = nullptr;
    const rpc::Lease* grant_lease = nullptr;
    const rpc::Lease* directory_lease = nullptr;
    const Clock* clock = nullptr;
    crypto::TlsFiles tls = {};
    std::string domain = {};  // of this node's identity: its peers are of the same
  };
  explicit Peers(Parts parts) : parts_(std::move(parts)) {}

  std::string NodeOf(absl::string_view agency) const override;
  std::vector<std::string> NodesOf(absl::string_view agency, absl::string_view key) const override;
  bool Serves(absl::string_view node, absl::string_view agency) const override;
  uint32_t ClearanceOf(absl::string_view agency) const override;
  bool LeasesLive() const override;
  std::shared_ptr<const void> State() const override { return parts_.directory->Get(); }
  absl::Status Verify(absl::string_view owner, absl::string_view payload,
                      const evidence::v1::Signature& signature) override;
  bool KeyStands(absl::string_view owner, absl::string_view key_id) const override;
  absl::Status VerifyDigest(absl::string_view owner, absl::string_view payload_digest,
                            const evidence::v1::Signature& signature) override;
  void Exchange(const std::string& node, const evidence::v1::Envelope& request,
                absl::Duration timeout, const std::string& traceparent, OnAnswer done) override;
  absl::StatusOr<std::unique_ptr<PartReader>> Transfer(const std::string& node,
                                                       const evidence::v1::Envelope& request,
                                                       const std::string& traceparent) override;

 private:
  struct Peer {
    std::string address = {};
    std::shared_ptr<rpc::Channel> channel = {};  // shared with the calls that run on it
  };
  using Nodes = std::shared_ptr<const std::vector<std::string>>;
  // Those that stand and answer for the agency, by the directory of this moment.
  Nodes Answering(absl::string_view agency) const;
  // Says that a call reached the node, or did not.
  void Reached(const std::string& node, bool reached);
  // A channel to the node at the address that the directory has now.
  absl::StatusOr<std::shared_ptr<rpc::Channel>> ChannelTo(const std::string& node);

  const Parts parts_;
  crypto::BatchVerifier verifier_;
  absl::Mutex mutex_;
  absl::flat_hash_map<std::string, Peer> peers_ ABSL_GUARDED_BY(mutex_);
  // Who answers for an agency, under one state of the directory: to find it out
  // takes a walk over all nodes.
  mutable absl::Mutex answering_mutex_;
  mutable std::shared_ptr<const rpc::Directory> answering_of_ ABSL_GUARDED_BY(answering_mutex_);
  mutable absl::flat_hash_map<std::string, Nodes> answering_ ABSL_GUARDED_BY(answering_mutex_);
  // When a node could not be reached, by boot time; empty while all can.
  mutable absl::Mutex unreached_mutex_;
  std::atomic<bool> any_unreached_ = false;
  absl::flat_hash_map<std::string, absl::Duration> unreached_ ABSL_GUARDED_BY(unreached_mutex_);
};

}  // namespace shareway::exchange
