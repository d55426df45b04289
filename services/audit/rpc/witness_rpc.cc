// SPDX-License-Identifier: Apache-2.0
// Streams of candidates, and the calls of witnesses mapped to the log.
#include "services/audit/rpc/witness_rpc.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/audit/rpc/append_request.h"
#include "services/audit/rpc/prover.h"

namespace shareway::audit {
namespace {

// Below the 1 MiB that a message may have, with room for an entry's framing.
constexpr size_t kOwnBytes = 900 << 10;
// How often a stream without candidates looks whether anybody still reads it.
constexpr absl::Duration kLook = absl::Milliseconds(100);
constexpr size_t kMaxNamed = 1000;
constexpr size_t kMaxReasonBytes = 2000;

void AddOwn(const Found& found, v1::WatchCheckpointsResponse* response) {
  v1::LogEntry* entry = response->add_own_entries();
  entry->set_index(found.index);
  entry->set_commitment(found.stored.commitment.str());
  if (!found.stored.sealed.record().empty()) *entry->mutable_sealed() = found.stored.sealed;
}

v1::Checkpoint ToProto(const Witnesses::Candidate& candidate, const std::string& verifier_key) {
  v1::Checkpoint proto = ToProto(candidate.checkpoint, verifier_key);
  for (const auto& [node, one] : candidate.cosignatures) proto.add_cosignatures(one.line);
  proto.set_witnessed(candidate.witnessed);
  return proto;
}

absl::StatusOr<std::vector<RestoredEntry>> ParseRestore(const v1::RestoreRequest& request) {
  if (request.entries().empty() || request.entries_size() > kMaxRecords) {
    return Error::Field("entries",
                        absl::StrCat(request.entries_size(), " entries, want 1 to ", kMaxRecords));
  }
  std::vector<RestoredEntry> entries;
  size_t bytes = 0;
  for (int i = 0; i < request.entries_size(); ++i) {
    const evidence::v1::SealedRecord& sealed = request.entries(i).sealed();
    bytes += sealed.ByteSizeLong();
    const std::string field = absl::StrCat("entries[", i, "].sealed");
    if (sealed.record().empty() || sealed.record().size() > kMaxRecordBytes ||
        sealed.salt().size() != kSaltBytes) {
      return Error::Field(field, absl::StrCat("has a record of ", sealed.record().size(),
                                              " bytes and a salt of ", sealed.salt().size(),
                                              ", want 1 to ", kMaxRecordBytes, " and ",
                                              kSaltBytes));
    }
    absl::StatusOr<Entry> entry = OpenEntry(sealed);
    if (!entry.ok()) return Error::Field(field, entry.status().message());
    entries.push_back(
        {request.entries(i).index(), std::make_shared<const Entry>(*std::move(entry))});
  }
  if (bytes <= kMaxAppendBytes) return entries;
  return Error::Field("entries",
                      absl::StrCat(bytes, " bytes together, want at most ", kMaxAppendBytes));
}

}  // namespace

bool WitnessRpc::IsWitness(const rpc::Call& call) const {
  return call.caller().identity.kind == crypto::Identity::Kind::kNode &&
         log_->witnesses()->IsMember(call.caller().name());
}

absl::Status WitnessRpc::WatchCheckpoints(
    const rpc::Call& call, const v1::WatchCheckpointsRequest& request,
    rpc::Writer<v1::WatchCheckpointsResponse>& writer) const {
  uint64_t number = 0;
  uint64_t next = request.own_entries_from();
  while (!call.cancelled()) {
    const std::optional<Witnesses::Candidate> candidate =
        log_->witnesses()->WaitCandidate(number, kLook);
    if (!candidate) continue;
    number = candidate->number;
    v1::WatchCheckpointsResponse response;
    *response.mutable_checkpoint() = ToProto(*candidate, log_->parts().audit->verifier_key());
    // To witnesses alone: what persons searched for is nothing to other nodes.
    for (bool more = IsWitness(call); more;) {
      SHAREWAY_ASSIGN_OR_RETURN(
          const OwnEntries::Page page,
          log_->own_entries().Read(next, candidate->checkpoint.size, kOwnBytes));
      response.clear_own_entries();
      for (const Found& found : page.entries) AddOwn(found, &response);
      next = std::max(next, page.next);
      more = next < candidate->checkpoint.size;
      response.set_own_entries_next(next);
      response.set_more(more);
      if (!more) break;
      response.set_safe_size(safe_size_());
      SHAREWAY_RETURN_IF_ERROR(writer.Write(response));
    }
    response.set_safe_size(safe_size_());
    SHAREWAY_RETURN_IF_ERROR(writer.Write(response));
  }
  return absl::CancelledError("nobody reads the stream");
}

absl::StatusOr<v1::AddCosignatureResponse> WitnessRpc::AddCosignature(
    const rpc::Call& call, const v1::AddCosignatureRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(
      const bool witnessed,
      log_->witnesses()->Cosign(call.caller().name(), request.note(), request.cosignature()));
  v1::AddCosignatureResponse response;
  response.set_witnessed(witnessed);
  return response;
}

absl::StatusOr<v1::ReportCosignedResponse> WitnessRpc::ReportCosigned(
    const rpc::Call& call, const v1::ReportCosignedRequest& request) const {
  const std::string& node = call.caller().name();
  SHAREWAY_ASSIGN_OR_RETURN(const StartGate::Answer answer,
                            log_->gate()->Report(node, request.note(), request.cosignature(),
                                                 directory_->KeysOf(node)));
  v1::ReportCosignedResponse response;
  response.set_serving(answer.serving);
  response.set_awaited(static_cast<uint32_t>(answer.awaited));
  return response;
}

absl::StatusOr<v1::NameWitnessesResponse> WitnessRpc::NameWitnesses(
    const rpc::Call& call, const v1::NameWitnessesRequest& request) const {
  if (request.nodes_size() > static_cast<int>(kMaxNamed)) {
    return Error::Field("nodes",
                        absl::StrCat(request.nodes_size(), " nodes, want at most ", kMaxNamed));
  }
  if (request.reason().empty() || request.reason().size() > kMaxReasonBytes) {
    return Error::Field("reason", absl::StrCat("has ", request.reason().size(),
                                               " bytes, want 1 to ", kMaxReasonBytes));
  }
  if (call.act() == nullptr) return absl::InternalError("a signed method came without its act");
  SHAREWAY_ASSIGN_OR_RETURN(
      const bool effective,
      log_->gate()->Name(call.caller().name(), *call.act(),
                         std::set<std::string>(request.nodes().begin(), request.nodes().end()),
                         directory_->Set().value_or(WitnessSet())));
  v1::NameWitnessesResponse response;
  response.set_second_person_awaited(!effective);
  return response;
}

absl::StatusOr<v1::RestoreResponse> WitnessRpc::Restore(const rpc::Call& call,
                                                        const v1::RestoreRequest& request) const {
  SHAREWAY_RETURN_IF_ERROR(log_->gate()->CheckRebuilding());
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<RestoredEntry> entries, ParseRestore(request));
  SHAREWAY_ASSIGN_OR_RETURN(
      const uint64_t missing,
      log_->rebuild()->Restore(call.caller().identity.uri(), entries));
  v1::RestoreResponse response;
  response.set_missing(missing);
  return response;
}

}  // namespace shareway::audit
