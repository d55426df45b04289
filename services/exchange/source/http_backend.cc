// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/source/http_backend.h"

#include <utility>
#include <vector>

#include "absl/base/call_once.h"
#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "curl/curl.h"
#include "libs/base/status.h"
#include "nlohmann/json.hpp"
#include "services/exchange/source/json_rows.h"

namespace shareway::exchange {
namespace {

constexpr long kConnectMillis = 3000;  // NOLINT: curl's type
constexpr char kUnnamedType[] = "application/octet-stream";

struct HandleEnd {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
using Handle = std::unique_ptr<CURL, HandleEnd>;

struct HeadersEnd {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Headers = std::unique_ptr<curl_slist, HeadersEnd>;

void Add(absl::string_view name, absl::string_view value, Headers* headers) {
  if (!FitsHeader(value)) return;  // what a consumer says must not begin a header of its own
  const std::string line = absl::StrCat(name, ": ", value);
  curl_slist* longer = curl_slist_append(headers->get(), line.c_str());
  if (longer == nullptr) return;
  (void)headers->release();
  headers->reset(longer);
}

std::string PartOf(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string copy = text;
  curl_free(text);
  return copy;
}

absl::Status CheckUrl(const std::string& text) {
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
  const auto bad = [&text](absl::string_view why) {
    return absl::InvalidArgumentError(absl::StrCat("the URL ", text, " ", why));
  };
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) {
    return bad("cannot be read");
  }
  if (!PartOf(url.get(), CURLUPART_USER).empty() || !PartOf(url.get(), CURLUPART_PASSWORD).empty() ||
      !PartOf(url.get(), CURLUPART_FRAGMENT).empty()) {
    return bad("has credentials or a fragment, want none");
  }
  const std::string scheme = PartOf(url.get(), CURLUPART_SCHEME);
  const std::string host = PartOf(url.get(), CURLUPART_HOST);
  const bool here = host == "127.0.0.1" || host == "[::1]" || host == "localhost";
  if (scheme == "https" || (scheme == "http" && here)) return absl::OkStatus();
  return bad("is not https://, nor http:// to 127.0.0.1, [::1] or localhost");
}

// Every byte but RFC 3986's unreserved ones as %XX.
std::string Escaped(absl::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<uint8_t>(c);
    out.append({'%', kHex[byte >> 4], kHex[byte & 15]});
  }
  return out;
}

std::string WithArguments(std::string url, const Invocation& invocation) {
  char mark = url.find('?') == std::string::npos ? '?' : '&';
  for (const auto& [name, value] : invocation.arguments) {
    absl::StrAppend(&url, absl::string_view(&mark, 1), Escaped(name), "=", Escaped(value));
    mark = '&';
  }
  return url;
}

std::string JsonOf(const Invocation& invocation) {
  nlohmann::json object = nlohmann::json::object();
  for (const auto& [name, value] : invocation.arguments) object[name] = value;
  return object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

// Takes a body; a return of less than it was given ends the transfer.
struct Body {
  std::string bytes = {};
  bool too_large = false;

  static size_t Take(char* data, size_t size, size_t count, void* body) {
    auto* const self = static_cast<Body*>(body);
    self->too_large = self->bytes.size() + size * count > kMaxCallAnswer;
    if (self->too_large) return 0;
    self->bytes.append(data, size * count);
    return size * count;
  }
};

void SetSecurity(CURL* curl, const HttpTarget& target) {
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  if (!target.ca.empty()) {
    curl_easy_setopt(curl, CURLOPT_CAINFO, target.ca.c_str());
    curl_easy_setopt(curl, CURLOPT_CAPATH, nullptr);
  }
  if (!target.certificate.empty()) {
    curl_easy_setopt(curl, CURLOPT_SSLCERT, target.certificate.c_str());
    curl_easy_setopt(curl, CURLOPT_SSLKEY, target.key.c_str());
  }
}

Headers HeadersOf(const BackendCall& call, const HttpTarget& target) {
  Headers headers;
  Add("shareway-consumer", call.request.consumer, &headers);
  Add("shareway-exchange", call.request.exchange, &headers);
  Add("shareway-attempt", absl::StrCat(call.request.attempt), &headers);
  Add("shareway-grant", call.request.grant, &headers);
  if (!call.request.traceparent.empty()) Add("traceparent", call.request.traceparent, &headers);
  if (!target.authorization.empty()) Add("authorization", target.authorization, &headers);
  return headers;
}

// What became of it, without a word of the answer.
absl::Status Checked(CURL* curl, CURLcode code, const Body& body) {
  if (body.too_large) {
    return BackendFailed(absl::StrCat("its answer has more than ", kMaxCallAnswer, " bytes"));
  }
  if (code != CURLE_OK) return BackendFailed(curl_easy_strerror(code));
  long status = 0;  // NOLINT: curl's type
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) return BackendFailed(absl::StrCat("it answered HTTP ", status));
  return absl::OkStatus();
}

}  // namespace

struct HttpBackend::State {
  HttpTarget target;
  absl::Mutex mutex;
  int running ABSL_GUARDED_BY(mutex) = 0;
  std::vector<Handle> idle ABSL_GUARDED_BY(mutex);  // with the connections that they keep

