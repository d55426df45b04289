// SPDX-License-Identifier: Apache-2.0
// What waits for a person is mailed: once a stage, whatever is killed in between.
#include <algorithm>
#include <optional>

#include "absl/strings/match.h"
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
Reminder Happened(const std::string& key, const std::string& stage, Tiding tiding) {
  return {.key = key, .stage = stage, .tiding = tiding, .subject = "grants/g1"};
}

// A source that says what the test puts there; changes once, to who has not heard them.
struct World {
  std::vector<Reminder> tasks = {};
  bool more = false;
  std::vector<Reminder> changes = {};  // all that ever happened
  std::optional<bool> working_day = true;
  absl::Status broken = absl::OkStatus();
  std::vector<std::string> asked_for = {};

  NewsSource Source(const std::string& name) {
    return {.name = name,
            .ask = [this](const std::string& receiver,
                          const std::string& cursor) -> absl::StatusOr<News> {
              asked_for.push_back(receiver);
              if (!broken.ok()) return broken;
              News news{.tasks = tasks, .more = more, .working_day = working_day};
              size_t heard = cursor.empty() ? changes.size() : std::stoul(cursor);
              for (; heard < changes.size(); ++heard) news.changes.push_back(changes[heard]);
              news.cursor = std::to_string(changes.size());
              return news;
            },
            .for_agencies = true};
  }
};

// One process that tells, over a disk that outlives it.
struct Telling {
  Telling(Disk* disk, const TestSmtpServer& smtp, World* world, World* other = nullptr)
      : console(disk),
        mailer(Mailer::Open({.url = smtp.url(), .from = "share@gov.example", .plain = true}).value()),
        teller(console.desk.get(), Sources(world, other)) {
    carriers.mail = [this](const Mail& mail) { return mailer.Send(mail); };
    carriers.call = [this](const WebhookCall& call) {
      calls.push_back(call);
      return answer;
    };
    carriers.link = "https://share.example";
  }
  static std::vector<NewsSource> Sources(World* world, World* other) {
    std::vector<NewsSource> sources;
    if (other != nullptr) sources.push_back(other->Source("other"));
    sources.push_back(world->Source("sharing"));
    return sources;
  }
  NotificationSettings Wish(const std::string& address,
                            ReminderTiming timing = ReminderTiming::kAtOnce) {
    Change change;
    NotificationSettings settings = DefaultSettings("people/clerk");
    settings.mail_address = address;
    settings.timing = timing;
    NotificationStore::Put(store.LoadSettings("people/clerk").value(), settings, &change);
    REQUIRE(console.store.Commit(nullptr, "", std::move(change), console.disk->clock.Now()).ok());
    return settings;
  }
  void Hook() {
    Change change;
    const Sealed sealed = SealFor(*console.desk, kTax, "the key");
    NotificationStore::Put(store.LoadWebhook(kTax).value(),
                           {.agency = kTax,
                            .url = "https://hooks.tax.example/",
                            .kinds = {ReminderKind::kTasks, ReminderKind::kGrants},
                            .secret = {.nonce = sealed.nonce, .sealed = sealed.bytes}},
                           &change);
    REQUIRE(console.store.Commit(nullptr, "", std::move(change), console.disk->clock.Now()).ok());
  }
  int Tell() { return teller.Round().value(); }
  int Send() { return courier.MailRound().value(); }

  TestConsole console;
  const Mailer mailer;
  Carriers carriers;
  Sending answer{.outcome = Sending::Outcome::kTaken};
  std::vector<WebhookCall> calls;
  Teller teller;
  Courier courier{console.desk.get(), &carriers, nullptr};
  const NotificationStore store{&console.store};
};

std::string MessageId(const std::string& mail) {
  const size_t from = mail.find("Message-ID: ");
  REQUIRE(from != std::string::npos);
  return mail.substr(from, mail.find('\n', from) - from);
}

