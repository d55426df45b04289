// SPDX-License-Identifier: Apache-2.0
// What waits for a person is mailed: once a stage, whatever is killed in between.
#include <optional>

#include "catch2/catch.hpp"
#include "services/console/courier.h"
#include "services/console/notify/test_smtp_server.h"
#include "services/console/teller.h"
#include "services/console/test_console.h"

namespace shareway::console {
namespace {

Reminder Task(const std::string& id, const std::string& stage = "IN_REVIEW",
              Tiding tiding = Tiding::kNewTask) {
  return {.key = "task/requests/" + id,
          .stage = stage,
          .tiding = tiding,
          .subject = "requests/" + id,
          .title = "企业登记信息",
          .due = "2025-10-15"};
}

// One process that tells, over a disk that outlives it.
struct Telling {
  Telling(Disk* disk, const TestSmtpServer& smtp, News* news)
      : console(disk),
        mailer(Mailer::Open({.url = smtp.url(), .from = "share@gov.example", .plain = true}).value()),
        teller(console.desk.get(),
               {{.name = "sharing",
                 .ask = [news](const std::string&, const std::string&) -> absl::StatusOr<News> {
                   return *news;
                 },
                 .for_agencies = true}}) {
    carriers.mail = [this](const Mail& mail) { return mailer.Send(mail); };
    carriers.link = "https://share.example";
  }
  void Wish(const std::string& address) {
    Change change;
    NotificationSettings settings = DefaultSettings("people/clerk");
    settings.mail_address = address;
    const Stored<NotificationSettings> before = store.LoadSettings("people/clerk").value();
    NotificationStore::Put(before, settings, &change);
    REQUIRE(console.store.Commit(nullptr, "", std::move(change), console.disk->clock.Now()).ok());
  }

  TestConsole console;
  const Mailer mailer;
  Carriers carriers;
  Teller teller;
  Courier courier{console.desk.get(), &carriers, nullptr};
  const NotificationStore store{&console.store};
};

TEST_CASE("A task is mailed once, and again at its next stage", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  News news{.tasks = {Task("r1")}};
  {
    Telling telling(&disk, smtp, &news);
    CHECK(telling.teller.Round().value() == 0);  // nobody wants to be told
    telling.Wish("clerk@tax.example");
    CHECK(telling.teller.Round().value() == 1);
    CHECK(telling.teller.Round().value() == 0);
    CHECK(telling.courier.MailRound().value() == 1);
    CHECK(telling.courier.MailRound().value() == 0);
  }
  REQUIRE(smtp.mails().size() == 1);
  CHECK(absl::StartsWith(smtp.mails()[0],
                         "MAIL FROM:<share@gov.example>\nRCPT TO:<clerk@tax.example>\n"));

  Telling again(&disk, smtp, &news);
  CHECK(again.teller.Round().value() == 0);
  CHECK(again.courier.MailRound().value() == 0);
  news.tasks = {Task("r1", "OVERDUE", Tiding::kOverdueTask), Task("r2")};
  CHECK(again.teller.Round().value() == 2);
  CHECK(again.courier.MailRound().value() == 1);
  CHECK(smtp.mails().size() == 2);
}

}  // namespace
}  // namespace shareway::console
