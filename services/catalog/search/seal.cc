// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/search/seal.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"

namespace shareway::catalog::search {
namespace {

namespace fs = std::filesystem;

constexpr char kSeal[] = "sealed";

// A digest against damage, not against an attacker: whoever may write here may write the store.
std::optional<uint64_t> DigestOf(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  uint64_t digest = 0x9E3779B97F4A7C15;
  std::vector<char> block(1 << 20);
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    const size_t size = static_cast<size_t>(file.gcount());
    for (size_t i = 0; i < size; i += sizeof(uint64_t)) {
      uint64_t word = 0;
      std::memcpy(&word, block.data() + i, std::min(sizeof word, size - i));
      digest = (digest ^ word) * 0xFF51AFD7ED558CCD;
      digest ^= digest >> 32;
    }
    digest ^= size;
  }
  return file.bad() ? std::nullopt : std::optional<uint64_t>(digest);
}

// A line a file, in order of names; nothing if one cannot be read.
std::optional<std::string> Listing(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> lines;
  fs::recursive_directory_iterator it(folder, error);
  for (; !error && it != fs::recursive_directory_iterator(); it.increment(error)) {
    if (it->path().filename() == kSeal && it->path().parent_path() == fs::path(folder)) continue;
    if (!it->is_regular_file(error)) continue;
    const std::optional<uint64_t> digest = DigestOf(it->path());
    if (!digest) return std::nullopt;
    lines.push_back(absl::StrCat(fs::relative(it->path(), folder, error).string(), " ",
                                 it->file_size(error), " ", absl::Hex(*digest), "\n"));
  }
  if (error) return std::nullopt;
  std::sort(lines.begin(), lines.end());
  std::string listing;
  for (const std::string& line : lines) absl::StrAppend(&listing, line);
  return listing;
}

}  // namespace

absl::Status Seal(const std::string& folder, absl::string_view state) {
  const std::optional<std::string> listing = Listing(folder);
  if (!listing) return absl::DataLossError(absl::StrCat(folder, " cannot be read"));
  const fs::path path = fs::path(folder) / kSeal;
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << absl::StrCat(state, "\n", *listing, "end\n");
  file.close();
  if (file) return absl::OkStatus();
  std::error_code error;
  fs::remove(path, error);
  return absl::ResourceExhaustedError(absl::StrCat(path.string(), " cannot be written"));
}

bool Unseal(const std::string& folder, absl::string_view state) {
  const fs::path path = fs::path(folder) / kSeal;
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  const bool readable = file.is_open() && !file.bad();
  file.close();
  std::error_code error;
  fs::remove(path, error);
  if (!readable || error) return false;
  // The common reasons first: they need no look at the files.
  if (text.str().rfind(absl::StrCat(state, "\n"), 0) != 0) return false;
  const std::optional<std::string> listing = Listing(folder);
  return listing && text.str() == absl::StrCat(state, "\n", *listing, "end\n");
}

}  // namespace shareway::catalog::search
