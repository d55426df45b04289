// SPDX-License-Identifier: Apache-2.0
// Letters reach their receivers at least once, under ids that stay.
#include "services/console/test_telling.h"

namespace shareway::console {
namespace {

TEST_CASE("Killed after the server took a mail, it goes out once more under its id", "[notify]") {
  for (const bool applied : {false, true}) {
    INFO(applied);
    Disk disk;
    TestSmtpServer smtp;
    World world{.tasks = {Task("r1")}};
    {
      TestTelling telling(&disk, smtp, &world);
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
    TestTelling again(&disk, smtp, &world);
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
  TestTelling telling(&disk, smtp, &world);
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

TEST_CASE("A store that takes nothing sends nothing", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  TestTelling telling(&disk, smtp, &world);
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
  TestTelling telling(&disk, smtp, &world);
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
  TestTelling telling(&disk, smtp, &world);
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

TEST_CASE("A letter that cannot be opened any more holds up nobody", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  TestTelling telling(&disk, smtp, &world);
  NotificationSettings settings = telling.Wish("clerk@tax.example");
  settings.pending_address = "new@tax.example";
  settings.code_end = disk.clock.Now() + absl::Hours(1);
  Change change;
  NotificationStore::Put(telling.store.LoadSettings("people/clerk").value(), settings, &change);
  NotificationStore::PutLetter({.id = "1",
                                .receiver = "people/clerk",
                                .purpose = Letter::Purpose::kCode,
                                .create_time = disk.clock.Now(),
                                .address = "new@tax.example",
                                .nonce = std::string(12, 'n'),
                                .sealed = std::string(40, 's')},
                               &change);
  REQUIRE(telling.console.store.Commit(nullptr, "", std::move(change), disk.clock.Now()).ok());
  disk.clock.Advance(absl::Seconds(1));
  CHECK(telling.Tell() == 1);
  CHECK(telling.Send() == 1);
  CHECK(telling.store.LoadDelivery("people/clerk")->value.failure == "SEALED_OTHERWISE");
  CHECK(telling.store.BacklogOf()->letters == 0);
}

TEST_CASE("An agency's webhook gets a signed call for each reminder, under an id that stays",
          "[notify][webhook]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1"), Task("r2")}};
  TestTelling telling(&disk, smtp, &world);
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
  TestTelling telling(&disk, smtp, &world);
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
