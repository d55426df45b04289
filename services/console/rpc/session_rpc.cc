// SPDX-License-Identifier: Apache-2.0
// The adapter of SessionService.
#include "services/console/rpc/session_rpc.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "libs/base/status.h"
#include "libs/evidence/record.h"
#include "libs/rpc/pass.h"
#include "services/console/rpc/directory_view.h"

namespace shareway::console {
namespace {

static_assert(static_cast<int>(Factor::kCertificate) == v1::CERTIFICATE);
static_assert(static_cast<int>(Factor::kWebAuthn) == v1::WEBAUTHN);

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.console.v1.SessionService/", method);
}

v1::Session ToProto(const LiveSession& live) {
  const Session& session = live.session.value;
  v1::Session out;
  out.set_name(session.name);
  out.set_account(AccountOf(session.person));
  out.set_person(session.person);
  out.set_agency(live.person.agency);
  for (const Role role : live.person.roles) {
    out.add_roles(static_cast<::shareway::Role>(role));
  }
  out.set_factor(static_cast<v1::Factor>(session.factor));
  *out.mutable_create_time() = evidence::ToTimestamp(session.start);
  *out.mutable_seen_time() = evidence::ToTimestamp(session.seen);
  *out.mutable_end_time() = evidence::ToTimestamp(session.end());
  *out.mutable_step_up_end_time() = evidence::ToTimestamp(session.step_up_end());
  out.set_network(session.network);
  out.set_certificate_bound(!session.certificate.empty());
  return out;
}

absl::StatusOr<ShownFactor> FromProto(const v1::SecondFactor& factor) {
  ShownFactor shown;
  if (factor.has_totp_code()) {
    if (factor.totp_code().size() != 6) {
      return Error::Field("factor.totp_code", "has not six digits");
    }
    shown.totp_code = factor.totp_code();
  }
  if (factor.has_assertion()) {
    shown.assertion =
        crypto::Assertion{factor.assertion().authenticator_data(), factor.assertion().client_data(),
                          factor.assertion().signature()};
  }
  return shown;
}

v1::StartSignInResponse ToProto(const Sessions::Started& started) {
  v1::StartSignInResponse response;
  response.set_sign_in(started.sign_in);
  for (const Factor factor : started.factors) {
    response.add_factors(static_cast<v1::Factor>(factor));
  }
  response.set_challenge(started.challenge);
  response.set_password_expired(started.password_expired);
  return response;
}

template <typename Request>
absl::StatusOr<Client> ClientIn(const rpc::Call& call, const Request& request) {
  return ClientOf(call, request.has_client(), request.client());
}

}  // namespace

template <typename Request>
absl::StatusOr<Person> SessionRpc::Asks(const rpc::Call& call, const Request& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Client client, ClientIn(call, request));
  if (call.caller().person()) return ActorOf(call);
  SHAREWAY_ASSIGN_OR_RETURN(const LiveSession live, sessions_->Use(client, request.token()));
  return live.person;
}

