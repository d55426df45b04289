// SPDX-License-Identifier: Apache-2.0
// Reads the record format of LevelDB and RocksDB (doc/log_format.md): blocks of
// 32 KiB; a record is one full fragment, or a first, middle ones and a last; a
// fragment is masked CRC-32C (4), length (2), type (1), payload, little-endian.
// A first or full payload begins with the sequence number of its batch (8).
#include "libs/kv/wal.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/log/log.h"

namespace shareway::kv {
namespace {

constexpr size_t kBlockBytes = 32 << 10;
constexpr size_t kHeaderBytes = 7;
constexpr size_t kSequenceBytes = 8;
constexpr size_t kPageBytes = 4096;  // what a file system loses as one
constexpr size_t kMinZeros = 4;      // fewer may be somebody's
enum Type : uint8_t { kFull = 1, kFirst = 2, kLast = 4 };

// No group has this many changes: what seems to be a record with a sequence
// number further off is part of somebody's value.
constexpr uint64_t kMaxSequenceStep = 1 << 24;

// CRC-32C (Castagnoli), reflected polynomial 0x82f63b78.
constexpr std::array<uint32_t, 256> kCrcTable = [] {
  std::array<uint32_t, 256> table = {};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) ? 0x82f63b78u : 0);
    table[i] = crc;
  }
  return table;
}();

uint32_t MaskedCrc(absl::string_view bytes) {
  uint32_t crc = 0xffffffffu;
  for (const char c : bytes) crc = (crc >> 8) ^ kCrcTable[(crc ^ static_cast<uint8_t>(c)) & 0xff];
  crc = ~crc;
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

uint64_t LittleEndian(absl::string_view bytes, size_t at, size_t count) {
  uint64_t value = 0;
  for (size_t i = 0; i < count; ++i) {
    value |= static_cast<uint64_t>(static_cast<uint8_t>(bytes[at + i])) << (8 * i);
  }
  return value;
}

struct Fragment {
  size_t end = 0;                         // where the next one may begin
  bool ends_record = false;
  std::optional<uint64_t> sequence = {};  // if a record begins here
};

// The whole fragment at `at`, if there is one.
std::optional<Fragment> FragmentAt(absl::string_view bytes, size_t at) {
  const size_t block_end = std::min(bytes.size(), (at / kBlockBytes + 1) * kBlockBytes);
  if (at + kHeaderBytes > block_end) return std::nullopt;
  const auto type = static_cast<uint8_t>(bytes[at + 6]);
  const size_t length = LittleEndian(bytes, at + 4, 2);
  if (type < kFull || type > kLast || at + kHeaderBytes + length > block_end) return std::nullopt;
  // The checksum is over type and payload, which are neighbours.
  if (LittleEndian(bytes, at, 4) != MaskedCrc(bytes.substr(at + 6, length + 1))) {
    return std::nullopt;
  }
  Fragment fragment = {.end = at + kHeaderBytes + length,
                       .ends_record = type == kFull || type == kLast};
  if ((type == kFull || type == kFirst) && length >= kSequenceBytes) {
    fragment.sequence = LittleEndian(bytes, at + kHeaderBytes, kSequenceBytes);
  }
  return fragment;
}

// The log files of a store, oldest first.
std::vector<std::string> LogFiles(const std::string& dir) {
  std::vector<std::string> files;
  std::error_code error;
  for (const auto& file : std::filesystem::directory_iterator(dir, error)) {
    if (file.path().extension() == ".log" && file.is_regular_file(error)) {
      files.push_back(file.path().string());
    }
  }
  // Their names are numbers, six digits at least.
  std::sort(files.begin(), files.end(), [](const std::string& a, const std::string& b) {
    return std::pair(a.size(), a) < std::pair(b.size(), b);
  });
  return files;
}

std::string ReadAll(const std::string& path) {
  std::error_code error;
  std::string bytes(std::filesystem::file_size(path, error), '\0');
  std::ifstream in(path, std::ios::binary);
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

// Where the next fragment begins if one ends at `at`: no header straddles blocks.
size_t SkipTrailer(size_t at) {
  const size_t left = kBlockBytes - at % kBlockBytes;
  return left < kHeaderBytes ? at + left : at;
}

}  // namespace

absl::Status CheckWal(absl::string_view bytes) {
  size_t at = 0;
  std::optional<uint64_t> last;
  while (const std::optional<Fragment> fragment = FragmentAt(bytes, at)) {
    if (fragment->sequence) last = fragment->sequence;
    at = SkipTrailer(fragment->end);
  }
  // Lengths behind the break cannot be trusted: a record may begin at any byte.
  for (size_t next = at + 1; next < bytes.size(); ++next) {
    const std::optional<Fragment> fragment = FragmentAt(bytes, next);
    if (!fragment || !fragment->sequence) continue;
    if (last && (*fragment->sequence <= *last || *fragment->sequence - *last > kMaxSequenceStep)) {
      continue;
    }
    return absl::DataLossError(
        absl::StrCat("the record at byte ", at, " is damaged, a whole one follows at byte ", next));
  }
  return absl::OkStatus();
}

absl::Status CheckWals(const std::string& dir) {
  for (const std::string& path : LogFiles(dir)) {
    if (absl::Status status = CheckWal(ReadAll(path)); !status.ok()) {
      return absl::DataLossError(absl::StrCat(path, ": ", status.message()));
    }
  }
  return absl::OkStatus();
}

std::optional<size_t> TornTail(absl::string_view bytes) {
  size_t at = 0, whole = 0;
  while (const std::optional<Fragment> fragment = FragmentAt(bytes, at)) {
    at = SkipTrailer(fragment->end);
    if (fragment->ends_record) whole = fragment->end;
  }
  for (size_t page = whole; page < bytes.size(); page = (page / kPageBytes + 1) * kPageBytes) {
    const absl::string_view part =
        bytes.substr(page, (page / kPageBytes + 1) * kPageBytes - page);
    if (part.size() >= kMinZeros && part.find_first_not_of('\0') == part.npos) return whole;
  }
  return std::nullopt;
}

absl::Status DropTornTail(const std::string& dir) {
  const std::vector<std::string> files = LogFiles(dir);
  const auto newest = std::find_if(files.rbegin(), files.rend(), [](const std::string& path) {
    std::error_code error;
    return std::filesystem::file_size(path, error) > 0 && !error;
  });
  if (newest == files.rend()) return absl::OkStatus();
  const std::string bytes = ReadAll(*newest);
  const std::optional<size_t> whole = TornTail(bytes);
  if (!whole) return absl::OkStatus();
  log::Warn("torn-write-dropped",
            {{"file", *newest}, {"from", *whole}, {"bytes", bytes.size() - *whole}});
  const int fd = ::open(newest->c_str(), O_WRONLY | O_CLOEXEC);
  const bool cut = fd >= 0 && ::ftruncate(fd, static_cast<off_t>(*whole)) == 0 && ::fsync(fd) == 0;
  const int error = cut ? 0 : errno;
  if (fd >= 0) ::close(fd);
  if (cut) return absl::OkStatus();
  return absl::UnavailableError(absl::StrCat(*newest, ": ", std::strerror(error)));
}

}  // namespace shareway::kv
