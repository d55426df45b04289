// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/codes/credit_code.h"
#include "libs/codes/division_code.h"
#include "libs/codes/explain.h"
#include "libs/codes/quote.h"
#include "libs/codes/resource_code.h"

namespace shareway::codes {
namespace {

constexpr absl::string_view kGood = "91110000600037341L";

TEST_CASE("The published example of a credit code parses into its parts", "[codes]") {
  const CreditCode code = ParseCreditCode(kGood).value();
  CHECK(code.division == "110000");
  CHECK(code.organization == "600037341");
  CHECK(code.check == 'L');
  CHECK(code.kind == BodyKind::kEnterprise);
}

TEST_CASE("A spoilt credit code is refused at the place that is wrong", "[codes]") {
  struct Spoilt {
    std::string text;
    std::string place;
    std::string says;
  };
  const std::vector<Spoilt> table = {
      {"", "0", "0 bytes, want 18"},
      {"91110000600037341", "0", "17 bytes, want 18"},
      {"91110000600037341LL", "0", "19 bytes"},
      {"91110000600037341l", "18", "capitals only"},
      {"I1110000600037341L", "1", "not one of"},
      {"911100006000373\n1L", "16", "not one of"},
      {"9111A000600037341L", "5", "digits of a GB/T 2260"},
      {"91110000600037342L", "17", "is 2, want 1"},
      {"91110000600037341M", "18", "is M, want L"},
      {"19110000600037341L", "18", "want"},
      {"九一一零零零", "1", "not one of"},
  };
  for (const Spoilt& spoilt : table) {
    CAPTURE(spoilt.text);
    const absl::Status status = ParseCreditCode(spoilt.text).status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(absl::StrContains(status.message(), spoilt.says));
    CHECK(DetailsOf(status)->metadata.at("place") == spoilt.place);
  }
}

TEST_CASE("Every single wrong character of a credit code is noticed", "[codes]") {
  constexpr absl::string_view kAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
  for (size_t place = 0; place < kGood.size(); ++place) {
    for (char c : kAlphabet) {
      std::string text(kGood);
      if (text[place] == c) continue;
      text[place] = c;
      CAPTURE(text);
      CHECK_FALSE(ParseCreditCode(text).ok());
    }
  }
}

TEST_CASE("Made credit codes carry both check characters", "[codes]") {
  CHECK(MakeCreditCode('9', '1', "110000", "60003734").value().text == kGood);
  CHECK(MakeCreditCode('1', '1', "990100", "A0000001").value().kind == BodyKind::kGovernmentOrgan);
  CHECK(MakeCreditCode('1', '2', "990100", "00000002").value().kind ==
        BodyKind::kPublicInstitution);
  // Bodies whose first two places are letters exist.
  CHECK(MakeCreditCode('N', 'Y', "990100", "00000003").value().kind == BodyKind::kOther);
  for (int i = 0; i < 2000; ++i) {
    const std::string organization = absl::StrCat(10000000 + i * 4999);
    CAPTURE(organization);
    CHECK(MakeCreditCode('1', '1', "990100", organization).ok());
  }
  CHECK_FALSE(MakeCreditCode('1', '1', "9901", "00000002").ok());
  CHECK_FALSE(MakeCreditCode('1', '1', "990100", "0000000").ok());
  CHECK_FALSE(MakeCreditCode('1', '1', "990100", "0000000O").ok());
  CHECK_FALSE(MakeCreditCode('a', '1', "990100", "00000002").ok());
  CHECK_FALSE(MakeCreditCode('1', '1', "99010X", "00000002").ok());
}

TEST_CASE("The organisation check writes ten as X and eleven as zero", "[codes]") {
  CHECK(MakeCreditCode('1', '1', "990100", "00000000").value().organization == "000000000");
  // 3 x 4 = 12 = 1 mod 11, and 11 - 1 is ten.
  CHECK(MakeCreditCode('1', '1', "990100", "40000000").value().organization == "40000000X");
}

TEST_CASE("An agency id is a public body's code with an office's suffix or none", "[codes]") {
  const std::string organ = MakeCreditCode('1', '1', "990100", "A0000001").value().text;
  CHECK(ParseAgencyId(organ).value().office.empty());
  const AgencyId office = ParseAgencyId(organ + "-gk2").value();
  CHECK(office.office == "gk2");
  CHECK(office.code.text == organ);
  CHECK(office.text == organ + "-gk2");

  const std::vector<std::string> bad = {"-",          "-Gk",  "-a-b", "-01234567890123456",
                                        "-a\xe5\x8c", "/gk2", "gk2",  "- "};
  for (const std::string& suffix : bad) {
    CAPTURE(suffix);
    CHECK(ParseAgencyId(organ + suffix).status().code() == absl::StatusCode::kInvalidArgument);
  }
  const absl::Status firm = ParseAgencyId(kGood).status();
  CHECK(firm.code() == absl::StatusCode::kFailedPrecondition);
  CHECK(absl::StrContains(firm.message(), "enterprise"));
  CHECK(ParseAgencyId(kGood, "《气象法》第五条").ok());
}

TEST_CASE("A division code tells its level and parts at every length", "[codes]") {
  struct Good {
    std::string text;
    DivisionLevel level;
    std::string prefix;
  };
  const std::vector<Good> table = {
      {"11", DivisionLevel::kProvince, "11"},
      {"1101", DivisionLevel::kPrefecture, "1101"},
      {"110101", DivisionLevel::kCounty, "110101"},
      {"110000", DivisionLevel::kProvince, "11"},
      {"110100", DivisionLevel::kPrefecture, "1101"},
      {"110101001", DivisionLevel::kTownship, "110101001"},
      {"110101001001", DivisionLevel::kVillage, "110101001001"},
      {"110101001000", DivisionLevel::kTownship, "110101001"},
      {"110000000000", DivisionLevel::kProvince, "11"},
      // A prefecture with townships directly under it.
      {"441900003000", DivisionLevel::kTownship, "441900003"},
      {"441900", DivisionLevel::kPrefecture, "4419"},
      {"100000", DivisionLevel::kNation, ""},
  };
  for (const Good& good : table) {
    CAPTURE(good.text);
    const DivisionCode code = ParseDivisionCode(good.text).value();
    CHECK(code.level == good.level);
    CHECK(code.prefix == good.prefix);
    CHECK(ParseDivisionCode(code.Padded(12)).value().prefix == good.prefix);
  }
  const DivisionCode village = ParseDivisionCode("110101001002").value();
  CHECK(village.province() == "11");
  CHECK(village.county() == "01");
  CHECK(village.township() == "001");
  CHECK(village.village() == "002");
  CHECK(village.Padded(6) == "110101");
}

TEST_CASE("A spoilt division code is refused by name and place", "[codes]") {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", "0"},     {"1", "0"},         {"11010", "0"},        {"1101010", "0"},
      {"00", "1"},   {"000000", "1"},    {"001100", "1"},       {"110001", "3"},
      {"11o1", "3"}, {"1101 1", "5"},    {"110101000001", "7"}, {"1101010010011", "0"},
      {"１１", "1"}, {"110000001", "3"},
  };
  for (const auto& [text, place] : table) {
    CAPTURE(text);
    const absl::Status status = ParseDivisionCode(text).status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(DetailsOf(status)->metadata.at("place") == place);
  }
}

TEST_CASE("A division covers itself and what lies within it", "[codes]") {
  auto covers = [](absl::string_view outer, absl::string_view inner) {
    return ParseDivisionCode(outer).value().Covers(ParseDivisionCode(inner).value());
  };
  CHECK(covers("110000", "110101001001"));
  CHECK(covers("110100", "1101"));
  CHECK(covers("441900", "441900003"));
  CHECK(covers("100000", "11"));
  CHECK_FALSE(covers("110101", "110100"));
  CHECK_FALSE(covers("110101", "110102001"));
  CHECK_FALSE(covers("11", "100000"));
}

TEST_CASE("A resource code and its id are two spellings of one thing", "[codes]") {
  const ResourceCode code = ParseResourceCode("112461465423/798456").value();
  CHECK(code.category == '1');
  CHECK(code.item == "12");
  CHECK(code.sub_item == "461");
  CHECK(code.detail == "465423");
  CHECK(code.sequence == "798456");
  CHECK(code.classification() == "112461465423");
  CHECK(code.id() == "112461465423-798456");
  CHECK(ResourceCodeFromId(code.id()).value().text == code.text);
  CHECK(ParseResourceCode("306001/000001").value().detail.empty());
  CHECK(ParseResourceCode("306001/0123456789").ok());
  CHECK(ParseResourceCode("3" + std::string(38, '0') + "/0123456789").ok());
}

TEST_CASE("A spoilt resource code is refused by name and place", "[codes]") {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", "1"},
      {"406001/000001", "1"},
      {"006001/000001", "1"},
      {"306001", "7"},
      {"306001/", "8"},
      {"30600/000001", "6"},
      {"306001/00000000001", "8"},
      {"306001-000001", "7"},
      {"306001/00/001", "10"},
      {"30600a/000001", "6"},
      {"306001/000001 ", "14"},
      {"/000001", "1"},
      {"3" + std::string(40, '0') + "/0123456789", "0"},
  };
  for (const auto& [text, place] : table) {
    CAPTURE(text);
    const absl::Status status = ParseResourceCode(text).status();
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(DetailsOf(status)->metadata.at("place") == place);
  }
  CHECK_FALSE(ResourceCodeFromId("306001/000001").ok());
}