void SessionRpc::Register(rpc::Server* server) {
  server->Unary<v1::StartSignInRequest, v1::StartSignInResponse>(
      Path("StartSignIn"),
      [this](const rpc::Call& call, const v1::StartSignInRequest& r) { return Start(call, r); });
  server->Unary<v1::StartProviderSignInRequest, v1::StartProviderSignInResponse>(
      Path("StartProviderSignIn"),
      [this](const rpc::Call& call, const v1::StartProviderSignInRequest& r) {
        return StartAtProvider(call, r);
      });
  server->Unary<v1::ReturnFromProviderRequest, v1::StartSignInResponse>(
      Path("ReturnFromProvider"),
      [this](const rpc::Call& call, const v1::ReturnFromProviderRequest& r) {
        return Return(call, r);
      });
  server->Unary<v1::FinishSignInRequest, v1::SignedIn>(
      Path("FinishSignIn"),
      [this](const rpc::Call& call, const v1::FinishSignInRequest& r) { return Finish(call, r); });
  server->Unary<v1::GetSessionRequest, v1::Session>(
      Path("GetSession"),
      [this](const rpc::Call& call, const v1::GetSessionRequest& r) -> absl::StatusOr<v1::Session> {
        SHAREWAY_ASSIGN_OR_RETURN(const Client client, ClientIn(call, r));
        SHAREWAY_ASSIGN_OR_RETURN(const LiveSession live, sessions_->Use(client, r.token()));
        return ToProto(live);
      });
  server->Unary<v1::StartStepUpRequest, v1::StartStepUpResponse>(
      Path("StartStepUp"), [this](const rpc::Call& call, const v1::StartStepUpRequest& r) {
        return StartStepUp(call, r);
      });
  server->Unary<v1::StepUpRequest, v1::Session>(
      Path("StepUp"),
      [this](const rpc::Call& call, const v1::StepUpRequest& r) { return StepUp(call, r); });
  server->Unary<v1::SignOutRequest, v1::SignOutResponse>(
      Path("SignOut"),
      [this](const rpc::Call& call,
             const v1::SignOutRequest& r) -> absl::StatusOr<v1::SignOutResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(const Client client, ClientIn(call, r));
        SHAREWAY_RETURN_IF_ERROR(sessions_->SignOut(client, r.token()));
        return v1::SignOutResponse();
      });
  server->Unary<v1::ListSessionsRequest, v1::ListSessionsResponse>(
      Path("ListSessions"),
      [this](const rpc::Call& call,
             const v1::ListSessionsRequest& r) -> absl::StatusOr<v1::ListSessionsResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(const Person actor, Asks(call, r));
        SHAREWAY_ASSIGN_OR_RETURN(const std::vector<LiveSession> sessions,
                                  sessions_->List(actor, r.person()));
        v1::ListSessionsResponse response;
        for (const LiveSession& live : sessions) *response.add_sessions() = ToProto(live);
        return response;
      });
  server->Unary<v1::EndSessionRequest, v1::EndSessionResponse>(
      Path("EndSession"),
      [this](const rpc::Call& call,
             const v1::EndSessionRequest& r) -> absl::StatusOr<v1::EndSessionResponse> {
        SHAREWAY_ASSIGN_OR_RETURN(const Person actor, Asks(call, r));
        SHAREWAY_RETURN_IF_ERROR(sessions_->End(actor, r.name(), r.person()));
        return v1::EndSessionResponse();
      });
  server->Unary<v1::OpenAtGatewayRequest, v1::OpenAtGatewayResponse>(
      Path("OpenAtGateway"), [this](const rpc::Call& call, const v1::OpenAtGatewayRequest& r) {
        return OpenAtGateway(call, r);
      });
  server->Unary<v1::RedeemEntryCodeRequest, v1::GatewayEntry>(
      Path("RedeemEntryCode"), [this](const rpc::Call& call, const v1::RedeemEntryCodeRequest& r) {
        return Redeem(call, r);
      });
  server->Unary<v1::RenewPassRequest, v1::GatewayEntry>(
      Path("RenewPass"),
      [this](const rpc::Call& call, const v1::RenewPassRequest& r) { return Renew(call, r); });
}

absl::StatusOr<v1::StartSignInResponse> SessionRpc::Start(const rpc::Call& call,
                                                          const v1::StartSignInRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Client client, ClientIn(call, request));
  SHAREWAY_RETURN_IF_ERROR(CheckSelf(call, request.person()));
  SHAREWAY_ASSIGN_OR_RETURN(const Sessions::Started started,
                            sessions_->Start(client, request.person(), request.password()));
  return ToProto(started);
}

absl::StatusOr<v1::StartProviderSignInResponse> SessionRpc::StartAtProvider(
    const rpc::Call& call, const v1::StartProviderSignInRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Client client, ClientIn(call, request));
  SHAREWAY_ASSIGN_OR_RETURN(const Sessions::Sent sent, sessions_->StartAtProvider(client));
  v1::StartProviderSignInResponse response;
  response.set_url(sent.url);
  response.set_state(sent.state);
  return response;
}

absl::StatusOr<v1::StartSignInResponse> SessionRpc::Return(
    const rpc::Call& call, const v1::ReturnFromProviderRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Client client, ClientIn(call, request));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Sessions::Started started,
      sessions_->ReturnFromProvider(client, request.state(), request.code()));
  // Else a person signs in at the provider as another, and goes on from his own connection.
  SHAREWAY_RETURN_IF_ERROR(CheckSelf(call, started.person));
  return ToProto(started);
}

