// SPDX-License-Identifier: Apache-2.0
// What a node knows of the others, and how it reaches them.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/evidence/envelope.h"

namespace shareway::exchange {

// A part of a transfer as it is sent: the exact bytes of a chunk's batch, or a manifest.
struct TransferPart {
  uint64_t index = 0;                                   // of the chunk
  std::string batch = {};                               // exact bytes of a RecordBatch
  std::optional<evidence::v1::Envelope> manifest = {};  // then no chunk
};

// Reads the parts of a transfer. One thread.
class PartReader {
 public:
  virtual ~PartReader() = default;
  // The next part; nothing at the end. UNAVAILABLE, PEER_UNREACHABLE, if none
  // came for `patience`.
  virtual absl::StatusOr<std::optional<TransferPart>> Next(absl::Duration patience) = 0;
};

// Writes the parts of a transfer. One thread.
class PartWriter {
 public:
  virtual ~PartWriter() = default;
  // CANCELLED once nobody reads.
  virtual absl::Status Write(TransferPart part) = 0;
};

// The directory and the leases of this moment, and the way to other nodes. Thread-safe.
class Neighbours {
 public:
  virtual ~Neighbours() = default;

  // The node that answers for an agency; empty if none stands.
  virtual std::string NodeOf(absl::string_view agency) const = 0;
  // The nodes that answer for an agency, in the order in which to try them: those that
  // could not be reached just now last, otherwise spread over `key`. Equal keys find the
  // same order at every node, so that what follows on an answer finds the node that gave it.
  virtual std::vector<std::string> NodesOf(absl::string_view agency,
                                           absl::string_view key) const = 0;
  // True if the node is the agency's own or hosts it, and both stand.
  virtual bool Serves(absl::string_view node, absl::string_view agency) const = 0;
  // The highest grading that an agency may receive: 1 general, 2 important, 3 core.
  virtual uint32_t ClearanceOf(absl::string_view agency) const = 0;
  // True while both leases, on grants and on the directory, are fresh. Lock-free.
  virtual bool LeasesLive() const = 0;
  // What all answers above are drawn from, but for the leases: another pointer once
  // anything changed. Whoever compares later must hold the first one until then.
  virtual std::shared_ptr<const void> State() const = 0;

  // OK if `signature` over `payload` is by a message key of `owner` (evidence::SignerOf)
  // that the directory lists as valid now. PERMISSION_DENIED, KEY_REVOKED, for another key;
  // DATA_LOSS or INVALID_ARGUMENT, ENVELOPE_INVALID, if it does not verify.
  virtual absl::Status Verify(absl::string_view owner, absl::string_view payload,
                              const evidence::v1::Signature& signature) = 0;

  // True if the key that Verify took for `owner` would be taken now.
  virtual bool KeyStands(absl::string_view owner, absl::string_view key_id) const = 0;

  // OK if `signature` over the payload of this digest, by the signature's suite, is by a
  // message key that the directory lists for `owner`, valid still or not. Errors as above.
  virtual absl::Status VerifyDigest(absl::string_view owner, absl::string_view payload_digest,
                                    const evidence::v1::Signature& signature) = 0;

  using OnAnswer = std::function<void(absl::StatusOr<evidence::v1::Envelope>)>;
  // Sends a signed request to `node`. Errors are the peer's, or UNAVAILABLE. `done`
  // runs on a thread that must not block.
  virtual void Exchange(const std::string& node, const evidence::v1::Envelope& request,
                        absl::Duration timeout, const std::string& traceparent, OnAnswer done) = 0;
  // Opens a transfer from `node`.
  virtual absl::StatusOr<std::unique_ptr<PartReader>> Transfer(
      const std::string& node, const evidence::v1::Envelope& request,
      const std::string& traceparent) = 0;
};

}  // namespace shareway::exchange
