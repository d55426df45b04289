// SPDX-License-Identifier: Apache-2.0
// Entries, proofs and keys into packs.
//
// The log searches newest first, packs are oldest first: an export walks the log in
// windows of indices, each of which is searched whole, once for all that is asked. A
// window grows while little is found and shrinks where much is, or where it cost too much.
#include "services/audit/rpc/evidence_pack.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "libs/evidence/envelope.h"
#include "libs/evidence/pack.h"
#include "libs/evidence/record.h"
#include "services/audit/rpc/read_request.h"
#include "services/audit/store/retention.h"

namespace shareway::audit {
namespace {

// Base64 and paths make about twice of it; a message has at most 4 MiB.
constexpr size_t kMaxPackedBytes = 3 << 19;
constexpr absl::Duration kCheckpointWait = absl::Seconds(3);

constexpr uint64_t kSmallestWindow = 64;
constexpr uint64_t kLargestWindow = 1 << 22;
constexpr size_t kFew = 64;  // a window with fewer is too small, one with more than these too large
constexpr size_t kMany = 4 * size_t{kMaxPackEntries};
constexpr size_t kManyBytes = 16 << 20;

// Grants of a request whose dossiers are part of its own, and what looking for them may cost.
constexpr size_t kMaxGrants = 100;
constexpr size_t kMaxExaminedForGrants = 20000;
constexpr size_t kMaxBytesForGrants = 128 << 20;

size_t BytesOf(const Found& found) { return found.stored.sealed.ByteSizeLong(); }

// Entries by index, each once.
struct Heap {
  std::map<uint64_t, Found> entries = {};
  size_t bytes = 0;