TEST_CASE("Explain reads the kind from the shape", "[codes]") {
  CHECK(Explain(kGood).value().kind == "credit code");
  CHECK(Explain("441900003").value().kind == "division code");
  CHECK(Explain("306001/000001").value().kind == "resource code");
  CHECK(Explain("306001-000001").value().kind == "resource code");
  const std::string office = MakeCreditCode('1', '1', "990100", "A0000001").value().text + "-gk2";
  const Explanation told = Explain(office).value();
  CHECK(told.kind == "agency id");
  CHECK(told.parts.front() ==
        std::make_pair(std::string("registering authority"), std::string("1 机构编制")));
  CHECK(told.parts.back() == std::make_pair(std::string("internal office"), std::string("gk2")));
  for (const char* bad : {"", "x", "北京", "91110000600037341M", "11010", "9-9", "306001/"}) {
    CAPTURE(bad);
    CHECK(Explain(bad).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("A refused value is shown printable and cut between characters", "[codes]") {
  CHECK(Quote("a\"b") == "\"a\\\"b\"");
  CHECK(Quote(absl::string_view("\0\xff", 2)) == "\"\\x00\\xff\"");
  std::string chinese;
  for (int i = 0; i < 30; ++i) chinese += "北";
  CHECK(Quote(chinese) == absl::StrCat("\"", chinese.substr(0, 63), "…\""));
}

}  // namespace
}  // namespace shareway::codes