TEST_CASE("A task is mailed once, and again at its next stage", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  {
    Telling telling(&disk, smtp, &world);
    CHECK(telling.Tell() == 0);  // nobody wants to be told
    telling.Wish("clerk@tax.example");
    CHECK(telling.Tell() == 1);
    CHECK(telling.Tell() == 0);
    CHECK(telling.Send() == 1);
    CHECK(telling.Send() == 0);
  }
  REQUIRE(smtp.mails().size() == 1);
  CHECK(absl::StartsWith(smtp.mails()[0],
                         "MAIL FROM:<share@gov.example>\nRCPT TO:<clerk@tax.example>\n"));

  Telling again(&disk, smtp, &world);
  CHECK(again.Tell() == 0);
  CHECK(again.Send() == 0);
  world.tasks = {Task("r1", "OVERDUE", Tiding::kOverdueTask), Task("r2")};
  CHECK(again.Tell() == 2);
  CHECK(again.Send() == 1);
  CHECK(smtp.mails().size() == 2);
}

TEST_CASE("A task that left and came back is told anew, unless the list was cut", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  Telling telling(&disk, smtp, &world);
  telling.Wish("clerk@tax.example");
  CHECK(telling.Tell() == 1);
  world.tasks.clear();
  world.more = true;
  CHECK(telling.Tell() == 0);
  world.tasks = {Task("r1")};
  CHECK(telling.Tell() == 0);
  world.tasks.clear();
  world.more = false;
  CHECK(telling.Tell() == 0);
  world.tasks = {Task("r1")};
  CHECK(telling.Tell() == 1);
}

TEST_CASE("What happened before anybody asked is no news, and what happens later is told once",
          "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.changes = {Happened("grant/g1", "REVOKED", Tiding::kGrantRevoked)}};
  Telling telling(&disk, smtp, &world);
  telling.Wish("clerk@tax.example");
  CHECK(telling.Tell() == 0);
  world.changes.push_back(Happened("grant/g2", "ACTIVE", Tiding::kGrantResumed));
  CHECK(telling.Tell() == 0);  // it was never stopped
  world.changes.push_back(Happened("grant/g2", "SUSPENDED", Tiding::kGrantSuspended));
  CHECK(telling.Tell() == 1);
  // Written again without another stage.
  world.changes.push_back(Happened("grant/g2", "SUSPENDED", Tiding::kGrantSuspended));
  CHECK(telling.Tell() == 0);
  world.changes.push_back(Happened("grant/g2", "ACTIVE", Tiding::kGrantResumed));
  world.changes.push_back(Happened("grant/g2", "SUSPENDED", Tiding::kGrantSuspended));
  CHECK(telling.Tell() == 2);
}

TEST_CASE("Kinds that a person does not want are not told", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  Telling telling(&disk, smtp, &world);
  NotificationSettings settings = telling.Wish("clerk@tax.example");
  settings.kinds = {ReminderKind::kGrants};
  Change change;
  NotificationStore::Put(telling.store.LoadSettings("people/clerk").value(), settings, &change);
  REQUIRE(telling.console.store.Commit(nullptr, "", std::move(change), disk.clock.Now()).ok());
  CHECK(telling.Tell() == 0);
  world.changes.push_back(Happened("grant/g1", "REVOKED", Tiding::kGrantRevoked));
  world.changes.push_back(Happened("decision/r1", "APPROVED", Tiding::kRequestApproved));
  CHECK(telling.Tell() == 1);
  telling.Wish("clerk@tax.example");  // of all kinds again: what waits now is told
  CHECK(telling.Tell() == 1);
}

