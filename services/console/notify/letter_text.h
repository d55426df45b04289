// SPDX-License-Identifier: Apache-2.0
// The words of a letter: of a mail, in the receiver's language, and of a webhook's call, in JSON.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "libs/base/reason.h"
#include "services/console/domain/reminder.h"

namespace shareway::console {

// Plain text in UTF-8. The subject is one line and says how many and of which kind, but names no
// object: it is what a locked telephone shows.
struct MailText {
  std::string subject = {};
  std::string body = {};
};

// `link` is the console's own address, https://HOST; empty: no links. `code` is for letters that bring
// one. Titles lose what could begin a line, end the text or turn its direction.
MailText TextOf(const Letter& letter, Language language, absl::string_view link,
                absl::string_view code = "");

// {"type","timestamp","data":{"agency","subject","title","due_date","link"}} of the letter's one
// reminder; without one, what a test sends: type shareway.test, and the agency alone.
std::string WebhookBody(const Letter& letter, absl::string_view link);

}  // namespace shareway::console
