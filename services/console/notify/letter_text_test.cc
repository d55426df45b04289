// SPDX-License-Identifier: Apache-2.0
// What a letter says, and what it never does.
#include "services/console/notify/letter_text.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "nlohmann/json.hpp"

namespace shareway::console {
namespace {

constexpr Language kLanguages[] = {Language::kSimplified, Language::kTraditional,
                                   Language::kEnglish};

Letter LetterOf(std::vector<Reminder> reminders) {
  return {.id = "0123",
          .receiver = "people/clerk",
          .reminders = std::move(reminders),
          .create_time = absl::FromUnixSeconds(1759194000)};
}

Reminder Overdue() {
  return {.key = "clock/requests/r1",
          .stage = "OVERDUE",
          .tiding = Tiding::kOverdueTask,
          .subject = "requests/r1",
          .title = "企业登记信息",
          .due = "2025-10-15"};
}

TEST_CASE("A mail says what waits, until when and where to look", "[notify]") {
  const MailText text =
      TextOf(LetterOf({Overdue()}), Language::kSimplified, "https://share.example");
  CHECK(text.subject == "[Shareway] 已超过办理期限");
  CHECK(absl::StrContains(text.body, "已超过办理期限：企业登记信息\n"));
  CHECK(absl::StrContains(text.body, "requests/r1，办理期限：2025-10-15\n"));
  CHECK(absl::StrContains(text.body, "\n  https://share.example/requests/r1\n"));
  CHECK(absl::StrContains(text.body, "https://share.example/notifications\n"));
  const MailText without = TextOf(LetterOf({Overdue()}), Language::kEnglish, "");
  CHECK_FALSE(absl::StrContains(without.body, "https://"));
  CHECK(absl::StrContains(without.body, "Overdue: 企业登记信息\n"));
  CHECK(absl::StrContains(without.body, ", last day: 2025-10-15"));
}

TEST_CASE("Every tiding has words of its own in each language", "[notify]") {
  for (const Language language : kLanguages) {
    std::set<std::string> subjects;
    for (int i = 1; i <= static_cast<int>(Tiding::kEntryGone); ++i) {
      Reminder reminder = Overdue();
      reminder.tiding = static_cast<Tiding>(i);
      subjects.insert(TextOf(LetterOf({reminder}), language, "").subject);
    }
    CHECK(subjects.size() == static_cast<size_t>(Tiding::kEntryGone));
  }
}

TEST_CASE("A subject line says how many, and names no object", "[notify]") {
  Letter letter = LetterOf({Overdue(), Overdue()});
  letter.left_out = 3;
  for (const Language language : kLanguages) {
    const MailText text = TextOf(letter, language, "https://share.example");
    CHECK(absl::StrContains(text.subject, " 5 "));
    CHECK_FALSE(absl::StrContains(text.subject, "企业"));
    CHECK_FALSE(absl::StrContains(text.subject, "r1"));
  }
}

TEST_CASE("A title begins no line, ends no text and turns nothing round", "[notify]") {
  Reminder reminder = Overdue();
  reminder.title = "甲\r\n\n- 伪造\tx\x7F\u202Egnirts\u200B\u2028y\u0085z";
  reminder.subject = "requests/r1\nhttps://evil.example";
  reminder.due = "2025-10-15\nx";
  const MailText text = TextOf(LetterOf({reminder}), Language::kEnglish, "https://share.example");
  CHECK(absl::StrContains(text.body, "Overdue: 甲   - 伪造 x gnirtsy z\n"));
  CHECK_FALSE(absl::StrContains(text.body, "\nhttps://evil.example"));
  CHECK_FALSE(absl::StrContains(text.body, "\n- 伪造"));
  // A name that is none of ours is no link.
  CHECK_FALSE(absl::StrContains(text.body, "https://share.example/requests"));
  for (const char* mark : {"\u202E", "\u200B", "\u2028", "\u0085", "\r", "\x7F"}) {
    CHECK_FALSE(absl::StrContains(text.body, mark));
  }

  reminder.title.clear();
  for (int i = 0; i < 200; ++i) reminder.title += "政";
  const std::string body = TextOf(LetterOf({reminder}), Language::kEnglish, "").body;
  const size_t cut = body.find("…");
  REQUIRE(cut != std::string::npos);
  CHECK(body.substr(cut - 3, 3) == "政");
}

TEST_CASE("A code's mail has the code and nothing else to tell", "[notify]") {
  Letter letter = LetterOf({});
  letter.purpose = Letter::Purpose::kCode;
  for (const Language language : kLanguages) {
    const MailText text = TextOf(letter, language, "https://share.example", "3QF7-Z0TN");
    CHECK(absl::StrContains(text.body, "3QF7-Z0TN"));
    CHECK_FALSE(absl::StrContains(text.subject, "3QF7"));
  }
}

TEST_CASE("A webhook's body is JSON with one reminder, or a test", "[notify]") {
  Letter letter = LetterOf({Overdue()});
  letter.receiver = "agencies/tax";
  letter.reminders[0].title = "a\"b\xFF\u2028";
  const auto body = nlohmann::json::parse(WebhookBody(letter, "https://share.example"));
  CHECK(body == nlohmann::json{{"type", "shareway.overdue_task"},
                               {"timestamp", "2025-09-30T01:00:00.000Z"},
                               {"data",
                                {{"agency", "agencies/tax"},
                                 {"subject", "requests/r1"},
                                 {"title", "a\"b\uFFFD"},
                                 {"due_date", "2025-10-15"},
                                 {"link", "https://share.example/requests/r1"}}}});
  letter.reminders.clear();
  CHECK(nlohmann::json::parse(WebhookBody(letter, "")) ==
        nlohmann::json{{"type", "shareway.test"},
                       {"timestamp", "2025-09-30T01:00:00.000Z"},
                       {"data", {{"agency", "agencies/tax"}}}});
}

}  // namespace
}  // namespace shareway::console
