// SPDX-License-Identifier: Apache-2.0
// What a person and an agency set about being told.
#include "services/console/notifications.h"

#include <algorithm>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "catch2/catch.hpp"
#include "services/console/store/notification_codec.h"
#include "services/console/test_console.h"

namespace shareway::console {
namespace {

// A console that keeps what it would have sent.
struct Settings {
  explicit Settings(Disk* disk) : console(disk) {
    carriers.mail = [this](const Mail& mail) {
      mails.push_back(mail);
      return Sending{.outcome = Sending::Outcome::kTaken};
    };
    carriers.call = [this](const WebhookCall& call) {
      calls.push_back(call);
      return answer;
    };
    carriers.hosts = {"intranet"};
  }
  static SettingsWish Wish(const std::string& address) {
    return {.mail_address = address,
            .kinds = {ReminderKind::kTasks, ReminderKind::kCatalogue},
            .timing = ReminderTiming::kDaily,
            .language = Language::kEnglish};
  }
  absl::StatusOr<Notifications::Settings> Update(const SettingsWish& wish,
                                                 const std::string& request_id = "") {
    const auto now = notifications.Get(Clerk()).value();
    return notifications.Update(console.By(Clerk(), request_id), wish,
                                now.value.version == 0 ? "" : Desk::EtagOf(now.value.version));
  }
  absl::StatusOr<Notifications::WithSecret> Put(const std::string& url, bool new_secret = false,
                                                const Person& actor = Keeper()) {
    const auto hook = notifications.GetWebhook(Keeper()).value();
    return notifications.PutWebhook(console.By(actor), url, {ReminderKind::kTasks},
                                    hook ? Desk::EtagOf(hook->value.version) : "", new_secret);
  }
  // The code in the mail that went out last.
  std::string Code() {
    REQUIRE(courier.MailRound().ok());
    REQUIRE_FALSE(mails.empty());
    for (const absl::string_view word : absl::StrSplit(mails.back().body, absl::ByAnyChar(" \n"))) {
      if (std::count(word.begin(), word.end(), '-') == 6) return std::string(word);
    }
    FAIL("no code in the mail");
    return "";
  }
  std::string All() const {
    std::string all;
    (void)console.disk->kv.Scan("", "",
                                [&](absl::string_view key, absl::string_view value, uint64_t) {
                                  all += std::string(key) + std::string(value);
                                  return true;
                                });
    (void)console.disk->kv.ReadLog("outbox", 1, [&](uint64_t, absl::string_view bytes) {
      all += std::string(bytes);
      return true;
    });
    return all;
  }

