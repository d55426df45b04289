// SPDX-License-Identifier: Apache-2.0
// What is handed in lies sealed and comes back as it was, or not at all.
#include "libs/attachment/contents.h"

#include <string>

#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/kv/memory_store.h"

namespace shareway::attachment {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1'790'000'000);
constexpr char kName[] = "attachments/a";
constexpr char kEditor[] = "people/editor";

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

std::string Pdf(size_t bytes) {
  std::string content = "%PDF-1.7 ";
  for (size_t i = content.size(); i < bytes; ++i) content += static_cast<char>('a' + i % 26);
  return content;
}

struct Kept {
  explicit Kept(std::string key = std::string(32, 'k'))
      : contents(&kv, {.chunks = "chunk/", .begun = "begun/"}, std::move(key)) {}

  absl::StatusOr<Facts> Take(const std::string& name, const std::string& content) {
    absl::StatusOr<Contents::Intake> intake = contents.Begin(name, kEditor, kNow);
    if (!intake.ok()) return intake.status();
    const absl::Status added = intake->Add(content);
    if (!added.ok()) return added;
    return intake->End("", kNow);
  }
  absl::StatusOr<std::string> Read(const std::string& name, uint32_t chunks) const {
    std::string content;
    const absl::Status read = contents.Read(name, chunks, [&](absl::string_view bytes) {
      content.append(bytes.data(), bytes.size());
      return absl::OkStatus();
    });
    if (!read.ok()) return read;
    return content;
  }
  int Keys(const std::string& prefix) {
    int keys = 0;
    (void)kv.Scan(prefix, prefix + "\xFF",
                  [&](absl::string_view, absl::string_view, uint64_t) { return ++keys > 0; });
    return keys;
  }

  kv::MemoryStore kv;
  Contents contents;
};

TEST_CASE("A content lies sealed in chunks and comes back whole", "[attachment]") {
  Kept kept;
  const std::string content = Pdf(2 * kChunk + 1);
  const Facts facts = kept.Take(kName, content).value();
  CHECK(facts.media_type == "application/pdf");
  CHECK(facts.bytes == content.size());
  CHECK(facts.sha256 == crypto::Sha256(content).str());
  CHECK(facts.chunks == 3);
  CHECK(ChunksOf(facts.bytes) == 3);
  CHECK(ChunksOf(0) == 0);
  CHECK(ChunksOf(kChunk) == 1);
  CHECK(kept.Read(kName, facts.chunks).value() == content);
  bool bare = false;
  (void)kept.kv.Scan("chunk/", "chunk0", [&](absl::string_view, absl::string_view value, uint64_t) {
    bare = bare || value.find("%PDF-1.7") != absl::string_view::npos;
    return true;
  });
  CHECK_FALSE(bare);
  // Under another key, as another attachment, or with a part missing it is nothing.
  Contents other(&kept.kv, {.chunks = "chunk/", .begun = "begun/"}, std::string(32, 'o'));
  const auto nothing = [](absl::string_view) { return absl::OkStatus(); };
  CHECK(absl::IsDataLoss(other.Read(kName, facts.chunks, nothing)));
  CHECK(absl::IsDataLoss(kept.contents.Read("attachments/b", 1, nothing)));
  CHECK(absl::IsDataLoss(kept.contents.Read(kName, facts.chunks + 1, nothing)));
  CHECK(absl::IsCancelled(kept.contents.Read(kName, facts.chunks, [](absl::string_view) {
    return absl::CancelledError("gone");
  })));
}

TEST_CASE("A content that is late, of another digest or of no admitted type is refused",
          "[attachment]") {
  Kept kept;
  Contents::Intake late = kept.contents.Begin("attachments/late", kEditor, kNow).value();
  REQUIRE(late.Add(Pdf(20)).ok());
  CHECK(ReasonOf(late.End("", kNow + kLongestUpload + absl::Seconds(1)).status()) ==
        Reason::kDeadlinePassed);
  Contents::Intake other = kept.contents.Begin("attachments/other", kEditor, kNow).value();
  REQUIRE(other.Add(Pdf(20)).ok());
  CHECK(ReasonOf(other.End(std::string(32, 'x'), kNow).status()) == Reason::kAttachmentRefused);
  CHECK(ReasonOf(kept.Take("attachments/elf", "\x7F" "ELF").status()) ==
        Reason::kAttachmentRefused);
  CHECK(ReasonOf(kept.Take("attachments/none", "").status()) == Reason::kAttachmentRefused);
}

TEST_CASE("What did not end is swept after an hour and not before", "[attachment]") {
  Kept kept;
  for (int i = 0; i < kMostUnfinished; ++i) {
    REQUIRE(kept.Take("attachments/" + std::to_string(i), Pdf(20)).ok());
  }
  const absl::Status more = kept.contents.Begin("attachments/more", kEditor, kNow).status();
  CHECK(ReasonOf(more) == Reason::kRateLimited);
  CHECK(kept.contents.Begin("attachments/theirs", "people/other", kNow).ok());
  CHECK(kept.contents.DropAbandoned(kNow + kAbandoned, 100).value() == 0);
  CHECK(kept.contents.DropAbandoned(kNow + kAbandoned + absl::Seconds(1), 4).value() == 4);
  CHECK(kept.contents.DropAbandoned(kNow + kAbandoned + absl::Seconds(1), 100).value() == 3);
  CHECK(kept.Keys("chunk/") == 0);
  CHECK(kept.Keys("begun/") == 0);
}

TEST_CASE("Without a key nothing is taken or read", "[attachment]") {
  Kept kept("");
  CHECK(ReasonOf(kept.Take(kName, Pdf(20)).status()) == Reason::kNotSupported);
  CHECK(ReasonOf(kept.Read(kName, 1).status()) == Reason::kNotSupported);
}

TEST_CASE("The name of a file has no path, no lines and one to two hundred characters",
          "[attachment]") {
  CHECK(CheckFileName("影响评估.pdf", "file_name").ok());
  for (const std::string& name : {std::string(), std::string("../a.pdf"), std::string("a\\b"),
                                  std::string("a\nb"), std::string(201, 'a'), std::string("\xff")}) {
    const auto details = DetailsOf(CheckFileName(name, "file_name"));
    REQUIRE(details);
    CHECK(details->fields.front().field == "file_name");
  }
}

}  // namespace
}  // namespace shareway::attachment
