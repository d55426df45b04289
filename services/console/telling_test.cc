// SPDX-License-Identifier: Apache-2.0
// What is told to whom: once a stage, and nothing lost, whatever is killed in between.
#include "services/console/test_telling.h"

namespace shareway::console {
namespace {

TEST_CASE("A task is mailed once, and again at its next stage", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  {
    TestTelling telling(&disk, smtp, &world);
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

  TestTelling again(&disk, smtp, &world);
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
  TestTelling telling(&disk, smtp, &world);
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
  TestTelling telling(&disk, smtp, &world);
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
  TestTelling telling(&disk, smtp, &world);
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

TEST_CASE("Killed between finding out and writing, nothing is lost and nothing doubled",
          "[notify]") {
  for (const bool applied : {false, true}) {
    INFO(applied);
    Disk disk;
    TestSmtpServer smtp;
    World world;
    {
      TestTelling telling(&disk, smtp, &world);
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
    TestTelling again(&disk, smtp, &world);
    CHECK(again.Tell() == (applied ? 0 : 2));
    CHECK(again.Send() == 1);
    CHECK(again.Tell() == 0);
    CHECK(smtp.mails().size() == 1);
  }
}

TEST_CASE("Who does not stand any more is told nothing, and begins anew later", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world{.tasks = {Task("r1")}};
  TestTelling telling(&disk, smtp, &world);
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
  TestTelling telling(&disk, smtp, &world);
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
  TestTelling telling(&disk, smtp, &world);
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
  TestTelling telling(&disk, smtp, &world, &away);
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

TEST_CASE("A source that does not answer is asked once a round, not for everybody", "[notify]") {
  Disk disk;
  TestSmtpServer smtp;
  World world;
  TestTelling telling(&disk, smtp, &world);
  telling.Wish("clerk@tax.example");
  telling.Hook();
  world.broken = absl::DeadlineExceededError("slow");
  CHECK(telling.Tell() == 0);
  CHECK(world.asked_for.size() == 1);
  CHECK(telling.Tell() == 0);
  CHECK(world.asked_for.size() == 2);
  // What it knows nobody by that name for is no failure, and keeps nobody else waiting.
  world.broken = Error::NotVisible("people/clerk");
  const int failures = telling.teller.failures();
  CHECK(telling.Tell() == 0);
  CHECK(world.asked_for.size() == 4);
  CHECK(telling.teller.failures() == failures);
}

}  // namespace
}  // namespace shareway::console
