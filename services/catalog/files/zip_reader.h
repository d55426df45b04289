// SPDX-License-Identifier: Apache-2.0
// An archive from a stranger, read without trusting what it says about itself.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/catalog/files/sheet.h"

struct zip;
struct zip_file;

namespace shareway::catalog::files {

// Refused on opening: what is no archive or is damaged, spans ZIP64, has more entries or a longer
// directory than the limits, names that are absolute, lead out of the archive or occur twice (letter
// case aside), entries that are encrypted or packed other than by deflate. Not thread-safe.
class ZipReader {
 public:
  // `path` is our own spooled file.
  static absl::StatusOr<std::unique_ptr<ZipReader>> Open(const std::string& path, Limits limits);
  ~ZipReader();
  ZipReader(const ZipReader&) = delete;
  ZipReader& operator=(const ZipReader&) = delete;

  const std::vector<std::string>& names() const { return names_; }
  bool Has(absl::string_view name) const;
  // Unpacks an entry in pieces of at most 64 KiB. FILE_TOO_LARGE once all that was read from the archive
  // is over the limit, FILE_REFUSED if it is not there, damaged, or not as long as declared.
  absl::Status Read(absl::string_view name, const std::function<absl::Status(absl::string_view)>& take);

  // An entry that is unpacked piece by piece. The reader has to outlive it.
  class Part {
   public:
    // The next piece, valid until the next call; empty at the end. Errors as of Read.
    absl::StatusOr<absl::string_view> Next();

   private:
    friend class ZipReader;
    ZipReader* reader_ = nullptr;
    std::string name_ = {};
    std::unique_ptr<zip_file, int (*)(zip_file*)> file_{nullptr, nullptr};
    uint64_t declared_ = 0;
    uint64_t size_ = 0;
    std::string piece_ = {};
  };
  absl::StatusOr<std::unique_ptr<Part>> OpenPart(absl::string_view name);

 private:
  ZipReader(zip* archive, const Limits& limits) : archive_(archive), limits_(limits) {}
  absl::Status Check();

  zip* const archive_;
  const Limits limits_;
  std::vector<std::string> names_ = {};
  uint64_t unpacked_ = 0;
};

}  // namespace shareway::catalog::files
