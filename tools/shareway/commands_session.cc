// SPDX-License-Identifier: Apache-2.0
// shareway session: signing in at the console, and what one has open there.
#include <filesystem>
#include <memory>
#include <system_error>

#include "absl/strings/strip.h"
#include "shareway/console/v1/session_service.pb.h"
#include "tools/shareway/commands.h"
#include "tools/shareway/contexts.h"
#include "tools/shareway/new_file.h"

namespace shareway::cli {
namespace {

namespace v1 = console::v1;

struct SessionArgs {
  std::string password_file, new_password_file, totp, token_file, name, person, gateway;
};

std::string Path(const std::string& method) {
  return "/shareway.console.v1.SessionService/" + method;
}

std::string TokenPath(const SessionArgs& args) {
  if (!args.token_file.empty()) return args.token_file;
  return std::filesystem::path(Contexts::DefaultPath()).parent_path() / "session-token";
}

absl::StatusOr<std::string> ReadToken(const SessionArgs& args) {
  return ReadSecretLine(TokenPath(args));
}

// Neither password nor token is ever an argument: others see the arguments of a process.
absl::Status SignIn(Session* session, const SessionArgs& args) {
  SHAREWAY_ASSIGN_OR_RETURN(const crypto::CertificateFacts facts, session->Certificate());
  v1::StartSignInRequest start;
  start.set_person(facts.identity.name);
  SHAREWAY_ASSIGN_OR_RETURN(*start.mutable_password(), ReadSecretLine(args.password_file));
  v1::FinishSignInRequest finish;
  if (!args.new_password_file.empty()) {
    SHAREWAY_ASSIGN_OR_RETURN(*finish.mutable_new_password(),
                              ReadSecretLine(args.new_password_file));
  }
  if (!args.totp.empty()) finish.mutable_factor()->set_totp_code(args.totp);
  // First of all, so that no session begins whose token nobody has.
  const std::string path = TokenPath(args);
  std::error_code ignored;  // the file's own error says more
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  SHAREWAY_ASSIGN_OR_RETURN(NewFile file, NewFile::Create(path));
  SHAREWAY_ASSIGN_OR_RETURN(const v1::StartSignInResponse started,
                            session->Call<v1::StartSignInResponse>(Path("StartSignIn"), start));
  finish.set_sign_in(started.sign_in());
  SHAREWAY_ASSIGN_OR_RETURN(const v1::SignedIn in,
                            session->Call<v1::SignedIn>(Path("FinishSignIn"), finish));
  SHAREWAY_RETURN_IF_ERROR(file.Write(in.token() + "\n"));
  SHAREWAY_RETURN_IF_ERROR(file.Keep());
  session->Print(ToJson(in.session()));
  return absl::OkStatus();
}

absl::Status Show(Session* session, const SessionArgs& args) {
  v1::GetSessionRequest get;
  SHAREWAY_ASSIGN_OR_RETURN(*get.mutable_token(), ReadToken(args));
  return session->Show<v1::Session>(Path("GetSession"), get);
}

// Where a browser goes on at the agency's gateway, within a minute and once.
absl::Status Enter(Session* session, const SessionArgs& args) {
  v1::OpenAtGatewayRequest open;
  open.set_gateway(args.gateway);
  SHAREWAY_ASSIGN_OR_RETURN(*open.mutable_token(), ReadToken(args));
  return session->Show<v1::OpenAtGatewayResponse>(Path("OpenAtGateway"), open);
}

absl::Status StepUp(Session* session, const SessionArgs& args) {
  v1::StepUpRequest step;
  SHAREWAY_ASSIGN_OR_RETURN(*step.mutable_token(), ReadToken(args));
  if (!args.totp.empty()) step.mutable_factor()->set_totp_code(args.totp);
  return session->Show<v1::Session>(Path("StepUp"), step);
}

absl::Status SignOut(Session* session, const SessionArgs& args) {
  v1::SignOutRequest out;
  SHAREWAY_ASSIGN_OR_RETURN(*out.mutable_token(), ReadToken(args));
  SHAREWAY_RETURN_IF_ERROR(session->Call<v1::SignOutResponse>(Path("SignOut"), out).status());
  std::error_code failed;
  std::filesystem::remove(TokenPath(args), failed);
  if (failed) return absl::UnknownError(TokenPath(args) + ": " + failed.message());
  return absl::OkStatus();
}

absl::Status List(Session* session, const SessionArgs& args) {
  v1::ListSessionsRequest list;
  if (!args.person.empty()) list.set_person(FullName("people", args.person));
  SHAREWAY_ASSIGN_OR_RETURN(
      const v1::ListSessionsResponse response,
      session->Call<v1::ListSessionsResponse>(Path("ListSessions"), list));
  Json sessions = Json::array();
  for (const v1::Session& one : response.sessions()) sessions.push_back(ToJson(one));
  session->Print(sessions, {{"NAME", "name"},
                            {"PERSON", "person"},
                            {"FACTOR", "factor"},
                            {"BEGAN", "createTime"},
                            {"SEEN", "seenTime"},
                            {"NETWORK", "network"}});
  return absl::OkStatus();
}

absl::Status End(Session* session, const SessionArgs& args) {
  v1::EndSessionRequest end;
  end.set_name(FullName("sessions", args.name));
  if (!args.person.empty()) end.set_person(FullName("people", args.person));
  return session->Call<v1::EndSessionResponse>(Path("EndSession"), end).status();
}

}  // namespace

absl::StatusOr<std::string> ReadSecretLine(const std::string& path) {
  SHAREWAY_ASSIGN_OR_RETURN(std::string text, ReadInput(path));
  absl::string_view line = text;
  if (absl::ConsumeSuffix(&line, "\n")) absl::ConsumeSuffix(&line, "\r");
  return std::string(line);
}

void AddSessionCommands(CLI::App* app, Session* session) {
  CLI::App* noun = Noun(app, "session", "Being signed in at the console");
  auto args = std::make_shared<SessionArgs>();
  CLI::App* in = Verb(noun, session, "sign-in",
                      "Sign in by password and certificate, or the code of an authenticator app",
                      [=] { return SignIn(session, *args); });
  in->add_option("--password-file", args->password_file, "File with the password; - reads stdin")
      ->required();
  in->add_option("--new-password-file", args->new_password_file, "Replace the password");
  CLI::App* show = Verb(noun, session, "show", "Whom the token stands for",
                        [=] { return Show(session, *args); });
  CLI::App* enter = Verb(noun, session, "enter",
                         "A code for the gateway beside the agency's node, good once: the browser "
                         "goes to URL/enter?code=CODE",
                         [=] { return Enter(session, *args); });
  enter->add_option("--gateway", args->gateway,
                    "agencies/{a}/systems/{s}; the agency's first unless said");
  CLI::App* step = Verb(noun, session, "step-up", "Show the second factor again",
                        [=] { return StepUp(session, *args); });
  CLI::App* out = Verb(noun, session, "sign-out", "End the session and delete its token",
                       [=] { return SignOut(session, *args); });
  for (CLI::App* verb : {in, step}) {
    verb->add_option("--totp", args->totp, "Six digits; without it the certificate counts");
  }
  for (CLI::App* verb : {in, show, enter, step, out}) {
    verb->add_option("--token-file", args->token_file,
                     "Where the token is kept, mode 0600; session-token beside the contexts");
  }
  CLI::App* list = Verb(noun, session, "list", "Live sessions, one's own or a person's",
                        [=] { return List(session, *args); });
  CLI::App* end = Verb(noun, session, "end", "End a session that list shows",
                       [=] { return End(session, *args); });
  end->add_option("NAME", args->name, "sessions/{s} or {s}")->required();
  for (CLI::App* verb : {list, end}) {
    verb->add_option("--person", args->person, "people/{p} or {p}, in place of oneself");
  }
}

}  // namespace shareway::cli
