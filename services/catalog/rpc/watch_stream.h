// SPDX-License-Identifier: Apache-2.0
// Streams a change log to one watcher: deltas if the log reaches back to what it
// has, else a snapshot first; then every change as it happens.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "libs/base/status.h"
#include "libs/rpc/call.h"
#include "libs/rpc/server.h"
#include "services/catalog/store/change_log.h"
#include "shareway/evidence/v1/exchange.pb.h"

namespace shareway::catalog {

// How often a quiet stream looks whether its watcher is still there.
inline constexpr absl::Duration kWatchTick = absl::Milliseconds(200);

// Writes changes until the call is cancelled. `Change` is a message with
// revision, snapshot_begin and snapshot_end. `snapshot` writes all objects and
// returns the number of a change that they reflect; objects newer than it do no
// harm, since each change that follows carries the whole object. Only the end of
// a snapshot carries a revision: a watcher cut in the middle starts over. `tell`
// may take out of a change what this watcher is not told; the revision stays, since
// a watcher's lease asks for all of them. What `snapshot` writes is its own to choose.
template <typename Change>
absl::Status StreamChanges(const rpc::Call& call, const ChangeLog& log,
                           const evidence::v1::Revision& from, rpc::Writer<Change>& writer,
                           absl::FunctionRef<absl::StatusOr<uint64_t>()> snapshot,
                           void (*tell)(Change*) = nullptr) {
  uint64_t number = from.number();
  SHAREWAY_ASSIGN_OR_RETURN(const bool resumes, log.Reaches(from.epoch(), number));
  auto stamp = [&log](uint64_t n, Change* change) {
    change->mutable_revision()->set_epoch(log.epoch());
    change->mutable_revision()->set_number(n);
  };
  if (!resumes) {
    Change begin;
    begin.set_snapshot_begin(true);
    SHAREWAY_RETURN_IF_ERROR(writer.Write(begin));
    SHAREWAY_ASSIGN_OR_RETURN(number, snapshot());
    Change end;
    end.set_snapshot_end(true);
    stamp(number, &end);
    SHAREWAY_RETURN_IF_ERROR(writer.Write(end));
  }
  while (!call.cancelled()) {
    SHAREWAY_ASSIGN_OR_RETURN(const auto changes, log.Read(number, 64));
    for (const auto& [n, bytes] : changes) {
      Change change;
      if (!change.ParseFromString(bytes)) return absl::DataLossError("a change cannot be read");
      if (tell != nullptr) tell(&change);
      stamp(n, &change);
      SHAREWAY_RETURN_IF_ERROR(writer.Write(change));
      number = n;
    }
    if (changes.empty()) log.Wait(number, kWatchTick);
  }
  return absl::CancelledError("the watcher went away or the service drains");
}

}  // namespace shareway::catalog
