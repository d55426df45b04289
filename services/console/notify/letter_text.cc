// SPDX-License-Identifier: Apache-2.0
// The words of a letter.
#include "services/console/notify/letter_text.h"

#include <algorithm>
#include <array>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace shareway::console {
namespace {

// zh-Hans, zh-Hant, en.
using Words = std::array<const char*, 3>;
const char* In(Language language, const Words& words) {
  switch (language) {
    case Language::kSimplified: return words[0];
    case Language::kTraditional: return words[1];
    case Language::kEnglish: return words[2];
  }
  return words[2];
}

constexpr size_t kMostTitleBytes = 300;

const Words& WordsOf(Tiding tiding) {
  static constexpr Words kNone = {"通知", "通知", "Notice"};
  static constexpr Words kNewTask = {"有新的待办事项", "有新的待辦事項", "Waits for you"};
  static constexpr Words kDueTask = {"办理期限将至", "辦理期限將至", "The last day comes near"};
  static constexpr Words kOverdueTask = {"已超过办理期限", "已超過辦理期限", "Overdue"};
  static constexpr Words kApproved = {"申请已同意", "申請已同意", "Request approved"};
  static constexpr Words kRefused = {"申请未获同意", "申請未獲同意", "Request refused"};
  static constexpr Words kSuspended = {"授权已暂停", "授權已暫停", "Grant suspended"};
  static constexpr Words kResumed = {"授权已恢复", "授權已恢復", "Grant resumed"};
  static constexpr Words kRevoked = {"授权已撤销", "授權已撤銷", "Grant revoked"};
  static constexpr Words kOver = {"授权已终止", "授權已終止", "Grant over"};
  static constexpr Words kExpiring = {"授权即将到期", "授權即將到期", "Grant expires soon"};
  static constexpr Words kPublished = {"目录新发布", "目錄新發布", "Published in the catalogue"};
  static constexpr Words kRevised = {"目录已更新", "目錄已更新", "Revised in the catalogue"};
  static constexpr Words kClosed = {"资源已暂停共享", "資源已暫停共享", "Resource suspended"};
  static constexpr Words kReopened = {"资源已恢复共享", "資源已恢復共享", "Resource resumed"};
  static constexpr Words kGone = {"资源已撤销", "資源已撤銷", "Resource withdrawn"};
  switch (tiding) {
    case Tiding::kUnspecified: return kNone;
    case Tiding::kNewTask: return kNewTask;
    case Tiding::kDueTask: return kDueTask;
    case Tiding::kOverdueTask: return kOverdueTask;
    case Tiding::kRequestApproved: return kApproved;
    case Tiding::kRequestRefused: return kRefused;
    case Tiding::kGrantSuspended: return kSuspended;
    case Tiding::kGrantResumed: return kResumed;
    case Tiding::kGrantRevoked: return kRevoked;
    case Tiding::kGrantOver: return kOver;
    case Tiding::kGrantExpiring: return kExpiring;
    case Tiding::kEntryPublished: return kPublished;
    case Tiding::kEntryRevised: return kRevised;
    case Tiding::kEntryClosed: return kClosed;
    case Tiding::kEntryReopened: return kReopened;
    case Tiding::kEntryGone: return kGone;
  }
  return kNone;
}

// In UTF-8: U+200B to U+200F, U+2028 to U+202E, U+2066 to U+2069: marks that nobody sees, line ends,
// and what turns the direction of writing.
bool IsMark(absl::string_view three) {
  if (three.size() < 3 || three[0] != '\xE2') return false;
  const auto second = static_cast<unsigned char>(three[1]);
  const auto third = static_cast<unsigned char>(three[2]);
  if (second == 0x80) return (third >= 0x8B && third <= 0x8F) || (third >= 0xA8 && third <= 0xAE);
  return second == 0x81 && third >= 0xA6 && third <= 0xA9;
}

// On one line: control characters are blanks, marks are nothing; cut at a whole character.
std::string OneLine(absl::string_view text) {
  std::string line;
  for (size_t i = 0; i < text.size();) {
    if (IsMark(text.substr(i))) {
      i += 3;
      continue;
    }
    // U+0080 to U+009F, too, are control characters.
    if (text[i] == '\xC2' && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0) {
      line += ' ';
      i += 2;
      continue;
    }
    line += absl::ascii_iscntrl(static_cast<unsigned char>(text[i])) ? ' ' : text[i];
    ++i;
  }
  if (line.size() <= kMostTitleBytes) return line;
  size_t end = kMostTitleBytes;
  while (end > 0 && (static_cast<unsigned char>(line[end]) & 0xC0) == 0x80) --end;
  return absl::StrCat(line.substr(0, end), "…");
}

// True for what names of ours are made of.
bool IsName(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '/';
  });
}

