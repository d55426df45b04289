// SPDX-License-Identifier: Apache-2.0
#include "services/console/gateway/gateway.h"

#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/message.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"
#include "libs/rpc/grpc_status.h"
#include "services/console/gateway/asked.h"

namespace shareway::console {
namespace {

namespace pb = google::protobuf;

constexpr size_t kMaxQueue = 1024;  // calls that wait for a thread
constexpr size_t kLittle = 4 << 10;  // bytes of an answer that no other thread turns into JSON
constexpr char kJson[] = "application/json";
constexpr char kProto[] = "application/proto";
constexpr char kStreamJson[] = "application/connect+json";
constexpr char kStreamProto[] = "application/connect+proto";
constexpr char kNotFound[] = "there is no such method here";
// The one method whose success ends the cookie.
constexpr char kSignOut[] = "/shareway.console.v1.SessionService/SignOut";
constexpr char kEndSession[] = "/shareway.console.v1.SessionService/EndSession";

absl::Status NoSession() {
  return Error(Reason::kSessionOver, absl::StatusCode::kUnauthenticated,
               "this call needs a session; there is none");
}

absl::Status Busy() {
  return Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted,
               "too many calls wait for a thread");
}

bool EndsCookie(const absl::Status& error) {
  const std::optional<ErrorDetails> details = DetailsOf(error);
  return details && (details->reason == Reason::kSessionOver ||
                     details->reason == Reason::kSessionElsewhere);
}

// "application/json; charset=utf-8" is application/json.
std::string MediaType(absl::string_view field) {
  return absl::AsciiStrToLower(absl::StripAsciiWhitespace(field.substr(0, field.find(';'))));
}

// In the name of the session's person: by the console's word on its own connection, or in a pass.
void NamePerson(const WebSession& session, rpc::CallOptions* options) {
  options->pass = session.pass;
  if (session.pass.empty()) options->actor = rpc::ToMetadata(session.actor);
}

rpc::Limits AtATime(int most) { return {.concurrent = most, .burst = 0, .bytes = 0}; }

std::unique_ptr<pb::Message> NewMessage(const pb::Descriptor* type) {
  return std::unique_ptr<pb::Message>(
      pb::MessageFactory::generated_factory()->GetPrototype(type)->New());
}

}  // namespace

Gateway::Gateway(Parts parts)
    : parts_(std::move(parts)),
      by_address_(parts_.by_address, parts_.clock),
      by_session_(parts_.by_session, parts_.clock),
      streams_(AtATime(parts_.streams_of_one), parts_.clock),
      uploads_(AtATime(parts_.uploads_of_one), parts_.clock),
      all_streams_(AtATime(parts_.streams_of_all), parts_.clock),
      all_uploads_(AtATime(parts_.uploads_of_all), parts_.clock),
      live_(parts_.stands, parts_.look_every),
      pool_(parts_.threads, kMaxQueue) {}

Gateway::~Gateway() {
  closing_ = true;
  live_.EndAll(absl::UnavailableError("this console stops"));
  absl::MutexLock lock(&mutex_);
  mutex_.Await(absl::Condition(
      +[](int* under_way) { return *under_way == 0; }, &under_way_));
}

void Gateway::Handle(HttpRequest request, AnswerHttp answer) {
  AnswerHttp secured = [answer = std::move(answer)](HttpAnswer out) {
    Secure(&out);
    answer(std::move(out));
  };
  if (request.method == "POST") return Post(std::move(request), std::move(secured));
  Get(std::move(request), secured);
}

void Gateway::Get(HttpRequest request, const AnswerHttp& answer) {
  const Language language = rpc::ParseLanguage(request.field("accept-language"));
  const bool csrf = request.target == "/csrf";
  if (const absl::Status site = CheckSite(request, parts_.hosts, !csrf); !site.ok()) {
    return answer(Refused(site, language));
  }
  absl::StatusOr<std::unique_ptr<rpc::CallerLimits::Pass>> pass =
      by_address_.Enter(request.source);
  if (!pass.ok()) return answer(Refused(pass.status(), language));
  const std::string first(request.path().substr(0, request.path().find('/', 1) + 1));
  auto reading = parts_.readings.find(request.path());
  if (reading == parts_.readings.end()) reading = parts_.readings.find(first);
  if (reading != parts_.readings.end()) {
    auto asked = std::make_shared<Asked>(this);
    asked->language = language;
    asked->request = std::move(request);
    asked->answer = answer;
    asked->held->address = std::move(*pass);
    return Read(reading->second, asked);
  }
  HttpAnswer page;
  if (csrf) {
    const absl::StatusOr<std::string> token = TokenOf(request, parts_.cookie);
    if (!token.ok()) return answer(Refused(token.status(), language));
    if (token->empty()) return answer(Refused(NoSession(), language));
    page.With("Content-Type", kJson).With("Cache-Control", "no-store");
    page.body = std::make_shared<const std::string>(
        absl::StrCat("{\"token\":\"", CsrfOf(*token), "\"}\n"));
  } else {
    page = parts_.pages(request);
  }
  auto held = std::make_shared<Held>();
  held->address = std::move(*pass);
  page.held = std::move(held);
  answer(std::move(page));
}

