// SPDX-License-Identifier: Apache-2.0
// Bytes of witnessed checkpoints, witness sets and staged entries.
#include "services/audit/store/witness_store.h"

#include <limits>
#include <memory>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "libs/base/bytes.h"
#include "libs/base/status.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/note.h"
#include "libs/evidence/record.h"
#include "services/audit/store/keys.h"
#include "services/audit/store/posting.h"

namespace shareway::audit {
namespace {

constexpr size_t kIncarnationBytes = 16;
// Of such a key: index, stream, first sequence of the batch, sequence.
constexpr size_t kUnplacedBytes = 8 + sizeof(Digest16) + 8 + 8;

std::string StagedTooKey(uint64_t index, const Hash32& commitment) {
  return absl::StrCat(StagedKey(index), commitment.view());
}

std::string UnplacedKey(uint64_t first, const Entry& entry) {
  return absl::StrCat(StagedKey(kUnknownIndex), entry.stream.view(), BigEndian64(first),
                      BigEndian64(entry.sequence));
}

// Signature lines of checkpoints end in a line feed and hold no other.
absl::StatusOr<std::vector<std::string>> LinesOf(absl::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    if (end == absl::string_view::npos) return Damaged(kWitnessedKey, "a line is cut off");
    lines.emplace_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return lines;
}

}  // namespace

// Time (8), length of the note (8), note, cosignature lines; guarded.
absl::Status WriteWitnessed(kv::Store* store, const WitnessedCheckpoint& witnessed) {
  const Checkpoint& checkpoint = witnessed.checkpoint;
  const auto time = static_cast<uint64_t>(absl::ToUnixNanos(checkpoint.time));
  const std::string value =
      absl::StrCat(BigEndian64(time), BigEndian64(checkpoint.note.size()), checkpoint.note,
                   absl::StrJoin(witnessed.cosignatures, ""));
  kv::Batch batch;
  batch.Put(kWitnessedKey, Guarded(kWitnessedKey, value));
  return store->Commit(std::move(batch)).status();
}

absl::StatusOr<std::optional<WitnessedCheckpoint>> ReadWitnessed(const kv::Store& store,
                                                                 absl::string_view verifier_key) {
  const absl::StatusOr<kv::Entry> found = store.Get(kWitnessedKey);
  if (absl::IsNotFound(found.status())) return std::optional<WitnessedCheckpoint>();
  SHAREWAY_RETURN_IF_ERROR(found.status());
  SHAREWAY_ASSIGN_OR_RETURN(const std::string value, Unguard(kWitnessedKey, found->value));
  const uint64_t length = value.size() < 16 ? 0 : ReadBigEndian64(value.substr(8));
  if (value.size() < 16 || value.size() - 16 < length) return Damaged(kWitnessedKey, "too short");
  WitnessedCheckpoint witnessed;
  Checkpoint& checkpoint = witnessed.checkpoint;
  checkpoint.note = value.substr(16, length);
  checkpoint.time = absl::FromUnixNanos(static_cast<int64_t>(ReadBigEndian64(value)));
  const absl::StatusOr<evidence::TreeHead> head = evidence::OpenNote(checkpoint.note, verifier_key);
  if (!head.ok()) return Damaged(kWitnessedKey, head.status().message());
  checkpoint.size = head->size;
  checkpoint.root = head->root;
  SHAREWAY_ASSIGN_OR_RETURN(witnessed.cosignatures, LinesOf(value.substr(16 + length)));
  return std::optional<WitnessedCheckpoint>(std::move(witnessed));
}

std::string WitnessSetBytes(const WitnessSet& set) {
  evidence::v1::WitnessSet proto;
  for (const Witness& witness : set.witnesses()) {
    evidence::v1::WitnessSet::Witness* one = proto.add_witnesses();
    one->set_node(witness.node);
    one->set_verifier_key(witness.verifier_key);
  }
  proto.set_quorum(static_cast<uint32_t>(set.quorum()));
  return proto.SerializeAsString();
}

absl::StatusOr<WitnessSet> ParseWitnessSet(absl::string_view bytes) {
  evidence::v1::WitnessSet proto;
  if (!proto.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("a record's witness set does not parse");
  }
  std::vector<Witness> witnesses;
  for (const evidence::v1::WitnessSet::Witness& one : proto.witnesses()) {
    witnesses.push_back({.node = one.node(), .verifier_key = one.verifier_key()});
  }
  return WitnessSet(std::move(witnesses));
}

absl::StatusOr<WitnessSets> ReadWitnessSets(const LogReader& reader, const LogState& state,
                                            absl::string_view producer, uint64_t witnessed) {
  WitnessSets sets;
  Query query;
  query.object = std::string(kWitnessesObject);
  query.kind = evidence::v1::WITNESSES_CHANGED;
  // Anybody can append a record that looks like it, in their own name.
  for (uint64_t below = state.size(); below > 0;) {
    SHAREWAY_ASSIGN_OR_RETURN(const SearchPage page,
                              reader.Search(state, query, {.all = true}, below, {}));
    for (const Found& found : page.found) {
      if (found.stored.sealed.record().empty()) continue;
      SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened,
                                evidence::Open(found.stored.sealed));
      if (opened.record.producer() != producer) continue;
      SHAREWAY_ASSIGN_OR_RETURN(WitnessSet set, ParseWitnessSet(opened.record.state()));
      if (found.index < witnessed) {
        sets.in_force = std::move(set);
        return sets;
      }
      sets.announced.push_back({.set = std::move(set), .index = found.index});
    }
    below = page.below;
  }
  return sets;
}