  TestConsole console;
  Carriers carriers;
  Sending answer{.outcome = Sending::Outcome::kTaken};
  std::vector<Mail> mails;
  std::vector<WebhookCall> calls;
  Notifications notifications{console.desk.get(), &carriers};
  Courier courier{console.desk.get(), &carriers, nullptr};
  const NotificationStore store{&console.store};
};

TEST_CASE("An address gets a code and nothing else until the code came back", "[notify]") {
  Disk disk;
  Settings t(&disk);
  const auto none = t.notifications.Get(Clerk()).value();
  CHECK(none.value.version == 0);
  CHECK(none.value.value == DefaultSettings("people/clerk"));
  const auto asked = t.Update(t.Wish("clerk@tax.example")).value();
  CHECK(asked.value.value.mail_address.empty());
  CHECK(asked.value.value.pending_address == "clerk@tax.example");
  CHECK(asked.value.value.timing == ReminderTiming::kDaily);
  CHECK(asked.waiting == 1);
  const std::string code = t.Code();
  REQUIRE(t.mails.size() == 1);
  CHECK(t.mails[0].to == "clerk@tax.example");
  CHECK(t.mails[0].language == "en");
  // The code is nowhere in the clear.
  CHECK_FALSE(absl::StrContains(t.All(), code));

  CHECK(absl::IsInvalidArgument(t.notifications.Confirm(Clerk(), "mistyped").status()));
  CHECK(ReasonOf(t.notifications.Confirm(Keeper(), code).status()) == Reason::kCodeInvalid);
  const auto confirmed = t.notifications.Confirm(Clerk(), code);
  REQUIRE(confirmed.ok());
  CHECK(confirmed->value.value.mail_address == "clerk@tax.example");
  CHECK(confirmed->value.value.pending_address.empty());
  CHECK(ReasonOf(t.notifications.Confirm(Clerk(), code).status()) == Reason::kCodeInvalid);
}

TEST_CASE("A code that nobody waits for any more is not mailed", "[notify]") {
  Disk disk;
  Settings t(&disk);
  REQUIRE(t.Update(t.Wish("clerk@tax.example")).ok());
  REQUIRE(t.Update(t.Wish("other@tax.example")).ok());
  CHECK(t.courier.MailRound().value() == 1);
  REQUIRE(t.mails.size() == 1);
  CHECK(t.mails[0].to == "other@tax.example");
  REQUIRE(t.Update(t.Wish("third@tax.example")).ok());
  disk.clock.Advance(kMailCodeLife);
  CHECK(t.courier.MailRound().value() == 0);
  CHECK(t.mails.size() == 1);
  CHECK(t.store.BacklogOf()->letters == 0);
}

TEST_CASE("Settings change by the etag that was seen, and a repeated call changes nothing",
          "[notify]") {
  Disk disk;
  Settings t(&disk);
  const auto first = t.Update(t.Wish("clerk@tax.example"), "r1").value();
  const std::string etag = Desk::EtagOf(first.value.version);
  CHECK(t.Update(t.Wish("clerk@tax.example"), "r1")->value.version == first.value.version);
  CHECK(t.store.BacklogOf()->letters == 1);
  SettingsWish wish = t.Wish("clerk@tax.example");
  wish.language = Language::kTraditional;
  CHECK(ReasonOf(t.notifications.Update(t.console.By(Clerk()), wish, "").status()) ==
        Reason::kFieldInvalid);
  CHECK(ReasonOf(t.notifications.Update(t.console.By(Clerk()), wish, "v999").status()) ==
        Reason::kChangedMeanwhile);
  REQUIRE(t.notifications.Update(t.console.By(Clerk()), wish, etag).ok());
  CHECK(ReasonOf(t.notifications.Update(t.console.By(Clerk()), wish, etag).status()) ==
        Reason::kChangedMeanwhile);
  CHECK(t.notifications.Get(Clerk())->value.value.language == Language::kTraditional);
  wish.mail_address = "no address";
  CHECK(absl::IsInvalidArgument(t.Update(wish).status()));
}

TEST_CASE("Settings leave an event with what is needed and no address", "[notify]") {
  Disk disk;
  Settings t(&disk);
  REQUIRE(t.Update(t.Wish("clerk.wang@tax.example")).ok());
  REQUIRE(t.notifications.Confirm(Clerk(), t.Code()).ok());
  std::vector<evidence::AuditRecord> events;
  (void)disk.kv.ReadLog("outbox", 1, [&](uint64_t, absl::string_view bytes) {
    events.emplace_back().ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
    return true;
  });
  REQUIRE(events.size() == 2);
  for (const evidence::AuditRecord& event : events) {
    CHECK(event.object() == "people/clerk/notificationSettings");
    CHECK(event.agencies(0) == kTax);
    CHECK_FALSE(absl::StrContains(event.state(), "clerk.wang"));
  }
  NotificationSettings state;
  REQUIRE(Decode(events[1].state(), &state).ok());
  CHECK(state.mail_address == "c***@tax.example");
  CHECK(state.code_digest.empty());
}

TEST_CASE("Who wants no mail any more is forgotten, and begins anew", "[notify]") {
  Disk disk;
  Settings t(&disk);
  REQUIRE(t.Update(t.Wish("clerk@tax.example")).ok());
  REQUIRE(t.notifications.Confirm(Clerk(), t.Code()).ok());
  Change change;
  NotificationStore::PutLetter({.id = "1", .receiver = "people/clerk"}, &change);
  NotificationStore::PutCursor("people/clerk", "sharing", {}, "7", &change);
  NotificationStore::PutToldTask("people/clerk", "sharing", "k", {"s", disk.clock.Now()}, &change);
  NotificationStore::PutLetter({.id = "2", .receiver = "people/clerk2"}, &change);
  REQUIRE(t.console.store.Commit(nullptr, "", std::move(change), disk.clock.Now()).ok());
  REQUIRE(t.Update(t.Wish("")).ok());
  CHECK(t.store.BacklogOf("people/clerk")->letters == 0);
  CHECK(t.store.LoadCursor("people/clerk", "sharing")->version == 0);
  CHECK(t.store.ToldTasks("people/clerk", "sharing")->empty());
  // Others with a name that begins alike keep theirs.
  CHECK(t.store.BacklogOf("people/clerk2")->letters == 1);
}

TEST_CASE("Where the operator sends nothing, nothing can be asked for", "[notify]") {
  Disk disk;
  Settings t(&disk);
  t.carriers.mail = nullptr;
  t.carriers.call = nullptr;
  CHECK(ReasonOf(t.Update(t.Wish("clerk@tax.example")).status()) == Reason::kStateForbids);
  CHECK(t.Update(t.Wish("")).ok());
  CHECK(ReasonOf(t.Put("https://hooks.tax.example/").status()) == Reason::kStateForbids);
  CHECK_FALSE(t.notifications.sends_mail());
  CHECK(t.courier.MailRound().value() == 0);
  CHECK(t.courier.CallRound().value() == 0);
}

TEST_CASE("A webhook's secret is told once, and the one before stays for a day", "[notify]") {
  Disk disk;
  Settings t(&disk);
  const auto made = t.Put("https://hooks.tax.example/a").value();
  std::string first;
  REQUIRE(absl::StartsWith(made.secret, "whsec_"));
  REQUIRE(absl::Base64Unescape(made.secret.substr(6), &first));
  CHECK(first.size() == 32);
  CHECK(t.Put("https://hooks.tax.example/b")->secret.empty());
  CHECK_FALSE(absl::StrContains(t.All(), first));
  const auto keys = [&] {
    return SecretsNow(*t.console.desk, t.store.LoadWebhook(kTax)->value, disk.clock.Now()).value();
  };
  CHECK(keys() == std::vector<std::string>{first});
  const auto rotated = t.Put("https://hooks.tax.example/b", true).value();
  std::string second;
  REQUIRE(absl::Base64Unescape(rotated.secret.substr(6), &second));
  CHECK(second != first);
  CHECK(keys() == std::vector<std::string>{second, first});
  CHECK(rotated.hook.value.value.old_end == disk.clock.Now() + kOldSecretLife);
  disk.clock.Advance(kOldSecretLife);
  CHECK(keys() == std::vector<std::string>{second});
}

TEST_CASE("A webhook is its agency's account administrator's, and nobody else sees it",
          "[notify]") {
  Disk disk;
  Settings t(&disk);
  REQUIRE(t.Put("https://hooks.tax.example/").ok());
  CHECK(t.notifications.GetWebhook(Keeper())->has_value());
  for (const Person& other : {Clerk(), Stranger(), System()}) {
    INFO(other.name);
    CHECK_FALSE(t.notifications.GetWebhook(other)->has_value());
    CHECK(ReasonOf(t.notifications.DeleteWebhook(t.console.By(other), "v1")) ==
          Reason::kNotVisible);
    CHECK(ReasonOf(t.notifications.Test(other).status()) == Reason::kNotVisible);
  }
  CHECK(t.calls.empty());
  const auto hook = t.notifications.GetWebhook(Keeper()).value();
  REQUIRE(t.notifications
              .DeleteWebhook(t.console.By(Keeper()), Desk::EtagOf(hook->value.version))
              .ok());
  CHECK_FALSE(t.notifications.GetWebhook(Keeper())->has_value());
  CHECK(ReasonOf(t.notifications.DeleteWebhook(t.console.By(Keeper()), "v1")) ==
        Reason::kNotVisible);
}

TEST_CASE("Every fault of a webhook is named, and the operator's own hosts are let through",
          "[notify]") {
  Disk disk;
  Settings t(&disk);
  const auto faults = [](const absl::Status& status) {
    std::vector<std::string> fields;
    const auto details = DetailsOf(status);
    REQUIRE(details);
    for (const FieldViolation& fault : details->fields) fields.push_back(fault.field);
    return fields;
  };
  CHECK(faults(CheckWebhook("http://x", {ReminderKind::kTasks, ReminderKind::kCatalogue,
                                         ReminderKind::kTasks},
                            {})) ==
        std::vector<std::string>{"webhook.url", "webhook.kinds[0]", "webhook.kinds[1]",
                                 "webhook.kinds[2]"});
  CHECK(faults(CheckWebhook("https://h.example", {}, {})) ==
        std::vector<std::string>{"webhook.kinds"});
  CHECK(absl::IsInvalidArgument(t.Put("https://10.1.2.3/").status()));
  CHECK(t.Put("https://intranet/hook").ok());
}

TEST_CASE("A test calls the webhook now, signed, and not again at once", "[notify]") {
  Disk disk;
  Settings t(&disk);
  CHECK(ReasonOf(t.notifications.Test(Keeper()).status()) == Reason::kNotVisible);
  REQUIRE(t.Put("https://hooks.tax.example/").ok());
  t.answer = {.outcome = Sending::Outcome::kFailed, .failure = "REFUSED_500"};
  const auto tested = t.notifications.Test(Keeper()).value();
  CHECK_FALSE(tested.sending.taken());
  CHECK(tested.sending.failure == "REFUSED_500");
  REQUIRE(t.calls.size() == 1);
  CHECK(t.calls[0].id == tested.id);
  CHECK(t.calls[0].keys.size() == 1);
  CHECK(absl::StrContains(t.calls[0].body, "shareway.test"));
  CHECK(ReasonOf(t.notifications.Test(Keeper()).status()) == Reason::kRateLimited);
  disk.clock.Advance(Notifications::kBetweenTests);
  t.answer = {.outcome = Sending::Outcome::kTaken};
  CHECK(t.notifications.Test(Keeper())->sending.taken());
}

}  // namespace
}  // namespace shareway::console