void Gateway::Read(const Parts::Reading& reading, const AskedPtr& asked) {
  const bool runs = pool_.Run(asked->request.source, [this, &reading, asked] {
    absl::StatusOr<rpc::CallOptions> options = rpc::CallOptions();
    if (reading.in_session) options = AdmitReader(asked.get());
    HttpAnswer out = reading.read(asked->request, options);
    if (!options.ok() && EndsCookie(options.status()) && !asked->token.empty()) {
      out.With("Set-Cookie", ClearingCookie(parts_.cookie));
    }
    Give(asked, std::move(out));
  });
  if (!runs) Answer(asked, Busy());
}

// To read needs no CSRF token: the cookie goes with no other site's request, and nothing changes.
absl::StatusOr<rpc::CallOptions> Gateway::AdmitReader(Asked* asked) {
  SHAREWAY_ASSIGN_OR_RETURN(asked->token, TokenOf(asked->request, parts_.cookie));
  if (asked->token.empty()) return NoSession();
  SHAREWAY_ASSIGN_OR_RETURN(
      const WebSession session,
      parts_.session({asked->request.address, asked->request.certificate}, asked->token));
  SHAREWAY_ASSIGN_OR_RETURN(asked->held->session, by_session_.Enter(session.name));
  rpc::CallOptions options;
  options.accept_language = std::string(rpc::LanguageTag(asked->language));
  NamePerson(session, &options);
  return options;
}

void Gateway::Post(HttpRequest request, AnswerHttp answer) {
  auto asked = std::make_shared<Asked>(this);
  asked->language = rpc::ParseLanguage(request.field("accept-language"));
  asked->request = std::move(request);
  asked->answer = std::move(answer);
  asked->route = parts_.routes.Find(asked->request.target);
  if (const absl::Status wrong = CheckCall(asked.get()); !wrong.ok()) {
    if (asked->stream) return Answer(asked, wrong);
    HttpAnswer refused = Refused(wrong, asked->language);
    if (absl::IsUnimplemented(wrong)) refused.status = asked->route == nullptr ? 404 : 415;
    return asked->answer(std::move(refused));
  }
  absl::StatusOr<std::unique_ptr<rpc::CallerLimits::Pass>> pass =
      by_address_.Enter(asked->request.source);
  if (!pass.ok()) return Answer(asked, pass.status());
  asked->held->address = std::move(*pass);
  // Whose session it is comes from memory, but for a write each minute; streams wait for more.
  const auto call = [this, asked] { Call(asked); };
  if (!(asked->stream ? pool_.Run(asked->request.source, call)
                      : pool_.RunSoon(asked->request.source, call))) {
    Answer(asked, Busy());
  }
}

absl::Status Gateway::CheckCall(Asked* asked) const {
  const HttpRequest& request = asked->request;
  SHAREWAY_RETURN_IF_ERROR(CheckSite(request, parts_.hosts, false));
  if (asked->route == nullptr) return absl::UnimplementedError(kNotFound);
  // Neither can a form of another site send, nor a script without asking this server first.
  const std::string type = MediaType(request.field("content-type"));
  const bool stream = asked->route->server_stream || asked->route->client_stream;
  const absl::string_view json = stream ? kStreamJson : kJson;
  const absl::string_view proto = stream ? kStreamProto : kProto;
  if (type != json && type != proto) {
    return absl::UnimplementedError(absl::StrCat("want Content-Type ", json, " or ", proto));
  }
  asked->json = type == json;
  for (const char* field : {"content-encoding", "connect-content-encoding"}) {
    const absl::string_view coding = request.field(field);
    if (coding.empty() || coding == "identity") continue;
    asked->stream = stream;
    return absl::UnimplementedError("want a body that is not compressed");
  }
  asked->stream = stream;
  const std::string inspected(request.field(rpc::kInspectedKey));
  if (!inspected.empty() && !HasForm("agencies/{a}", inspected)) {
    return Error::Field(rpc::kInspectedKey, "want agencies/{a}");
  }
  const absl::string_view version = request.field("connect-protocol-version");
  if (!version.empty() && version != "1") {
    return Error::Field("connect-protocol-version", "want 1");
  }
  SHAREWAY_ASSIGN_OR_RETURN(
      asked->timeout,
      ParseTimeout(request.field("connect-timeout-ms"),
                   asked->route->server_stream   ? parts_.longest_stream
                   : asked->route->client_stream ? parts_.longest_upload
                                                 : parts_.longest_call));
  SHAREWAY_ASSIGN_OR_RETURN(asked->token, TokenOf(request, parts_.cookie));
  return absl::OkStatus();
}

