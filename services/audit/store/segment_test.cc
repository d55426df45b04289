// SPDX-License-Identifier: Apache-2.0
// The format of segments: what is written comes back, and every changed byte is found.
#include <filesystem>

#include "services/audit/test_segments.h"

namespace shareway::audit {
namespace {

const SegmentSpan kFirst{.first = 0, .width = kSmall};

bool KeepAll(uint64_t) { return false; }
bool DropThirds(uint64_t index) { return index % 3 == 0; }

// The file that holds the log's first segment, without each third record.
struct SegmentFile {
  SegmentFile() : log(kSmall), reader(&log.store), folder(files.File("m")) {
    std::filesystem::create_directory(folder.path());
    REQUIRE(WriteSegment(folder, reader, *log.state(), kFirst, DropThirds).ok());
    path = folder.path() + "/" + kFirst.name();
    bytes = ReadAll(path);
  }
  SegmentReading Read() const {
    absl::StatusOr<SegmentReading> reading =
        ReadSegment(folder, kFirst, [](uint64_t, const EntryView&) { return absl::OkStatus(); });
    REQUIRE(reading.ok());
    return *std::move(reading);
  }
  // Nobody would take the file for what it was.
  bool Found() const { return !VerifySegment(folder, reader, *log.state(), kFirst).ok(); }

  SmallLog log;
  LogReader reader;
  kv::TestFolder files;
  Folder folder;
  std::string path;
  std::string bytes;
};

TEST_CASE("A closed segment gives back its entries and where its bundles begin", "[segment]") {
  const SegmentFile file;
  CHECK(kFirst.name() == "0000000000000000.segment");
  CHECK(*FirstInName("00000000000a4000.segment") == 0xa4000);
  CHECK_FALSE(FirstInName("00000000000A4000.segment"));
  CHECK_FALSE(FirstInName("checkpoint"));
  const SegmentReading reading = file.Read();
  CHECK(reading.closed);
  CHECK(reading.rest.ok());
  CHECK(reading.bytes == file.bytes.size());
  CHECK(reading.tally.deleted() == (kSmall + 2) / 3);
  CHECK(reading.tally.root() == file.log.state()->edge.Root(crypto::LogHasher()));
  CHECK(ReadSpan(file.folder, kFirst.name())->width == kSmall);
  const absl::StatusOr<SegmentTrailer> trailer = ReadTrailer(file.folder, kFirst);
  REQUIRE(trailer.ok());
  CHECK(trailer->offsets == std::vector<uint64_t>{36, reading.tally.bytes()});
}

// All bytes of some entries of either kind, of the header and the trailer.
TEST_CASE("A changed byte in a closed segment is found", "[segment]") {
  const SegmentFile file;
  for (size_t at = 0; at < file.bytes.size(); ++at) {
    if (at == 300) at = file.bytes.size() - 200;
    std::string damaged = file.bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    WriteAll(file.path, damaged);
    INFO("byte " << at);
    REQUIRE(file.Found());
  }
}

TEST_CASE("Each changed byte of a closed segment is found", "[.sweep]") {
  const SegmentFile file;
  for (size_t at = 0; at < file.bytes.size(); ++at) {
    std::string damaged = file.bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ (1 << at % 8));
    WriteAll(file.path, damaged);
    INFO("byte " << at);
    REQUIRE(file.Found());
  }
}

TEST_CASE("A closed segment that lost its end, or has one byte more, is not closed", "[segment]") {
  const SegmentFile file;
  for (size_t cut = 1; cut < 600; cut += cut < 120 ? 1 : 17) {
    WriteAll(file.path, file.bytes.substr(0, file.bytes.size() - cut));
    INFO("without the last " << cut << " bytes");
    REQUIRE(file.Found());
  }
  WriteAll(file.path, file.bytes + "x");
  CHECK(file.Found());
}

TEST_CASE("An open segment reads up to the first byte that is wrong", "[segment]") {
  SegmentFile file;
  std::vector<uint64_t> ends = {36};
  std::string bytes = file.bytes.substr(0, 36);
  REQUIRE(VisitEntries(file.reader, *file.log.state(), 0, 3, [&](uint64_t, const EntryView& entry) {
            absl::StrAppend(&bytes, BytesOf(entry));
            ends.push_back(bytes.size());
            return absl::OkStatus();
          }).ok());
  for (size_t at = 0; at < bytes.size(); ++at) {
    const auto whole_before = static_cast<uint64_t>(
        std::distance(ends.begin(), std::upper_bound(ends.begin(), ends.end(), at)));
    INFO("byte " << at);
    WriteAll(file.path, bytes.substr(0, at));
    const SegmentReading cut = file.Read();
    REQUIRE(cut.tally.entries() == (whole_before == 0 ? 0 : whole_before - 1));
    REQUIRE(cut.rest.ok() == (std::find(ends.begin(), ends.end(), at) != ends.end()));
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    WriteAll(file.path, damaged);
    const SegmentReading flipped = file.Read();
    REQUIRE_FALSE(flipped.rest.ok());
    REQUIRE(flipped.tally.entries() == (whole_before == 0 ? 0 : whole_before - 1));
    // A hole where an entry should be.
    WriteAll(file.path, bytes.substr(0, at) + std::string(bytes.size() - at, '\0'));
    REQUIRE(file.Read().tally.entries() <= whole_before);
  }
}

TEST_CASE("Damaged entries of the store do not replace a good segment", "[segment]") {
  SegmentFile file;
  const absl::StatusOr<kv::Entry> bundle = file.log.store.Get(BundleKey(0));
  REQUIRE(bundle.ok());
  std::string damaged = bundle->value;
  damaged[100] = static_cast<char>(damaged[100] ^ 1);
  kv::Batch batch;
  batch.Put(BundleKey(0), damaged);
  REQUIRE(file.log.store.Commit(std::move(batch)).ok());
  CHECK(WriteSegment(file.folder, file.reader, *file.log.state(), kFirst, KeepAll).code() ==
        absl::StatusCode::kDataLoss);
  CHECK(VerifySegment(file.folder, file.reader, *file.log.state(), kFirst).ok());
}

}  // namespace
}  // namespace shareway::audit
