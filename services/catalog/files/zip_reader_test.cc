// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/zip_reader.h"

#include <unistd.h>
#include <zip.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::catalog::files {
namespace {

// A file in a folder of its own, gone with it.
class Shelf {
 public:
  Shelf() {
    std::string folder = (std::filesystem::temp_directory_path() / "zipXXXXXX").string();
    REQUIRE(mkdtemp(folder.data()) != nullptr);
    folder_ = folder;
  }
  ~Shelf() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::string path() const { return (folder_ / "a.zip").string(); }

  void Put(absl::string_view bytes) const {
    std::ofstream(path(), std::ios::binary | std::ios::trunc)
        .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }
  std::string Bytes() const {
    std::ifstream file(path(), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  // An archive of `count` entries with this content, the first one named `name`.
  void Pack(const std::string& name, const std::string& content, int count = 1,
            const char* password = nullptr) const {
    zip_t* const archive = zip_open(path().c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    REQUIRE(archive != nullptr);
    for (int i = 0; i < count; ++i) {
      zip_source_t* const source = zip_source_buffer(archive, content.data(), content.size(), 0);
      const std::string entry = i == 0 ? name : absl::StrCat("e", i);
      const int64_t index = zip_file_add(archive, entry.c_str(), source, ZIP_FL_ENC_UTF_8);
      REQUIRE(index >= 0);
      if (password != nullptr) {
        REQUIRE(zip_file_set_encryption(archive, static_cast<uint64_t>(index), ZIP_EM_AES_256,
                                        password) == 0);
      }
    }
    REQUIRE(zip_close(archive) == 0);
  }

 private:
  std::filesystem::path folder_;
};

// The first entry's content.
absl::StatusOr<std::string> Unpack(const Shelf& shelf, const Limits& limits = {}) {
  auto reader = ZipReader::Open(shelf.path(), limits);
  if (!reader.ok()) return reader.status();
  if ((*reader)->names().empty()) return "";
  std::string content;
  const absl::Status read =
      (*reader)->Read((*reader)->names().front(), [&](absl::string_view piece) {
        content.append(piece.data(), piece.size());
        return absl::OkStatus();
      });
  if (!read.ok()) return read;
  return content;
}

Reason ReasonOf(const absl::StatusOr<std::string>& got) {
  REQUIRE_FALSE(got.ok());
  const auto details = DetailsOf(got.status());
  REQUIRE(details);
  return details->reason;
}

TEST_CASE("What was packed is unpacked", "[files]") {
  const Shelf shelf;
  const std::string content(200000, 'x');
  shelf.Pack("xl/workbook.xml", content);
  CHECK(Unpack(shelf).value() == content);
}

TEST_CASE("Names that lead out of the archive are refused", "[files]") {
  for (const char* name : {"../a", "/a", "a/../../b", "a\\b", "C:a", "./a"}) {
    CAPTURE(name);
    const Shelf shelf;
    shelf.Pack(name, "x");
    CHECK(ReasonOf(Unpack(shelf)) == Reason::kFileRefused);
  }
}

TEST_CASE("Entries that are there twice or encrypted are refused", "[files]") {
  const Shelf twice;
  twice.Pack("E1", "x", 2);
  CHECK(ReasonOf(Unpack(twice)) == Reason::kFileRefused);
  const Shelf encrypted;
  encrypted.Pack("a", "x", 1, "secret");
  CHECK(ReasonOf(Unpack(encrypted)) == Reason::kFileRefused);
}

TEST_CASE("An archive that unpacks to too much is refused, whatever it declares", "[files]") {
  const Shelf shelf;
  shelf.Pack("a", std::string(5 << 20, '\0'));
  CHECK(shelf.Bytes().size() < 20000);
  CHECK(ReasonOf(Unpack(shelf, {.unpacked_bytes = 1 << 20})) == Reason::kFileTooLarge);
  // Declares ten bytes, in the directory and before the entry.
  std::string bytes = shelf.Bytes();
  const size_t directory = bytes.rfind("PK\x01\x02");
  REQUIRE(directory != std::string::npos);
  const std::string ten("\x0A\0\0\0", 4);
  for (const size_t at : {directory + 24, size_t{22}}) bytes.replace(at, 4, ten);
  shelf.Put(bytes);
  CHECK(ReasonOf(Unpack(shelf, {.unpacked_bytes = 1 << 20})) == Reason::kFileRefused);
}

TEST_CASE("An archive with too many entries is refused before it is opened", "[files]") {
  const Shelf shelf;
  shelf.Pack("a", "x", 11);
  CHECK(ReasonOf(Unpack(shelf, {.entries = 10})) == Reason::kFileTooLarge);
  CHECK(Unpack(shelf, {.entries = 11}).ok());
}

TEST_CASE("What is no archive, or a part of one, is refused", "[files]") {
  const Shelf shelf;
  shelf.Put("");
  CHECK(ReasonOf(Unpack(shelf)) == Reason::kFileRefused);
  shelf.Put("名称,代码\n");
  CHECK(ReasonOf(Unpack(shelf)) == Reason::kFileRefused);
  shelf.Pack("a", "content");
  const std::string bytes = shelf.Bytes();
  for (size_t length = 0; length < bytes.size(); ++length) {
    shelf.Put(absl::string_view(bytes).substr(0, length));
    CAPTURE(length);
    CHECK_FALSE(Unpack(shelf).ok());
  }
}

TEST_CASE("A damaged archive never does more than be refused", "[files]") {
  const Shelf shelf;
  const std::string content = "the content of an entry, the content of an entry";
  shelf.Pack("a", content, 3);
  const std::string bytes = shelf.Bytes();
  std::mt19937 random(20261123);
  for (int n = 0; n < 3000; ++n) {
    std::string damaged = bytes;
    for (size_t left = 1 + random() % 4; left > 0; --left) {
      damaged[random() % damaged.size()] = static_cast<char>(random());
    }
    shelf.Put(damaged);
    // What is told is the content or an error: the checksum is compared.
    if (const auto got = Unpack(shelf, {.unpacked_bytes = 1 << 20}); got.ok()) {
      CHECK(*got == content);
    } else {
      const Reason reason = ReasonOf(got);
      CHECK((reason == Reason::kFileRefused || reason == Reason::kFileTooLarge));
    }
  }
}

}  // namespace
}  // namespace shareway::catalog::files
