// SPDX-License-Identifier: Apache-2.0
// shareway notify: what one is told by mail, and one's agency by webhook.
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "shareway/console/v1/notification.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/new_file.h"

namespace shareway::cli {
namespace {

namespace v1 = console::v1;

struct NotifyArgs {
  std::string mail, timing, language, code_file, url, secret_file;
  std::vector<std::string> kinds;
  bool no_mail = false, nothing = false, new_secret = false;
};

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.console.v1.NotificationService/", method);
}

absl::StatusOr<v1::NotificationSettings> Now(Session* session) {
  return session->Call<v1::NotificationSettings>(Path("GetNotificationSettings"),
                                                 v1::GetNotificationSettingsRequest());
}

// What is not given stays.
absl::Status Set(Session* session, const NotifyArgs& args) {
  if (args.no_mail && !args.mail.empty()) return UsageError("give either --mail or --no-mail");
  if (args.nothing && !args.kinds.empty()) return UsageError("give either --kind or --nothing");
  SHAREWAY_ASSIGN_OR_RETURN(v1::NotificationSettings now, Now(session));
  v1::UpdateNotificationSettingsRequest request;
  v1::NotificationSettings* const settings = request.mutable_settings();
  // An address that waits for its code is still the one that is wanted.
  settings->set_mail_address(now.pending_mail_address().empty() ? now.mail_address()
                                                                : now.pending_mail_address());
  if (args.no_mail) settings->clear_mail_address();
  if (!args.mail.empty()) settings->set_mail_address(args.mail);
  *settings->mutable_kinds() = now.kinds();
  if (args.nothing || !args.kinds.empty()) settings->clear_kinds();
  AddEnums<v1::ReminderKind>(args.kinds, settings->mutable_kinds());
  settings->set_timing(args.timing.empty() ? now.timing()
                                           : EnumOf<v1::ReminderTiming>(args.timing));
  settings->set_language(args.language.empty() ? now.language()
                                               : EnumOf<v1::ReminderLanguage>(args.language));
  request.set_etag(session->flags.etag.empty() ? now.etag() : session->flags.etag);
  return session->Show<v1::NotificationSettings>(Path("UpdateNotificationSettings"), request);
}

// The code is no argument: others see the arguments of a process.
absl::Status Confirm(Session* session, const NotifyArgs& args) {
  v1::ConfirmMailAddressRequest request;
  SHAREWAY_ASSIGN_OR_RETURN(*request.mutable_code(), ReadSecretLine(args.code_file));
  return session->Show<v1::NotificationSettings>(Path("ConfirmMailAddress"), request);
}

absl::Status SetWebhook(Session* session, const NotifyArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const v1::NotificationSettings now, Now(session));
  const bool secret = args.new_secret || !now.has_webhook();
  if (secret && args.secret_file.empty()) {
    return UsageError("give --secret-file: the secret is told once, and not on the screen");
  }
  v1::PutAgencyWebhookRequest request;
  v1::AgencyWebhook* const webhook = request.mutable_webhook();
  webhook->set_url(args.url.empty() ? now.webhook().url() : args.url);
  *webhook->mutable_kinds() = now.webhook().kinds();
  if (!args.kinds.empty()) webhook->clear_kinds();
  AddEnums<v1::ReminderKind>(args.kinds, webhook->mutable_kinds());
  request.set_new_secret(args.new_secret);
  request.set_etag(session->flags.etag.empty() ? now.webhook().etag() : session->flags.etag);
  if (!secret) return session->Show<v1::AgencyWebhook>(Path("PutAgencyWebhook"), request);
  // First of all, so that no secret is made that nobody has.
  SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(args.secret_file));
  SHAREWAY_ASSIGN_OR_RETURN(v1::AgencyWebhook made,
                            session->Call<v1::AgencyWebhook>(Path("PutAgencyWebhook"), request));
  SHAREWAY_RETURN_IF_ERROR(file.Write(made.secret() + "\n"));
  SHAREWAY_RETURN_IF_ERROR(file.Keep());
  made.clear_secret();
  session->Print(ToJson(made));
  return absl::OkStatus();
}

absl::Status EndWebhook(Session* session) {
  SHAREWAY_ASSIGN_OR_RETURN(const v1::NotificationSettings now, Now(session));
  v1::DeleteAgencyWebhookRequest request;
  request.set_etag(session->flags.etag.empty() ? now.webhook().etag() : session->flags.etag);
  return session->Call<v1::DeleteAgencyWebhookResponse>(Path("DeleteAgencyWebhook"), request)
      .status();
}

}  // namespace

void AddNotifyCommands(CLI::App* app, Session* session) {
  auto args = std::make_shared<NotifyArgs>();
  CLI::App* noun = Noun(app, "notify", "What you are told by mail, and your agency by webhook");
  Verb(noun, session, "show", "Your settings, how mail fares, and your agency's webhook", [=] {
    return session->Show<v1::NotificationSettings>(Path("GetNotificationSettings"),
                                                   v1::GetNotificationSettingsRequest());
  });
  CLI::App* set = Verb(noun, session, "set", "Change your settings, what is not given stays",
                       [=] { return Set(session, *args); });
  set->add_option("--mail", args->mail, "Mail address; it gets a code first");
  set->add_flag("--no-mail", args->no_mail, "No mail at all");
  Repeated(set, "--kind", &args->kinds, "Only these kinds", true)->check(Is<v1::ReminderKind>());
  set->add_flag("--nothing", args->nothing, "Of no kind");
  set->add_option("--timing", args->timing, "At once, or once a working day")
      ->check(Is<v1::ReminderTiming>());
  set->add_option("--language", args->language, "Language of mails")
      ->check(Is<v1::ReminderLanguage>());
  Verb(noun, session, "confirm", "Confirm the mail address by the code that was mailed",
       [=] { return Confirm(session, *args); })
      ->add_option("--code-file", args->code_file, "File with the code; - reads stdin")
      ->required();
  CLI::App* put = Verb(noun, session, "set-webhook", "Make or change your agency's webhook",
                       [=] { return SetWebhook(session, *args); });
  put->add_option("--url", args->url, "https URL");
  Repeated(put, "--kind", &args->kinds, "Which kinds: tasks, decisions, grants", true)
      ->check(Is<v1::ReminderKind>());
  put->add_flag("--new-secret", args->new_secret, "A new secret; the old one stays for a day");
  put->add_option("--secret-file", args->secret_file, "Where a secret is written, mode 0600");
  Verb(noun, session, "end-webhook", "End your agency's webhook",
       [=] { return EndWebhook(session); });
  Verb(noun, session, "test-webhook", "Call your agency's webhook now", [=] {
    return session->Show<v1::TestWebhookResponse>(Path("TestWebhook"), v1::TestWebhookRequest());
  });
}

}  // namespace shareway::cli
