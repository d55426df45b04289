// SPDX-License-Identifier: Apache-2.0
// Entries, proofs and keys into one pack.
#include "services/audit/rpc/evidence_pack.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/pack.h"

namespace shareway::audit {
namespace {

constexpr int kMaxIndices = 1000;
// Base64 and paths make about twice of it; a message has at most 4 MiB.
constexpr size_t kMaxPackedBytes = 3 << 19;
constexpr absl::Duration kCheckpointWait = absl::Seconds(1);

absl::Status TooLarge() {
  return Error::Field("indices", absl::StrCat("the records have more than ", kMaxPackedBytes,
                                              " bytes together, ask for fewer by index"));
}

absl::StatusOr<std::vector<Found>> OfExchange(const std::string& exchange, const Reader& reader,
                                              const LogState& state, const LogReader& log) {
  Query query;
  query.exchange = exchange;
  SHAREWAY_RETURN_IF_ERROR(query.Check());
  std::vector<Found> all;
  size_t bytes = 0;
  for (uint64_t below = state.size(); below > 0;) {
    SHAREWAY_ASSIGN_OR_RETURN(SearchPage page,
                              log.Search(state, query, reader, below,
                                         {.entries = kMaxIndices, .bytes = kMaxPackedBytes}));
    for (Found& found : page.found) {
      bytes += found.stored.sealed.ByteSizeLong();
      if (bytes > kMaxPackedBytes) return TooLarge();
      all.push_back(std::move(found));
    }
    below = page.below;
  }
  if (all.empty()) return Error::NotVisible(absl::StrCat("exchange ", exchange));
  return all;
}

absl::StatusOr<std::vector<Found>> ByIndex(const v1::ExportEvidenceRequest& request,
                                           const Reader& reader, const LogState& state,
                                           const LogReader& log) {
  if (request.indices_size() > kMaxIndices) {
    return Error::Field(
        "indices", absl::StrCat(request.indices_size(), " indices, want at most ", kMaxIndices));
  }
  const std::set<uint64_t> indices(request.indices().begin(), request.indices().end());
  if (*indices.rbegin() >= state.size()) return TooSmall(*indices.rbegin() + 1, state.size());
  std::vector<Found> all;
  size_t bytes = 0;
  for (const uint64_t index : indices) {
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<Found> found,
                              log.Entries(state, index, index + 1, kMaxPackedBytes));
    if (found[0].stored.sealed.record().empty() || !reader.MayRead(found[0].facts)) {
      return Error::NotVisible(absl::StrCat("entry ", index));
    }
    bytes += found[0].stored.sealed.ByteSizeLong();
    if (bytes > kMaxPackedBytes) return TooLarge();
    all.push_back(std::move(found[0]));
  }
  return all;
}

void AddKey(const evidence::v1::Signature& signature, const rpc::Directory& directory,
            std::set<std::string>* keys) {
  const absl::StatusOr<Hash32> id = Hash32::From(signature.key_id());
  const rpc::DirectoryKey* key = id.ok() ? directory.key(*id) : nullptr;
  if (key != nullptr) keys->insert(key->key.spki());
}

// The keys of all who signed: producer, person, consumer, provider.
absl::Status AddKeys(const Found& found, const rpc::Directory& directory,
                     std::set<std::string>* keys) {
  SHAREWAY_ASSIGN_OR_RETURN(const evidence::OpenedRecord opened,
                            evidence::Open(found.stored.sealed));
  AddKey(opened.envelope.signature(), directory, keys);
  AddKey(opened.record.act().signature(), directory, keys);
  AddKey(opened.record.request_signature(), directory, keys);
  AddKey(opened.record.response_signature(), directory, keys);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ExportPack(const v1::ExportEvidenceRequest& request,
                                       const Reader& reader, const Audit& audit,
                                       const LogReader& log, const Prover& prover,
                                       const rpc::Directory& directory) {
  if (request.exchange().empty() == request.indices().empty()) {
    return Error::Field("exchange", "exactly one of exchange and indices is required");
  }
  const std::shared_ptr<const LogState> state = audit.state();
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<Found> found,
                            request.indices().empty()
                                ? OfExchange(request.exchange(), reader, *state, log)
                                : ByIndex(request, reader, *state, log));
  if (!audit.signer().WaitCovers(state->size(), kCheckpointWait)) {
    return Error(Reason::kNotReady, absl::StatusCode::kUnavailable,
                 absl::StrCat("no checkpoint covers ", state->size(), " entries yet"));
  }
  const std::shared_ptr<const Checkpoint> checkpoint = audit.signer().newest();
  evidence::Pack pack;
  pack.checkpoint = checkpoint->note;
  std::set<std::string> keys;
  for (Found& one : found) {
    SHAREWAY_RETURN_IF_ERROR(AddKeys(one, directory, &keys));
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<Hash32> path, prover.Path(one.index, *checkpoint));
    pack.entries.push_back(
        {.index = one.index, .sealed = std::move(one.stored.sealed), .path = std::move(path)});
  }
  pack.keys.assign(keys.begin(), keys.end());
  return evidence::WritePack(pack);
}

}  // namespace shareway::audit
