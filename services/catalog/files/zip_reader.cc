// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/zip_reader.h"

#include <zip.h>

#include <algorithm>
#include <fstream>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "libs/base/status.h"
#include "services/catalog/files/entries_file.h"

namespace shareway::catalog::files {
namespace {

constexpr size_t kEndLength = 22;             // of the record that ends the directory
constexpr size_t kTail = kEndLength + 65535;  // which a comment may follow
constexpr uint32_t kMaxDirectory = 1 << 20;   // bytes

uint32_t Number(absl::string_view bytes, size_t at, size_t width) {
  uint32_t number = 0;
  for (size_t i = width; i-- > 0;) number = number << 8 | static_cast<unsigned char>(bytes[at + i]);
  return number;
}

// libzip reads the whole directory before it tells how long it is. It may take any end record in the tail
// for the true one, hence all of them have to be modest.
absl::Status CheckDirectory(const std::string& path, const Limits& limits) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return absl::InternalError("the spooled file cannot be opened");
  const auto size = static_cast<size_t>(file.tellg());
  // With the locator of ZIP64, which stands before the end record.
  std::string tail(std::min(size, kTail + 20), '\0');
  file.seekg(static_cast<std::streamoff>(size - tail.size()));
  file.read(tail.data(), static_cast<std::streamsize>(tail.size()));
  if (!file) return absl::InternalError("the spooled file cannot be read");
  const absl::string_view view = tail;
  bool found = false;
  for (size_t at = view.find("PK\x05\x06"); at != absl::string_view::npos;
       at = view.find("PK\x05\x06", at + 1)) {
    if (view.size() - at < kEndLength) break;
    found = true;
    if (at >= 20 && view.substr(at - 20, 4) == "PK\x06\x07") {
      return Refused("the archive uses ZIP64");
    }
    const uint32_t entries = Number(view, at + 10, 2);
    if (entries > limits.entries) {
      return TooLarge(absl::StrCat("the archive has ", entries, " entries; at most ",
                                   limits.entries));
    }
    if (Number(view, at + 12, 4) > kMaxDirectory) {
      return TooLarge(absl::StrCat("the archive's directory has over ", kMaxDirectory, " bytes"));
    }
  }
  return found ? absl::OkStatus() : Refused("the file is no archive, or its end is missing");
}

bool LeadsOut(absl::string_view name) {
  if (name.empty() || name.front() == '/' || absl::StrContains(name, '\\') ||
      absl::StrContains(name, ':')) {
    return true;
  }
  for (const absl::string_view part : absl::StrSplit(name, '/')) {
    if (part == ".." || part == ".") return true;
  }
  return false;
}

constexpr uint64_t kFreeBytes = 1 << 20;  // of a part, whatever its ratio

}  // namespace

absl::StatusOr<std::unique_ptr<ZipReader>> ZipReader::Open(const std::string& path, Limits limits) {
  if (absl::Status directory = CheckDirectory(path, limits); !directory.ok()) return directory;
  int error = 0;
  zip* const archive = zip_open(path.c_str(), ZIP_RDONLY | ZIP_CHECKCONS, &error);
  if (archive == nullptr) return Refused("the archive is damaged, or is none");
  std::unique_ptr<ZipReader> reader(new ZipReader(archive, limits));
  if (absl::Status checked = reader->Check(); !checked.ok()) return checked;
  return reader;
}

ZipReader::~ZipReader() { zip_discard(archive_); }

