// SPDX-License-Identifier: Apache-2.0
#include "services/catalog/files/xml_reader.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"

namespace shareway::catalog::files {
namespace {

// Everything that is told, as text: <name key=value> … </name>.
absl::StatusOr<std::string> Told(absl::string_view bytes, size_t step, const Limits& limits = {}) {
  std::string told;
  XmlReader reader(
      "part.xml", limits,
      {.begin =
           [&](absl::string_view name, const XmlEvents::Attributes& attributes) {
             absl::StrAppend(&told, "<", name);
             for (const auto& [key, value] : attributes) absl::StrAppend(&told, " ", key, "=", value);
             absl::StrAppend(&told, ">");
             return absl::OkStatus();
           },
       .end =
           [&](absl::string_view name) {
             absl::StrAppend(&told, "</", name, ">");
             return absl::OkStatus();
           },
       .text =
           [&](absl::string_view text) {
             absl::StrAppend(&told, text);
             return absl::OkStatus();
           }});
  for (size_t at = 0; at < bytes.size(); at += step) {
    if (absl::Status fed = reader.Feed(bytes.substr(at, step)); !fed.ok()) return fed;
  }
  if (absl::Status end = reader.Finish(); !end.ok()) return end;
  return told;
}

Reason ReasonOf(const absl::StatusOr<std::string>& told) {
  REQUIRE_FALSE(told.ok());
  const auto details = DetailsOf(told.status());
  REQUIRE(details);
  return details->reason;
}

std::string Nested(int depth) {
  std::string xml;
  for (int i = 0; i < depth; ++i) xml += "<a>";
  for (int i = 0; i < depth; ++i) xml += "</a>";
  return xml;
}

TEST_CASE("Elements, attributes and text are told without namespaces", "[files]") {
  const std::string xml = "<x:c xmlns:x='urn:a' x:id='1' r='B2'>名&lt;<v/></x:c>";
  for (const size_t step : {1, 5, 1000}) {
    CHECK(Told(xml, step).value() == "<c id=1 r=B2>名<<v></v></c>");
  }
}

TEST_CASE("A document type is refused, and so is every entity of its own", "[files]") {
  CHECK(ReasonOf(Told("<!DOCTYPE a [<!ENTITY b 'bb'><!ENTITY c '&b;&b;'>]><a>&c;</a>", 1000)) ==
        Reason::kFileRefused);
  CHECK(ReasonOf(Told("<!DOCTYPE a SYSTEM 'file:///etc/hostname'><a/>", 1)) == Reason::kFileRefused);
  CHECK(ReasonOf(Told("<a>&c;</a>", 1)) == Reason::kFileRefused);
}

TEST_CASE("Deep nesting is refused at the limit", "[files]") {
  CHECK(Told(Nested(64), 1000).ok());
  CHECK(ReasonOf(Told(Nested(65), 1000)) == Reason::kFileRefused);
  CHECK(ReasonOf(Told(Nested(2000000), 65536)) == Reason::kFileRefused);
}

TEST_CASE("A huge attribute is refused before it is complete", "[files]") {
  const std::string open = absl::StrCat("<a b='", std::string(4 << 20, 'x'));
  CHECK(ReasonOf(Told(open, 65536)) == Reason::kFileTooLarge);
  CHECK(Told(absl::StrCat("<a>", std::string(4 << 20, 'x'), "</a>"), 65536).ok());
}

TEST_CASE("What is not well-formed or not complete is refused", "[files]") {
  for (const absl::string_view xml : {"", "a", "<a>", "<a></b>", "<a/><b/>", "<a b=1/>", "<a>\xFF</a>"}) {
    CAPTURE(xml);
    CHECK(ReasonOf(Told(xml, 1)) == Reason::kFileRefused);
  }
}

}  // namespace
}  // namespace shareway::catalog::files