TEST_CASE("Killed after the server took a mail, it goes out once more under its id", "[notify]") {
  for (const bool applied : {false, true}) {
    INFO(applied);
    Disk disk;
    TestSmtpServer smtp;
    World world{.tasks = {Task("r1")}};
    {
      Telling telling(&disk, smtp, &world);
      telling.Wish("clerk@tax.example");
      CHECK(telling.Tell() == 1);
      // The try is noted; then the mail goes out; then the process dies at the next commit.
      int commits = 0;
      disk.kv.on_commit = [&](const kv::Batch&) -> kv::Outcome {
        if (++commits == 1) return {};
        return {.apply = applied, .status = absl::InternalError("killed")};
      };
      CHECK_FALSE(telling.courier.MailRound().ok());
      CHECK(commits == 2);
      disk.kv.on_commit = nullptr;
    }
    REQUIRE(smtp.mails().size() == 1);
    Telling again(&disk, smtp, &world);
    CHECK(again.Tell() == 0);
    disk.clock.Advance(absl::Minutes(1));
    CHECK(again.Send() == (applied ? 0 : 1));
    CHECK(again.Send() == 0);
    for (const std::string& mail : smtp.mails()) {
      CHECK(MessageId(mail) == MessageId(smtp.mails()[0]));
    }
    CHECK(smtp.mails().size() == (applied ? 1u : 2u));
  }
}

TEST_CASE("A mail whose acceptance got lost on the way is sent again under its id", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  Telling telling(&disk, smtp, &world);
  telling.Wish("clerk@tax.example");
  CHECK(telling.Tell() == 1);
  smtp.Answer({{".", "TAKE CUT"}});
  CHECK(telling.Send() == 0);
  smtp.Answer({});
  CHECK(telling.Send() == 0);  // not at once
  disk.clock.Advance(absl::Minutes(1));
  CHECK(telling.Send() == 1);
  REQUIRE(smtp.mails().size() == 2);
  CHECK(MessageId(smtp.mails()[0]) == MessageId(smtp.mails()[1]));
}

TEST_CASE("Killed between finding out and writing, nothing is lost and nothing doubled",
          "[notify]") {
  for (const bool applied : {false, true}) {
    INFO(applied);
    Disk disk;
    TestSmtpServer smtp;
    World world;
    {
      Telling telling(&disk, smtp, &world);
      telling.Wish("clerk@tax.example");
      CHECK(telling.Tell() == 0);
      world.tasks = {Task("r1")};
      world.changes.push_back(Happened("grant/g1", "REVOKED", Tiding::kGrantRevoked));
      disk.kv.on_commit = [&](const kv::Batch&) -> kv::Outcome {
        return {.apply = applied, .status = absl::InternalError("killed")};
      };
      CHECK(telling.Tell() == 0);
      CHECK(telling.teller.failures() == 1);
      disk.kv.on_commit = nullptr;
    }
    Telling again(&disk, smtp, &world);
    CHECK(again.Tell() == (applied ? 0 : 2));
    CHECK(again.Send() == 1);
    CHECK(again.Tell() == 0);
    CHECK(smtp.mails().size() == 1);
  }
}

TEST_CASE("A store that takes nothing sends nothing", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  Telling telling(&disk, smtp, &world);
  telling.Wish("clerk@tax.example");
  CHECK(telling.Tell() == 1);
  disk.kv.on_commit = [](const kv::Batch&) -> kv::Outcome {
    return {.apply = false, .status = absl::ResourceExhaustedError("full")};
  };
  for (int i = 0; i < 5; ++i) {
    CHECK_FALSE(telling.courier.MailRound().ok());
    disk.clock.Advance(absl::Minutes(10));
  }
  CHECK(smtp.mails().empty());
  disk.kv.on_commit = nullptr;
  CHECK(telling.Send() == 1);
}

TEST_CASE("What a server refuses for good is given up and shown, and the rest goes on",
          "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  Telling telling(&disk, smtp, &world);
  telling.Wish("clerk@tax.example");
  CHECK(telling.Tell() == 1);
  smtp.Answer({{"RCPT", "550 no such person"}});
  CHECK(telling.Send() == 0);
  Delivery delivery = telling.store.LoadDelivery("people/clerk")->value;
  CHECK(delivery.given_up == 1);
  CHECK(delivery.failure == "REFUSED_550");
  CHECK(telling.store.BacklogOf()->letters == 0);
  smtp.Answer({});
  world.tasks.push_back(Task("r2"));
  CHECK(telling.Tell() == 1);
  CHECK(telling.Send() == 1);
  CHECK(telling.store.LoadDelivery("people/clerk")->value.sent == disk.clock.Now());
}

