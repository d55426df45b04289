// SPDX-License-Identifier: Apache-2.0
// Framing, tallying and checked reading of segments.
#include "services/audit/store/segment_file.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "libs/base/status.h"
#include "libs/evidence/envelope.h"

namespace shareway::audit {
namespace {

constexpr absl::string_view kMagic = "shareway/v1/segment\n";
constexpr absl::string_view kSuffix = ".segment";
constexpr size_t kHeaderBytes = kMagic.size() + 16;
constexpr absl::string_view kTrailerMark = "\xff\xff\xff\xff";
constexpr size_t kTrailerFixed = 4 + 8 + 8 + 32;
constexpr size_t kChecksumBytes = 32;
constexpr size_t kReadBytes = 4 << 20;

size_t TrailerBytes(const SegmentSpan& span) {
  return kTrailerFixed + span.width / kBundle * 8 + kChecksumBytes;
}

absl::Status DamagedFile(const Folder& folder, absl::string_view name, absl::string_view what) {
  return absl::DataLossError(absl::StrCat("segment ", folder.path(), "/", name, ": ", what));
}

uint64_t ReadBigEndian32(absl::string_view bytes) {
  return ReadBigEndian64(absl::StrCat(std::string(4, '\0'), bytes.substr(0, 4)));
}

// A window that slides over a file.
class Window {
 public:
  Window(const Folder* folder, std::string name) : folder_(folder), name_(std::move(name)) {}

  // The next `length` bytes, or what is left.
  absl::StatusOr<absl::string_view> Peek(size_t length) {
    if (bytes_.size() - at_ < length && !ended_) {
      bytes_.erase(0, std::exchange(at_, 0));
      const size_t wanted = std::max(length, kReadBytes) - bytes_.size();
      SHAREWAY_ASSIGN_OR_RETURN(const std::string more, folder_->ReadBack(name_, offset_, wanted));
      offset_ += more.size();
      ended_ = more.size() < wanted;
      bytes_ += more;
    }
    return absl::string_view(bytes_).substr(at_, length);
  }
  void Skip(size_t length) { at_ += length; }

