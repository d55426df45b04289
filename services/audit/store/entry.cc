// SPDX-License-Identifier: Apache-2.0
// From sealed bytes to an entry, and the framing of entries in bundles.
#include "services/audit/store/entry.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/crypto/identity.h"
#include "libs/evidence/envelope.h"
#include "services/audit/store/record_fields.h"

namespace shareway::audit {
namespace {

Ending EndingOf(int kind) {
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

// A producer sends many in a row: what is derived of the last one is kept.
struct Producer {
  std::string uri = {};
  std::string incarnation = {};
  std::string name = {};
  Digest16 stream = {};
};
const Producer& ProducerOf(absl::string_view uri, absl::string_view incarnation) {
  thread_local Producer last;
  if (last.uri != uri || last.incarnation != incarnation || last.stream == Digest16()) {
    absl::StatusOr<crypto::Identity> identity = crypto::Identity::Parse(uri);
    last = {.uri = std::string(uri),
            .incarnation = std::string(incarnation),
            .name = identity.ok() ? identity->name : std::string(),
            .stream = StreamOf(uri, incarnation)};
  }
  return last;
}

// What protobuf reads, for records that ReadRecordFields leaves to it. Borrows from both.
RecordFields FieldsOf(const evidence::AuditRecord& record, evidence::v1::Act* act) {
  RecordFields fields{.kind = record.kind(),
                      .producer = record.producer(),
                      .incarnation = record.incarnation(),
                      .sequence = record.sequence(),
                      .time = evidence::FromTimestamp(record.time()),
                      .agencies = {record.agencies().begin(), record.agencies().end()},
                      .resource = record.resource(),
                      .request = record.request(),
                      .grant = record.grant(),
                      .exchange = record.exchange(),
                      .attempt = record.attempt(),
                      .reason = record.reason(),
                      .object = record.object(),
                      .nodes = {record.nodes().begin(), record.nodes().end()}};
  // What is no Act says nothing.
  if (act->ParseFromString(record.act().act())) fields.person = act->person();
  return fields;
}

Facts FactsOf(const RecordFields& fields, const std::string& producer) {
  // Who acted, or read the log.
  const bool reading = fields.kind == evidence::v1::LOG_READ;
  return {.kind = fields.kind,
          .time = fields.time,
          .producer = producer,
          .agencies = {fields.agencies.begin(), fields.agencies.end()},
          .exchange = std::string(fields.exchange),
          .attempt = fields.attempt,
          .grant = std::string(fields.grant),
          .object = std::string(fields.object),
          .resource = std::string(fields.resource),
          .request = std::string(fields.request),
          .person = std::string(reading ? fields.object : fields.person),
          .reason = std::string(fields.reason),
          .ending = EndingOf(fields.kind),
          .nodes = {fields.nodes.begin(), fields.nodes.end()}};
}

// Records are below 64 KiB, but damaged bytes may say anything.
uint64_t ReadLength(absl::string_view bytes) {
  uint64_t length = 0;
  for (int i = 0; i < 4; ++i) length = length << 8 | static_cast<uint8_t>(bytes[i]);
  return length;
}

void Fill(const RecordFields& fields, Entry* entry) {
  const Producer& producer = ProducerOf(fields.producer, fields.incarnation);
  entry->producer = producer.uri;
  entry->sequence = fields.sequence;
  entry->stream = producer.stream;
  entry->facts = FactsOf(fields, producer.name);
  for (const Term& term : TermsOf(entry->facts)) entry->terms.push_back(KeyOf(term));
  entry->half = HalfOf(entry->facts);
}

absl::StatusOr<Entry> Opened(evidence::v1::SealedRecord sealed, const Hash32& commitment) {
  Entry entry;
  if (const std::optional<RecordFields> fields = ReadRecordFields(sealed.record())) {
    Fill(*fields, &entry);
  } else {
    SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened, evidence::Open(sealed));
    evidence::v1::Act act;
    Fill(FieldsOf(opened.record, &act), &entry);
  }
  entry.commitment = commitment;
  entry.leaf = crypto::LogHasher().leaf(commitment.view());
  entry.sealed = std::move(sealed);
  return entry;
}

}  // namespace

Hash32 CommitmentOf(absl::string_view salt, absl::string_view record) {
  constexpr absl::string_view kLabel = "shareway/v1/entry\n";
  thread_local std::string bytes;  // hashing takes less than allocating would
  bytes.assign(kLabel.data(), kLabel.size());
  bytes.append(salt.data(), salt.size());
  bytes.append(record.data(), record.size());
  return crypto::Sha256(bytes);
}

absl::StatusOr<Entry> OpenEntry(evidence::v1::SealedRecord sealed) {
  const Hash32 commitment = CommitmentOf(sealed.salt(), sealed.record());
  return Opened(std::move(sealed), commitment);
}

void AppendEntry(const Entry& entry, std::string* bytes) {
  const auto length = static_cast<uint32_t>(entry.sealed.record().size());
  for (int shift = 24; shift >= 0; shift -= 8) bytes->push_back(static_cast<char>(length >> shift));
  bytes->append(entry.commitment.view().data(), entry.commitment.view().size());
  bytes->append(entry.sealed.salt());
  bytes->append(entry.sealed.record());
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
    if (length == 0 && entry.salt.find_first_not_of('\0') != absl::string_view::npos) {
      return absl::DataLossError("an entry without record has a salt");
    }
    entries.push_back(entry);
    bytes.remove_prefix(kEntryOverhead + length);
  }
  return entries;
}

absl::StatusOr<Entry> OpenStored(uint64_t index, StoredEntry stored) {
  // Damaged bytes are not parsed.
  if (CommitmentOf(stored.sealed.salt(), stored.sealed.record()) != stored.commitment) {
    return absl::DataLossError(absl::StrCat("entry ", index, " does not have its commitment"));
  }
  absl::StatusOr<Entry> entry = Opened(std::move(stored.sealed), stored.commitment);
  if (entry.ok()) return entry;
  return absl::DataLossError(absl::StrCat("entry ", index, ": ", entry.status().message()));
}

}  // namespace shareway::audit