TEST_CASE("A receiver who fails is tried ever less often, and given up after three days",
          "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  Telling telling(&disk, smtp, &world);
  telling.Wish("clerk@tax.example");
  CHECK(telling.Tell() == 1);
  smtp.Answer({{"RCPT", "450 later"}});
  const auto tries = [&] {
    const std::vector<std::string> heard = smtp.heard();
    return std::count_if(heard.begin(), heard.end(), [](const std::string& line) {
      return absl::StartsWith(line, "RCPT");
    });
  };
  // Every ten seconds for an hour: 15 s, 30 s, 1 min, and so on between.
  for (int i = 0; i < 360; ++i) {
    CHECK(telling.Send() == 0);
    disk.clock.Advance(absl::Seconds(10));
  }
  CHECK(tries() >= 7);
  CHECK(tries() <= 9);
  CHECK(telling.store.LoadDelivery("people/clerk")->value.failures == tries());
  disk.clock.Advance(kLetterLife);
  CHECK(telling.Send() == 0);
  CHECK(telling.store.BacklogOf()->letters == 0);
  CHECK(telling.store.LoadDelivery("people/clerk")->value.given_up == 1);
}

TEST_CASE("Who does not stand any more is told nothing, and begins anew later", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  Telling telling(&disk, smtp, &world);
  telling.Wish("clerk@tax.example");
  CHECK(telling.Tell() == 1);
  telling.console.people["people/clerk"].stands = false;
  CHECK(telling.Send() == 0);
  world.asked_for.clear();
  CHECK(telling.Tell() == 0);
  CHECK(world.asked_for.empty());
  CHECK(smtp.mails().empty());
  CHECK(telling.store.BacklogOf()->letters == 0);
  telling.console.people["people/clerk"].stands = true;
  CHECK(telling.Tell() == 1);
}

TEST_CASE("Whose account is suspended is told nothing", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  Telling telling(&disk, smtp, &world);
  telling.console.Open(Clerk(), Keeper());
  telling.Wish("clerk@tax.example");
  REQUIRE(telling.console.Act(AccountAct::kSuspend, Clerk(), Keeper()).ok());
  CHECK(telling.Tell() == 0);
  REQUIRE(telling.console.Act(AccountAct::kResume, Clerk(), Keeper()).ok());
  CHECK(telling.Tell() == 1);
}

TEST_CASE("A digest goes out once a working day, from nine to six, with the newest of each",
          "[notify]") {
  Disk disk;
  disk.clock.Advance(-absl::Hours(1));  // eight in the morning
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  Telling telling(&disk, smtp, &world);
  telling.Wish("clerk@tax.example", ReminderTiming::kDaily);
  CHECK(telling.Tell() == 1);
  CHECK(telling.Send() == 0);
  world.tasks = {Task("r1", "OVERDUE", Tiding::kOverdueTask), Task("r2")};
  CHECK(telling.Tell() == 2);
  disk.clock.Advance(absl::Hours(1));
  world.working_day = false;
  CHECK(telling.Tell() == 0);
  CHECK(telling.Send() == 0);
  world.working_day.reset();  // nobody knows
  CHECK(telling.Tell() == 0);
  CHECK(telling.Send() == 0);
  world.working_day = true;
  CHECK(telling.Tell() == 0);
  const auto letters = telling.store.Letters("people/clerk", 10).value();
  REQUIRE(letters.size() == 1);
  REQUIRE(letters[0].value.reminders.size() == 2);
  CHECK(letters[0].value.reminders[0].stage == "OVERDUE");
  CHECK(telling.Send() == 1);
  // The next one waits for the next day.
  world.tasks.push_back(Task("r3"));
  CHECK(telling.Tell() == 1);
  disk.clock.Advance(absl::Hours(8));
  CHECK(telling.Tell() == 0);
  CHECK(telling.Send() == 0);
  disk.clock.Advance(absl::Hours(10));  // three in the morning
  CHECK(telling.Tell() == 0);
  CHECK(telling.Send() == 0);
  disk.clock.Advance(absl::Hours(6));
  CHECK(telling.Tell() == 0);
  CHECK(telling.Send() == 1);
  CHECK(smtp.mails().size() == 2);
}

