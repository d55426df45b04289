// SPDX-License-Identifier: Apache-2.0
// All state tables of this service.
#include "services/sharing/domain/tables.h"

#include "services/sharing/domain/complaint.h"
#include "services/sharing/domain/correction.h"
#include "services/sharing/domain/demand.h"
#include "services/sharing/domain/disposal.h"
#include "services/sharing/domain/dispute.h"
#include "services/sharing/domain/finding.h"
#include "services/sharing/domain/grant.h"
#include "services/sharing/domain/incident.h"
#include "services/sharing/domain/inquiry.h"
#include "services/sharing/domain/notice.h"
#include "services/sharing/domain/recall.h"
#include "services/sharing/domain/request.h"
#include "services/sharing/domain/return_flow.h"
#include "services/sharing/domain/service_change.h"

namespace shareway::sharing {

std::vector<const StateTable*> AllTables() {
  return {&RequestTable(),        &SupplyTable(),       &GrantTable(),
          &NoticeTable(),         &DisposalTable(),     &ServiceChangeTable(),
          &ReturnRequestTable(),  &CorrectionTable(), &RecallTable(),
          &DemandTable(),   &DisputeTable(),      &FindingTable(),
          &InquiryTable(),        &ComplaintTable(),    &IncidentTable()};
}

}  // namespace shareway::sharing
