// SPDX-License-Identifier: Apache-2.0
// What follows a grant, as messages.
#pragma once

#include "services/sharing/desk.h"
#include "services/sharing/domain/disposal.h"
#include "services/sharing/domain/return_flow.h"
#include "services/sharing/domain/service_change.h"
#include "services/sharing/domain/use_record.h"
#include "shareway/sharing/v1/disposal.pb.h"
#include "shareway/sharing/v1/offline_delivery.pb.h"
#include "shareway/sharing/v1/return_flow.pb.h"
#include "shareway/sharing/v1/service_change.pb.h"
#include "shareway/sharing/v1/use.pb.h"

namespace shareway::sharing {

// The working days left of a clock, 0 if it does not read.
int DaysLeftOf(const statute::Clock& clock, const Desk& desk);

// Who reads: the answer holds what this person may see, and may do next.
v1::Disposal ToProto(const Stored<Disposal>& disposal, const Actor& actor, const Desk& desk);
v1::ServiceChange ToProto(const Stored<ServiceChange>& change, const Actor& actor,
                          const Parties& parties, const Desk& desk);
v1::ReturnRequest ToProto(const Stored<ReturnRequest>& request, const Actor& actor,
                          const Desk& desk);
v1::ReturnFlow ToProto(const ReturnFlow& flow);
v1::UseRecord ToProto(const UseRecord& use);
v1::UseInspection ToProto(const UseInspection& inspection);
v1::OfflineDelivery ToProto(const OfflineDelivery& delivery);

}  // namespace shareway::sharing
