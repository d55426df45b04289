// SPDX-License-Identifier: Apache-2.0
// Between the messages of corrections, recalls and demands and the values of the domain.
#pragma once

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "services/sharing/grants/corrections.h"
#include "services/sharing/requests/demands.h"
#include "shareway/sharing/v1/correction.pb.h"
#include "shareway/sharing/v1/demand.pb.h"

namespace shareway::sharing {

CorrectionAsked FromProto(const v1::OpenCorrectionRequest& request);
CorrectionAnswer FromProto(const v1::ResolveCorrectionRequest& request);
std::vector<RecallRecipient> FromProto(const v1::ReportRecallRequest& request);
DemandAsked FromProto(const v1::CreateDemandRequest& request);

// What this person may see, and may do next. Without what it proposes.
absl::StatusOr<v1::Correction> ToProto(const Stored<Correction>& correction, const Actor& actor,
                                       const Corrections& corrections);
v1::Recall ToProto(const Stored<Recall>& recall, const Actor& actor, const Desk& desk);
v1::Demand ToProto(const Stored<Demand>& demand, const Actor& actor, const Desk& desk);

// As a node of the provider sees it.
v1::NodeCorrection ToNode(const Correction& correction, absl::string_view node);

}  // namespace shareway::sharing
