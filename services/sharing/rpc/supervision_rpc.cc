// SPDX-License-Identifier: Apache-2.0
// The adapters of SupervisionService and StatuteService.
#include "services/sharing/rpc/supervision_rpc.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/codes/quote.h"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/rpc/page.h"

namespace shareway::sharing {
namespace {

constexpr int kMaxDays = 250;
constexpr char kDefaultArea[] = "cn";

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.", method);
}

v1::Profile ToProto(const statute::Profile& profile) {
  v1::Profile out;
  out.set_name(absl::StrCat("profiles/", profile.id));
  out.set_title(profile.title);
  out.set_version(absl::StrCat(profile.version));
  out.set_effective_from(DayToProto(profile.effective_from));
  for (const auto& [key, why] : profile.assumptions) {
    out.add_assumptions(absl::StrCat(key, ": ", why));
  }
  return out;
}

}  // namespace

void SupervisionRpc::Register(rpc::Server* server) {
  server->Unary<v1::ListClocksRequest, v1::ListClocksResponse>(
      Path("SupervisionService/ListClocks"),
      [this](const rpc::Call& call, const v1::ListClocksRequest& r) { return ListClocks(call, r); });
  server->Unary<v1::ListNoticesRequest, v1::ListNoticesResponse>(
      Path("SupervisionService/ListNotices"),
      [this](const rpc::Call& call, const v1::ListNoticesRequest& r) {
        return ListNotices(call, r);
      });
  server->Unary<v1::ComputeDueRequest, v1::ComputeDueResponse>(
      Path("StatuteService/ComputeDue"),
      [this](const rpc::Call&, const v1::ComputeDueRequest& r) { return ComputeDue(r); });
  server->Unary<v1::ListProfilesRequest, v1::ListProfilesResponse>(
      Path("StatuteService/ListProfiles"),
      [this](const rpc::Call& call, const v1::ListProfilesRequest& r) {
        return ListProfiles(call, r);
      });
}

absl::StatusOr<v1::ListClocksResponse> SupervisionRpc::ListClocks(
    const rpc::Call& call, const v1::ListClocksRequest& request) const {
  const Actor actor = ActorOf(call);
  const absl::Time now = desk_->Now();
  const auto want = [&](const ClockRow& row, const Request* asked, const Dispute* dispute) {
    if (request.overdue() && (row.clock.stop || now < statute::DueInstant(row.clock))) return false;
    if (asked != nullptr) {
      const Request::Fields& f = asked->fields();
      return asked->VisibleTo(actor, desk_->PartiesOf(f.consumer, f.provider));
    }
    const Dispute::Fields& f = dispute->fields();
    return dispute->VisibleTo(actor, desk_->PartiesOf(f.consumer, f.provider));
  };
  v1::ListClocksResponse response;
  SHAREWAY_RETURN_IF_ERROR(FillPage<ClockRow>(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return desk_->store().ListClocks(desk_->OwnersFor(actor), cursor, size, want);
      },
      [&](const Stored<ClockRow>& row) {
        *response.add_clocks() = sharing::ToProto(row.value, *desk_);
      },
      &response));
  return response;
}

absl::StatusOr<v1::ListNoticesResponse> SupervisionRpc::ListNotices(
    const rpc::Call& call, const v1::ListNoticesRequest& request) const {
  const Actor actor = ActorOf(call);
  const auto want = [&](const Notice& notice) {
    return desk_->PartiesOf(notice.consumer, notice.provider).Knows(actor);
  };
  v1::ListNoticesResponse response;
  SHAREWAY_RETURN_IF_ERROR(FillPage<Notice>(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return desk_->store().ListNotices(desk_->OwnersFor(actor), cursor, size, want);
      },
      [&](const Stored<Notice>& notice) {
        *response.add_notices() = sharing::ToProto(notice.value);
      },
      &response));
  return response;
}

absl::StatusOr<v1::ComputeDueResponse> SupervisionRpc::ComputeDue(
    const v1::ComputeDueRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay from,
                            DayFromProto(request.from_date(), "from_date"));
  if (request.working_days() < 1 || request.working_days() > kMaxDays) {
    return Error::Field("working_days",
                        absl::StrCat("is ", request.working_days(), ", want 1 to ", kMaxDays));
  }
  const std::string area = request.area().empty() ? kDefaultArea : request.area();
  if (!desk_->calendars().HasArea(area)) {
    return Error::Field("area", absl::StrCat(codes::Quote(area), " has no calendar here"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(
      statute::DueDate due,
      statute::Due(desk_->calendars(), area, from, request.working_days()));
  v1::ComputeDueResponse response;
  response.set_due_date(DayToProto(due.day));
  response.set_provisional(due.provisional);
  return response;
}

absl::StatusOr<v1::ListProfilesResponse> SupervisionRpc::ListProfiles(
    const rpc::Call& call, const v1::ListProfilesRequest& request) const {
  v1::ListProfilesResponse response;
  SHAREWAY_RETURN_IF_ERROR(FillPage<const statute::Profile*>(
      tokens_, call, request,
      [&](const std::string& cursor,
          int size) -> absl::StatusOr<Page<const statute::Profile*>> {
        Page<const statute::Profile*> page;
        for (const statute::Profile* profile : desk_->profiles().all()) {
          if (profile->id <= cursor) continue;
          if (static_cast<int>(page.values.size()) == size) {
            page.next = page.values.back().value->id;
            break;
          }
          page.values.push_back({profile, 0});
        }
        return page;
      },
      [&](const Stored<const statute::Profile*>& profile) {
        *response.add_profiles() = ToProto(*profile.value);
      },
      &response));
  return response;
}

}  // namespace shareway::sharing
