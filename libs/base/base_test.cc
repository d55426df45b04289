// SPDX-License-Identifier: Apache-2.0
#include <set>
#include <string>

#include "catch2/catch.hpp"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"

namespace shareway {
namespace {

TEST_CASE("Base64 has one spelling", "[base]") {
  const std::string raw("\0\xff\x10 a", 5);
  CHECK(FromBase64(ToBase64(raw)).value() == raw);
  for (const char* bad : {"QQ", "QQ= =", " QQ==", "QR==", "Q", "-_==", "QQ==\n"}) {
    CAPTURE(bad);
    CHECK_FALSE(FromBase64(bad).ok());
  }
}

TEST_CASE("Big-endian numbers sort as numbers", "[base]") {
  CHECK(BigEndian64(255) < BigEndian64(256));
  CHECK(ReadBigEndian64(BigEndian64(0x0102030405060708)) == 0x0102030405060708);
}

TEST_CASE("PrefixEnd is the first key after all that start with the prefix", "[base]") {
  CHECK(PrefixEnd("a/") == "a0");
  CHECK(PrefixEnd("a\xff") == "b");
  CHECK(PrefixEnd("\xff\xff").empty());
}

TEST_CASE("IsText refuses controls and malformed UTF-8", "[base]") {
  CHECK(IsText("北京市\n𠮷"));
  for (absl::string_view bad :
       {absl::string_view("a\0b", 3), absl::string_view("\x1b[31m"), absl::string_view("\xc0\xaf"),
        absl::string_view("\xed\xa0\x80"), absl::string_view("\xf4\x90\x80\x80"),
        absl::string_view("\xe5\x8c")}) {
    CHECK_FALSE(IsText(bad));
  }
  CHECK(CodePoints("北京a") == 3);
}

TEST_CASE("An error carries its reason, values and fields", "[base]") {
  const absl::Status status =
      Error(Reason::kGrantRevoked, absl::StatusCode::kPermissionDenied, "grants/g1 is revoked")
          .With("grant", "grants/g1")
          .With("article", "R25 27(2)");
  const auto details = DetailsOf(status);
  REQUIRE(details);
  CHECK(details->reason == Reason::kGrantRevoked);
  CHECK(details->metadata.at("grant") == "grants/g1");
  CHECK(details->metadata.at("article") == "R25 27(2)");

  const absl::Status fields = Error::Fields({{"items[0]", "is empty"}, {"period", "is 9 days"}});
  CHECK(fields.code() == absl::StatusCode::kInvalidArgument);
  CHECK(DetailsOf(fields)->fields.at(1).rule == "is 9 days");
  CHECK(Error::Fields({}).ok());
  CHECK_FALSE(DetailsOf(absl::InternalError("x")));
}

TEST_CASE("Every reason has a unique name and a sentence in each language", "[base]") {
  std::set<absl::string_view> names;
#define SHAREWAY_REASON(enumerator, name, hans, hant, en)                        \
  CHECK(names.insert(name).second);                                              \
  CHECK(ParseReason(ReasonName(Reason::enumerator)) == Reason::enumerator);      \
  for (Language l : {Language::kSimplified, Language::kTraditional, Language::kEnglish}) \
    CHECK_FALSE(ReasonText(Reason::enumerator, l).empty());
  SHAREWAY_REASONS(SHAREWAY_REASON)
#undef SHAREWAY_REASON
}

TEST_CASE("Names are parsed by their pattern", "[base]") {
  CHECK(ParseName("agencies/{a}/nodes/{n}", "agencies/11110000MB0000012X/nodes/n1").value() ==
        std::vector<std::string>{"11110000MB0000012X", "n1"});
  CHECK(HasForm("agencies/{a}/nodes/{n}", "agencies/11110000MB0000012X/nodes/n1"));
  for (const char* bad : {"agencies/a", "agencies//nodes/n", "nodes/a/agencies/n",
                          "agencies/a/nodes/n/x", "agencies/../nodes/n", "agencies/a b/nodes/n"}) {
    CAPTURE(bad);
    CHECK_FALSE(ParseName("agencies/{a}/nodes/{n}", bad).ok());
    CHECK_FALSE(HasForm("agencies/{a}/nodes/{n}", bad));
  }
}

TEST_CASE("A random id is a valid id", "[base]") {
  CHECK(IsId(IdFromRandom(std::string(15, '\xff'))));
  CHECK(IdFromRandom(std::string(15, '\0')).size() == 24);
  CHECK_FALSE(IsId("-a"));
  CHECK_FALSE(IsId("a-"));
  CHECK_FALSE(IsId("A"));
}

}  // namespace
}  // namespace shareway
