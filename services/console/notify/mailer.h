// SPDX-License-Identifier: Apache-2.0
// Hands mails to the installation's mail server, by SMTP (RFC 5321).
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "services/console/notify/sending.h"

namespace shareway::console {

// One mail. The addresses are such that CheckMailAddress takes them; text is UTF-8.
struct Mail {
  std::string id = {};  // letters and digits; Message-ID is <ID@the sender's host>
  std::string to = {};
  std::string subject = {};
  std::string body = {};
  std::string language = {};  // Content-Language
  absl::Time time = {};
};

// Thread-safe; blocks for up to 30 s. Keeps no connection.
class Mailer {
 public:
  struct Options {
    std::string url = {};   // smtps://HOST[:PORT], or smtp://HOST[:PORT] with STARTTLS
    std::string from = {};  // an address
    std::string user = {};  // empty: without authentication
    std::string password = {};
    std::string ca = {};  // PEM file of authorities; empty: those of the system
    bool plain = false;   // smtp:// without TLS will do: the operator's word for the network
    absl::Duration timeout = absl::Seconds(30);
    StopSign stop = {};
  };
  // INVALID_ARGUMENT, naming the flag, for what cannot be.
  static absl::StatusOr<Mailer> Open(Options options);

  // Taken once the server has answered 250 to the whole mail. If its answer is lost the mail may have
  // been taken: send it again under the same id.
  Sending Send(const Mail& mail) const;

  // The mail as it goes out. Headers are of ASCII that is ours, checked or encoded (RFC 2047), so that
  // nothing in a title can begin one.
  std::string Message(const Mail& mail) const;

 private:
  explicit Mailer(Options options) : options_(std::move(options)) {}
  Options options_;
};

// A file of two lines, user and password. INVALID_ARGUMENT or NOT_FOUND, naming the path and nothing
// of what is in it.
struct MailCredentials {
  std::string user = {};
  std::string password = {};
};
absl::StatusOr<MailCredentials> ReadMailCredentials(const std::string& path);

}  // namespace shareway::console
