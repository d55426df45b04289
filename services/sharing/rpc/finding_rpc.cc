// SPDX-License-Identifier: Apache-2.0
// The adapter of what SupervisionService says of findings, circulars, reports and scores.
#include "services/sharing/rpc/finding_rpc.h"

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "services/sharing/rpc/convert.h"
#include "services/sharing/rpc/convert_supervision.h"
#include "services/sharing/rpc/directory_view.h"

namespace shareway::sharing {
namespace {

constexpr size_t kMaxContent = 3u << 20;
constexpr char kExcel[] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

std::string Path(absl::string_view method) {
  return absl::StrCat("/shareway.sharing.v1.SupervisionService/", method);
}

}  // namespace

void FindingRpc::Register(rpc::Server* server) {
  RegisterFindings(server);
  RegisterReports(server);
}

void FindingRpc::RegisterFindings(rpc::Server* server) {
  server->Unary<v1::OpenFindingRequest, v1::Finding>(
      Path("OpenFinding"), [this](const rpc::Call& call, const v1::OpenFindingRequest& r) {
        return Written(call, findings_.Open(ErrandOf(call, r.request_id()), FromProto(r),
                                             r.validate_only()));
      });
  server->Unary<v1::JustifyFindingRequest, v1::Finding>(
      Path("JustifyFinding"), [this](const rpc::Call& call, const v1::JustifyFindingRequest& r) {
        return Written(call,
                       findings_.Justify(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                          r.justification(), FromProto(r.evidence())));
      });
  server->Unary<v1::ConfirmFindingRequest, v1::Finding>(
      Path("ConfirmFinding"), [this](const rpc::Call& call, const v1::ConfirmFindingRequest& r) {
        return Written(call, findings_.Confirm(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                                r.reasons()));
      });
  server->Unary<v1::DismissFindingRequest, v1::Finding>(
      Path("DismissFinding"), [this](const rpc::Call& call, const v1::DismissFindingRequest& r) {
        return Written(call, findings_.Dismiss(ErrandOf(call, r.request_id()), r.name(), r.etag(),
                                                r.reasons()));
      });
  server->Unary<v1::GetFindingRequest, v1::Finding>(
      Path("GetFinding"),
      [this](const rpc::Call& call, const v1::GetFindingRequest& r) -> absl::StatusOr<v1::Finding> {
        SHAREWAY_ASSIGN_OR_RETURN(const Stored<Finding> finding,
                                  findings_.Get(ActorOf(call), r.name()));
        return ToProto(finding, ActorOf(call));
      });
  server->Unary<v1::ListFindingsRequest, v1::ListFindingsResponse>(
      Path("ListFindings"),
      [this](const rpc::Call& call, const v1::ListFindingsRequest& r) { return List(call, r); });
  server->Unary<v1::ListDetectorsRequest, v1::ListDetectorsResponse>(
      Path("ListDetectors"), [](const rpc::Call&, const v1::ListDetectorsRequest&) {
        v1::ListDetectorsResponse response;
        for (const Detector& d : Detectors()) *response.add_detectors() = ToProto(d);
        return absl::StatusOr<v1::ListDetectorsResponse>(std::move(response));
      });
  server->Unary<v1::PublishCircularRequest, v1::Circular>(
      Path("PublishCircular"), [this](const rpc::Call& call, const v1::PublishCircularRequest& r) {
        return Publish(call, r);
      });
  server->Unary<v1::ListCircularsRequest, v1::ListCircularsResponse>(
      Path("ListCirculars"), [this](const rpc::Call& call, const v1::ListCircularsRequest& r) {
        return ListCirculars(call, r);
      });
}

void FindingRpc::RegisterReports(rpc::Server* server) {
  server->Unary<v1::SubmitAnnualReportRequest, v1::AnnualReport>(
      Path("SubmitAnnualReport"),
      [this](const rpc::Call& call,
             const v1::SubmitAnnualReportRequest& r) -> absl::StatusOr<v1::AnnualReport> {
        SHAREWAY_ASSIGN_OR_RETURN(
            const Stored<AnnualReport> report,
            reports_.Submit(ErrandOf(call, r.request_id()), r.year(), r.text()));
        return ToProto(report.value);
      });
  server->Unary<v1::PublishEvaluationRequest, v1::Evaluation>(
      Path("PublishEvaluation"),
      [this](const rpc::Call& call,
             const v1::PublishEvaluationRequest& r) -> absl::StatusOr<v1::Evaluation> {
        SHAREWAY_ASSIGN_OR_RETURN(
            const Stored<Evaluation> evaluation,
            reports_.Publish(ErrandOf(call, r.request_id()), r.year(), r.text()));
        return ToProto(evaluation.value);
      });
  server->Unary<v1::ListAnnualReportsRequest, v1::ListAnnualReportsResponse>(
      Path("ListAnnualReports"),
      [this](const rpc::Call& call, const v1::ListAnnualReportsRequest& r) {
        return ListReports(call, r);
      });
  server->Unary<v1::ListEvaluationsRequest, v1::ListEvaluationsResponse>(
      Path("ListEvaluations"), [this](const rpc::Call& call, const v1::ListEvaluationsRequest& r) {
        return ListEvaluations(call, r);
      });
  server->Unary<v1::GetScorecardRequest, v1::Scorecard>(
      Path("GetScorecard"),
      [this](const rpc::Call& call, const v1::GetScorecardRequest& r) { return Card(call, r); });
  server->Unary<v1::GenerateReportRequest, v1::GenerateReportResponse>(
      Path("GenerateReport"), [this](const rpc::Call& call, const v1::GenerateReportRequest& r) {
        return Generate(call, r);
      });
}

absl::StatusOr<v1::Finding> FindingRpc::Written(
    const rpc::Call& call, const absl::StatusOr<Stored<Finding>>& result) const {
  SHAREWAY_RETURN_IF_ERROR(result.status());
  if (result->version != 0) {
    transitions_->Add("finding", Finding::StateName(result->value.state));
  }
  return ToProto(*result, ActorOf(call));
}

absl::StatusOr<v1::Circular> FindingRpc::Publish(const rpc::Call& call,
                                                 const v1::PublishCircularRequest& request) const {
  Circular asked{.title = request.title(),
                 .text = request.text(),
                 .document_number = request.document_number(),
                 .findings = {request.findings().begin(), request.findings().end()}};
  SHAREWAY_ASSIGN_OR_RETURN(
      const Stored<Circular> circular,
      findings_.Publish(ErrandOf(call, request.request_id()), std::move(asked)));
  return ToProto(circular.value);
}

absl::StatusOr<v1::ListFindingsResponse> FindingRpc::List(
    const rpc::Call& call, const v1::ListFindingsRequest& request) const {
  const Actor actor = ActorOf(call);
  const auto want = [&](const Finding& finding) {
    return (request.state() == v1::Finding::STATE_UNSPECIFIED ||
            static_cast<int>(finding.state) == request.state()) &&
           (request.about().empty() || finding.about == request.about());
  };
  v1::ListFindingsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return findings_.List(actor, cursor, size, want);
      },
      [&](const Stored<Finding>& finding) { *response.add_findings() = ToProto(finding, actor); },
      &response));
  return response;
}