absl::Status ZipReader::Check() {
  const auto entries = static_cast<uint64_t>(zip_get_num_entries(archive_, 0));
  if (entries > limits_.entries) {
    return TooLarge(absl::StrCat("the archive has ", entries, " entries; at most ",
                                 limits_.entries));
  }
  std::set<std::string> seen;
  uint64_t declared = 0;
  for (uint64_t i = 0; i < entries; ++i) {
    zip_stat_t stat;
    if (zip_stat_index(archive_, i, 0, &stat) != 0) {
      return Refused("the archive's directory is damaged");
    }
    constexpr uint64_t kNeeded = ZIP_STAT_NAME | ZIP_STAT_SIZE | ZIP_STAT_COMP_METHOD |
                                 ZIP_STAT_ENCRYPTION_METHOD;
    if ((stat.valid & kNeeded) != kNeeded) return Refused("the archive's directory is damaged");
    const std::string name = stat.name;
    if (LeadsOut(name)) return Refused(absl::StrCat("entry ", i, " has a name that leads out"));
    if (!seen.insert(absl::AsciiStrToLower(name)).second) {
      return Refused(absl::StrCat("entry ", i, " is in the archive twice"));
    }
    if (stat.encryption_method != ZIP_EM_NONE) {
      return Refused(absl::StrCat("entry ", i, " is encrypted"));
    }
    if (stat.comp_method != ZIP_CM_STORE && stat.comp_method != ZIP_CM_DEFLATE) {
      return Refused(absl::StrCat("entry ", i, " is packed other than by deflate"));
    }
    if (stat.size > limits_.unpacked_bytes - declared) {
      return TooLarge(absl::StrCat("the archive unpacks to more than ", limits_.unpacked_bytes,
                                   " bytes"));
    }
    declared += stat.size;
    names_.push_back(name);
  }
  return absl::OkStatus();
}

bool ZipReader::Has(absl::string_view name) const {
  return std::find(names_.begin(), names_.end(), name) != names_.end();
}

absl::StatusOr<std::unique_ptr<ZipReader::Part>> ZipReader::OpenPart(absl::string_view name) {
  const auto at = std::find(names_.begin(), names_.end(), name);
  if (at == names_.end()) return Refused(absl::StrCat("the archive lacks ", name));
  const auto index = static_cast<uint64_t>(at - names_.begin());
  zip_stat_t stat;
  if (zip_stat_index(archive_, index, 0, &stat) != 0) return Refused("the archive is damaged");
  auto part = std::make_unique<Part>();
  part->reader_ = this;
  part->name_ = std::string(name);
  part->declared_ = stat.size;
  // What unpacks to far more than a table does is a bomb, told before it is unpacked.
  if (stat.size > kFreeBytes && (stat.size - kFreeBytes) / kMaxPackRatio > stat.comp_size) {
    return TooLarge(absl::StrCat(name, " unpacks to more than ", kMaxPackRatio, " times its size"));
  }
  part->piece_.resize(64 << 10);
  part->file_ = {zip_fopen_index(archive_, index, 0), &zip_fclose};
  if (part->file_ == nullptr) return Refused(absl::StrCat(name, " in the archive is damaged"));
  return part;
}

absl::StatusOr<absl::string_view> ZipReader::Part::Next() {
  const int64_t got = zip_fread(file_.get(), piece_.data(), piece_.size());
  if (got < 0) return Refused(absl::StrCat(name_, " in the archive is damaged"));
  const auto bytes = static_cast<uint64_t>(got);
  size_ += bytes;
  reader_->unpacked_ += bytes;
  if (size_ > declared_) return Refused(absl::StrCat(name_, " is longer than the archive says"));
  if (reader_->unpacked_ > reader_->limits_.unpacked_bytes) {
    return TooLarge(absl::StrCat("the archive unpacks to more than ",
                                 reader_->limits_.unpacked_bytes, " bytes"));
  }
  if (bytes == 0 && size_ != declared_) {
    return Refused(absl::StrCat(name_, " is shorter than the archive says"));
  }
  return absl::string_view(piece_.data(), bytes);
}

absl::Status ZipReader::Read(absl::string_view name,
                             const std::function<absl::Status(absl::string_view)>& take) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::unique_ptr<Part> part, OpenPart(name));
  while (true) {
    SHAREWAY_ASSIGN_OR_RETURN(const absl::string_view piece, part->Next());
    if (piece.empty()) return absl::OkStatus();
    SHAREWAY_RETURN_IF_ERROR(take(piece));
  }
}

}  // namespace shareway::catalog::files
