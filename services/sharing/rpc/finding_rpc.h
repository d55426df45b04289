// SPDX-License-Identifier: Apache-2.0
// The adapter of what SupervisionService says of findings, circulars, reports and scores.
#pragma once

#include "absl/status/statusor.h"
#include "libs/rpc/call.h"
#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/sharing/supervision/findings.h"
#include "services/sharing/supervision/reports.h"
#include "services/sharing/rpc/transitions.h"
#include "shareway/sharing/v1/finding.pb.h"
#include "shareway/sharing/v1/report.pb.h"

namespace shareway::sharing {

// Thread-safe. All that is given to it must outlive it and the server.
class FindingRpc {
 public:
  FindingRpc(const Desk* desk, Reports::TitleOf title_of, const Transitions* transitions)
      : findings_(desk), reports_(desk, std::move(title_of)), transitions_(transitions) {}
  void Register(rpc::Server* server);

 private:
  void RegisterFindings(rpc::Server* server);
  void RegisterReports(rpc::Server* server);
  absl::StatusOr<v1::Finding> Written(const rpc::Call& call,
                                      const absl::StatusOr<Stored<Finding>>& result) const;
  absl::StatusOr<v1::Circular> Publish(const rpc::Call& call,
                                       const v1::PublishCircularRequest& request) const;
  absl::StatusOr<v1::ListFindingsResponse> List(const rpc::Call& call,
                                                const v1::ListFindingsRequest& request) const;
  absl::StatusOr<v1::ListCircularsResponse> ListCirculars(
      const rpc::Call& call, const v1::ListCircularsRequest& request) const;
  absl::StatusOr<v1::ListAnnualReportsResponse> ListReports(
      const rpc::Call& call, const v1::ListAnnualReportsRequest& request) const;
  absl::StatusOr<v1::ListEvaluationsResponse> ListEvaluations(
      const rpc::Call& call, const v1::ListEvaluationsRequest& request) const;
  absl::StatusOr<v1::Scorecard> Card(const rpc::Call& call,
                                     const v1::GetScorecardRequest& request) const;
  absl::StatusOr<v1::GenerateReportResponse> Generate(
      const rpc::Call& call, const v1::GenerateReportRequest& request) const;

  const Findings findings_;
  const Reports reports_;
  const Transitions* const transitions_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::sharing
