// SPDX-License-Identifier: Apache-2.0
// The adapter of StatuteService: parse, call, map. No rule lives here.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/desk.h"
#include "services/sharing/statutes/statutes.h"
#include "shareway/sharing/v1/statute.pb.h"

namespace shareway::sharing {

// Thread-safe. All that is given to it must outlive it and the server.
class StatuteRpc {
 public:
  StatuteRpc(const Desk* desk, Statutes* statutes) : desk_(desk), statutes_(statutes) {}
  void Register(rpc::Server* server);

 private:
  absl::StatusOr<v1::ComputeDueResponse> ComputeDue(const v1::ComputeDueRequest& request) const;
  absl::StatusOr<v1::ListProfilesResponse> ListProfiles(
      const rpc::Call& call, const v1::ListProfilesRequest& request) const;
  absl::StatusOr<v1::Profile> GetProfile(const v1::GetProfileRequest& request) const;
  absl::StatusOr<v1::ListCalendarsResponse> ListCalendars(
      const rpc::Call& call, const v1::ListCalendarsRequest& request) const;
  absl::StatusOr<v1::LoadCalendarResponse> LoadCalendar(const rpc::Call& call,
                                                        const v1::LoadCalendarRequest& request);
  absl::StatusOr<v1::CompareProfilesResponse> CompareProfiles(
      const rpc::Call& call, const v1::CompareProfilesRequest& request) const;

  const Desk* const desk_;
  Statutes* const statutes_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