absl::StatusOr<std::vector<std::string>> ReadPastIncarnations(const kv::Store& store) {
  std::vector<std::string> past;
  const absl::StatusOr<kv::Entry> found = store.Get(kPastKey);
  if (absl::IsNotFound(found.status())) return past;
  SHAREWAY_RETURN_IF_ERROR(found.status());
  SHAREWAY_ASSIGN_OR_RETURN(const std::string value, Unguard(kPastKey, found->value));
  for (size_t at = 0; at < value.size(); at += kIncarnationBytes) {
    past.push_back(value.substr(at, kIncarnationBytes));
  }
  return past;
}

absl::Status PutIncarnation(const kv::Store& store, absl::string_view now, absl::string_view next,
                            kv::Batch* batch) {
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<std::string> past, ReadPastIncarnations(store));
  past.emplace_back(now);
  batch->Put(kPastKey, Guarded(kPastKey, absl::StrJoin(past, "")));
  batch->Put(kIncarnationKey, Guarded(kIncarnationKey, next));
  return absl::OkStatus();
}

void PutStaged(uint64_t index, const Entry& entry, kv::Batch* batch) {
  std::string bytes;
  AppendEntry(entry, &bytes);
  batch->Put(StagedKey(index), bytes);
}

void PutStagedToo(uint64_t index, const Entry& entry, kv::Batch* batch) {
  std::string bytes;
  AppendEntry(entry, &bytes);
  batch->Put(StagedTooKey(index, entry.commitment), bytes);
}

void DeleteStagedToo(uint64_t index, const Hash32& commitment, kv::Batch* batch) {
  batch->Delete(StagedTooKey(index, commitment));
}

void PutUnplaced(uint64_t first, const Entry& entry, kv::Batch* batch) {
  std::string bytes;
  AppendEntry(entry, &bytes);
  batch->Put(UnplacedKey(first, entry), bytes);
}

void DeleteUnplaced(uint64_t first, const Entry& entry, kv::Batch* batch) {
  batch->Delete(UnplacedKey(first, entry));
}

absl::StatusOr<std::vector<StagedEntry>> ReadStaged(const kv::Store& store, uint64_t from,
                                                    size_t limit) {
  std::vector<StagedEntry> staged;
  const auto open = [&](absl::string_view key, absl::string_view value) -> absl::Status {
    const absl::string_view place = key.substr(kStagedPrefix.size());
    const uint64_t index = ReadBigEndian64(place);
    const bool unplaced = index == kUnknownIndex;
    if (place.size() < (unplaced ? kUnplacedBytes : 8)) return Damaged(key, "is no key of the log");
    const uint64_t first = unplaced ? ReadBigEndian64(place.substr(8 + sizeof(Digest16))) : 0;
    SHAREWAY_ASSIGN_OR_RETURN(const std::vector<EntryView> views, ParseEntries(value));
    if (views.size() != 1) return Damaged(key, absl::StrCat(views.size(), " entries, want 1"));
    SHAREWAY_ASSIGN_OR_RETURN(Entry entry, OpenStored(index, views[0].Copy()));
    staged.push_back({index, first, std::make_shared<const Entry>(std::move(entry))});
    return absl::OkStatus();
  };
  absl::Status status;
  SHAREWAY_RETURN_IF_ERROR(
      store.Scan(StagedKey(from), PrefixEnd(kStagedPrefix),
                 [&](absl::string_view key, absl::string_view value, uint64_t) {
                   const bool of_last = !staged.empty() &&
                                        absl::StartsWith(key, StagedKey(staged.back().index));
                   if (staged.size() >= limit && !of_last) return false;
                   status = open(key, value);
                   return status.ok();
                 }));
  SHAREWAY_RETURN_IF_ERROR(status);
  return staged;
}

absl::Status DeleteStaged(kv::Store* store) {
  kv::Batch batch;
  batch.DeleteRange(kStagedPrefix, PrefixEnd(kStagedPrefix));
  return store->Commit(std::move(batch)).status();
}

}  // namespace shareway::audit