  // Null: kMostBackendCalls run.
  Handle Take() {
    absl::MutexLock lock(&mutex);
    if (running == kMostBackendCalls) return nullptr;
    Handle handle(idle.empty() ? curl_easy_init() : idle.back().release());
    if (!idle.empty()) idle.pop_back();
    if (handle != nullptr) ++running;
    return handle;
  }
  void GiveBack(Handle handle) {
    absl::MutexLock lock(&mutex);
    --running;
    idle.push_back(std::move(handle));
  }
};

HttpBackend::HttpBackend(std::unique_ptr<State> state) : state_(std::move(state)) {}
HttpBackend::~HttpBackend() = default;

absl::StatusOr<std::unique_ptr<HttpBackend>> HttpBackend::Open(HttpTarget target) {
  static absl::once_flag once;
  absl::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  SHAREWAY_RETURN_IF_ERROR(CheckUrl(target.url));
  if (target.certificate.empty() != target.key.empty()) {
    return absl::InvalidArgumentError("a certificate and its key are given together or not at all");
  }
  if (!FitsHeader(target.authorization)) {
    return absl::InvalidArgumentError("the authorization is not one line of ASCII");
  }
  auto state = std::make_unique<State>();
  state->target = std::move(target);
  return std::unique_ptr<HttpBackend>(new HttpBackend(std::move(state)));
}

absl::StatusOr<BackendAnswer> HttpBackend::Call(const BackendCall& call) const {
  const HttpTarget& target = state_->target;
  Handle handle = state_->Take();
  if (handle == nullptr) return BackendBusy();
  CURL* const curl = handle.get();
  curl_easy_reset(curl);
  SetSecurity(curl, target);
  Headers headers = HeadersOf(call, target);
  const bool opaque = call.operation.opaque();
  const bool post = opaque || target.post;
  const std::string url = post ? target.url : WithArguments(target.url, call.invocation);
  const std::string sent = opaque ? call.invocation.body : JsonOf(call.invocation);
  if (post) {
    const std::string& type = call.invocation.content_type;
    Add("content-type", opaque ? (type.empty() ? kUnnamedType : type) : "application/json",
        &headers);
    Add("expect", "", &headers);  // curl would wait for leave to send a large body
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(sent.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, sent.data());
  }
  Add("accept", opaque ? "*/*" : "application/json", &headers);
  Body body;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Body::Take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, kConnectMillis);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(call.timeout)));
  const absl::Status outcome = Checked(curl, curl_easy_perform(curl), body);
  const char* type = nullptr;
  curl_easy_getinfo(curl, CURLINFO_CONTENT_TYPE, &type);
  BackendAnswer answer;
  answer.content_type = type != nullptr && IsMediaType(type) ? type : kUnnamedType;
  state_->GiveBack(std::move(handle));
  SHAREWAY_RETURN_IF_ERROR(outcome);
  if (opaque) {
    answer.content = std::move(body.bytes);
  } else {
    SHAREWAY_ASSIGN_OR_RETURN(answer.rows, ReadJsonRows(body.bytes, call.items));
  }
  return answer;
}

}  // namespace shareway::exchange