void Gateway::Call(const AskedPtr& asked) {
  rpc::CallOptions options;
  options.timeout = asked->timeout;
  options.accept_language = std::string(rpc::LanguageTag(asked->language));
  options.inspected = std::string(asked->request.field(rpc::kInspectedKey));
  if (absl::Status refused = Admit(asked.get(), &options); !refused.ok()) {
    return Answer(asked, refused);
  }
  if (const auto own = parts_.own.find(asked->route->path); own != parts_.own.end()) {
    // Read all the same: who names a token or a visitor is refused as elsewhere.
    absl::StatusOr<std::string> bytes = BytesOf(*asked);
    if (bytes.ok()) {
      bytes = own->second({asked->request.address, asked->request.certificate}, asked->token);
    }
    return Answer(asked, std::move(bytes));
  }
  const auto target = parts_.targets.find(asked->route->target);
  if (target == parts_.targets.end()) {
    return Answer(asked, Error(Reason::kNotReady, absl::StatusCode::kUnavailable,
                               absl::StrCat("this console is not connected to ",
                                            asked->route->target)));
  }
  if (asked->stream) return Stream(asked, target->second.get(), options);
  absl::StatusOr<std::string> bytes = BytesOf(*asked);
  if (!bytes.ok()) return Answer(asked, bytes.status());
  asked->request.body = {};  // it may be large, and waits for the answer otherwise
  target->second->RawUnaryAsync(
      asked->route->path, *std::move(bytes), options,
      [this, asked](absl::StatusOr<std::string> answer) {
        // A hand-over costs as much as little JSON. Of much, gRPC's thread has better to do; a full
        // pool leaves it no choice.
        if (!answer.ok() || answer->size() <= kLittle) return Answer(asked, std::move(answer));
        auto shared = std::make_shared<absl::StatusOr<std::string>>(std::move(answer));
        RunSoon(*asked, [this, asked, shared] { Answer(asked, std::move(*shared)); });
      });
}