 private:
  const Folder* const folder_;
  const std::string name_;
  std::string bytes_;
  size_t at_ = 0;        // in bytes_
  uint64_t offset_ = 0;  // in the file, of the end of bytes_
  bool ended_ = false;
};

// The entry at the window's start; nothing, and why in `rest`, if there is none.
absl::StatusOr<std::optional<EntryView>> NextEntry(const Folder& folder, const SegmentTally& tally,
                                                   Window* window, absl::Status* rest) {
  const std::string name = tally.span().name();
  SHAREWAY_ASSIGN_OR_RETURN(absl::string_view bytes, window->Peek(kEntryOverhead));
  if (bytes.empty()) return std::nullopt;
  const auto damaged = [&](absl::string_view what) {
    *rest = DamagedFile(folder, name, absl::StrCat("entry ", tally.next(), what));
    return std::nullopt;
  };
  if (bytes.size() < kEntryOverhead) return damaged(" is cut off");
  const uint64_t length = ReadBigEndian32(bytes);
  if (length > kMaxRecordBytes) return damaged(" has no length that an entry can have");
  SHAREWAY_ASSIGN_OR_RETURN(bytes, window->Peek(kEntryOverhead + length));
  if (bytes.size() < kEntryOverhead + length) return damaged(" is cut off");
  const EntryView entry{.commitment = bytes.substr(4, 32),
                        .salt = bytes.substr(36, kSaltBytes),
                        .record = bytes.substr(kEntryOverhead)};
  if (!IsWhole(entry)) return damaged(" does not have its commitment");
  return entry;
}

}  // namespace

std::string SegmentSpan::name() const {
  return absl::StrCat(absl::Hex(first, absl::kZeroPad16), kSuffix);
}

SegmentSpan SegmentOf(uint64_t index, uint64_t width) {
  return {.first = index / width * width, .width = width};
}

std::optional<uint64_t> FirstInName(absl::string_view name) {
  uint64_t first = 0;
  for (const char c : name.substr(0, 16)) {
    const char* digits = "0123456789abcdef";
    const size_t digit = absl::string_view(digits).find(c);
    if (digit == absl::string_view::npos) return std::nullopt;
    first = first * 16 + digit;
  }
  if (name != SegmentSpan{.first = first}.name()) return std::nullopt;
  return first;
}

bool IsWhole(const EntryView& entry) {
  if (!entry.record.empty()) {
    return evidence::Commitment(entry.Copy().sealed).view() == entry.commitment;
  }
  // A hole that a power cut left in a file is no entry.
  return entry.salt == std::string(kSaltBytes, '\0') && entry.commitment != Hash32().view();
}

absl::string_view BytesOf(const EntryView& entry) {
  return {entry.commitment.data() - 4, kEntryOverhead + entry.record.size()};
}

std::string BytesWithoutRecord(const EntryView& entry) {
  return absl::StrCat(std::string(4, '\0'), entry.commitment, std::string(kSaltBytes, '\0'));
}

SegmentTally::SegmentTally(SegmentSpan span) : span_(span), bytes_(kHeaderBytes) {
  hash_.Update(Header());
}

void SegmentTally::Add(const EntryView& entry) {
  if (entries() % kBundle == 0) offsets_.push_back(bytes_);
  const absl::string_view bytes = BytesOf(entry);
  hash_.Update(bytes);
  leaves_.Append(crypto::LogHasher(), crypto::LogHasher().leaf(entry.commitment));
  bytes_ += bytes.size();
  if (entry.record.empty()) ++deleted_;
}

Hash32 SegmentTally::root() const { return leaves_.Root(crypto::LogHasher()); }

std::string SegmentTally::Header() const {
  return absl::StrCat(kMagic, BigEndian64(span_.first), BigEndian64(span_.width));
}

std::string SegmentTally::Trailer() const {
  std::string trailer =
      absl::StrCat(kTrailerMark, BigEndian64(entries()), BigEndian64(deleted_), root().view());
  for (const uint64_t offset : offsets_) trailer += BigEndian64(offset);
  return absl::StrCat(trailer, crypto::Sha256(absl::StrCat(hash_.Digest().view(), trailer)).view());
}

absl::StatusOr<SegmentReading> ReadSegment(const Folder& folder, SegmentSpan span,
                                           EntryVisitor visit) {
  return ReadSegmentFile(folder, span.name(), span, visit);
}

absl::StatusOr<SegmentReading> ReadSegmentFile(const Folder& folder, const std::string& name,
                                               SegmentSpan span, EntryVisitor visit) {
  SegmentReading reading(span);
  SegmentTally& tally = reading.tally;
  Window window(&folder, name);
  SHAREWAY_ASSIGN_OR_RETURN(const absl::string_view header, window.Peek(kHeaderBytes));
  if (header != tally.Header()) {
    reading.rest = DamagedFile(folder, name, "it does not begin as such a segment does");
    return reading;
  }
  window.Skip(kHeaderBytes);
  while (!tally.complete()) {
    SHAREWAY_ASSIGN_OR_RETURN(const std::optional<EntryView> entry,
                              NextEntry(folder, tally, &window, &reading.rest));
    if (entry) reading.rest = visit(tally.next(), *entry);
    if (!entry || !reading.rest.ok()) break;
    tally.Add(*entry);
    window.Skip(BytesOf(*entry).size());
  }
  reading.bytes = tally.bytes();
  if (!tally.complete()) return reading;
  const std::string trailer = tally.Trailer();
  SHAREWAY_ASSIGN_OR_RETURN(const absl::string_view rest, window.Peek(trailer.size() + 1));
  reading.closed = rest == trailer;
  if (reading.closed) {
    reading.bytes += trailer.size();
  } else if (!rest.empty()) {
    reading.rest = DamagedFile(folder, name, "its trailer is not that of its entries");
  }
  return reading;
}

absl::StatusOr<SegmentSpan> ReadSpan(const Folder& folder, absl::string_view name) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::string header, folder.ReadBack(name, 0, kHeaderBytes));
  if (header.size() == kHeaderBytes && header.substr(0, kMagic.size()) == kMagic) {
    const absl::string_view numbers = absl::string_view(header).substr(kMagic.size());
    const SegmentSpan span{ReadBigEndian64(numbers), ReadBigEndian64(numbers.substr(8))};
    const bool power = (span.width & (span.width - 1)) == 0;
    if (span.width >= kBundle && power && span.first % span.width == 0 && span.name() == name) {
      return span;
    }
  }
  return DamagedFile(folder, name, "it does not begin as a segment of that name does");
}

absl::StatusOr<SegmentTrailer> ReadTrailer(const Folder& folder, SegmentSpan span) {
  const std::string name = span.name();
  const size_t length = TrailerBytes(span);
  SHAREWAY_ASSIGN_OR_RETURN(const uint64_t size, folder.Size(name));
  if (size < kHeaderBytes + length) return DamagedFile(folder, name, "it has no trailer");
  SHAREWAY_ASSIGN_OR_RETURN(const std::string bytes, folder.Read(name, size - length, length));
  if (bytes.size() != length || bytes.substr(0, 4) != kTrailerMark ||
      ReadBigEndian64(absl::string_view(bytes).substr(4)) != span.width) {
    return DamagedFile(folder, name, "it has no trailer");
  }
  SegmentTrailer trailer{.deleted = ReadBigEndian64(absl::string_view(bytes).substr(12))};
  SHAREWAY_ASSIGN_OR_RETURN(trailer.root, Hash32::From(absl::string_view(bytes).substr(20, 32)));
  for (size_t at = kTrailerFixed; at < length - kChecksumBytes; at += 8) {
    trailer.offsets.push_back(ReadBigEndian64(absl::string_view(bytes).substr(at)));
  }
  trailer.offsets.push_back(size - length);
  if (!std::is_sorted(trailer.offsets.begin(), trailer.offsets.end())) {
    return DamagedFile(folder, name, "its bundles are not in order");
  }
  return trailer;
}

}  // namespace shareway::audit