TEST_CASE("A source that is away holds up no other one, and loses nothing", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World away;
  World world{.tasks = {Task("r1")}};
  Telling telling(&disk, smtp, &world, &away);
  telling.Wish("clerk@tax.example");
  CHECK(telling.Tell() == 1);
  away.broken = absl::UnavailableError("restarts");
  away.changes.push_back(Happened("entry/e1", "n1", Tiding::kEntryRevised));
  world.tasks.push_back(Task("r2"));
  CHECK(telling.Tell() == 1);
  CHECK(telling.teller.failures() == 1);
  away.broken = absl::OkStatus();
  CHECK(telling.Tell() == 1);
}

TEST_CASE("An agency's webhook gets a signed call for each reminder, under an id that stays",
          "[notify][webhook]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1"), Task("r2")}};
  Telling telling(&disk, smtp, &world);
  telling.Hook();
  CHECK(telling.Tell() == 2);
  CHECK(world.asked_for.back() == kTax);
  telling.answer = {.outcome = Sending::Outcome::kFailed, .failure = "REFUSED_500"};
  CHECK(telling.courier.CallRound().value() == 0);
  REQUIRE(telling.calls.size() == 1);  // the second one waits with it
  CHECK(telling.store.LoadDelivery(kTax)->value.failure == "REFUSED_500");
  telling.answer = {.outcome = Sending::Outcome::kTaken};
  CHECK(telling.courier.CallRound().value() == 0);
  disk.clock.Advance(absl::Minutes(1));
  CHECK(telling.courier.CallRound().value() == 2);
  REQUIRE(telling.calls.size() == 3);
  CHECK(telling.calls[0].id == telling.calls[1].id);
  CHECK(telling.calls[1].id != telling.calls[2].id);
  // Signed at the time of the try, by the agency's key.
  CHECK(telling.calls[1].time == disk.clock.Now());
  CHECK(telling.calls[1].keys == std::vector<std::string>{"the key"});
  CHECK(telling.courier.CallRound().value() == 0);
  // Another agency's people hear nothing of it.
  CHECK(telling.Send() == 0);
}

TEST_CASE("A mail server that is away is asked once a round, not once a person", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  Telling telling(&disk, smtp, &world);
  telling.Wish("clerk@tax.example");
  Change change;
  NotificationSettings keeper = DefaultSettings("people/keeper");
  keeper.mail_address = "keeper@tax.example";
  NotificationStore::Put(telling.store.LoadSettings("people/keeper").value(), keeper, &change);
  REQUIRE(telling.console.store.Commit(nullptr, "", std::move(change), disk.clock.Now()).ok());
  CHECK(telling.Tell() == 2);
  int tries = 0;
  telling.carriers.mail = [&](const Mail&) -> Sending {
    ++tries;
    return {.outcome = Sending::Outcome::kAway, .failure = "UNREACHABLE"};
  };
  CHECK(telling.Send() == 0);
  CHECK(telling.Send() == 0);
  CHECK(tries == 1);
  disk.clock.Advance(absl::Minutes(2));
  CHECK(telling.Send() == 0);
  CHECK(tries == 2);
  telling.carriers.mail = [&](const Mail& mail) { return telling.mailer.Send(mail); };
  disk.clock.Advance(absl::Minutes(2));
  CHECK(telling.Send() == 2);
}

}  // namespace
}  // namespace shareway::console
