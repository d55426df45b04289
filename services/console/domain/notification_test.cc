// SPDX-License-Identifier: Apache-2.0
// What may stand in a person's settings and an agency's webhook, and how an address is confirmed.
#include "services/console/domain/notification.h"

#include <arpa/inet.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "catch2/catch.hpp"
#include "services/console/domain/examples.h"

namespace shareway::console {
namespace {

TEST_CASE("Mail addresses are those that no server misreads", "[notify]") {
  for (const char* good : {"a@b.example", "wang.wei@tax.gov.example", "w+share@b-c.example",
                           "x_y'z@1.example", "1@2.example"}) {
    INFO(good);
    CHECK(CheckMailAddress(good, "a").ok());
  }
  for (const std::string& bad :
       {std::string(""), std::string("a"), std::string("a@"), std::string("@b.example"),
        std::string("a@b"), std::string("a@@b.example"), std::string("a b@c.example"),
        std::string("a@b.example "), std::string("a@b.example\n"), std::string("a@b.example\r\nX"),
        std::string("a.@b.example"), std::string(".a@b.example"), std::string("a..b@c.example"),
        std::string("\"a\"@b.example"), std::string("<a@b.example>"),
        std::string("a@b.example,c@d.example"), std::string("a@[127.0.0.1]"),
        std::string("a@127.0.0.1"), std::string("a@-b.example"), std::string("王@b.example"),
        std::string("a@b.example\0", 12), std::string(65, 'a') + "@b.example",
        "a@" + std::string(64, 'b') + ".example", "a@b." + std::string(251, 'c')}) {
    INFO(bad);
    CHECK(ReasonOf(CheckMailAddress(bad, "a")) == Reason::kFieldInvalid);
  }
}

TEST_CASE("A webhook is https, and leads nowhere special unless the operator lists it",
          "[notify]") {
  for (const char* good :
       {"https://hooks.tax.example", "https://hooks.tax.example/a/b?c=d", "HTTPS://h.example:8443/",
        "https://8.8.8.8/", "https://[2606:4700::1111]/"}) {
    INFO(good);
    CHECK(CheckWebhookUrl(good, {}, "url").ok());
  }
  for (const std::string& bad :
       {std::string(""), std::string("http://h.example/"), std::string("ftp://h.example/"),
        std::string("https://"), std::string("https:///a"), std::string("https://u:p@h.example/"),
        std::string("https://h.example@127.0.0.1/"), std::string("https://h.example/#a"),
        std::string("https://h.example/a b"), std::string("https://h.example/\r\nX: y"),
        std::string("https://h.example:0/"), std::string("https://h.example:65536/"),
        std::string("https://h.example:+1/"), std::string("https://h.example:/"),
        std::string("https://h\\.example/"), std::string("https://主机.example/"),
        std::string("https://-h.example/"), std::string("https://h..example/"),
        std::string("https://127.0.0.1/"), std::string("https://127.1/"),
        std::string("https://2130706433/"), std::string("https://0x7f000001/"),
        std::string("https://0177.0.0.1/"), std::string("https://h.0x7f/"),
        std::string("https://10.1.2.3/"), std::string("https://192.168.0.1/"),
        std::string("https://172.31.0.1/"), std::string("https://169.254.169.254/latest"),
        std::string("https://[::1]/"), std::string("https://[::ffff:10.0.0.1]/"),
        std::string("https://[fe80::1]/"), std::string("https://[fd00::1]/"),
        std::string("https://[::1"), std::string("https://localhost/"),
        std::string("https://intranet/"), "https://h.example/" + std::string(500, 'a')}) {
    INFO(bad);
    CHECK(ReasonOf(CheckWebhookUrl(bad, {}, "url")) == Reason::kFieldInvalid);
  }
  CHECK(CheckWebhookUrl("https://10.1.2.3/", {"10.1.2.3"}, "url").ok());
  CHECK(CheckWebhookUrl("https://10.1.2.3:444/", {"10.1.2.3:444"}, "url").ok());
  CHECK_FALSE(CheckWebhookUrl("https://10.1.2.3:445/", {"10.1.2.3:444"}, "url").ok());
  CHECK(CheckWebhookUrl("https://Intranet/", {"intranet"}, "url").ok());
  CHECK_FALSE(CheckWebhookUrl("http://10.1.2.3/", {"10.1.2.3"}, "url").ok());
}

TEST_CASE("Special addresses are told from those of the public internet", "[notify]") {
  const auto special = [](const char* text) {
    std::string four(4, '\0'), six(16, '\0');
    if (inet_pton(AF_INET, text, four.data()) == 1) return SpecialAddress(four);
    REQUIRE(inet_pton(AF_INET6, text, six.data()) == 1);
    return SpecialAddress(six);
  };
  for (const char* text :
       {"0.0.0.0", "10.255.255.255", "100.64.0.1", "127.255.0.1", "169.254.0.1", "172.16.0.1",
        "172.31.255.255", "192.0.0.1", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1",
        "198.51.100.1", "203.0.113.1", "224.0.0.1", "255.255.255.255", "::", "::1",
        "::ffff:8.8.8.8", "64:ff9b::808:808", "100::1", "2001::1", "2001:db8::1", "2002:808:808::1",
        "3fff::1", "fc00::1", "fe80::1", "ff02::1"}) {
    INFO(text);
    CHECK(special(text));
  }
  for (const char* text : {"1.1.1.1", "9.255.255.255", "11.0.0.1", "100.63.255.255", "100.128.0.1",
                           "126.0.0.1", "128.0.0.1", "172.15.0.1", "172.32.0.1", "192.0.3.1",
                           "198.20.0.1", "223.255.255.255", "2001:200::1", "2606:4700::1",
                           "2a00::1"}) {
    INFO(text);
    CHECK_FALSE(special(text));
  }
  CHECK(SpecialAddress(""));
  CHECK(SpecialAddress("abc"));
}

SettingsWish Wish(const std::string& address) {
  return {.mail_address = address,
          .kinds = {ReminderKind::kTasks},
          .timing = ReminderTiming::kAtOnce,
          .language = Language::kEnglish};
}

TEST_CASE("Every fault of settings is named at once", "[notify]") {
  SettingsWish wish = Wish("nobody");
  wish.kinds = {ReminderKind::kTasks, static_cast<ReminderKind>(9), ReminderKind::kTasks};
  wish.timing = ReminderTiming::kUnspecified;
  wish.language.reset();
  const auto details = DetailsOf(CheckSettings(wish));
  REQUIRE(details);
  std::vector<std::string> fields;
  for (const FieldViolation& fault : details->fields) fields.push_back(fault.field);
  CHECK(fields == std::vector<std::string>{"settings.mail_address", "settings.kinds[0]",
                                           "settings.kinds[1]", "settings.kinds[2]",
                                           "settings.timing", "settings.language"});
}

TEST_CASE("An address is good once its code came back, and the one before is good until then",
          "[notify]") {
  const absl::Time now = Morning();
  const NotificationSettings none = DefaultSettings("people/clerk");
  const Changed first = WithWish(none, Wish("a@b.example"), "digest", now).value();
  CHECK(first.needs_code);
  CHECK(first.settings.mail_address.empty());
  CHECK(first.settings.pending_address == "a@b.example");
  // The same wish again mails no second code.
  CHECK_FALSE(WithWish(first.settings, Wish("a@b.example"), "other", now)->needs_code);

  CHECK_FALSE(TypeCode(first.settings, "wrong", now).right);
  CHECK_FALSE(TypeCode(first.settings, "", now).right);
  CHECK_FALSE(TypeCode(none, "", now).right);
  CHECK_FALSE(TypeCode(first.settings, "digest", now + kMailCodeLife).right);
  const Typed typed = TypeCode(first.settings, "digest", now + kMailCodeLife - absl::Seconds(1));
  REQUIRE(typed.right);
  CHECK(typed.settings.mail_address == "a@b.example");
  CHECK(typed.settings.pending_address.empty());
  // A code works once.
  CHECK_FALSE(TypeCode(typed.settings, "digest", now).right);

  const Changed second = WithWish(typed.settings, Wish("c@d.example"), "next", now).value();
  CHECK(second.settings.mail_address == "a@b.example");
  CHECK(second.settings.pending_address == "c@d.example");
  // Back to the first: nothing waits any more.
  const Changed back = WithWish(second.settings, Wish("a@b.example"), "x", now).value();
  CHECK_FALSE(back.needs_code);
  CHECK(back.settings.pending_address.empty());
  const Changed off = WithWish(second.settings, Wish(""), "x", now).value();
  CHECK(off.settings.mail_address.empty());
  CHECK(off.settings.pending_address.empty());
}

TEST_CASE("The fifth wrong code voids the right one", "[notify]") {
  const absl::Time now = Morning();
  NotificationSettings settings =
      WithWish(DefaultSettings("people/clerk"), Wish("a@b.example"), "digest", now)->settings;
  for (int i = 0; i < kMostCodeTries; ++i) {
    CHECK(settings.pending_address == "a@b.example");
    settings = TypeCode(settings, "wrong", now).settings;
  }
  CHECK(settings.pending_address.empty());
  CHECK_FALSE(TypeCode(settings, "digest", now).right);
}

TEST_CASE("Nobody's mailbox is filled with codes", "[notify]") {
  absl::Time now = Morning();
  NotificationSettings settings = DefaultSettings("people/clerk");
  const auto ask = [&](int i) {
    return WithWish(settings, Wish(absl::StrCat("a", i, "@b.example")), "digest", now);
  };
  for (int i = 0; i < static_cast<int>(kMostCodesADay); ++i) settings = ask(i)->settings;
  CHECK(ReasonOf(ask(9).status()) == Reason::kRateLimited);
  now += absl::Hours(24);
  CHECK(ask(9).ok());
}

TEST_CASE("Waiting grows from seconds to an hour", "[notify]") {
  CHECK(RetryAfter(1) == absl::Seconds(15));
  CHECK(RetryAfter(2) == absl::Seconds(30));
  CHECK(RetryAfter(3) == absl::Minutes(1));
  CHECK(RetryAfter(1000) == absl::Hours(1));
}

TEST_CASE("Every tiding has a name of its own and a kind", "[notify]") {
  std::vector<std::string> names;
  for (int i = 1; i <= static_cast<int>(Tiding::kEntryGone); ++i) {
    const auto tiding = static_cast<Tiding>(i);
    INFO(i);
    CHECK(KindOf(tiding) != ReminderKind::kUnspecified);
    const std::string name(TidingName(tiding));
    CHECK_FALSE(name.empty());
    CHECK(std::count(names.begin(), names.end(), name) == 0);
    names.push_back(name);
  }
  CHECK(TidingName(Tiding::kUnspecified).empty());
  CHECK(KindOf(Tiding::kUnspecified) == ReminderKind::kUnspecified);
}

}  // namespace
}  // namespace shareway::console
