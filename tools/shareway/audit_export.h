// SPDX-License-Identifier: Apache-2.0
// shareway audit export: evidence into files that verify without the log.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "google/protobuf/timestamp.pb.h"
#include "tools/shareway/session.h"

namespace shareway::cli {

// What to export, as given on the command line: exactly one of exchange, indices,
// case and agency; an agency with its period.
struct ExportArgs {
  std::string exchange, object, agency, from, to, out;
  std::vector<uint64_t> indices;
};

// Writes the pack to `out`, or, if there are several, to OUT-1.json, OUT-2.json, …
// Each is complete in itself; where the context pins the log's key each is verified
// before it gets its name. Packs written before a failure stay.
absl::Status ExportPacks(Session* session, const ExportArgs& args);

// The file of pack `number` (from 1) of several: dossier.json, 2 -> dossier-2.json.
std::string PackFile(const std::string& out, int number);

// A moment: CCYY-MM-DD is its first instant in China's time, all else is RFC 3339. A
// usage error naming the text otherwise.
absl::StatusOr<google::protobuf::Timestamp> ParseMoment(const std::string& text);

}  // namespace shareway::cli
