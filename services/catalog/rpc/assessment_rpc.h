// SPDX-License-Identifier: Apache-2.0
// Serves the methods of CatalogService that concern documents of assessments: parse, call, map. No rule
// lives here.
#pragma once

#include "libs/rpc/paging.h"
#include "libs/rpc/server.h"
#include "services/catalog/assessments.h"
#include "shareway/catalog/v1/assessment.pb.h"

namespace shareway::catalog {

// Thread-safe.
class AssessmentRpc {
 public:
  // `assessments` must outlive it, and it the server.
  explicit AssessmentRpc(Assessments* assessments) : assessments_(assessments) {}

  void Serve(rpc::Server* server);

 private:
  absl::StatusOr<v1::AssessmentDocument> Upload(
      const rpc::Call& call, rpc::Reader<v1::UploadAssessmentDocumentRequest>& reader);
  absl::StatusOr<v1::ListAssessmentDocumentsResponse> List(
      const rpc::Call& call, const v1::ListAssessmentDocumentsRequest& request) const;

  Assessments* const assessments_;
  const rpc::PageTokens tokens_;
};

}  // namespace shareway::catalog