// In whose name the call goes. For systems, beside a node, in the gateway's own; else three kinds: in
// the person's, who has a session; in the console's with the session's token; in the console's for
// who has none yet.
absl::Status Gateway::Admit(Asked* asked, rpc::CallOptions* options) {
  const Route& route = *asked->route;
  const bool system = asked->token.empty() && !asked->request.identity.empty();
  if (parts_.system && (system || !parts_.session)) {
    SHAREWAY_ASSIGN_OR_RETURN(asked->session, parts_.system(asked->request));
    SHAREWAY_ASSIGN_OR_RETURN(asked->held->session, by_session_.Enter(asked->session));
    return absl::OkStatus();
  }
  if (route.client != nullptr && route.token == nullptr) return absl::OkStatus();
  if (asked->token.empty()) return NoSession();
  SHAREWAY_RETURN_IF_ERROR(CheckCsrf(asked->request, asked->token));
  if (route.client != nullptr) return absl::OkStatus();
  SHAREWAY_ASSIGN_OR_RETURN(
      const WebSession session,
      parts_.session({asked->request.address, asked->request.certificate}, asked->token));
  SHAREWAY_ASSIGN_OR_RETURN(asked->held->session, by_session_.Enter(session.name));
  asked->session = session.name;
  NamePerson(session, options);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Gateway::BytesOf(const Asked& asked) const {
  const Route& route = *asked.route;
  std::string bytes = asked.request.body;
  if (asked.json) {
    SHAREWAY_ASSIGN_OR_RETURN(bytes, transcoder_.ToBinary(*route.input, asked.request.body));
  }
  if (route.client == nullptr) return bytes;
  const std::unique_ptr<pb::Message> message = NewMessage(route.input);
  if (!message->ParseFromString(bytes)) {
    return Error::Field("body", absl::StrCat("is no ", route.input->full_name()));
  }
  const pb::Reflection& reflection = *message->GetReflection();
  if (reflection.HasField(*message, route.client)) {
    return Error::Field("client", "is set; the console says where a visitor comes from");
  }
  pb::Message* const client = reflection.MutableMessage(message.get(), route.client);
  const pb::Descriptor& type = *client->GetDescriptor();
  client->GetReflection()->SetString(client, type.FindFieldByName("address"),
                                     asked.request.address);
  client->GetReflection()->SetString(client, type.FindFieldByName("certificate_key_id"),
                                     asked.request.certificate);
  if (route.token != nullptr) {
    if (reflection.HasField(*message, route.token)) {
      return Error::Field("token", "is set; it is the cookie's");
    }
    reflection.SetString(message.get(), route.token, asked.token);
  }
  return message->SerializeAsString();
}

void Gateway::Answer(const AskedPtr& asked, absl::StatusOr<std::string> bytes) {
  if (asked->stream) {
    HttpAnswer out = Streamed(*asked, bytes);
    if (!bytes.ok() && EndsCookie(bytes.status()) && !asked->token.empty()) {
      out.With("Set-Cookie", ClearingCookie(parts_.cookie));
    }
    out.held = asked->held;
    return asked->answer(std::move(out));
  }
  absl::StatusOr<HttpAnswer> told =
      bytes.ok() ? Told(*asked, *std::move(bytes)) : absl::StatusOr<HttpAnswer>(bytes.status());
  HttpAnswer out = told.ok() ? *std::move(told) : Refused(told.status(), asked->language);
  const bool over = told.ok() ? asked->route->path == kSignOut
                              : EndsCookie(told.status()) && !asked->token.empty();
  if (over) out.With("Set-Cookie", ClearingCookie(parts_.cookie));
  if (told.ok() && (asked->route->path == kSignOut || asked->route->path == kEndSession)) {
    live_.LookSoon();
  }
  Give(asked, std::move(out));
}

// Whoever has the answer may ask the next at once, however late the server knows that it was taken.
void Gateway::Give(const AskedPtr& asked, HttpAnswer answer) {
  const size_t bytes = answer.body == nullptr ? 0 : answer.body->size();
  Held& held = *asked->held;
  const auto cut = [] {};  // the server ends a connection that takes nothing
  if (held.address) by_address_.GiveAnswer(held.address.get(), bytes, cut);
  if (held.session) by_session_.GiveAnswer(held.session.get(), bytes, cut);
  answer.held = asked->held;
  asked->answer(std::move(answer));
}

absl::StatusOr<HttpAnswer> Gateway::Told(const Asked& asked, std::string bytes) const {
  const Route& route = *asked.route;
  HttpAnswer out;
  if (route.new_token != nullptr) {
    const std::unique_ptr<pb::Message> message = NewMessage(route.output);
    if (!message->ParseFromString(bytes)) return absl::InternalError("an answer does not parse");
    const std::string token = message->GetReflection()->GetString(*message, route.new_token);
    if (token.empty()) return absl::InternalError("a session without a token");
    message->GetReflection()->ClearField(message.get(), route.new_token);
    bytes = message->SerializeAsString();
    out.With("Set-Cookie", SettingCookie(token, parts_.cookie)).With("Shareway-Csrf", CsrfOf(token));
  }
  if (asked.json) {
    SHAREWAY_ASSIGN_OR_RETURN(bytes, transcoder_.ToJson(*route.output, bytes));
  }
  out.With("Content-Type", asked.json ? kJson : kProto).With("Cache-Control", "no-store");
  out.body = std::make_shared<const std::string>(std::move(bytes));
  return out;
}

HttpAnswer Gateway::Refused(const absl::Status& error, Language language) const {
  HttpAnswer out{.status = HttpStatusOf(error.code())};
  out.With("Content-Type", kJson)
      .With("Cache-Control", "no-store")
      .With("Content-Language", rpc::LanguageTag(language));
  const std::string after = RetryAfter(error);
  if (!after.empty()) out.With("Retry-After", after);
  out.body = std::make_shared<const std::string>(transcoder_.ErrorJson(error, language));
  return out;
}

}  // namespace shareway::console
