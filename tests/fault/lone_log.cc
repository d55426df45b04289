// SPDX-License-Identifier: Apache-2.0
#include "tests/fault/lone_log.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/status.h"
#include "libs/crypto/hash.h"
#include "libs/evidence/record.h"
#include "libs/kv/rocks_store.h"
#include "libs/merkle/proof.h"
#include "services/audit/store/archive.h"
#include "services/audit/store/fsck.h"
#include "services/audit/store/mirror.h"
#include "tests/support/temp_dir.h"

namespace shareway::testing {
namespace {

constexpr char kConsumer[] = "agencies/11990100MB0000001X";
constexpr char kProvider[] = "agencies/11990100MB00000028";
constexpr char kDomain[] = "shareway://test/agency/";

uint64_t Mixed(uint64_t number) { return (number + 1) * 0x9e3779b97f4a7c15u; }

// Entries, acknowledged ones first of all, against what the log serves.
absl::Status CheckEntries(const audit::Audit& log, const audit::LogReader& reader,
                          const std::map<uint64_t, uint64_t>& acknowledged) {
  const auto state = log.state();
  if (!acknowledged.empty() && acknowledged.rbegin()->first >= state->size()) {
    return absl::DataLossError(absl::StrCat("entry ", acknowledged.rbegin()->first,
                                            " was acknowledged, the log has ", state->size()));
  }
  for (uint64_t begin = 0; begin < state->size();) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const std::vector<audit::Found> found,
        reader.Entries(*state, begin, std::min(begin + 256, state->size()), 1 << 20));
    for (const audit::Found& one : found) {
      const auto known = acknowledged.find(one.index);
      if (known == acknowledged.end()) continue;
      const evidence::v1::SealedRecord sent = RecordOf(known->second);
      if (one.stored.sealed.record() != sent.record() || one.stored.sealed.salt() != sent.salt()) {
        return absl::DataLossError(
            absl::StrCat("entry ", one.index, " is not record ", known->second));
      }
    }
    begin += found.size();
  }
  return absl::OkStatus();
}

}  // namespace

evidence::v1::SealedRecord RecordOf(uint64_t number) {
  const bool provider = number % 2 == 0;
  evidence::AuditRecord record;
  record.set_nonce(std::string(16, 'n'));
  record.set_kind(provider ? evidence::v1::EXCHANGE_DELIVERED : evidence::v1::EXCHANGE_RECEIVED);
  const absl::string_view code = absl::string_view(provider ? kProvider : kConsumer).substr(9);
  record.set_producer(absl::StrCat(kDomain, code, "/node/n1"));
  record.set_incarnation(std::string(16, 'i'));
  record.set_sequence(number / 2 + 1);
  *record.mutable_time() =
      evidence::ToTimestamp(absl::FromUnixSeconds(1790000000 + static_cast<int64_t>(number)));
  record.add_agencies(kConsumer);
  record.add_agencies(kProvider);
  record.set_exchange(absl::StrCat("x", number / 2));
  record.set_attempt(1);
  record.set_grant(absl::StrCat("grants/g", number % 50));
  record.add_nodes(absl::StrCat(kConsumer, "/nodes/n1"));
  record.add_nodes(absl::StrCat(kProvider, "/nodes/n1"));
  record.mutable_request_signature()->set_bytes(std::string(72, 's'));
  record.set_state(std::string(Mixed(number) % 500, 'p'));
  evidence::v1::Envelope envelope;
  envelope.set_payload(record.SerializeAsString());
  evidence::v1::SealedRecord sealed;
  sealed.set_record(envelope.SerializeAsString());
  sealed.set_salt(crypto::Sha256(sealed.record()).str().substr(0, 16));
  return sealed;
}

absl::Status CopyStore(const std::string& from, const std::string& to) {
  for (const auto& part : {std::string(), ArchiveOf(""), MirrorOf("")}) {
    std::error_code error;
    if (!std::filesystem::exists(from + part, error)) continue;
    std::filesystem::copy(from + part, to + part, std::filesystem::copy_options::recursive, error);
    if (error) return absl::InternalError(absl::StrCat("copy ", from, part, ": ", error.message()));
  }
  return absl::OkStatus();
}

