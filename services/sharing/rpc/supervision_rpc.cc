// SPDX-License-Identifier: Apache-2.0
// The adapter of SupervisionService.
#include "services/sharing/rpc/supervision_rpc.h"

#include "absl/strings/str_cat.h"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/rpc/directory_view.h"
#include "services/sharing/store/notice_codec.h"

namespace shareway::sharing {
namespace {

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.", method);
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
    if (dispute == nullptr) return true;  // a case: who stands in its lists may see it
    const Dispute::Fields& f = dispute->fields();
    return dispute->VisibleTo(actor, desk_->PartiesOf(f.consumer, f.provider));
  };
  v1::ListClocksResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
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
    return Visible(notice, actor, desk_->PartiesOf(notice.consumer, notice.provider));
  };
  v1::ListNoticesResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
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

}  // namespace shareway::sharing
