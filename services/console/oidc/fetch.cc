// SPDX-License-Identifier: Apache-2.0
#include "services/console/oidc/fetch.h"

#include <memory>
#include <utility>

#include "absl/base/call_once.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "curl/curl.h"
#include "libs/base/status.h"

namespace shareway::console {
namespace {

constexpr long kMostMillis = 10'000;  // NOLINT: curl's type

struct HandleEnd {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct UrlEnd {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string PartOf(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

struct Body {
  std::string bytes;
  bool too_large = false;

  static size_t Take(const char* data, size_t size, size_t count, void* body) {
    auto* const self = static_cast<Body*>(body);
    self->too_large = self->bytes.size() + size * count > kMaxFetchedBytes;
    if (self->too_large) return 0;
    self->bytes.append(data, size * count);
    return size * count;
  }
};

}  // namespace

absl::Status CheckEndpoint(const std::string& url) {
  const auto bad = [&url](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("the URL ", url, " ", why));
  };
  const std::unique_ptr<CURLU, UrlEnd> parts(curl_url());
  if (parts == nullptr ||
      curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) {
    return bad("cannot be read");
  }
  if (!PartOf(parts.get(), CURLUPART_USER).empty() ||
      !PartOf(parts.get(), CURLUPART_PASSWORD).empty() ||
      !PartOf(parts.get(), CURLUPART_FRAGMENT).empty()) {
    return bad("has credentials or a fragment, want none");
  }
  const std::string scheme = PartOf(parts.get(), CURLUPART_SCHEME);
  const std::string host = PartOf(parts.get(), CURLUPART_HOST);
  const bool loopback = host == "127.0.0.1" || host == "[::1]";
  if (scheme != "https" && !(scheme == "http" && loopback)) return bad("is not https");
  return absl::OkStatus();
}

absl::StatusOr<Told> Fetch(const Question& question) {
  static absl::once_flag once;
  absl::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (!question.vouched) SHAREWAY_RETURN_IF_ERROR(CheckEndpoint(question.url));
  const std::unique_ptr<CURL, HandleEnd> handle(curl_easy_init());
  if (handle == nullptr) return absl::UnavailableError("libcurl makes no handle");
  CURL* const curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!question.ca.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, question.ca.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  if (!question.form.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(question.form.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, question.form.data());
  }
  if (!question.user.empty()) {
    curl_easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
    curl_easy_setopt(curl, CURLOPT_USERNAME, question.user.c_str());
    curl_easy_setopt(curl, CURLOPT_PASSWORD, question.password.c_str());
  }
  Body body;
  curl_easy_setopt(curl, CURLOPT_URL, question.url.c_str());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Body::Take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, kMostMillis);
  const CURLcode code = curl_easy_perform(curl);
  if (body.too_large) {
    return absl::UnavailableError(
        absl::StrCat(question.url, " answered with more than ", kMaxFetchedBytes, " bytes"));
  }
  if (code != CURLE_OK) {
    return absl::UnavailableError(absl::StrCat(question.url, ": ", curl_easy_strerror(code)));
  }
  long status = 0;  // NOLINT: curl's type
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return Told{.status = static_cast<int>(status), .body = std::move(body.bytes)};
}

std::string Escaped(absl::string_view text) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' || c == '_' ||
        c == '~') {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

}  // namespace shareway::console
