// SPDX-License-Identifier: Apache-2.0
// What an agency that a node hosts has of its own on the node's disk.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "libs/base/clock.h"
#include "libs/crypto/key.h"
#include "libs/outbox/outbox.h"
#include "libs/rpc/audit_sink.h"
#include "libs/rpc/channel.h"
#include "libs/rpc/directory.h"
#include "services/exchange/rpc/seat.h"
#include "services/exchange/store/seat_store.h"

namespace shareway::exchange {

// A hosted agency and its folder (law.md section 7), which holds
//   message.key    PEM of the key, P-256 or SM2, that signs for the agency and seals its evidence;
//                  in the directory its owner is the agency
//   agency.secret  at least 32 bytes
//   backends.json  of --backends' form; may be absent
//   store/         its store, created if absent, with its datasets and its outbox
struct HostedFolder {
  std::string agency = {};  // agencies/{a}
  std::string dir = {};
};

// Reads --hosted: agencies/{a}=DIR each, or @FILE with one a line; lines that begin with # are
// skipped. `own` is the node's own agency. INVALID_ARGUMENT naming the entry: of another form,
// the own agency, an agency or a folder named twice; NOT_FOUND if the file is not there.
absl::StatusOr<std::vector<HostedFolder>> ReadHosted(const std::vector<std::string>& entries,
                                                     absl::string_view own);

// Such a folder, opened. The drain's thread runs as long as it lives.
class HostedAgency {
 public:
  struct Surroundings {  // all must outlive it
    std::string producer = {};   // the node's shareway:// URI
    double min_free_share = 0;   // of the volume, for accepting; 0: 10 %
    std::shared_ptr<rpc::Channel> audit = {};  // null: evidence stays
    std::string log_key = {};                  // audit's note verifier key, with `audit`
    const rpc::DirectoryHolder* directory = nullptr;
    const Clock* clock = nullptr;
  };
  // Errors name agency and file: NOT_FOUND, INVALID_ARGUMENT, DATA_LOSS, or UNAVAILABLE if
  // another process has the store.
  static absl::StatusOr<std::unique_ptr<HostedAgency>> Open(const HostedFolder& folder,
                                                            const Surroundings& surroundings);

  // Borrows from this.
  SeatParts parts() const;

 private:
  HostedAgency() = default;
  absl::Status Fill(const HostedFolder& folder, const Surroundings& surroundings);

  // In the order of use: what is declared first is destroyed last.
  std::string agency_;
  std::string secret_;
  std::string backends_;
  std::unique_ptr<crypto::PrivateKey> key_;
  SeatStore store_;
  std::unique_ptr<outbox::Outbox> outbox_;
  std::unique_ptr<rpc::AuditSink> sink_;  // null without audit, as the next
  std::unique_ptr<outbox::Drain> drain_;
};

// Opens all. INVALID_ARGUMENT, besides, if two agencies, or one and the node's own as `own` says,
// have the same key or secret: what one signs could pass for the other's, and pseudonyms of both
// could be told to be of one person.
absl::StatusOr<std::vector<std::unique_ptr<HostedAgency>>> OpenHosted(
    const std::vector<HostedFolder>& folders, const SeatParts& own,
    const HostedAgency::Surroundings& surroundings);

}  // namespace shareway::exchange