  void Add(Found found) {
    const size_t size = BytesOf(found);
    if (entries.emplace(found.index, std::move(found)).second) bytes += size;
  }
  bool Overfull(size_t most, size_t most_bytes) const {
    return entries.size() > most || (entries.size() > 1 && bytes > most_bytes);
  }
};

// Adds to `heap` what `queries` find in [begin, end). Stops early once the heap is too large.
// False if the budget was spent before the end; `whole` looks at all whatever it costs.
absl::StatusOr<bool> Gather(const LogReader& log, const LogState& state,
                            const std::vector<Query>& queries, const Reader& reader, uint64_t begin,
                            uint64_t end, bool whole, ExportBudget* budget, Heap* heap) {
  SearchLimits limits{.entries = kMaxPackEntries, .bytes = kMaxPackedBytes, .from = begin};
  const bool limited = end - begin > kSmallestWindow;
  for (uint64_t below = end; below > begin;) {
    if (!whole) {
      if (budget->spent()) return false;
      limits.examined = std::min(SearchLimits().examined, budget->examined);
      limits.bytes_read = std::min(SearchLimits().bytes_read, budget->bytes_read);
    }
    SHAREWAY_ASSIGN_OR_RETURN(SearchPage page, log.Search(state, queries, reader, below, limits));
    budget->Charge(page);
    for (Found& found : page.found) heap->Add(std::move(found));
    if (limited && heap->Overfull(kMany, kManyBytes)) break;
    below = page.below;
  }
  return true;
}

// The newest grants that came of a request, as far as the reader may know. Nodes make no
// grants, whatever they append. The same for each pack of an export: only counts end it.
absl::StatusOr<std::set<std::string>> GrantsOf(const std::string& request, const LogReader& log,
                                               const LogState& state, const Reader& reader,
                                               uint64_t size, ExportBudget* budget) {
  std::set<std::string> grants;
  const Query created{.request = request, .kind = evidence::v1::GRANT_CREATED};
  ExportBudget share{.examined = kMaxExaminedForGrants, .bytes_read = kMaxBytesForGrants};
  for (uint64_t below = size; below > 0 && !share.spent();) {
    SHAREWAY_ASSIGN_OR_RETURN(
        const SearchPage page,
        log.Search(state, created, reader, below,
                   {.examined = std::min(SearchLimits().examined, share.examined),
                    .bytes_read = std::min(SearchLimits().bytes_read, share.bytes_read)}));
    share.Charge(page);
    budget->Charge(page);
    for (const Found& found : page.found) {
      if (grants.size() == kMaxGrants) return grants;
      if (found.facts.grant.empty()) continue;
      if (absl::StartsWith(found.facts.producer, "services/")) grants.insert(found.facts.grant);
    }
    below = page.below;
  }
  return grants;
}

// As much as a pack holds, oldest first, at least one entry.
std::vector<Found> TakeFirst(Heap heap) {
  std::vector<Found> taken;
  size_t bytes = 0;
  for (auto& [index, found] : heap.entries) {
    bytes += BytesOf(found);
    if (!taken.empty() && bytes > kMaxPackedBytes) break;
    if (taken.size() == size_t{kMaxPackEntries}) break;
    taken.push_back(std::move(found));
  }
  return taken;
}

std::string Asked(const v1::ExportEvidenceRequest& request) {
  if (!request.exchange().empty()) return absl::StrCat("exchange ", request.exchange());
  return request.case_object().empty() ? request.agency() : request.case_object();
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

struct PackRoom::Gathered {
  std::vector<Found> entries = {};
  bool last = true;
  uint64_t next = 0;                        // where to go on, unless last
  uint64_t window = ExportCursor().window;  // and how much to look through at once
};

void ExportBudget::Charge(const SearchPage& page) {
  // Also a search that looks at nothing costs something.
  examined -= std::min(examined, std::max<size_t>(page.examined, 1));
  bytes_read -= std::min(bytes_read, page.bytes_read);
}

std::string ExportCursor::text() const {
  return absl::StrCat(from, " ", size, " ", given ? 1 : 0, " ", window);
}

absl::StatusOr<ExportCursor> ExportCursor::Parse(absl::string_view text) {
  const std::vector<absl::string_view> parts = absl::StrSplit(text, ' ');
  ExportCursor cursor;
  if (parts.size() != 4 || !absl::SimpleAtoi(parts[0], &cursor.from) ||
      !absl::SimpleAtoi(parts[1], &cursor.size) || !absl::SimpleAtob(parts[2], &cursor.given) ||
      !absl::SimpleAtoi(parts[3], &cursor.window) || cursor.window < kSmallestWindow) {
    return Error(Reason::kPageTokenInvalid, absl::StatusCode::kInvalidArgument,
                 "the page token is not of an export");
  }
  return cursor;
}

absl::StatusOr<PackRoom::Gathered> PackRoom::ByIndex(const v1::ExportEvidenceRequest& request,
                                                     ExportCursor cursor, const Reader& reader,
                                                     const LogState& state,
                                                     ExportBudget* budget) const {
  const std::set<uint64_t> indices(request.indices().begin(), request.indices().end());
  if (*indices.rbegin() >= state.size()) return TooSmall(*indices.rbegin() + 1, state.size());
  Gathered gathered;
  size_t bytes = 0;
  for (auto index = indices.lower_bound(cursor.from); index != indices.end(); ++index) {
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<Found> found,
                              log_->Entries(state, *index, *index + 1, kMaxPackedBytes));
    // Without its record nobody knows whose entry it was: only who reads all is told.
    if (!reader.MayRead(found[0].facts)) return Error::NotVisible(absl::StrCat("entry ", *index));
    if (found[0].stored.sealed.record().empty()) return RecordExpired(*index);
    bytes += BytesOf(found[0]);
    if (!gathered.entries.empty() && (bytes > kMaxPackedBytes || budget->spent())) {
      gathered.last = false;
      gathered.next = *index;
      break;
    }
    gathered.entries.push_back(std::move(found[0]));
  }
  if (gathered.entries.empty()) return Error::NotVisible("the entries");
  return gathered;
}

// What the request names, each alternative a search of its own.
absl::StatusOr<std::vector<Query>> PackRoom::QueriesOf(const v1::ExportEvidenceRequest& request,
                                                       const Reader& reader, const LogState& state,
                                                       uint64_t size, ExportBudget* budget) const {
  const std::string& object = request.case_object();
  if (!request.exchange().empty()) return std::vector<Query>{{.exchange = request.exchange()}};
  if (object.empty()) {
    return std::vector<Query>{{.agency = request.agency(),
                               .start = evidence::FromTimestamp(request.start_time()),
                               .end = evidence::FromTimestamp(request.end_time())}};
  }
  std::vector<Query> queries = {{.object = object}};
  if (absl::StartsWith(object, "grants/")) queries.push_back({.grant = object});
  if (absl::StartsWith(object, "resources/")) queries.push_back({.resource = object});
  if (!absl::StartsWith(object, "requests/")) return queries;
  queries.push_back({.request = object});
  SHAREWAY_ASSIGN_OR_RETURN(const std::set<std::string> grants,
                            GrantsOf(object, *log_, state, reader, size, budget));
  for (const std::string& grant : grants) {
    queries.push_back({.object = grant});
    queries.push_back({.grant = grant});
  }
  return queries;
}

absl::StatusOr<PackRoom::Gathered> PackRoom::BySearch(const v1::ExportEvidenceRequest& request,
                                                      ExportCursor cursor, const Reader& reader,
                                                      const LogState& state,
                                                      ExportBudget* budget) const {
  const uint64_t size = std::min(cursor.size, state.size());
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Query> queries,
                            QueriesOf(request, reader, state, size, budget));
  Heap all;
  uint64_t window = cursor.window;
  uint64_t begin = cursor.from;
  // One entry more than the pack holds tells that another pack follows.
  while (begin < size && !all.Overfull(kMaxPackEntries, kMaxPackedBytes)) {
    const bool smallest = window == kSmallestWindow;
    const uint64_t end = std::min(size, begin + window);
    Heap here;
    SHAREWAY_ASSIGN_OR_RETURN(
        const bool whole, Gather(*log_, state, queries, reader, begin, end,
                                 smallest && begin == cursor.from, budget, &here));
    if (!whole) {  // what lies oldest in the window may not be found yet
      if (begin == cursor.from) window = std::max(kSmallestWindow, window / 4);
      break;
    }
    if (!smallest && here.Overfull(kMany, kManyBytes)) {
      window = std::max(kSmallestWindow, window / 2);
      continue;
    }
    if (here.entries.size() < kFew && !budget->spent()) {
      window = std::min(2 * window, kLargestWindow);
    }
    for (auto& [index, found] : here.entries) all.Add(std::move(found));
    begin = end;
  }
  const size_t gathered = all.entries.size();
  Gathered first{.entries = TakeFirst(std::move(all)), .window = window};
  const bool all_taken = first.entries.size() == gathered;
  first.last = all_taken && begin >= size;
  first.next = all_taken ? begin : first.entries.back().index + 1;
  if (first.last && gathered == 0 && !cursor.given) return Error::NotVisible(Asked(request));
  return first;
}

absl::StatusOr<std::string> PackRoom::Pack(std::vector<Found> entries,
                                           const rpc::Directory& directory) const {
  const uint64_t size = entries.back().index + 1;
  if (!prover_->WaitWitnessed(size, kCheckpointWait)) {
    return Error(Reason::kNotReady, absl::StatusCode::kUnavailable,
                 absl::StrCat("no checkpoint covers ", size, " entries yet"));
  }
  const std::shared_ptr<const WitnessedCheckpoint> witnessed = prover_->Witnessed();
  evidence::Pack pack;
  pack.checkpoint = witnessed->checkpoint.note;
  pack.cosignatures = witnessed->cosignatures;
  std::set<std::string> keys;
  for (Found& one : entries) {
    SHAREWAY_RETURN_IF_ERROR(AddKeys(one, directory, &keys));
    SHAREWAY_ASSIGN_OR_RETURN(std::vector<Hash32> path,
                              prover_->Path(one.index, witnessed->checkpoint));
    pack.entries.push_back(
        {.index = one.index, .sealed = std::move(one.stored.sealed), .path = std::move(path)});
  }
  pack.keys.assign(keys.begin(), keys.end());
  return evidence::WritePack(pack);
}

absl::StatusOr<ExportedPack> PackRoom::Next(const v1::ExportEvidenceRequest& request,
                                            ExportCursor cursor, const Reader& reader,
                                            const rpc::Directory& directory,
                                            ExportBudget* budget) const {
  const std::shared_ptr<const LogState> state = audit_->state();
  if (cursor.size == 0) cursor.size = state->size();
  SHAREWAY_ASSIGN_OR_RETURN(Gathered gathered,
                            request.indices().empty()
                                ? BySearch(request, cursor, reader, *state, budget)
                                : ByIndex(request, cursor, reader, *state, budget));
  ExportedPack pack{.entries = gathered.entries.size(),
                    .last = gathered.last,
                    .next = {.from = gathered.next,
                             .size = cursor.size,
                             .given = cursor.given || !gathered.entries.empty(),
                             .window = gathered.window}};
  if (gathered.entries.empty()) return pack;
  SHAREWAY_ASSIGN_OR_RETURN(pack.json, Pack(std::move(gathered.entries), directory));
  return pack;
}

}  // namespace shareway::audit
