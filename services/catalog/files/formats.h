// SPDX-License-Identifier: Apache-2.0
// Readers and writers by format, behind entries_file.h.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "services/catalog/files/entries_file.h"

namespace shareway::catalog::files {

absl::StatusOr<std::unique_ptr<Reader>> OpenJson(const std::string& path);
absl::StatusOr<std::unique_ptr<Writer>> CreateJson(const std::string& path);
// The guide's table (table.h).
absl::StatusOr<std::unique_ptr<Reader>> OpenCsv(const std::string& path, bool gb18030);
absl::StatusOr<std::unique_ptr<Writer>> CreateCsv(const std::string& path, bool gb18030);
absl::StatusOr<std::unique_ptr<Reader>> OpenXlsx(const std::string& path);
inline constexpr uint32_t kMaxSheetRows = 1'048'576;  // of Excel, with the headings
// Add is RESOURCE_EXHAUSTED, FILE_TOO_LARGE, beyond `max_rows`.
absl::StatusOr<std::unique_ptr<Writer>> CreateXlsx(const std::string& path,
                                                   uint32_t max_rows = kMaxSheetRows);
absl::StatusOr<std::unique_ptr<Writer>> CreateDcat(const std::string& path);

}  // namespace shareway::catalog::files
