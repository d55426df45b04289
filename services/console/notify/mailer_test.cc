// SPDX-License-Identifier: Apache-2.0
// Mails as they go out, and what a mail server may do with them.
#include "services/console/notify/mailer.h"

#include <fstream>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "catch2/catch.hpp"
#include "services/console/notify/test_smtp_server.h"
#include "tests/support/temp_dir.h"

namespace shareway::console {
namespace {

using Outcome = Sending::Outcome;

Mailer To(const TestSmtpServer& server, absl::Duration timeout = absl::Seconds(30)) {
  return Mailer::Open({.url = server.url(),
                       .from = "share@gov.example",
                       .plain = true,
                       .timeout = timeout})
      .value();
}

Mail Good() {
  return {.id = "0123456789abcdef",
          .to = "clerk@tax.example",
          .subject = "[Shareway] 有新的待办事项",
          .body = "企业登记信息\n.\nQUIT\n",
          .language = "zh-Hans",
          .time = absl::FromUnixSeconds(1759194000)};
}

// Headers, unfolded, and the decoded body of a mail that a server took.
struct Read {
  std::vector<std::string> envelope;
  std::vector<std::string> headers;
  std::string body;
};
Read Parse(const std::string& mail) {
  Read read;
  const std::pair<std::string, std::string> parts = absl::StrSplit(mail, absl::MaxSplits("\n\n", 1));
  for (const absl::string_view line : absl::StrSplit(parts.first, '\n')) {
    if (read.envelope.size() < 2) {
      read.envelope.emplace_back(line);
    } else if (absl::StartsWith(line, " ")) {
      read.headers.back() += std::string(line);
    } else {
      read.headers.emplace_back(line);
    }
  }
  REQUIRE(absl::Base64Unescape(absl::StrReplaceAll(parts.second, {{"\n", ""}}), &read.body));
  return read;
}

TEST_CASE("A mail arrives whole, in UTF-8, under its id", "[notify][mail]") {
  TestSmtpServer server;
  const Sending sending = To(server).Send(Good());
  INFO(sending.failure);
  REQUIRE(sending.taken());
  REQUIRE(server.mails().size() == 1);
  const Read read = Parse(server.mails()[0]);
  CHECK(read.envelope == std::vector<std::string>{"MAIL FROM:<share@gov.example>",
                                                  "RCPT TO:<clerk@tax.example>"});
  CHECK(read.headers == std::vector<std::string>{
                            "Date: Tue, 30 Sep 2025 01:00:00 +0000",
                            "From: Shareway <share@gov.example>",
                            "To: <clerk@tax.example>",
                            "Subject: =?UTF-8?B?" +
                                absl::Base64Escape("[Shareway] 有新的待办事项") + "?=",
                            "Message-ID: <0123456789abcdef@gov.example>",
                            "MIME-Version: 1.0",
                            "Content-Type: text/plain; charset=utf-8",
                            "Content-Transfer-Encoding: base64",
                            "Content-Language: zh-Hans",
                            "Auto-Submitted: auto-generated"});
  CHECK(read.body == "企业登记信息\r\n.\r\nQUIT\r\n");
  // What it is called here is nobody's business there.
  CHECK(server.heard()[0] == "EHLO gov.example");
}

TEST_CASE("Nothing in a mail can begin a header, a command or another mail", "[notify][mail]") {
  TestSmtpServer server;
  Mail mail = Good();
  mail.subject = "a\r\nBcc: thief@evil.example\r\n\r\nb";
  mail.body = "a\r\n.\r\nMAIL FROM:<thief@evil.example>\r\n";
  REQUIRE(To(server).Send(mail).taken());
  const Read read = Parse(server.mails().at(0));
  CHECK(read.headers.size() == 10);
  for (const std::string& header : read.headers) CHECK_FALSE(absl::StartsWith(header, "Bcc"));
  CHECK(server.mails().size() == 1);

  for (const char* to : {"a@b.example\r\nRCPT TO:<c@d.example>", "a@b.example> SIZE=1", "",
                         "a b@c.example", "<a@b.example>", "a@b.example,c@d.example"}) {
    INFO(to);
    mail.to = to;
    CHECK(To(server).Send(mail).outcome == Outcome::kRefused);
  }
  CHECK(server.mails().size() == 1);
  for (const std::string& line : server.heard()) {
    CHECK_FALSE(absl::StrContains(line, "c@d.example"));
  }
}

TEST_CASE("A long subject is cut between characters and put together again", "[notify][mail]") {
  TestSmtpServer server;
  Mail mail = Good();
  mail.subject.clear();
  for (int i = 0; i < 60; ++i) mail.subject += i % 7 == 0 ? "a" : "政";
  REQUIRE(To(server).Send(mail).taken());
  const std::string header = Parse(server.mails().at(0)).headers[3];
  std::string joined;
  for (absl::string_view word : absl::StrSplit(header.substr(9), ' ')) {
    CHECK(word.size() <= 75);
    REQUIRE(absl::ConsumePrefix(&word, "=?UTF-8?B?"));
    REQUIRE(absl::ConsumeSuffix(&word, "?="));
    std::string plain;
    REQUIRE(absl::Base64Unescape(word, &plain));
    // A word begins with a whole character (RFC 2047, 5).
    CHECK((static_cast<unsigned char>(plain[0]) & 0xC0) != 0x80);
    joined += plain;
  }
  CHECK(joined == mail.subject);
}

TEST_CASE("A refusal is the mail's own, its receiver's, or the server's", "[notify][mail]") {
  struct Row {
    const char* command;
    const char* answer;
    Outcome outcome;
    const char* failure;
    size_t taken;  // mails that the server has all the same
  };
  for (const Row& row : {Row{"RCPT", "550 no such person", Outcome::kRefused, "REFUSED_550", 0},
                         Row{"RCPT", "450 later", Outcome::kFailed, "REFUSED_450", 0},
                         Row{"DATA", "554 no", Outcome::kRefused, "REFUSED_554", 0},
                         Row{".", "554 spam", Outcome::kRefused, "REFUSED_554", 0},
                         Row{".", "451 later", Outcome::kFailed, "REFUSED_451", 0},
                         Row{".", "CUT", Outcome::kAway, "BROKEN", 0},
                         Row{".", "TAKE CUT", Outcome::kAway, "BROKEN", 1},
                         Row{"MAIL", "550 who are you", Outcome::kAway, "REFUSED_550", 0},
                         Row{"MAIL", "CUT", Outcome::kAway, "BROKEN", 0},
                         Row{"", "554 closed", Outcome::kAway, "REFUSED_554", 0},
                         Row{"", "CUT", Outcome::kAway, "BROKEN", 0}}) {
    INFO(row.command << " " << row.answer);
    TestSmtpServer server;
    server.Answer({{row.command, row.answer}});
    const Sending sending = To(server).Send(Good());
    CHECK(sending.outcome == row.outcome);
    CHECK(sending.failure == row.failure);
    CHECK(server.mails().size() == row.taken);
    // The next one is taken by the same server, once it does not refuse any more.
    server.Answer({});
    CHECK(To(server).Send(Good()).taken());
  }
}

TEST_CASE("A server that hangs is left, and one that is not there is away", "[notify][mail]") {
  std::string gone;
  {
    TestSmtpServer server;
    gone = server.url();
    for (const char* command : {"", "RCPT", "."}) {
      INFO(command);
      server.Answer({{command, "HANG"}});
      const Sending sending = To(server, absl::Milliseconds(300)).Send(Good());
      CHECK(sending.outcome == Outcome::kAway);
      CHECK(sending.failure == "TIMEOUT");
    }
  }
  const Mailer mailer =
      Mailer::Open({.url = gone, .from = "share@gov.example", .plain = true}).value();
  CHECK(mailer.Send(Good()).outcome == Outcome::kAway);
  CHECK(mailer.Send(Good()).failure == "UNREACHABLE");
}

TEST_CASE("A sending that is broken off by the stop counts as not sent", "[notify][mail]") {
  TestSmtpServer server;
  server.Answer({{"RCPT", "HANG"}});
  const StopSign stop = std::make_shared<std::atomic<bool>>(true);
  const Mailer mailer =
      Mailer::Open(
          {.url = server.url(), .from = "share@gov.example", .plain = true, .stop = stop})
          .value();
  const Sending sending = mailer.Send(Good());
  CHECK(sending.outcome == Outcome::kAway);
  CHECK(sending.failure == "STOPPED");
  stop->store(false);
  server.Answer({});
  CHECK(mailer.Send(Good()).taken());
}

TEST_CASE("Without the operator's word nothing is mailed over a plain line", "[notify][mail]") {
  TestSmtpServer server;
  const Mailer mailer =
      Mailer::Open({.url = server.url(), .from = "share@gov.example", .user = "u", .password = "p"})
          .value();
  const Sending sending = mailer.Send(Good());
  CHECK(sending.outcome == Outcome::kAway);
  CHECK(sending.failure == "TLS");
  CHECK(server.mails().empty());
  for (const std::string& line : server.heard()) {
    CHECK_FALSE(absl::StartsWith(line, "MAIL"));
    CHECK_FALSE(absl::StartsWith(line, "AUTH"));
  }
}

TEST_CASE("What cannot be a mail server, a sender or credentials is refused at the start",
          "[notify][mail]") {
  for (const char* url : {"", "http://mail.example", "smtp://", "smtp://user:pass@mail.example",
                          "smtp://mail.example/path", "smtps://mail.example?x", "mail.example"}) {
    INFO(url);
    CHECK(absl::IsInvalidArgument(
        Mailer::Open({.url = url, .from = "share@gov.example"}).status()));
  }
  CHECK(Mailer::Open({.url = "smtps://[2001:db8::1]:465", .from = "share@gov.example"}).ok());
  for (const char* from : {"", "share", "Share <share@gov.example>", "share@gov.example\n"}) {
    INFO(from);
    CHECK(absl::IsInvalidArgument(
        Mailer::Open({.url = "smtps://mail.example", .from = from}).status()));
  }
  const shareway::testing::TempDir dir;
  const std::string path = dir.path() + "/credentials";
  CHECK(absl::IsNotFound(ReadMailCredentials(path).status()));
  for (const char* text : {"", "user\n", "\npassword\n", "user\npassword\nmore\n"}) {
    INFO(text);
    std::ofstream(path) << text;
    const absl::Status status = ReadMailCredentials(path).status();
    CHECK(absl::IsInvalidArgument(status));
    CHECK_FALSE(absl::StrContains(status.message(), "password\n"));
  }
  std::ofstream(path) << "user\npass word\n";
  CHECK(ReadMailCredentials(path)->user == "user");
  CHECK(ReadMailCredentials(path)->password == "pass word");
}

}  // namespace
}  // namespace shareway::console
