// SPDX-License-Identifier: Apache-2.0
// Calls an agency's webhook.
#include "services/console/notify/webhook_call.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <memory>
#include <optional>

#include "absl/base/call_once.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "curl/curl.h"
#include "libs/crypto/hash.h"
#include "services/console/domain/notification.h"

namespace shareway::console {
namespace {

constexpr size_t kMostAnswerBytes = 64 << 10;

struct HandleEnd {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct ListEnd {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

int Stopped(void* stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

// How much of the answer came.
struct Answer {
  size_t bytes = 0;
  bool too_large = false;

  static size_t Take(const char*, size_t size, size_t count, void* answer) {
    auto* const self = static_cast<Answer*>(answer);
    self->bytes += size * count;
    self->too_large = self->bytes > kMostAnswerBytes;
    return self->too_large ? 0 : size * count;
  }
};

// Looks at each address that the name led to, at the moment of connecting: a name that leads elsewhere
// than when it was entered is found out, too.
struct Guard {
  bool any = false;  // the operator vouches for the host
  bool refused = false;

  static curl_socket_t Open(void* guard, curlsocktype, curl_sockaddr* to) {
    auto* const self = static_cast<Guard*>(guard);
    absl::string_view bytes;
    if (to->family == AF_INET) {
      const auto* v4 = reinterpret_cast<const sockaddr_in*>(&to->addr);
      bytes = {reinterpret_cast<const char*>(&v4->sin_addr), 4};
    } else if (to->family == AF_INET6) {
      const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&to->addr);
      bytes = {reinterpret_cast<const char*>(&v6->sin6_addr), 16};
    }
    if (!self->any && SpecialAddress(bytes)) {
      self->refused = true;
      return CURL_SOCKET_BAD;
    }
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
  }
};

std::string Failure(CURLcode code, const Guard& guard, const Answer& answer) {
  if (answer.too_large) return "ANSWER_TOO_LARGE";
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST: return "UNREACHABLE";
    case CURLE_COULDNT_CONNECT: return guard.refused ? "ADDRESS_FORBIDDEN" : "UNREACHABLE";
    case CURLE_OPERATION_TIMEDOUT: return "TIMEOUT";
    case CURLE_ABORTED_BY_CALLBACK: return "STOPPED";
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_PEER_FAILED_VERIFICATION: return "TLS";
    default: return "BROKEN";
  }
}

}  // namespace

std::string WebhookSignature(const WebhookCall& call) {
  const std::string signed_text =
      absl::StrCat(call.id, ".", absl::ToUnixSeconds(call.time), ".", call.body);
  std::string signatures;
  for (const std::string& key : call.keys) {
    absl::StrAppend(&signatures, signatures.empty() ? "" : " ", "v1,",
                    absl::Base64Escape(crypto::HmacSha256(key, signed_text).view()));
  }
  return signatures;
}

std::string SecretText(absl::string_view key) {
  return absl::StrCat("whsec_", absl::Base64Escape(key));
}

Sending WebhookCaller::Call(const WebhookCall& call) const {
  using Outcome = Sending::Outcome;
  static absl::once_flag once;
  absl::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::optional<HostAndPort> where = HostOf(call.url);
  if (!where || !CheckWebhookUrl(call.url, options_.hosts, "url").ok()) {
    return {.outcome = Outcome::kFailed, .failure = "ADDRESS_FORBIDDEN"};
  }
  const std::unique_ptr<CURL, HandleEnd> handle(curl_easy_init());
  if (handle == nullptr) return {.outcome = Outcome::kFailed, .failure = "BROKEN"};
  std::unique_ptr<curl_slist, ListEnd> headers;
  for (const std::string& line :
       {std::string("Content-Type: application/json"), std::string("User-Agent: shareway"),
        std::string("Expect:"), absl::StrCat("webhook-id: ", call.id),
        absl::StrCat("webhook-timestamp: ", absl::ToUnixSeconds(call.time)),
        absl::StrCat("webhook-signature: ", WebhookSignature(call))}) {
    curl_slist* const longer = curl_slist_append(headers.get(), line.c_str());
    if (longer == nullptr) return {.outcome = Outcome::kFailed, .failure = "BROKEN"};
    (void)headers.release();
    headers.reset(longer);
  }
  CURL* const curl = handle.get();
  Guard guard{.any = Listed(*where, options_.hosts)};
  Answer answer;
  curl_easy_setopt(curl, CURLOPT_URL, call.url.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!options_.ca.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, options_.ca.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, &Guard::Open);
  curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, &guard);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(call.body.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, call.body.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Answer::Take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(options_.timeout)));
  if (options_.stop != nullptr) {
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Stopped);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, options_.stop.get());
  }
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) {
    return {.outcome = Outcome::kFailed, .failure = Failure(code, guard, answer)};
  }
  long status = 0;  // NOLINT: curl's type
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 200 && status < 300) return {.outcome = Outcome::kTaken};
  return {.outcome = status == 410 ? Outcome::kRefused : Outcome::kFailed,
          .failure = absl::StrCat("REFUSED_", status)};
}

}  // namespace shareway::console
