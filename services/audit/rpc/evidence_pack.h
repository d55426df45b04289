// SPDX-License-Identifier: Apache-2.0
// Evidence packs from the log: what a party takes to court.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "libs/rpc/directory.h"
#include "services/audit/audit.h"
#include "services/audit/domain/query.h"
#include "services/audit/rpc/prover.h"
#include "services/audit/store/log_reader.h"
#include "shareway/audit/v1/audit_service.pb.h"

namespace shareway::audit {

// Where an export stands: the entries [from, size) are still to be looked at. The
// size is that of the log when the export began, so that it ends.
struct ExportCursor {
  uint64_t from = 0;
  uint64_t size = 0;
  bool given = false;      // a pack before had entries
  uint64_t window = 1024;  // entries that are looked through at once

  std::string text() const;
  // INVALID_ARGUMENT, PAGE_TOKEN_INVALID, for what text() never gave.
  static absl::StatusOr<ExportCursor> Parse(absl::string_view text);
};

// What may still be spent on one call, so that none reads the whole log. Counts are those of
// LogReader::Search, which tell nobody of the entries of others; time does, a little.
struct ExportBudget {
  size_t examined = 200000;                           // entries and postings
  size_t bytes_read = 512 << 20;                      // of the store
  std::function<bool()> over = [] { return false; };  // the time is over, or nobody waits

  bool spent() const { return examined == 0 || bytes_read == 0 || over(); }
  void Charge(const SearchPage& page);
};

// A pack, complete in itself.
struct ExportedPack {
  std::string json = {};  // proto/FORMATS.md section 6; empty without entries
  size_t entries = 0;
  bool last = false;
  ExportCursor next = {};  // unless last
};

// What packs are made from. All must outlive it.
class PackRoom {
 public:
  PackRoom(const Audit* audit, const LogReader* log, const Prover* prover)
      : audit_(audit), log_(log), prover_(prover) {}

  // The next pack of the entries that `request` names and `reader` may read, oldest
  // first, at most 1000 and 1.5 MiB of records: with paths to the newest checkpoint
  // and the public key of each signature in them that the directory knows. Waits up
  // to 3 s for a checkpoint that covers them. Needs CheckExport.
  //
  // A dossier (case_object) is all that names the object, as object, resource,
  // request or grant; a request's has the dossiers of the newest 100 grants that came of
  // it, as the services said: a node cannot make its records part of another's case.
  //
  // Once `budget` is spent the pack has what was found until then, perhaps nothing, and
  // is not the last. However dense the log is, an export ends: each call gets a step further,
  // or the next one looks at less at once; the smallest step, 64 entries, is taken whole.
  //
  // UNAVAILABLE, NOT_READY, if no checkpoint covers them yet; LOG_TOO_SMALL for an
  // index beyond the log; NOT_FOUND, RECORD_EXPIRED, for an index whose record was
  // deleted, to readers of everything; the answer for strangers (Error::NotVisible) if
  // nothing of the whole export is, or not every index is, the reader's to read.
  absl::StatusOr<ExportedPack> Next(const v1::ExportEvidenceRequest& request, ExportCursor cursor,
                                    const Reader& reader, const rpc::Directory& directory,
                                    ExportBudget* budget) const;

 private:
  struct Gathered;
  absl::StatusOr<Gathered> ByIndex(const v1::ExportEvidenceRequest& request, ExportCursor cursor,
                                   const Reader& reader, const LogState& state,
                                   ExportBudget* budget) const;
  absl::StatusOr<Gathered> BySearch(const v1::ExportEvidenceRequest& request, ExportCursor cursor,
                                    const Reader& reader, const LogState& state,
                                    ExportBudget* budget) const;
  absl::StatusOr<std::vector<Query>> QueriesOf(const v1::ExportEvidenceRequest& request,
                                               const Reader& reader, const LogState& state,
                                               uint64_t size, ExportBudget* budget) const;
  absl::StatusOr<std::string> Pack(std::vector<Found> entries,
                                   const rpc::Directory& directory) const;

  const Audit* const audit_;
  const LogReader* const log_;
  const Prover* const prover_;
};

}  // namespace shareway::audit