absl::StatusOr<v1::ListCircularsResponse> FindingRpc::ListCirculars(
    const rpc::Call& call, const v1::ListCircularsRequest& request) const {
  v1::ListCircularsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return findings_.ListCirculars(ActorOf(call), cursor, size);
      },
      [&](const Stored<Circular>& c) { *response.add_circulars() = ToProto(c.value); },
      &response));
  return response;
}

absl::StatusOr<v1::ListAnnualReportsResponse> FindingRpc::ListReports(
    const rpc::Call& call, const v1::ListAnnualReportsRequest& request) const {
  v1::ListAnnualReportsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return reports_.ListReports(ActorOf(call), request.year(), cursor, size);
      },
      [&](const Stored<AnnualReport>& r) { *response.add_reports() = ToProto(r.value); },
      &response));
  return response;
}

absl::StatusOr<v1::ListEvaluationsResponse> FindingRpc::ListEvaluations(
    const rpc::Call& call, const v1::ListEvaluationsRequest& request) const {
  v1::ListEvaluationsResponse response;
  SHAREWAY_RETURN_IF_ERROR(rpc::FillPage(
      tokens_, call, request,
      [&](const std::string& cursor, int size) {
        return reports_.ListEvaluations(ActorOf(call), cursor, size);
      },
      [&](const Stored<Evaluation>& e) { *response.add_evaluations() = ToProto(e.value); },
      &response));
  return response;
}

absl::StatusOr<v1::Scorecard> FindingRpc::Card(const rpc::Call& call,
                                               const v1::GetScorecardRequest& request) const {
  SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay from,
                            DayFromProto(request.from_date(), "from_date"));
  SHAREWAY_ASSIGN_OR_RETURN(const absl::CivilDay to, DayFromProto(request.to_date(), "to_date"));
  SHAREWAY_ASSIGN_OR_RETURN(const Scorecard card,
                            reports_.Card(ActorOf(call), request.agency(), {from, to}));
  return ToProto(card);
}

absl::StatusOr<v1::GenerateReportResponse> FindingRpc::Generate(
    const rpc::Call& call, const v1::GenerateReportRequest& request) const {
  if (request.format() != v1::HTML && request.format() != v1::XLSX) {
    return Error::Field("format", absl::StrCat("is ", request.format(), ", want HTML or XLSX"));
  }
  SHAREWAY_ASSIGN_OR_RETURN(const report::Report made,
                            reports_.Make(ActorOf(call), static_cast<sharing::ReportKind>(request.kind()),
                                           request.year(), request.part()));
  v1::GenerateReportResponse response;
  std::string content;
  if (request.format() == v1::HTML) {
    content = report::Html(made);
  } else {
    SHAREWAY_ASSIGN_OR_RETURN(content, report::Workbook(made));
  }
  if (content.size() > kMaxContent) {
    return absl::Status(Error(Reason::kOverloaded, absl::StatusCode::kResourceExhausted,
                              absl::StrCat("the report has ", content.size(),
                                           " bytes, at most ", kMaxContent)));
  }
  const bool html = request.format() == v1::HTML;
  response.set_file_name(absl::StrCat(made.file_stem, html ? ".html" : ".xlsx"));
  response.set_media_type(html ? "text/html; charset=utf-8" : kExcel);
  response.set_content(std::move(content));
  return response;
}

}  // namespace shareway::sharing
