// SPDX-License-Identifier: Apache-2.0
// What waits for a person is mailed by real processes, once, over kills of the console.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "services/console/notify/test_smtp_server.h"
#include "shareway/console/v1/notification.pb.h"
#include "tests/scenario/steps.h"

namespace shareway::testing {
namespace {

namespace co = console::v1;

std::string NotifyMethod(const std::string& method) {
  return "/shareway.console.v1.NotificationService/" + method;
}

// The words of a mail that the server took.
std::string BodyOf(const std::string& mail) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(mail, absl::MaxSplits("\n\n", 1));
  std::string body;
  REQUIRE(absl::Base64Unescape(absl::StrReplaceAll(parts.second, {{"\n", ""}}), &body));
  return body;
}

// How many mails name the object.
int Naming(const console::TestSmtpServer& smtp, const std::string& object) {
  const std::vector<std::string> mails = smtp.mails();
  return static_cast<int>(
      std::count_if(mails.begin(), mails.end(), [&](const std::string& mail) {
        return absl::StrContains(BodyOf(mail), object + "\r\n") ||
               absl::StrContains(BodyOf(mail), object + "，");
      }));
}

int NamingAtLast(const console::TestSmtpServer& smtp, const std::string& object) {
  return AskUntil([&] { return Naming(smtp, object); }, [](int count) { return count > 0; },
                  absl::Seconds(30));
}

std::string CodeIn(const std::string& body) {
  for (const absl::string_view word : absl::StrSplit(body, absl::ByAnyChar("： \r\n"))) {
    if (std::count(word.begin(), word.end(), '-') == 6) return std::string(word);
  }
  FAIL("no code in " << body);
  return "";
}

TEST_CASE("A reviewer is mailed what waits for him, once, over kills of the console",
          "[scenario]") {
  console::TestSmtpServer smtp;
  Cluster::Options options;
  options.nodes = {};
  options.console = true;
  options.flags["console"] = {"--protection=basic",
                              "--smtp_url=" + smtp.url(),
                              "--smtp_from=share@gov.example",
                              "--smtp_plain",
                              "--notify_every=1s",
                              "--notify_link=https://share.example"};
  Cluster cluster(options);
  const auto resource = Publish(cluster, kCivil, Marriages(cluster));
  REQUIRE_OK(resource);

  co::UpdateNotificationSettingsRequest wish;
  wish.mutable_settings()->set_mail_address("reviewer@civil.example");
  wish.mutable_settings()->add_kinds(co::TASKS);
  wish.mutable_settings()->set_timing(co::AT_ONCE);
  wish.mutable_settings()->set_language(co::ZH_HANS);
  const auto set = cluster.Call<co::NotificationSettings>(
      "civil-reviewer", "console", NotifyMethod("UpdateNotificationSettings"), wish);
  REQUIRE_OK(set);
  const auto mails = AskUntil([&] { return smtp.mails(); },
                              [](const std::vector<std::string>& all) { return !all.empty(); },
                              absl::Seconds(30));
  REQUIRE(mails.size() == 1);
  co::ConfirmMailAddressRequest confirm;
  confirm.set_code(CodeIn(BodyOf(mails[0])));
  REQUIRE_OK(cluster.Call<co::NotificationSettings>("civil-reviewer", "console",
                                                    NotifyMethod("ConfirmMailAddress"), confirm));

  const auto first = AskUntilOk([&] {
    return SubmitRequest(cluster, kTax, Ask(resource->name(), {"cert_no", "husband"}));
  });
  REQUIRE_OK(first);
  INFO(cluster.LogOf("console"));
  REQUIRE(NamingAtLast(smtp, first->name()) == 1);

  // Marked as sent, too: killed before that, it would go out once more.
  const auto marked = AskUntil(
      [&] {
        return cluster.Call<co::NotificationSettings>(
            "civil-reviewer", "console", NotifyMethod("GetNotificationSettings"),
            co::GetNotificationSettingsRequest());
      },
      [](const absl::StatusOr<co::NotificationSettings>& now) {
        return now.ok() && now->delivery().waiting() == 0;
      });
  REQUIRE_OK(marked);
  REQUIRE(marked->delivery().waiting() == 0);

  // What comes while the console is dead is told when it is back, and what was told is not told again.
  cluster.Kill("console");
  const auto second = SubmitRequest(cluster, kTax, Ask(resource->name(), {"cert_no", "wife"}));
  REQUIRE_OK(second);
  cluster.Start("console");
  cluster.AwaitReady("console");
  CHECK(NamingAtLast(smtp, second->name()) == 1);
  CHECK(Naming(smtp, first->name()) == 1);

  // Nothing but number, title, day and link: no person, no scenario.
  for (const std::string& mail : smtp.mails()) {
    CHECK(absl::StrContains(mail, "RCPT TO:<reviewer@civil.example>"));
    const std::string body = BodyOf(mail);
    CHECK_FALSE(absl::StrContains(body, "people/"));
    CHECK_FALSE(absl::StrContains(body, first->scenario()));
  }
  CHECK(absl::StrContains(BodyOf(smtp.mails().back()),
                          "https://share.example/" + second->name()));

  CHECK(cluster.Stop("console") == 0);
}

}  // namespace
}  // namespace shareway::testing
