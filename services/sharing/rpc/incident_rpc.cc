// SPDX-License-Identifier: Apache-2.0
// The adapter of IncidentService.
#include "services/sharing/rpc/incident_rpc.h"

#include "absl/strings/str_cat.h"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/rpc/convert_supervision.h"
#include "services/sharing/rpc/directory_view.h"

namespace shareway::sharing {
namespace {

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.IncidentService/", method);
}

}  // namespace

void IncidentRpc::Register(rpc::Server* server) {
  server->Unary<v1::ReportIncidentRequest, v1::Incident>(
      Path("ReportIncident"), [this](const rpc::Call& call, const v1::ReportIncidentRequest& r) {
        return Written(call, incidents_.Report(ErrandOf(call, r.request_id()), FromProto(r)));
      });
  server->Unary<v1::AddMeasureRequest, v1::Incident>(
      Path("AddMeasure"), [this](const rpc::Call& call, const v1::AddMeasureRequest& r) {
        return Written(call, incidents_.AddMeasure(ErrandOf(call, r.request_id()), r.name(),
                                                    r.etag(), r.text()));
      });
  server->Unary<v1::NotifyBodyRequest, v1::Incident>(
      Path("NotifyBody"), [this](const rpc::Call& call, const v1::NotifyBodyRequest& r) {
        return Written(call, incidents_.NotifyBody(ErrandOf(call, r.request_id()), r.name(),
                                                    r.etag(), r.body(), r.document_number()));
      });
  server->Unary<v1::CloseIncidentRequest, v1::Incident>(
      Path("CloseIncident"), [this](const rpc::Call& call, const v1::CloseIncidentRequest& r) {
        return Written(call, incidents_.Close(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                               r.conclusion()));
      });
  server->Unary<v1::GetIncidentRequest, v1::Incident>(
      Path("GetIncident"),
      [this](const rpc::Call& call,
             const v1::GetIncidentRequest& r) -> absl::StatusOr<v1::Incident> {
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<Incident> incident,
                                  incidents_.Get(ActorOf(call), r.name()));
        return ToProto(incident, ActorOf(call), *desk_);
      });
  server->Unary<v1::ListIncidentsRequest, v1::ListIncidentsResponse>(
      Path("ListIncidents"),
      [this](const rpc::Call& call, const v1::ListIncidentsRequest& r) { return List(call, r); });
  server->Unary<v1::RecordDrillRequest, v1::Drill>(
      Path("RecordDrill"), [this](const rpc::Call& call, const v1::RecordDrillRequest& r) {
        return RecordDrill(call, r);
      });
  server->Unary<v1::ListDrillsRequest, v1::ListDrillsResponse>(
      Path("ListDrills"),
      [this](const rpc::Call& call, const v1::ListDrillsRequest& r) { return List(call, r); });
}

absl::StatusOr<v1::Incident> IncidentRpc::Written(
    const rpc::Call& call, const absl::StatusOr<Stored<Incident>>& result) const {
  SHAREWAY_RETURN_IF_ERROR(result.status());
  transitions_->Add("incident", Incident::StateName(result->value.state));
  return ToProto(*result, ActorOf(call), *desk_);
}

absl::StatusOr<v1::Drill> IncidentRpc::RecordDrill(const rpc::Call& call,
                                                   const v1::RecordDrillRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay date, DayFromProto(request.date(), "date"));
  const Drill facts{.title = request.title(),
                    .date = date,
                    .scenario = request.scenario(),
                    .result = request.result()};
  SHAREWAY_ASSIGN_OR_RETURN(const Stored<Drill> drill,
                            incidents_.RecordDrill(ErrandOf(call, request.request_id()), facts));
  return ToProto(drill.value);
}

absl::StatusOr<v1::ListIncidentsResponse> IncidentRpc::List(
    const rpc::Call& call, const v1::ListIncidentsRequest& request) const {
  const Actor actor = ActorOf(call);
  const auto want = [&](const Incident& incident) {
    return request.state() == 0 || static_cast<int>(incident.state) == request.state();
  };
  v1::ListIncidentsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return incidents_.List(actor, cursor, size, want);
      },
      [&](const Stored<Incident>& i) { *response.add_incidents() = ToProto(i, actor, *desk_); },
      &response));
  return response;
}

absl::StatusOr<v1::ListDrillsResponse> IncidentRpc::List(
    const rpc::Call& call, const v1::ListDrillsRequest& request) const {
  v1::ListDrillsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return incidents_.ListDrills(ActorOf(call), cursor, size);
      },
      [&](const Stored<Drill>& d) { *response.add_drills() = ToProto(d.value); }, &response));
  return response;
}

}  // namespace shareway::sharing