std::string LinkTo(absl::string_view link, absl::string_view subject) {
  if (link.empty() || !IsName(subject)) return "";
  return absl::StrCat(link, "/", subject);
}

std::string SubjectOf(const Letter& letter, Language language) {
  if (letter.reminders.size() == 1 && letter.left_out == 0) {
    return absl::StrCat("[Shareway] ", In(language, WordsOf(letter.reminders.front().tiding)));
  }
  const size_t count = letter.reminders.size() + static_cast<size_t>(letter.left_out);
  switch (language) {
    case Language::kSimplified: return absl::StrCat("[Shareway] ", count, " 条通知");
    case Language::kTraditional: return absl::StrCat("[Shareway] ", count, " 條通知");
    case Language::kEnglish: break;
  }
  return absl::StrCat("[Shareway] ", count, " notices");
}

std::string LineOf(const Reminder& reminder, Language language, absl::string_view link) {
  const Words due = {"，办理期限：", "，辦理期限：", ", last day: "};
  const Words colon = {"：", "：", ": "};
  std::string line = absl::StrCat("- ", In(language, WordsOf(reminder.tiding)));
  if (!reminder.title.empty()) {
    absl::StrAppend(&line, In(language, colon), OneLine(reminder.title));
  }
  absl::StrAppend(&line, "\n  ", OneLine(reminder.subject));
  if (!reminder.due.empty()) absl::StrAppend(&line, In(language, due), OneLine(reminder.due));
  const std::string to = LinkTo(link, reminder.subject);
  if (!to.empty()) absl::StrAppend(&line, "\n  ", to);
  return absl::StrCat(line, "\n\n");
}

std::string Foot(Language language, absl::string_view link) {
  const Words words = {
      "本邮件由系统自动发送，请勿回复。通知设置：",
      "本郵件由系統自動發送，請勿回覆。通知設定：",
      "This mail was sent automatically; nobody reads answers to it. What you are told: "};
  return absl::StrCat("-- \n", In(language, words), link.empty() ? "" : absl::StrCat(link, "/notifications"),
                      "\n");
}

MailText CodeText(Language language, absl::string_view link, absl::string_view code) {
  const Words subject = {"[Shareway] 邮箱验证码", "[Shareway] 郵箱驗證碼",
                         "[Shareway] Code for your mail address"};
  const Words before = {"有人要求将 Shareway 的通知发送到此邮箱。验证码：",
                        "有人要求將 Shareway 的通知發送到此郵箱。驗證碼：",
                        "Somebody wants Shareway's notices sent to this address. The code: "};
  const Words after = {
      "24 小时内在控制台“通知设置”中输入方可生效。如非本人操作，无需处理，此邮箱不会收到通知。",
      "24 小時內在控制台「通知設定」中輸入方可生效。如非本人操作，無需處理，此郵箱不會收到通知。",
      "Enter it in the console under Notifications within 24 hours. If that was not you, do nothing: "
      "no notices will come."};
  return {.subject = In(language, subject),
          .body = absl::StrCat(In(language, before), code, "\n\n", In(language, after), "\n\n",
                               Foot(language, link))};
}

}  // namespace

MailText TextOf(const Letter& letter, Language language, absl::string_view link,
                absl::string_view code) {
  if (letter.purpose == Letter::Purpose::kCode) return CodeText(language, link, code);
  MailText text{.subject = SubjectOf(letter, language)};
  for (const Reminder& reminder : letter.reminders) {
    text.body += LineOf(reminder, language, link);
  }
  if (letter.left_out > 0) {
    const Words more = {"另有通知条数：", "另有通知條數：", "More notices in the console: "};
    absl::StrAppend(&text.body, In(language, more), letter.left_out, "\n\n");
  }
  text.body += Foot(language, link);
  return text;
}

std::string WebhookBody(const Letter& letter, absl::string_view link) {
  nlohmann::ordered_json body;
  const bool test = letter.reminders.empty();
  const Reminder reminder = test ? Reminder() : letter.reminders.front();
  body["type"] = test ? std::string("shareway.test")
                      : absl::StrCat("shareway.", absl::AsciiStrToLower(TidingName(reminder.tiding)));
  body["timestamp"] =
      absl::FormatTime("%Y-%m-%dT%H:%M:%E3SZ", letter.create_time, absl::UTCTimeZone());
  body["data"]["agency"] = letter.receiver;
  if (!test) {
    body["data"]["subject"] = reminder.subject;
    body["data"]["title"] = OneLine(reminder.title);
    if (!reminder.due.empty()) body["data"]["due_date"] = reminder.due;
    const std::string to = LinkTo(link, reminder.subject);
    if (!to.empty()) body["data"]["link"] = to;
  }
  return body.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace shareway::console
