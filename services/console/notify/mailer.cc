// SPDX-License-Identifier: Apache-2.0
// Hands mails to the installation's mail server.
#include "services/console/notify/mailer.h"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <memory>
#include <utility>

#include "absl/base/call_once.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "curl/curl.h"
#include "libs/base/status.h"
#include "services/console/domain/notification.h"

namespace shareway::console {
namespace {

constexpr size_t kWordBytes = 42;  // of an encoded word, which may have 75 characters
constexpr size_t kLineBytes = 57;  // of a line of base64 with 76
constexpr absl::string_view kSecure = "smtps://";
constexpr absl::string_view kStartTls = "smtp://";

struct HandleEnd {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListEnd {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

int Stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

// What is still to be sent.
struct Rest {
  absl::string_view text;

  static size_t Give(char* to, size_t size, size_t count, void* rest) {
    auto* const self = static_cast<Rest*>(rest);
    const size_t taken = std::min(size * count, self->text.size());
    std::memcpy(to, self->text.data(), taken);
    self->text.remove_prefix(taken);
    return taken;
  }
};

// The command that was sent last, by its first four letters: what a refusal is about. QUIT, which curl
// sends after a refusal, does not count. What follows them, credentials among it, is not looked at.
struct LastCommand {
  std::string name;

  static int Hear(CURL*, curl_infotype type, char* data, size_t size, void* command) {
    if (type != CURLINFO_HEADER_OUT || size < 4) return 0;
    const std::string name = absl::AsciiStrToUpper(absl::string_view(data, 4));
    if (name != "QUIT") static_cast<LastCommand*>(command)->name = name;
    return 0;
  }
};

absl::string_view HostPart(absl::string_view address) {
  return address.substr(address.rfind('@') + 1);
}

std::string EncodedWords(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    size_t size = std::min(kWordBytes, text.size());
    while (size < text.size() && size > 1 &&
           (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) {
      --size;
    }
    absl::StrAppend(&out, out.empty() ? "" : "\r\n ", "=?UTF-8?B?",
                    absl::Base64Escape(text.substr(0, size)), "?=");
    text.remove_prefix(size);
  }
  return out;
}

std::string InLines(absl::string_view bytes) {
  std::string out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(kLineBytes, bytes.size()))) {
    absl::StrAppend(&out, absl::Base64Escape(bytes.substr(0, kLineBytes)), "\r\n");
  }
  return out;
}

std::string WithCrLf(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

Sending Failed(CURLcode code, long status, const std::string& command) {  // NOLINT: curl's type
  using Outcome = Sending::Outcome;
  switch (code) {
    case CURLE_OK: return {.outcome = Outcome::kTaken};
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT: return {.outcome = Outcome::kAway, .failure = "UNREACHABLE"};
    case CURLE_OPERATION_TIMEDOUT: return {.outcome = Outcome::kAway, .failure = "TIMEOUT"};
    case CURLE_ABORTED_BY_CALLBACK: return {.outcome = Outcome::kAway, .failure = "STOPPED"};
    case CURLE_LOGIN_DENIED: return {.outcome = Outcome::kAway, .failure = "LOGIN"};
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_PEER_FAILED_VERIFICATION: return {.outcome = Outcome::kAway, .failure = "TLS"};
    default: break;
  }
  if (status < 400 || status > 599) return {.outcome = Outcome::kAway, .failure = "BROKEN"};
  Sending sending{.outcome = Outcome::kAway, .failure = absl::StrCat("REFUSED_", status)};
  // To the others the server said that it does not serve us at all.
  if (command == "RCPT" || command == "DATA") {
    sending.outcome = status >= 500 ? Outcome::kRefused : Outcome::kFailed;
  }
  return sending;
}

}  // namespace

absl::StatusOr<Mailer> Mailer::Open(Options options) {
  const bool secure = absl::StartsWith(options.url, kSecure);
  if (!secure && !absl::StartsWith(options.url, kStartTls)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--smtp_url is \"", options.url, "\", want smtps://HOST or smtp://HOST"));
  }
  const std::string rest = options.url.substr(secure ? kSecure.size() : kStartTls.size());
  if (rest.empty() || !std::all_of(rest.begin(), rest.end(), [](char c) {
        return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
               absl::string_view(".-:[]").find(c) != absl::string_view::npos;
      })) {
    return absl::InvalidArgumentError(absl::StrCat(
        "--smtp_url is \"", options.url, "\", want a host and a port at most, and no credentials"));
  }
  const absl::Status from = CheckMailAddress(options.from, "from");
  if (!from.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("--smtp_from is \"", options.from, "\", which is no mail address"));
  }
  return Mailer(std::move(options));
}

