// SPDX-License-Identifier: Apache-2.0
// The one write of the sharing store: a change becomes a batch.
#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "libs/base/error.h"
#include "libs/base/status.h"
#include "services/sharing/domain/tray.h"
#include "services/sharing/store/dispute_codec.h"
#include "services/sharing/store/keys.h"
#include "services/sharing/store/record_codec.h"
#include "services/sharing/store/record_parts.h"
#include "services/sharing/store/sharing_store.h"
#include "services/sharing/store/subject_rows.h"

namespace shareway::sharing {
namespace {

// Audit takes entries up to 64 KiB; envelope, salt and sequence need some of it.
constexpr size_t kMaxEventBytes = 60 << 10;

// Builds one batch, and remembers the bytes of each object for the events.
class Builder {
 public:
  Builder(const std::vector<std::string>& owners, kv::Batch* batch)
      : owners_(owners), batch_(batch) {}

  // Writes an object under `key` and, when it is new, into its owners' lists.
  void Put(absl::string_view name, absl::string_view key, std::string bytes, uint64_t version) {
    if (version == 0) {
      batch_->ExpectAbsent(key);
    } else {
      batch_->Expect(key, version);
    }
    batch_->Put(key, bytes);
    states_[std::string(name)] = std::move(bytes);
  }

  void List(absl::string_view kind, absl::Time created, absl::string_view name,
            absl::string_view also = "") {
    for (const std::string& owner : owners_) {
      batch_->Put(absl::StrCat(ListPrefix(kind, owner), ListPlace(created, name)), "");
    }
    if (!also.empty()) {
      batch_->Put(absl::StrCat(ListPrefix(kind, also), ListPlace(created, name)), "");
    }
  }

  // The rows of a subject that follow from what it is now; called for each one that is written.
  SubjectRows& RowsOf(absl::string_view subject) {
    return rows_.try_emplace(std::string(subject), std::string(subject)).first->second;
  }

  void ListClock(const statute::Clock& clock, absl::string_view subject) {
    RowsOf(subject).AddClock(clock, owners_);
  }

  // Clocks of a case: the row of each in the lists, and what the rows lead to.
  void ListClocks(const std::vector<CaseClock>& clocks, absl::string_view subject) {
    RowsOf(subject);
    for (const CaseClock& c : clocks) {
      if (!c.superseded) ListClock(c.clock, subject);
      store::CaseClockRecord record;
      *record.mutable_clock() = ToRecord(c.clock);
      record.set_debtor(c.debtor);
      batch_->Put(ClockOfKey(subject, statute::ClockKindName(c.clock.kind)),
                  record.SerializeAsString());
    }
  }

  // Adds the rows of all subjects to the batch.
  absl::Status WriteRows(const kv::Store& kv) {
    for (auto& [subject, rows] : rows_) SHAREWAY_RETURN_IF_ERROR(rows.Write(kv, batch_));
    return absl::OkStatus();
  }
  // True if somebody changed the rows of one after they were read.
  bool RowsMoved(const kv::Store& kv) const {
    return std::any_of(rows_.begin(), rows_.end(),
                       [&](const auto& row) { return row.second.Moved(kv); });
  }

  const std::map<std::string, std::string>& states() const { return states_; }