absl::Status FollowInMirror(const std::string& dir, const audit::Audit& log,
                            const audit::LogReader& reader, kv::Store* store) {
  audit::Mirror mirror(audit::Folder(MirrorOf(dir)), store, &reader, log.verifier_key());
  const auto head = log.signer().newest();
  for (;;) {
    SHAREWAY_ASSIGN_OR_RETURN(const bool more,
                              mirror.Follow(*log.state(), {head->size, head->root, head->note}));
    if (!more) break;
  }
  if (mirror.safe_size() >= head->size) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("the mirror has ", mirror.safe_size(), " of ", head->size));
}

audit::LogKey LogKeyIn(const std::string& path) {
  absl::StatusOr<crypto::PrivateKey> key = crypto::PrivateKey::FromFile(path);
  if (!key.ok()) {
    std::fprintf(stderr, "%s\n", key.status().ToString().c_str());
    std::abort();
  }
  return {*std::move(key), "shareway.example/audit"};
}

bool LogOracle::Take(const std::string& line) {
  const std::vector<std::string> words = absl::StrSplit(line, ' ');
  uint64_t first = 0;
  if (words.size() != 3 || !absl::SimpleAtoi(words[1], &first)) return false;
  if (words[0] == "ack") {
    uint64_t index = 0;
    if (!absl::SimpleAtoi(words[2], &index)) return false;
    Acknowledge(first, index);
    return true;
  }
  if (words[0] != "head") return false;
  const absl::StatusOr<Hash32> root = Hash32::From(absl::HexStringToBytes(words[2]));
  if (root.ok()) See(first, *root);
  return root.ok();
}

absl::Status LogOracle::Check(const std::string& dir) const {
  const TempDir copy;
  const std::string store_dir = copy / "store";
  SHAREWAY_RETURN_IF_ERROR(CopyStore(dir, store_dir));
  SHAREWAY_ASSIGN_OR_RETURN(const std::unique_ptr<kv::Store> store,
                            kv::OpenRocks(store_dir, {.for_log = true}));
  const audit::LogKey key = log_key();
  SHAREWAY_ASSIGN_OR_RETURN(
      const std::unique_ptr<audit::Archive> archive,
      audit::OpenArchive(ArchiveOf(store_dir), store.get(), key.verifier_key()));
  audit::FsckOptions fsck;
  fsck.archive = archive.get();
  if (const absl::Status clean = audit::CheckLog(*store, fsck).status(); !clean.ok()) {
    // Killed before its birth a store has no log, and nobody was told of any.
    if (!absl::IsNotFound(clean) || !acknowledged_.empty() || !heads_.empty()) return clean;
  }
  metrics::Registry metrics;
  audit::Audit::Options options;
  options.metrics = &metrics;
  options.archive = archive.get();
  SHAREWAY_ASSIGN_OR_RETURN(const std::unique_ptr<audit::Audit> log,
                            audit::Audit::Open(store.get(), key, options));
  const audit::LogReader reader(store.get(), archive.get());
  if (std::filesystem::exists(MirrorOf(store_dir))) {
    SHAREWAY_RETURN_IF_ERROR(FollowInMirror(store_dir, *log, reader, store.get()));
  }
  SHAREWAY_RETURN_IF_ERROR(CheckEntries(*log, reader, acknowledged_));
  const auto state = log->state();
  for (const auto& [size, root] : heads_) {
    if (size > log->signer().newest()->size) {
      return absl::DataLossError(absl::StrCat(
          "a head of ", size, " entries was seen, the newest has ", log->signer().newest()->size));
    }
    SHAREWAY_ASSIGN_OR_RETURN(const Hash32 now,
                              merkle::RootAt(crypto::LogHasher(), size, [&](merkle::NodeId node) {
                                return reader.Node(*state, node);
                              }));
    if (now != root) {
      return absl::DataLossError(absl::StrCat("the head of ", size, " entries is another now"));
    }
  }
  return absl::OkStatus();
}

}  // namespace shareway::testing
