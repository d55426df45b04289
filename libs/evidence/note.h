// SPDX-License-Identifier: Apache-2.0
// Checkpoints as C2SP signed notes (tlog-checkpoint, tlog-cosignature; Ed25519,
// and beside it SM2-SM3). proto/FORMATS.md section 5.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/bytes.h"
#include "libs/crypto/key.h"

namespace shareway::evidence {

// The longest note that is read. Nothing else bounds its signature lines, of which a log with
// n witnesses has n + 2: one has at most 365 bytes (a name of 255, an Ed25519 cosignature), so
// that there is room for 700 of them, and for 1500 by the nodes' own names.
inline constexpr size_t kMaxNoteBytes = 256 << 10;

// The head of a log.
struct TreeHead {
  std::string origin = {};
  uint64_t size = 0;
  Hash32 root = {};
};

// How a verifier is told a key: NAME+HASH+BASE64. `name` has no spaces and no '+'.
// A log's keys sign checkpoints: an Ed25519 key, and an SM2 key where the national
// suite is asked for. A witness's key cosigns them.
std::string VerifierKey(absl::string_view name, const crypto::PublicKey& ed25519_or_sm2);
std::string WitnessVerifierKey(absl::string_view name, const crypto::PublicKey& ed25519);

// A signed note over the head; the signer's name is the origin. INVALID_ARGUMENT
// if the key is not Ed25519 or the origin is no name.
absl::StatusOr<std::string> SignNote(const crypto::PrivateKey& ed25519, const TreeHead& head);

// `note` with one line more: the signature of its text by the log's SM2 key, under
// the name that is the origin. INVALID_ARGUMENT if the key is not SM2 or the note
// is malformed.
absl::StatusOr<std::string> AddNationalLine(const crypto::PrivateKey& sm2, absl::string_view note);

// What all signatures of a note are over: its lines before the last blank one,
// with the line feed of each. INVALID_ARGUMENT if the note is malformed.
absl::StatusOr<std::string> NoteText(absl::string_view note);

// The head in `note` if it has a signature by `verifier_key`, a log's key (of
// either kind) whose name is the note's origin. DATA_LOSS, PROOF_INVALID, if it has none or it does
// not verify; INVALID_ARGUMENT if note or key are malformed.
absl::StatusOr<TreeHead> OpenNote(absl::string_view note, absl::string_view verifier_key);

// A witness's signature line, with its line feed, over the text of `note`.
absl::StatusOr<std::string> CosignNote(const crypto::PrivateKey& ed25519, absl::string_view name,
                                       absl::string_view note, absl::Time now);

// True if `line` is a cosignature by `verifier_key`, a witness's key, that verifies;
// false if it is by another key. DATA_LOSS if it is by this one and does not verify;
// INVALID_ARGUMENT if line, note or key are malformed.
absl::StatusOr<bool> VerifyCosignature(absl::string_view note, absl::string_view line,
                                       absl::string_view verifier_key);

// The head in `note` if the log signed it, and every cosignature by a witness key
// among `verifier_keys` verifies. Of the keys that have the origin's name and are
// among them, one of each kind must have signed: whoever pins an Ed25519 and an
// SM2 key wants both. Lines by other keys are ignored, as C2SP asks. Errors as above.
absl::StatusOr<TreeHead> OpenCheckpoint(absl::string_view note,
                                        const std::vector<std::string>& cosignatures,
                                        const std::vector<std::string>& verifier_keys);

// The keys in the text of a key file: one a line; blank lines and lines that
// start with '#' are skipped.
std::vector<std::string> VerifierKeysIn(absl::string_view text);

}  // namespace shareway::evidence
