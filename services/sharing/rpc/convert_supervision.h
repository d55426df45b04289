// SPDX-License-Identifier: Apache-2.0
// Between findings, reports, feedback and incidents as messages and as values.
#pragma once

#include <string>
#include <vector>

#include "services/sharing/desk.h"
#include "services/sharing/domain/detector.h"
#include "services/sharing/supervision/reports.h"
#include "services/sharing/store/supervision_codec.h"
#include "shareway/sharing/v1/feedback.pb.h"
#include "shareway/sharing/v1/finding.pb.h"
#include "shareway/sharing/v1/incident.pb.h"
#include "shareway/sharing/v1/report.pb.h"

namespace shareway::sharing {

// Who reads: the answer holds what this person may do next.
v1::Finding ToProto(const Stored<Finding>& finding, const Actor& actor);
v1::Inquiry ToProto(const Stored<Inquiry>& inquiry, const Actor& actor, const Desk& desk);
v1::Complaint ToProto(const Stored<Complaint>& complaint, const Actor& actor, const Desk& desk);
v1::Incident ToProto(const Stored<Incident>& incident, const Actor& actor, const Desk& desk);

v1::Detector ToProto(const Detector& detector);
v1::Circular ToProto(const Circular& circular);
v1::Rating ToProto(const Rating& rating);
v1::Drill ToProto(const Drill& drill);
v1::AnnualReport ToProto(const AnnualReport& report);
v1::Evaluation ToProto(const Evaluation& evaluation);
v1::Scorecard ToProto(const Scorecard& card);

std::vector<Finding::Proof> FromProto(
    const google::protobuf::RepeatedPtrField<v1::FindingEvidence>& evidence);
Finding FromProto(const v1::OpenFindingRequest& request);
Incident FromProto(const v1::ReportIncidentRequest& request);

}  // namespace shareway::sharing
