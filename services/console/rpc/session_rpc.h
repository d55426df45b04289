// SPDX-License-Identifier: Apache-2.0
// The adapter of SessionService: parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/base/clock.h"
#include "libs/crypto/key.h"
#include "libs/rpc/call.h"
#include "libs/rpc/server.h"
#include "services/console/entries.h"
#include "services/console/sessions.h"
#include "shareway/console/v1/session_service.pb.h"

namespace shareway::console {

// What passes are signed with: a MESSAGE key of services/console that the directory lists, by the
// wall clock, which is what nodes go by. Null: none are made, and nobody goes on at a gateway.
struct PassSigner {
  const crypto::PrivateKey* key = nullptr;
  const Clock* clock = &SystemClock();
};

// Thread-safe. All must outlive it and the server.
class SessionRpc {
 public:
  SessionRpc(Sessions* sessions, Entries* entries, PassSigner passes)
      : sessions_(sessions), entries_(entries), passes_(passes) {}
  void Register(rpc::Server* server);

 private:
  absl::StatusOr<v1::StartSignInResponse> Start(const rpc::Call& call,
                                                const v1::StartSignInRequest& request);
  absl::StatusOr<v1::StartProviderSignInResponse> StartAtProvider(
      const rpc::Call& call, const v1::StartProviderSignInRequest& request);
  absl::StatusOr<v1::StartSignInResponse> Return(const rpc::Call& call,
                                                 const v1::ReturnFromProviderRequest& request);
  absl::StatusOr<v1::SignedIn> Finish(const rpc::Call& call,
                                      const v1::FinishSignInRequest& request);
  absl::StatusOr<v1::StartStepUpResponse> StartStepUp(const rpc::Call& call,
                                                      const v1::StartStepUpRequest& request);
  absl::StatusOr<v1::Session> StepUp(const rpc::Call& call, const v1::StepUpRequest& request);
  absl::StatusOr<v1::OpenAtGatewayResponse> OpenAtGateway(const rpc::Call& call,
                                                          const v1::OpenAtGatewayRequest& request);
  absl::StatusOr<v1::GatewayEntry> Redeem(const rpc::Call& call,
                                          const v1::RedeemEntryCodeRequest& request);
  absl::StatusOr<v1::GatewayEntry> Renew(const rpc::Call& call,
                                         const v1::RenewPassRequest& request);
  // The entry with a pass for the caller, which is a system, and the key that it calls with.
  absl::StatusOr<v1::GatewayEntry> WithPass(const rpc::Call& call, const LiveSession& live) const;
  // Who asks: the caller, or whose token the console passes on.
  template <typename Request>
  absl::StatusOr<Person> Asks(const rpc::Call& call, const Request& request);

  Sessions* const sessions_;
  Entries* const entries_;
  const PassSigner passes_;
};

}  // namespace shareway::console
