// SPDX-License-Identifier: Apache-2.0
// Between the messages of DisputeService and the values of the domain.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "services/sharing/disputes/disputes.h"
#include "shareway/sharing/v1/dispute.pb.h"

namespace shareway::sharing {

// Who reads: the answer holds what this person may do next.
v1::Dispute ToProto(const Stored<Dispute>& dispute, const Actor& actor, const Desk& desk);
v1::DisputePack ToProto(const DisputePack& pack, const Actor& actor, const Desk& desk);

// Numbers that this version does not know become kUnspecified, which no rule accepts.
Outcome FromProto(v1::Dispute::Outcome outcome);
Matter FromProto(v1::Dispute::Matter matter);
std::vector<DisputeAttachment> FromProto(
    const google::protobuf::RepeatedPtrField<v1::DisputeAttachment>& attachments);
// INVALID_ARGUMENT naming what does not read under `field`.
absl::StatusOr<Terms> FromProto(const v1::SettlementTerms& terms, absl::string_view field);
absl::StatusOr<Ruling> FromProto(const v1::RecordDecisionRequest& request);

}  // namespace shareway::sharing
