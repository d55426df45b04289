// SPDX-License-Identifier: Apache-2.0
// By what the operator lets the console tell people.
#include "services/console/notify_flags.h"

#include <memory>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "libs/base/status.h"

ABSL_FLAG(std::string, smtp_url, "",
          "Mail server that people's notifications go by: smtps://HOST[:PORT], or smtp://HOST[:PORT], "
          "which must offer STARTTLS. Empty: no mail is sent.");
ABSL_FLAG(std::string, smtp_from, "", "Address that mails come from.");
ABSL_FLAG(std::string, smtp_credentials, "",
          "File of two lines, user and password at the mail server. Empty: it asks for none.");
ABSL_FLAG(std::string, smtp_ca, "",
          "PEM file of the mail server's authorities. Empty: those of the system.");
ABSL_FLAG(bool, smtp_plain, false,
          "Mail goes to smtp:// without TLS, too, for a server on this machine or on a line that is "
          "protected otherwise.");
ABSL_FLAG(bool, notify_webhooks, false, "Agencies may have webhooks, and these are called.");
ABSL_FLAG(std::vector<std::string>, notify_hosts, {},
          "Hosts, HOST or HOST:PORT, whose webhooks are called wherever their names lead to, private "
          "addresses included. Other hosts are called at public addresses alone.");
ABSL_FLAG(std::string, notify_ca, "",
          "PEM file of webhooks' authorities. Empty: those of the system.");
ABSL_FLAG(absl::Duration, notify_every, absl::Minutes(1),
          "How often the services are asked what is to be told, 1s or more.");
ABSL_FLAG(std::string, notify_link, "",
          "The console's own address, https://HOST, for links. Empty: the first of --web_hosts.");

namespace shareway::console {
namespace {

absl::StatusOr<Mailer> MailerFromFlags(const std::string& url, const StopSign& stop) {
  Mailer::Options options{.url = url,
                          .from = absl::GetFlag(FLAGS_smtp_from),
                          .ca = absl::GetFlag(FLAGS_smtp_ca),
                          .plain = absl::GetFlag(FLAGS_smtp_plain),
                          .stop = stop};
  const std::string path = absl::GetFlag(FLAGS_smtp_credentials);
  if (!path.empty()) {
    if (options.plain) {
      return absl::InvalidArgumentError(
          "--smtp_plain and --smtp_credentials: a password does not go over a plain connection");
    }
    SHAREWAY_ASSIGN_OR_RETURN(MailCredentials credentials, ReadMailCredentials(path));
    options.user = std::move(credentials.user);
    options.password = std::move(credentials.password);
  }
  return Mailer::Open(std::move(options));
}

}  // namespace

absl::StatusOr<Carriers> CarriersFromFlags(const std::string& host) {
  Carriers carriers;
  carriers.stop = std::make_shared<std::atomic<bool>>(false);
  carriers.link = absl::GetFlag(FLAGS_notify_link);
  if (carriers.link.empty() && !host.empty()) carriers.link = absl::StrCat("https://", host);
  if (!carriers.link.empty() && (!absl::StartsWith(carriers.link, "https://") ||
                                 absl::EndsWith(carriers.link, "/"))) {
    return absl::InvalidArgumentError(
        absl::StrCat("--notify_link is \"", carriers.link, "\", want https://HOST"));
  }
  const std::string url = absl::GetFlag(FLAGS_smtp_url);
  if (!url.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(Mailer mailer, MailerFromFlags(url, carriers.stop));
    const auto shared = std::make_shared<const Mailer>(std::move(mailer));
    carriers.mail = [shared](const Mail& mail) { return shared->Send(mail); };
  }
  if (absl::GetFlag(FLAGS_notify_webhooks)) {
    carriers.hosts = absl::GetFlag(FLAGS_notify_hosts);
    const auto caller = std::make_shared<const WebhookCaller>(
        WebhookCaller::Options{.hosts = carriers.hosts,
                               .ca = absl::GetFlag(FLAGS_notify_ca),
                               .stop = carriers.stop});
    carriers.call = [caller](const WebhookCall& call) { return caller->Call(call); };
  }
  return carriers;
}

absl::StatusOr<absl::Duration> NotifyEvery() {
  const absl::Duration every = absl::GetFlag(FLAGS_notify_every);
  if (every >= absl::Seconds(1)) return every;
  return absl::InvalidArgumentError(
      absl::StrCat("--notify_every is ", absl::FormatDuration(every), ", want 1s or more"));
}

}  // namespace shareway::console
