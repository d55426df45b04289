// SPDX-License-Identifier: Apache-2.0
// Files of catalogue entries on the way up and down.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "shareway/catalog/v1/import.pb.h"

namespace shareway::cli {

// xlsx, csv, gb18030, json or dcat; FILE_FORMAT_UNSPECIFIED for anything else.
catalog::v1::FileFormat FormatNamed(absl::string_view name);
// What a file of this name holds, by its extension; FILE_FORMAT_UNSPECIFIED if that does not tell.
catalog::v1::FileFormat FormatOfFile(absl::string_view file);

// Where a fault stands and which rule it breaks, in one line: `sheet!row column: field: rule`,
// without what the fault does not have.
std::string FaultLine(const catalog::v1::ImportFault& fault);

using ExportPart = std::optional<catalog::v1::ExportResourcesResponse>;
// Hands the bytes of an export on to `write`, in order, and checks them against its last message,
// which is given back. UNAVAILABLE if the stream ends without one, and DATA_LOSS if the bytes do
// not have its digest, or more follows: what was written is not whole then. Other errors are those
// of `read` and `write`.
absl::StatusOr<catalog::v1::ExportResourcesResponse> TakeExport(
    const std::function<absl::StatusOr<ExportPart>()>& read,
    const std::function<absl::Status(absl::string_view)>& write);

// While it lives, the first SIGINT does not end the process but wakes Sleep; the second ends it. A
// process that ignores the signal goes on ignoring it. One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  // False once the signal came, at once if it had come before; true after so many milliseconds.
  bool Sleep(int milliseconds) const;
};

}  // namespace shareway::cli
