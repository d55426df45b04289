// SPDX-License-Identifier: Apache-2.0
// The adapter of SessionService: parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/server.h"
#include "services/console/sessions.h"
#include "shareway/console/v1/session_service.pb.h"

namespace shareway::console {

// Thread-safe. `sessions` must outlive it and the server.
class SessionRpc {
 public:
  explicit SessionRpc(Sessions* sessions) : sessions_(sessions) {}
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
  // Who asks: the caller, or whose token the console passes on.
  template <typename Request>
  absl::StatusOr<Person> Asks(const rpc::Call& call, const Request& request);

  Sessions* const sessions_;
};

}  // namespace shareway::console
