// SPDX-License-Identifier: Apache-2.0
#include "services/exchange/holds.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/bytes.h"
#include "libs/base/error.h"
#include "libs/base/name.h"
#include "libs/base/status.h"

namespace shareway::exchange {
namespace {

bool RefusedForItsAct(const absl::Status& status) {
  const std::optional<ErrorDetails> details = DetailsOf(status);
  return details && details->reason == Reason::kActInvalid;
}

}  // namespace

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
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Filing> filings, store_->LoadFilings(SIZE_MAX));
  absl::MutexLock lock(&mutex_);
  for (const Filing& filing : filings) last_ = std::max(last_, filing.set_time);
  for (const Hold& hold : holds) {
    last_ = std::max(last_, hold.set_time);
    held_->Set(hold.subject, true);
  }
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
  const absl::Status kept =
      Keep({.subject = subject, .reason = std::move(reason), .person = std::string(person)}, held,
           &act, traceparent);
  if (absl::IsAborted(kept)) {
    Follow(subject);
    return Error(outbox_->Taken(act) ? Reason::kActReplayed : Reason::kChangedMeanwhile,
                 absl::StatusCode::kAborted, "the act was taken before, or the hold changed");
  }
  SHAREWAY_RETURN_IF_ERROR(kept);
  if (!held) held_->Set(subject, false);
  return absl::OkStatus();
}

absl::Status Holds::SetByRule(const std::string& grant, absl::string_view rule) {
  absl::MutexLock lock(&mutex_);
  held_->Set(grant, true);
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Hold> holds, store_->LoadHolds());
  const bool known = std::any_of(holds.begin(), holds.end(),
                                 [&](const Hold& hold) { return hold.subject == grant; });
  if (known) return absl::OkStatus();
  return Keep({.subject = grant, .reason = absl::StrCat("aggregation rule ", rule)}, true, nullptr,
              "");
}

absl::Status Holds::Keep(Hold hold, bool held, const evidence::SignedAct* act,
                         absl::string_view traceparent) {
  // Filings sort by time, and sharing takes what is not newer for a repetition.
  hold.set_time = std::max(clock_->Now(), last_ + absl::Nanoseconds(1));
  last_ = hold.set_time;
  evidence::AuditRecord record;
  record.set_kind(evidence::v1::HOLD_CHANGED);
  record.add_agencies(agency_);
  if (const auto grant = grants_->Find(hold.subject)) {
    record.add_agencies(grant->consumer);
    record.set_grant(hold.subject);
  }
  record.set_object(hold.subject);
  record.set_reason(held ? "HELD" : "");
  if (act != nullptr) *record.mutable_act() = *act;
  record.set_traceparent(std::string(traceparent));
  kv::Batch batch;
  if (held) {
    record.set_state(store_->PutHold(hold, &batch));
  } else {
    store_->DeleteHold(hold.subject, &batch);
  }
  store_->PutFiling({.subject = hold.subject,
                     .held = held,
                     .reason = std::move(hold.reason),
                     .set_time = hold.set_time,
                     .act = act != nullptr ? act->SerializeAsString() : ""},
                    &batch);
  outbox_->Add(std::move(record), &batch);
  return store_->Commit(std::move(batch));
}

absl::StatusOr<std::vector<Hold>> Holds::List(absl::string_view after, size_t limit) const {
  return store_->ListHolds(after, limit);
}

absl::StatusOr<int> Holds::File(Send send) {
  SHAREWAY_ASSIGN_OR_RETURN(const std::vector<Filing> filings, store_->LoadFilings(SIZE_MAX));
  int count = 0;
  absl::Status refused;
  for (const Filing& filing : filings) {
    const absl::StatusOr<absl::Time> filed = send(filing);
    if (RefusedForItsAct(filed.status())) {
      refused = filed.status();
      continue;
    }
    SHAREWAY_RETURN_IF_ERROR(filed.status());
    SHAREWAY_RETURN_IF_ERROR(Filed(filing, *filed));
    ++count;
  }
  if (!refused.ok()) return refused;
  return count;
}

absl::Status Holds::Filed(const Filing& filing, absl::Time filed_time) {
  absl::MutexLock lock(&mutex_);
  kv::Batch batch;
  store_->DeleteFiling(filing, &batch);
  SHAREWAY_ASSIGN_OR_RETURN(std::vector<Hold> holds, store_->LoadHolds());
  for (Hold& hold : holds) {
    if (hold.subject != filing.subject || hold.set_time != filing.set_time) continue;
    hold.filed_time = filed_time;
    store_->PutHold(hold, &batch);
  }
  return store_->Commit(std::move(batch));
}

void Holds::Follow(const std::string& subject) {
  const absl::StatusOr<std::vector<Hold>> holds = store_->LoadHolds();
  held_->Set(subject, !holds.ok() || std::any_of(holds->begin(), holds->end(), [&](const Hold& h) {
                        return h.subject == subject;
                      }));
}

}  // namespace shareway::exchange
