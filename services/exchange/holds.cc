// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/holds.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"

namespace shareway::exchange {

Holds::Holds(ExchangeStore* store, const outbox::Outbox* outbox, const GrantTable* grants,
             HoldSet* held, const Clock* clock, std::string agency)
    : store_(store),
      outbox_(outbox),
      grants_(grants),
      held_(held),
      clock_(clock),
      agency_(std::move(agency)) {}

absl::Status Holds::Restore() {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Hold> holds, store_->LoadHolds());
  for (const Hold& hold : holds) held_->Set(hold.subject, true);
  return absl::OkStatus();
}

absl::Status Holds::Set(std::string subject, bool held, std::string reason,
                        absl::string_view person, const evidence::SignedAct& act,
                        absl::string_view traceparent) {
  std::vector<FieldViolation> faults;
  if (!ParseName("grants/{g}", subject).ok() && !ParseName("agencies/{a}", subject).ok() &&
      !ParseName("resources/{r}", subject).ok()) {
    faults.push_back({"subject", "want grants/{g}, agencies/{a} or resources/{r}"});
  }
  if (!IsText(reason)) {
    faults.push_back({"reason", "is not UTF-8 text without control characters"});
  } else if (const int n = CodePoints(reason); n < 1 || n > 500) {
    faults.push_back({"reason", absl::StrCat("has ", n, " characters, want 1 to 500")});
  }
  SHAREWAY_RETURN_IF_ERROR(Error::Fields(faults));

  absl::MutexLock lock(&mutex_);
  if (held) held_->Set(subject, true);
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::HOLD_CHANGED);
  record.add_agencies(agency_);
  if (const auto grant = grants_->Find(subject)) {
    record.add_agencies(grant->consumer);
    record.set_grant(subject);
  }
  record.set_object(subject);
  record.set_reason(held ? "HELD" : "");
  *record.mutable_act() = act;
  record.set_traceparent(std::string(traceparent));
  kv::Batch batch;
  if (held) {
    const Hold hold = {.subject = subject,
                       .reason = std::move(reason),
                       .person = std::string(person),
                       .set_time = clock_->Now()};
    record.set_state(store_->PutHold(hold, &batch));
  } else {
    store_->DeleteHold(subject, &batch);
  }
  outbox_->Add(std::move(record), &batch);
  const absl::Status kept = store_->Commit(std::move(batch));
  if (absl::IsAborted(kept)) {
    Follow(subject);
    return Error(outbox_->Taken(act) ? Reason::kActReplayed : Reason::kChangedMeanwhile,
                 absl::StatusCode::kAborted, "the act was taken before, or the hold changed");
  }
  SHAREWAY_RETURN_IF_ERROR(kept);
  if (!held) held_->Set(subject, false);
  return absl::OkStatus();
}

void Holds::Follow(const std::string& subject) {
  const absl::StatusOr<std::vector<Hold>> holds = store_->LoadHolds();
  held_->Set(subject, !holds.ok() || std::any_of(holds->begin(), holds->end(), [&](const Hold& h) {
                        return h.subject == subject;
                      }));
}

}  // namespace shareway::exchange