absl::StatusOr<v1::SignedIn> SessionRpc::Finish(const rpc::Call& call,
                                                const v1::FinishSignInRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Client client, ClientIn(call, request));
  SHAREWAY_ASSIGN_OR_RETURN(const ShownFactor shown, FromProto(request.factor()));
  SHAREWAY_ASSIGN_OR_RETURN(
      const Sessions::SignedIn signed_in,
      sessions_->Finish(client, request.sign_in(), shown, request.new_password()));
  v1::SignedIn response;
  response.set_token(signed_in.token);
  *response.mutable_session() = ToProto(signed_in.live);
  return response;
}

absl::StatusOr<v1::StartStepUpResponse> SessionRpc::StartStepUp(
    const rpc::Call& call, const v1::StartStepUpRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Client client, ClientIn(call, request));
  SHAREWAY_ASSIGN_OR_RETURN(const Sessions::Challenge challenge,
                            sessions_->StartStepUp(client, request.token()));
  v1::StartStepUpResponse response;
  response.set_challenge(challenge.bytes);
  *response.mutable_end_time() = evidence::ToTimestamp(challenge.end);
  return response;
}

absl::StatusOr<v1::Session> SessionRpc::StepUp(const rpc::Call& call,
                                               const v1::StepUpRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Client client, ClientIn(call, request));
  SHAREWAY_ASSIGN_OR_RETURN(const ShownFactor shown, FromProto(request.factor()));
  SHAREWAY_ASSIGN_OR_RETURN(const LiveSession live,
                            sessions_->StepUp(client, request.token(), shown));
  return ToProto(live);
}

absl::StatusOr<v1::OpenAtGatewayResponse> SessionRpc::OpenAtGateway(
    const rpc::Call& call, const v1::OpenAtGatewayRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Client client, ClientIn(call, request));
  SHAREWAY_ASSIGN_OR_RETURN(const Entries::Opened opened,
                            entries_->Open(client, request.token(), request.gateway()));
  v1::OpenAtGatewayResponse response;
  response.set_gateway(opened.system);
  response.set_url(opened.url);
  response.set_code(opened.code);
  *response.mutable_end_time() = evidence::ToTimestamp(opened.end);
  return response;
}

absl::StatusOr<v1::GatewayEntry> SessionRpc::Redeem(const rpc::Call& call,
                                                    const v1::RedeemEntryCodeRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const Entries::Entered entered,
                            entries_->Redeem(call.caller().name(), request.code()));
  SHAREWAY_ASSIGN_OR_RETURN(v1::GatewayEntry entry, WithPass(call, entered.live));
  entry.set_handle(entered.handle);
  return entry;
}

absl::StatusOr<v1::GatewayEntry> SessionRpc::Renew(const rpc::Call& call,
                                                   const v1::RenewPassRequest& request) {
  SHAREWAY_ASSIGN_OR_RETURN(const LiveSession live,
                            entries_->Renew(call.caller().name(), request.handle()));
  return WithPass(call, live);
}

absl::StatusOr<v1::GatewayEntry> SessionRpc::WithPass(const rpc::Call& call,
                                                      const LiveSession& live) const {
  if (passes_.key == nullptr) return absl::InternalError("the console has no key for passes");
  const Session& session = live.session.value;
  const absl::Time now = passes_.clock->Now();
  const rpc::Pass pass = {.actor = {.person = session.person,
                                    .factor = FactorOf(session.factor),
                                    .factor_time = session.stepped_up},
                          .system = call.caller().name(),
                          .system_key = call.caller().key_id,
                          .issued = now,
                          .end = std::min(now + rpc::kLongestPass, session.end())};
  v1::GatewayEntry entry;
  SHAREWAY_ASSIGN_OR_RETURN(*entry.mutable_pass(), rpc::SignPass(*passes_.key, pass));
  *entry.mutable_pass_end_time() = evidence::ToTimestamp(pass.end);
  *entry.mutable_session() = ToProto(live);
  return entry;
}

}  // namespace shareway::console