 private:
  const std::vector<std::string>& owners_;
  kv::Batch* const batch_;
  std::map<std::string, std::string> states_;
  std::map<std::string, SubjectRows> rows_;
};

void PutGrants(const Change& change, Builder* builder, kv::Batch* batch) {
  for (const Stored<Grant>& grant : change.grants) {
    const Grant::Fields& f = grant.value.fields();
    std::string bytes = Encode(grant.value);
    const int place = batch->Append(kGrantLog, bytes);
    builder->Put(f.name, GrantRecordKey(f.name), std::move(bytes), grant.version);
    batch->PutNumber(GrantNumberKey(f.name), place);
    if (grant.version == 0) builder->List("grants", f.create_time, f.name, f.resource);
    SubjectRows& rows = builder->RowsOf(f.name);
    if (grant.value.Live()) rows.Add(WakeKey("grants", f.end_time, f.name));
  }
}

void PutConsents(const Change& change, Builder* builder, kv::Batch* batch) {
  for (const Stored<Consent>& consent : change.consents) {
    const Consent& c = consent.value;
    builder->Put(c.name, c.name, Encode(c), consent.version);
    const std::string live = LiveConsentKey(c.resource);
    if (consent.version == 0) {
      batch->ExpectAbsent(live).Put(live, c.name);
    } else if (c.withdraw_time) {
      batch->Delete(live);
    }
  }
}

void PutDisputes(const Change& change, Builder* builder, kv::Batch* batch) {
  for (const Stored<Dispute>& dispute : change.disputes) {
    const Dispute::Fields& f = dispute.value.fields();
    builder->Put(f.name, f.name, Encode(dispute.value), dispute.version);
    const std::string open = OpenDisputeKey(f.subject, f.consumer);
    if (dispute.version == 0) {
      builder->List("disputes", f.create_time, f.name);
      batch->ExpectAbsent(open).Put(open, f.name);
    } else if (f.stage == Dispute::Stage::kClosed) {
      batch->Delete(open);
    }
    SubjectRows& rows = builder->RowsOf(f.name);
    for (const statute::Clock& clock : f.clocks) builder->ListClock(clock, f.name);
    // A coordinator above the parties' own authorities finds it once it has come to it.
    if (!dispute.value.Coordinated() || f.coordinator.empty()) continue;
    batch->Put(absl::StrCat(ListPrefix("disputes", f.coordinator),
                            ListPlace(f.create_time, f.name)),
               "");
    for (const statute::Clock& clock : f.clocks) rows.AddClock(clock, {f.coordinator});
  }
}

void PutCases(const Change& change, Builder* builder, kv::Batch* batch) {
  for (const CaseRow& row : change.cases) {
    builder->Put(row.name, row.name, row.bytes, row.version);
    const std::string collection = row.name.substr(0, row.name.find('/'));
    if (row.version == 0) builder->List(collection, row.create_time, row.name);
    const std::string place = ListPlace(row.create_time, row.name);
    for (const std::string& list : row.lists) {
      batch->Put(absl::StrCat(ListPrefix(collection, list), place), "");
    }
    for (const std::string& list : row.left) {
      batch->Delete(absl::StrCat(ListPrefix(collection, list), place));
    }
    for (const std::string& key : row.takes) {
      batch->ExpectAbsent(HeldKey(key)).Put(HeldKey(key), row.name);
    }
    for (const std::string& key : row.gives_up) batch->Delete(HeldKey(key));
    if (!row.log.empty()) batch->Append(row.log, row.bytes);
    builder->ListClocks(row.clocks, row.name);
    if (row.wake) builder->RowsOf(row.name).Add(WakeKey(collection, *row.wake, row.name));
  }
  for (const RestsOn& rests : change.rests_on_cases) batch->Expect(rests.name, rests.version);
}

void PutRequests(const Change& change, Builder* builder, kv::Batch* batch) {
  for (const Stored<Request>& request : change.requests) {
    const Request::Fields& f = request.value.fields();
    builder->Put(f.name, f.name, Encode(request.value), request.version);
    batch->Append(kRequestLog, f.name);
    if (request.version == 0) builder->List("requests", f.create_time, f.name);
    SubjectRows& rows = builder->RowsOf(f.name);
    for (const Request::Owed& owed : request.value.Clocks()) {
      builder->ListClock(*owed.clock, f.name);
    }
    const std::string place = ListPlace(f.create_time, f.name);
    for (const Tray& tray : WaitsFor(request.value)) {
      rows.Add(absl::StrCat(ListPrefix("requests", ToDoList(TrayName(tray))), place));
    }
    const std::vector<std::string> open = OpenFor(request.value);
    for (const std::string& agency : open) {
      rows.Add(absl::StrCat(ListPrefix("requests", OpenList(agency)), place));
    }
    if (f.submit_time && !open.empty()) rows.AddOpen(place, change.owners);
  }
}

// The case in the change that an event is about, if evidence tells only some of its agencies all.
const CaseRow* ToldInPart(const Change& change, absl::string_view object) {
  for (const CaseRow& row : change.cases) {
    if (row.name == object && !row.told.empty()) return &row;
  }
  return nullptr;
}

// Takes those out of the event that may not read the whole case: their own event, with the act,
// which stands in one event alone. Nothing, and the event is as it was, if there are none.
std::optional<evidence::AuditRecord> TakeOutsiders(const CaseRow& row,
                                                   evidence::AuditRecord* event) {
  evidence::AuditRecord outside = *event;
  outside.clear_agencies();
  std::vector<std::string> inside;
  for (const std::string& agency : event->agencies()) {
    const bool whole =
        std::find(row.insiders.begin(), row.insiders.end(), agency) != row.insiders.end();
    if (whole) {
      inside.push_back(agency);
    } else {
      outside.add_agencies(agency);
    }
  }
  if (outside.agencies_size() == 0) return std::nullopt;
  outside.set_state(row.told);
  event->clear_act();
  event->clear_agencies();
  for (const std::string& agency : inside) event->add_agencies(agency);
  return outside;
}

}  // namespace

absl::StatusOr<Written> SharingStore::Commit(const Change& change, absl::Time now) {
  // Upkeep moves rows of a subject without changing it: who writes it then reads them again.
  constexpr int kTries = 3;
  for (int i = 1;; ++i) {
    bool moved = false;
    absl::StatusOr<Written> written = CommitOnce(change, now, &moved);
    if (!absl::IsAborted(written.status()) || !moved || i == kTries) return written;
  }
}

absl::StatusOr<Written> SharingStore::CommitOnce(const Change& change, absl::Time now,
                                                 bool* moved) {
  kv::Batch batch;
  Builder builder(change.owners, &batch);
  PutGrants(change, &builder, &batch);  // first: their appends have the first numbers
  PutRequests(change, &builder, &batch);
  PutConsents(change, &builder, &batch);
  PutDisputes(change, &builder, &batch);
  PutCases(change, &builder, &batch);
  for (const RestsOn& key : change.takes_over) {
    batch.Expect(HeldKey(key.name), key.version).Put(HeldKey(key.name), change.result);
  }
  for (const Stored<Resource>& resource : change.rests_on) {
    batch.Expect(resource.value.name, resource.version);
  }
  for (const Stored<Consent>& consent : change.rests_on_consents) {
    batch.Expect(consent.value.name, consent.version);
  }
  for (const RestsOn& grant : change.rests_on_grants) {
    batch.Expect(GrantRecordKey(grant.name), grant.version);
  }
  for (evidence::AuditRecord event : change.events) {
    if (auto state = builder.states().find(event.object()); state != builder.states().end()) {
      event.set_state(state->second);
    }
    const CaseRow* in_part = ToldInPart(change, event.object());
    if (event.ByteSizeLong() > kMaxEventBytes) {
      return Error(Reason::kFieldInvalid, absl::StatusCode::kResourceExhausted,
                   absl::StrCat(event.object(), " would take ", event.ByteSizeLong(),
                                " bytes of evidence, at most ", kMaxEventBytes))
          .With("object", event.object());
    }
    if (in_part != nullptr) {
      // Smaller than what it is taken from.
      std::optional<evidence::AuditRecord> outside = TakeOutsiders(*in_part, &event);
      if (outside) outbox_->Add(*std::move(outside), &batch);
    }
    outbox_->Add(std::move(event), &batch);
  }
  change.once.Record(*kv_, change.result, now, &batch);
  SHAREWAY_RETURN_IF_ERROR(builder.WriteRows(*kv_));

  absl::StatusOr<kv::Committed> committed = kv_->Commit(std::move(batch));
  if (committed.ok()) {
    Written written{.version = committed->version, .grant_numbers = committed->numbers};
    written.grant_numbers.resize(change.grants.size());
    return written;
  }
  if (absl::IsResourceExhausted(committed.status())) {
    return absl::Status(Error(Reason::kDiskFull, absl::StatusCode::kResourceExhausted,
                              committed.status().message()));
  }
  if (!absl::IsAborted(committed.status())) return committed.status();
  *moved = builder.RowsMoved(*kv_);
  for (const evidence::AuditRecord& event : change.events) {
    if (event.has_act() && outbox_->Taken(event.act())) {
      return absl::Status(Error(Reason::kActReplayed, absl::StatusCode::kAborted,
                                "this signed act was used before"));
    }
  }
  return absl::Status(Error(Reason::kChangedMeanwhile, absl::StatusCode::kAborted,
                            absl::StrCat(change.result, " changed meanwhile"))
                          .With("name", change.result));
}

}  // namespace shareway::sharing
