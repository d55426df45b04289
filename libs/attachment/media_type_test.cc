// SPDX-License-Identifier: Apache-2.0
// A file is what its content says, whatever its name is.
#include "libs/attachment/media_type.h"

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::attachment {
namespace {

Reason ReasonOf(const absl::Status& status) {
  const auto details = DetailsOf(status);
  return details ? details->reason : Reason::kUnspecified;
}

absl::StatusOr<std::string> TypeOf(absl::string_view content, size_t piece = 7) {
  MediaTypeFinder finder;
  while (!content.empty()) {
    finder.Update(content.substr(0, piece));
    content.remove_prefix(std::min(piece, content.size()));
  }
  return finder.Find();
}

// A local file header with this name, and no content.
std::string Entry(const std::string& name) {
  std::string header("PK\x03\x04", 4);
  header.append(22, '\0');
  header += static_cast<char>(name.size());
  header.append(3, '\0');
  return header + name;
}
// The same in the central directory.
std::string Listed(const std::string& name) {
  std::string header("PK\x01\x02", 4);
  header.append(24, '\0');
  header += static_cast<char>(name.size());
  header.append(17, '\0');
  return header + name;
}

TEST_CASE("Types are found by content", "[attachment]") {
  CHECK(TypeOf("%PDF-1.7 ...").value() == "application/pdf");
  CHECK(TypeOf("\x89PNG\r\n\x1A\n...").value() == "image/png");
  CHECK(TypeOf("\xFF\xD8\xFF\xE0...").value() == "image/jpeg");
  CHECK(TypeOf(absl::string_view("II*\0....", 8)).value() == "image/tiff");
  CHECK(TypeOf(absl::string_view("MM\0*....", 8)).value() == "image/tiff");
  CHECK(TypeOf("依据：第三条\r\n\tplain").value() == "text/plain");
  CHECK(TypeOf("依据", 1).value() == "text/plain");  // characters cut between pieces
  CHECK(TypeOf(Entry("OFD.xml")).value() == "application/ofd");
  CHECK(TypeOf(Entry("[Content_Types].xml") + Entry("word/document.xml")).value() ==
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
  CHECK(TypeOf(Entry("[Content_Types].xml") + Entry("xl/workbook.xml")).value() ==
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  // Names that stand behind much content are seen in the directory at the end.
  const std::string far = Entry("[Content_Types].xml") + std::string(2 << 20, 'x') +
                          Listed("[Content_Types].xml") + Listed("word/document.xml");
  CHECK(TypeOf(far, 65536).value() ==
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
}

TEST_CASE("What is not admitted is refused", "[attachment]") {
  const std::string office = Entry("[Content_Types].xml") + Entry("word/document.xml");
  for (const std::string& content :
       {std::string(), std::string("\x7F") + "ELF", std::string("MZ\x90\x00", 4), Entry("a.txt"),
        office + Entry("word/vbaProject.bin"), office + Listed("word/VBAPROJECT.BIN"),
        Entry("word/document.xml"), std::string("a\0b", 3), std::string("bell\x07"),
        std::string("\xC0\xAF"), std::string("\xED\xA0\x80"), std::string("cut \xE4\xBE"),
        std::string("\xB0\xD7\xD6\xBD"), std::string("\xC2\x85")}) {
    INFO(content.size() << " " << content.substr(0, 40));
    CHECK(ReasonOf(TypeOf(content).status()) == Reason::kAttachmentRefused);
  }
}

}  // namespace
}  // namespace shareway::attachment
