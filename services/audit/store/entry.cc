// SPDX-License-Identifier: Apache-2.0
// From sealed bytes to an entry, and the framing of entries in bundles.
#include "services/audit/store/entry.h"

#include <iterator>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/identity.h"
#include "libs/evidence/envelope.h"

namespace shareway::audit {
namespace {

Ending EndingOf(evidence::RecordKind kind) {
  switch (kind) {
    case evidence::v1::EXCHANGE_DELIVERED:
      return Ending::kDelivered;
    case evidence::v1::EXCHANGE_REFUSED:
      return Ending::kRefused;
    case evidence::v1::EXCHANGE_RECEIVED:
      return Ending::kReceived;
    case evidence::v1::EXCHANGE_NOT_RECEIVED:
      return Ending::kNotReceived;
    default:
      return Ending::kNone;
  }
}

std::string NameOf(const std::string& uri) {
  absl::StatusOr<crypto::Identity> identity = crypto::Identity::Parse(uri);
  return identity.ok() ? identity->name : std::string();
}

template <typename Field>
std::vector<std::string> Taken(Field* field) {
  return {std::make_move_iterator(field->begin()), std::make_move_iterator(field->end())};
}

// Takes the strings out of the record: a copy of each would be the larger part of the cost.
Facts FactsOf(evidence::AuditRecord* record) {
  return {.kind = record->kind(),
          .time = evidence::FromTimestamp(record->time()),
          .producer = NameOf(record->producer()),
          .agencies = Taken(record->mutable_agencies()),
          .exchange = std::move(*record->mutable_exchange()),
          .attempt = record->attempt(),
          .grant = std::move(*record->mutable_grant()),
          .object = std::move(*record->mutable_object()),
          .ending = EndingOf(record->kind()),
          .nodes = Taken(record->mutable_nodes())};
}

// Records are below 64 KiB, but damaged bytes may say anything.
uint64_t ReadLength(absl::string_view bytes) {
  return ReadBigEndian64(absl::StrCat(std::string(4, '\0'), bytes.substr(0, 4)));
}

absl::StatusOr<Entry> Opened(evidence::v1::SealedRecord sealed, const Hash32& commitment) {
  SHAREWAY_ASSIGN_OR_RETURN(evidence::OpenedRecord opened, evidence::Open(sealed));
  evidence::AuditRecord& record = opened.record;
  Entry entry;
  entry.commitment = commitment;
  entry.leaf = crypto::LogHasher().leaf(commitment.view());
  entry.sealed = std::move(sealed);
  entry.sequence = record.sequence();
  entry.stream = StreamOf(record.producer(), record.incarnation());
  entry.facts = FactsOf(&record);
  entry.producer = std::move(*record.mutable_producer());
  for (const Term& term : TermsOf(entry.facts)) entry.terms.push_back(KeyOf(term));
  entry.half = HalfOf(entry.facts);
  if (entry.half) entry.half_id = IdOf(*entry.half);
  return entry;
}

}  // namespace

absl::StatusOr<Entry> OpenEntry(evidence::v1::SealedRecord sealed) {
  const Hash32 commitment = evidence::Commitment(sealed);
  return Opened(std::move(sealed), commitment);
}

void AppendEntry(const Entry& entry, std::string* bytes) {
  absl::StrAppend(bytes, BigEndian64(entry.sealed.record().size()).substr(4),
                  entry.commitment.view(), entry.sealed.salt(), entry.sealed.record());
}

StoredEntry EntryView::Copy() const {
  StoredEntry stored{.commitment = *Hash32::From(commitment)};
  if (record.empty()) return stored;
  stored.sealed.set_record(std::string(record));
  stored.sealed.set_salt(std::string(salt));
  return stored;
}

absl::StatusOr<std::vector<EntryView>> ParseEntries(absl::string_view bytes) {
  std::vector<EntryView> entries;
  while (!bytes.empty()) {
    const uint64_t length = bytes.size() < kEntryOverhead ? 0 : ReadLength(bytes);
    if (bytes.size() < kEntryOverhead + length) {
      return absl::DataLossError(absl::StrCat("entry ", entries.size(), " of a bundle is cut off"));
    }
    const EntryView entry{.commitment = bytes.substr(4, 32),
                          .salt = bytes.substr(36, kSaltBytes),
                          .record = bytes.substr(kEntryOverhead, length)};
    if (length == 0 && entry.salt != std::string(kSaltBytes, '\0')) {
      return absl::DataLossError("an entry without record has a salt");
    }
    entries.push_back(entry);
    bytes.remove_prefix(kEntryOverhead + length);
  }
  return entries;
}

absl::StatusOr<Entry> OpenStored(uint64_t index, StoredEntry stored) {
  // Damaged bytes are not parsed.
  if (evidence::Commitment(stored.sealed) != stored.commitment) {
    return absl::DataLossError(absl::StrCat("entry ", index, " does not have its commitment"));
  }
  absl::StatusOr<Entry> entry = Opened(std::move(stored.sealed), stored.commitment);
  if (entry.ok()) return entry;
  return absl::DataLossError(absl::StrCat("entry ", index, ": ", entry.status().message()));
}

}  // namespace shareway::audit