std::string Mailer::Message(const Mail& mail) const {
  return absl::StrCat(
      "Date: ", absl::FormatTime("%a, %d %b %Y %H:%M:%S +0000", mail.time, absl::UTCTimeZone()),
      "\r\nFrom: Shareway <", options_.from, ">\r\nTo: <", mail.to, ">\r\nSubject: ",
      EncodedWords(mail.subject), "\r\nMessage-ID: <", mail.id, "@", HostPart(options_.from),
      ">\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n",
      "Content-Transfer-Encoding: base64\r\nContent-Language: ", mail.language,
      "\r\nAuto-Submitted: auto-generated\r\n\r\n", InLines(WithCrLf(mail.body)));
}

Sending Mailer::Send(const Mail& mail) const {
  static absl::once_flag once;
  absl::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  // Both go into commands as they are.
  if (!CheckMailAddress(mail.to, "to").ok()) {
    return {.outcome = Sending::Outcome::kRefused, .failure = "ADDRESS_FORBIDDEN"};
  }
  const std::unique_ptr<CURL, HandleEnd> handle(curl_easy_init());
  const std::unique_ptr<curl_slist, ListEnd> to(
      curl_slist_append(nullptr, absl::StrCat("<", mail.to, ">").c_str()));
  if (handle == nullptr || to == nullptr) {
    return {.outcome = Sending::Outcome::kAway, .failure = "BROKEN"};
  }
  CURL* const curl = handle.get();
  const std::string message = Message(mail);
  Rest rest{message};
  LastCommand command;
  // The path is what EHLO says: not this machine's name.
  curl_easy_setopt(curl, CURLOPT_URL,
                   absl::StrCat(options_.url, "/", HostPart(options_.from)).c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_USE_SSL,
                   static_cast<long>(options_.plain ? CURLUSESSL_TRY : CURLUSESSL_ALL));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options_.ca.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  if (!options_.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_USERNAME, options_.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, options_.password.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_MAIL_FROM, absl::StrCat("<", options_.from, ">").c_str());
  curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, to.get());
  curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(curl, CURLOPT_READFUNCTION, &Rest::Give);
  curl_easy_setopt(curl, CURLOPT_READDATA, &rest);
  curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
  curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, &LastCommand::Hear);
  curl_easy_setopt(curl, CURLOPT_DEBUGDATA, &command);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.timeout)));
  // The end is no part of that time: curl says QUIT even to a server that was silent after the mail, and
  // waits two minutes for the answer. It waits as long as for any other, and in this handle, not in one
  // of its own that knows no limits.
  curl_easy_setopt(curl, CURLOPT_FORBID_REUSE, 1L);
  curl_easy_setopt(
      curl, CURLOPT_SERVER_RESPONSE_TIMEOUT,
      static_cast<long>(absl::ToInt64Seconds(absl::Ceil(options_.timeout, absl::Seconds(1)))));
  if (options_.stop != nullptr) {
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Stopped);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, options_.stop.get());
  }
  const CURLcode code = curl_easy_perform(curl);
  long status = 0;  // NOLINT: curl's type
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return Failed(code, status, command.name);
}

absl::StatusOr<MailCredentials> ReadMailCredentials(const std::string& path) {
  std::ifstream file(path);
  if (!file) return absl::NotFoundError(absl::StrCat("cannot read ", path));
  MailCredentials credentials;
  std::string more;
  std::getline(file, credentials.user);
  std::getline(file, credentials.password);
  if (credentials.user.empty() || credentials.password.empty() || std::getline(file, more)) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, " is not two lines, of a user and a password"));
  }
  return credentials;
}

}  // namespace shareway::console
