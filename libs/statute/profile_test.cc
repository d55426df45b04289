// SPDX-License-Identifier: Apache-2.0
#include "libs/statute/profile.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "catch2/catch.hpp"
#include "libs/base/error.h"
#include "libs/statute/clock.h"
#include "libs/statute/yaml.h"

namespace shareway::statute {
namespace {

constexpr char kFolder[] = SHAREWAY_SOURCE_DIR "/deploy/statutes";

const ProfileSet& Shipped() {
  static const auto& set = *new ProfileSet(ProfileSet::Load(kFolder).value());
  return set;
}

TEST_CASE("The shipped profiles say what the two texts say", "[statute]") {
  const Profile& m16 = *Shipped().Find("cn-2016-51").value();
  const Profile& r25 = *Shipped().Find("cn-2025-809").value();
  CHECK(r25.cited() == "cn-2025-809@1");
  CHECK(r25.effective_from == absl::CivilDay(2025, 8, 1));

  CHECK(m16.catalogue_update_days == 15);
  CHECK(r25.catalogue_update_days == 10);
  CHECK(r25.catalogue_update_extension_days == 5);
  CHECK(r25.catalogue_publish_days == 2);
  CHECK_FALSE(m16.catalogue_publish_days);
  CHECK(m16.catalogue_use_conditions);  // 使用要求, 第七条
  CHECK(r25.catalogue_use_conditions);  // 使用条件, 第十三条
  CHECK_FALSE(m16.catalogue_scope_and_purposes);
  CHECK(r25.catalogue_scope_and_purposes);  // 共享范围、使用用途, 第十五条

  CHECK_FALSE(m16.unconditional_needs_request);
  CHECK(m16.unconditional_answer == UnconditionalAnswer::kDirect);
  CHECK(r25.unconditional_answer == UnconditionalAnswer::kStandingConsent);
  CHECK(r25.unconditional_reply_days == 1);
  CHECK(m16.conditional_reply_days == 10);
  CHECK(m16.conditional_extension_days == 0);
  CHECK(r25.conditional_extension_days == 10);

  CHECK_FALSE(m16.supply_days);
  CHECK(r25.supply_days == 20);
  CHECK(r25.correction_days == 10);
  CHECK(r25.usage_record_years == 3);
  CHECK(m16.annual_report_month == 2);

  CHECK(m16.not_shared_request == NotSharedRequest::kNegotiate);
  CHECK(r25.not_shared_request == NotSharedRequest::kRejectWithBasis);
  CHECK(BasisLevelName(m16.not_shared_basis_levels.back()) == "PARTY_OR_STATE_COUNCIL_POLICY");
  CHECK(BasisLevelName(r25.not_shared_basis_levels.back()) == "STATE_COUNCIL_DECISION");
  CHECK(m16.dispute_forum == DisputeForum::kJointConference);

  CHECK(r25.words.item == "数据项");
  CHECK(m16.words.item == "信息项");
  CHECK(r25.articles.reply_conditional == "R25 第二十一条第一款");
  CHECK(m16.articles.reply_extension.empty());
}

TEST_CASE("What is ours is listed as an assumption", "[statute]") {
  for (const Profile* profile : Shipped().all()) {
    CAPTURE(profile->id);
    for (const char* key :
         {"supplement.ask_days", "supplement.answer_days", "dispute.negotiation_days",
          "dispute.coordination_days", "service_change_days", "disposal_days",
          "warnings.reviewer_percent", "warnings.head_percent", "calendar.count_start_day"}) {
      CHECK(profile->assumptions.count(key) == 1);
    }
  }
}

TEST_CASE("An override changes what it names and keeps the rest", "[statute]") {
  const Profile& county = *Shipped().Find("cn-2025-809/county-2-5-10").value();
  CHECK(county.extends == "cn-2025-809");
  CHECK(county.authority_check_days == 2);
  CHECK(county.conditional_reply_days == 5);
  CHECK(county.conditional_reply_days_unpublished == 10);
  CHECK(county.conditional_extension_days == 10);
  CHECK(county.articles.supply == "R25 第二十二条第一款");
  CHECK(county.assumptions.count("authority_check_days") == 1);
  CHECK(Shipped().Find("cn-2025-809").value()->assumptions.count("authority_check_days") == 0);

  const absl::Status missing = Shipped().Find("cn-2031").status();
  CHECK(missing.code() == absl::StatusCode::kNotFound);
  CHECK(absl::StrContains(missing.message(), "cn-2016-51, cn-2025-809"));
}

TEST_CASE("Each spoilt profile file names line, key and rule", "[statute]") {
  const std::string good = ReadFile(absl::StrCat(kFolder, "/cn-2025-809.yaml")).value();
  REQUIRE(ParseProfile(good, "p.yaml").ok());
  struct Spoilt {
    const char* from;
    const char* to;
    const char* says;
  };
  const Spoilt table[] = {
      {"id: cn-2025-809", "id: CN", "p.yaml:3 id: \"CN\" is not a profile id"},
      {"version: 1", "version: one", "p.yaml:4 version"},
      {"effective_from: 2025-08-01", "effective_from: 2025-8-1", "effective_from"},
      {"party: WHO_OWES ", "party: NOBODY ", "\"NOBODY\" is not one of WHO_OWES, WHO_ASKS"},
      {"count_start_day: false", "count_start_day: no", "\"no\" is not one of true, false"},
      {"office_close: null", "office_close: 17:60", "\"17:60\" is not a time of day, HH:MM"},
      {"publish_days: 2\n", "publish_days: 2\n  pubish_days: 2\n",
       "pubish_days: is not a known key"},
      {"use_conditions: true", "use_conditions: yes", "\"yes\" is not one of true, false"},
      {"  use_conditions: true", "  use_condition: true", "catalogue.use_conditions: is missing"},
      {"scope_and_purposes: true", "scope_and_purposes: 1", "\"1\" is not one of true, false"},
      {"supply_days: 20", "supply_days: -1", "supply_days: \"-1\" is not a whole number, 1 to 250"},
      {"supply_days: 20", "supply_days: 251", "supply_days"},
      {"supply_days: 20", "supply_days: 1.5", "supply_days"},
      {"supply_days: 20\n", "", "supply_days: is missing"},
      {"disposal_days: 20", "disposal_days: null", "disposal_days: null is not a whole number"},
      {"needs_request: true", "needs_request: false", "DIRECT goes with needs_request: false"},
      {"  reply_days: 1\n", "  reply_days: null\n", "unconditional.reply_days: null"},
      {"[LAW, ", "[LAW, WHIM, ", "\"WHIM\" is not an allowed word"},
      {"head_percent: 80", "head_percent: 40", "40 is below the reviewer's 50"},
      {"  item: 数据项\n", "", "words.item: is missing"},
      {"  supply: R25 第二十二条第一款\n", "", "articles.supply: is missing"},
      {"  disposal_days: The", "  disposal_day: The",
       "assumptions.disposal_day: is not a key of this file"},
      {"words:\n", "words: none\nwordz:\n", "words: is not a map"},
      {"id: cn-2025-809", "extends: cn-2016-51\nid: cn-2025-809", "extends: is not a known key"},
      {"{id: G2, ", "{id: G1, ", "sub_gradings[1].id: \"G1\" is given twice"},
      {"{id: G2, ", "{id: G 2, ", "sub_gradings[1].id: \"G 2\", want 1 to 16"},
      {"grading: 1, order: 3", "grading: 4, order: 3", "\"4\" is not a whole number, 1 to 3"},
      {"grading: 1, order: 3", "grading: 1, order: 2", "order: 2 is that of G2 already"},
      {", en: general 4}", "}", "sub_gradings[3].en: is missing"},
      {"sensitive_grading: null", "sensitive_grading: 4", "sensitive_grading"},
  };
  for (const Spoilt& spoilt : table) {
    CAPTURE(spoilt.to);
    const std::string text = absl::StrReplaceAll(good, {{spoilt.from, spoilt.to}});
    REQUIRE(text != good);
    const absl::Status status = ParseProfile(text, "p.yaml").status();
    CAPTURE(status.message());
    CHECK(status.code() == absl::StatusCode::kInvalidArgument);
    CHECK(absl::StrContains(status.message(), spoilt.says));
  }
}

TEST_CASE("Gradings have the sub-levels of the text, by grading and order", "[statute]") {
  const Profile& r25 = *Shipped().Find("cn-2025-809").value();
  REQUIRE(r25.sub_gradings.size() == 4);
  CHECK(r25.sub_gradings[1].id == "G2");
  CHECK(r25.sub_gradings[1].grading == 1);
  CHECK(r25.sub_gradings[1].zh_hans == "一般数据2级");
  CHECK(r25.sub_gradings[1].zh_hant == "一般數據2級");
  CHECK_FALSE(r25.sensitive_grading);
  CHECK(Shipped().Find("cn-2016-51").value()->sub_gradings.empty());
  // An override keeps the list, or has one of its own, each element whole.
  CHECK(Shipped().Find("cn-2025-809/county-2-5-10").value()->sub_gradings.size() == 4);
  const std::string head = "extends: cn-2025-809\nid: cn-2025-809/x\nversion: 1\n";
  const auto with = [&](const char* list) {
    return ParseProfile(absl::StrCat(head, list), "x.yaml", &r25);
  };
  CHECK(with("sub_gradings: []\n")->sub_gradings.empty());
  const Profile own = with("sensitive_grading: 2\nsub_gradings:\n"
                           "- {id: I2, grading: 2, order: 2, zh-Hans: 乙, zh-Hant: 乙, en: b}\n"
                           "- {id: I1, grading: 2, order: 1, zh-Hans: 甲, zh-Hant: 甲, en: a}\n")
                          .value();
  REQUIRE(own.sub_gradings.size() == 2);
  CHECK(own.sub_gradings[0].id == "I1");
  CHECK(own.sensitive_grading == 2);
  for (const char* list : {"sub_gradings: none\n", "sub_gradings: [G1]\n",
                           "sub_gradings: [{id: I1, order: 1, zh-Hans: 甲, zh-Hant: 甲, en: a}]\n",
                           "sub_gradings: [{id: I1, grading: 2, order: 1, zh-Hans: 甲, en: a}]\n"}) {
    CAPTURE(list);
    CHECK(with(list).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("An override must name its parent, itself and its own version", "[statute]") {
  const Profile& parent = *Shipped().Find("cn-2025-809").value();
  const std::string good = "extends: cn-2025-809\nid: cn-2025-809/x\nversion: 3\nsupply_days: 7\n";
  const Profile child = ParseProfile(good, "x.yaml", &parent).value();
  CHECK(child.version == 3);
  CHECK(child.supply_days == 7);
  CHECK(
      ParseProfile(absl::StrCat(good, "supply_days: null\n"), "x.yaml", &parent).status().code() ==
      absl::StatusCode::kInvalidArgument);

  const std::vector<std::pair<const char*, const char*>> table = {
      {"extends: cn-2025-809", "extends: cn-2016-51"},
      {"extends: cn-2025-809\n", ""},
      {"id: cn-2025-809/x\n", ""},
      {"version: 3\n", ""},
      {"supply_days: 7", "supply_days: 0"},
      {"supply_days: 7", "suply_days: 7"},
      {"supply_days: 7", "catalogue: {publish: 7}"},
  };
  for (const auto& [from, to] : table) {
    CAPTURE(from, to);
    CHECK(
        ParseProfile(absl::StrReplaceAll(good, {{from, to}}), "x.yaml", &parent).status().code() ==
        absl::StatusCode::kInvalidArgument);
  }
  const std::string none = absl::StrReplaceAll(good, {{"supply_days: 7", "supply_days: null"}});
  CHECK_FALSE(ParseProfile(none, "x.yaml", &parent).value().supply_days);
}

TEST_CASE("Every kind of clock has a name and a term or none", "[statute]") {
  const Profile& m16 = *Shipped().Find("cn-2016-51").value();
  const Profile& r25 = *Shipped().Find("cn-2025-809").value();
  for (int i = 0; i <= static_cast<int>(ClockKind::kDisposal); ++i) {
    const ClockKind kind = static_cast<ClockKind>(i);
    CHECK(ParseClockKind(ClockKindName(kind)) == kind);
    CHECK((TermOf(r25, kind).has_value() || kind == ClockKind::kAuthorityCheck));
  }
  CHECK_FALSE(ParseClockKind("REPLY").has_value());
  CHECK_FALSE(TermOf(m16, ClockKind::kSupply).has_value());
  CHECK(TermOf(r25, ClockKind::kSupply)->days == 20);
  CHECK(TermOf(r25, ClockKind::kReplyConditional)->max_extension_days == 10);
  CHECK(TermOf(r25, ClockKind::kReplyUnpublished)->days == 10);
  CHECK(TermOf(r25, ClockKind::kCorrection)->article == "R25 第二十六条第二款");
}

}  // namespace
}  // namespace shareway::statute
