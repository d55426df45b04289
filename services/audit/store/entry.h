// SPDX-License-Identifier: Apache-2.0
// One entry of the log, as it came and as it lies in the store.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "libs/base/bytes.h"
#include "libs/evidence/record.h"
#include "services/audit/domain/facts.h"
#include "services/audit/domain/half.h"
#include "services/audit/store/keys.h"

namespace shareway::audit {

inline constexpr size_t kMaxRecordBytes = 64 << 10;
inline constexpr size_t kSaltBytes = 16;

// A record with its commitment and all that the log derives from it. Immutable once made.
struct Entry {
  evidence::v1::SealedRecord sealed = {};
  Hash32 commitment = {};
  Hash32 leaf = {};           // RFC 6962's hash of the commitment
  std::string producer = {};  // the URI that the record names
  uint64_t sequence = 0;
  Digest16 stream = {};  // producer and incarnation; with `sequence` the entry's id
  Facts facts = {};
  absl::InlinedVector<TermKey, 8> terms = {};
  std::optional<Half> half = {};
};
using EntryPtr = std::shared_ptr<const Entry>;

// SHA-256("shareway/v1/entry\n" ‖ salt ‖ record), proto/FORMATS.md section 4.
Hash32 CommitmentOf(absl::string_view salt, absl::string_view record);

// Derives all of it. DATA_LOSS unless the record is an Envelope of an
// AuditRecord; its content is not judged.
absl::StatusOr<Entry> OpenEntry(evidence::v1::SealedRecord sealed);

// What a bundle keeps of an entry. Without record and salt, which may be deleted
// at the end of retention, the commitment still proves.
struct StoredEntry {
  Hash32 commitment = {};
  evidence::v1::SealedRecord sealed = {};
};

// Entries one after another: length of the record (4, big-endian), commitment
// (32), salt (16), record.
void AppendEntry(const Entry& entry, std::string* bytes);
inline constexpr size_t kEntryOverhead = 4 + 32 + kSaltBytes;

// Where in a bundle's bytes an entry lies; valid as long as these.
struct EntryView {
  absl::string_view commitment = {};
  absl::string_view salt = {};
  absl::string_view record = {};

  StoredEntry Copy() const;
};

// The entries in `bytes`. DATA_LOSS unless they fill it. Commitments are not
// checked against records: OpenStored does.
absl::StatusOr<std::vector<EntryView>> ParseEntries(absl::string_view bytes);

// Opens the entry at `index`, which has a record. DATA_LOSS naming the index if
// the record does not have its commitment.
absl::StatusOr<Entry> OpenStored(uint64_t index, StoredEntry stored);

}  // namespace shareway::audit
