// SPDX-License-Identifier: Apache-2.0
// A console that tells, over a source that says what a test wants, a mail server on loopback and a
// webhook that keeps its calls. For tests.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "catch2/catch.hpp"
#include "services/console/courier.h"
#include "services/console/notify/test_smtp_server.h"
#include "services/console/teller.h"
#include "services/console/test_console.h"

namespace shareway::console {

inline Reminder Task(const std::string& id, const std::string& stage = "IN_REVIEW",
              Tiding tiding = Tiding::kNewTask) {
  return {.key = "task/requests/" + id,
          .stage = stage,
          .tiding = tiding,
          .subject = "requests/" + id,
          .title = "企业登记信息",
          .due = "2025-10-15"};
}
inline Reminder Happened(const std::string& key, const std::string& stage, Tiding tiding) {
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
struct TestTelling {
  TestTelling(Disk* disk, const TestSmtpServer& smtp, World* world, World* other = nullptr)
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

inline std::string MessageId(const std::string& mail) {
  const size_t from = mail.find("Message-ID: ");
  REQUIRE(from != std::string::npos);
  return mail.substr(from, mail.find('\n', from) - from);
}

}  // namespace shareway::console
